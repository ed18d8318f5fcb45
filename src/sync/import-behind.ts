import type { Timer } from '../intent/clock.ts';
import type { Liaison } from './liaison.ts';
import { NONE_UNREAD, type UnreadLists } from './memory.ts';
import type { SyncOptions } from './options.ts';

/** After a list that could not be read to its end. */
const RETRY_MS = 60_000;
const QUICK_TRIES = 10;
const SLOW_RETRY_MS = 3_600_000;
/** A week of hours: each asks for three in vain before it leaves off, so that each of the days that anybody knows has its turn. */
const TRIES_MAX = QUICK_TRIES + 168;

/** What the recovery around it does. */
export interface ImportBehindHost {
  isRunning(): boolean;
  /** Reads all lists, or `only` these. Gives the older days that are still unread; null: it could not be read to its end. */
  read(only?: readonly string[]): Promise<readonly string[] | null>;
}

/**
 * The issuer's lists behind a claim. What a copy of this disk booked between the import and the claim is in them only now,
 * when nobody else books any more, so all are read once more. A terminal that ends before that leaves it to the comparison
 * of the day. A day that its ledger lost whole has none: an older one whose list was not to be had is kept beside the
 * ledger and asked for on, by later starts too, every minute at first and then every hour, until it is read or the tries
 * are used up. An issuer that does not give a list any more does not say so in a way of its own.
 */
export class ImportBehind {
  readonly #options: SyncOptions;
  readonly #liaison: Liaison;
  readonly #host: ImportBehindHost;
  #unread: UnreadLists = NONE_UNREAD;
  /** All of them are still to be read once more, not only those that are known to be unread. */
  #isAllAgain = false;
  #timer: Timer | null = null;

  constructor(options: SyncOptions, liaison: Liaison, host: ImportBehindHost) {
    this.#options = options;
    this.#liaison = liaison;
    this.#host = host;
  }

  /** Takes up what an earlier run left. */
  begin(): void {
    this.#unread = this.#liaison.session.unreadLists;
    if (this.#unread.dates.length > 0) this.#later(RETRY_MS);
  }

  /** These were not to be had for the claim that is made now. On disk before it: what is believed again asks for them. */
  leave(dates: readonly string[]): void {
    this.#keep({ dates, tries: 0 });
  }

  /** The claim was granted. */
  claimed(): void {
    this.#timer?.cancel();
    this.#isAllAgain = true;
    void this.#try();
  }

  /** The worker stops. */
  end(): void {
    this.#timer?.cancel();
  }

  async #try(): Promise<void> {
    const { session } = this.#liaison;
    if (!this.#host.isRunning() || session.recovering) return;
    if (this.#isHeld()) {
      this.#later(RETRY_MS);
      return;
    }
    const { epoch } = session;
    const unread = await this.#host.read(this.#isAllAgain ? undefined : this.#unread.dates);
    // A worker that stops read nothing to its end; where the terminal was fenced meanwhile, the next claim reads them all.
    if (!this.#host.isRunning() || session.recovering || session.epoch !== epoch) return;
    this.#tried(unread);
  }

  #tried(unread: readonly string[] | null): void {
    const tries = this.#unread.tries + 1;
    const dates = unread ?? this.#unread.dates;
    if (unread !== null || tries >= QUICK_TRIES) this.#isAllAgain = false;
    const isOver = dates.length === 0 ? !this.#isAllAgain : tries >= TRIES_MAX;
    if (isOver && dates.length > 0) {
      this.#options.log?.({ level: 'error', event: 'oldListsGivenUp', days: dates.length });
    }
    this.#keep(isOver ? NONE_UNREAD : { dates, tries });
    if (!isOver) this.#later(tries < QUICK_TRIES ? RETRY_MS : SLOW_RETRY_MS);
  }

  /** Until the issuer wants to be asked again, and the line is up: what could not be asked for is no try. */
  #isHeld(): boolean {
    const { breaker, line } = this.#liaison;
    const now = this.#options.clock.now();
    return breaker.isAskedToWait(now.monoMs) || line.view(now).state === 'down';
  }

  #later(afterMs: number): void {
    this.#timer?.cancel();
    this.#timer = this.#options.clock.after(afterMs, () => void this.#try());
  }

  #keep(unread: UnreadLists): void {
    this.#unread = unread;
    this.#liaison.session.keepUnreadLists(unread);
  }
}
