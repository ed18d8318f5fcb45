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
import type { IssuerModel, ModelAnswer } from './issuer-model.ts';
import type { SeededRandom, VirtualClock } from './time.ts';

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
};

export type FaultCounts = Record<string, number>;

const CLIENT_TIMEOUT_MS = 10_000;
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

interface Wire {
  readonly context: CallContext;
  readonly signal: AbortSignal | undefined;
  /** hello, inquiry and transactions answer a fenced terminal too. */
  readonly fences: boolean;
  readonly handle: () => ModelAnswer<unknown>;
}

export class SimulatedNetwork implements SettlementBackend {
  readonly capabilities: BackendCapabilities = { tombstones: true, voids: true, lists: true };
  readonly #clock: VirtualClock;
  readonly #random: SeededRandom;
  readonly #issuer: IssuerModel;
  readonly #machineId: string;
  readonly counts: FaultCounts;
  faults: NetworkFaults = NO_FAULTS;
  /** The cable: false and nothing leaves. */
  up = true;
  /** Requests arrive, answers do not. */
  oneWay = false;
  #inFlight = 0;
  /** Called before a request's bytes leave, with its id and whether it may move money. */
  onBytes: (sequenceId: string, call: string) => void = () => {};
  /** Bumped by a crash: answers to the old run are dropped. */
  generation = 0;

  constructor(
    clock: VirtualClock,
    random: SeededRandom,
    issuer: IssuerModel,
    machineId: string,
    counts: FaultCounts,
  ) {
    this.#clock = clock;
    this.#random = random;
    this.#issuer = issuer;
    this.#machineId = machineId;
    this.counts = counts;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  #hit(fault: keyof NetworkFaults): boolean {
    const probability = this.faults[fault];
    if (probability === 0 || !this.#random.chance(probability)) return false;
    this.counts[fault] = (this.counts[fault] ?? 0) + 1;
    return true;
  }

  #meta(): AnswerMeta {
    return {
      issuerEpoch: this.#issuer.issuerEpoch,
      businessDate: '20260723',
      correlationId: '260723000000-0000000',
      clockOffsetMs: -this.#clock.wallShiftMs,
      bytesWritten: 1000,
      elapsedMs: 50,
    };
  }

  /** One request on its way: zero, one or two copies arrive, and at most one answer comes back to this call. */
  async #call<T>(wire: Wire): Promise<Answered<T>> {
    const generation = this.generation;
    if (!this.up || this.#hit('nothingLeft')) {
      return await this.#after(this.#random.below(40) + 1, { class: 'nothingLeft', why: 'no connection' });
    }
    this.#inFlight += 1;
    return await new Promise<Answered<T>>((resolve) => {
      let open = true;
      const finish = (answer: Answered<T>): void => {
        if (!open) return;
        open = false;
        this.#inFlight -= 1;
        timer.cancel();
        if (generation === this.generation) resolve(answer);
      };
      const timer = this.#clock.after(CLIENT_TIMEOUT_MS, () => finish(ambiguous('no answer in time')));
      wire.signal?.addEventListener('abort', () => finish(ambiguous('aborted')), { once: true });
      if (this.#hit('reset')) {
        if (this.#random.chance(0.5)) this.#deliver(wire, () => {});
        this.#clock.after(this.#random.below(200) + 1, () => finish(ambiguous('reset')));
        return;
      }
      if (this.#hit('duplicated')) this.#deliver(wire, () => {});
      if (this.#hit('requestLost')) return;
      this.#deliver(wire, (answer) => finish(this.#wayBack<T>(answer)));
    });
  }

  #deliver(wire: Wire, reply: (answer: ModelAnswer<unknown>) => void): void {
    const delayMs = this.#hit('late') ? this.#random.below(240_000) : this.#random.below(300) + 5;
    this.#clock.after(delayMs, () => {
      const answer =
        wire.fences && this.#issuer.fenced(wire.context, this.#machineId)
          ? ({ kind: 'notProcessed', code: '000_910' } as const)
          : this.#hit('notProcessed')
            ? ({ kind: 'notProcessed', code: this.#random.pick(NOT_PROCESSED) } as const)
            : wire.handle();
      if (this.oneWay || this.#hit('answerLost')) return;
      this.#clock.after(this.#random.below(300) + 5, () => reply(answer));
    });
  }

  #wayBack<T>(answer: ModelAnswer<unknown>): Answered<T> {
    if (this.#hit('garbled')) return ambiguous('not decryptable');
    if (this.#hit('serverError')) return ambiguous('HTTP 500');
    if (this.#hit('wrongEcho')) return ambiguous('another id answered');
    const meta = this.#meta();
    if (answer.kind === 'answered') return { class: 'answered', value: answer.value as T, meta };
    if (answer.kind === 'ambiguous') return { ...ambiguous('unlisted code'), code: answer.code };
    return { class: answer.kind, code: answer.code, meta };
  }

  async #after<T>(ms: number, answer: Answered<T>): Promise<Answered<T>> {
    return await new Promise((resolve) => this.#clock.after(ms, () => resolve(answer)));
  }

  async hello(request: HelloRequest, context: CallContext, signal?: AbortSignal) {
    return await this.#call<never>({
      context,
      signal,
      fences: false,
      handle: () => this.#issuer.hello(request, context),
    });
  }
  async approve(request: ApproveRequest, context: CallContext, signal?: AbortSignal) {
    this.onBytes(request.sequenceId, 'approve');
    return await this.#call<never>({
      context,
      signal,
      fences: true,
      handle: () => this.#issuer.approve(request),
    });
  }
  async inquiry(request: InquiryRequest, context: CallContext, signal?: AbortSignal) {
    return await this.#call<never>({
      context,
      signal,
      fences: false,
      handle: () => this.#issuer.inquiry(request),
    });
  }
  async netCancel(request: NetCancelRequest, context: CallContext, signal?: AbortSignal) {
    this.onBytes(request.sequenceId, 'netCancel');
    return await this.#call<never>({
      context,
      signal,
      fences: true,
      handle: () => this.#issuer.netCancel(request),
    });
  }
  async cancel(request: CancelRequest, context: CallContext, signal?: AbortSignal) {
    this.onBytes(request.sequenceId, 'cancel');
    return await this.#call<never>({
      context,
      signal,
      fences: true,
      handle: () => this.#issuer.cancel(request),
    });
  }
  async transactions(request: TransactionsRequest, context: CallContext, signal?: AbortSignal) {
    return await this.#call<never>({
      context,
      signal,
      fences: false,
      handle: () => ({
        kind: 'answered',
        value: {
          asOf: '20260723100000000',
          final: true,
          totals: [],
          items: this.#issuer.list().slice(0, request.limit),
        },
      }),
    });
  }
  async close(_request: CloseRequest, context: CallContext, signal?: AbortSignal) {
    return await this.#call<never>({
      context,
      signal,
      fences: true,
      handle: () => ({ kind: 'refused', code: '006_907' }),
    });
  }
  async dispose(): Promise<void> {}
}

function ambiguous(why: string): Extract<Answered<never>, { class: 'ambiguous' }> {
  return { class: 'ambiguous', why, code: null, bytesWritten: 1 };
}
