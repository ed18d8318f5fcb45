/** Items that a sealed day named as open: when one ends, the day is told, and its money follows the rest to `store`. */
import type { Clock } from '../intent/clock.ts';
import type { Actor, CaseReason, Intent } from '../intent/model.ts';
import { keepsDayOpen } from '../intent/state.ts';
import { approvedPosition } from '../ledger/days.ts';
import type { DayEntry, Ledger } from '../ledger/types.ts';
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
  #sealed = new Set<string>();
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
    this.#unlisten = this.#ledger.onCommit(({ intent }) => {
      if (this.#concerns(intent)) queueMicrotask(() => this.#guarded(() => this.#look(intent.sequenceId)));
    });
  }

  stop(): void {
    this.#unlisten();
  }

  /** A day was sealed, or the agent starts. */
  reload(): void {
    this.#named = new Map();
    this.#sealed = new Set();
    for (const { businessDate, sealedIndex } of this.#ledger.days(DAYS_MAX)) {
      if (sealedIndex === null) continue;
      this.#sealed.add(businessDate);
      const { named, late } = readDay(this.#ledger, businessDate);
      for (const id of named) this.#name(id, businessDate);
      // A crash may have come between the answer and its case.
      for (const id of late.filter((each) => named.includes(each) && !this.#wasCase(each)))
        this.#openCase(id);
    }
    for (const id of [...this.#named.keys()]) this.#look(id);
  }

  #name(id: string, date: string): void {
    this.#named.set(id, [...(this.#named.get(id) ?? []), date]);
  }

  /** Of a sealed day, or named by one: nearly no commit is, and a look reads the file. */
  #concerns({ sequenceId, businessDate }: Intent): boolean {
    return this.#named.has(sequenceId) || (businessDate !== null && this.#sealed.has(businessDate));
  }

  #look(id: string): void {
    const found = this.#ledger.get(id);
    if (found === null) return;
    const { businessDate } = found;
    if (businessDate !== null && this.#sealed.has(businessDate) && !this.#named.has(id))
      this.#lookLate(found, businessDate);
    const intent = this.#ledger.get(id) ?? found; // its case may have been opened just now
    const dates = this.#named.get(id);
    if (dates === undefined || keepsDayOpen(intent) || intent.cases.length > 0) return;
    for (const date of dates) {
      if (readDay(this.#ledger, date).named.includes(id)) this.#ended(intent, date);
    }
    this.#named.delete(id); // last: what the disk does not take now is looked at again
  }

  /**
   * The ledger named it in the commit of its answer; what the issuer did there is for a person: the day lets it go once
   * somebody has seen it.
   */
  #lookLate(intent: Intent, date: string): void {
    if (!readDay(this.#ledger, date).named.includes(intent.sequenceId)) return;
    this.#name(intent.sequenceId, date);
    this.#openCase(intent.sequenceId);
  }

  #openCase(id: string): void {
    this.#ledger.record(id, { kind: 'openCase', reason: LATE }, this.#clock.now(), { actor: TERMINAL });
  }

  #wasCase(id: string): boolean {
    return this.#ledger.timeline(id).some(({ kind, body }) => kind === 'openCase' && body.includes(LATE));
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
