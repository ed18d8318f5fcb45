/** What a start finds in a ledger that somebody changed by hand: at once since the last seal, the rest beside the work. */

import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DayLab, startDay } from '../settlement/day-lab.ts';
import { changeByHand } from './by-hand.ts';
import { call, Page, until } from './harness.ts';

let lab: DayLab;

beforeAll(async () => {
  lab = await startDay();
  await lab.charge(10_000);
  expect((await lab.close()).sealed).not.toBeNull();
  await lab.charge(20_000);
}, 120_000);
afterAll(() => lab.end());

const file = (): string => join(lab.till.directory, 'ledger', 'ledger.db');
const logFile = (): string => join(lab.till.directory, 'agent.log');

const said = (word: string): string[] =>
  readFileSync(logFile(), 'utf8')
    .split('\n')
    .filter((line) => line.includes(word));

/** Stops the agent, changes the file as a person with sqlite3 would, starts it again. */
async function restartAfter(sql: string, verifyAfterMs: number): Promise<void> {
  lab.page.close();
  await lab.till.agent.close();
  changeByHand(file(), sql);
  await lab.till.restart({
    ledger: { file: file(), key: Buffer.alloc(32, 7), ballastBytes: 65_536, verifyAfterMs },
    log: (entry) => appendFileSync(logFile(), `${JSON.stringify(entry)}\n`),
  });
  lab.page = new Page(lab.till.agent.address);
}

const EDIT =
  "UPDATE journal SET body = replace(body, '10000', '10001') WHERE idx = (SELECT min(idx) FROM journal WHERE body LIKE '%10000%')";
const MEND = EDIT.replace("'10000', '10001'", "'10001', '10000'").replace('%10000%', '%10001%');

describe('a start', () => {
  it('finds an entry before the last seal beside the work: new payments stop, and the log names the entry', async () => {
    await restartAfter(EDIT, 60_000);
    await until('a face', () => lab.page.latest() !== null);
    expect(lab.page.latest()?.face.id).not.toBe('LEDGER'); // the part that the start waits for is whole
    await restartAfter('SELECT 1', 0);
    const { till } = lab;
    await lab.page.sees('LEDGER', ({ face }) => face.values.code === 'CHAIN');
    const answer = await call(till.agent.address, '/healthz');
    expect([answer.status, answer.json<{ reasons: string[] }>().reasons]).toEqual([503, ['LEDGER']]);
    const wrong = said('ledgerWrong');
    expect(wrong).toHaveLength(1);
    expect(wrong[0]).toMatch(/CHAIN.*entry \d+ does not match its hash/);
  });

  it('stops new payments at once after a restart, though the part that it waits for is whole', async () => {
    await restartAfter('SELECT 1', 3_600_000);
    await lab.page.sees('LEDGER', ({ face }) => face.values.code === 'CHAIN');
  });

  it('finds nothing in a ledger that was repaired: it verifies the whole at once, says so and goes on', async () => {
    const before = said('"ledgerVerified"').length;
    await restartAfter(MEND, 3_600_000);
    await until('verified twice', () => said('"ledgerVerified"').length >= before + 2);
    await until('goes on', () => lab.page.latest() !== null && lab.page.latest()?.face.id !== 'LEDGER');
  });

  it('that comes again before the whole was verified verifies it at once', async () => {
    await restartAfter(EDIT, 3_600_000);
    await until('a face', () => lab.page.latest() !== null);
    expect(lab.page.latest()?.face.id).not.toBe('LEDGER');
    await restartAfter('SELECT 1', 3_600_000);
    await lab.page.sees('LEDGER', ({ face }) => face.values.code === 'CHAIN');
    await restartAfter(MEND, 3_600_000);
    await until('goes on', () => lab.page.latest() !== null && lab.page.latest()?.face.id !== 'LEDGER');
  });

  it('finds an entry since the last seal before the first scan', async () => {
    await restartAfter(EDIT.replaceAll('10000', '20000').replaceAll('10001', '20001'), 60_000);
    await lab.page.sees('LEDGER', ({ face }) => face.values.code === 'CHAIN');
  });
});
