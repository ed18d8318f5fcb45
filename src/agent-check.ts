/**
 * What a start checks of its ledger: the entries since the last sealed day before the first scan, all of it beside the work.
 * A fault stops new payments until somebody repairs it; payments under way go on.
 */
import type { Clock, Timer } from './intent/clock.ts';
import { LedgerFault } from './ledger/ledger.ts';
import type { Ledger, VerifyReport } from './ledger/types.ts';
import type { Station } from './station/station.ts';

export interface CheckLog {
  readonly level: 'info' | 'warn' | 'error';
  readonly event: 'ledgerVerified' | 'ledgerWrong' | 'ledgerNotVerified';
  readonly code: string | null;
  readonly detail: string;
}

export interface StartCheckOptions {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly stations: ReadonlyMap<string, Station>;
  /** The whole ledger in a thread of its own; `signal` gives it up. */
  readonly verifyApart: (signal: AbortSignal) => Promise<VerifyReport>;
  /** So long after the start the whole is begun: the opening minutes belong to the counter. Default ten minutes. */
  readonly wholeAfterMs?: number;
  readonly log?: (entry: CheckLog) => void;
}

/** Bound of the part that the start waits for; the whole follows in any case. */
const ENTRIES_MAX = 5_000;
const WHOLE_AFTER_MS = 600_000;
/** Newest business days among which the last seal is looked for. */
const DAYS = 400;

export class StartCheck {
  readonly #options: StartCheckOptions;
  readonly #ended = new AbortController();
  readonly #timer: Timer;

  /** Checks the end of the journal at once. Throws LedgerFault when it cannot be read. */
  constructor(options: StartCheckOptions) {
    this.#options = options;
    this.#judge(options.ledger.verify({ fromIndex: this.#sinceSeal() }));
    const waitMs = options.wholeAfterMs ?? WHOLE_AFTER_MS;
    this.#timer = options.clock.after(waitMs, () => void this.#whole());
  }

  /** Gives up what is under way. Idempotent. */
  stop(): void {
    this.#timer.cancel();
    this.#ended.abort();
  }

  #sinceSeal(): number {
    const { ledger } = this.#options;
    const seals = ledger.days(DAYS).map(({ sealedIndex }) => sealedIndex ?? 0);
    return Math.max(1, ledger.head().index - ENTRIES_MAX, ...seals);
  }

  async #whole(): Promise<void> {
    try {
      this.#judge(await this.#options.verifyApart(this.#ended.signal));
    } catch (error) {
      if (this.#ended.signal.aborted) return;
      const code = error instanceof LedgerFault ? error.code : null;
      this.#say('warn', 'ledgerNotVerified', code, error instanceof Error ? error.message : 'unknown');
    }
  }

  #judge({ ok, entries, faults }: VerifyReport): void {
    const [first] = faults;
    if (ok || first === undefined) {
      this.#say('info', 'ledgerVerified', null, `${entries} entries`);
      return;
    }
    this.#say('error', 'ledgerWrong', first.code, first.text);
    for (const station of this.#options.stations.values())
      station.setTrouble({ face: 'LEDGER', code: first.code });
  }

  #say(level: CheckLog['level'], event: CheckLog['event'], code: string | null, detail: string): void {
    this.#options.log?.({ level, event, code, detail });
  }
}
