import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock, Timer } from '../intent/clock.ts';
import { backupApart } from './apart.ts';
import { LedgerFault } from './fault.ts';

/** When backups are made by themselves, and how many stay. */
export interface BackupPlan {
  /** Made (0700) when it is missing. Best on another disk than the ledger. */
  readonly directory: string;
  readonly everyMs: number;
  /** The newest so many stay. */
  readonly keep: number;
}

export interface BackupLog {
  readonly level: 'info' | 'error';
  readonly event: 'ledgerBackedUp' | 'ledgerBackupFailed';
  readonly code: string | null;
  readonly detail: string;
}

export interface BackupsOptions {
  /** The ledger's database file. */
  readonly file: string;
  readonly plan: BackupPlan;
  readonly clock: Clock;
  readonly log?: (entry: BackupLog) => void;
}

const NAME = /^ledger-(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z\.backup$/;
/** A copy that a crash or a stop cut off, with what SQLite laid beside it. It may still hold the vault. */
const HALF = /^ledger-\d{8}T\d{6}Z\.backup\.partial(-[a-z]+)?$/;
const RETRY_MS = 10 * 60_000;

function nameOf(wallMs: number): string {
  const stamp = new Date(wallMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
  return `ledger-${stamp}Z.backup`;
}

function timeOf(name: string): number | null {
  const [, year, month, day, hour, minute, second] = NAME.exec(name) ?? [];
  if (second === undefined) return null;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

/** Makes a backup when the newest one is old enough, for ever; one at a time, beside the agent's own work. */
export class Backups {
  readonly #options: BackupsOptions;
  readonly #ended = new AbortController();
  #timer: Timer | null = null;
  #running: Promise<void> | null = null;

  constructor(options: BackupsOptions) {
    this.#options = options;
  }

  start(): void {
    this.#clearHalves();
    this.#arm(this.#dueInMs());
  }

  /** Gives up the one under way; nothing half stays under a backup's name. */
  async stop(): Promise<void> {
    this.#timer?.cancel();
    this.#ended.abort();
    await this.#running;
  }

  #arm(ms: number): void {
    if (this.#ended.signal.aborted) return;
    this.#timer = this.#options.clock.after(ms, () => {
      this.#running = this.#run();
    });
  }

  /** The names say when: a restart makes none before its time, and one that was missed is made at once. */
  #dueInMs(): number {
    const newest = this.#names().at(-1);
    const at = newest === undefined ? null : timeOf(newest);
    const { everyMs } = this.#options.plan;
    if (at === null) return 0;
    const ageMs = this.#options.clock.now().wallMs - at;
    // A clock that was set back must not put the next one off for ever.
    return ageMs < 0 ? everyMs : Math.max(0, everyMs - ageMs);
  }

  #names(): string[] {
    return this.#files().filter((name) => timeOf(name) !== null);
  }

  #files(): string[] {
    try {
      return readdirSync(this.#options.plan.directory).sort();
    } catch {
      return [];
    }
  }

  /** What cannot be cleared away now is tried again with the next backup. */
  #clearHalves(): void {
    for (const name of this.#files().filter((file) => HALF.test(file))) {
      try {
        rmSync(join(this.#options.plan.directory, name), { force: true });
      } catch {}
    }
  }

  async #run(): Promise<void> {
    const { file, plan, clock } = this.#options;
    const name = nameOf(clock.now().wallMs);
    try {
      mkdirSync(plan.directory, { recursive: true, mode: 0o700 });
      this.#clearHalves();
      const { head, bytes } = await backupApart({ file, to: join(plan.directory, name) }, this.#ended.signal);
      this.#prune(name);
      this.#say('info', 'ledgerBackedUp', null, `${name}, head ${head.index}, ${bytes} bytes`);
      this.#arm(plan.everyMs);
    } catch (error) {
      this.#clearHalves();
      if (this.#ended.signal.aborted) return;
      const code = error instanceof LedgerFault ? error.code : null;
      this.#say('error', 'ledgerBackupFailed', code, error instanceof Error ? error.message : 'unknown');
      this.#arm(Math.min(RETRY_MS, plan.everyMs));
    }
  }

  /** The one just made stays whatever the names say: the clock may have run ahead when the others got theirs. */
  #prune(made: string): void {
    const { directory, keep } = this.#options.plan;
    const others = this.#names().filter((name) => name !== made);
    for (const name of others.slice(0, Math.max(0, others.length - keep + 1))) {
      rmSync(join(directory, name), { force: true });
    }
  }

  #say(level: BackupLog['level'], event: BackupLog['event'], code: string | null, detail: string): void {
    this.#options.log?.({ level, event, code, detail });
  }
}
