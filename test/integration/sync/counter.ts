/** A counter with a real ledger file, a backend that says what a test tells it, and a clock that moves only by hand. */
import type { Clock, Random, Timer } from '../../../src/intent/clock.ts';
import type { Intent, IntentEvent, Now } from '../../../src/intent/model.ts';
import { DEFAULT_TIMES } from '../../../src/intent/rules.ts';
import type {
  Answered,
  AnswerMeta,
  ApproveAnswer,
  ApproveRequest,
  CallContext,
  CancelAnswer,
  CancelRequest,
  CloseAnswer,
  CloseRequest,
  HelloAnswer,
  HelloRequest,
  InquiryAnswer,
  InquiryRequest,
  NetCancelAnswer,
  NetCancelRequest,
  SettlementBackend,
  TransactionsAnswer,
  TransactionsRequest,
} from '../../../src/konaplate/settlement.ts';
import type { JournalHead, Ledger } from '../../../src/ledger/types.ts';
import type { SyncOptions } from '../../../src/sync/options.ts';
import { startRecovery } from '../../../src/sync/start.ts';
import { SyncWorker } from '../../../src/sync/worker.ts';
import { approvalOf, CASHIER, createShop, must, type ScanWish, type Shop, scanOf } from '../ledger/shop.ts';

export const MACHINE = 'b'.repeat(64);
const START: Now = { wallMs: Date.UTC(2026, 10, 22, 3), monoMs: 1_000 };

interface Waiting {
  readonly atMs: number;
  run: (() => void) | null;
}

/** Lets every promise that can settle now settle. */
async function settle(): Promise<void> {
  for (let round = 0; round < 3; round += 1) await new Promise((resolve) => setImmediate(resolve));
}

export class HandClock implements Clock {
  #now: Now = START;
  #waiting: Waiting[] = [];
  timersRun = 0;

  now(): Now {
    return this.#now;
  }
  after(ms: number, run: () => void): Timer {
    const waiting: Waiting = { atMs: this.#now.monoMs + ms, run };
    this.#waiting.push(waiting);
    return {
      cancel: () => {
        waiting.run = null;
      },
    };
  }
  setWall(byMs: number): void {
    this.#now = { ...this.#now, wallMs: this.#now.wallMs + byMs };
  }
  /** The process stands still for so long; what became due meanwhile runs after it. */
  stand(ms: number): void {
    this.#move(ms);
  }
  /** Moves time on, running every timer at its own moment and everything that follows from it. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#now.monoMs + ms;
    await settle();
    for (let steps = 0; ; steps += 1) {
      if (steps > 100_000) throw new Error('the timers never end');
      this.#waiting = this.#waiting.filter((waiting) => waiting.run !== null);
      this.#waiting.sort((one, other) => one.atMs - other.atMs);
      const next = this.#waiting[0];
      if (next === undefined || next.atMs > untilMs) break;
      this.#waiting.shift();
      this.#move(Math.max(0, next.atMs - this.#now.monoMs));
      this.timersRun += 1;
      next.run?.();
      await settle();
    }
    this.#move(Math.max(0, untilMs - this.#now.monoMs));
  }
  #move(byMs: number): void {
    this.#now = { wallMs: this.#now.wallMs + byMs, monoMs: this.#now.monoMs + byMs };
  }
}

export const META: AnswerMeta = {
  issuerEpoch: 'first',
  businessDate: '20261122',
  correlationId: '261122120000-0000000',
  clockOffsetMs: 0,
  bytesWritten: 1_000,
  elapsedMs: 5,
};

export function answered<Value>(value: Value): Answered<Value> {
  return { class: 'answered', value, meta: META };
}
export function notProcessed(code: string, retryAfterMs?: number): Answered<never> {
  return { class: 'notProcessed', code, meta: META, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}
export const DECLINED: Answered<never> = { class: 'declined', code: '006_901', meta: META };
export const AMBIGUOUS: Answered<never> = {
  class: 'ambiguous',
  why: 'RESET',
  code: null,
  bytesWritten: 900,
};
export const NOTHING_LEFT: Answered<never> = { class: 'nothingLeft', why: 'CONNECT_FAILED' };
export const APPROVED: ApproveAnswer = { ...approvalOf(1), balance: 12_345 };

/** What is asked for of the day that is open, and how it would be closed. */
export const DAY = { businessDate: '20261122', limit: 10 };
export const CLOSE = {
  businessDate: '20261122',
  closeNo: 1,
  totals: [],
  openItems: [],
  itemsDigest: 'd'.repeat(64),
};

export interface Sent {
  readonly call:
    | 'hello'
    | 'probe'
    | 'approve'
    | 'inquiry'
    | 'netCancel'
    | 'cancel'
    | 'transactions'
    | 'close';
  readonly sequenceId: string | null;
  readonly atMs: number;
  readonly context: CallContext;
  readonly request: object;
}

type Say<Request, Value> = (request: Request) => Answered<Value> | Promise<Answered<Value>>;

/** A promise that a test settles when it wants to. */
export function held<Value>(): { promise: Promise<Value>; give: (value: Value) => void } {
  let give: (value: Value) => void = () => {};
  const promise = new Promise<Value>((resolve) => {
    give = resolve;
  });
  return { promise, give };
}

export class TellingBackend implements SettlementBackend {
  capabilities = { tombstones: true, voids: true, lists: true };
  readonly sent: Sent[] = [];
  issuerEpoch = 'first';
  businessDate = META.businessDate;
  greeting: HelloAnswer = {
    serverTimeMs: 0,
    cutOverHour: 0,
    openBusinessDate: '20261122',
    limits: {},
    enabled: { CHARGE: true, REFUND: true },
    drainPerMinute: 600,
    epoch: 0,
    holder: MACHINE,
    knownJournalIndex: 0,
  };
  sayHello: Say<HelloRequest, HelloAnswer> = () =>
    answered({ ...this.greeting, serverTimeMs: this.#clock.now().wallMs });
  sayProbe: Say<InquiryRequest, InquiryAnswer> = () => answered({ result: 'NOT_FOUND', voids: [] });
  sayApprove: Say<ApproveRequest, ApproveAnswer> = () => answered(APPROVED);
  sayInquiry: Say<InquiryRequest, InquiryAnswer> = () => answered({ result: 'NOT_FOUND', voids: [] });
  sayNetCancel: Say<NetCancelRequest, NetCancelAnswer> = () =>
    answered({ result: 'REVERSED', reversedAt: null });
  sayCancel: Say<CancelRequest, CancelAnswer> = () =>
    answered({ cancelNrNumber: 'KMN260723000000002', canceledAt: '20260723143206000' });
  sayTransactions: Say<TransactionsRequest, TransactionsAnswer> = () =>
    answered({ asOf: '20261122120000000', final: false, totals: [], items: [] });
  sayClose: Say<CloseRequest, CloseAnswer> = () => AMBIGUOUS;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async #call<Request extends object, Value>(
    call: Sent['call'],
    request: Request,
    context: CallContext,
    say: Say<Request, Value>,
    signal: AbortSignal | undefined,
  ): Promise<Answered<Value>> {
    const sequenceId = 'sequenceId' in request ? String(request.sequenceId) : null;
    this.sent.push({ call, sequenceId, atMs: this.#clock.now().monoMs, context, request });
    const aborted = new Promise<Answered<Value>>((resolve) => {
      signal?.addEventListener('abort', () =>
        resolve({ class: 'ambiguous', why: 'ABORTED', code: null, bytesWritten: 900 }),
      );
    });
    const answer = await Promise.race([Promise.resolve(say(request)), aborted]);
    return 'meta' in answer
      ? {
          ...answer,
          meta: { ...answer.meta, issuerEpoch: this.issuerEpoch, businessDate: this.businessDate },
        }
      : answer;
  }
  hello(...[request, context, signal]: Parameters<SettlementBackend['hello']>) {
    return this.#call('hello', request, context, this.sayHello, signal);
  }
  approve(...[request, context, signal]: Parameters<SettlementBackend['approve']>) {
    return this.#call('approve', request, context, this.sayApprove, signal);
  }
  inquiry(...[request, context, signal]: Parameters<SettlementBackend['inquiry']>) {
    if (request.sequenceId === 'LINE-PROBE') {
      return this.#call('probe', request, context, this.sayProbe, signal);
    }
    return this.#call('inquiry', request, context, this.sayInquiry, signal);
  }
  netCancel(...[request, context, signal]: Parameters<SettlementBackend['netCancel']>) {
    return this.#call('netCancel', request, context, this.sayNetCancel, signal);
  }
  cancel(...[request, context, signal]: Parameters<SettlementBackend['cancel']>) {
    return this.#call('cancel', request, context, this.sayCancel, signal);
  }
  transactions(...[request, context, signal]: Parameters<SettlementBackend['transactions']>) {
    return this.#call('transactions', request, context, this.sayTransactions, signal);
  }
  close(...[request, context, signal]: Parameters<SettlementBackend['close']>) {
    return this.#call('close', request, context, this.sayClose, signal);
  }
  async dispose(): Promise<void> {}

  of(call: Sent['call'], sequenceId?: string): Sent[] {
    return this.sent.filter(
      (sent) => sent.call === call && (sequenceId === undefined || sent.sequenceId === sequenceId),
    );
  }
}

/** Half of every span: the jitter is the same in every run. */
const HALF: Random = { fraction: () => 0.5, bytes: (count) => new Uint8Array(count) };

export class Counter {
  readonly clock = new HandClock();
  readonly backend = new TellingBackend(this.clock);
  readonly shop: Shop;
  ledger: Ledger;
  worker: SyncWorker;
  readonly #more: Partial<SyncOptions>;
  readonly #random: Random;

  constructor(more: Partial<SyncOptions> = {}, random = HALF) {
    this.#more = more;
    this.#random = random;
    this.shop = createShop({ random, now: this.clock.now() });
    this.ledger = this.shop.open();
    this.worker = this.#makeWorker();
  }

  #makeWorker(found?: JournalHead): SyncWorker {
    return new SyncWorker({
      ledger: this.ledger,
      backend: this.backend,
      clock: this.clock,
      random: this.#random,
      times: DEFAULT_TIMES,
      identity: { machineId: MACHINE, agentVersion: 'test' },
      mayDefer: () => true,
      ...(found === undefined ? {} : { found }),
      ...this.#more,
    });
  }

  /** Starts and lets the first hello be answered. */
  async start(): Promise<this> {
    this.worker.start();
    await this.clock.advance(0);
    return this;
  }

  /** The power goes: what the worker held is gone, the file is opened again, the rules hear of it. */
  async crash(meanwhile: () => void = () => {}): Promise<void> {
    this.ledger.close();
    meanwhile();
    this.ledger = this.shop.open({ now: this.clock.now() });
    const found = this.ledger.head();
    startRecovery(this.ledger, this.clock.now());
    this.worker = this.#makeWorker(found);
  }

  async end(): Promise<void> {
    const stopped = this.worker.stop();
    await this.clock.advance(60_000);
    await stopped;
    this.ledger.close();
    this.shop.remove();
  }

  record(intent: Pick<Intent, 'sequenceId'>, event: IntentEvent): Intent {
    return must(this.ledger, intent, event, this.clock.now(), {
      actor: CASHIER,
      canDefer: true,
      openBusinessDate: META.businessDate,
    }).intent;
  }

  /** A charge whose cash is in the drawer. */
  charge(wish: ScanWish = {}): Intent {
    const { intent } = this.ledger.accept(scanOf({ ...wish, type: 'CHARGE' }), this.clock.now());
    return this.record(intent, { kind: 'received' });
  }

  /** A charge that the customer lets be credited later; its slip was shown. */
  deferred(wish: ScanWish = {}): Intent {
    const { intent } = this.ledger.accept(scanOf({ ...wish, type: 'CHARGE' }), this.clock.now());
    this.record(intent, { kind: 'received', creditLater: true });
    return this.record(intent, { kind: 'acknowledge' });
  }

  refund(wish: ScanWish = {}): Intent {
    const { intent } = this.ledger.accept(scanOf({ ...wish, type: 'REFUND' }), this.clock.now());
    return this.record(intent, { kind: 'request' });
  }

  now(intent: Pick<Intent, 'sequenceId'>): Intent {
    const present = this.ledger.get(intent.sequenceId);
    if (present === null) throw new Error('no such intent');
    return present;
  }

  at(intent: Pick<Intent, 'sequenceId'>): string {
    const { host, cash } = this.now(intent);
    return `${host}/${cash}`;
  }
}

/** From now on a hello is answered after 200 ms. */
export function greetSlowly({ backend, clock }: Counter, say: () => Answered<HelloAnswer>): void {
  backend.sayHello = () => new Promise((resolve) => clock.after(200, () => resolve(say())));
}
