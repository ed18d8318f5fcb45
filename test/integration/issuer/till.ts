import { randomBytes } from 'node:crypto';
import type { Agent } from 'node:http';
import type { Issuer } from '../../../src/issuer/issuer.ts';
import { kstMillis, PUBLISHED_CALLS, SETTLEMENT_CALLS } from '../../../src/konaplate/wire.ts';
import { Caller, type Reply } from './caller.ts';
import { NewBarcodes } from './new-barcodes.ts';

type Extra = Readonly<Record<string, unknown>>;

export function newId(): string {
  return `S${Date.now()}${randomBytes(8).toString('hex')}`;
}

/** A store and a customer of one issuer: the calls by name, with everything filled in that a test does not care for. */
export class Till {
  readonly issuer: Issuer;
  readonly caller: Caller;
  #index = 0;
  readonly #barcodes = new NewBarcodes();
  readonly #now: () => number;

  constructor(issuer: Issuer, now: () => number = Date.now, agent: Agent | null = null) {
    this.issuer = issuer;
    this.#now = now;
    this.caller = new Caller(issuer.credentials, now, agent);
  }

  card(at = 0): string {
    const card = this.issuer.credentials.cards[at];
    if (card === undefined) throw new Error('no such card');
    return card.cardNo;
  }

  balance(cardNo: string): Promise<number | null> {
    return this.issuer.service.balanceOf(this.issuer.credentials.merchantId, cardNo);
  }

  /** One that this till did not show before. */
  barcode(type: 'CHARGE' | 'REFUND', cardNo: string, amount: number): Promise<string> {
    return this.#barcodes.next(async () => {
      const reply = await this.caller.post(PUBLISHED_CALLS.barcodeSpec.path, { cardNo, type, amount });
      if (reply.code !== '000_000') throw new Error(`no barcode: ${reply.code} ${reply.description}`);
      return String(reply.body.barcodeSpec);
    });
  }

  call(operation: keyof typeof SETTLEMENT_CALLS, body: Extra): Promise<Reply> {
    this.#index += 1;
    const journalHead = this.#index.toString(16).padStart(64, '0');
    const stamped = this.caller.stamp(operation, { journalIndex: this.#index, journalHead, ...body });
    return this.caller.post(SETTLEMENT_CALLS[operation].path, stamped);
  }

  hello(extra: Extra = {}): Promise<Reply> {
    return this.call('hello', {
      machineId: 'a'.repeat(64),
      agentVersion: '1.0.0',
      backlogCount: 0,
      ...extra,
    });
  }

  approve(barcodeSpec: string, extra: Extra = {}): Promise<Reply> {
    return this.call('approve', {
      sequenceId: newId(),
      type: barcodeSpec.slice(0, 6),
      amount: Number(barcodeSpec.slice(25)),
      barcodeSpec,
      scannedAt: kstMillis(this.#now()),
      deferred: false,
      ...extra,
    });
  }

  inquiry(sequenceId: string, extra: Extra = {}): Promise<Reply> {
    return this.call('inquiry', { sequenceId, ...extra });
  }

  netCancel(sequenceId: string, type: string, amount: number, extra: Extra = {}): Promise<Reply> {
    return this.call('netcancel', { sequenceId, type, amount, reason: 'TIMEOUT', ...extra });
  }
}
