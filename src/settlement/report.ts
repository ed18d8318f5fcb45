/**
 * The report of a business day (screens 3.4, step 4): 42 columns of text, and the same as CSV. Made of journal entries up
 * to one index and of nothing else, no clock and no setting of today among it: the same bytes whenever it is made again.
 */
import { createHash } from 'node:crypto';
import type { Actor, Posting } from '../intent/model.ts';
import { kstSeconds } from '../konaplate/kst.ts';
import type { SettlementTotal } from '../konaplate/settlement.ts';
import type { Signature } from '../ledger/types.ts';
import type { DayPhase, DayState } from './day.ts';
import { payable, totalOf } from './items.ts';
import { CATEGORIES, type Category } from './matching.ts';
import { shownRules } from './rules.ts';
import { Sheet, won } from './sheet.ts';

export interface ReportVoucher {
  readonly index: number;
  readonly atMs: number;
  readonly actor: Actor;
  readonly caseNumber: string;
  readonly reason: string;
  readonly entries: Posting;
}

/** One thing that a person decided: a journal entry with who, when and why. */
export interface ReportDecision {
  readonly index: number;
  readonly atMs: number;
  readonly actor: Actor;
  readonly kind: string;
  readonly sequenceId: string | null;
}

export interface ReportInput {
  readonly store: string;
  readonly merchantId: string;
  readonly terminalId: string;
  /** Folded from the day's entries up to `at`. */
  readonly day: DayState;
  /** Journal range that the report speaks of, and the hash of its last entry. */
  readonly range: { readonly from: number; readonly to: number; readonly head: string };
  readonly vouchers: readonly ReportVoucher[];
  readonly decisions: readonly ReportDecision[];
  /** Vouchers and decisions beyond the bound. */
  readonly more: number;
}

const COLUMNS = 42;

export const PHASE_WORDS: Readonly<Record<DayPhase, string>> = {
  open: '열림 OPEN',
  wanted: '확인 불가 CANNOT CONFIRM',
  notAgreed: '불일치 NOT AGREED',
  agreed: '일치 확정 AGREED',
};

const CATEGORY_WORDS: Readonly<Record<Category, string>> = {
  matched: '일치 matched',
  missingHere: '매장에 없음 missing here',
  missingThere: '발행사에 없음 missing there',
  amountDiffers: '금액 다름 amount differs',
  typeDiffers: '종류 다름 type differs',
  dateDiffers: '날짜 다름 date differs',
  duplicate: '중복 duplicate',
  reversedButCaptured: '망취소했는데 승인됨 captured',
  notYetSent: '아직 안 보냄 not yet sent',
};

const RULE_WORDS = [
  '모든 기록의 합계 0 entries sum to 0',
  '잔액 = 위치 + 전표 balances',
  '확인 중 suspense',
  '나중 충전 deferred',
  '손님께 줄 돈 customer due',
  '발행사 금액 issuer figure',
  '돈통 cash drawer',
  '마감 뒤 0 sealed to 0',
  '금고 행 vault rows',
] as const;

function time(atMs: number): string {
  const text = kstSeconds(atMs);
  return `${text.slice(4, 6)}-${text.slice(6, 8)} ${text.slice(8, 10)}:${text.slice(10, 12)}:${text.slice(12, 14)}`;
}

function dashed(date: string): string {
  return `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6, 8)}`;
}

function person(actor: Actor): string {
  return actor.id ?? actor.role;
}

/** Won with its sign in front of the digits. */
function signed(amount: number): string {
  return amount < 0 ? `-${won(-amount)}` : won(amount);
}

function figure(count: number, sum: number): string {
  return `${count}건 ${signed(sum)}`;
}

const CELLS = [
  ['CHARGE', 'APPROVED', '충전 승인 Charges'],
  ['REFUND', 'APPROVED', '출금 승인 Withdrawals'],
  ['CHARGE', 'VOIDED', '충전 승인 취소 Voided'],
  ['CHARGE', 'REVERSED', '충전 망취소 Reversed'],
  ['REFUND', 'REVERSED', '출금 망취소 Reversed'],
] as const;

function figures(sheet: Sheet, title: string, totals: readonly SettlementTotal[]): void {
  sheet.plain(title);
  for (const [type, state, label] of CELLS) {
    const { count, sum } = totalOf(totals, type, state);
    sheet.pair(label, figure(count, sum));
  }
  sheet.pair('발행사에 줄 돈 Payable', signed(payable(totals)));
}

function countLines(sheet: Sheet, day: DayState): void {
  sheet.rule('-');
  if (day.counts.length === 0) {
    const why = day.wanted?.detail.uncounted ?? null;
    sheet.pair('시재 점검 Count', '없음 none');
    if (why !== null) sheet.plain(`  ${why}`);
    return;
  }
  for (const [place, { detail, atMs, actor }] of day.counts.entries()) {
    sheet.pair(place === 0 ? '시재 점검 Count' : '다시 셈 Recount', `${time(atMs)} ${person(actor)}`);
    sheet.pair('  센 돈 Counted', won(detail.counted));
    sheet.pair('  금고 Safe', won(detail.safe));
    sheet.pair('  준비금 Float', won(detail.float));
    sheet.pair('  있어야 할 현금 Expected', signed(detail.expected));
    sheet.pair('  과부족 Over/short', signed(detail.difference));
  }
  const { explained } = day;
  if (explained === null) return;
  const { reason, note } = explained.detail;
  sheet.plain(`  사유 Reason: ${reason}${note === '' ? '' : ` ${note}`} (${person(explained.actor)})`);
}

function reconciliation(sheet: Sheet, day: DayState): void {
  sheet.rule('-');
  const { reconciled } = day;
  if (reconciled === null) {
    sheet.pair('대사 Reconciliation', '아직 없음 not yet');
    return;
  }
  const { categories, final } = reconciled.detail;
  sheet.pair('대사 Reconciliation', `${time(reconciled.atMs)} ${final ? '확정 final' : '미확정 not final'}`);
  for (const category of CATEGORIES) {
    const { count, ours, theirs } = categories[category];
    if (count === 0 && category !== 'matched') continue;
    sheet.pair(CATEGORY_WORDS[category], `${count}건`);
    sheet.pair('  매장 / 발행사', `${won(ours.sum)} / ${won(theirs.sum)}`);
  }
  sheet.rule('-');
  sheet.plain('마감 규칙 CLOSING RULES');
  for (const { rule, ok, amount, items } of shownRules(reconciled.detail.rules, day.counts.length > 0)) {
    const word = `${rule} ${RULE_WORDS[rule - 1] ?? ''}`;
    const shown = amount === null || (rule !== 6 && amount === 0) ? '' : ` ${signed(amount)}`;
    sheet.pair(word, `${ok ? 'OK' : '!!'}${shown}${items.length === 0 ? '' : ` (${items.length})`}`);
  }
}

function closing(sheet: Sheet, day: DayState): void {
  sheet.rule('-');
  const { wanted, answered, sealed } = day;
  if (wanted === null) return;
  sheet.pair('마감 Closed by', `${time(wanted.atMs)} ${person(wanted.actor)}`);
  const { carried } = wanted.detail;
  sheet.pair('다음 날로 넘김 Carried over', figure(carried.count, carried.sum));
  if (answered !== null) {
    sheet.pair('발행사 답 Issuer', `${time(answered.outcome.atMs)} no. ${answered.outcome.detail.closeNo}`);
    if (answered.outcome.detail.code !== null) sheet.pair('  코드 Code', answered.outcome.detail.code);
    const { content } = answered;
    if (content !== null) figures(sheet, '매장 합계 STORE', content.totals);
    if (answered.outcome.detail.result === 'NOT_AGREED') {
      figures(sheet, '발행사 합계 ISSUER', answered.outcome.detail.totals);
    }
    if (content !== null) sheet.plain(`digest ${content.itemsDigest.slice(0, 32)}`);
  }
  if (sealed === null) return;
  sheet.pair('봉인 Sealed', `${time(sealed.atMs)} #${sealed.index}`);
  for (const id of sealed.detail.openItems) sheet.plain(`  열린 거래 open ${reference(id)}`);
}

function reference(id: string): string {
  return `${id.slice(-8, -4)}-${id.slice(-4)}`;
}

function decisions(sheet: Sheet, input: ReportInput): void {
  sheet.rule('-');
  sheet.plain(`전표 VOUCHERS ${input.vouchers.length}`);
  for (const { caseNumber, reason, entries, atMs, actor } of input.vouchers) {
    sheet.pair(`  ${caseNumber}`, `${time(atMs)} ${person(actor)}`);
    for (const [account, amount] of Object.entries(entries))
      sheet.pair(`    ${account}`, signed(amount ?? 0));
    if (reason !== '') sheet.plain(`    ${reason}`);
  }
  sheet.plain(`결정 DECISIONS ${input.decisions.length}`);
  for (const { kind, atMs, actor, sequenceId } of input.decisions) {
    sheet.pair(`  ${time(atMs)} ${person(actor)}`, kind);
    const why = [sequenceId === null ? '' : reference(sequenceId), actor.reason ?? ''].filter(
      (part) => part !== '',
    );
    if (why.length > 0) sheet.plain(`    ${why.join(' ')}`);
  }
  if (input.more > 0) sheet.plain(`  외 more: ${input.more}`);
}

/** Version of the program that a report speaks for: the one that closed the day. */
function versionOf(day: DayState): string {
  return day.sealed?.detail.version ?? day.wanted?.detail.version ?? '-';
}

/** The report without its signature: what is signed. Lines end in LF. */
export function reportBody(input: ReportInput): string {
  const { day, range } = input;
  const sheet = new Sheet(COLUMNS);
  sheet.rule('=');
  sheet.centre('영업일 보고서 BUSINESS DAY REPORT');
  sheet.centre(input.store);
  sheet.rule('-');
  sheet.pair('영업일 Business day', dashed(day.date));
  sheet.pair('가맹점 Merchant', input.merchantId);
  sheet.pair('단말기 Terminal', input.terminalId);
  sheet.pair('결과 Result', PHASE_WORDS[day.phase]);
  closing(sheet, day);
  countLines(sheet, day);
  reconciliation(sheet, day);
  decisions(sheet, input);
  if (day.late.length > 0) {
    sheet.rule('-');
    sheet.plain(`마감 뒤에 들어온 거래 BOOKED AFTER CLOSE ${day.late.length}`);
    for (const id of day.late) sheet.plain(`  ${reference(id)}`);
  }
  sheet.rule('-');
  sheet.pair('기록 Journal', `${range.from}-${range.to}`);
  sheet.plain(range.head.slice(0, 32));
  sheet.plain(range.head.slice(32));
  sheet.pair('프로그램 Version', versionOf(day));
  return `${sheet.lines.map(({ text }) => text.trimEnd()).join('\n')}\n`;
}

export function digestOf(body: string): string {
  return createHash('sha256').update(body).digest('hex');
}

/** The whole report: the body and under it the signature over it (HMAC-SHA-256). */
export function reportText(body: string, signature: Signature): string {
  const sheet = new Sheet(COLUMNS);
  sheet.rule('-');
  sheet.pair('서명 Signature', `key ${signature.keyId.slice(0, 12)}`);
  sheet.plain(signature.mac.slice(0, 32));
  sheet.plain(signature.mac.slice(32));
  sheet.rule('=');
  return `${body}${sheet.lines.map(({ text }) => text).join('\n')}\n`;
}

type Row = readonly (string | number)[];

function figureRows(section: string, totals: readonly SettlementTotal[]): readonly Row[] {
  return totals.map(({ type, state, count, sum }) => [section, `${type} ${state}`, count, sum, '', '', '']);
}

function csvRows(input: ReportInput): readonly Row[] {
  const { day, range } = input;
  const { answered, reconciled } = day;
  return [
    ['section', 'name', 'count', 'won', 'time', 'who', 'text'],
    ['day', day.date, '', '', '', '', day.phase],
    ['terminal', `${input.merchantId} ${input.terminalId}`, '', '', '', '', input.store],
    ...(answered === null ? [] : figureRows('store', answered.content?.totals ?? [])),
    ...(answered === null ? [] : figureRows('issuer', answered.outcome.detail.totals)),
    ...day.counts.flatMap(({ detail, atMs, actor }, place): Row[] => [
      ['count', `${place + 1} counted`, '', detail.counted, time(atMs), person(actor), detail.mode],
      ['count', `${place + 1} safe`, '', detail.safe, '', '', ''],
      ['count', `${place + 1} float`, '', detail.float, '', '', ''],
      ['count', `${place + 1} expected`, '', detail.expected, '', '', ''],
      ['count', `${place + 1} difference`, '', detail.difference, '', '', day.explained?.detail.reason ?? ''],
    ]),
    ...(reconciled === null
      ? []
      : CATEGORIES.flatMap((category): Row[] => {
          const { count, ours, theirs } = reconciled.detail.categories[category];
          return [
            ['category here', category, count, ours.sum, time(reconciled.atMs), '', ''],
            ['category there', category, count, theirs.sum, '', '', ''],
          ];
        })),
    ...(reconciled?.detail.differences ?? []).map(
      ({ category, sequenceId, ours, theirs }): Row => [
        'difference',
        sequenceId,
        '',
        ours?.amount ?? theirs?.amount ?? 0,
        '',
        '',
        `${category} ${ours === null ? '-' : `${ours.host}/${ours.cash}`} ${theirs?.state ?? '-'}`,
      ],
    ),
    ...shownRules(reconciled?.detail.rules ?? [], day.counts.length > 0).map(
      ({ rule, ok, amount, items }): Row => [
        'rule',
        rule,
        items.length,
        amount ?? '',
        '',
        '',
        ok ? 'ok' : items.join(' '),
      ],
    ),
    ...input.vouchers.flatMap(({ caseNumber, entries, atMs, actor, reason }) =>
      Object.entries(entries).map(
        ([account, amount]): Row => [
          'voucher',
          `${caseNumber} ${account}`,
          '',
          amount ?? 0,
          time(atMs),
          person(actor),
          reason,
        ],
      ),
    ),
    ...input.decisions.map(
      ({ kind, atMs, actor, sequenceId }): Row => [
        'decision',
        kind,
        '',
        '',
        time(atMs),
        person(actor),
        `${sequenceId ?? ''} ${actor.reason ?? ''}`.trim(),
      ],
    ),
    ...(day.sealed?.detail.openItems ?? []).map((id): Row => ['open item', id, '', '', '', '', '']),
    ...day.late.map((id): Row => ['booked after close', id, '', '', '', '', '']),
    ['journal', `${range.from}-${range.to}`, '', '', '', '', range.head],
    ['version', versionOf(day), '', '', '', '', ''],
  ];
}

/** A field that a spreadsheet cannot take for a formula; amounts may be negative. */
function csvField(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The same figures for a spreadsheet: UTF-8 with a mark, lines end in CRLF. Signed by the signature of the text. */
export function reportCsv(input: ReportInput, signature: Signature): string {
  const rows: readonly Row[] = [
    ...csvRows(input),
    ['signature', signature.keyId, '', '', '', '', signature.mac],
  ];
  return `\uFEFF${rows.map((row) => `${row.map(csvField).join(',')}\r\n`).join('')}`;
}
