/** Every earlier schema version, with the data of its time: what a program of that time wrote goes on under this one. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, unlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, it } from 'vitest';
import { openLedger, openLedgerReadOnly, restoreLedger } from '../../../src/ledger/ledger.ts';
import { SCHEMA_VERSION } from '../../../src/ledger/schema.ts';
import type { JournalHead, Ledger } from '../../../src/ledger/types.ts';
import { CASHIER, createShop, later, must, SCAN_TIME, type Shop, scanOf, TERMINAL } from './shop.ts';

const EARLIER = join(import.meta.dirname, 'earlier');
const VERSIONS = Array.from({ length: SCHEMA_VERSION - 1 }, (_, place) => place + 1);
/** How many barcodes and hashes a ledger of each version holds. */
const OF_VAULT = 'SELECT count(*) FROM vault';
const SECRETS = [OF_VAULT, OF_VAULT];
const NOW = later(SCAN_TIME, 3_600_000);

let shop: Shop;
afterEach(() => shop.remove());

interface Old {
  /** What the file itself counts, by its own tables. */
  readonly open: readonly string[];
  readonly byState: Readonly<Record<string, { readonly count: number; readonly sum: number }>>;
  readonly key: Buffer;
  readonly head: JournalHead;
}

/** Puts the dump of that version where a ledger belongs. */
function layDown(version: number): Old {
  shop = createShop({ ballastBytes: 0 });
  const dump = readFileSync(join(EARLIER, `schema-${version}.sql`), 'utf8');
  // A first opening makes the directory with its modes; its ledger gives way to the old one.
  shop.open().close();
  for (const name of readdirSync(dirname(shop.file))) {
    if (name.startsWith('till.db-') || name === 'till.db') rmFile(join(dirname(shop.file), name));
  }
  const database = new Database(shop.file);
  database.exec(dump);
  expect(database.pragma('user_version', { simple: true })).toBe(version);
  const open = database
    .prepare<[], string>('SELECT sequence_id FROM intents WHERE attention = 2 ORDER BY number')
    .pluck()
    .all();
  const cells = database
    .prepare<[], { key: string; count: number; sum: number }>(
      `SELECT type || '.' || host || '.' || cash AS key, sum(count) AS count, sum(sum) AS sum
       FROM day_totals GROUP BY 1 HAVING sum(count) > 0`,
    )
    .all();
  database.close();
  const byState = Object.fromEntries(cells.map(({ key: cell, count, sum }) => [cell, { count, sum }]));
  const key = Buffer.from(/^-- Key: ([0-9a-f]{64})$/m.exec(dump)?.[1] ?? '', 'hex');
  const [, index, hash] = /^-- Head: (\d+):([0-9a-f]{64})$/m.exec(dump) ?? [];
  return { open, byState, key, head: { index: Number(index), hash: hash ?? '' } };
}

function rmFile(file: string): void {
  if (existsSync(file)) unlinkSync(file);
}

function migrated(old: Old): Ledger {
  return openLedger({ ...shop.options, key: old.key, now: NOW });
}

function backups(): string[] {
  return readdirSync(dirname(shop.file)).filter((name) => name.endsWith('.backup'));
}

describe.each(VERSIONS)('a ledger of schema %i', (version) => {
  it('comes through whole: chain, payments, balances, vault, search, and the head that others know', () => {
    const old = layDown(version);
    const ledger = migrated(old);
    const report = ledger.verify({ knownHead: old.head });
    expect(report.faults).toEqual([]);
    expect(report.head).toEqual(old.head);
    expect(ledger.open().map((intent) => intent.sequenceId)).toEqual(old.open);
    expect(ledger.summary().byState).toEqual(old.byState);
    expect(report.intents).toBeGreaterThan(8);
    expect(Object.values(ledger.balances()).reduce((sum, amount) => sum + amount, 0)).toBe(0);
    const cardPage = ledger.list({ limit: 50, cardNumber: '9410000000000005' });
    expect(cardPage.intents.length).toBeGreaterThan(3);
    ledger.close();
  });

  it('goes on: open payments are sent and answered, days are counted, new scans come in', () => {
    const old = layDown(version);
    const ledger = migrated(old);
    const open = ledger.open();
    expect(open.length).toBeGreaterThan(3);
    for (const intent of open)
      ledger.record(intent.sequenceId, { kind: 'restart' }, NOW, { actor: TERMINAL });
    const owed = open.find((intent) => intent.deferred && intent.host === 'unsent');
    if (owed === undefined) throw new Error('the dump has a deferred charge');
    must(ledger, owed, { kind: 'answer', answer: 'inDrawer' }, NOW);
    const sent = must(ledger, owed, { kind: 'send' }, NOW, { actor: TERMINAL });
    expect(sent.barcodeSpec).toMatch(/^CHARGE9[0-9]{24}$/);
    ledger.accept(scanOf(), NOW);
    ledger.recordDay({ kind: 'dayCounted', businessDate: '20260723', detail: { counted: 0 } }, NOW, CASHIER);
    ledger.sweep(NOW);
    expect(ledger.verify({ knownHead: old.head }).faults).toEqual([]);
    ledger.close();
  });

  it('is backed up first, without the vault, and that backup can be restored and verifies', () => {
    const old = layDown(version);
    migrated(old).close();
    const [name, ...more] = backups();
    if (name === undefined) throw new Error('no backup was made');
    expect(more).toEqual([]);
    const backup = join(dirname(shop.file), name);
    expect(statSync(backup).mode & 0o777).toBe(0o600);
    const copy = new Database(backup, { readonly: true });
    expect(copy.pragma('user_version', { simple: true })).toBe(version);
    expect(
      copy
        .prepare(SECRETS[version - 1] ?? '')
        .pluck()
        .get(),
    ).toBe(0);
    copy.close();
    const { verified } = restoreLedger({ backup, file: shop.file, now: NOW });
    expect(verified.head).toEqual(old.head);
    const restored = openLedger({ ...shop.options, key: old.key, now: NOW });
    expect(restored.recovering()).toMatchObject({ reason: 'RESTORED' });
    restored.close();
  });

  it('is not touched when the backup cannot be made', () => {
    const old = layDown(version);
    const { index } = old.head;
    // A directory where the copy must be written stands for a disk that takes none.
    mkdirSync(join(`${shop.file}.schema-${version}-head-${index}.backup.partial`, 'x'), { recursive: true });
    expect(() => migrated(old)).toThrow();
    const database = new Database(shop.file, { readonly: true });
    expect(database.pragma('user_version', { simple: true })).toBe(version);
    database.close();
  });

  it('is left to the agent by reading commands, which say so', () => {
    layDown(version);
    expect(() => openLedgerReadOnly({ file: shop.file })).toThrow(/must be migrated by the agent first/);
  });
});

describe('a ledger of a newer program', () => {
  it('is refused in a sentence that names both versions, and stays as it is', () => {
    shop = createShop({ ballastBytes: 0 });
    shop.open().close();
    const database = new Database(shop.file);
    database.pragma(`user_version = ${SCHEMA_VERSION + 1}`);
    database.close();
    const sentence = `written by a newer version of this program (schema ${SCHEMA_VERSION + 1}, this program knows ${SCHEMA_VERSION})`;
    expect(() => shop.open()).toThrow(sentence);
    expect(() => openLedgerReadOnly({ file: shop.file })).toThrow(sentence);
    expect(backups()).toEqual([]);
  });
});
