import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DEFAULT_TIMES } from '../../../src/intent/rules.ts';
import { type Issuer, startIssuer } from '../../../src/issuer/issuer.ts';
import { createKonaPlateClient } from '../../../src/konaplate/client.ts';
import type { SettlementItem } from '../../../src/konaplate/settlement.ts';
import { openLedger } from '../../../src/ledger/ledger.ts';
import { SystemClock, SystemRandom } from '../../../src/ops/clock.ts';
import type { Plan } from './till-process.ts';

const PROGRAM = fileURLToPath(new URL('./till-process.ts', import.meta.url));
const KILLS = 5;
let issuer: Issuer;
let directory: string;
const children = new Set<ChildProcess>();

beforeAll(async () => {
  issuer = await startIssuer();
  directory = mkdtempSync(join(tmpdir(), 'kona-kill-'));
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await issuer.close();
  rmSync(directory, { recursive: true, force: true });
});

function planOf(mode: Plan['mode']): Plan {
  const { cards, ...client } = issuer.credentials;
  const usable = cards.filter((card) => card.status === 'active').slice(0, 3);
  return { mode, directory, client, cards: usable.map((card) => card.cardNo) };
}

interface Till {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  /** Resolves after so many more steps of the till. */
  steps(count: number): Promise<void>;
}

function startTill(mode: Plan['mode']): Till {
  const file = join(directory, `${mode}.json`);
  writeFileSync(file, JSON.stringify(planOf(mode)), { mode: 0o600 });
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', PROGRAM, file], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.add(child);
  let trouble = '';
  child.stderr?.on('data', (chunk) => {
    trouble += String(chunk);
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  const steps = (count: number): Promise<void> =>
    new Promise((resolve, reject) => {
      let left = count;
      child.stdout?.on('data', (chunk) => {
        left -= String(chunk).split('\n').length - 1;
        if (left <= 0) resolve();
      });
      child.once('close', () => reject(new Error(`the till ended: ${trouble}`)));
    });
  return { child, ended, steps };
}

async function issuerItems(): Promise<SettlementItem[]> {
  const { cards: _cards, ...options } = issuer.credentials;
  const client = createKonaPlateClient({ ...options, clock: new SystemClock() });
  const items: SettlementItem[] = [];
  let cursor: string | undefined;
  do {
    const answer = await client.transactions(
      { businessDate: issuer.service.today(), limit: 500, ...(cursor === undefined ? {} : { cursor }) },
      { epoch: 0, journalIndex: 9_999_999, journalHead: 'e'.repeat(64) },
    );
    if (answer.class !== 'answered') throw new Error(`no list: ${answer.class}`);
    items.push(...answer.value.items);
    cursor = answer.value.nextCursor;
  } while (cursor !== undefined);
  await client.dispose();
  return items;
}

it(`a till that is killed ${KILLS} times while it trades agrees with the issuer to the won, and its ledger verifies`, async () => {
  for (let kill = 0; kill < KILLS; kill += 1) {
    const till = startTill('trade');
    // Commits of the till are its steps: every kill meets another one, and each moment after it.
    await till.steps(9 + kill * 3);
    await new Promise((resolve) => setTimeout(resolve, (kill * 7) % 20));
    till.child.kill('SIGKILL');
    await till.ended;
  }
  const last = startTill('settle');
  expect(await last.ended).toBe(0);

  const clock = new SystemClock();
  const { merchantId, terminalId } = issuer.credentials;
  const ledger = openLedger({
    file: join(directory, 'till.db'),
    key: join(directory, 'ledger.key'),
    environment: 'test',
    merchantId,
    terminalId,
    times: DEFAULT_TIMES,
    policyHash: 'a'.repeat(64),
    random: new SystemRandom(),
    now: clock.now(),
    ballastBytes: 0,
  });
  try {
    expect(ledger.verify()).toMatchObject({ ok: true, faults: [] });
    const intents = ledger.list({ limit: 500 }).intents;
    const kept = intents.filter((intent) => intent.host === 'approved').map((intent) => intent.sequenceId);
    const booked = (await issuerItems())
      .filter((item) => item.state === 'APPROVED')
      .map((item) => item.sequenceId);
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.sort()).toEqual(booked.sort());
    for (const intent of intents) {
      if (intent.host !== 'approved') expect(['none', 'returned']).toContain(intent.cash);
      else expect(intent.cash).toBe(intent.type === 'CHARGE' ? 'received' : 'paid_out');
    }
  } finally {
    ledger.close();
  }
});
