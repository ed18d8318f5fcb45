/** What must not be readable afterwards: card numbers, barcodes, one-time tokens. In rows, in files, in what is reported. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Issuer, startIssuer } from '../../../src/issuer/issuer.ts';
import { PUBLISHED_CALLS } from '../../../src/konaplate/wire.ts';
import { newId, Till } from './till.ts';

let parent: string;
let issuer: Issuer;
const faults: string[] = [];
const secrets = new Set<string>();

beforeAll(async () => {
  parent = mkdtempSync(join(tmpdir(), 'issuer-secrets-'));
  issuer = await startIssuer({
    storage: { directory: join(parent, 'data') },
    onFault: (fault) => faults.push(JSON.stringify(fault)),
  });
  for (const { cardNo } of issuer.credentials.cards) secrets.add(cardNo);
});
afterAll(() => rmSync(parent, { recursive: true, force: true }));

/** A payment approved, declined, guessed wrong, reversed and voided with a barcode as proof; a plain one-time token. */
async function day(till: Till): Promise<void> {
  const barcode = async (type: 'CHARGE' | 'REFUND', amount: number) => {
    const spec = await till.barcode(type, till.card(2), amount);
    secrets.add(spec);
    // The last digits of the card, the token and the amount: what a barcode has that a card number has not.
    secrets.add(spec.slice(18));
    return spec;
  };
  const reversed = newId();
  await till.approve(await barcode('CHARGE', 12_345), { sequenceId: reversed });
  await till.netCancel(reversed, 'CHARGE', 12_345);
  const spec = await barcode('CHARGE', 23_456);
  await till.approve(
    spec.replace(/^(.{22})(.)/, (_all, head, digit) => `${head}${(Number(digit) + 1) % 10}`),
  );
  const voided = newId();
  const { nrNumber } = (await till.approve(spec, { sequenceId: voided })).body;
  const cancelId = newId();
  const proof = {
    sequenceId: voided,
    cancelId,
    nrNumber,
    type: 'CHARGE',
    amount: 23_456,
    cardProof: await barcode('CHARGE', 34_567),
  };
  expect((await till.call('cancel', proof)).code).toBe('000_000');
  await till.approve(await barcode('REFUND', 999_998));
  const { oneTimeToken } = (
    await till.caller.post(PUBLISHED_CALLS.oneTimeToken.path, { cardNo: till.card(2), type: 'ATM' })
  ).body;
  secrets.add(String(oneTimeToken));
}

async function everyRow(): Promise<string> {
  const { db } = issuer.service.domain;
  const tables = await db.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`,
  );
  expect(tables.length).toBeGreaterThan(10);
  const parts = tables.map(({ name }) => `SELECT r::text AS row FROM ${name} r`);
  const rows = await db.query<{ row: string }>(parts.join(' UNION ALL '));
  return rows.map(({ row }) => row).join('\n');
}

it('no row has a card number, a barcode or a one-time token; a token of three digits stands as a keyed hash', async () => {
  await day(new Till(issuer));
  const rows = await everyRow();
  expect([...secrets].filter((secret) => rows.includes(secret))).toEqual([]);
  const tokens = await issuer.service.domain.db.query<Record<string, unknown>>('SELECT * FROM tokens');
  expect(tokens.length).toBeGreaterThanOrEqual(5);
  for (const { token_hash: hash, ...rest } of tokens) {
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(Object.values(rest).filter((value) => /^[0-9]{3}$/.test(String(value)))).toEqual([]);
  }
});

it('a fault inside is reported by its name alone, while a card number and a barcode are on their way', async () => {
  const till = new Till(issuer);
  const spec = await till.barcode('CHARGE', till.card(2), 45_678);
  secrets.add(spec);
  const { db } = issuer.service.domain;
  await db.query('ALTER TABLE items RENAME TO items_away');
  const reply = await till.approve(spec);
  await db.query('ALTER TABLE items_away RENAME TO items');
  expect(reply).toMatchObject({ status: 400, code: '006_022', signed: true });
  expect(faults).toHaveLength(1);
  expect(Object.keys(JSON.parse(faults[0] ?? ''))).toEqual(['call', 'name', 'state']);
  expect([...secrets].filter((secret) => `${faults[0]}${reply.text}`.includes(secret))).toEqual([]);
});

it('no file of the storage has them either, its write-ahead log included', async () => {
  const rows = await issuer.service.domain.db.query<{ hash: string }>(
    'SELECT token_hash AS hash FROM tokens',
  );
  await issuer.close();
  const files = readdirSync(parent, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const contents = Buffer.concat(files.map((entry) => readFileSync(join(entry.parentPath, entry.name))));
  expect([...secrets].filter((secret) => contents.includes(secret))).toEqual([]);
  // The search finds what is there.
  expect(contents.includes(rows[0]?.hash ?? 'nothing')).toBe(true);
  expect(files.some((entry) => entry.parentPath.includes('pg_wal'))).toBe(true);
});
