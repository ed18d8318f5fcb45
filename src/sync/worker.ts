import type { Timer } from '../intent/clock.ts';
import type { Actor, Intent, Now } from '../intent/model.ts';
import { kstDate } from '../konaplate/kst.ts';
import type { Answered, CallContext, HelloAnswer } from '../konaplate/settlement.ts';
import { Agenda, type Entry, LANES, type Lane } from './agenda.ts';
import { Breaker } from './breaker.ts';
import { Calls } from './calls.ts';
import { Counters } from './counters.ts';
import { Delivery } from './delivery.ts';
import { DEFAULT_LIMITS, type SyncLimits } from './limits.ts';
import { LineMonitor } from './line.ts';
import { volatileMemory } from './memory.ts';
import type { SyncLog, SyncOptions } from './options.ts';
import { Pacer } from './pacer.ts';
import { Recheck } from './recheck.ts';
import { type FenceReason, Session } from './session.ts';
import { buildStatus } from './status.ts';
import type { LineReason, SyncPause, SyncStatus } from './types.ts';
import { failureOf, isItemCode, isPassingCode, isUnwillingCode } from './verdicts.ts';

/** More than this in one turn is a loop that feeds itself. */
const COMMANDS_MAX = 100_000;
const WAKE_MAX_MS = 60_000;
/** Asking again after the issuer was restored goes at least at this pace. */
const ASK_PER_MINUTE = 60;
/** An id that no intent has: its inquiry is answered NOT_FOUND and changes nothing anywhere. */
const PROBE = { sequenceId: 'LINE-PROBE', type: 'CHARGE', amount: 0, bin: '000000', last4: '0000' } as const;

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
  readonly #session: Session;
  readonly #line: LineMonitor;
  readonly #breaker: Breaker;
  readonly #pacer: Pacer;
  readonly #askPacer: Pacer;
  readonly #recheck: Recheck;
  readonly #log: SyncLog;
  readonly #listeners = new Set<() => void>();
  #state: 'new' | 'running' | 'stopping' | 'stopped' = 'new';
  #unlisten: () => void = () => {};
  #timer: Timer | null = null;
  #isWoken = false;
  #alarm: (SyncPause & { readonly untilMs: number | null }) | null = null;
  #lastTryMs = Number.NEGATIVE_INFINITY;
  #lastHelloMs = Number.NEGATIVE_INFINITY;
  #isHelloWanted = true;
  #claim: { readonly managerId: string; readonly told: (done: boolean) => void } | null = null;
  #shown = '';

  constructor(options: SyncOptions) {
    this.#options = options;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#log = options.log ?? (() => {});
    const now = options.clock.now();
    this.#agenda = new Agenda(options.times);
    this.#calls = new Calls(
      options.clock,
      this.#counters,
      () => this.#wake(),
      (fault) => this.#broken(fault),
    );
    this.#session = new Session(
      options.memory ?? volatileMemory(),
      options.identity.machineId,
      this.#limits.clockToleranceMs,
    );
    this.#line = new LineMonitor(this.#limits, now);
    this.#breaker = new Breaker(
      {
        failures: this.#limits.breakerFailures,
        baseMs: this.#limits.breakerBaseMs,
        maxMs: this.#limits.breakerMaxMs,
      },
      options.random,
    );
    this.#pacer = new Pacer(this.#limits.drainPerMinute, now.monoMs);
    this.#askPacer = new Pacer(ASK_PER_MINUTE, now.monoMs);
    this.#delivery = new Delivery(options, this.#limits, this.#agenda, this.#calls, {
      context: () => this.#context(),
      heard: (answer, elapsedMs) => this.#heard(answer, elapsedMs),
      notProcessed: (intent, code, retryAfterMs) => this.#notProcessed(intent, code, retryAfterMs),
      broken: (fault) => this.#broken(fault),
      faulted: () => {
        this.#counters.faults += 1;
      },
    });
    this.#recheck = new Recheck(options, this.#limits, this.#delivery, () => this.#context());
  }

  /** Begins to deliver. Everything that is due on disk is taken up, so recovery is normal operation. */
  start(): void {
    if (this.#state !== 'new') return;
    this.#state = 'running';
    const { ledger } = this.#options;
    this.#unlisten = ledger.onCommit(({ intent, record }) => {
      // A void that is proven anew no longer waits for its lost proof.
      if (record.event === 'void') this.#agenda.release(intent.sequenceId);
      this.#committed(intent);
    });
    for (const intent of ledger.attention()) this.#agenda.put(intent);
    for (const intent of ledger.open()) this.#agenda.put(intent);
    if (ledger.restored() !== null) this.#fence('RESTORED');
    this.#wake();
  }

  /** Lets nothing new out, waits for the answers under way (bounded), and resolves when all are recorded. */
  async stop(): Promise<void> {
    if (this.#state === 'stopped') return;
    this.#state = 'stopping';
    this.#timer?.cancel();
    this.#timer = null;
    await this.#calls.drain(this.#limits.stopMs);
    this.#unlisten();
    this.#state = 'stopped';
  }

  /** A manager stops all approvals. Net cancels, inquiries and voids go on. Outlives a restart. */
  pause(reason: string, actor: Actor): void {
    const atMs = this.#options.clock.now().wallMs;
    this.#session.keepPause({ by: 'manager', reason, code: null, atMs, actor, stops: 'approvals' });
    this.#note('syncPaused', { reason }, actor);
  }

  /** Ends a manager's pause and an alarm. */
  resume(actor: Actor): void {
    this.#session.keepPause(null);
    this.#alarm = null;
    this.#note('syncResumed', {}, actor);
    this.now();
  }

  /** Tries everything now: probes the line, and lets no backoff wait. */
  now(): void {
    this.#isHelloWanted = true;
    this.#breaker.succeeded();
    this.#agenda.hurry(this.#options.clock.now().monoMs);
    this.#wake();
  }

  /** Asks the issuer about one intent out of turn. The result, or null when there was no trustworthy answer. */
  inquireNow(sequenceId: string): Promise<string | null> {
    const intent = this.#options.ledger.get(sequenceId);
    if (intent === null || this.#state !== 'running') return Promise.resolve(null);
    return this.#recheck.ask(intent, () => this.#wake());
  }

  /** Keeps the fresh barcode of the same card in memory for one void attempt, until it is answered. */
  holdProof(cancelId: string, barcodeSpec: string): void {
    this.#delivery.holdProof(cancelId, barcodeSpec);
  }

  /** The void attempt was refused before it began. */
  releaseProof(cancelId: string): void {
    this.#delivery.releaseProof(cancelId);
  }

  /** Won after the booking, from the live answer of this run; never stored. */
  balanceOf(sequenceId: string): number | null {
    return this.#delivery.balanceOf(sequenceId);
  }

  /**
   * Ends `recovering`: imports the issuer's list of the open day, then claims the next epoch in the manager's name.
   * False: not fenced, or the issuer did not grant it; it may be tried again.
   */
  async claimEpoch(managerId: string): Promise<boolean> {
    if (!this.#session.recovering || this.#claim !== null || this.#state !== 'running') return false;
    const today = kstDate(this.#options.clock.now().wallMs);
    const isImported = await this.#recheck.importList(this.#session.hello?.openBusinessDate ?? today);
    if (!isImported) return false;
    return new Promise((told) => {
      this.#claim = { managerId, told };
      this.#isHelloWanted = true;
      this.#wake();
    });
  }

  status(): SyncStatus {
    const now = this.#options.clock.now();
    return buildStatus({
      now,
      line: this.#line.view(now),
      lastAnsweredAtMs: this.#line.lastAnsweredAtMs,
      session: this.#session,
      pause: this.#pause(),
      breaker: { state: this.#breaker.state, failures: this.#breaker.failures },
      nextTryMs: this.#nextTryMs(now),
      drainPerMinute: this.#pacer.perMinute,
      agenda: this.#agenda,
      isUnderWay: (entry) => this.#delivery.isUnderWay(entry),
      counts: () => {
        this.#counters.lateAnswers = this.#delivery.lateAnswers;
        return this.#counters.view({
          depth: this.#agenda.depth,
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

  #committed(intent: Intent): void {
    this.#agenda.put(intent);
    // After the present turn: this is heard inside the ledger's own call.
    if (this.#session.recovering) queueMicrotask(() => this.#strand(intent));
    this.#wake();
  }

  #wake(): void {
    if (this.#isWoken || this.#state !== 'running') return;
    this.#isWoken = true;
    // After the present turn: a commit is heard inside the ledger's own call, and must not be answered with another.
    queueMicrotask(() => {
      this.#isWoken = false;
      if (this.#state === 'running') this.#turn();
    });
  }

  #turn(): void {
    const now = this.#options.clock.now();
    this.#commands(now);
    if (this.#alarm?.untilMs !== null && (this.#alarm?.untilMs ?? 0) <= now.monoMs) this.#alarm = null;
    if (this.#session.clockJumped(now)) this.#isHelloWanted = true;
    this.#try(now);
    const isKnown = this.#session.greeted || this.#session.recovering;
    if (isKnown && !this.#calls.has('hello')) this.#dispatch(now);
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

  #dispatch(now: Now): void {
    this.#recheck.run(
      this.#session,
      () => this.#hasRoom(false),
      () => (this.#askPacer.take(now.monoMs) ? 0 : (this.#askPacer.nextMs(now.monoMs) ?? now.monoMs)),
    );
    for (const lane of LANES) {
      if (!this.#laneOpen(lane)) continue;
      for (const entry of this.#agenda.ready(lane).values()) {
        if (this.#state !== 'running' || this.#calls.size >= this.#limits.inFlight + 1) return;
        const attended = isForCustomer(entry, lane);
        if (!this.#hasRoom(attended)) {
          if (lane === 'netCancel' || lane === 'deferred') break;
          continue;
        }
        if (!this.#mayGo(entry, lane, attended)) continue;
        if (lane === 'deferred' && !this.#pacer.take(now.monoMs)) break;
        this.#delivery.send(entry, attended);
      }
    }
  }

  #laneOpen(lane: Lane): boolean {
    if (lane === 'inquiry') return true;
    if (this.#session.recovering) return false;
    const stops = this.#pause()?.stops;
    if (lane === 'attended') return stops !== 'approvals';
    if (lane === 'deferred') return stops === undefined && this.#breaker.isClosed;
    return true;
  }

  #mayGo(entry: Entry, lane: Lane, attended: boolean): boolean {
    if (this.#delivery.isUnderWay(entry)) return false;
    if (this.#breaker.isClosed || attended) return true;
    // A line that is known to be down is tried by probes, which leave no trace in the journal; a first attempt is
    // always made, because what it is for may have been applied.
    const { intent } = entry;
    return lane === 'netCancel' && intent.netCancels === 0;
  }

  #hasRoom(attended: boolean): boolean {
    const { inFlight, reserved } = this.#limits;
    if (this.#calls.size >= inFlight) return false;
    return attended || this.#calls.backlog < inFlight - reserved;
  }

  #context(): CallContext {
    const { index, hash } = this.#options.ledger.head();
    return { epoch: this.#session.epoch, journalIndex: index, journalHead: hash };
  }

  /** Mono ms of the next hello or probe. */
  #nextTryMs(now: Now): number {
    const soonest = this.#lastTryMs + this.#limits.confirmMs / 4;
    const isAtOnce = this.#isHelloWanted && this.#calls.size === 0;
    return isAtOnce ? soonest : Math.max(soonest, this.#plannedTryMs(now));
  }

  #plannedTryMs(now: Now): number {
    const line = this.#line.view(now);
    const until = this.#breaker.untilMs;
    if (until !== null) return until;
    if (line.state === 'down' || this.#line.failures > 0) return this.#lastTryMs + this.#limits.confirmMs;
    const quietFrom = Math.max(this.#lastTryMs, this.#line.lastAnsweredMonoMs ?? 0);
    return quietFrom + this.#limits.idleProbeMs;
  }

  /**
   * Tries the line. A hello judges the journal index, so it goes alone and nothing overtakes it: at the start, for a
   * claim, and now and then to refresh what it tells. Everything else that only asks "are you there" is an inquiry.
   */
  #try(now: Now): void {
    if (this.#calls.has('hello') || this.#calls.has('probe') || now.monoMs < this.#nextTryMs(now)) return;
    const isDue = now.monoMs - this.#lastHelloMs >= this.#limits.refreshMs;
    const isHello = !this.#session.greeted || this.#isHelloWanted || this.#claim !== null || isDue;
    if (isHello && this.#calls.size === 0) this.#hello(now);
    else if (this.#session.greeted) this.#probe(now);
  }

  #probe(now: Now): void {
    this.#lastTryMs = now.monoMs;
    this.#breaker.probe();
    this.#calls.start({
      kind: 'probe',
      key: 'probe',
      attended: false,
      answerMs: this.#limits.answerMs.probe,
      run: (signal) => this.#options.backend.inquiry(PROBE, this.#context(), signal),
      done: (answer, elapsedMs) => this.#heard(answer, elapsedMs),
    });
  }

  #hello(now: Now): void {
    this.#isHelloWanted = false;
    this.#lastTryMs = now.monoMs;
    this.#lastHelloMs = now.monoMs;
    this.#breaker.probe();
    const claim = this.#claim;
    const claimed = claim === null ? null : this.#session.nextEpoch;
    const { machineId, agentVersion } = this.#options.identity;
    const { approve, inquiry, netCancel, void: voids } = this.#agenda.depth;
    const request = {
      machineId,
      agentVersion,
      backlogCount: approve + inquiry + netCancel + voids,
      backlogOldestAtMs: this.#agenda.oldestAtMs(),
      ...(claim === null || claimed === null ? {} : { claimEpoch: claimed, managerId: claim.managerId }),
    };
    this.#calls.start({
      kind: 'hello',
      key: 'hello',
      attended: false,
      answerMs: this.#limits.answerMs.hello,
      run: (signal) => this.#options.backend.hello(request, this.#context(), signal),
      done: (answer, elapsedMs) => {
        this.#heard(answer, elapsedMs);
        this.#greeted(answer, claimed, now.wallMs);
        if (claim === null) return;
        this.#claim = null;
        claim.told(!this.#session.recovering);
      },
    });
  }

  #greeted(answer: Answered<HelloAnswer>, claimed: number | null, sentAtMs: number): void {
    if (answer.class !== 'answered') return;
    const now = this.#options.clock.now();
    const wasRecovering = this.#session.recovering;
    const { index } = this.#options.ledger.head();
    const reason = this.#session.greet(answer.value, claimed, index, sentAtMs, now);
    this.#pacer.perMinute = answer.value.drainPerMinute;
    this.#askPacer.perMinute = Math.max(ASK_PER_MINUTE, answer.value.drainPerMinute);
    if (reason !== null) this.#fence(reason);
    if (wasRecovering && !this.#session.recovering) {
      this.#options.ledger.recovered(now, { role: 'manager' });
      this.#log({ level: 'info', event: 'recovered', epoch: this.#session.epoch });
    }
    if (Math.abs(this.#session.clockOffsetMs ?? 0) > this.#limits.clockToleranceMs) {
      this.#log({
        level: 'warn',
        event: 'clockDiffers',
        offsetMs: Math.round(this.#session.clockOffsetMs ?? 0),
      });
    }
  }

  #heard(answer: Answered<unknown>, elapsedMs: number): void {
    const now = this.#options.clock.now();
    if (answer.class === 'ambiguous' || answer.class === 'nothingLeft') {
      const reason = failureOf(answer, this.#limits.clockToleranceMs);
      if (reason === null) return;
      if (answer.class === 'ambiguous' && answer.clockOffsetMs !== undefined) {
        this.#session.clockOffsetMs = answer.clockOffsetMs;
      }
      this.#line.failed(reason, answer.class === 'ambiguous' ? answer.code : null, now);
      this.#breaker.failed(now.monoMs, answer.class === 'ambiguous' ? (answer.retryAfterMs ?? 0) : 0);
      return;
    }
    this.#session.heard(answer.meta);
    this.#line.answered(elapsedMs, now);
    const code = answer.class === 'notProcessed' ? answer.code : null;
    if (code === '000_910') this.#fence('FENCED');
    if (code !== null && isUnwillingCode(code)) {
      const reason: LineReason = code === '000_902' ? 'CLOCK' : 'NOT_PROCESSED';
      this.#line.unwilling(code, reason, now);
      const retryAfterMs = answer.class === 'notProcessed' ? answer.retryAfterMs : undefined;
      this.#breaker.failed(now.monoMs, retryAfterMs ?? 1);
      return;
    }
    this.#breaker.succeeded();
  }

  /** Deferred: never a decline; it stays owed, delivery of what waits stops, and somebody must look. */
  #notProcessed(intent: Intent, code: string, retryAfterMs: number | undefined): void {
    if (!intent.deferred || code === '000_910') return;
    const now = this.#options.clock.now();
    const waitMs = isItemCode(code) ? this.#limits.confirmMs : (retryAfterMs ?? this.#limits.breakerMaxMs);
    const passes = isItemCode(code) || isPassingCode(code);
    this.#alarm = {
      by: 'alarm',
      reason: 'NOT_PROCESSED',
      code,
      atMs: now.wallMs,
      actor: { role: 'terminal' },
      stops: 'deferred',
      untilMs: passes ? now.monoMs + waitMs : null,
    };
    this.#log({ level: 'error', event: 'deferredNotProcessed', code });
    if (isPassingCode(code)) return;
    this.#delivery.openCase(this.#options.ledger.get(intent.sequenceId) ?? intent, 'NOT_PROCESSED');
    const entry = this.#agenda.get(intent.sequenceId);
    // What is wrong with one charge must not stand before the others: it waits aside, as a case.
    if (entry !== undefined && isItemCode(code)) this.#agenda.hold(entry, now.monoMs + this.#limits.parkMs);
  }

  #fence(reason: FenceReason): void {
    if (!this.#session.fence(reason)) return;
    this.#log({ level: 'error', event: 'fenced', reason });
    this.#note('fenced', { reason }, { role: 'terminal' });
    for (const { intent } of [...this.#agenda.entries()]) this.#strand(intent);
  }

  #strand(intent: Intent): void {
    const present = this.#agenda.get(intent.sequenceId)?.intent;
    if (this.#state !== 'running' || !this.#session.recovering || present === undefined) return;
    this.#recheck.stranded(present, () => this.#wake());
  }

  #pause(): SyncPause | null {
    return this.#session.pause ?? this.#alarm;
  }

  #note(kind: string, detail: Readonly<Record<string, string>>, actor: Actor): void {
    try {
      this.#options.ledger.note(kind, detail, this.#options.clock.now(), actor);
    } catch (fault) {
      this.#counters.faults += 1;
      this.#log({
        level: 'error',
        event: 'noteFailed',
        kind,
        fault: fault instanceof Error ? fault.name : 'fault',
      });
    }
    this.#wake();
    this.#tell();
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
    const times = [this.#agenda.nextMs(), this.#alarm?.untilMs ?? null, this.#recheck.nextMs()];
    if (!this.#calls.has('hello') && !this.#calls.has('probe')) times.push(this.#nextTryMs(now));
    if (this.#agenda.ready('deferred').size > 0 && this.#laneOpen('deferred') && this.#hasRoom(false)) {
      times.push(this.#pacer.nextMs(now.monoMs));
    }
    const next = Math.min(now.monoMs + WAKE_MAX_MS, ...times.filter((time) => time !== null));
    this.#timer = this.#options.clock.after(Math.max(1, next - now.monoMs), () => this.#wake());
  }

  #tell(): void {
    const { line, paused, breaker, recovering, epoch, enabled, businessDate, clockConfirmed } = this.status();
    const shown = JSON.stringify([
      line,
      paused,
      breaker.state,
      recovering,
      epoch,
      enabled,
      businessDate,
      clockConfirmed,
    ]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    for (const listener of this.#listeners) listener();
  }
}

/** Somebody stands at the counter for this request. */
function isForCustomer(entry: Entry, lane: Lane): boolean {
  const { intent } = entry;
  if (lane === 'attended' || lane === 'void') return true;
  return lane === 'inquiry' && intent.host === 'unknown' && !intent.deferred && intent.question === null;
}
