/**
 * What a start checks of its ledger: the entries since the last sealed day before the first scan, all of it beside the work.
 * A fault stops new payments, over restarts too, until the whole ledger is found whole again; payments under way go on.
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Clock, Timer } from './intent/clock.ts';
import { LedgerFault } from './ledger/ledger.ts';
import type { Ledger, VerifyReport } from './ledger/types.ts';
import type { Station } from './station/station.ts';
import { writeWhole } from './web/whole-file.ts';

export interface CheckLog {
  readonly level: 'info' | 'warn' | 'error';
  readonly event: 'ledgerVerified' | 'ledgerWrong' | 'ledgerNotVerified' | 'ledgerVerdictNotKept';
  readonly code: string | null;
  readonly detail: string;
}

/** How the last check of the whole ended. `unfinished`: a start came to its end before it, or it could not be done. */
const verdict = z.discriminatedUnion('last', [
  z.object({ last: z.literal('whole') }),
  z.object({ last: z.literal('unfinished') }),
  z.object({ last: z.literal('wrong'), code: z.string().max(40) }),
]);
export type Verdict = z.infer<typeof verdict>;

/** Where the verdict outlives the process. `read` gives null when no start has kept one. */
export interface VerdictMemory {
  read(): Verdict | null;
  write(verdict: Verdict): void;
}

type Report = Pick<VerifyReport, 'ok' | 'entries' | 'faults'>;

export interface StartCheckOptions {
  readonly ledger: Pick<Ledger, 'days' | 'head'> & {
    verify(options: { readonly fromIndex: number }): Report;
  };
  readonly clock: Clock;
  readonly stations: ReadonlyMap<string, Pick<Station, 'setTrouble'>>;
  readonly memory: VerdictMemory;
  /** The whole ledger in a thread of its own; `signal` gives it up. */
  readonly verifyApart: (signal: AbortSignal) => Promise<Report>;
  /**
   * So long after the start the whole is begun: the opening minutes belong to the counter. Default ten minutes. At once
   * when the last start did not come to a good end of it.
   */
  readonly wholeAfterMs?: number;
  readonly log?: (entry: CheckLog) => void;
}

/** Bound of the part that the start waits for; the whole follows in any case. */
const ENTRIES_MAX = 5_000;
const WHOLE_AFTER_MS = 600_000;
/** A check of the whole that could not be done is tried again; what is left then is the next start's. */
const AGAIN_MS = 600_000;
const TRIES = 12;
/** Newest business days among which the last seal is looked for. */
const DAYS = 400;

export class StartCheck {
  readonly #options: StartCheckOptions;
  readonly #ended = new AbortController();
  #timer: Timer;
  #tries = 0;
  /** Damage was found beside the checks: one of the whole may have read it as it was before, and takes nothing back. */
  #wasFound = false;

  /** Checks the end of the journal at once. Throws LedgerFault when it cannot be read. */
  constructor(options: StartCheckOptions) {
    this.#options = options;
    const before = this.#before();
    if (before.last === 'wrong') this.#stop(before.code);
    else this.#keep({ last: 'unfinished' });
    this.#judge(options.ledger.verify({ fromIndex: this.#sinceSeal() }));
    const waitMs = before.last === 'whole' ? (options.wholeAfterMs ?? WHOLE_AFTER_MS) : 0;
    this.#timer = this.#wholeAfter(waitMs);
  }

  /** Somebody came to a fault beside the checks: it is judged as theirs, and only the next start may find it repaired. */
  found(code: string, text: string): void {
    this.#wasFound = true;
    this.#wrong(code, text);
  }

  /** Gives up what is under way. Idempotent. */
  stop(): void {
    this.#timer.cancel();
    this.#ended.abort();
  }

  /** A till that has kept nothing yet begins as after a good end; what cannot be read is no good end. */
  #before(): Verdict {
    try {
      return this.#options.memory.read() ?? { last: 'whole' };
    } catch {
      return { last: 'unfinished' };
    }
  }

  #keep(kept: Verdict): void {
    try {
      this.#options.memory.write(kept);
    } catch (error) {
      this.#say(
        'warn',
        'ledgerVerdictNotKept',
        kept.last,
        error instanceof Error ? error.message : 'unknown',
      );
    }
  }

  #sinceSeal(): number {
    const { ledger } = this.#options;
    const seals = ledger.days(DAYS).map(({ sealedIndex }) => sealedIndex ?? 0);
    return Math.max(1, ledger.head().index - ENTRIES_MAX, ...seals);
  }

  #wholeAfter(waitMs: number): Timer {
    return this.#options.clock.after(waitMs, () => void this.#whole());
  }

  async #whole(): Promise<void> {
    this.#tries += 1;
    try {
      const report = await this.#options.verifyApart(this.#ended.signal);
      if (this.#ended.signal.aborted) return;
      if (this.#judge(report)) this.#goOn();
    } catch (error) {
      if (!this.#ended.signal.aborted) this.#failed(error);
    }
  }

  /** A file that cannot be read for its damage is a verdict; anything else says nothing about the ledger. */
  #failed(error: unknown): void {
    const code = error instanceof LedgerFault ? error.code : null;
    const text = error instanceof Error ? error.message : 'unknown';
    if (code === 'CORRUPT') this.#wrong(code, text);
    else {
      this.#say('warn', 'ledgerNotVerified', code, text);
      if (this.#tries < TRIES) this.#timer = this.#wholeAfter(AGAIN_MS);
    }
  }

  #judge({ ok, entries, faults }: Report): boolean {
    const [first] = faults;
    if (ok || first === undefined) {
      this.#say('info', 'ledgerVerified', null, `${entries} entries`);
      return true;
    }
    this.#wrong(first.code, first.text);
    return false;
  }

  #wrong(code: string, text: string): void {
    this.#say('error', 'ledgerWrong', code, text);
    this.#keep({ last: 'wrong', code });
    this.#stop(code);
  }

  #stop(code: string): void {
    for (const station of this.#options.stations.values()) station.setTrouble({ face: 'LEDGER', code });
  }

  /** The whole is whole: what an earlier check had found was repaired. */
  #goOn(): void {
    if (this.#wasFound) return;
    this.#keep({ last: 'whole' });
    for (const station of this.#options.stations.values()) station.setTrouble(null);
  }

  #say(level: CheckLog['level'], event: CheckLog['event'], code: string | null, detail: string): void {
    this.#options.log?.({ level, event, code, detail });
  }
}

/** The verdict in one small file. `read` throws when what stands there is none. */
export function fileVerdict(file: string): VerdictMemory {
  return {
    read: () => {
      let text: string;
      try {
        text = readFileSync(file, 'utf8');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
        throw error;
      }
      return verdict.parse(JSON.parse(text));
    },
    write: (kept) => writeWhole(file, `${JSON.stringify(kept)}\n`),
  };
}
