/**
 * A lossy, duplicating, reordering line between the terminal and the issuer model, as a SettlementBackend: what a call
 * may come back as follows from what happened on the way, as the real client judges it from bytes and signatures.
 */
import type {
  Answered,
  AnswerMeta,
  ApproveRequest,
  BackendCapabilities,
  CallContext,
  CancelRequest,
  CloseRequest,
  HelloRequest,
  InquiryRequest,
  NetCancelRequest,
  SettlementBackend,
  TransactionsRequest,
} from '../../src/konaplate/settlement.ts';
import type { Causes } from './causes.ts';
import type { IssuerModel, ModelAnswer } from './issuer-model.ts';
import type { IssuerMoods } from './issuer-moods.ts';
import type { SeededRandom, VirtualClock } from './time.ts';
import type { CallName, Try } from './wire.ts';

export interface NetworkFaults {
  /** Probabilities per call. */
  nothingLeft: number;
  requestLost: number;
  answerLost: number;
  duplicated: number;
  /** The request (or its copy) arrives minutes late. */
  late: number;
  garbled: number;
  reset: number;
  serverError: number;
  notProcessed: number;
  wrongEcho: number;
  /** An answer asks for patience, with a time to wait (Retry-After). */
  retryAfter: number;
}

export const NO_FAULTS: NetworkFaults = {
  nothingLeft: 0,
  requestLost: 0,
  answerLost: 0,
  duplicated: 0,
  late: 0,
  garbled: 0,
  reset: 0,
  serverError: 0,
  notProcessed: 0,
  wrongEcho: 0,
  retryAfter: 0,
};

export type FaultCounts = Record<string, number>;

/** One more of a kind. */
export function tally(into: FaultCounts, kind: string): void {
  into[kind] = (into[kind] ?? 0) + 1;
}

/** One till's cable to the issuer. */
export interface NetworkOptions {
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  readonly issuer: IssuerModel;
  readonly moods: IssuerMoods;
  readonly machineId: string;
  readonly terminalId: string;
  readonly counts: FaultCounts;
  /** Codes that were answered, by call. */
  readonly tallies: FaultCounts;
  /** What befalls its till. */
  readonly causes: Causes;
  /** Faults that a shrunk story leaves out; the dice are thrown all the same. */
  readonly without: ReadonlySet<string>;
  readonly tombstones: boolean;
}

/** Unknown crypto key id. */
const KEY_OVER = '000_905';
const SUCCESS = '000_000';
/** Bytes of a request and of its answer, as far as a reset has to tell where it fell. */
const REQUEST_BYTES = 1_000;
const ANSWER_BYTES = 900;
const NOT_PROCESSED = [
  '000_002',
  '006_006',
  '006_009',
  '007_005',
  '000_901',
  '000_905',
  '000_907',
  '000_908',
] as const;

/** Its database is away: what it was asked for is done, or not. */
const SYSTEM_ERROR = { kind: 'ambiguous', code: '006_022' } as const;

interface Wire {
  readonly context: CallContext;
  readonly signal: AbortSignal | undefined;
  /**
   * What a fenced terminal gets: refused; answered all the same (inquiry and transactions, which remember the journal's
   * head too); or judged by the call itself (hello).
   */
  readonly fencing: 'refuses' | 'answers' | 'judges';
  readonly machineId: string;
  readonly call: CallName;
  /** Of the intent; of a close, its day. Empty: it belongs to neither. */
  readonly sequenceId: string;
  readonly handle: () => ModelAnswer<unknown>;
}

/** One request on its way. */
interface Sent {
  readonly wire: Wire;
  /** Copies of it that have come to the issuer. */
  arrivals: number;
  /** Its sender still waits for the answer. */
  isAwaited(): boolean;
}

/** What may happen to a request, as seen from outside of till and issuer. */
export interface Step {
  readonly call: CallName;
  /** It leaves the till, comes to the issuer, is done there, or its answer comes back. */
  readonly step: 'leaves' | 'arrives' | 'isDone' | 'isAnswered';
}

type Standing = ReturnType<IssuerModel['standing']>;

export class SimulatedNetwork implements SettlementBackend {
  readonly capabilities: BackendCapabilities;
  readonly #options: NetworkOptions;
  readonly #clock: VirtualClock;
  readonly #random: SeededRandom;
  readonly #issuer: IssuerModel;
  readonly counts: FaultCounts;
  faults: NetworkFaults = NO_FAULTS;
  /** The cable: false and nothing leaves. */
  up = true;
  /** Requests arrive, answers do not. */
  oneWay = false;
  /** The issuer answers everything with this code: maintenance, a key that is over, too many requests. */
  refusesAll: string | null = null;
  /** So many approvals are still decided before the key of this till's messages is over; null: it does not end. */
  keyLasts: number | null = null;
  machineId: string;
  /** Mono ms of the last answer that the till could trust. */
  answeredMs = 0;
  #inFlight = 0;
  /** Requests of this process under way by kind and id. */
  readonly #underWay = new Map<string, number>();
  /** Called before a request's bytes leave, or would. */
  onTry: (made: Try) => void = () => {};
  /** Called when the issuer gives this till the next epoch. */
  onClaimed: () => void = () => {};
  /** Called when a call that nobody waited for any more made the issuer disbelieve the machine that sent it. */
  onLate: (machineId: string) => void = () => {};
  /** Called at each step of each request. */
  onStep: (step: Step) => void = () => {};
  /** Called with what a call of this process came to. */
  onEnd: (call: CallName, sequenceId: string, answer: Answered<unknown>) => void = () => {};
  /** Requests that nobody answers, lost on their way or never sent; null: all as usual. */
  muted: (call: CallName, sequenceId: string) => 'lost' | 'nothingLeft' | null = () => null;
  /** Called with a void before its bytes leave, or would. */
  onVoid: (request: CancelRequest) => void = () => {};
  /** Bumped by a crash: answers to the old run are dropped. */
  generation = 0;
  /** No process runs: what a dead one still had in hand never leaves. */
  #isCutOff = false;

  constructor(options: NetworkOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#random = options.random;
    this.#issuer = options.issuer;
    this.machineId = options.machineId;
    this.counts = options.counts;
    this.capabilities = { tombstones: options.tombstones, voids: true, lists: true };
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** The process is gone: its answers find nobody. */
  forget(): void {
    this.generation += 1;
    this.#isCutOff = true;
    this.#underWay.clear();
  }

  /** A process runs again. */
  connect(): void {
    this.#isCutOff = false;
  }

  #hit(fault: keyof NetworkFaults): boolean {
    const probability = this.faults[fault];
    if (probability === 0 || !this.#random.chance(probability)) return false;
    if (this.#options.without.has(fault)) return false;
    this.#options.causes.add('line');
    tally(this.counts, fault);
    return true;
  }

  #meta(answer: ModelAnswer<unknown>): AnswerMeta {
    return {
      issuerEpoch: this.#issuer.issuerEpoch,
      businessDate: answer.businessDate ?? this.#issuer.openDate(this.#options.terminalId),
      correlationId: '260723000000-0000000',
      clockOffsetMs: -this.#clock.wallErrorMs,
      bytesWritten: 1000,
      elapsedMs: 50,
    };
  }

  /** One request on its way: zero, one or two copies arrive, and at most one answer comes back to this call. */
  async #call<T>(wire: Wire): Promise<Answered<T>> {
    const generation = this.generation;
    if (this.#isCutOff) return await new Promise(() => {});
    if (!this.up) this.#options.causes.add('line');
    const { call, sequenceId } = wire;
    const key = `${call} ${sequenceId}`;
    const same = this.#underWay.get(key) ?? 0;
    let underWay = 0;
    for (const count of this.#underWay.values()) underWay += count;
    this.onTry({ call, sequenceId, same, underWay, isGreeting: (this.#underWay.get('hello ') ?? 0) > 0 });
    const muted = this.muted(call, sequenceId);
    if (muted !== null) this.#options.causes.add('line');
    if (!this.up || muted === 'nothingLeft' || this.#hit('nothingLeft')) {
      const answer: Answered<T> = { class: 'nothingLeft', why: 'no connection' };
      return await this.#after(this.#random.below(40) + 1, wire, generation, answer);
    }
    this.#inFlight += 1;
    this.#underWay.set(key, same + 1);
    this.onStep({ call, step: 'leaves' });
    return await new Promise<Answered<T>>((resolve) => {
      let open = true;
      const finish = (answer: Answered<T>): void => {
        if (!open) return;
        open = false;
        this.#inFlight -= 1;
        timer.cancel();
        if (generation !== this.generation) return;
        if (answer.class !== 'ambiguous' && answer.class !== 'nothingLeft')
          this.answeredMs = this.#clock.monoMs;
        this.#underWay.set(key, (this.#underWay.get(key) ?? 1) - 1);
        this.#hears(call, answer);
        this.onEnd(call, sequenceId, answer);
        this.onStep({ call, step: 'isAnswered' });
        resolve(answer);
      };
      const sent: Sent = { wire, arrivals: 0, isAwaited: () => open && generation === this.generation };
      const slowMs = this.#options.moods.slowMs();
      if (slowMs > 0) this.#options.causes.add('line');
      const timer = this.#clock.after(this.#options.moods.patienceMs(), () =>
        finish(ambiguous('no answer in time')),
      );
      wire.signal?.addEventListener('abort', () => finish(ambiguous('aborted')), { once: true });
      if (this.#hit('reset')) {
        this.#resetAfter(this.#random.below(REQUEST_BYTES + ANSWER_BYTES), sent, finish);
        return;
      }
      if (this.#hit('duplicated')) this.#deliver(sent, () => {});
      if (muted === 'lost' || this.#hit('requestLost')) return;
      this.#deliver(sent, (answer, meta) => finish(this.#wayBack<T>(answer, meta)), slowMs);
    });
  }

  /** The connection ends after so many bytes: before the first, within the request, or within the answer. */
  #resetAfter(bytes: number, sent: Sent, finish: (answer: Answered<never>) => void): void {
    const reset: Answered<never> =
      bytes === 0
        ? { class: 'nothingLeft', why: 'RESET' }
        : { ...ambiguous('RESET'), bytesWritten: Math.min(bytes, REQUEST_BYTES) };
    if (bytes >= REQUEST_BYTES) this.#deliver(sent, () => finish(reset));
    else this.#clock.after(this.#random.below(200) + 1, () => finish(reset));
  }

  /** One copy of a request comes to the issuer; its answer sets out when there is one, and is `slowMs` longer on its way. */
  #deliver(sent: Sent, reply: (answer: ModelAnswer<unknown>, meta: AnswerMeta) => void, slowMs = 0): void {
    // Without tombstones nothing may arrive later than the quiet after a net cancel: the contract of such a backend.
    const lateMs = this.capabilities.tombstones ? 240_000 : 45_000;
    const delayMs = this.#hit('late')
      ? this.#random.below(this.#options.moods.lateMs(lateMs))
      : this.#random.below(300) + 5;
    const { call } = sent.wire;
    const answers = (answer: ModelAnswer<unknown>): void => {
      // An answer speaks of the issuer as it was when it gave it, whatever becomes of it while the answer is on its way.
      const meta = this.#meta(answer);
      this.onStep({ call, step: 'isDone' });
      if (this.oneWay) this.#options.causes.add('line');
      if (this.oneWay || this.#hit('answerLost')) return;
      this.#clock.after(this.#random.below(300) + 5 + slowMs, () => reply(answer, meta));
    };
    this.#clock.after(delayMs, () => {
      this.onStep({ call, step: 'arrives' });
      const answer = this.#answerOf(sent);
      if (answer.kind === 'later') this.#options.causes.add('line');
      if (answer.kind === 'later') answer.told(answers);
      else answers(answer);
    });
  }

  #answerOf(sent: Sent): ModelAnswer<unknown> {
    const { wire } = sent;
    if (this.refusesAll !== null || this.keyLasts !== null) this.#options.causes.add('line');
    if (this.refusesAll !== null) return { kind: 'notProcessed', code: this.refusesAll };
    if (this.keyLasts !== null && wire.call === 'approve') this.keyLasts -= 1;
    if (this.keyLasts !== null && this.keyLasts < 0) return { kind: 'notProcessed', code: KEY_OVER };
    const { causes, terminalId } = this.#options;
    const knownBefore = this.#issuer.knownIndex(terminalId);
    const isFenced =
      wire.fencing !== 'judges' && this.#issuer.fenced(terminalId, wire.context, wire.machineId);
    // Of a journal that was longer before its disk was put back, and whose epoch an issuer that was put back gave again.
    if (!sent.isAwaited() && causes.has('putBack') && this.#issuer.knownIndex(terminalId) > knownBefore)
      this.#harms(wire);
    if (isFenced && wire.fencing === 'refuses') return { kind: 'notProcessed', code: '000_910' };
    if (this.#hit('notProcessed'))
      return {
        kind: 'notProcessed',
        code: this.#options.moods.refusal(this.#random.pick(NOT_PROCESSED)),
      };
    const failed = this.#options.moods.systemError();
    if (failed !== null) causes.add('line');
    if (failed === 'before') return SYSTEM_ERROR;
    const answer = wire.fencing === 'judges' ? this.#greet(sent) : wire.handle();
    return failed === null ? answer : SYSTEM_ERROR;
  }

  /** Whether a hello that shows a journal that went back was late tells the world, not the issuer. */
  #greet(sent: Sent): ModelAnswer<unknown> {
    const { causes, terminalId } = this.#options;
    const before = this.#issuer.standing(terminalId);
    const knownBefore = this.#issuer.knownIndex(terminalId);
    const isLate = sent.arrivals > 0 || !sent.isAwaited();
    sent.arrivals += 1;
    const answer = sent.wire.handle();
    const after = this.#issuer.standing(terminalId);
    const isClaimed = before.epoch !== null && after.epoch !== before.epoch;
    if (isClaimed) this.onClaimed();
    // Of a claim that comes late, the till that made it, or the one that comes after it, knows nothing.
    if (isClaimed && sent.isAwaited()) causes.believed();
    else if (isClaimed || (isLate && this.#isHarm(before, after, knownBefore))) this.#harms(sent.wire);
    return answer;
  }

  #harms({ machineId }: Wire): void {
    this.#options.causes.add('lateHello');
    this.onLate(machineId);
  }

  /** The journal seems to have gone back; or it was longer when that hello left, before its disk was put back. */
  #isHarm(before: Standing, after: Standing, knownBefore: number): boolean {
    const { causes, terminalId } = this.#options;
    const isRaised = causes.has('putBack') && this.#issuer.knownIndex(terminalId) > knownBefore;
    return (after.wentBack && !before.wentBack) || isRaised;
  }

  /**
   * What the client makes of it, in the client's own words. A copy of the answer to an earlier request of the same payment is
   * none: the client takes only an answer that names the millisecond of the very request (`requestedAt`, Exchange.#echoes;
   * test/integration/konaplate/client.test.ts holds it), so such a copy is a wrong echo, as another payment's answer is.
   */
  #wayBack<T>(answer: ModelAnswer<unknown>, given: AnswerMeta): Answered<T> {
    if (this.#hit('garbled')) return ambiguous('NOT_DECRYPTABLE');
    if (this.#hit('serverError')) return this.#serverError();
    if (this.#hit('wrongEcho')) return ambiguous('WRONG_ECHO');
    const meta = { ...given, clockOffsetMs: -this.#clock.wallErrorMs };
    if (answer.kind === 'later') return ambiguous('no answer in time');
    if (answer.kind === 'answered') return { class: 'answered', value: answer.value as T, meta };
    if (answer.kind === 'ambiguous') return { ...ambiguous('UNLISTED_CODE'), code: answer.code };
    if (answer.kind === 'notProcessed' && this.#hit('retryAfter'))
      return { class: 'notProcessed', code: answer.code, meta, retryAfterMs: this.#random.below(20_000) };
    return { class: answer.kind, code: answer.code, meta };
  }

  /** What a process that still waits for it is told: nobody hears any other answer. */
  #hears(call: CallName, answer: Answered<unknown>): void {
    const code = answer.class === 'answered' ? SUCCESS : 'code' in answer ? answer.code : null;
    if (code !== null) tally(this.#options.tallies, `code ${code} ${call}`);
  }

  #serverError(): Extract<Answered<never>, { class: 'ambiguous' }> {
    const waitMs = this.#options.moods.waitMs();
    const answer = ambiguous('HTTP_STATUS');
    return waitMs === null ? answer : { ...answer, retryAfterMs: waitMs };
  }

  async #after<T>(
    ms: number,
    { call, sequenceId }: Wire,
    generation: number,
    answer: Answered<T>,
  ): Promise<Answered<T>> {
    return await new Promise((resolve) =>
      this.#clock.after(ms, () => {
        if (generation === this.generation) this.onEnd(call, sequenceId, answer);
        resolve(answer);
      }),
    );
  }

  async hello(request: HelloRequest, context: CallContext, signal?: AbortSignal) {
    const { terminalId } = this.#options;
    const handle = () => this.#issuer.hello(terminalId, request, context);
    return await this.#call<never>(this.#wire(context, signal, 'judges', 'hello', '', handle));
  }
  async approve(request: ApproveRequest, context: CallContext, signal?: AbortSignal) {
    const { terminalId } = this.#options;
    const handle = () => this.#issuer.approve(terminalId, request);
    return await this.#call<never>(
      this.#wire(context, signal, 'refuses', 'approve', request.sequenceId, handle),
    );
  }
  async inquiry(request: InquiryRequest, context: CallContext, signal?: AbortSignal) {
    const handle = () => this.#issuer.inquiry(request);
    return await this.#call<never>(
      this.#wire(context, signal, 'answers', 'inquiry', request.sequenceId, handle),
    );
  }
  async netCancel(request: NetCancelRequest, context: CallContext, signal?: AbortSignal) {
    const { terminalId } = this.#options;
    const handle = () => this.#issuer.netCancel(terminalId, request);
    return await this.#call<never>(
      this.#wire(context, signal, 'refuses', 'netCancel', request.sequenceId, handle),
    );
  }
  async cancel(request: CancelRequest, context: CallContext, signal?: AbortSignal) {
    if (!this.#isCutOff) this.onVoid(request);
    const handle = () => this.#issuer.cancel(request);
    return await this.#call<never>(
      this.#wire(context, signal, 'refuses', 'cancel', request.sequenceId, handle),
    );
  }
  async transactions(request: TransactionsRequest, context: CallContext, signal?: AbortSignal) {
    const handle = () => this.#issuer.transactions(this.#options.terminalId, request);
    return await this.#call<never>(this.#wire(context, signal, 'answers', 'list', '', handle));
  }
  async close(request: CloseRequest, context: CallContext, signal?: AbortSignal) {
    const { terminalId, causes } = this.#options;
    const handle = () => {
      const answer = this.#issuer.close(terminalId, request);
      if (answer.kind === 'answered' && answer.value.result === 'AGREED') causes.add('agreed');
      return answer;
    };
    return await this.#call<never>(
      this.#wire(context, signal, 'refuses', 'close', request.businessDate, handle),
    );
  }

  /** `machineId` as it is now: the wire carries what the sender was. */
  #wire(
    context: CallContext,
    signal: AbortSignal | undefined,
    fencing: Wire['fencing'],
    call: CallName,
    sequenceId: string,
    handle: () => ModelAnswer<unknown>,
  ): Wire {
    return { context, signal, fencing, machineId: this.machineId, call, sequenceId, handle };
  }

  async dispose(): Promise<void> {}
}

function ambiguous(why: string): Extract<Answered<never>, { class: 'ambiguous' }> {
  return { class: 'ambiguous', why, code: null, bytesWritten: 1 };
}
