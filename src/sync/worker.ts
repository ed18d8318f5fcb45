import type { Timer } from '../intent/clock.ts';
import type { Actor, Intent, Now } from '../intent/model.ts';
import type {
  Answered,
  CallContext,
  CloseAnswer,
  CloseRequest,
  TransactionsAnswer,
  TransactionsRequest,
} from '../konaplate/settlement.ts';
import { withoutCardData } from '../ledger/card-data.ts';
import { LedgerFault } from '../ledger/fault.ts';
import { Agenda } from './agenda.ts';
import { Calls } from './calls.ts';
import { Counters } from './counters.ts';
import { DayCalls } from './day-calls.ts';
import { Delivery } from './delivery.ts';
import { Dispatch } from './dispatch.ts';
import { Liaison } from './liaison.ts';
import { DEFAULT_LIMITS, type SyncLimits } from './limits.ts';
import { IssuerLists } from './lists.ts';
import type { SyncLog, SyncOptions } from './options.ts';
import { Overdue } from './overdue.ts';
import { OwnLines } from './own-lines.ts';
import { Recheck } from './recheck.ts';
import { Recovery } from './recovery.ts';
import { soonest } from './soonest.ts';
import { buildStatus, hasNextTry } from './status.ts';
import type { SyncStatus } from './types.ts';
import { UnsealedDays } from './unsealed-days.ts';
import { isPassingCode } from './verdicts.ts';

/** More than this in one turn is a loop that feeds itself. */
const COMMANDS_MAX = 100_000;
const WAKE_MAX_MS = 60_000;
/** A person who asks about a payment waits no longer, also when nothing can be asked at present. */
const ASK_MAX_MS = 10_000;

/**
 * Delivers: runs what `due` says of the ledger's intents, and nothing else. Every attempt is on disk before its first
 * byte leaves, every answer is recorded when it comes. Call `startRecovery` on the ledger before the first `start`.
 */
export class SyncWorker {
  readonly #options: SyncOptions;
  readonly #limits: SyncLimits;
  readonly #agenda: Agenda;
  readonly #calls: Calls;
  readonly #counters = new Counters();
  readonly #delivery: Delivery;
  readonly #liaison: Liaison;
  readonly #dayCalls: DayCalls;
  readonly #recheck: Recheck;
  readonly #recovery: Recovery;
  readonly #dispatch: Dispatch;
  readonly #overdue: Overdue;
  readonly #ownLines: OwnLines;
  readonly #log: SyncLog;
  readonly #listeners = new Set<() => void>();
  #state: 'new' | 'running' | 'stopping' | 'stopped' = 'new';
  #unlisten: () => void = () => {};
  #timer: Timer | null = null;
  #isWoken = false;
  /** Mono ms at which it is to look again, at the latest. */
  #lookMs = Number.POSITIVE_INFINITY;
  #shown: readonly unknown[] = [];

  constructor(options: SyncOptions) {
    this.#options = options;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#log = options.log ?? (() => {});
    this.#agenda = new Agenda(options.times);
    this.#ownLines = new OwnLines(options.clock, (fault, kind) => this.#failed('noteFailed', fault, kind));
    this.#calls = new Calls(
      options.clock,
      this.#counters,
      () => this.#wake(),
      (fault) => this.#broken(fault),
    );
    this.#liaison = new Liaison(options, this.#limits, this.#calls, {
      context: () => this.#context(),
      backlog: () => this.#agenda.backlog(),
      fenced: (reason) => this.#recovery.fenced(reason),
      recovered: (managerId) => this.#recovery.recovered(managerId),
    });
    this.#delivery = new Delivery(options, this.#limits, this.#agenda, this.#calls, {
      context: () => this.#context(),
      heard: (answer, elapsedMs) => this.#liaison.heard(answer, elapsedMs),
      delivered: () => this.#liaison.delivered(),
      undone: (intent) => void this.#recheck.ask(intent, () => this.#wake(), true),
      notProcessed: (intent, code, retryAfterMs) => this.#notProcessed(intent, code, retryAfterMs),
      broken: (fault) => this.#broken(fault),
      faulted: () => {
        this.#counters.faults += 1;
      },
    });
    this.#dayCalls = new DayCalls(options.backend, this.#limits, this.#calls, this.#liaison, {
      isRunning: () => this.#isRunning(),
      nowMs: () => options.clock.now().monoMs,
      context: () => this.#context(),
    });
    const days = new UnsealedDays(options, this.#limits);
    this.#recheck = new Recheck(options, days, this.#delivery);
    this.#recovery = this.#makeRecovery(days);
    this.#dispatch = this.#makeDispatch();
    this.#overdue = new Overdue(options.clock, this.#limits, (intent) =>
      this.#delivery.openCase(intent, 'OVERDUE'),
    );
  }

  #makeRecovery(days: UnsealedDays): Recovery {
    const lists = new IssuerLists(this.#options, days, (request) => this.#dayCalls.page(request));
    return new Recovery(this.#options, this.#liaison, this.#recheck, lists, {
      isRunning: () => this.#isRunning(),
      wake: () => this.#wake(),
      tell: () => this.#tell(),
      recording: (kind, record) => this.#ownLines.add(kind, record),
      failed: (fault) => this.#failed('recoveryFailed', fault),
    });
  }

  #makeDispatch(): Dispatch {
    const parts = {
      agenda: this.#agenda,
      calls: this.#calls,
      delivery: this.#delivery,
      liaison: this.#liaison,
      recheck: this.#recheck,
    };
    return new Dispatch(this.#limits, parts, () => this.#isRunning());
  }

  /** Begins to deliver. Everything that is due on disk is taken up, so recovery is normal operation. */
  start(): void {
    if (this.#state !== 'new') return;
    this.#state = 'running';
    const { ledger } = this.#options;
    this.#unlisten = ledger.onCommit(({ intent, record }) => {
      // A void that is proven anew no longer waits for its lost proof.
      if (record.event === 'void') this.#agenda.release(intent.sequenceId);
      // Whoever said how it ended, the card's barcode is needed no more; before that is on disk it is, for the repeat.
      if (record.set.voids !== undefined) this.#forgetProofs(intent);
      this.#committed(intent);
    });
    for (const intent of ledger.attention()) this.#agenda.put(intent);
    const now = this.#options.clock.now();
    for (const intent of ledger.open()) {
      this.#agenda.put(intent);
      this.#overdue.put(intent, now);
    }
    this.#recovery.begin();
    this.#wake();
  }

  /** Lets nothing new out, waits for the answers under way (bounded), and resolves when all are recorded. */
  async stop(): Promise<void> {
    if (this.#state === 'stopped') return;
    this.#state = 'stopping';
    this.#timer?.cancel();
    this.#timer = null;
    this.#recovery.end();
    await this.#calls.drain(this.#limits.stopMs);
    // The last moment for it: what a terminal was taken on without would fence it at the next start.
    this.#ownLines.writeLeft();
    this.#liaison.end();
    this.#unlisten();
    this.#state = 'stopped';
  }

  /**
   * A manager stops all approvals. Net cancels, inquiries and voids go on. Outlives a restart once the disk has taken it:
   * until then the status says so (`pauseKept`), and it is tried again.
   */
  pause(reason: string, actor: Actor): void {
    // What it keeps beside the ledger, the status shows: a card number that somebody typed must not get there.
    const told = withoutCardData({ ...actor, reason });
    this.#liaison.keepPause(told.reason ?? '', told);
    this.#tellUnkept();
    this.#note('syncPaused', { reason }, told);
  }

  /** Ends a manager's pause and an alarm. Kept as a pause is. */
  resume(actor: Actor): void {
    this.#liaison.endPause();
    this.#tellUnkept();
    this.#note('syncResumed', {}, actor);
    this.now();
  }

  /** Tries everything now: probes the line, and lets no backoff wait. */
  now(): void {
    this.#liaison.hurry();
    this.#agenda.hurry(this.#options.clock.now().monoMs);
    this.#recheck.hurry();
    this.#wake();
  }

  /** Asks the issuer about one intent out of turn. The result, or null when there was no trustworthy answer. */
  inquireNow(sequenceId: string): Promise<string | null> {
    const intent = this.#options.ledger.get(sequenceId);
    if (intent === null || this.#state !== 'running') return Promise.resolve(null);
    let timer: Timer | null = null;
    const late = new Promise<null>((resolve) => {
      timer = this.#options.clock.after(ASK_MAX_MS, () => resolve(null));
    });
    const asked = this.#recheck.ask(intent, () => this.#wake());
    return Promise.race([asked, late]).finally(() => timer?.cancel());
  }

  /** Keeps the fresh barcode of the same card in memory for one void attempt that is recorded, until its answer is. */
  holdProof(cancelId: string, barcodeSpec: string): void {
    this.#delivery.holdProof(cancelId, barcodeSpec);
  }

  /** Won after the booking, from the live answer of this run; never stored. */
  balanceOf(sequenceId: string): number | null {
    return this.#delivery.balanceOf(sequenceId);
  }

  /**
   * Ends `recovering`: imports the issuer's lists of every unsealed day, then claims the next epoch in the manager's name.
   * False: not fenced, or the issuer did not grant it; it may be tried again.
   */
  claimEpoch(managerId: string): Promise<boolean> {
    return this.#recovery.claim(managerId);
  }

  /** The issuer's list of a business day, a page. Also while fenced: it only reads. */
  transactions(request: TransactionsRequest): Promise<Answered<TransactionsAnswer>> {
    return this.#dayCalls.transactions(request);
  }

  /** One close of a business day. A fenced terminal says nothing. */
  close(request: CloseRequest): Promise<Answered<CloseAnswer>> {
    return this.#dayCalls.close(request);
  }

  #isRunning(): boolean {
    return this.#state === 'running';
  }

  /** yyyyMMdd that is open at the issuer; null: it has not said so in this run. */
  businessDate(): string | null {
    return this.#liaison.session.hello?.openBusinessDate ?? null;
  }

  cutOverHour(): number | null {
    return this.#liaison.session.hello?.cutOverHour ?? null;
  }

  /** The line itself, whatever a pause lays over it, is not down, and this terminal is not fenced: a close would go out. */
  isReachable(): boolean {
    const { line, session } = this.#liaison;
    return line.view(this.#options.clock.now()).state !== 'down' && !session.recovering;
  }

  /**
   * How long something that is due has been due in vain: since when the worker should have looked. What it looked at and left
   * waits for its pace, a place, the breaker or the time that the issuer asked for, and is not late before that has come.
   */
  lateMs(): number {
    if (this.#state !== 'running') return 0;
    return Math.max(0, this.#options.clock.now().monoMs - this.#lookMs);
  }

  status(): SyncStatus {
    const now = this.#options.clock.now();
    const { line, session, breaker, drainPerMinute } = this.#liaison;
    return buildStatus({
      now,
      line: line.view(now),
      lastAnsweredAtMs: line.lastAnsweredAtMs,
      session,
      pause: this.#liaison.pause(),
      breaker: { state: breaker.state, failures: breaker.failures },
      nextTryMs: this.#liaison.nextTryMs(now),
      drainPerMinute,
      agenda: this.#agenda,
      isUnderWay: (entry) => this.#delivery.isUnderWay(entry),
      counts: () => {
        this.#counters.lateAnswers = this.#delivery.lateAnswers;
        return this.#counters.view({
          depth: this.#agenda.depth,
          depthByHost: this.#agenda.depthByHost,
          deferred: this.#agenda.deferred,
          inFlight: this.#calls.size,
          oldestAtMs: this.#agenda.oldestAtMs(),
        });
      },
    });
  }

  /** Called when anything but a counter changed. Gives the function that ends it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  #forgetProofs(intent: Intent): void {
    for (const { cancelId, outcome } of intent.voids) {
      if (outcome !== undefined) this.#delivery.releaseProof(cancelId);
    }
  }

  #committed(intent: Intent): void {
    this.#agenda.put(intent);
    this.#overdue.put(intent, this.#options.clock.now());
    this.#recovery.committed(intent);
    this.#wake();
  }

  #wake(): void {
    if (this.#isWoken || this.#state !== 'running') return;
    this.#isWoken = true;
    this.#lookMs = Math.min(this.#lookMs, this.#options.clock.now().monoMs);
    // After the present turn: a commit is heard inside the ledger's own call, and must not be answered with another.
    queueMicrotask(() => {
      this.#isWoken = false;
      if (this.#state === 'running') this.#turn();
    });
  }

  #turn(): void {
    const now = this.#options.clock.now();
    this.#commands(now);
    this.#ownLines.run(now.monoMs);
    this.#recovery.run(now);
    this.#overdue.run(now.monoMs);
    this.#liaison.tick(now);
    if (this.#liaison.giveWayMs !== null && this.#dispatch.isCustomerWaiting()) this.#liaison.giveWay(now);
    this.#liaison.tryLine(now);
    this.#dispatch.run(now);
    this.#arm(this.#options.clock.now());
    this.#tell();
  }

  #commands(now: Now): void {
    let budget = COMMANDS_MAX;
    for (let due = this.#agenda.advance(now.monoMs); due.length > 0; due = this.#agenda.advance(now.monoMs)) {
      for (const entry of due) {
        budget -= 1;
        if (budget < 0 || this.#state !== 'running') return;
        this.#counters.commands += 1;
        this.#delivery.command(entry);
      }
    }
  }

  #context(): CallContext {
    const { index, hash } = this.#options.ledger.head();
    return { epoch: this.#liaison.session.epoch, journalIndex: index, journalHead: hash };
  }

  #notProcessed(intent: Intent, code: string, retryAfterMs: number | undefined): void {
    const asideMs = this.#liaison.alarm(intent, code, retryAfterMs);
    if (!intent.deferred || code === '000_910' || isPassingCode(code)) return;
    this.#delivery.openCase(this.#options.ledger.get(intent.sequenceId) ?? intent, 'NOT_PROCESSED');
    const entry = this.#agenda.get(intent.sequenceId);
    if (entry !== undefined && asideMs !== null) this.#agenda.hold(entry, asideMs);
  }

  #tellUnkept(): void {
    if (!this.#liaison.session.isPauseKept) this.#log({ level: 'error', event: 'pauseNotKept' });
  }

  #note(kind: string, detail: Readonly<Record<string, string>>, actor: Actor): void {
    const { ledger, clock } = this.#options;
    this.#ownLines.add(kind, () => ledger.note(kind, detail, clock.now(), actor));
    this.#wake();
    this.#tell();
  }

  /** What passes, and a row that cannot be read, may be tried again; only a ledger that says that it is broken ends the run. */
  #failed(event: string, fault: unknown, kind: string | null = null): void {
    if (!(fault instanceof LedgerFault) || this.#options.ledger.isBroken()) {
      this.#broken(fault);
      return;
    }
    this.#counters.faults += 1;
    this.#log({ level: 'error', event, kind, fault: fault.code });
  }

  #broken(fault: unknown): void {
    if (this.#state !== 'running') return;
    this.#state = 'stopping';
    this.#timer?.cancel();
    this.#log({ level: 'error', event: 'ledgerBroken' });
    this.#options.onFault?.(fault);
  }

  /** One timer for everything that waits for a time. */
  #arm(now: Now): void {
    this.#timer?.cancel();
    this.#timer = null;
    if (this.#state !== 'running') return;
    const { giveWayMs } = this.#liaison;
    const due = [
      giveWayMs !== null && this.#dispatch.isCustomerWaiting() ? giveWayMs : null,
      this.#liaison.wakeMs(now),
      this.#dispatch.nextMs(now),
      this.#recovery.nextMs(now.monoMs),
      this.#ownLines.nextMs(),
      this.#overdue.nextMs(),
    ].reduce(soonest, this.#agenda.nextMs());
    const next = Math.min(now.monoMs + WAKE_MAX_MS, due ?? Number.POSITIVE_INFINITY);
    this.#lookMs = Math.max(now.monoMs + 1, next);
    this.#timer = this.#options.clock.after(this.#lookMs - now.monoMs, () => this.#wake());
  }

  #tell(): void {
    const { line, session, breaker, drainPerMinute } = this.#liaison;
    const now = this.#options.clock.now();
    const { state, sinceMs, reason, code } = line.view(now);
    const pause = this.#liaison.pause();
    const { hello, epoch, recovering } = session;
    const shown = [
      state,
      sinceMs,
      hasNextTry(state, breaker.state) ? this.#liaison.nextTryMs(now) : null,
      reason,
      code,
      pause?.by,
      pause?.reason,
      pause?.code,
      pause?.atMs,
      session.isPauseKept,
      breaker.state,
      breaker.failures,
      drainPerMinute,
      recovering,
      epoch,
      hello?.enabled.CHARGE,
      hello?.enabled.REFUND,
      hello?.openBusinessDate,
      session.clockConfirmed(now),
    ];
    if (isSame(shown, this.#shown)) return;
    this.#shown = shown;
    for (const listener of this.#listeners) listener();
  }
}

function isSame(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((value, place) => value === other[place]);
}
