import type { CardRow } from '../domain/cards.ts';
import { Refusal } from '../domain/refusal.ts';
import type { SampleCard } from '../options.ts';
import {
  type BarcodeState,
  type BarcodeView,
  type CardsAnswer,
  HISTORY_ROWS,
  type HistoryAnswer,
  type HistoryRow,
  type MadeBarcode,
  type MakeBarcodeBody,
  type PhoneCard,
} from '../phone/api.ts';
import type { Service } from '../service.ts';

interface BarcodeRow {
  readonly type: 'CHARGE' | 'REFUND';
  readonly amount: number;
  readonly expires_ms: number;
  readonly replaced: boolean;
  readonly last4: string;
  readonly balance: number;
  readonly state: string | null;
  readonly decline_code: string | null;
}
interface ItemRow {
  readonly reference: string;
  readonly type: 'CHARGE' | 'REFUND';
  readonly amount: number;
  readonly state: string;
  readonly created_ms: number;
  readonly approved_ms: number | null;
  readonly ended_ms: number | null;
  readonly decline_code: string | null;
}

/** What a customer's phone shows of the cards of one merchant. Card numbers are known for the sample cards only. */
export class PhoneBook {
  readonly #service: Service;
  readonly #merchantId: string;
  readonly #samples: readonly SampleCard[];
  readonly #numbers: ReadonlyMap<string, string>;

  constructor(service: Service, merchantId: string, samples: readonly SampleCard[]) {
    this.#service = service;
    this.#merchantId = merchantId;
    this.#samples = samples;
    const { hashes } = service.domain;
    this.#numbers = new Map(samples.map(({ cardNo }) => [hashes.card(merchantId, cardNo), cardNo]));
  }

  async cards(): Promise<Pick<CardsAnswer, 'cards' | 'limits'>> {
    const { limits } = this.#service.domain.policy;
    const cards = await this.#service.listCards(this.#merchantId);
    return {
      cards: cards.filter((card) => this.#numbers.has(card.card_id)).map(phoneCard),
      limits: {
        CHARGE: { min: 1, max: limits.perTransactionCharge, unit: 1, balanceMax: limits.balanceCap },
        REFUND: { min: 1, max: limits.perTransactionRefund, unit: 1 },
      },
    };
  }

  async makeSamples(): Promise<void> {
    await this.#service.ensureCards(this.#merchantId, this.#samples);
  }

  async makeBarcode({ cardRef, type, amount }: MakeBarcodeBody): Promise<MadeBarcode> {
    const cardNo = this.#numbers.get(cardRef);
    if (cardNo === undefined) throw new Refusal('003_001', 'cardRef');
    const made = await this.#service.issueBarcode(this.#merchantId, { cardNo, type, amount });
    return {
      barcodeRef: made.tokenRef,
      spec: made.spec,
      last4: cardNo.slice(12),
      type,
      amount,
      lifeMs: made.expiresMs - made.issuedMs,
      leftMs: made.expiresMs - made.issuedMs,
    };
  }

  async barcode(barcodeRef: string): Promise<BarcodeView> {
    const rows = await this.#service.domain.db.query<BarcodeRow>(
      `SELECT t.type, t.amount, t.expires_ms, (
                SELECT count(*) >= $3 FROM tokens n
                 WHERE n.merchant_id = t.merchant_id AND n.card_id = t.card_id AND n.kind = t.kind
                   AND n.token_no > t.token_no) AS replaced, c.last4, c.balance, i.state, i.decline_code
         FROM tokens t
         JOIN cards c ON c.merchant_id = t.merchant_id AND c.card_id = t.card_id
         LEFT JOIN items i ON i.merchant_id = t.merchant_id AND i.sequence_id = t.sequence_id
        WHERE t.merchant_id = $1 AND t.token_ref = $2 AND t.kind = 'BARCODE'`,
      [this.#merchantId, barcodeRef, this.#service.domain.policy.liveTokensPerCard],
    );
    const row = rows[0];
    if (row === undefined) throw new Refusal('006_030', 'barcodeRef');
    const nowMs = this.#service.domain.clock.nowMs();
    const live = !row.replaced && row.expires_ms > nowMs;
    const state = row.state === null ? (live ? 'waiting' : 'expired') : stateOf(row.state);
    return {
      barcodeRef,
      state,
      type: row.type,
      amount: row.amount,
      last4: row.last4,
      leftMs: row.replaced ? 0 : Math.max(0, row.expires_ms - nowMs),
      balance: state === 'waiting' || state === 'expired' || state === 'declined' ? null : row.balance,
      declineCode: row.decline_code,
    };
  }

  async history(cardRef: string): Promise<HistoryAnswer> {
    const rows = await this.#service.domain.db.query<ItemRow>(
      `SELECT coalesce(token_ref, sequence_id) AS reference, type, amount, state, created_ms, approved_ms, ended_ms,
              decline_code
         FROM items WHERE merchant_id = $1 AND card_id = $2
        ORDER BY created_ms DESC, sequence_id DESC LIMIT ${HISTORY_ROWS}`,
      [this.#merchantId, cardRef],
    );
    return { rows: rows.map(historyRow) };
  }
}

function phoneCard(card: CardRow): PhoneCard {
  return { cardRef: card.card_id, last4: card.last4, status: card.status, balance: card.balance };
}

function historyRow(row: ItemRow): HistoryRow {
  const state = stateOf(row.state);
  return {
    barcodeRef: row.reference,
    type: row.type,
    amount: row.amount,
    state,
    atMs: row.approved_ms ?? row.created_ms,
    endedAtMs: state === 'reversed' || state === 'voided' ? row.ended_ms : null,
    declineCode: row.decline_code,
  };
}

function stateOf(state: string): Exclude<BarcodeState, 'waiting' | 'expired'> {
  switch (state) {
    case 'APPROVED':
      return 'approved';
    case 'DECLINED':
      return 'declined';
    case 'VOIDED':
      return 'voided';
    case 'REVERSED':
    case 'TOMBSTONE':
      return 'reversed';
    default:
      throw new Error('an undecided item was committed');
  }
}
