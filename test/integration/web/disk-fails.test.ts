/**
 * A ledger that fails under what somebody asks of it: a commit that may be there or not is for the next start to judge, and
 * nothing else ends the till.
 */
import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LedgerFault } from '../../../src/ledger/fault.ts';
import type { LedgerFaultCode } from '../../../src/ledger/types.ts';
import { type Answer, askedToEnd, call, startTill, type Till, until } from '../agent/harness.ts';

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
      if (code === 'IO') {
        honest(...given);
        ledger.isBroken = () => true;
      }
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
    expect(await askedToEnd(till)).toBeNull();
  });

  it.each(['note', 'recordDay'] as const)(
    '(%s) on a file that another program holds is told to the caller: the till goes on',
    async (kind) => {
      const other = new Database(join(till.directory, 'ledger', 'ledger.db'));
      other.exec('BEGIN IMMEDIATE');
      expect((await calls[kind]()).status).toBe(503);
      other.exec('ROLLBACK');
      other.close();
      const next = kind === 'note' ? manager('sign-in', { name: 'Kim', pin: PIN }) : calls.recordDay();
      expect((await next).status).toBe(200);
      expect(await askedToEnd(till)).toBeNull();
    },
  );
});

describe('a thread beside the agent that cannot read the ledger', () => {
  it('is told to whoever asked for it, for a backup and for a verification: the till goes on', async () => {
    const file = join(till.directory, 'ledger', 'ledger.db');
    const token = readFileSync(join(till.directory, 'control-token'), 'utf8').trim();
    const backup = (): Promise<Answer> =>
      call(till.agent.address, '/api/v1/control/ledger/backup', {
        headers: { authorization: `Bearer ${token}` },
        body: { file: join(till.directory, 'copy.backup') },
      });
    renameSync(file, `${file}.away`);
    expect((await manager('verify', {})).status).toBe(503);
    expect((await backup()).status).toBe(503);
    renameSync(`${file}.away`, file);
    expect((await manager('verify', {})).json()).toMatchObject({ ok: true });
    expect((await backup()).status).toBe(200);
    expect(await askedToEnd(till)).toBeNull();
  });
});
