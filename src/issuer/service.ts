import { randomBytes } from 'node:crypto';
import { approve } from './domain/approve.ts';
import { type CardRow, ensureCards, findCard, listCards, setCardStatus, spend } from './domain/cards.ts';
import type {
  ApproveRequest,
  CancelRequest,
  CloseRequest,
  Domain,
  HelloRequest,
  InquiryRequest,
  NetCancelRequest,
  Outcome,
  TransactionsRequest,
} from './domain/context.ts';
import { businessDateOf, closeStaleDaysOfAll } from './domain/days.ts';
import {
  type IssuedBarcode,
  type IssuedOneTimeToken,
  issueBarcode,
  issueOneTimeToken,
} from './domain/issue.ts';
import { ItemCalls } from './domain/item-calls.ts';
import { cardInfo, cardTransactions, type HistoryRequest } from './domain/neighbours.ts';
import { inquiry, netCancel } from './domain/reverse.ts';
import { close, transactions, trialBalance } from './domain/settlement.ts';
import { hello } from './domain/terminals.ts';
import { TokenMint } from './domain/tokens.ts';
import { cancel } from './domain/void.ts';
import type { CardStatus, SampleCard } from './options.ts';
import { only } from './storage/database.ts';

export interface Switches {
  readonly chargeEnabled?: boolean;
  readonly refundEnabled?: boolean;
  readonly maintenance?: boolean;
}

/**
 * The issuer without its wire: every call as a method, for the gate, the phone page, the admin interface and tests. The
 * caller has been proved by whoever calls this. Throws `Refusal` for what has no effect.
 */
export class Service {
  readonly #domain: Domain;
  readonly #items: ItemCalls;
  readonly #mint: TokenMint;

  constructor(domain: Domain, shared?: { readonly items: ItemCalls; readonly mint: TokenMint }) {
    this.#domain = domain;
    this.#items = shared?.items ?? new ItemCalls(domain.db);
    this.#mint = shared?.mint ?? new TokenMint(domain.db, domain.hashes);
  }

  get domain(): Domain {
    return this.#domain;
  }

  /** The same issuer whose clock is wrong by so much: one of the faults on demand. */
  skewed(byMs: number): Service {
    const { clock } = this.#domain;
    return new Service(
      { ...this.#domain, clock: { nowMs: () => clock.nowMs() + byMs } },
      { items: this.#items, mint: this.#mint },
    );
  }

  hello(request: HelloRequest): Promise<Outcome> {
    return hello(this.#domain, request);
  }
  async approve(request: ApproveRequest): Promise<Outcome> {
    return this.#items.run(approve(this.#domain, request));
  }
  async inquiry(request: InquiryRequest): Promise<Outcome> {
    return this.#items.run(inquiry(this.#domain, request));
  }
  async netCancel(request: NetCancelRequest): Promise<Outcome> {
    return this.#items.run(netCancel(this.#domain, request));
  }
  async cancel(request: CancelRequest): Promise<Outcome> {
    return this.#items.run(cancel(this.#domain, request));
  }
  transactions(request: TransactionsRequest): Promise<Outcome> {
    return transactions(this.#domain, request);
  }
  close(request: CloseRequest): Promise<Outcome> {
    return close(this.#domain, request);
  }

  /** Closes as UNCONFIRMED what terminals of this merchant have not closed in time, whether they still call or not. */
  closeStaleDays(merchantId: string): Promise<number> {
    return closeStaleDaysOfAll(this.#domain, merchantId);
  }

  issueBarcode(
    merchantId: string,
    request: { cardNo: string; type: 'CHARGE' | 'REFUND'; amount: number },
  ): Promise<IssuedBarcode> {
    return issueBarcode(this.#domain, this.#mint, merchantId, request);
  }
  issueOneTimeToken(
    merchantId: string,
    request: { cardNo: string; type?: 'ATM' | 'CREDIT' | undefined },
  ): Promise<IssuedOneTimeToken> {
    return issueOneTimeToken(this.#domain, this.#mint, merchantId, request);
  }
  cardInfo(merchantId: string, cardNo: string): Promise<Record<string, unknown>> {
    return cardInfo(this.#domain, merchantId, cardNo);
  }
  cardTransactions(merchantId: string, request: HistoryRequest): Promise<Record<string, unknown>> {
    return cardTransactions(this.#domain, merchantId, request);
  }

  ensureCards(merchantId: string, cards: readonly SampleCard[]): Promise<void> {
    return ensureCards(this.#domain, merchantId, cards);
  }
  listCards(merchantId: string): Promise<CardRow[]> {
    return listCards(this.#domain.db, merchantId);
  }
  /** The card's present balance, won; null for an unknown card. */
  async balanceOf(merchantId: string, cardNo: string): Promise<number | null> {
    const card = await findCard(this.#domain.db, merchantId, this.#domain.hashes.card(merchantId, cardNo));
    return card?.balance ?? null;
  }
  /** The holder spends elsewhere; returns the balance afterwards. */
  spend(merchantId: string, cardNo: string, amount: number): Promise<number> {
    return spend(this.#domain, merchantId, cardNo, amount);
  }
  setCardStatus(merchantId: string, cardNo: string, status: CardStatus): Promise<void> {
    return setCardStatus(this.#domain, merchantId, cardNo, status);
  }
  trialBalance(merchantId: string) {
    return trialBalance(this.#domain.db, merchantId);
  }

  /** Switches a merchant's payments by type, or everything (000_908), on and off. */
  async setSwitches(merchantId: string, switches: Switches): Promise<void> {
    await this.#domain.db.query(
      `UPDATE merchants SET charge_enabled = coalesce($2, charge_enabled),
              refund_enabled = coalesce($3, refund_enabled), maintenance = coalesce($4, maintenance)
        WHERE merchant_id = $1`,
      [
        merchantId,
        switches.chargeEnabled ?? null,
        switches.refundEnabled ?? null,
        switches.maintenance ?? null,
      ],
    );
  }

  async underMaintenance(merchantId: string): Promise<boolean> {
    const rows = await this.#domain.db.query<{ maintenance: boolean }>(
      `SELECT maintenance FROM merchants WHERE merchant_id = $1`,
      [merchantId],
    );
    return rows[0]?.maintenance ?? false;
  }

  /** The business date of now, before any terminal has sealed it. */
  today(): string {
    return businessDateOf(this.#domain.clock.nowMs(), this.#domain.policy.cutOverHour);
  }

  /** Names this history of the issuer's; `begin` has made it. */
  async issuerEpoch(): Promise<string> {
    const rows = await this.#domain.db.query<{ value: string }>(
      `SELECT value FROM meta WHERE name = 'issuerEpoch'`,
    );
    return only(rows).value;
  }

  /** To be called once before the first call: gives a new history its name. */
  async begin(): Promise<void> {
    await this.#domain.db.query(
      `INSERT INTO meta (name, value) VALUES ('issuerEpoch', $1) ON CONFLICT (name) DO NOTHING`,
      [newEpoch()],
    );
  }

  /** To be called after the issuer's data were restored from a copy: every terminal will ask again (rule 5). */
  async restored(): Promise<string> {
    const epoch = newEpoch();
    await this.#domain.db.query(`UPDATE meta SET value = $1 WHERE name = 'issuerEpoch'`, [epoch]);
    return epoch;
  }
}

function newEpoch(): string {
  return randomBytes(8).toString('hex');
}
