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
  context(): CallContext;
}

type Run<Value> = (context: CallContext, signal: AbortSignal) => Promise<Answered<Value>>;

/** The calls that belong to no payment: the issuer's lists, and the close of a business day. */
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
  transactions(request: TransactionsRequest): Promise<Answered<TransactionsAnswer>> {
    if (!this.#liaison.mayDispatch()) return refused('NOT_GREETED');
    return this.#list('transactions', request);
  }

  /** A page of a list that a fenced terminal imports. */
  page(request: TransactionsRequest): Promise<Answered<TransactionsAnswer>> {
    return this.#list('import', request);
  }

  /** One close of a business day. A fenced terminal says nothing. */
  close(request: CloseRequest): Promise<Answered<CloseAnswer>> {
    if (this.#liaison.session.recovering) return refused('RECOVERING');
    if (!this.#liaison.mayDispatch()) return refused('NOT_GREETED');
    return this.#one('close', 'close', (context, signal) => this.#backend.close(request, context, signal));
  }

  #list(key: string, request: TransactionsRequest): Promise<Answered<TransactionsAnswer>> {
    return this.#one('transactions', key, (context, signal) =>
      this.#backend.transactions(request, context, signal),
    );
  }

  /** One at a time per key; ends, as every call does, with the worker. */
  #one<Value>(kind: 'transactions' | 'close', key: string, run: Run<Value>): Promise<Answered<Value>> {
    if (!this.#host.isRunning()) return refused('STOPPED');
    if (this.#calls.has(key)) return refused('BUSY');
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
      }),
    );
  }
}

function refused(why: string): Promise<Answered<never>> {
  return Promise.resolve({ class: 'nothingLeft', why });
}
