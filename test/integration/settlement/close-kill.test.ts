import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../agent/harness.ts';
import { type CloseJob, POINTS } from './close-child.ts';
import { type DayLab, startDay } from './day-lab.ts';

let lab: DayLab;

beforeAll(async () => {
  lab = await startDay();
}, 120_000);
afterAll(async () => {
  await lab.end();
});

async function killed(job: CloseJob): Promise<NodeJS.Signals | null> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'close-child.ts'), JSON.stringify(job)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return signal;
}

describe('kill -9 in the middle of a close', () => {
  it.each(POINTS)('%s: the next run asks for the same close and seals the day', async (point) => {
    await lab.charge(10_000);
    const date = lab.date();
    const { till } = lab;
    await until('the page told', () => till.agent.ledger.attention().length === 0);
    await till.agent.close();
    const { credentials } = till.issuer;
    const file = join(till.directory, 'ledger', 'ledger.db');
    expect(await killed({ file, credentials, date, point })).toBe('SIGKILL');
    await lab.restart();
    const { settlement, ledger } = till.agent;
    await until('sealed', () => settlement.day(date).sealed !== null);
    expect(settlement.day(date)).toMatchObject({ phase: 'agreed', closeNo: 1, late: [] });
    expect(ledger.dayPosition(date)).toEqual({ issuerPayable: 0, cashDrawer: 0 });
    expect(ledger.verify().faults).toEqual([]);
  });
});
