/** Items that a sealed day named as open: when one ends, the day is told, and its money follows the rest to `store`. */
import type { Clock } from '../intent/clock.ts';
import type { Actor, CaseReason, Intent } from '../intent/model.ts';
import { keepsDayOpen } from '../intent/state.ts';
import { approvedPosition } from '../ledger/days.ts';
import type { DayEntry, JournalEntry, Ledger } from '../ledger/types.ts';
import { readDay } from './read.ts';

/** Sealed days that may still have open items: what retention keeps is more, what stays open so long is a case. */
const DAYS_MAX = 400;
const TERMINAL: Actor = { role: 'terminal' };
const LATE: CaseReason = 'BOOKED_AFTER_SEAL';

export class Seals {
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #record: (entry: DayEntry, actor: Actor) => unknown;
  readonly #guarded: (work: () => void) => void;
  /** Sequence id -> the sealed dates that name it. */
  #named = new Map<string, string[]>();
  /** Named since their answer, and not a case yet: opened before anything else is done about them. */
  readonly #late = new Set<string>();
  #unlisten: () => void = () => {};

  constructor(
    ledger: Ledger,
    clock: Clock,
    record: (entry: DayEntry, actor: Actor) => unknown,
    guarded: (work: () => void) => void,
  ) {
    this.#ledger = ledger;
    this.#clock = clock;
    this.#record = record;
    this.#guarded = guarded;
  }

  start(): void {
    this.reload();
    // After the ledger's own call: what is heard inside it must not be answered with another commit.
    this.#unlisten = this.#ledger.onCommit(({ intent: { sequenceId }, lateOn }) => {
      for (const date of lateOn) {
        this.#name(sequenceId, date);
        this.#late.add(sequenceId);
      }
      // Nearly no commit is of a named one, and a look reads the file.
      if (this.#named.has(sequenceId)) queueMicrotask(() => this.#guarded(() => this.#look(sequenceId)));
    });
  }

  stop(): void {
    this.#unlisten();
  }

  /** A day was sealed, or the agent starts. */
  reload(): void {
    this.#named = new Map();
    for (const { businessDate, sealedIndex } of this.#ledger.days(DAYS_MAX)) {
      if (sealedIndex === null) continue;
      const { named, late } = readDay(this.#ledger, businessDate);
      for (const id of named) this.#name(id, businessDate);
      // A crash may have come between the answer and its case.
      for (const id of new Set(late))
        if (named.includes(id) && !this.#wasCase(id, businessDate)) this.#late.add(id);
    }
    for (const id of [...this.#named.keys()]) this.#look(id);
  }

  #name(id: string, date: string): void {
    this.#named.set(id, [...(this.#named.get(id) ?? []), date]);
  }

  #look(id: string): void {
    if (this.#late.has(id)) this.#openCase(id);
    const intent = this.#ledger.get(id);
    const dates = this.#named.get(id);
    if (intent === null || dates === undefined || keepsDayOpen(intent) || intent.cases.length > 0) return;
    for (const date of dates) {
      if (readDay(this.#ledger, date).named.includes(id)) this.#ended(intent, date);
    }
    this.#named.delete(id); // last: what the disk does not take now is looked at again
  }

  /**
   * The ledger named it in the commit of its answer; what the issuer did there is for a person: the day lets it go once
   * somebody has seen it.
   */
  #openCase(id: string): void {
    this.#ledger.record(id, { kind: 'openCase', reason: LATE }, this.#clock.now(), { actor: TERMINAL });
    this.#late.delete(id); // last: what the disk does not take now is tried again
  }

  /** A case was opened since the day named it last. */
  #wasCase(id: string, date: string): boolean {
    const isNaming = ({ kind, body }: JournalEntry): boolean =>
      kind === 'dayLateBooking' && body.includes(id);
    const namedAt = this.#ledger.dayEntries(date).findLast(isNaming)?.index ?? 0;
    return this.#ledger
      .timeline(id)
      .some(({ index, kind, body }) => index > namedAt && kind === 'openCase' && body.includes(LATE));
  }

  #ended(intent: Intent, date: string): void {
    const is = approvedPosition(intent, date);
    const swept = readDay(this.#ledger, date).swept[intent.sequenceId];
    const issuerPayable = is.issuerPayable - (swept?.issuerPayable ?? 0);
    const cashDrawer = is.cashDrawer - (swept?.cashDrawer ?? 0);
    const store = issuerPayable + cashDrawer;
    const detail = { sequenceId: intent.sequenceId, host: intent.host };
    this.#record(
      {
        kind: 'dayItemEnded',
        businessDate: date,
        detail,
        posting: { issuer_payable: 0 - issuerPayable, cash_drawer: 0 - cashDrawer, store },
      },
      TERMINAL,
    );
  }
}
