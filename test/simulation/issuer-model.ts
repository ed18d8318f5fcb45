/**
 * The issuer as the contract describes it, in memory and without a wire: linear per id, tombstones, one token one id,
 * sealed days left out unless a scenario seals one. An independent reading of the contract, not the issuer's code.
 */
import { parseBarcode } from '../../src/barcode/parse.ts';
import type {
  ApproveAnswer,
  ApproveRequest,
  CallContext,
  CancelAnswer,
  CancelRequest,
  HelloAnswer,
  HelloRequest,
  InquiryAnswer,
  InquiryRequest,
  NetCancelAnswer,
  NetCancelRequest,
  SettlementItem,
} from '../../src/konaplate/settlement.ts';

export type ModelAnswer<T> =
  | { readonly kind: 'answered'; readonly value: T }
  | { readonly kind: 'declined'; readonly code: string }
  | { readonly kind: 'notProcessed'; readonly code: string }
  | { readonly kind: 'refused'; readonly code: string }
  | { readonly kind: 'ambiguous'; readonly code: string };

export type ItemState = 'approved' | 'declined' | 'tombstone' | 'reversed' | 'voided';

export interface ModelItem {
  readonly sequenceId: string;
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
}

interface Token {
  readonly barcode: string;
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
  boundTo: string | null;
  replaced: boolean;
}

export interface IssuerSettings {
  readonly wallMs: () => number;
  readonly merchantTerminal: string;
}

const TOKEN_LIFE_MS = 300_000;

export class IssuerModel {
  readonly #settings: IssuerSettings;
  readonly items = new Map<string, ModelItem>();
  /** May be negative: the shortfall of a reversed, spent charge is the issuer's receivable. */
  readonly balances = new Map<string, number>();
  readonly #tokens = new Map<string, Token>();
  /** Every approval ever given, by barcode: more than one is a wrong end. */
  readonly approvalsByToken = new Map<Token, number>();
  epoch: { value: number; holder: string } | null = null;
  readonly #known = new Map<number, string>();
  issuerEpoch = 'I1';
  enabled = { CHARGE: true, REFUND: true };
  #numbers = 0;

  constructor(settings: IssuerSettings) {
    this.#settings = settings;
  }

  addCard(cardNumber: string, balance: number): void {
    this.balances.set(cardNumber, balance);
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

  /** 000_910 before any effect, or null. `hello` judges a lower index, the others a known index with another head. */
  fenced(context: CallContext, machineId: string): boolean {
    if (this.epoch !== null && (this.epoch.value !== context.epoch || this.epoch.holder !== machineId))
      return true;
    const head = this.#known.get(context.journalIndex);
    if (head !== undefined && head !== context.journalHead) return true;
    this.#known.set(context.journalIndex, context.journalHead);
    return false;
  }

  get knownIndex(): number {
    return Math.max(0, ...this.#known.keys());
  }

  hello(request: HelloRequest, context: CallContext): ModelAnswer<HelloAnswer> {
    this.epoch ??= { value: 0, holder: request.machineId };
    if (request.claimEpoch !== undefined && request.managerId !== undefined) {
      this.epoch = { value: request.claimEpoch, holder: request.machineId };
      this.#known.clear();
    }
    const behind = context.journalIndex < this.knownIndex;
    if (behind || this.fenced(context, request.machineId)) return { kind: 'notProcessed', code: '000_910' };
    return {
      kind: 'answered',
      value: {
        serverTimeMs: this.#settings.wallMs(),
        cutOverHour: 0,
        openBusinessDate: '20260723',
        limits: {},
        enabled: this.enabled,
        drainPerMinute: 600,
        epoch: this.epoch.value,
        holder: this.epoch.holder,
        knownJournalIndex: this.knownIndex,
      },
    };
  }

  approve(request: ApproveRequest): ModelAnswer<ApproveAnswer> {
    const parsed = parseBarcode(request.barcodeSpec);
    if (!parsed.ok || parsed.spec.type !== request.type || parsed.spec.amount !== request.amount) {
      return { kind: 'notProcessed', code: '000_002' };
    }
    const old = this.items.get(request.sequenceId);
    if (old !== undefined) return this.#repeat(old, request);
    const code = this.#judge(request, parsed.spec.cardNumber);
    const token = this.#tokens.get(request.barcodeSpec);
    if (token !== undefined) token.boundTo ??= request.sequenceId;
    const answer: ApproveAnswer | null =
      code === null ? this.#book(request, parsed.spec.cardNumber, token) : null;
    this.items.set(request.sequenceId, {
      sequenceId: request.sequenceId,
      type: request.type,
      amount: request.amount,
      cardNumber: parsed.spec.cardNumber,
      barcode: request.barcodeSpec,
      deferred: request.deferred,
      state: code === null ? 'approved' : 'declined',
      answer,
      declineCode: code,
      voids: [],
      bin: parsed.spec.cardNumber.slice(0, 6),
      last4: parsed.spec.cardNumber.slice(-4),
    });
    return answer === null ? { kind: 'declined', code: code ?? '' } : { kind: 'answered', value: answer };
  }

  #repeat(old: ModelItem, request: ApproveRequest): ModelAnswer<ApproveAnswer> {
    if (old.type !== request.type || old.amount !== request.amount)
      return { kind: 'ambiguous', code: '006_021' };
    if (old.state !== 'tombstone' && old.barcode !== request.barcodeSpec)
      return { kind: 'ambiguous', code: '006_021' };
    if (old.state === 'declined') return { kind: 'declined', code: old.declineCode ?? '' };
    if (old.state === 'approved' && old.answer !== null) return { kind: 'answered', value: old.answer };
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
    const balance = this.balances.get(cardNumber);
    if (balance === undefined) return '003_001';
    if (request.amount === 0) return '006_007';
    if (request.type === 'REFUND' && balance < request.amount) return '006_007';
    return null;
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
      approvedAt: '20260723100000000',
      balance,
    };
  }

  #undo(item: ModelItem): void {
    const change = item.type === 'CHARGE' ? -item.amount : item.amount;
    this.balances.set(item.cardNumber, (this.balances.get(item.cardNumber) ?? 0) + change);
  }

  inquiry(request: InquiryRequest): ModelAnswer<InquiryAnswer> {
    const item = this.items.get(request.sequenceId);
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
      value: {
        result: result[item.state],
        voids: item.voids,
        ...(item.answer === null ? {} : { approval: item.answer }),
        ...(item.declineCode === null ? {} : { declineCode: item.declineCode }),
      },
    };
  }

  netCancel(request: NetCancelRequest): ModelAnswer<NetCancelAnswer> {
    const item = this.items.get(request.sequenceId);
    if (item === undefined) {
      this.items.set(request.sequenceId, {
        sequenceId: request.sequenceId,
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
      });
      return { kind: 'answered', value: { result: 'NOT_FOUND', reversedAt: null } };
    }
    if (item.type !== request.type || item.amount !== request.amount)
      return { kind: 'refused', code: '006_906' };
    if (item.state === 'approved') {
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
    const item = this.items.get(request.sequenceId);
    if (item === undefined) return { kind: 'ambiguous', code: '006_030' };
    const before = item.voids.find((attempt) => attempt.cancelId === request.cancelId);
    if (before !== undefined) return this.#voidAnswer(before.done);
    const balance = this.balances.get(item.cardNumber) ?? 0;
    const possible = item.state === 'approved' && (item.type === 'REFUND' || balance >= item.amount);
    item.voids.push({ cancelId: request.cancelId, done: possible, ...(possible ? {} : { code: '007_030' }) });
    if (possible) {
      this.#undo(item);
      item.state = 'voided';
    }
    return this.#voidAnswer(possible);
  }

  #voidAnswer(done: boolean): ModelAnswer<CancelAnswer> {
    return done
      ? { kind: 'answered', value: { cancelNrNumber: 'KMN260723999999999', canceledAt: '20260723100002000' } }
      : { kind: 'refused', code: '007_030' };
  }

  list(): SettlementItem[] {
    const states = { approved: 'APPROVED', reversed: 'REVERSED', voided: 'VOIDED' } as const;
    const found: SettlementItem[] = [];
    for (const item of this.items.values()) {
      if (item.state === 'declined' || item.state === 'tombstone') continue;
      found.push({
        sequenceId: item.sequenceId,
        terminalId: this.#settings.merchantTerminal,
        type: item.type,
        amount: item.amount,
        state: states[item.state],
        nrNumber: item.answer?.nrNumber ?? '',
        approvalCode: item.answer?.approvalCode ?? '',
        approvedAt: item.answer?.approvedAt ?? '',
        businessDate: '20260723',
        deferred: item.deferred,
        bin: item.bin,
        last4: item.last4,
      });
    }
    return found;
  }
}
