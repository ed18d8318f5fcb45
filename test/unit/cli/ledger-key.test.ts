/** The commands for a lost key, a new key and a ledger beyond repair, over a real ledger file whose agent is stopped or not. */
import {
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_POLICY, policyHash } from '../../../src/intent/policy.ts';
import { openLedger } from '../../../src/ledger/ledger.ts';
import { SCHEMA_VERSION } from '../../../src/ledger/schema.ts';
import type { Ledger } from '../../../src/ledger/types.ts';
import { SystemClock, SystemRandom } from '../../../src/ops/clock.ts';
import { runIn, writeConfiguration } from './command-line.ts';

const CARD = '9491330000000016';
/** Nobody's, unless the tests run as somebody who may not give files away: then it is theirs. */
const SERVICE = process.geteuid?.() === 0 ? 12_345 : (process.geteuid?.() ?? 0);
const clock = new SystemClock();
let folder = '';
let file = '';
let keyFile = '';
let ledger: Ledger;

const till = (...args: string[]) => runIn(folder, args);
const configure = (vaultKeyFile: string) =>
  writeConfiguration(folder, { ledger: { directory: 'ledger', vaultKeyFile } });

function open(): Ledger {
  return openLedger({
    file,
    environment: 'test',
    merchantId: 'M'.repeat(15),
    terminalId: 'T1',
    key: keyFile,
    times: DEFAULT_POLICY.times,
    policyHash: policyHash(DEFAULT_POLICY),
    random: new SystemRandom(),
    now: clock.now(),
    ballastBytes: 0,
  });
}

/** One charge whose cash is in the drawer and whose barcode waits in the vault. */
function waiting(): string {
  const sequenceId = '01K0V3M8Q4ZT6W5R2N7QK29XMD';
  const scan = { sequenceId, stationId: '1', type: 'CHARGE', amount: 10_000, cardNumber: CARD } as const;
  ledger.accept({ ...scan, barcodeSpec: `CHARGE${CARD}123010000`, managerNeeded: false }, clock.now());
  act(sequenceId, 'received');
  return sequenceId;
}

function act(sequenceId: string, kind: 'received' | 'send' | 'cashBack' | 'givenBack') {
  const outcome = ledger.record(sequenceId, { kind }, clock.now(), { actor: { role: 'cashier', id: '1' } });
  if (!outcome.ok) throw new Error(outcome.refusal);
  return outcome;
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kona-till-cli-key-'));
  file = join(folder, 'ledger', 'ledger.db');
  keyFile = join(folder, 'keys', 'vault.key');
  mkdirSync(join(folder, 'keys'));
  configure('keys/vault.key');
  ledger = open();
});
afterEach(() => {
  ledger.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('ledger rotate-key', () => {
  it('gives the vault a new key, and the barcode that waits is sent under it', async () => {
    const id = waiting();
    const before = readFileSync(keyFile);
    expect((await till('ledger', 'rotate-key')).err).toContain('Stop it first');
    ledger.close();
    expect(await till('ledger', 'rotate-key')).toMatchObject({
      code: 0,
      out: expect.stringContaining('anew: 1'),
    });
    expect(readFileSync(keyFile).equals(before)).toBe(false);
    ledger = open();
    expect(act(id, 'send').barcodeSpec).toBe(`CHARGE${CARD}123010000`);
    expect(ledger.verify().faults).toEqual([]);
  });

  it('goes on without a key that is gone for good: asked for twice, and what waits is given back', async () => {
    const id = waiting();
    ledger.close();
    rmSync(keyFile);
    expect(() => open()).toThrow(expect.objectContaining({ code: 'KEY_MISSING' }));
    const refused = await till('ledger', 'rotate-key');
    expect(refused.code).toBe(3);
    expect(refused.err).toContain('rotate-key --lost');
    expect(await till('ledger', 'rotate-key', '--lost')).toMatchObject({ code: 2 });
    const { code, out } = await till('ledger', 'rotate-key', '--lost', '--yes', '--json');
    expect([code, JSON.parse(out)]).toEqual([0, { keyFile, resealed: 0, erased: 2 }]);
    ledger = open();
    act(id, 'cashBack');
    act(id, 'givenBack');
    expect(ledger.verify().faults).toEqual([]);
  });

  it('erases nothing when the key that was said to be lost is there after all', async () => {
    const id = waiting();
    ledger.close();
    const { out } = await till('ledger', 'rotate-key', '--lost', '--yes', '--json');
    expect(JSON.parse(out)).toMatchObject({ resealed: 1, erased: 0 });
    ledger = open();
    expect(act(id, 'send').barcodeSpec).toContain(CARD);
  });

  it('finds the file behind a credential of the service only by its own name', async () => {
    ledger.close();
    configure('credential:vault-key');
    expect((await till('ledger', 'rotate-key')).code).toBe(3);
    expect(await till('ledger', 'rotate-key', '--key-file', 'keys/vault.key')).toMatchObject({ code: 0 });
    ledger = open();
  });
});

describe('ledger quarantine', () => {
  it('sets a ledger aside that nothing can read, whole, and the next start begins an empty one', async () => {
    waiting();
    ledger.close();
    const damaged = readFileSync(file).fill(0x5a, 0, 4_096);
    writeFileSync(file, damaged);
    expect(() => open()).toThrow(expect.objectContaining({ code: 'CORRUPT' }));
    const { err } = await till('ledger', 'verify');
    expect(err).toContain('ledger restore FILE');
    const asked = await till('ledger', 'quarantine');
    expect(asked.code).toBe(2);
    expect(asked.err).toContain('charges still to be credited, and cash still owed to customers');
    const { code, out } = await till('ledger', 'quarantine', '--yes', '--json');
    expect(code).toBe(0);
    const { quarantined } = JSON.parse(out) as { quarantined: string };
    expect(readFileSync(join(quarantined, 'ledger.db')).equals(damaged)).toBe(true);
    ledger = open();
    expect(ledger.head().index).toBe(0);
  });

  it('is refused while the agent runs', async () => {
    expect((await till('ledger', 'quarantine', '--yes')).err).toContain('Stop it first');
  });
});

describe('a ledger of an older program', () => {
  it('is left to the agent, and the reading command says so', async () => {
    ledger.close();
    const database = new Database(file);
    database.pragma(`user_version = ${SCHEMA_VERSION - 1}`);
    database.close();
    const { code, err } = await till('ledger', 'verify');
    expect(code).toBe(3);
    expect(err).toContain('then start the agent once');
  });
});

describe('what root does for a service', () => {
  it('leaves every file to it: a restored ledger, a new key, a lock, what was set aside', async () => {
    const directory = dirname(file);
    waiting();
    expect(await till('ledger', 'backup', 'copy.db')).toMatchObject({ code: 0 });
    ledger.close();
    rmSync(`${file}.lock`);
    for (const path of [directory, file, keyFile]) chownSync(path, SERVICE, SERVICE);
    expect(await till('ledger', 'restore', 'copy.db', '--yes')).toMatchObject({ code: 0 });
    expect(await till('ledger', 'rotate-key')).toMatchObject({ code: 0 });
    const owners = [keyFile, ...readdirSync(directory).map((name) => join(directory, name))].map((path) => [
      path,
      statSync(path).uid,
    ]);
    expect(owners.length).toBeGreaterThan(3);
    expect(owners.filter(([, uid]) => uid !== SERVICE)).toEqual([]);
    ledger = open();
  });
});
