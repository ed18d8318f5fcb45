/**
 * The issuer as the contract describes it, in memory and without a wire: linear per id, tombstones, one token one id,
 * several terminals, days that are cut over and sealed, and a past that it can be put back to. An independent reading of
 * the contract, not the issuer's code.
 */
import { parseBarcode } from '../../src/barcode/parse.ts';
import { kstMillis } from '../../src/konaplate/kst.ts';
import type {
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
  TransactionsAnswer,
  TransactionsRequest,
} from '../../src/konaplate/settlement.ts';
import { IssuerClaims } from './issuer-claims.ts';
import { dayAfter, IssuerDays, listed, totalsOf } from './issuer-days.ts';
import type { IssuerMoods } from './issuer-moods.ts';
import { isOther, replace } from './issuer-past.ts';
import { isProven, isVoidable } from './issuer-voids.ts';
import { IssuerWork } from './issuer-work.ts';

export type ModelAnswer<T> = (
  | { readonly kind: 'answered'; readonly value: T }
  | { readonly kind: 'declined'; readonly code: string }
  | { readonly kind: 'notProcessed'; readonly code: string }
  | { readonly kind: 'refused'; readonly code: string }
  | { readonly kind: 'ambiguous'; readonly code: string }
  /** It works on it: whoever asked hears it when it is decided. */
  | { readonly kind: 'later'; readonly told: (tell: (answer: ModelAnswer<T>) => void) => void }
) & {
  /** The date of the item that it speaks of; absent: the date that is open for the terminal. */
  readonly businessDate?: string;
};

export type ItemState = 'approved' | 'declined' | 'tombstone' | 'reversed' | 'voided';

export interface ModelItem {
  readonly sequenceId: string;
  readonly terminalId: string;
  readonly businessDate: string;
  readonly type: 'CHARGE' | 'REFUND';
  readonly amount: number;
  readonly cardNumber: string;
  readonly barcode: string;
  readonly deferred: boolean;
  state: ItemState;
  readonly answer: ApproveAnswer | null;
  readonly declineCode: string | null;
  readonly voids: { cancelId: string; done: boolean; code?: string }[];
  readonly bin: string;
  readonly last4: string;
  /** Inside of a sealed day: nothing undoes it any more. */
  sealed: boolean;
}

interface Token {
  readonly barcode: string;
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
  boundTo: string | null;
  replaced: boolean;
}

export interface IssuerSettings {
  /** The true time, UTC ms. */
  readonly wallMs: () => number;
  /** False: a net cancel before its approve leaves nothing behind. */
  readonly tombstones: boolean;
  readonly moods: IssuerMoods;
  readonly after: (ms: number, run: () => void) => void;
}

/** What the issuer knows of one terminal. `heads` are those of the present epoch. */
interface Known {
  epoch: { value: number; holder: string } | null;
  heads: Map<number, string>;
  /** The journal went back: it stays so until the next epoch is claimed. */
  wentBack: boolean;
}

const TOKEN_LIFE_MS = 300_000;
const PAGE_MAX = 50;
/** "Account charge request while proceeding": of the payment that it is working on. */
const PROCEEDING = { kind: 'notProcessed', code: '007_005' } as const;

export class IssuerModel {
  readonly #settings: IssuerSettings;
  readonly items = new Map<string, ModelItem>();
  /**
   * Payments of which it knew something else before it was put back to an earlier point, with the open date of their terminal
   * then; at more than one time, that of the first.
   */
  readonly forgotten = new Map<string, string>();
  /** Of these, those that were inside of a sealed day: of that it knows nothing any more. */
  readonly unsealed = new Set<string>();
  /** May be negative: the shortfall of a reversed, spent charge is the issuer's receivable. */
  readonly balances = new Map<string, number>();
  readonly #tokens = new Map<string, Token>();
  /** Every approval ever given, by barcode: more than one is a wrong end. */
  readonly approvalsByToken = new Map<Token, number>();
  #terminals = new Map<string, Known>();
  #restores = 0;
  businessDate = '20260723';
  /** Items of a list that it gives at a time. */
  pageMax = PAGE_MAX;
  readonly days = new IssuerDays();
  get issuerEpoch(): string {
    return `I${this.#restores}`;
  }
  readonly #work: IssuerWork;
  readonly #claims = new IssuerClaims();
  #numbers = 0;

  constructor(settings: IssuerSettings) {
    this.#settings = settings;
    this.#work = new IssuerWork(settings.after);
  }

  /** No list had it that its terminal imported before it was believed again. */
  wasInNoList(sequenceId: string): boolean {
    return this.#claims.has(sequenceId);
  }

  /** Everything that it was working on for ever is decided. */
  heal(): void {
    this.#settings.moods.heal();
    this.#work.finishAll();
  }

  /** It once took what it was told of this payment for another payment's. */
  mistook(sequenceId: string): boolean {
    return this.#settings.moods.mistook.has(sequenceId);
  }

  addCard(cardNumber: string, balance: number): void {
    this.balances.set(cardNumber, balance);
  }

  /** It issued this barcode once. */
  knows(barcode: string): boolean {
    return this.#tokens.has(barcode);
  }

  /** The app's side: a barcode for this card; an older live one of the card is replaced. */
  makeBarcode(type: 'CHARGE' | 'REFUND', cardNumber: string, amount: number, digits: string): string {
    const barcode = `${type}${cardNumber}${digits}${String(amount).padStart(6, '0')}`;
    const now = this.#settings.wallMs();
    for (const [text, token] of this.#tokens) {
      if (text.slice(6, 22) === cardNumber && token.boundTo === null) token.replaced = true;
    }
    this.#tokens.set(barcode, {
      barcode,
      issuedAtMs: now,
      expiresAtMs: now + TOKEN_LIFE_MS,
      boundTo: null,
      replaced: false,
    });
    return barcode;
  }

  #knownOf(terminalId: string): Known {
    let known = this.#terminals.get(terminalId);
    if (known === undefined) {
      known = { epoch: null, heads: new Map(), wentBack: false };
      this.#terminals.set(terminalId, known);
    }
    return known;
  }

  /** 000_910 before any effect: another epoch or holder, a known index with another head, or a journal that went back. */
  fenced(terminalId: string, context: CallContext, machineId: string): boolean {
    const { epoch, heads, wentBack } = this.#knownOf(terminalId);
    if (wentBack) return true;
    if (epoch !== null && (epoch.value !== context.epoch || epoch.holder !== machineId)) return true;
    const head = heads.get(context.journalIndex);
    if (head !== undefined && head !== context.journalHead) return true;
    heads.set(context.journalIndex, context.journalHead);
    return false;
  }

  /** What it holds of a terminal itself. */
  standing(terminalId: string): {
    readonly epoch: number | null;
    readonly holder: string | null;
    readonly wentBack: boolean;
  } {
    const { epoch, wentBack } = this.#knownOf(terminalId);
    return { epoch: epoch?.value ?? null, holder: epoch?.holder ?? null, wentBack };
  }

  knownIndex(terminalId: string): number {
    let highest = 0;
    for (const index of this.#knownOf(terminalId).heads.keys()) highest = Math.max(highest, index);
    return highest;
  }

  /** Always answered, so that the terminal can see what the issuer knows; what it finds stays with the terminal. */
  hello(terminalId: string, request: HelloRequest, context: CallContext): ModelAnswer<HelloAnswer> {
    const known = this.#knownOf(terminalId);
    const { machineId, claimEpoch, managerId } = request;
    known.epoch ??= { value: 0, holder: machineId };
    if (claimEpoch === known.epoch.value + 1 && managerId !== undefined) {
      known.epoch = { value: claimEpoch, holder: machineId };
      this.#claims.claimed(terminalId, this.items.values(), this.#work.open());
      known.heads = new Map([[context.journalIndex, context.journalHead]]);
      known.wentBack = false;
    }
    const { value, holder } = known.epoch;
    const knownJournalIndex = this.knownIndex(terminalId);
    const isOurs = holder === machineId && (value === context.epoch || value === claimEpoch);
    const head = known.heads.get(context.journalIndex);
    const isAnother = head !== undefined && head !== context.journalHead;
    if (isOurs && (context.journalIndex < knownJournalIndex || isAnother)) known.wentBack = true;
    if (isOurs && !known.wentBack) known.heads.set(context.journalIndex, context.journalHead);
    return {
      kind: 'answered',
      value: {
        serverTimeMs: this.#settings.wallMs(),
        cutOverHour: 0,
        openBusinessDate: this.openDate(terminalId),
        limits: {},
        enabled: this.#settings.moods.enabled,
        drainPerMinute: this.#settings.moods.drainPerMinute,
        epoch: value,
        holder,
        knownJournalIndex,
      },
    };
  }

  /** The date changes for what is booked from now on. */
  cutOver(): void {
    this.businessDate = dayAfter(this.businessDate);
  }

  /** The date on which a booking of this terminal stands. */
  openDate(terminalId: string): string {
    return this.days.openDate(terminalId, this.businessDate);
  }

  /** A day that nobody closed is sealed by the issuer: nothing in it is undone any more. */
  seal(date: string, terminals: readonly string[]): void {
    for (const terminalId of terminals) this.days.sealUnconfirmed(terminalId, date);
    for (const item of this.items.values()) if (item.businessDate === date) item.sealed = true;
  }

  close(terminalId: string, request: CloseRequest): ModelAnswer<CloseAnswer> {
    const items = [...this.items.values()].filter(
      (item) => item.terminalId === terminalId && item.businessDate === request.businessDate,
    );
    return this.days.close(terminalId, request, items, this.businessDate);
  }

  /** A copy of everything, to be put back later. */
  copy(): () => void {
    const items = new Map([...this.items].map(([id, item]) => [id, { ...item, voids: [...item.voids] }]));
    const days = this.days.copy();
    const balances = new Map(this.balances);
    const tokens = new Map([...this.#tokens].map(([text, token]) => [text, { ...token }]));
    const counts = new Map<string, number>();
    // A barcode that was issued again in the same words is another one: what the former booked is none of its.
    for (const [token, count] of this.approvalsByToken)
      if (this.#tokens.get(token.barcode) === token) counts.set(token.barcode, count);
    const terminals = new Map(
      [...this.#terminals].map(([id, { epoch, heads, wentBack }]) => [
        id,
        { epoch: epoch === null ? null : { ...epoch }, heads: new Map(heads), wentBack },
      ]),
    );
    return () => {
      this.#restores += 1;
      this.#work.drop();
      const others = [...this.items.values()].filter((item) => isOther(item, items.get(item.sequenceId)));
      for (const [id, item] of this.items) {
        if (item.sealed && items.get(id)?.sealed !== true) this.unsealed.add(id);
      }
      replace(this.items, items);
      days();
      for (const { sequenceId, terminalId } of others)
        if (!this.forgotten.has(sequenceId)) this.forgotten.set(sequenceId, this.openDate(terminalId));
      replace(this.balances, balances);
      // Barcodes that phones show now were issued by the issuer as it was; it knows nothing of them any more.
      replace(this.#tokens, tokens);
      this.approvalsByToken.clear();
      for (const [barcode, count] of counts) {
        const token = this.#tokens.get(barcode);
        if (token !== undefined) this.approvalsByToken.set(token, count);
      }
      this.#terminals = terminals;
    };
  }

  approve(terminalId: string, request: ApproveRequest): ModelAnswer<ApproveAnswer> {
    const parsed = parseBarcode(request.barcodeSpec);
    if (!parsed.ok || parsed.spec.type !== request.type || parsed.spec.amount !== request.amount) {
      return { kind: 'notProcessed', code: '000_002' };
    }
    const { sequenceId } = request;
    if (this.#work.has(sequenceId)) return PROCEEDING;
    const old = this.items.get(sequenceId);
    if (old !== undefined) return this.#repeat(old, request);
    const { cardNumber } = parsed.spec;
    const code = this.#judge(request, cardNumber);
    const token = this.#tokens.get(request.barcodeSpec);
    if (token !== undefined) token.boundTo ??= sequenceId;
    const decide = (): ModelAnswer<ApproveAnswer> =>
      this.#decide(terminalId, request, cardNumber, code, token);
    return code === null ? this.#takesTime(sequenceId, decide) : decide();
  }

  /** Decides now, or works on it first. */
  #takesTime<Value>(sequenceId: string, decide: () => ModelAnswer<Value>): ModelAnswer<Value> {
    const ms = this.#settings.moods.worksMs();
    return ms === null ? decide() : this.#work.take(sequenceId, ms === 'forEver' ? null : ms, decide);
  }

  /** `barred`: why the request as it came is not approved. `presented`: what it was presented with. */
  #decide(
    terminalId: string,
    request: ApproveRequest,
    cardNumber: string,
    barred: string | null,
    presented: Token | undefined,
  ): ModelAnswer<ApproveAnswer> {
    // Undone while it was worked on.
    const old = this.items.get(request.sequenceId);
    if (old !== undefined) return this.#repeat(old, request);
    const code = barred ?? this.#judgeBalance(request, cardNumber);
    // Issued again in the same words while it was worked on, a barcode is another one; put back, it is the same.
    const known = this.#tokens.get(request.barcodeSpec);
    const token = known?.issuedAtMs === presented?.issuedAtMs ? known : presented;
    const answer: ApproveAnswer | null = code === null ? this.#book(request, cardNumber, token) : null;
    const businessDate = this.openDate(terminalId);
    this.items.set(request.sequenceId, {
      sequenceId: request.sequenceId,
      terminalId,
      businessDate,
      type: request.type,
      amount: request.amount,
      cardNumber,
      barcode: request.barcodeSpec,
      deferred: request.deferred,
      state: code === null ? 'approved' : 'declined',
      answer,
      declineCode: code,
      voids: [],
      bin: cardNumber.slice(0, 6),
      last4: cardNumber.slice(-4),
      sealed: false,
    });
    return answer === null
      ? { kind: 'declined', code: code ?? '', businessDate }
      : { kind: 'answered', value: answer, businessDate };
  }

  #repeat(old: ModelItem, request: ApproveRequest): ModelAnswer<ApproveAnswer> {
    if (this.#settings.moods.mistakes(old.sequenceId)) return { kind: 'ambiguous', code: '006_021' };
    if (old.type !== request.type || old.amount !== request.amount)
      return { kind: 'ambiguous', code: '006_021' };
    if (old.state !== 'tombstone' && old.barcode !== request.barcodeSpec)
      return { kind: 'ambiguous', code: '006_021' };
    const { businessDate } = old;
    if (old.state === 'declined') return { kind: 'declined', code: old.declineCode ?? '', businessDate };
    if (old.state === 'approved' && old.answer !== null)
      return { kind: 'answered', value: old.answer, businessDate };
    const token = this.#tokens.get(request.barcodeSpec);
    if (token !== undefined) token.boundTo ??= request.sequenceId;
    return { kind: 'ambiguous', code: '006_905' };
  }

  #judge(request: ApproveRequest, cardNumber: string): string | null {
    const token = this.#tokens.get(request.barcodeSpec);
    if (token === undefined) return '006_903';
    if (token.boundTo !== null && token.boundTo !== request.sequenceId) return '006_902';
    const judgedAt = request.deferred ? request.scannedAtMs : this.#settings.wallMs();
    if (judgedAt > token.expiresAtMs || judgedAt < token.issuedAtMs - 3_600_000) return '006_901';
    if (token.replaced && !request.deferred) return '006_903';
    const { enabled } = this.#settings.moods;
    // An advice is of a customer who has gone: no switch undoes it (settlement-contract rule 4).
    if (!enabled[request.type] && !request.deferred) return '006_012';
    return this.#judgeBalance(request, cardNumber);
  }

  #judgeBalance({ type, amount, deferred }: ApproveRequest, cardNumber: string): string | null {
    const { moods } = this.#settings;
    const balance = this.balances.get(cardNumber);
    if (balance === undefined) return '003_001';
    const bar = moods.bar(cardNumber, type, deferred);
    if (bar !== null) return bar;
    if (amount === 0) return '006_007';
    if (type === 'REFUND' && balance < amount) return '006_007';
    return type === 'CHARGE' && balance + amount > moods.balanceCap ? '007_901' : null;
  }

  #book(request: ApproveRequest, cardNumber: string, token: Token | undefined): ApproveAnswer {
    const change = request.type === 'CHARGE' ? request.amount : -request.amount;
    const balance = (this.balances.get(cardNumber) ?? 0) + change;
    this.balances.set(cardNumber, balance);
    if (token !== undefined) this.approvalsByToken.set(token, (this.approvalsByToken.get(token) ?? 0) + 1);
    this.#numbers += 1;
    return {
      nrNumber: `KMN260723${String(this.#numbers).padStart(9, '0')}`,
      approvalCode: String(this.#numbers).padStart(6, '0'),
      approvedAt: kstMillis(this.#settings.wallMs()),
      balance,
    };
  }

  #undo(item: ModelItem): void {
    const change = item.type === 'CHARGE' ? -item.amount : item.amount;
    this.balances.set(item.cardNumber, (this.balances.get(item.cardNumber) ?? 0) + change);
  }

  inquiry(request: InquiryRequest): ModelAnswer<InquiryAnswer> {
    const item = this.items.get(request.sequenceId);
    if (this.#work.has(request.sequenceId))
      return { kind: 'answered', value: { result: 'PENDING', voids: [] } };
    if (item === undefined) return { kind: 'answered', value: { result: 'NOT_FOUND', voids: [] } };
    const result = {
      approved: 'COMPLETED',
      declined: 'FAILED',
      tombstone: 'REVERSED',
      reversed: 'REVERSED',
      voided: 'VOIDED',
    } as const;
    return {
      kind: 'answered',
      businessDate: item.businessDate,
      value: {
        result: result[item.state],
        voids: item.voids,
        ...(item.answer === null ? {} : { approval: item.answer }),
        ...(item.declineCode === null ? {} : { declineCode: item.declineCode }),
      },
    };
  }

  netCancel(terminalId: string, request: NetCancelRequest): ModelAnswer<NetCancelAnswer> {
    const isAtWork = this.#work.has(request.sequenceId);
    if (isAtWork && !this.#settings.moods.letsPass()) return PROCEEDING;
    const answer = this.#reverse(terminalId, request);
    // What was worked on comes to its end after it: refused, or booked where nothing is left of a net cancel before it.
    if (isAtWork) this.#work.finish(request.sequenceId);
    return answer;
  }

  #reverse(terminalId: string, request: NetCancelRequest): ModelAnswer<NetCancelAnswer> {
    const item = this.items.get(request.sequenceId);
    if (item === undefined) {
      if (!this.#settings.tombstones)
        return { kind: 'answered', value: { result: 'NOT_FOUND', reversedAt: null } };
      this.items.set(request.sequenceId, {
        sequenceId: request.sequenceId,
        terminalId,
        businessDate: this.openDate(terminalId),
        type: request.type,
        amount: request.amount,
        cardNumber: '',
        barcode: '',
        deferred: false,
        state: 'tombstone',
        answer: null,
        declineCode: null,
        voids: [],
        bin: '',
        last4: '',
        sealed: false,
      });
      return { kind: 'answered', value: { result: 'NOT_FOUND', reversedAt: null } };
    }
    const isOther = item.type !== request.type || item.amount !== request.amount;
    if (isOther || this.#settings.moods.mistakes(item.sequenceId))
      return { kind: 'refused', code: '006_906' };
    if (item.state === 'approved') {
      if (item.sealed) return { kind: 'refused', code: '006_907' };
      this.#undo(item);
      item.state = 'reversed';
    }
    if (item.state === 'tombstone')
      return { kind: 'answered', value: { result: 'NOT_FOUND', reversedAt: null } };
    if (item.state === 'declined')
      return { kind: 'answered', value: { result: 'NOT_APPROVED', reversedAt: null } };
    return { kind: 'answered', value: { result: 'REVERSED', reversedAt: '20260723100001000' } };
  }

  cancel(request: CancelRequest): ModelAnswer<CancelAnswer> {
    const { sequenceId, cancelId } = request;
    if (this.#work.has(sequenceId)) return PROCEEDING;
    const item = this.items.get(sequenceId);
    if (item === undefined) return { kind: 'ambiguous', code: '006_030' };
    const before = item.voids.find((attempt) => attempt.cancelId === cancelId);
    if (before === undefined) return this.#takesTime(sequenceId, () => this.#void(item, request));
    if (this.#settings.moods.mistakes(sequenceId)) return { kind: 'ambiguous', code: '006_021' };
    return this.#voidAnswer(before.done, item.businessDate);
  }

  #void(item: ModelItem, request: CancelRequest): ModelAnswer<CancelAnswer> {
    const balance = this.balances.get(item.cardNumber) ?? 0;
    const done =
      isVoidable(item, request, this.openDate(item.terminalId), balance) &&
      isProven(item, request, (barcode) => this.#tokens.get(barcode), this.#settings.wallMs());
    item.voids.push({ cancelId: request.cancelId, done, ...(done ? {} : { code: '007_030' }) });
    if (done) {
      this.#undo(item);
      item.state = 'voided';
    }
    return this.#voidAnswer(done, item.businessDate);
  }

  /** Also a repeat speaks of the item's own date, whatever day it has become: only on it there is a void. */
  #voidAnswer(done: boolean, businessDate: string): ModelAnswer<CancelAnswer> {
    if (!done) return { kind: 'refused', code: '007_030', businessDate };
    const value = { cancelNrNumber: 'KMN260723999999999', canceledAt: '20260723100002000' };
    return { kind: 'answered', value, businessDate };
  }

  /** Sorted by id, in pages: the cursor is the last id of the page before. */
  transactions(terminalId: string, request: TransactionsRequest): ModelAnswer<TransactionsAnswer> {
    const { businessDate, cursor = '', limit } = request;
    if (cursor === '') this.#claims.listed(terminalId, businessDate, this.items.size);
    const day = [...this.items.values()].flatMap((item) => {
      const isOther = request.terminalId !== undefined && item.terminalId !== request.terminalId;
      return isOther || item.businessDate !== businessDate ? [] : (listed(item) ?? []);
    });
    const found = day.filter(({ sequenceId }) => sequenceId > cursor);
    found.sort((one, other) => (one.sequenceId < other.sequenceId ? -1 : 1));
    const items = found.slice(0, Math.min(limit, this.pageMax));
    const last = items.at(-1);
    const isMore = items.length < found.length && last !== undefined;
    return {
      kind: 'answered',
      value: {
        asOf: '20260723100000000',
        final: businessDate < this.businessDate || this.days.isSealed(terminalId, businessDate),
        totals: totalsOf(day),
        items,
        ...(isMore ? { nextCursor: last.sequenceId } : {}),
      },
    };
  }
}
