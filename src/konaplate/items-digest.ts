import { createHash } from 'node:crypto';

export interface DigestItem {
  readonly sequenceId: string;
  readonly type: 'CHARGE' | 'REFUND';
  readonly amount: number;
  readonly state: 'APPROVED' | 'REVERSED' | 'VOIDED';
  readonly businessDate: string;
}

/** SHA-256, hex, of the lines `sequenceId|type|amount|state|businessDate` + LF, sorted by bytes (settlement-contract, close). */
export function itemsDigest(items: Iterable<DigestItem>): string {
  const lines = Array.from(items, (item) =>
    Buffer.from(
      `${item.sequenceId}|${item.type}|${item.amount}|${item.state}|${item.businessDate}\n`,
      'utf8',
    ),
  );
  lines.sort(Buffer.compare);
  const digest = createHash('sha256');
  for (const line of lines) digest.update(line);
  return digest.digest('hex');
}
