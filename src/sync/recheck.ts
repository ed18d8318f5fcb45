import type { Actor, Intent } from '../intent/model.ts';
import type { CallContext, SettlementItem } from '../konaplate/settlement.ts';
import type { Delivery } from './delivery.ts';
import type { SyncLimits } from './limits.ts';
import type { SyncOptions } from './options.ts';
import type { Session } from './session.ts';

const TERMINAL: Actor = { role: 'terminal' };
const ASKS_MAX = 1_000;
const PAGE = 100;
const PAGES_MAX = 1_000;
const RETRY_MS = 5_000;
const DAY_MS = 86_400_000;
const KST_MS = 9 * 3_600_000;
/** What an issuer that lost its last hours may deny or have forgotten. */
const ASKED = new Set(['approved', 'declined', 'voided', 'reversed']);

const STRANDED = new Set(['unknown', 'reversing', 'voiding']);

interface Ask {
  readonly intent: Intent;
  readonly told: (result: string | null) => void;
}

/** Asking out of turn: for a person, after the issuer was restored, and while the terminal is fenced. */
export class Recheck {
  readonly #options: SyncOptions;
  readonly #limits: SyncLimits;
  readonly #delivery: Delivery;
  readonly #context: () => CallContext;
  readonly #asks: Ask[] = [];
  readonly #stranded = new Set<string>();
  /** Under which issuer epoch the list was made; null: none is being worked on. */
  #epoch: string | null = null;
  #todo: string[] = [];
  #cursor: string | null = null;
  #isListed = true;
  #underWay = 0;
  #retryMs: number | null = null;

  constructor(options: SyncOptions, limits: SyncLimits, delivery: Delivery, context: () => CallContext) {
    this.#options = options;
    this.#limits = limits;
    this.#delivery = delivery;
    this.#context = context;
  }

  /** Mono ms at which something refused before is tried again. */
  nextMs(): number | null {
    return this.#retryMs;
  }

  ask(intent: Intent, wake: () => void): Promise<string | null> {
    if (this.#asks.length >= ASKS_MAX) return Promise.resolve(null);
    return new Promise((told) => {
      this.#asks.push({ intent, told });
      wake();
    });
  }

  /**
   * Starts what there is room for. `permitMs` gives 0 for one more item that is asked again, else the mono ms of the next
   * permit: every till of a chain asks again at the same moment.
   */
  run(session: Session, hasRoom: () => boolean, permitMs: () => number): void {
    while (this.#asks.length > 0 && hasRoom()) {
      const next = this.#asks.shift();
      if (next !== undefined) this.#delivery.ask(next.intent, next.told);
    }
    if (session.issuerChanged) this.#askAgain(session, hasRoom, permitMs);
  }

  #askAgain(session: Session, hasRoom: () => boolean, permitMs: () => number): void {
    const { monoMs } = this.#options.clock.now();
    if (this.#epoch !== session.issuerEpoch) {
      this.#epoch = session.issuerEpoch;
      this.#todo = [];
      this.#cursor = null;
      this.#isListed = false;
      this.#retryMs = null;
      this.#underWay = 0; // answers to what was asked before belong to the list before
    }
    if (this.#retryMs !== null && monoMs < this.#retryMs) return;
    this.#retryMs = null;
    while (hasRoom()) {
      if (this.#todo.length === 0 && !this.#isListed) this.#listPage(session);
      const [sequenceId] = this.#todo;
      if (sequenceId === undefined) break;
      const waitUntilMs = permitMs();
      if (waitUntilMs > 0) {
        this.#retryMs = waitUntilMs;
        break;
      }
      this.#todo.shift();
      this.#again(sequenceId);
    }
    if (this.#todo.length === 0 && this.#isListed && this.#underWay === 0) {
      this.#epoch = null;
      session.recheckDone();
    }
  }

  #again(sequenceId: string): void {
    const intent = this.#options.ledger.get(sequenceId);
    if (intent === null || !ASKED.has(intent.host)) return;
    const epoch = this.#epoch;
    this.#underWay += 1;
    let isOver = false;
    const over = (isDone: boolean): void => {
      if (isOver || epoch !== this.#epoch) return;
      isOver = true;
      this.#underWay -= 1;
      if (isDone) return;
      this.#todo.push(sequenceId);
      this.#retryMs = this.#options.clock.now().monoMs + RETRY_MS;
    };
    if (intent.host === 'reversed') this.#delivery.remind(intent, over);
    else this.#delivery.ask(intent, (result) => over(result !== null));
  }

  #listPage(session: Session): void {
    const page = this.#options.ledger.list({
      limit: PAGE,
      businessDateFrom: this.#from(session),
      ...(this.#cursor === null ? {} : { before: this.#cursor }),
    });
    this.#todo.push(...page.intents.map((intent) => intent.sequenceId));
    this.#cursor = page.older;
    this.#isListed = page.older === null;
  }

  #from(session: Session): string {
    const told = this.#options.unsealedFrom?.() ?? null;
    if (told !== null) return told;
    const open = session.hello?.openBusinessDate;
    const { wallMs } = this.#options.clock.now();
    const openMs =
      open === undefined
        ? wallMs + KST_MS
        : Date.UTC(Number(open.slice(0, 4)), Number(open.slice(4, 6)) - 1, Number(open.slice(6, 8)));
    const fromMs = openMs - this.#limits.unsealedDays * DAY_MS;
    return new Date(fromMs).toISOString().slice(0, 10).replaceAll('-', '');
  }

  /**
   * An open item of a fenced terminal: it is a case, and it is asked about once, because what became of it is all that
   * such a terminal may still find out. An attended unknown one asks by itself.
   */
  stranded(intent: Intent, wake: () => void): void {
    this.#delivery.openCase(intent, 'RECOVERING');
    const asksItself = intent.host === 'unknown' && !intent.deferred;
    if (asksItself || !STRANDED.has(intent.host) || this.#stranded.has(intent.sequenceId)) return;
    this.#stranded.add(intent.sequenceId);
    this.ask(intent, wake).catch(() => {});
  }

  /**
   * Reads the issuer's list of one business day: what is known here and not at rest is asked about, what is unknown here
   * goes into the journal for the manager's reconciliation. False: the list could not be read to its end.
   */
  async importList(businessDate: string): Promise<boolean> {
    const { backend, clock, ledger, terminalId } = this.#options;
    if (!backend.capabilities.lists) return true;
    let cursor: string | undefined;
    for (let page = 0; page < PAGES_MAX; page += 1) {
      const request = {
        businessDate,
        limit: PAGE,
        ...(terminalId === undefined ? {} : { terminalId }),
        ...(cursor === undefined ? {} : { cursor }),
      };
      const answer = await backend.transactions(request, this.#context());
      if (answer.class !== 'answered') return false;
      for (const item of answer.value.items) {
        if (ledger.get(item.sequenceId) !== null) continue;
        ledger.note('issuerItemMissingHere', detailOf(item), clock.now(), TERMINAL);
      }
      cursor = answer.value.nextCursor;
      if (cursor === undefined) return true;
    }
    return false;
  }
}

/** What the manager needs to find the payment at the issuer; no times and no card number beyond BIN and last four. */
function detailOf(item: SettlementItem): Readonly<Record<string, string | number>> {
  const { sequenceId, type, amount, state, approvalCode, businessDate, bin, last4 } = item;
  return { sequenceId, type, amount, state, approvalCode, businessDate, bin, last4 };
}
