/** A disk that fails under what a manager does: a commit that may be there or not is for the next start to judge. */
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LedgerFault } from '../../../src/ledger/fault.ts';
import type { LedgerFaultCode } from '../../../src/ledger/types.ts';
import { type Answer, call, startTill, type Till, until } from '../agent/harness.ts';

const PIN = '739155';
const PIECES = { 50000: 0, 10000: 0, 5000: 0, 1000: 0, 500: 0, 100: 0, 50: 0, 10: 0 };
const NOTHING = { mode: 'separate', pieces: PIECES, safe: 0, float: 0, posExpected: 0 };
let till: Till;
let cookie = '';

function manager(path: string, body: unknown): Promise<Answer> {
  const headers = cookie === '' ? {} : { cookie };
  return call(till.agent.address, `/api/v1/manager/${path}`, { headers, body });
}

/** The next writing call of this kind is on the disk, and says that it failed. */
function failNext(kind: 'note' | 'recordDay', code: LedgerFaultCode): void {
  const { ledger } = till.agent;
  const honest = ledger[kind] as (...given: unknown[]) => unknown;
  Object.assign(ledger, {
    [kind]: (...given: unknown[]) => {
      Object.assign(ledger, { [kind]: honest });
      if (code === 'IO') honest(...given);
      throw new LedgerFault(code);
    },
  });
}

async function signIn(): Promise<void> {
  const code = readFileSync(till.agent.installerCodeFile() ?? '', 'utf8').trim();
  const answer = await manager('first', { code, name: 'Kim', pin: PIN });
  expect(answer.status).toBe(200);
  cookie = String(answer.headers['set-cookie']).split(';', 1)[0] ?? '';
}

beforeEach(async () => {
  till = await startTill();
  cookie = '';
  await signIn();
  await until('the issuer has spoken', () => till.agent.settlement.openDate() !== null);
});
afterEach(() => till.close());

describe('a disk that fails under a call', () => {
  const calls = {
    note: () => manager('managers', { name: 'Lee', pin: '482913', ownPin: PIN }),
    recordDay: () => manager('day/count', { date: till.agent.settlement.openDate(), ...NOTHING }),
  };

  it.each(['note', 'recordDay'] as const)('(%s) is told to the caller and ends the process', async (kind) => {
    failNext(kind, 'IO');
    expect((await calls[kind]()).status).toBe(503);
    await until('the agent asks to end', () => till.faults.length > 0);
    expect(till.faults).toEqual([expect.objectContaining({ code: 'IO' })]);
  });

  it('for want of room only is told to the caller: the till goes on', async () => {
    failNext('recordDay', 'FULL');
    expect((await calls.recordDay()).status).toBe(503);
    expect((await calls.recordDay()).status).toBe(200);
    expect(till.faults).toEqual([]);
  });
});
