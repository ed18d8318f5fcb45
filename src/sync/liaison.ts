import type { Actor, Intent, Now } from '../intent/model.ts';
import type { Answered, CallContext, HelloAnswer } from '../konaplate/settlement.ts';
import type { JournalHead } from '../ledger/types.ts';
import { Breaker } from './breaker.ts';
import type { Calls } from './calls.ts';
import { headAt } from './damage.ts';
import { DayChange } from './day-change.ts';
import { HelloTurn } from './hello-turn.ts';
import { heardOutMs, type SyncLimits } from './limits.ts';
import { LineMonitor } from './line.ts';
import { type FenceReason, fenceReasonOf, volatileMemory } from './memory.ts';
import type { SyncOptions } from './options.ts';
import { Pacer } from './pacer.ts';
import { Patience } from './patience.ts';
import { Session } from './session.ts';
import { soonest } from './soonest.ts';
import type { SyncPause } from './types.ts';
import { failureOf, isItemCode, isPassingCode, isUnwillingCode } from './verdicts.ts';

/** Asking again after the issuer was restored goes at least at this pace. */
const ASK_PER_MINUTE = 60;
/** Of this terminal, by its epoch or journal, the issuer takes nothing that moves money. */
const FENCED = '000_910';
const KEEP_INDEX_MS = 60_000;
/** An id that no intent has: its inquiry is answered NOT_FOUND and changes nothing anywhere. */
const PROBE = { sequenceId: 'LINE-PROBE', type: 'CHARGE', amount: 0, bin: '000000', last4: '0000' } as const;

/** What the worker around it does for the liaison. */
export interface LiaisonHost {
  context(): CallContext;
  backlog(): { readonly count: number; readonly oldestAtMs: number | null };
  /** The terminal was fenced just now. */
  fenced(reason: FenceReason): void;
  /** The terminal holds the next epoch. */
  recovered(managerId: string): void;
}

type Authentic = Exclude<Answered<unknown>, { class: 'ambiguous' | 'nothingLeft' }>;

interface Claim {
  readonly managerId: string;
  readonly told: (isGranted: boolean) => void;
}

/** The terminal's relation to the issuer: is it there, does it want us, at what pace, and are we who we were. */
export class Liaison {
  readonly session: Session;
  readonly line: LineMonitor;
  readonly breaker: Breaker;
  readonly pacer: Pacer;
  readonly askPacer: Pacer;
  readonly #options: SyncOptions;
  readonly #limits: SyncLimits;
  readonly #calls: Calls;
  readonly #host: LiaisonHost;
  readonly #found: JournalHead | null;
  readonly #helloPatience: Patience;
  readonly #probePatience: Patience;
  readonly #dayChange: DayChange;
  readonly #helloTurn: HelloTurn;
  #alarm: { readonly pause: SyncPause; readonly untilMs: number } | null = null;
  #lastTryMs = Number.NEGATIVE_INFINITY;
  #lastHelloMs = Number.NEGATIVE_INFINITY;
  #lastKeptMs = Number.NEGATIVE_INFINITY;
  /** After an alarm one charge at a time goes out, until the issuer decides one. */
  #isOnProbation = false;
  #isHelloWanted = true;
  /** The line was too busy for a hello that is due: pace, switches and clock are to be refreshed on such a line too. */
  #isOverdue = false;
  /** Mono ms from which a hello that is given longer than usual gives way to a customer; null: there is none. */
  #giveWayMs: number | null = null;
  #isJumpNoticed = false;
  #claim: Claim | null = null;
  /** Another machine may have claimed since the last hello: which epoch is the next one only a new hello tells. */
  #isEpochDoubtful = false;

  constructor(options: SyncOptions, limits: SyncLimits, calls: Calls, host: LiaisonHost) {
    this.#options = options;
    this.#limits = limits;
    this.#calls = calls;
    this.#host = host;
    const now = options.clock.now();
    const memory = options.memory ?? volatileMemory();
    const { found, identity, ledger } = options;
    const mark = fenceReasonOf(ledger.recovering());
    const foundIndex = found?.index ?? null;
    this.session = new Session(memory, identity.machineId, limits.clockToleranceMs, foundIndex, mark);
    this.#found = found === undefined ? null : this.session.foundAt(found, (index) => headAt(ledger, index));
    const [last] = found === undefined ? [] : ledger.entries(found.index, 1);
    if (last?.index === foundIndex) this.session.lastEntryAtMs = last?.atMs ?? null;
    this.line = new LineMonitor(limits, now);
    const { breakerFailures: failures, breakerBaseMs: baseMs, breakerMaxMs: maxMs } = limits;
    this.breaker = new Breaker({ failures, baseMs, maxMs }, options.random);
    const { answerMs, patienceMs } = limits;
    this.#helloPatience = new Patience(answerMs.hello, patienceMs);
    this.#probePatience = new Patience(answerMs.probe, patienceMs);
    this.#dayChange = new DayChange(limits.refreshMs);
    this.#helloTurn = new HelloTurn(heardOutMs(limits));
    this.pacer = new Pacer(limits.drainPerMinute, now.monoMs);
    this.askPacer = new Pacer(ASK_PER_MINUTE, now.monoMs);
  }

  /** Where the journal ended before this run, or before an earlier one that nobody answered; null: not known. */
  get foundIndex(): number | null {
    return this.#found?.index ?? null;
  }

  /** A person's pause, or an alarm. */
  pause(): SyncPause | null {
    return this.session.pause ?? this.#alarm?.pause ?? null;
  }

  /** Charges left for later that may go out in a minute, as the issuer said in this run; null: it has said nothing yet. */
  get drainPerMinute(): number | null {
    return this.session.greeted ? this.pacer.perMinute : null;
  }

  /** Everything but inquiries waits until the first hello is answered, and while one is under way. */
  mayDispatch(): boolean {
    return (this.session.greeted || this.session.recovering) && !this.#calls.has('hello');
  }

  keepPause(reason: string, actor: Actor): void {
    const atMs = this.#options.clock.now().wallMs;
    this.session.keepPause({ by: 'manager', reason, code: null, atMs, actor, stops: 'approvals' });
  }

  /** One more deferred charge may go out beside those under way and `more` that are about to. */
  mayDeliver(more: number): boolean {
    return !this.#isOnProbation || this.#calls.deliveries + more === 0;
  }

  delivered(): void {
    this.#isOnProbation = false;
  }

  endPause(): void {
    this.session.keepPause(null);
    this.#alarm = null;
  }

  /** It is the turn of a hello that is urgent: it goes alone, so nothing that can wait goes before. */
  get isHelloFirst(): boolean {
    return this.#helloTurn.untilMs !== null;
  }

  /** The business day is over, the last hello is long ago, or a manager waits for the epoch. */
  get #isHelloUrgent(): boolean {
    return this.#dayChange.isUrgent || this.#isOverdue || this.#claim !== null;
  }

  /** A hello as soon as nothing else is under way, whatever the breaker says. */
  hurry(): void {
    this.#isHelloWanted = true;
    this.breaker.succeeded();
  }

  claim(managerId: string): Promise<boolean> {
    if (this.#claim !== null) return Promise.resolve(false);
    return new Promise((told) => {
      this.#claim = { managerId, told };
      this.#isHelloWanted = true;
    });
  }

  /** Nothing will be answered any more. */
  end(): void {
    this.#claim?.told(false);
    this.#claim = null;
  }

  /** What the clock changes: an alarm that passes, a wall clock that somebody set. */
  tick(now: Now): void {
    const untilMs = this.#alarm?.untilMs ?? null;
    if (untilMs !== null && untilMs <= now.monoMs) this.#alarm = null;
    const isJumped = this.session.clockJumped(now);
    // At once when it is noticed; a hello that then is refused or lost is repeated at the pace of everything else.
    if (isJumped && !this.#isJumpNoticed) this.#isHelloWanted = true;
    this.#isJumpNoticed = isJumped;
    const mayCall = (this.breaker.untilMs ?? 0) <= now.monoMs;
    const isDue = this.#isRefreshDue(now) && this.session.greeted;
    this.#isOverdue = isDue && mayCall;
    if (this.#dayChange.tick(now.monoMs, this.breaker.untilMs) || this.#isOverdue) this.#isHelloWanted = true;
    this.#helloTurn.tick(this.#isHelloUrgent, isDue, now.monoMs);
    this.#keepIndex(now);
  }

  #isRefreshDue(now: Now): boolean {
    return !this.#calls.has('hello') && now.monoMs - this.#lastHelloMs >= this.#limits.refreshMs;
  }

  /** Mono ms at which `giveWay` ends the present hello; null: it does not. */
  get giveWayMs(): number | null {
    return this.#giveWayMs;
  }

  /** A customer waits behind a hello: no longer than behind any, its next is as good. */
  giveWay(now: Now): void {
    if (this.#giveWayMs === null || now.monoMs < this.#giveWayMs) return;
    this.#giveWayMs = null;
    this.#calls.abort('hello');
  }

  /** While nobody outside hears how long the journal is, a file beside it does, now and then: a lost end shows by it. */
  #keepIndex(now: Now): void {
    if (this.line.view(now).state !== 'down' || now.monoMs - this.#lastKeptMs < KEEP_INDEX_MS) return;
    this.#lastKeptMs = now.monoMs;
    this.session.keepIndex(this.#host.context().journalIndex);
  }

  /** Mono ms of the next thing to do here; null: nothing before an answer comes. */
  wakeMs(now: Now): number | null {
    const isBusy = this.#calls.has('hello') || this.#calls.has('probe');
    const mayTry = !isBusy && (this.#mayProbe() || this.#calls.size === 0);
    const ownMs = soonest(this.#alarm?.untilMs ?? null, this.#dayChange.againMs);
    const turnMs = soonest(ownMs, this.#helloTurn.untilMs);
    return soonest(turnMs, mayTry ? this.nextTryMs(now) : null);
  }

  /** Mono ms of the next hello or probe. */
  nextTryMs(now: Now): number {
    const soonest = this.#lastTryMs + this.#limits.confirmMs / 4;
    // A clock that was set, or a day that is over, waits too; a manager who claims the epoch does not.
    const isHeldBack = this.breaker.isAskedToWait(now.monoMs) && this.#claim === null;
    const isAtOnce = this.#isHelloWanted && this.#calls.size === 0 && !isHeldBack;
    return isAtOnce ? soonest : Math.max(soonest, this.#plannedTryMs(now));
  }

  #plannedTryMs(now: Now): number {
    const { state } = this.line.view(now);
    const until = this.breaker.untilMs;
    if (until !== null) return until;
    if (state === 'down' || this.line.failures > 0) return this.#lastTryMs + this.#limits.confirmMs;
    const quietFrom = Math.max(this.#lastTryMs, this.line.lastAnsweredMonoMs ?? 0);
    const idleMs = quietFrom + this.#limits.idleProbeMs;
    return this.session.clockJumped(now)
      ? Math.min(idleMs, this.#lastTryMs + this.#limits.breakerMaxMs)
      : idleMs;
  }

  /**
   * Tries the line when it is time. A hello judges the journal index, so it goes alone and nothing overtakes it: at the
   * start, for a claim, and now and then to refresh what it tells. What only asks "are you there" is an inquiry.
   */
  tryLine(now: Now): void {
    if (this.#calls.has('hello') || this.#calls.has('probe') || now.monoMs < this.nextTryMs(now)) return;
    const isDue = this.#isRefreshDue(now);
    const isWanted = this.#isHelloWanted || this.#claim !== null || this.session.clockJumped(now);
    const isHello = !this.session.greeted || isWanted || isDue;
    if (isHello && this.#calls.size === 0) this.#hello(now);
    else if (this.#mayProbe()) this.#probe(now);
  }

  /** Not where a hello is overdue: it goes as soon as what is under way has ended, and a probe would only be in its way. */
  #mayProbe(): boolean {
    return this.session.greeted && !this.#isOverdue;
  }

  #probe(now: Now): void {
    this.#lastTryMs = now.monoMs;
    this.breaker.probe();
    const { waitMs } = this.#probePatience;
    this.#calls.start({
      kind: 'probe',
      key: 'probe',
      attended: false,
      answerMs: waitMs,
      run: (signal) => this.#options.backend.inquiry(PROBE, this.#host.context(), signal),
      done: (answer, elapsedMs) => {
        this.#probePatience.ended(answer, waitMs, elapsedMs);
        this.#heard(answer, elapsedMs, false);
      },
    });
  }

  #hello(now: Now): void {
    this.#isHelloWanted = false;
    this.#isOverdue = false;
    this.#lastTryMs = now.monoMs;
    this.#lastHelloMs = now.monoMs;
    this.breaker.probe();
    const context = this.#helloContext();
    const claim = this.#claim;
    const isAskedFirst = claim !== null && this.#isEpochDoubtful;
    const claimed = claim === null || isAskedFirst ? null : this.session.nextEpoch;
    const { count, oldestAtMs } = this.#host.backlog();
    const request = {
      ...this.#options.identity,
      backlogCount: count,
      backlogOldestAtMs: oldestAtMs,
      ...(claim === null || claimed === null ? {} : { claimEpoch: claimed, managerId: claim.managerId }),
    };
    // Customers wait behind the greeting of a till that may serve them: no longer than usual.
    const mayServe = this.session.greeted && !this.session.recovering;
    const isForDay = this.#dayChange.asking(now.monoMs);
    const usualMs = this.#limits.answerMs.hello;
    const waitMs = mayServe && !isForDay ? usualMs : this.#helloPatience.waitMs;
    this.#giveWayMs = mayServe && waitMs > usualMs ? now.monoMs + usualMs : null;
    this.#calls.start({
      kind: 'hello',
      key: 'hello',
      attended: false,
      answerMs: waitMs,
      run: (signal) => this.#options.backend.hello(request, context, signal),
      done: (answer, elapsedMs) => {
        this.#giveWayMs = null;
        this.#helloPatience.ended(answer, waitMs, elapsedMs);
        // Everything waited behind it: what a customer waits for goes out before the next one that may be lost.
        if (mayServe) this.#lastTryMs = this.#options.clock.now().monoMs;
        const isWanted = this.#isHelloWanted;
        this.#heard(answer, elapsedMs, false);
        this.#greeted(answer, claimed, { atMs: now.wallMs, journalIndex: context.journalIndex });
        if (answer.class === 'answered') {
          // Its own answer shows the day that it told: no other hello is wanted for that.
          this.#dayChange.answered();
          this.#isHelloWanted = isWanted;
        }
        if (claim === null) return;
        if (isAskedFirst && answer.class === 'answered') {
          this.#isHelloWanted = true; // which claims it
          return;
        }
        this.#claim = null;
        // Refused: another machine was first.
        if (answer.class === 'notProcessed') this.#isEpochDoubtful = true;
        if (!this.session.recovering) this.#host.recovered(claim.managerId);
        claim.told(!this.session.recovering);
      },
    });
  }

  /** Until a hello is answered nothing else has been sent in this run, so no higher index can be known from it. */
  #helloContext(): CallContext {
    const context = this.#host.context();
    if (this.#found === null || this.session.greeted) return context;
    return { ...context, journalIndex: this.#found.index, journalHead: this.#found.hash };
  }

  #greeted(
    answer: Answered<HelloAnswer>,
    claimed: number | null,
    sent: { readonly atMs: number; readonly journalIndex: number },
  ): void {
    if (answer.class !== 'answered') return;
    this.#isEpochDoubtful = false;
    const { drainPerMinute } = answer.value;
    const now = this.#options.clock.now();
    const reason = this.session.greet(answer.value, claimed, sent.journalIndex, sent.atMs, now);
    this.pacer.perMinute = drainPerMinute;
    this.askPacer.perMinute = Math.max(ASK_PER_MINUTE, drainPerMinute);
    if (reason !== null) this.fence(reason);
    const offsetMs = Math.round(this.session.clockOffsetMs ?? 0);
    if (Math.abs(offsetMs) > this.#limits.clockToleranceMs) {
      this.#options.log?.({ level: 'warn', event: 'clockDiffers', offsetMs });
    }
  }

  /** Every answer says something about the line; authentic ones also about the issuer. */
  heard(answer: Answered<unknown>, elapsedMs: number): void {
    this.#heard(answer, elapsedMs, true);
  }

  #heard(answer: Answered<unknown>, elapsedMs: number, isOfItem: boolean): void {
    if (answer.class === 'ambiguous' || answer.class === 'nothingLeft') this.#unheard(answer, isOfItem);
    else this.#authentic(answer, elapsedMs);
  }

  #unheard(
    answer: Extract<Answered<unknown>, { class: 'ambiguous' | 'nothingLeft' }>,
    isOfItem: boolean,
  ): void {
    const reason = failureOf(answer, this.#limits.clockToleranceMs, isOfItem);
    if (reason === null) return;
    const now = this.#options.clock.now();
    const { code, retryAfterMs, clockOffsetMs } =
      answer.class === 'ambiguous'
        ? answer
        : { code: null, retryAfterMs: undefined, clockOffsetMs: undefined };
    if (clockOffsetMs !== undefined) this.session.clockOffsetMs = clockOffsetMs;
    this.line.failed(reason, code, now);
    // Who asks for it is not known, and a proxy must not silence the till: not longer than a line that is down is left alone.
    this.breaker.failed(now.monoMs, Math.min(retryAfterMs ?? 0, this.#limits.breakerMaxMs));
    if (retryAfterMs !== undefined) this.#holdBack();
  }

  /** The issuer said when it wants to be called again: a hello that was wanted before does not go sooner. */
  #holdBack(): void {
    const { untilMs } = this.breaker;
    if (untilMs === null || this.#claim !== null) return;
    this.#isHelloWanted = false;
    this.#dayChange.holdBack(untilMs);
  }

  #authentic(answer: Authentic, elapsedMs: number): void {
    const now = this.#options.clock.now();
    this.session.heard(answer.meta);
    this.line.answered(elapsedMs, now);
    if (answer.class !== 'answered' && this.#isUnwilling(answer)) {
      const retryAfterMs = answer.class === 'notProcessed' ? answer.retryAfterMs : undefined;
      this.line.unwilling(answer.code, answer.code === '000_902' ? 'CLOCK' : 'NOT_PROCESSED', now);
      this.breaker.failed(now.monoMs, retryAfterMs ?? 1);
      if (retryAfterMs !== undefined) this.#holdBack();
    } else {
      this.breaker.succeeded();
      if (answer.class === 'notProcessed' && answer.code === FENCED) this.fence('FENCED');
    }
    const openDate = this.session.hello?.openBusinessDate;
    const { businessDate } = answer.meta;
    if (openDate !== undefined && this.#dayChange.heard(businessDate, openDate, this.breaker.untilMs))
      this.#isHelloWanted = true;
  }

  /** Whatever the code of a first hello that is refused: before it is answered nothing else may be sent, nor is the line up. */
  #isUnwilling(answer: Exclude<Authentic, { class: 'answered' }>): boolean {
    const { greeted, recovering } = this.session;
    if (!greeted && !recovering) return answer.code !== FENCED;
    return answer.class === 'notProcessed' && isUnwillingCode(answer.code);
  }

  /**
   * A deferred charge was not processed: that never is a decline, it stays owed, delivery of what waits stops, and
   * somebody must look. Gives how long this one charge must stand aside (mono ms), null when it need not.
   */
  alarm(intent: Intent, code: string, retryAfterMs: number | undefined): number | null {
    if (!intent.deferred || code === FENCED) return null;
    const now = this.#options.clock.now();
    const { alarmMs, confirmMs, breakerMaxMs, parkMs } = this.#limits;
    const isItem = isItemCode(code);
    const passesMs = isItem ? confirmMs : isPassingCode(code) ? (retryAfterMs ?? breakerMaxMs) : alarmMs;
    const actor: Actor = { role: 'terminal' };
    this.#isOnProbation = true;
    this.#alarm = {
      pause: { by: 'alarm', reason: 'NOT_PROCESSED', code, atMs: now.wallMs, actor, stops: 'deferred' },
      untilMs: now.monoMs + passesMs,
    };
    this.#options.log?.({ level: 'error', event: 'deferredNotProcessed', code });
    // What is wrong with one charge must not stand before the others.
    return isItem ? now.monoMs + parkMs : null;
  }

  fence(reason: FenceReason): void {
    if (reason === 'FENCED') this.#isEpochDoubtful = true;
    if (!this.session.fence(reason)) return;
    this.#options.log?.({ level: 'error', event: 'fenced', reason });
    this.#host.fenced(reason);
  }
}
