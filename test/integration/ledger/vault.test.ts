import { readdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { ledger, openAgain, openShop, shop } from './open-shop.ts';
import {
  approvalOf,
  approveCharge,
  later,
  MANAGER,
  must,
  SCAN_TIME,
  scanOf,
  sendCharge,
  TERMINAL,
} from './shop.ts';

const LIFE_MS = 300_000;
openShop();

/** Every byte of every file of the ledger, as one latin-1 text. */
function bytesOnDisk(): string {
  const directory = dirname(shop.file);
  return readdirSync(directory)
    .map((name) => readFileSync(join(directory, name), 'latin1'))
    .join('\n');
}

/** Every sealed barcode and every keyed hash that is kept, as latin-1 text. */
function secretsOnDisk(): string[] {
  const database = new Database(shop.file, { readonly: true });
  const rows = database.prepare<[], (Buffer | null)[]>('SELECT barcode, hash FROM pending').raw().all();
  database.close();
  return rows.flat().flatMap((bytes) => (bytes === null ? [] : [bytes.toString('latin1')]));
}

describe('the vault', () => {
  it('holds the barcode sealed until sending, hands it out once, and has erased it by then', () => {
    const scan = scanOf();
    ledger.accept(scan, SCAN_TIME);
    const held = must(ledger, scan, { kind: 'received' }, SCAN_TIME);
    expect(held).not.toHaveProperty('barcodeSpec');
    const sent = must(ledger, scan, { kind: 'send' }, SCAN_TIME, { actor: TERMINAL });
    expect(sent.barcodeSpec).toBe(scan.barcodeSpec);
    expect(bytesOnDisk()).not.toContain(scan.cardNumber);
    ledger.close();
    openAgain();
    expect(ledger.verify().ok).toBe(true);
  });

  it('leaves no sealed byte behind once it is sent, and no hash once its window is over', () => {
    const scans = Array.from({ length: 5 }, () => scanOf());
    for (const scan of scans) ledger.accept(scan, SCAN_TIME);
    const secrets = secretsOnDisk();
    expect(secrets).toHaveLength(2 * scans.length);
    for (const bytes of secrets) expect(bytesOnDisk()).toContain(bytes);
    for (const scan of scans) {
      must(ledger, scan, { kind: 'received' }, SCAN_TIME);
      must(ledger, scan, { kind: 'send' }, SCAN_TIME, { actor: TERMINAL });
      must(ledger, scan, { kind: 'declined', code: '006_005', businessDate: null }, SCAN_TIME, {
        actor: TERMINAL,
      });
      must(ledger, scan, { kind: 'givenBack' }, SCAN_TIME);
      must(ledger, scan, { kind: 'acknowledge' }, SCAN_TIME);
    }
    expect(ledger.sweep(later(SCAN_TIME, LIFE_MS + 1))).toBe(scans.length);
    for (const bytes of secrets) expect(bytesOnDisk()).not.toContain(bytes);
    expect(secretsOnDisk()).toEqual([]);
    expect(ledger.verify().faults).toEqual([]);
  });

  it('takes the barcode back when nothing left, and sends the same one again', () => {
    const scan = scanOf();
    ledger.accept(scan, SCAN_TIME);
    must(ledger, scan, { kind: 'received' }, SCAN_TIME);
    const { barcodeSpec } = must(ledger, scan, { kind: 'send' }, SCAN_TIME, { actor: TERMINAL });
    const back = must(ledger, scan, { kind: 'nothingLeft' }, SCAN_TIME, {
      actor: TERMINAL,
      ...(barcodeSpec === undefined ? {} : { barcodeSpec }),
    });
    expect(back.intent.host).toBe('unsent');
    ledger.close();
    openAgain();
    must(ledger, scan, { kind: 'chooseLater' }, SCAN_TIME, { canDefer: true });
    must(ledger, scan, { kind: 'chooseSend' }, SCAN_TIME);
    expect(must(ledger, scan, { kind: 'send' }, SCAN_TIME, { actor: TERMINAL }).barcodeSpec).toBe(
      scan.barcodeSpec,
    );
  });

  it('does not let an intent become sendable without its barcode', () => {
    const { intent } = sendCharge(ledger, SCAN_TIME);
    const head = ledger.head();
    expect(() => must(ledger, intent, { kind: 'nothingLeft' }, SCAN_TIME, { actor: TERMINAL })).toThrow(
      /barcode/,
    );
    expect(ledger.head()).toEqual(head);
    expect(ledger.get(intent.sequenceId)?.host).toBe('sending');
  });

  it('keeps the barcode of a deferred charge through every repeat, until it has ended', () => {
    const scan = scanOf();
    ledger.accept(scan, SCAN_TIME);
    must(ledger, scan, { kind: 'received', creditLater: true }, SCAN_TIME, { canDefer: true });
    const sent = must(ledger, scan, { kind: 'send' }, SCAN_TIME, { actor: TERMINAL });
    expect(sent).toMatchObject({
      barcodeSpec: scan.barcodeSpec,
      intent: { deferred: true, host: 'sending' },
    });
    must(ledger, scan, { kind: 'ambiguous', code: null }, later(SCAN_TIME, 10), { actor: TERMINAL });
    ledger.close();
    openAgain();
    const again = must(ledger, scan, { kind: 'send' }, later(SCAN_TIME, 3_600_000), { actor: TERMINAL });
    expect(again.barcodeSpec).toBe(scan.barcodeSpec);
    must(ledger, scan, { kind: 'approved', approval: approvalOf(1) }, later(SCAN_TIME, 3_600_010), {
      actor: TERMINAL,
    });
    expect(ledger.verify()).toMatchObject({ ok: true, faults: [] });
    ledger.sweep(later(SCAN_TIME, 3_700_000));
    expect(readFileSync(`${shop.file}-wal`).every((byte) => byte === 0)).toBe(true);
  });

  it('erases the barcode of a deferred charge that a manager pays back', () => {
    const scan = scanOf();
    ledger.accept(scan, SCAN_TIME);
    must(ledger, scan, { kind: 'received', creditLater: true }, SCAN_TIME, { canDefer: true });
    must(ledger, scan, { kind: 'payBack' }, SCAN_TIME, { actor: MANAGER });
    expect(ledger.verify()).toMatchObject({ ok: true, faults: [] });
  });

  it('leaves no trace of card or token in any file after the end and a sweep', () => {
    const scan = scanOf({ cardNumber: '9410009999888877' });
    ledger.accept(scan, SCAN_TIME);
    must(ledger, scan, { kind: 'received' }, SCAN_TIME);
    must(ledger, scan, { kind: 'send' }, SCAN_TIME, { actor: TERMINAL });
    must(ledger, scan, { kind: 'declined', code: '006_005', businessDate: '20260723' }, SCAN_TIME, {
      actor: TERMINAL,
    });
    must(ledger, scan, { kind: 'givenBack' }, SCAN_TIME);
    ledger.sweep(later(SCAN_TIME, LIFE_MS + 1));
    const bytes = bytesOnDisk();
    expect(bytes).toContain('8877');
    expect(bytes).not.toContain(scan.cardNumber);
    expect(bytes).not.toContain(scan.barcodeSpec);
    expect(bytes).not.toContain(scan.barcodeSpec.slice(6, 25));
  });
});

describe('one barcode', () => {
  it('is the same intent while it is open, whatever the clock', () => {
    const scan = scanOf();
    const { intent } = sendCharge(ledger, SCAN_TIME, { cardNumber: scan.cardNumber });
    const { barcodeSpec, cardNumber } = scan;
    expect(ledger.facts(barcodeSpec, cardNumber, later(SCAN_TIME, 48 * 3_600_000)).same?.sequenceId).toBe(
      intent.sequenceId,
    );
    expect(ledger.facts(barcodeSpec.replace('123', '124'), cardNumber, SCAN_TIME).same).toBeNull();
  });

  it('answers for an ended intent inside its window, then is forgotten', () => {
    const scan = scanOf();
    const { sequenceId } = approveCharge(ledger, SCAN_TIME, 1, { cardNumber: scan.cardNumber });
    const same = (ms: number) => ledger.facts(scan.barcodeSpec, scan.cardNumber, later(SCAN_TIME, ms)).same;
    expect(same(LIFE_MS - 10)?.sequenceId).toBe(sequenceId);
    expect(same(LIFE_MS + 40)).toBeNull();
    expect(ledger.sweep(later(SCAN_TIME, LIFE_MS - 10))).toBe(0);
    expect(ledger.sweep(later(SCAN_TIME, LIFE_MS + 40))).toBe(1);
    ledger.accept({ ...scan, sequenceId: scanOf().sequenceId }, later(SCAN_TIME, LIFE_MS + 50));
    expect(ledger.verify()).toMatchObject({ ok: true, faults: [] });
  });

  it('has its window begin afresh after a restart, because monotonic time does', () => {
    const scan = scanOf();
    approveCharge(ledger, SCAN_TIME, 1, { cardNumber: scan.cardNumber });
    ledger.close();
    const restart = { wallMs: SCAN_TIME.wallMs + 60_000, monoMs: 5 };
    openAgain({ now: restart });
    expect(ledger.facts(scan.barcodeSpec, scan.cardNumber, later(restart, LIFE_MS - 1)).same).not.toBeNull();
    expect(ledger.facts(scan.barcodeSpec, scan.cardNumber, later(restart, LIFE_MS + 1)).same).toBeNull();
  });

  it('of a closed intent may be scanned again at once', () => {
    const scan = scanOf();
    ledger.accept(scan, SCAN_TIME);
    must(ledger, scan, { kind: 'stop' }, SCAN_TIME);
    must(ledger, scan, { kind: 'answer', answer: 'notTaken' }, SCAN_TIME);
    expect(ledger.facts(scan.barcodeSpec, scan.cardNumber, SCAN_TIME).same).toBeNull();
    ledger.accept({ ...scan, sequenceId: scanOf().sequenceId }, SCAN_TIME);
    expect(ledger.verify()).toMatchObject({ ok: true, faults: [] });
  });
});

describe('the key', () => {
  it('is made with a new ledger and missed by an old one', () => {
    const scan = scanOf();
    ledger.accept(scan, SCAN_TIME);
    ledger.close();
    const key = String(shop.options.key);
    const bytes = readFileSync(key);
    expect(bytes).toHaveLength(32);
    unlinkSync(key);
    expect(() => shop.open()).toThrow(expect.objectContaining({ code: 'KEY_MISSING' }));
    writeFileSync(key, Buffer.alloc(32, 7));
    expect(() => shop.open()).toThrow(expect.objectContaining({ code: 'KEY_MISSING' }));
    writeFileSync(key, bytes);
    openAgain();
    must(ledger, scan, { kind: 'received' }, SCAN_TIME);
    expect(must(ledger, scan, { kind: 'send' }, SCAN_TIME).barcodeSpec).toBe(scan.barcodeSpec);
  });

  it('may be lost: reading, verifying and every end that needs no barcode still work', () => {
    const scan = scanOf();
    ledger.accept(scan, SCAN_TIME);
    must(ledger, scan, { kind: 'received' }, SCAN_TIME);
    const sent = sendCharge(ledger, SCAN_TIME).intent;
    ledger.close();
    unlinkSync(String(shop.options.key));
    openAgain({ withoutKey: true });
    expect(ledger.verify().ok).toBe(true);
    const missing = expect.objectContaining({ code: 'KEY_MISSING' });
    expect(() => ledger.accept(scanOf(), SCAN_TIME)).toThrow(missing);
    expect(() => ledger.facts(scan.barcodeSpec, scan.cardNumber, SCAN_TIME)).toThrow(missing);
    expect(() => must(ledger, scan, { kind: 'send' }, SCAN_TIME)).toThrow(missing);
    expect(ledger.get(scan.sequenceId)?.host).toBe('unsent');
    must(ledger, scan, { kind: 'cashBack' }, SCAN_TIME);
    must(ledger, scan, { kind: 'givenBack' }, SCAN_TIME);
    must(ledger, sent, { kind: 'approved', approval: approvalOf(1) }, SCAN_TIME);
    expect(ledger.verify()).toMatchObject({ ok: true, faults: [] });
  });
});
