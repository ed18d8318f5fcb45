/** What a manager does at a till without pages: closes its business day, and takes a fenced terminal on again. */
import type { Actor } from '../../../src/intent/model.ts';
import type { Ledger } from '../../../src/ledger/types.ts';
import type { DayState } from '../../../src/settlement/day.ts';
import { SettlementFault } from '../../../src/settlement/fault.ts';
import { readDay } from '../../../src/settlement/read.ts';
import type { Settlement } from '../../../src/settlement/settlement.ts';
import type { SyncWorker } from '../../../src/sync/worker.ts';

const BOSS: Actor = { role: 'manager', id: 'M1' };
/** A person does not press more often. */
const PRESS_MS = 200;
/** Closes of a day at rest that the issuer did not agree to: a person goes on to ask why. */
const CLOSES_MAX = 3;
/** A page shows the newest days only; the one that he closes may be an older one. */
const DAYS_MAX = 400;

export interface ManagerOptions {
  readonly ledger: Ledger;
  readonly settlement: Settlement;
  readonly worker: SyncWorker;
  /** yyyyMMdd; null: no day is closed. */
  readonly closes: string | null;
  /** Counts the drawer before; otherwise says why nobody did. */
  readonly counts: boolean;
  readonly monoMs: () => number;
}

export class TillManager {
  readonly #options: ManagerOptions;
  #lastMs = Number.NEGATIVE_INFINITY;
  #isClaiming = false;
  /** Closes that were begun when nothing was open any more: what they find stays so. */
  #closesAtRest = 0;

  constructor(options: ManagerOptions) {
    this.#options = options;
  }

  /** Looks at the page now and then, and presses what it allows. `isAtRest`: no payment is open. */
  look(isAtRest: () => boolean): void {
    const { monoMs, worker } = this.#options;
    if (monoMs() - this.#lastMs < PRESS_MS) return;
    this.#lastMs = monoMs();
    if (worker.status().recovering) this.#claim();
    else this.#close(isAtRest);
  }

  /** Nothing is left to press: the day is sealed, or was not agreed to so often with nothing open. */
  get isDone(): boolean {
    if (this.#options.worker.status().recovering) return false;
    const day = this.#day();
    if (day === null) return true;
    return day.sealed !== null || (day.phase === 'notAgreed' && this.#closesAtRest >= CLOSES_MAX);
  }

  /** How the day stands, for whoever asks why a till does not come to rest. */
  told(): string {
    const day = this.#day();
    if (day === null) return 'no day is closed';
    const { date, phase, sealed, answered, unanswered, closeNo, rounds } = day;
    const said = [answered?.outcome.detail.code, unanswered?.detail.why, sealed === null ? '' : 'sealed'];
    return `${date} is ${phase} ${said.join(' ')}, close ${closeNo}, rounds ${rounds}, at rest ${this.#closesAtRest}`;
  }

  #claim(): void {
    if (this.#isClaiming) return;
    this.#isClaiming = true;
    void this.#options.worker.claimEpoch(BOSS.id ?? '').then((isGranted) => {
      this.#isClaiming = false;
      if (isGranted) process.stdout.write('claimed\n');
    });
  }

  #close(isTillAtRest: () => boolean): void {
    const day = this.#day();
    if (day === null || day.sealed !== null || day.phase === 'wanted') return;
    const isAtRest = isTillAtRest();
    if (isAtRest && this.#closesAtRest >= CLOSES_MAX) return;
    const { settlement, counts, ledger } = this.#options;
    try {
      if (counts && day.counts.length === 0) {
        const { cash_drawer: cash } = ledger.balances();
        const [safe, float] = cash >= 0 ? [cash, 0] : [0, -cash];
        settlement.count(day.date, { mode: 'separate', pieces: {}, safe, float, posExpected: 0 }, BOSS);
      }
      settlement.close(day.date, BOSS, counts ? null : 'nobody has the key').settled.catch(() => {});
      if (isAtRest) this.#closesAtRest += 1;
    } catch (fault) {
      if (!(fault instanceof SettlementFault)) throw fault; // the page says why not
    }
  }

  /** null: there is none to be closed, or nothing was sold on it. */
  #day(): DayState | null {
    const { ledger, closes } = this.#options;
    if (closes === null || !ledger.days(DAYS_MAX).some(({ businessDate }) => businessDate === closes))
      return null;
    return readDay(ledger, closes);
  }
}
