import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import {
  findSecrets,
  openLedgerReadOnly,
  quarantineLedger,
  restoreLedger,
  rotateLedgerKey,
} from '../../../src/ledger/ledger.ts';
import { SCHEMA_VERSION } from '../../../src/ledger/schema.ts';
import { ledger, openAgain, openShop, shop } from './open-shop.ts';
import {
  approvalOf,
  approveCharge,
  CASHIER,
  createShop,
  later,
  MANAGER,
  must,
  SCAN_TIME,
  scanOf,
  sendCharge,
} from './shop.ts';

openShop();

function fault(code: string): unknown {
  return expect.objectContaining({ name: 'LedgerFault', code });
}

describe('a backup', () => {
  it('is a complete ledger without the vault, made while the agent goes on', async () => {
    const done = approveCharge(ledger, SCAN_TIME, 1);
    const open = scanOf({ cardNumber: '9410001122334455' });
    ledger.accept(open, SCAN_TIME);
    const file = join(shop.directory, 'backup.db');
    const running = ledger.backup(file);
    ledger.accept(scanOf(), SCAN_TIME);
    const report = await running;
    expect(report.bytes).toBe(statSync(file).size);
    expect((statSync(file).mode & 0o777).toString(8)).toBe('600');
    const copy = openLedgerReadOnly({ file });
    expect(copy.verify()).toMatchObject({ ok: true, faults: [], head: report.head });
    expect(copy.get(done.sequenceId)).toEqual(done);
    copy.close();
    const database = new Database(file, { readonly: true });
    expect(database.prepare('SELECT count(barcode) + count(hash) FROM pending').pluck().get()).toBe(0);
    database.close();
    const wal = new Database(shop.file, { readonly: true });
    const sealed = wal
      .prepare<[], Buffer>('SELECT barcode FROM pending WHERE barcode IS NOT NULL LIMIT 1')
      .pluck()
      .get();
    wal.close();
    expect(readFileSync(file).includes(sealed ?? Buffer.from('none'))).toBe(false);
    expect(existsSync(`${file}.partial`)).toBe(false);
  });

  it('comes to its end while the agent commits again and again', async () => {
    const text = 'z'.repeat(20_000);
    for (let part = 0; part < 50; part += 1) ledger.note('padding', { text, part }, SCAN_TIME, CASHIER);
    const before = ledger.head().index;
    let isOver = false;
    const commit = (): void => {
      if (isOver) return;
      ledger.note('busy', {}, SCAN_TIME, CASHIER);
      setImmediate(commit);
    };
    setImmediate(commit);
    const reader = openLedgerReadOnly({ file: shop.file });
    try {
      const report = await reader.backup(join(shop.directory, 'busy.db'));
      expect(report.head.index).toBeGreaterThanOrEqual(before);
      expect(ledger.head().index).toBeGreaterThan(report.head.index);
    } finally {
      isOver = true;
      reader.close();
    }
  });

  it('never replaces another file', async () => {
    const file = join(shop.directory, 'backup.db');
    writeFileSync(file, 'keep me');
    await expect(ledger.backup(file)).rejects.toThrow(/never replaces/);
    expect(readFileSync(file, 'utf8')).toBe('keep me');
  });
});

describe('a restore', () => {
  it('refuses while the agent runs', async () => {
    ledger.accept(scanOf(), SCAN_TIME);
    const backup = join(shop.directory, 'backup.db');
    await ledger.backup(backup);
    expect(() => restoreLedger({ backup, file: shop.file, now: SCAN_TIME })).toThrow(fault('LOCKED'));
    expect(ledger.restored()).toBeNull();
  });

  it('puts the backup in place, sets the old ledger aside, and marks the terminal until it has recovered', async () => {
    const old = approveCharge(ledger, SCAN_TIME, 1);
    const unsent = scanOf();
    ledger.accept(unsent, SCAN_TIME);
    must(ledger, unsent, { kind: 'received' }, SCAN_TIME);
    const backup = join(shop.directory, 'backup.db');
    const { head } = await ledger.backup(backup);
    const lost = approveCharge(ledger, SCAN_TIME, 2);
    const issuerKnows = ledger.head();
    ledger.close();

    const report = restoreLedger({ backup, file: shop.file, now: later(SCAN_TIME, 1_000) });
    expect(report).toMatchObject({ mark: { head }, verified: { ok: true } });
    expect(readdirSync(report.quarantined ?? '')).toContain(basename(shop.file));
    openAgain();
    expect(ledger.restored()).toEqual({ atMs: SCAN_TIME.wallMs + 1_000, head });
    expect(ledger.get(old.sequenceId)).toEqual(old);
    expect(ledger.get(lost.sequenceId)).toBeNull();
    expect(ledger.verify()).toMatchObject({ ok: true, faults: [] });
    expect(ledger.verify({ knownHead: issuerKnows }).faults).toEqual([
      expect.objectContaining({ code: 'KNOWN_HEAD' }),
    ]);
    expect(() => must(ledger, unsent, { kind: 'send' }, SCAN_TIME)).toThrow(fault('KEY_MISSING'));
    must(ledger, unsent, { kind: 'cashBack' }, SCAN_TIME);
    ledger.recovered(SCAN_TIME, MANAGER);
    expect(ledger.restored()).toBeNull();
    expect(ledger.verify()).toMatchObject({ ok: true, faults: [] });
  });

  it('refuses a backup that does not verify and a file that is none, and changes nothing', async () => {
    approveCharge(ledger, SCAN_TIME, 1);
    const backup = join(shop.directory, 'backup.db');
    await ledger.backup(backup);
    ledger.close();
    const before = readFileSync(shop.file);
    const database = new Database(backup);
    database.exec("UPDATE balances SET amount = 5 WHERE account = 'store'");
    database.close();
    expect(() => restoreLedger({ backup, file: shop.file, now: SCAN_TIME })).toThrow(fault('CORRUPT'));
    const live = join(shop.directory, 'live.db');
    copyFileSync(shop.file, live);
    expect(() => restoreLedger({ backup: live, file: shop.file, now: SCAN_TIME })).toThrow(fault('CORRUPT'));
    expect(readFileSync(shop.file).equals(before)).toBe(true);
    expect(existsSync(`${shop.file}.restoring`)).toBe(false);
    openAgain();
  });
});

describe('what a crash in the middle of a copy left', () => {
  /** The rollback journal of another ledger's copy, hot: SQLite plays it back into whatever stands under its name. */
  function hotJournal(into: string): void {
    const other = createShop();
    const small = other.open();
    approveCharge(small, SCAN_TIME, 1);
    small.close();
    const database = new Database(other.file);
    database.pragma('journal_mode = DELETE');
    database.pragma('synchronous = OFF');
    database.exec(
      "BEGIN IMMEDIATE; UPDATE balances SET amount = 7; UPDATE meta SET value = 'x'; DELETE FROM search",
    );
    copyFileSync(`${other.file}-journal`, into);
    database.exec('ROLLBACK');
    database.close();
    other.remove();
  }

  it.each(['.restoring-journal', '.restoring-wal'])(
    '%s is never played into the next restore',
    async (suffix) => {
      for (let number = 1; number <= 30; number += 1) approveCharge(ledger, SCAN_TIME, number);
      const backup = join(shop.directory, 'backup.db');
      await ledger.backup(backup);
      ledger.close();
      hotJournal(shop.file + suffix);
      expect(restoreLedger({ backup, file: shop.file, now: SCAN_TIME }).verified).toMatchObject({
        ok: true,
        intents: 30,
      });
      expect(readdirSync(dirname(shop.file)).filter((name) => name.includes('restoring'))).toEqual([]);
      openAgain();
      expect(ledger.verify()).toMatchObject({ ok: true, intents: 30 });
    },
  );

  it('is never played into the next backup of that name', async () => {
    for (let number = 1; number <= 30; number += 1) approveCharge(ledger, SCAN_TIME, number);
    const backup = join(shop.directory, 'backup.db');
    hotJournal(`${backup}.partial-journal`);
    await ledger.backup(backup);
    const copy = openLedgerReadOnly({ file: backup });
    expect(copy.verify()).toMatchObject({ ok: true, intents: 30 });
    copy.close();
    expect(readdirSync(shop.directory).filter((name) => name.includes('partial'))).toEqual([]);
  });
});

describe('a damaged ledger', () => {
  it('is recognised, set aside whole, and its place taken by the backup', async () => {
    for (let number = 1; number <= 20; number += 1) approveCharge(ledger, SCAN_TIME, number);
    const backup = join(shop.directory, 'backup.db');
    await ledger.backup(backup);
    ledger.close();
    const bytes = readFileSync(shop.file);
    bytes.fill(0x5a, 4096 * 3, 4096 * 6);
    writeFileSync(shop.file, bytes);
    expect(() => shop.open()).toThrow(fault('CORRUPT'));
    const { quarantined } = restoreLedger({ backup, file: shop.file, now: SCAN_TIME });
    expect(readFileSync(join(quarantined ?? '', basename(shop.file))).equals(bytes)).toBe(true);
    openAgain();
    expect(ledger.verify()).toMatchObject({ ok: true, intents: 20 });
  });

  it('may be set aside alone; a second one of the same second gets a name of its own', () => {
    expect(() => quarantineLedger(shop.file, SCAN_TIME.wallMs)).toThrow(fault('LOCKED'));
    ledger.close();
    const first = quarantineLedger(shop.file, SCAN_TIME.wallMs);
    expect(first).toContain('20260723T053205Z');
    expect(quarantineLedger(shop.file, SCAN_TIME.wallMs)).toBeNull();
    openAgain();
    ledger.close();
    const second = quarantineLedger(shop.file, SCAN_TIME.wallMs);
    expect(second).not.toBe(first);
    expect(readdirSync(second ?? '')).toContain(basename(shop.file));
    openAgain();
  });

  it.each([
    [
      'a file of text',
      Buffer.from('this is not a database, it is a shopping list for tomorrow. '.repeat(20)),
    ],
    ['half a page', Buffer.alloc(2_048, 1)],
  ])('is recognised as %s', (_name, bytes) => {
    ledger.close();
    for (const suffix of ['-wal', '-shm']) if (existsSync(shop.file + suffix)) unlinkSync(shop.file + suffix);
    writeFileSync(shop.file, bytes);
    expect(() => shop.open()).toThrow(fault('CORRUPT'));
    expect(readFileSync(shop.file).equals(bytes)).toBe(true);
    quarantineLedger(shop.file, SCAN_TIME.wallMs);
    openAgain();
  });
});

describe('a key rotation', () => {
  const keyFile = () => String(shop.options.key);

  it('refuses while the agent runs', () => {
    expect(() => rotateLedgerKey({ file: shop.file, keyFile: keyFile(), now: SCAN_TIME })).toThrow(
      fault('LOCKED'),
    );
  });

  it('seals every barcode anew and keeps cards and open barcodes findable, twice over', () => {
    const scan = scanOf({ cardNumber: '9410001122334455' });
    ledger.accept(scan, SCAN_TIME);
    const { intent } = sendCharge(ledger, SCAN_TIME);
    for (let turn = 0; turn < 2; turn += 1) {
      ledger.close();
      const before = readFileSync(keyFile());
      const report = rotateLedgerKey({ file: shop.file, keyFile: keyFile(), now: SCAN_TIME });
      expect(report).toEqual({ resealed: 1, erased: 0 });
      expect(readFileSync(keyFile()).equals(before)).toBe(false);
      openAgain();
      expect(ledger.verify()).toMatchObject({ ok: true, faults: [] });
      expect(ledger.facts(scan.barcodeSpec, scan.cardNumber, SCAN_TIME).same?.sequenceId).toBe(
        scan.sequenceId,
      );
      expect(ledger.list({ limit: 5, cardNumber: scan.cardNumber }).intents).toHaveLength(1);
    }
    must(ledger, scan, { kind: 'received' }, SCAN_TIME);
    expect(must(ledger, scan, { kind: 'send' }, SCAN_TIME).barcodeSpec).toBe(scan.barcodeSpec);
    must(ledger, intent, { kind: 'approved', approval: approvalOf(1) }, SCAN_TIME);
    expect(ledger.facts('x', scan.cardNumber, SCAN_TIME).cardToday.CHARGE.count).toBe(1);
  });

  it('does not hide the deferred charges of a card from the next one', () => {
    const card = { cardNumber: '9410001122334455' };
    const first = scanOf({ ...card, token: '111' });
    ledger.accept(first, SCAN_TIME);
    must(ledger, first, { kind: 'received', creditLater: true }, SCAN_TIME, { canDefer: true });
    ledger.close();
    rotateLedgerKey({ file: shop.file, keyFile: keyFile(), now: SCAN_TIME });
    openAgain();
    const second = scanOf({ ...card, token: '222' });
    ledger.accept(second, SCAN_TIME);
    expect(ledger.deferredOfCard(second.sequenceId)).toBe(1);
    expect(ledger.deferredOfCard(first.sequenceId)).toBe(0);
    const other = scanOf();
    ledger.accept(other, SCAN_TIME);
    expect(ledger.deferredOfCard(other.sequenceId)).toBe(0);
  });

  it('that stopped before or after its commit is settled by the next opening', () => {
    const scan = scanOf();
    ledger.accept(scan, SCAN_TIME);
    ledger.close();
    const old = readFileSync(keyFile());
    writeFileSync(`${keyFile()}.next`, Buffer.alloc(32, 9));
    openAgain();
    expect(existsSync(`${keyFile()}.next`)).toBe(false);
    ledger.close();
    rotateLedgerKey({ file: shop.file, keyFile: keyFile(), now: SCAN_TIME });
    copyFileSync(keyFile(), `${keyFile()}.next`);
    writeFileSync(keyFile(), old);
    openAgain();
    expect(existsSync(`${keyFile()}.next`)).toBe(false);
    must(ledger, scan, { kind: 'received' }, SCAN_TIME);
    expect(must(ledger, scan, { kind: 'send' }, SCAN_TIME).barcodeSpec).toBe(scan.barcodeSpec);
  });

  it('after a loss erases what nobody can open, and the terminal goes on', () => {
    const scan = scanOf();
    ledger.accept(scan, SCAN_TIME);
    ledger.close();
    unlinkSync(keyFile());
    const report = rotateLedgerKey({ file: shop.file, keyFile: keyFile(), now: SCAN_TIME, isLost: true });
    expect(report).toEqual({ resealed: 0, erased: 2 });
    openAgain();
    must(ledger, scan, { kind: 'stop' }, SCAN_TIME);
    must(ledger, scan, { kind: 'answer', answer: 'notTaken' }, SCAN_TIME);
    sendCharge(ledger, SCAN_TIME);
    expect(ledger.verify()).toMatchObject({ ok: true, faults: [] });
  });
});

describe('a key rotation of a restored ledger, which names no key', () => {
  const rotation = async (isLost: boolean) => {
    const keyFile = String(shop.options.key);
    ledger.accept(scanOf(), SCAN_TIME);
    const backup = join(shop.directory, 'copy.db');
    await ledger.backup(backup);
    ledger.close();
    restoreLedger({ backup, file: shop.file, now: SCAN_TIME });
    writeFileSync(keyFile, Buffer.alloc(32, 9));
    const report = rotateLedgerKey({ file: shop.file, keyFile, now: SCAN_TIME, isLost });
    openAgain();
    expect(ledger.verify()).toMatchObject({ ok: true, faults: [] });
    const database = new Database(shop.file, { readonly: true });
    const said = database
      .prepare<[], string>("SELECT body FROM journal WHERE kind = 'keyRotated' ORDER BY idx DESC")
      .pluck()
      .get();
    const hashKeys = database.prepare('SELECT count(*) FROM hash_keys').pluck().get();
    database.close();
    return { report, isLost: JSON.parse(said ?? '{}').detail.isLost, hashKeys };
  };

  it('goes on from the key file that stands there', async () => {
    expect(await rotation(false)).toMatchObject({ isLost: false, hashKeys: 1 });
  });

  it('believes whoever says that the key is lost, and not whatever file lies in its place', async () => {
    const { report, isLost, hashKeys } = await rotation(true);
    expect(report).toEqual({ resealed: 0, erased: 0 });
    expect({ isLost, hashKeys }).toEqual({ isLost: true, hashKeys: 0 });
  });
});

describe('the self-test for secrets', () => {
  it('finds a planted card number in any file and form, and nothing after honest ends', async () => {
    const scans = [
      scanOf({ cardNumber: '9410005566778899' }),
      scanOf({ cardNumber: '9410005566778800', type: 'REFUND' }),
    ];
    for (const scan of scans) ledger.accept(scan, SCAN_TIME);
    const [charge, refund] = scans;
    if (charge === undefined || refund === undefined) throw new Error('two scans');
    must(ledger, charge, { kind: 'received' }, SCAN_TIME);
    must(ledger, charge, { kind: 'send' }, SCAN_TIME);
    must(ledger, charge, { kind: 'approved', approval: approvalOf(1) }, SCAN_TIME);
    must(ledger, refund, { kind: 'stop' }, SCAN_TIME);
    ledger.sweep(later(SCAN_TIME, 400_000));
    await ledger.backup(join(shop.directory, 'backup.db'));
    const secrets = scans.flatMap((scan) => [
      scan.cardNumber,
      scan.barcodeSpec,
      scan.barcodeSpec.slice(6, 25),
    ]);
    expect(findSecrets([shop.directory], secrets)).toEqual([]);
    const number = Buffer.from(charge.cardNumber);
    const planted: Record<string, Buffer> = {
      text: number,
      utf16: Buffer.from(charge.cardNumber, 'utf16le'),
      hex: Buffer.from(number.toString('hex')),
      'base64+1': Buffer.from(
        Buffer.concat([Buffer.from('x'), number, Buffer.from('yz')]).toString('base64'),
      ),
    };
    for (const [form, bytes] of Object.entries(planted)) {
      const file = join(shop.directory, 'agent.log');
      writeFileSync(file, Buffer.concat([Buffer.alloc(1024 * 1024 - 5, 46), bytes, Buffer.from(' end')]));
      expect(findSecrets([shop.directory], secrets)).toContainEqual({ file, secret: 0, form });
    }
  });
});

describe('the schema', () => {
  it('stands at the version this program writes', () => {
    ledger.record(ledger.accept(scanOf(), SCAN_TIME).intent.sequenceId, { kind: 'received' }, SCAN_TIME, {
      actor: CASHIER,
    });
    ledger.close();
    const database = new Database(shop.file, { readonly: true });
    expect(database.pragma('user_version', { simple: true })).toBe(SCHEMA_VERSION);
    database.close();
    openAgain();
  });
});
