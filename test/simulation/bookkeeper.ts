/**
 * A manager who looks after business days besides closing them: compares them with the issuer's list, takes over by voucher
 * what this ledger lost, signs reports; and what must hold of that at the end. Throws dice of its own, so that a story
 * without one is the same story.
 */
import type { Actor, Intent } from '../../src/intent/model.ts';
import { isCase } from '../../src/intent/state.ts';
import { approvedPosition } from '../../src/ledger/days.ts';
import { LedgerFault } from '../../src/ledger/fault.ts';
import { SettlementFault } from '../../src/settlement/fault.ts';
import type { DaySummary, Settlement } from '../../src/settlement/settlement.ts';
import type { Excused, Violation } from './check.ts';
import type { IssuerModel } from './issuer-model.ts';
import { bookedThere } from './manager.ts';
import { Crashed } from './mortal.ts';
import type { FaultCounts } from './network.ts';
import type { Terminal } from './terminal.ts';
import { SeededRandom } from './time.ts';
import { isOfVoucher, isOver } from './voucher-check.ts';

/** Stories from this seed on have a bookkeeper. */
export const BOOKKEEPER_FROM = 600_000;
const BOSS: Actor = { role: 'manager', id: 'M1' };
const DICE = 0x5eed_b00c;

export interface BookkeeperOptions {
  readonly seed: number;
  /** What was taken over is counted among the faults that the story met. */
  readonly counts: FaultCounts;
  readonly tell: (words: string) => void;
  readonly violate: (violation: Violation) => void;
}

export class Bookkeeper {
  readonly #random: SeededRandom;
  readonly #counts: FaultCounts;
  readonly #tell: (words: string) => void;
  readonly #violate: (violation: Violation) => void;

  constructor(options: BookkeeperOptions) {
    const { seed, counts, tell, violate } = options;
    this.#random = new SeededRandom(seed ^ DICE);
    this.#counts = counts;
    this.#tell = tell;
    this.#violate = violate;
  }

  /** Now and then one day, whatever goes on at the counter. */
  lookIn(settlement: Settlement): void {
    if (!this.#random.chance(0.15)) return;
    const dates = datesOf(settlement);
    if (dates.length === 0) return;
    const date = this.#random.pick(dates);
    void this.#guarded(() => this.#takeOver(settlement, date));
    if (this.#random.chance(0.3)) void this.#guarded(async () => this.#sign(settlement, date));
  }

  /** Every day that still takes something, oldest first; one that was closed and not agreed is closed again. */
  async closeBooks(settlement: Settlement): Promise<void> {
    for (const date of datesOf(settlement)) {
      await this.#guarded(() => this.#takeOver(settlement, date));
      // An empty day is none any more once the next one has begun.
      await this.#guarded(async () => {
        if (settlement.day(date).phase === 'notAgreed' || this.#random.chance(0.5))
          await this.#close(settlement, date);
      });
      await this.#guarded(async () => this.#sign(settlement, date));
    }
  }

  async #close(settlement: Settlement, date: string): Promise<void> {
    const { settled } = settlement.close(date, BOSS, 'nobody has the key');
    this.#tell(`a manager closes ${date} at last`);
    await settled;
  }

  async #takeOver(settlement: Settlement, date: string): Promise<void> {
    const { reconciled } = await settlement.reconcile(date, BOSS);
    for (const { category, ours, sequenceId } of reconciled?.detail.differences ?? []) {
      if (category !== 'missingHere' || ours !== null) continue;
      const taken = settlement.day(date).missingItems.some(({ detail }) => detail.sequenceId === sequenceId);
      if (taken) continue;
      this.#book(settlement, date, sequenceId);
      this.#tell(`a manager takes over ${sequenceId}, which this till lost`);
      this.#counts.takenOver = (this.#counts.takenOver ?? 0) + 1;
      if (this.#random.chance(0.3)) this.#bookAgain(settlement, date, sequenceId);
    }
  }

  #book(settlement: Settlement, date: string, sequenceId: string): void {
    settlement.bookMissing(date, sequenceId, this.#random.pick(['dispute', 'store'] as const), BOSS);
  }

  /** The key pressed twice, or in another tab: it is refused, and the account at the end tells whether it was. */
  #bookAgain(settlement: Settlement, date: string, sequenceId: string): void {
    try {
      this.#book(settlement, date, sequenceId);
    } catch (fault) {
      if (!(fault instanceof SettlementFault)) throw fault;
    }
  }

  /** Made again for the same moment, a report is the same to the byte. */
  #sign(settlement: Settlement, date: string): void {
    const { at, sha256 } = settlement.report(date);
    const again = settlement.report(date, at);
    if (again.sha256 === sha256 && !again.differs) return;
    this.#violate({ code: 'REPORT_DIFFERS', text: `${date} as of ${at}` });
  }

  /** The page says why not; a process that dies takes the work with it. */
  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const isExpected = [SettlementFault, LedgerFault, Crashed].some((kind) => error instanceof kind);
      if (!isExpected) this.#violate({ code: 'FAULT', text: String(error) });
    }
  }
}

/** The days that the page offers, oldest first: those of this ledger and the one that is open there. */
function datesOf(settlement: Settlement): readonly string[] {
  const open = settlement.openDate();
  const dates = new Set(settlement.days().map(({ date }) => date));
  if (open !== null) dates.add(open);
  return [...dates].sort();
}

/** Nothing is taken over twice, or though it is known; nothing is left that could be; and with it both sides' figures are one. */
export function takenOverFault(
  { settlement, ledger }: Terminal,
  intents: readonly Intent[],
  issuer: IssuerModel,
  terminalId: string,
  { unheard, judged }: Pick<Excused, 'unheard' | 'judged'>,
): Violation[] {
  const found: Violation[] = [];
  const known = new Set(intents.map(({ sequenceId }) => sequenceId));
  const taken = new Set<string>();
  const days = settlement.days();
  for (const { detail } of days.flatMap(({ state }) => state.missingItems)) {
    const { sequenceId } = detail;
    if (taken.has(sequenceId)) found.push({ code: 'TAKEN_TWICE', text: sequenceId });
    if (known.has(sequenceId)) found.push({ code: 'TAKEN_AND_KNOWN', text: sequenceId });
    taken.add(sequenceId);
  }
  if (ledger.recovering() !== null) return found;
  for (const day of days) {
    if (day.state.sealed !== null || day.state.phase === 'agreed' || day.state.phase === 'wanted') continue;
    found.push(...openDayFault(day, intents, issuer, terminalId, taken));
    // A case may be about a payment that the issuer has on this date and this ledger on none.
    const besides = intents.filter(
      (intent) =>
        isOfVoucher(intent) ||
        !isOver(intent) ||
        isCase(intent) ||
        issuer.forgotten.has(intent.sequenceId) ||
        // Of what a disk that was put back has no trace of, a late approval or void, this side knows no more than the next
        // comparison of its day tells a person; and that may come after the last one of a story.
        unheard.has(intent.sequenceId),
    );
    const issuerPayable = payableBesides(ledger, day, besides);
    const booked = bookedBesides(day, issuer, terminalId, besides);
    if (booked === null) continue;
    judged('TAKEN_FIGURE');
    if (issuerPayable !== -booked)
      found.push({
        code: 'TAKEN_FIGURE',
        text: `${day.date}: ${issuerPayable} here, ${booked} booked there`,
      });
  }
  return found;
}

function openDayFault(
  { date }: DaySummary,
  intents: readonly Intent[],
  issuer: IssuerModel,
  terminalId: string,
  taken: ReadonlySet<string>,
): Violation[] {
  const known = new Set(intents.map(({ sequenceId }) => sequenceId));
  const left = [...issuer.items.values()].filter(
    (item) =>
      item.terminalId === terminalId &&
      item.businessDate === date &&
      item.state === 'approved' &&
      !known.has(item.sequenceId) &&
      !taken.has(item.sequenceId),
  );
  return left.map(({ sequenceId }) => ({ code: 'NOT_TAKEN_OVER', text: `${sequenceId} of ${date}` }));
}

/** What the day holds for the issuer besides those payments and the vouchers of payments. */
function payableBesides(
  ledger: Terminal['ledger'],
  { date, state }: DaySummary,
  besides: readonly Intent[],
): number {
  const theirs = besides.reduce((sum, intent) => sum + approvedPosition(intent, date).issuerPayable, 0);
  return ledger.dayPosition(date).issuerPayable - state.vouchers.issuerPayable - theirs;
}

/** What the issuer booked on a date besides those payments, won; null: something was undone since it was taken over. */
function bookedBesides(
  { date, state }: DaySummary,
  issuer: IssuerModel,
  terminalId: string,
  besides: readonly Intent[],
): number | null {
  for (const { detail } of state.missingItems) {
    const isApproved = issuer.items.get(detail.sequenceId)?.state === 'approved';
    if (isApproved !== (detail.state === 'APPROVED')) return null;
  }
  return bookedThere(issuer, terminalId, date, new Set(besides.map(({ sequenceId }) => sequenceId)));
}
