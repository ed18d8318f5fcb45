/** The ledger commands over a real ledger file, beside an agent that holds it. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_POLICY, policyHash } from '../../../src/intent/policy.ts';
import { openLedger } from '../../../src/ledger/ledger.ts';
import type { Ledger } from '../../../src/ledger/types.ts';
import { SystemClock, SystemRandom } from '../../../src/ops/clock.ts';
import { createIds } from '../../../src/station/ids.ts';
import { runIn, writeConfiguration } from './command-line.ts';

const CARD = '9491330000000016';
const COUNT = 3;
const clock = new SystemClock();
let folder = '';
let ledger: Ledger;
const ids: string[] = [];

const till = (...args: string[]) => runIn(folder, args);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kona-till-cli-ledger-'));
  writeConfiguration(folder, { ledger: { directory: 'ledger', vaultKeyFile: 'vault.key' } });
  const random = new SystemRandom();
  const newId = createIds(random);
  ledger = openLedger({
    file: join(folder, 'ledger', 'ledger.db'),
    environment: 'test',
    merchantId: 'M'.repeat(15),
    terminalId: 'T1',
    key: join(folder, 'vault.key'),
    times: DEFAULT_POLICY.times,
    policyHash: policyHash(DEFAULT_POLICY),
    random,
    now: clock.now(),
  });
  for (let number = 0; number < COUNT; number += 1) {
    const now = clock.now();
    const amount = 10_000 + number * 1_000;
    const sequenceId = newId(now.wallMs);
    ids.push(sequenceId);
    ledger.accept(
      {
        sequenceId,
        stationId: '1',
        type: 'CHARGE',
        amount,
        cardNumber: CARD,
        barcodeSpec: `CHARGE${CARD}12${number}0${amount}`,
        managerNeeded: false,
      },
      now,
    );
  }
});
afterAll(() => {
  ledger.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('ledger list', () => {
  it('shows the newest first, the card masked', async () => {
    const { code, out } = await till('ledger', 'list');
    expect(code).toBe(0);
    expect(out).toContain('9491 33** **** 0016');
    expect(out).not.toContain(CARD);
    expect(out.indexOf('12,000')).toBeLessThan(out.indexOf('10,000'));
  });

  it('goes on where it stopped, and filters', async () => {
    const first = JSON.parse((await till('ledger', 'list', '--json', '--limit', '2')).out) as {
      intents: { sequenceId: string }[];
      older: string;
    };
    expect(first.intents.map(({ sequenceId }) => sequenceId)).toEqual([ids[2], ids[1]]);
    const rest = JSON.parse(
      (await till('ledger', 'list', '--json', '--before', first.older)).out,
    ) as typeof first;
    expect(rest.intents.map(({ sequenceId }) => sequenceId)).toEqual([ids[0]]);
    expect((await till('ledger', 'list', '--type', 'refund')).out).toContain('No payment.');
  });

  it.each([
    ['--limit', '0'],
    ['--type', 'x'],
    ['--group', 'x'],
    ['--date', 'yesterday'],
  ])('answers 2 to %s %s', async (...args) => {
    expect(await till('ledger', 'list', ...args)).toMatchObject({ code: 2 });
  });
});

describe('ledger show', () => {
  it('finds a payment by its id or its reference and shows its timeline', async () => {
    const [id = ''] = ids;
    for (const name of [id, id.slice(-8), `${id.slice(-8, -4)}-${id.slice(-4)}`]) {
      const { code, out } = await till('ledger', 'show', name);
      expect(code, name).toBe(0);
      expect(out).toContain(id);
      expect(out).toContain('scanAccepted');
    }
  });

  it('answers 1 when there is none', async () => {
    expect(await till('ledger', 'show', '0000-0000')).toMatchObject({ code: 1 });
  });
});

describe('ledger verify', () => {
  it('answers 0 beside a running agent, also against a head that is known', async () => {
    const { index, hash } = ledger.head();
    const { code, out } = await till('ledger', 'verify', '--json', '--head', `${index}:${hash}`);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ ok: true, intents: COUNT });
  });

  it('answers 1 when another head is known', async () => {
    const { index } = ledger.head();
    const { code, out } = await till('ledger', 'verify', '--head', `${index}:${'0'.repeat(64)}`);
    expect(code).toBe(1);
    expect(out).toContain('WRONG');
  });

  it('takes the index and the twelve digits of a receipt, and says how many were compared', async () => {
    const entry = ledger.timeline(ids[0] ?? '').at(-1);
    const digits = entry?.hash.slice(0, 12) ?? '';
    const { code, out } = await till('ledger', 'verify', '--head', `${entry?.index}:${digits}`);
    expect(code).toBe(0);
    expect(out).toContain(
      `known head ${entry?.index}:${digits} stands in this journal: 12 of 64 digits compared`,
    );
    const json = await till('ledger', 'verify', '--json', '--head', `${entry?.index}:${entry?.hash}`);
    expect(JSON.parse(json.out)).toMatchObject({
      ok: true,
      knownHead: { index: entry?.index, digits: 64, stands: true },
    });
  });

  it('answers 1 when the digits of a receipt are those of another entry, or of one that is not there', async () => {
    const { index, hash } = ledger.head();
    const other = await till('ledger', 'verify', '--head', `${index - 1}:${hash.slice(0, 12)}`);
    expect(other.code).toBe(1);
    expect(other.out).toContain('KNOWN_HEAD');
    expect(other.out).not.toContain('stands in this journal');
    const cut = await till('ledger', 'verify', '--json', '--head', `${index + 1}:${hash.slice(0, 12)}`);
    expect(cut.code).toBe(1);
    expect(JSON.parse(cut.out)).toMatchObject({
      ok: false,
      knownHead: { index: index + 1, digits: 12, stands: false },
    });
  });

  it.each(['7:0123456789a', '7', '0:012345678901', '7:01234567890g', `7:${'0'.repeat(65)}`])(
    'answers 2 to a head that can be compared with nothing: %s',
    async (head) => {
      const { code, err } = await till('ledger', 'verify', '--head', head);
      expect(code).toBe(2);
      expect(err).toContain('at least 12');
    },
  );
});

describe('ledger export and backup', () => {
  it('write a new file for the owner only, with everything but the card and the token', async () => {
    expect(await till('ledger', 'export', 'all.csv')).toMatchObject({ code: 0 });
    const text = readFileSync(join(folder, 'all.csv'), 'utf8');
    expect(text.trim().split('\r\n')).toHaveLength(1 + COUNT);
    expect(text).not.toContain(CARD);
    expect(statSync(join(folder, 'all.csv')).mode & 0o077).toBe(0);
    expect(await till('ledger', 'export', 'all.jsonl', '--format', 'jsonl')).toMatchObject({ code: 0 });
    const lines = readFileSync(join(folder, 'all.jsonl'), 'utf8').trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { sequenceId: string }).sequenceId)).toEqual(
      [...ids].reverse(),
    );
  });

  it('never write over a file', async () => {
    writeFileSync(join(folder, 'there'), 'kept');
    expect(await till('ledger', 'export', 'there')).toMatchObject({ code: 2 });
    expect(await till('ledger', 'backup', 'there')).toMatchObject({ code: 2 });
    expect(readFileSync(join(folder, 'there'), 'utf8')).toBe('kept');
  });

  it('a backup is made beside the agent; restoring it is refused while the agent runs, and without --yes', async () => {
    expect(await till('ledger', 'backup', 'copy.db')).toMatchObject({ code: 0 });
    expect(readFileSync(join(folder, 'copy.db')).includes(Buffer.from(CARD))).toBe(false);
    const asked = await till('ledger', 'restore', 'copy.db');
    expect(asked.code).toBe(2);
    expect(asked.err).toContain('charges still to be credited, and cash still owed to customers');
    const { code, err } = await till('ledger', 'restore', 'copy.db', '--yes');
    expect(code).toBe(3);
    expect(err).toContain('Stop it first');
  });
});

describe('without an agent', () => {
  it('sync says that none answers', async () => {
    const { code, err } = await till('sync', 'status');
    expect(code).toBe(3);
    expect(err).toContain('has not run yet');
    writeFileSync(join(folder, 'ledger', 'control-token'), 'x');
    chmodSync(join(folder, 'ledger', 'control-token'), 0o600);
    expect((await till('sync', 'pause', '--reason', 'x')).code).toBe(2);
  });
});
