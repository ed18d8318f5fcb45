/** A ledger on a real file in a directory of its own, and scans to put into it. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Random } from '../../../src/intent/clock.ts';
import type { Actor, Approval, Intent, IntentEvent, IntentType, Now } from '../../../src/intent/model.ts';
import { DEFAULT_TIMES } from '../../../src/intent/rules.ts';
import type { LedgerOptions } from '../../../src/ledger/ledger.ts';
import { openLedger } from '../../../src/ledger/ledger.ts';
import type { AcceptedScan, Committed, Ledger, Outcome, RecordOptions } from '../../../src/ledger/types.ts';

export const CASHIER: Actor = { role: 'cashier', id: 'kim' };
export const MANAGER: Actor = { role: 'manager', id: 'lee', reason: '손님 요청' };
export const TERMINAL: Actor = { role: 'terminal' };

export const RANDOM: Random = {
  bytes: (count) => randomBytes(count),
  fraction: () => Math.random(),
};

export const SCAN_TIME: Now = { wallMs: Date.UTC(2026, 6, 23, 5, 32, 5), monoMs: 1_000 };

export function later(now: Now, ms: number): Now {
  return { wallMs: now.wallMs + ms, monoMs: now.monoMs + ms };
}

export interface Shop {
  readonly directory: string;
  readonly file: string;
  readonly options: LedgerOptions;
  open(more?: Partial<LedgerOptions>): Ledger;
  remove(): void;
}

export function createShop(more: Partial<LedgerOptions> = {}): Shop {
  const directory = mkdtempSync(join(tmpdir(), 'kona-ledger-'));
  const file = join(directory, 'ledger', 'till.db');
  const options: LedgerOptions = {
    file,
    environment: 'test',
    merchantId: 'M00000000000001',
    terminalId: 'T0000001',
    key: join(directory, 'ledger.key'),
    times: DEFAULT_TIMES,
    policyHash: 'a'.repeat(64),
    random: RANDOM,
    now: SCAN_TIME,
    ballastBytes: 64 * 1024,
    ...more,
  };
  return {
    directory,
    file,
    options,
    open: (again = {}) => openLedger({ ...options, ...again }),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

let made = 0;

export interface ScanWish {
  readonly type?: IntentType;
  readonly amount?: number;
  readonly cardNumber?: string;
  readonly token?: string;
  readonly sequenceId?: string;
}

/** A scan with ids of its own; the card and token are part of the barcode as in a real one. */
export function scanOf(wish: ScanWish = {}): AcceptedScan {
  made += 1;
  const type = wish.type ?? 'CHARGE';
  const amount = wish.amount ?? 10_000;
  const cardNumber = wish.cardNumber ?? `941000${String(made).padStart(10, '0')}`;
  const token = wish.token ?? '123';
  const random = randomBytes(8).toString('hex').toUpperCase();
  return {
    sequenceId: wish.sequenceId ?? `01K0${String(made).padStart(8, '0')}${random.slice(0, 14)}`,
    stationId: '1',
    type,
    amount,
    cardNumber,
    barcodeSpec: `${type}${cardNumber}${token}${String(amount).padStart(6, '0')}`,
    managerNeeded: false,
  };
}

export function approvalOf(number: number): Approval {
  return {
    nrNumber: `KMN260723${String(number).padStart(9, '0')}`,
    approvalCode: `A${String(number).padStart(5, '0')}`,
    approvedAt: '20260723143206000',
    businessDate: '20260723',
  };
}

/** Records an event that must be committed. */
export function must(
  ledger: Ledger,
  intent: Pick<Intent, 'sequenceId'>,
  event: IntentEvent,
  now: Now,
  options: Partial<RecordOptions> = {},
): Committed {
  const outcome: Outcome = ledger.record(intent.sequenceId, event, now, { actor: CASHIER, ...options });
  if (!outcome.ok) throw new Error(`${event.kind} was refused: ${outcome.refusal}`);
  return outcome;
}

/** A charge from the scan to `sending`; gives back the barcode that the commit handed out. */
export function sendCharge(ledger: Ledger, now: Now, wish: ScanWish = {}): Committed {
  const { intent } = ledger.accept(scanOf(wish), now);
  must(ledger, intent, { kind: 'received' }, later(now, 10));
  return must(ledger, intent, { kind: 'send' }, later(now, 20), { actor: TERMINAL });
}

/** A whole approved charge, acknowledged by a page. */
export function approveCharge(ledger: Ledger, now: Now, number: number, wish: ScanWish = {}): Intent {
  const { intent } = sendCharge(ledger, now, wish);
  must(ledger, intent, { kind: 'approved', approval: approvalOf(number) }, later(now, 30), {
    actor: TERMINAL,
  });
  return must(ledger, intent, { kind: 'acknowledge' }, later(now, 40)).intent;
}
