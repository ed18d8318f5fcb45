/** Gathers what a report needs from the journal, signs it once, and makes the same bytes again afterwards. */
import type { Actor, Posting } from '../intent/model.ts';
import type { VoucherOfDay } from '../ledger/days.ts';
import type { DayEntry, JournalEntry, Ledger } from '../ledger/types.ts';
import { foldDay } from './day.ts';
import { SettlementFault } from './fault.ts';
import { factOf } from './read.ts';
import {
  digestOf,
  type ReportDecision,
  type ReportInput,
  type ReportVoucher,
  reportBody,
  reportCsv,
  reportText,
} from './report.ts';

/** What stands at the head of every report. */
export interface ReportPlace {
  /** Name of the store today; the report of a closed day keeps the name of then. */
  readonly store: string;
  readonly merchantId: string;
  readonly terminalId: string;
}

export interface Report {
  readonly date: string;
  /** The journal index that it speaks for: asked again with it, it is the same. */
  readonly at: number;
  readonly text: string;
  readonly csv: string;
  readonly sha256: string;
  /** It was made before with other bytes: the ledger or the program that makes it changed. */
  readonly differs: boolean;
}

const PAGE = 500;
const LINES_MAX = 500;
/** A day of a busy till; a longer range is read up to here and says so. */
const ENTRIES_MAX = 200_000;

interface Gathered {
  readonly vouchers: ReportVoucher[];
  readonly decisions: ReportDecision[];
  more: number;
  readonly head: string;
}

export function makeReport(
  ledger: Ledger,
  place: ReportPlace,
  date: string,
  wanted: number | null,
  record: (entry: DayEntry) => unknown,
): Report {
  const entries = ledger.dayEntries(date).filter(({ kind }) => kind !== 'daySigned');
  if (wanted !== null && wanted > ledger.head().index) {
    throw new SettlementFault('NO_ENTRY', 'the journal has no such entry yet');
  }
  const seal = entries.findLast(({ kind }) => kind === 'daySealed');
  const at = wanted ?? seal?.index ?? entries.at(-1)?.index ?? ledger.head().index;
  const day = foldDay(date, entries.filter(({ index }) => index <= at).map(factOf));
  const from = day.wanted?.detail.rangeFrom ?? rangeFrom(ledger, at);
  const known = foldDay(date, ledger.dayEntries(date).map(factOf)).signed.find(
    ({ detail }) => detail.at === at,
  );
  // Who closed the day, or else who signed this report first, says by which rule its vouchers are listed.
  const ruled = day.wanted ?? known;
  const isByDay = ruled === undefined || ruled.detail.byDay === true;
  const gathered = gather(ledger, from, at, isByDay ? entries.filter(({ index }) => index <= at) : null);
  const input: ReportInput = {
    store: day.wanted?.detail.store ?? place.store,
    merchantId: place.merchantId,
    terminalId: place.terminalId,
    day,
    range: { from, to: at, head: gathered.head },
    vouchers: gathered.vouchers,
    decisions: gathered.decisions,
    more: gathered.more,
  };
  const body = reportBody(input);
  const sha256 = digestOf(body);
  const signature = known?.detail.sha256 === sha256 ? known.detail : ledger.sign(body);
  // Kept for the states that the day went through; nobody makes its chain grow by asking for other indexes.
  if (known === undefined && entries.some(({ index }) => index === at)) {
    const { keyId, mac } = signature;
    const rule = isByDay ? { byDay: true } : {};
    record({ kind: 'daySigned', businessDate: date, detail: { at, sha256, keyId, mac, ...rule } });
  }
  return {
    date,
    at,
    text: reportText(body, signature),
    csv: reportCsv(input, signature),
    sha256,
    differs: known !== undefined && known.detail.sha256 !== sha256,
  };
}

/** After the last seal before `at`: it follows from the journal alone. */
function rangeFrom(ledger: Ledger, at: number): number {
  const seals = ledger.days(LINES_MAX).map(({ sealedIndex }) => sealedIndex ?? 0);
  return Math.max(0, ...seals.filter((index) => index < at)) + 1;
}

/**
 * Vouchers and decisions of a range, and the journal's head at its end. What a voucher moves on the day's two accounts
 * stands in the chain of its own day (`ofDay`), which may be closed before or after the days beside it: such vouchers are
 * that day's, wherever they lie; the others, and decisions, are listed by their place. Null: all of them by their place.
 */
function gather(ledger: Ledger, from: number, to: number, ofDay: readonly JournalEntry[] | null): Gathered {
  const head = ledger.entries(to, 1)[0]?.hash ?? '';
  const gathered: Gathered = { vouchers: [], decisions: [], more: 0, head };
  for (const entry of ofDay ?? []) {
    if (entry.kind === 'dayMissingItem') take(entry, gathered);
    if (entry.kind !== 'dayVoucher') continue;
    const { voucher } = factOf(entry).detail as VoucherOfDay;
    for (const own of ledger.entries(voucher, 1)) take(own, gathered);
  }
  const isElsewhere = ({ kind, index }: JournalEntry): boolean =>
    kind === 'dayMissingItem' ||
    (kind === 'voucher' && ledger.entries(index + 1, 1)[0]?.kind === 'dayVoucher');
  let read = 0;
  for (let index = from; index <= to && read < ENTRIES_MAX; ) {
    const page = ledger.entries(index, PAGE);
    for (const entry of page) {
      if (entry.index > to) return inOrder(gathered);
      if (ofDay === null || !isElsewhere(entry)) take(entry, gathered);
    }
    read += page.length;
    const last = page.at(-1);
    if (last === undefined) break;
    index = last.index + 1;
  }
  return inOrder(gathered);
}

function inOrder(gathered: Gathered): Gathered {
  gathered.vouchers.sort((left, right) => left.index - right.index);
  return gathered;
}

interface Body {
  readonly actor?: Actor;
  /** Of a `dayMissingItem`. */
  readonly detail?: { readonly caseNumber: string };
  readonly posting?: Posting;
  readonly voucher?: { readonly caseNumber: string; readonly reason: string; readonly entries: Posting };
}

function take(entry: JournalEntry, gathered: Gathered): void {
  const isVoucher = entry.kind === 'voucher' && entry.sequenceId === null;
  // Most entries are the terminal's own; looking for the word is cheaper than parsing every body.
  if (!isVoucher && !entry.body.includes('"role":"manager"')) return;
  const body = JSON.parse(entry.body) as Body;
  const { actor } = body;
  if (actor === undefined) return;
  const { index, atMs, kind, sequenceId } = entry;
  const voucher = isVoucher ? body.voucher : missingItemVoucher(kind, body);
  if (voucher !== undefined) {
    const { caseNumber, reason, entries } = voucher;
    if (gathered.vouchers.length < LINES_MAX) {
      gathered.vouchers.push({ index, atMs, actor, caseNumber, reason, entries });
    } else gathered.more += 1;
  } else if (actor.role === 'manager' && kind !== 'dayVoucher') {
    // A day's entry behind a voucher says the same once more.
    if (gathered.decisions.length < LINES_MAX)
      gathered.decisions.push({ index, atMs, actor, kind, sequenceId });
    else gathered.more += 1;
  }
}

/** The voucher of an item that this ledger lost is the day's own entry. */
function missingItemVoucher(kind: string, { actor, detail, posting }: Body): Body['voucher'] {
  if (kind !== 'dayMissingItem' || detail === undefined) return undefined;
  return { caseNumber: detail.caseNumber, reason: actor?.reason ?? '', entries: posting ?? {} };
}
