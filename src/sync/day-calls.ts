import type {
  Answered,
  CallContext,
  CloseAnswer,
  CloseRequest,
  SettlementBackend,
  TransactionsAnswer,
  TransactionsRequest,
} from '../konaplate/settlement.ts';
import type { Calls } from './calls.ts';
import type { Liaison } from './liaison.ts';
import type { SyncLimits } from './limits.ts';

interface DayCallsHost {
  isRunning(): boolean;
  nowMs(): number;
  context(): CallContext;
}

/** A hello that is lost is followed by the next one at once: a page waits for so many, and is then tried again later. */
const HELLOS_MAX = 10;
/** The issuer said when it wants to be asked again. */
const ASKED_TO_WAIT = 'ASKED_TO_WAIT';

type Run<Value> = (context: CallContext, signal: AbortSignal) => Promise<Answered<Value>>;

/**
 * The calls that belong to no payment: the issuer's lists, and the close of a business day. A hello goes alone, and it
 * goes out by itself when an answer shows a new business date: between two pages of the day that is over, for one.
 */
export class DayCalls {
  readonly #backend: SettlementBackend;
  readonly #limits: SyncLimits;
  readonly #calls: Calls;
  readonly #liaison: Liaison;
  readonly #host: DayCallsHost;

  constructor(
    backend: SettlementBackend,
    limits: SyncLimits,
    calls: Calls,
    liaison: Liaison,
    host: DayCallsHost,
  ) {
    this.#backend = backend;
    this.#limits = limits;
    this.#calls = calls;
    this.#liaison = liaison;
    this.#host = host;
  }

  /** A page of a business day's list for its comparison, never before the first hello is answered. */
  async transactions(request: TransactionsRequest): Promise<Answered<TransactionsAnswer>> {
    await this.#calls.ended('hello');
    const held = this.#held();
    return held === null ? this.#list('transactions', request) : refused(held);
  }

  /** A page of a list that a fenced terminal imports for a manager, who waits for it; or behind its claim. */
  async page(request: TransactionsRequest): Promise<Answered<TransactionsAnswer>> {
    // The next hello may go out between the end of one and the turn in which this goes on.
    for (let hellos = 0; this.#calls.has('hello'); hellos += 1) {
      if (hellos === HELLOS_MAX) return refused('NOT_GREETED');
      await this.#calls.ended('hello');
    }
    const mustWait = !this.#liaison.session.recovering && this.#isAskedToWait();
    return mustWait ? refused(ASKED_TO_WAIT) : this.#list('import', request);
  }

  /** One close of a business day. A fenced terminal says nothing. */
  async close(request: CloseRequest): Promise<Answered<CloseAnswer>> {
    await this.#calls.ended('hello');
    if (this.#liaison.session.recovering) return refused('RECOVERING');
    const held = this.#held();
    if (held !== null) return refused(held);
    return this.#one('close', 'close', (context, signal) => this.#backend.close(request, context, signal));
  }

  /** Why nothing goes out now; a day can wait until the issuer wants to be asked again. null: it may go. */
  #held(): string | null {
    if (!this.#liaison.mayDispatch()) return 'NOT_GREETED';
    return this.#isAskedToWait() ? ASKED_TO_WAIT : null;
  }

  #isAskedToWait(): boolean {
    return this.#liaison.breaker.isAskedToWait(this.#host.nowMs());
  }

  #list(key: string, request: TransactionsRequest): Promise<Answered<TransactionsAnswer>> {
    return this.#one('transactions', key, (context, signal) =>
      this.#backend.transactions(request, context, signal),
    );
  }

  /** One at a time per key; ends, as every call does, with the worker. */
  #one<Value>(kind: 'transactions' | 'close', key: string, run: Run<Value>): Promise<Answered<Value>> {
    if (!this.#host.isRunning()) return Promise.resolve(refused('STOPPED'));
    if (this.#calls.has(key)) return Promise.resolve(refused('BUSY'));
    return new Promise((resolve) =>
      this.#calls.start<Value>({
        kind,
        key,
        attended: false,
        answerMs: this.#limits.answerMs[kind],
        run: (signal) => run(this.#host.context(), signal),
        done: (answer, elapsedMs) => {
          this.#liaison.heard(answer, elapsedMs);
          resolve(answer);
        },
        gone: () => resolve({ class: 'ambiguous', why: 'NO_END', code: null, bytesWritten: 1 }),
      }),
    );
  }
}

function refused(why: string): Answered<never> {
  return { class: 'nothingLeft', why };
}
