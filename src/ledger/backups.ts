import { mkdirSync, readdirSync, rmSync, statfsSync, statSync } from 'node:fs';
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
  /** Free bytes on a folder's disk; by default what the system says. */
  readonly freeBytes?: (directory: string) => number;
}

const NAME = /^ledger-(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z\.backup$/;
/** A copy that a crash or a stop cut off, with what SQLite laid beside it. It may still hold the vault. */
const HALF = /^ledger-\d{8}T\d{6}Z\.backup\.partial(-[a-z]+)?$/;
const RETRY_MS = 10 * 60_000;
/**
 * What a backup may take at its height, in sizes of the ledger: the copy, and a journal and a temporary file as large while
 * its secrets are taken out.
 */
const COPIES = 3;
/** Stays free on the disk whatever the ledger's size: a backup must never stop the ledger that it is for. */
const RESERVE_BYTES = 64 * 1024 * 1024;

function nameOf(wallMs: number): string {
  const stamp = new Date(wallMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
  return `ledger-${stamp}Z.backup`;
}

function timeOf(name: string): number | null {
  const [, year, month, day, hour, minute, second] = NAME.exec(name) ?? [];
  if (second === undefined) return null;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

function filesIn(directory: string): string[] {
  try {
    return readdirSync(directory).sort();
  } catch {
    return [];
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** Bytes that a program without special rights may still write on the disk of this folder. */
function freeOn(directory: string): number {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
}

/**
 * When the newest backup in the folder was made, UTC ms, by its name; null: there is none. One of a clock that ran ahead of
 * `wallMs` says nothing about when it was made.
 */
export function newestBackupMs(directory: string, wallMs: number): number | null {
  const newest = filesIn(directory).findLast((name) => (timeOf(name) ?? Infinity) <= wallMs);
  return newest === undefined ? null : timeOf(newest);
}

/** Makes a backup when the newest one is old enough, for ever; one at a time, beside the agent's own work. */
export class Backups {
  readonly #options: BackupsOptions;
  readonly #ended = new AbortController();
  #timer: Timer | null = null;
  #running: Promise<void> | null = null;
  #isFailing = false;

  constructor(options: BackupsOptions) {
    this.#options = options;
  }

  /** The last one that was tried could not be made; over as soon as one is made again. */
  get isFailing(): boolean {
    return this.#isFailing;
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
    const { directory, everyMs } = this.#options.plan;
    const { wallMs } = this.#options.clock.now();
    const at = newestBackupMs(directory, wallMs);
    return at === null ? 0 : Math.max(0, everyMs - (wallMs - at));
  }

  /** What cannot be cleared away now is tried again with the next backup. */
  #clearHalves(): void {
    const { directory } = this.#options.plan;
    for (const name of filesIn(directory).filter((file) => HALF.test(file))) {
      try {
        rmSync(join(directory, name), { force: true });
      } catch {}
    }
  }

  async #run(): Promise<void> {
    const { file, plan, clock } = this.#options;
    const name = nameOf(clock.now().wallMs);
    try {
      mkdirSync(plan.directory, { recursive: true, mode: 0o700 });
      this.#clearHalves();
      this.#mustHaveRoom();
      const { head, bytes } = await backupApart({ file, to: join(plan.directory, name) }, this.#ended.signal);
      this.#isFailing = false;
      this.#prune(name);
      this.#say('info', 'ledgerBackedUp', null, `${name}, head ${head.index}, ${bytes} bytes`);
      this.#arm(plan.everyMs);
    } catch (error) {
      this.#clearHalves();
      if (this.#ended.signal.aborted) return;
      this.#isFailing = true;
      const code = error instanceof LedgerFault ? error.code : null;
      this.#say('error', 'ledgerBackupFailed', code, error instanceof Error ? error.message : 'unknown');
      this.#arm(Math.min(RETRY_MS, plan.everyMs));
    }
  }

  #mustHaveRoom(): void {
    const { file, plan, freeBytes = freeOn } = this.#options;
    const needed = COPIES * (sizeOf(file) + sizeOf(`${file}-wal`)) + RESERVE_BYTES;
    const free = freeBytes(plan.directory);
    if (free >= needed) return;
    throw new LedgerFault('FULL', `${free} bytes are free for a backup, ${needed} are needed`);
  }

  /**
   * The one just made stays whatever the names say. Those of a time to come go first: one of the two clocks, theirs or the
   * present one, is wrong, and they would never become old.
   */
  #prune(made: string): void {
    const { directory, keep } = this.#options.plan;
    const { wallMs } = this.#options.clock.now();
    const others = filesIn(directory).filter((name) => timeOf(name) !== null && name !== made);
    const isToCome = (name: string): boolean => (timeOf(name) ?? 0) > wallMs;
    const goingFirst = [...others.filter(isToCome), ...others.filter((name) => !isToCome(name))];
    for (const name of goingFirst.slice(0, Math.max(0, others.length - keep + 1))) {
      rmSync(join(directory, name), { force: true });
    }
  }

  #say(level: BackupLog['level'], event: BackupLog['event'], code: string | null, detail: string): void {
    this.#options.log?.({ level, event, code, detail });
  }
}
