/** A business day as the pages and the command line show it. What must stay hidden until the drawer is counted is left out. */
import type { Intent } from '../intent/model.ts';
import { tornOff } from '../settlement/anew.ts';
import { closeObstacle, type DayState, type Said, versionOf } from '../settlement/day.ts';
import { SettlementFault } from '../settlement/fault.ts';
import type { OurItem } from '../settlement/items.ts';
import type { Difference } from '../settlement/matching.ts';
import { openItemsAmong } from '../settlement/read.ts';
import { shownRules } from '../settlement/rules.ts';
import { writtenReference } from '../station/ids.ts';
import type {
  DayAnswer,
  DayCount,
  DayDifference,
  DayItem,
  DayMissingItem,
  DayReconciled,
} from './api/day.ts';
import type { DecisionReason } from './api/payments.ts';
import { ApiFault } from './fault.ts';
import type { WebOptions } from './options.ts';
import { approvedOf } from './today.ts';
import { orWithoutRow, readOrKnown } from './unread.ts';

type DayOptions = Pick<WebOptions, 'ledger' | 'board' | 'settlement' | 'clock'>;

const ITEMS_SHOWN = 200;

/** The day of a date, or the open one. Throws ApiFault NOT_FOUND. */
export function dayAnswer(options: DayOptions, asked: string | undefined): DayAnswer {
  const { settlement, ledger, clock } = options;
  const openDate = settlement.openDate();
  const date = asked ?? openDate;
  if (date === null) throw new ApiFault(404, 'NOT_FOUND', 'no business day is open yet');
  const day = answered(() => settlement.day(date));
  const open = day.sealed === null ? openItems(options, date) : [];
  const summary = ledger.summary(date);
  return {
    asOfMs: clock.now().wallMs,
    date,
    openDate,
    cutOverHour: settlement.cutOverHour(),
    phase: day.phase,
    version: versionOf(day),
    listed: day.listed === null ? null : { atMs: day.listed.atMs, totals: day.listed.detail.totals },
    days: settlement.glances(),
    counts: day.counts.map(countOf),
    explained: explainedOf(day),
    reconciled: reconciledOf(options, day),
    missingItems: day.missingItems.slice(-ITEMS_SHOWN).map(missingItemOf),
    openItems: open.slice(0, ITEMS_SHOWN).map(itemOf),
    carried: { count: open.length, sum: open.reduce((sum, { amount }) => sum + amount, 0) },
    charges: approvedOf(summary, 'CHARGE'),
    refunds: approvedOf(summary, 'REFUND'),
    obstacle: closeObstacle(day),
    wanted: day.wanted === null ? null : { atMs: day.wanted.atMs, who: whoOf(day.wanted) },
    unanswered:
      day.unanswered === null ? null : { atMs: day.unanswered.atMs, why: day.unanswered.detail.why },
    answered: answeredOf(day),
    isMadeAnew: tornOff(day) !== null,
    sealed: day.sealed === null ? null : { atMs: day.sealed.atMs, index: day.sealed.index },
    named: day.named.slice(0, ITEMS_SHOWN).flatMap((id) => {
      const found = readOrKnown(options, id);
      return found === null ? [] : [itemOf(found.intent)];
    }),
    late: day.late.slice(0, ITEMS_SHOWN),
    reports: day.signed.map(({ atMs, detail }) => ({ at: detail.at, sha256: detail.sha256, atMs })),
  };
}

/** A close names nothing that it cannot read, and is not made then; the page shows what was known of it last. */
function openItems(options: DayOptions, date: string): readonly OurItem[] {
  const known = (): readonly OurItem[] =>
    openItemsAmong(
      options.board.select(() => true),
      date,
    );
  return orWithoutRow(options, () => options.settlement.openItems(date), known);
}

/** Runs a step of the business day; what it may not do becomes an answer. */
export function answered<T>(work: () => T): T {
  try {
    return work();
  } catch (fault) {
    throw faultAnswer(fault);
  }
}

/** The answer for a fault of the business day; anything else stays what it was. */
export function faultAnswer(fault: unknown): unknown {
  if (!(fault instanceof SettlementFault)) return fault;
  if (fault.code === 'NO_DAY' || fault.code === 'NO_ENTRY')
    return new ApiFault(404, 'NOT_FOUND', fault.message);
  return new ApiFault(409, 'REFUSED', fault.message, { refusal: fault.code });
}

function whoOf({ actor }: Pick<Said<unknown>, 'actor'>): string | null {
  return actor.id ?? null;
}

function countOf(said: DayState['counts'][number]): DayCount {
  const { mode, counted, safe, float, expected, difference } = said.detail;
  return { atMs: said.atMs, who: whoOf(said), mode, counted, safe, float, expected, difference };
}

function explainedOf({ explained }: DayState): DayAnswer['explained'] {
  if (explained === null) return null;
  const { reason, note } = explained.detail;
  return { reason: reason as DecisionReason, note, who: whoOf(explained) };
}

function itemOf(
  item: Pick<Intent, 'sequenceId' | 'type' | 'amount' | 'host' | 'cash' | 'deferred'>,
): DayItem {
  const { sequenceId, type, amount, host, cash, deferred } = item;
  return { sequenceId, reference: writtenReference(sequenceId), type, amount, host, cash, deferred };
}

function missingItemOf(said: DayState['missingItems'][number]): DayMissingItem {
  const { sequenceId, type, amount, state, loss, caseNumber } = said.detail;
  const reference = writtenReference(sequenceId);
  return { sequenceId, reference, type, amount, state, loss, caseNumber, who: whoOf(said), atMs: said.atMs };
}

function differenceOf(options: DayOptions, difference: Difference): DayDifference {
  const { category, sequenceId, ours, theirs } = difference;
  return {
    category,
    sequenceId,
    reference: writtenReference(sequenceId),
    isKnown: ours !== null || isKnown(options, sequenceId),
    ours: ours === null ? null : { type: ours.type, amount: ours.amount, host: ours.host, cash: ours.cash },
    theirs,
  };
}

/** A row that cannot be read is one all the same. */
function isKnown(options: DayOptions, sequenceId: string): boolean {
  const read = (): boolean => options.ledger.get(sequenceId) !== null;
  return orWithoutRow(options, read, () => true);
}

function reconciledOf(options: DayOptions, day: DayState): DayReconciled | null {
  const { reconciled } = day;
  if (reconciled === null) return null;
  const { final, categories, differences, more, rules } = reconciled.detail;
  return {
    atMs: reconciled.atMs,
    who: whoOf(reconciled),
    final,
    categories,
    differences: differences.map((difference) => differenceOf(options, difference)),
    more,
    rules: shownRules(rules, day.counts.length > 0),
  };
}

function answeredOf(day: DayState): DayAnswer['answered'] {
  if (day.answered === null) return null;
  const { content, outcome } = day.answered;
  const { closeNo, result, code, totals } = outcome.detail;
  return { atMs: outcome.atMs, closeNo, result, code, ours: content?.totals ?? [], theirs: totals };
}
