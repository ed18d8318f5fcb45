/** `day status / reconcile / voucher / close / report` against a running agent and its issuer: what they print and how they end. */
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { DayAnswer, DayReportAnswer } from '../../../src/web/api/day.ts';
import { runIn, writeConfiguration } from '../../unit/cli/command-line.ts';
import { until } from '../agent/harness.ts';
import { BOSS, counted, type DayLab, startDay } from './day-lab.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
let lab: DayLab;
let day = '';

/** A command line in the till's folder, with a configuration that names the running agent. */
const till = (...args: string[]) => runIn(lab.till.directory, args);

async function read<T = DayAnswer>(...args: string[]): Promise<T & { readonly exitCode: number }> {
  const { code, out, err } = await till(...args, '--json');
  expect(err).toBe('');
  return { ...(JSON.parse(out) as T), exitCode: code };
}

function configure(name: string, port: number): void {
  const { directory, issuer } = lab.till;
  const { merchantId, terminalId } = issuer.credentials;
  const ledger = { directory, vaultKeyFile: '/nowhere/vault.key' };
  writeConfiguration(directory, { ledger, merchantId, terminalId, port }, name);
}

beforeAll(async () => {
  lab = await startDay();
  configure('till.jsonc', Number(new URL(lab.till.agent.address).port));
  await lab.charge(10_000);
  await lab.charge(25_000);
  await lab.withdraw(5_000);
  day = lab.date();
}, 120_000);
afterEach(() => {
  for (const name of Object.keys(lab.lie)) delete lab.lie[name as keyof typeof lab.lie];
  expect(lab.till.faults).toEqual([]);
});
afterAll(async () => {
  await lab.end();
});

describe('an open day', () => {
  it('is shown with its figures, and as JSON', async () => {
    const { code, out, err } = await till('day', 'status');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain(`day      ${day} (open): open`);
    expect(out).toContain('charges  2, 35,000 won; withdrawals 1, 5,000 won');
    expect(out).toContain('count    none yet');
    expect(out).toContain('compared not yet');
    const status = await read(
      'day',
      'status',
      '--date',
      `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}`,
    );
    expect(status).toMatchObject({ exitCode: 0, date: day, phase: 'open', obstacle: 'COUNT_NEEDED' });
  });

  it('ends a process with the same code and document', async () => {
    const args = [
      'src/main.ts',
      'day',
      'status',
      '--json',
      '--config',
      join(lab.till.directory, 'till.jsonc'),
    ];
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
    let out = '';
    child.stdout.on('data', (text) => {
      out += String(text);
    });
    const code = await new Promise((done) => child.once('close', done));
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ date: day, charges: { count: 2, sum: 35_000 } });
  });

  it('is not closed without a count, and the sentence says so', async () => {
    const { code, out, err } = await till('day', 'close');
    expect({ code, out }).toEqual({ code: 3, out: '' });
    expect(err).toContain('the drawer is not counted');
    expect(lab.till.agent.settlement.day(day).wanted).toBeNull();
  });

  it('does not show before the count what the drawer should hold', async () => {
    const answer = await read('day', 'reconcile');
    expect(answer.exitCode).toBe(0);
    expect(answer.reconciled?.rules.find(({ rule }) => rule === 7)?.amount).toBeNull();
    lab.till.agent.settlement.count(day, counted(30_000), BOSS);
    const after = await read('day', 'status');
    expect(after.reconciled?.rules.find(({ rule }) => rule === 7)?.amount).toBe(30_000);
    expect(after.counts).toMatchObject([{ counted: 30_000, expected: 30_000, difference: 0, who: 'Kim' }]);
  });
});

describe('a comparison', () => {
  it('ends with 0 when both sides have the same, and says so', async () => {
    const { code, out } = await till('day', 'reconcile');
    expect(code).toBe(0);
    expect(out).toContain('3 matched, 0 differ, 0 not yet sent');
    expect(out).toContain('1 ok, 2 ok, 3 ok, 4 ok, 5 ok, 6 ok, 7 ok, 8 ok, 9 ok');
    expect(out).toContain('count    30,000 won, 0 over');
  });

  it('ends with 1 when they differ, and lists by reference what', async () => {
    lab.lie.transactions = async (request, context, signal) => {
      const answer = await lab.honest.transactions(request, context, signal);
      if (answer.class !== 'answered') return answer;
      return { ...answer, value: { ...answer.value, items: [], totals: [] } };
    };
    const { code, out } = await till('day', 'reconcile');
    expect(code).toBe(1);
    expect(out).toContain('0 matched, 3 differ');
    expect(out).toContain('6 WRONG');
    expect(out).toMatch(
      /^missingThere {2}[0-9A-Z]{4}-[0-9A-Z]{4} {2}CHARGE 10,000 approved\/received {2}-$/m,
    );
    expect((await till('day', 'status')).code).toBe(1);
  });

  it('that cannot be made is 3, and keeps the one before', async () => {
    await till('day', 'reconcile');
    lab.lie.transactions = async () => ({ class: 'nothingLeft', why: 'ECONNREFUSED' });
    const { code, out, err } = await till('day', 'reconcile');
    expect({ code, out }).toEqual({ code: 3, out: '' });
    expect(err).toContain('the agent refused');
    expect((await read('day', 'status')).reconciled?.categories.matched.count).toBe(3);
  });
});

describe('a wrong use', () => {
  it.each([
    [2, ['day', 'status', '--date', 'yesterday'], '--date takes a day'],
    [2, ['day', 'close', '--uncounted', ' x '], 'at least 3 characters'],
    [2, ['day', 'report', '--at', '0'], '--at takes a journal index'],
    [2, ['day', 'close', '--pin', '739155'], 'unknown option'],
    [3, ['day', 'status', '--date', '20010101'], 'no such business day'],
    [3, ['day', 'report', '--date', '20010101'], 'no such business day'],
    [3, ['day', 'report', '--at', '999999'], 'no such entry yet'],
  ] as const)('is %i: %j', async (code, args, text) => {
    const ran = await till(...args);
    expect(ran).toMatchObject({ code, out: '' });
    expect(ran.err).toContain(text);
  });

  it('is 3 where no agent runs, and 3 with a token that is not its own', async () => {
    configure('other.jsonc', 9);
    const away = await till('day', 'status', '--config', 'other.jsonc');
    expect(away).toMatchObject({ code: 3, out: '' });
    expect(away.err).toContain('is it running?');
    const file = join(lab.till.directory, 'control-token');
    const token = readFileSync(file);
    writeFileSync(file, '0'.repeat(64));
    const refused = await till('day', 'close', '--uncounted', 'nobody here');
    writeFileSync(file, token);
    expect(refused).toMatchObject({ code: 3, out: '' });
    expect(refused.err).toContain('wrong token');
    expect(lab.till.agent.settlement.day(day).wanted).toBeNull();
  });
});

describe('a close', () => {
  it('is 1 with both figures when the issuer does not agree', async () => {
    const theirs = [{ type: 'CHARGE', state: 'APPROVED', count: 1, sum: 10_000 }] as const;
    lab.lie.close = async (request, context, signal) => {
      delete lab.lie.close;
      const answer = await lab.honest.transactions({ businessDate: day, limit: 1 }, context, signal);
      if (answer.class !== 'answered') throw new Error('no list');
      expect(request.closeNo).toBe(1);
      return { ...answer, value: { result: 'NOT_AGREED', totals: theirs } };
    };
    const answer = await read('day', 'close');
    expect(answer).toMatchObject({ exitCode: 1, phase: 'notAgreed', answered: { closeNo: 1, theirs } });
    expect((await till('day', 'status')).out).toContain('issuer   NOT_AGREED');
  });

  it('is 1 while the issuer does not answer, and the day is agreed later by itself', async () => {
    lab.lie.close = async () => ({ class: 'ambiguous', why: 'TIMEOUT', code: null, bytesWritten: 900 });
    const { code, out } = await till('day', 'close');
    expect(code).toBe(1);
    expect(out).toContain('cannot confirm');
    expect(out).toContain('no answer: TIMEOUT');
    const again = await till('day', 'close');
    expect(again).toMatchObject({ code: 3, out: '' });
    expect(again.err).toContain('waits for the issuer');
    delete lab.lie.close;
    await until('agreed', () => lab.till.agent.settlement.day(day).sealed !== null);
    expect(await read('day', 'status', '--date', day)).toMatchObject({ exitCode: 0, phase: 'agreed' });
    expect((await till('day', 'close', '--date', day)).err).toContain('closed and agreed');
  });

  it('is 1 where a payment came between, and says that the terminal makes it anew by itself, as it does', async () => {
    await lab.charge(2_000);
    const date = lab.date();
    lab.lie.close = async (...call) => {
      delete lab.lie.close;
      await lab.charge(4_000);
      lab.lie.transactions = async () => ({ class: 'ambiguous', why: 'RESET', code: null, bytesWritten: 1 });
      return lab.honest.close(...call);
    };
    const { code, out } = await till('day', 'close', '--uncounted', 'nobody was there');
    expect(code).toBe(1);
    expect(out).toContain(
      "issuer   NOT_AGREED: made anew by the terminal itself once it has the issuer's list",
    );
    expect(await read('day', 'status', '--date', date)).toMatchObject({ exitCode: 1, isMadeAnew: true });
    delete lab.lie.transactions;
    await until('agreed', () => lab.till.agent.settlement.day(date).sealed !== null);
    expect(await read('day', 'status', '--date', date)).toMatchObject({ exitCode: 0, isMadeAnew: false });
  });

  it('of a day that nobody counted takes a reason, keeps it, and is 0 when agreed', async () => {
    await lab.charge(3_000);
    const reason = 'the drawer is at the bank, 9410 0000 0000 0005 or 9410000000000005';
    const { code, out } = await till('day', 'close', '--uncounted', reason);
    expect(out).toContain('AGREED and sealed');
    expect(code).toBe(0);
    const { wanted } = lab.till.agent.settlement.day(lab.date());
    expect(wanted).toMatchObject({
      actor: { role: 'manager', id: 'command line' },
      detail: { uncounted: expect.stringMatching(/^the drawer is at the bank, \*+ or \*+$/) },
    });
    expect(lab.till.agent.ledger.verify().faults).toEqual([]);
  });
});

describe('an item that this ledger lost', () => {
  it('is taken over by its reference with account and reason, once, and compares as matched', async () => {
    await lab.strange(7_000);
    await lab.charge(1_000);
    expect((await till('day', 'reconcile')).code).toBe(1);
    const status = await read('day', 'status');
    const item = status.reconciled?.differences[0]?.reference ?? '';
    const reason = 'the disk was changed, 9410000000000005';
    const { code, out } = await till('day', 'voucher', '--item', item, '--to', 'dispute', '--reason', reason);
    expect(code).toBe(0);
    expect(out).toMatch(
      new RegExp(`^voucher  C-\\d+ for ${item}, CHARGE 7,000 won, missing here: dispute$`, 'm'),
    );
    const [taken] = lab.till.agent.settlement.day(lab.date()).missingItems;
    expect(taken?.actor).toEqual({
      role: 'manager',
      id: 'command line',
      reason: `the disk was changed, ${'*'.repeat(16)}`,
    });
    const again = await till('day', 'voucher', '--item', item, '--to', 'store', '--reason', reason);
    expect(again).toMatchObject({ code: 3, out: '' });
    expect(again.err).toContain('a voucher was written');
    expect((await till('day', 'reconcile')).code).toBe(0);
  });

  it.each([
    [2, ['--item', 'AB12-CD34', '--to', 'bank', '--reason', 'lost'], '--to takes dispute or store'],
    [2, ['--item', 'AB12-CD34', '--to', 'store', '--reason', ' x '], 'at least 3 characters'],
    [3, ['--item', 'AB12-CD34', '--to', 'store', '--reason', 'lost'], 'has no AB12-CD34 missing here'],
  ] as const)('is %i for %j', async (code, args, text) => {
    const ran = await till('day', 'voucher', ...args);
    expect(ran).toMatchObject({ code, out: '' });
    expect(ran.err).toContain(text);
  });
});

describe('a report', () => {
  it('is the same text every time, and says who closed the day', async () => {
    const first = await till('day', 'report', '--date', day);
    expect(first).toMatchObject({ code: 0, err: '' });
    expect(first.out).toContain('일치 확정 AGREED');
    expect(first.out).toContain('command line');
    expect(first.out.endsWith(`${'='.repeat(42)}\n`)).toBe(true);
    expect(await till('day', 'report', '--date', day)).toEqual(first);
  });

  it('goes into a new file only, as text or CSV, with its digest on standard output', async () => {
    const file = join(lab.till.directory, 'day.csv');
    const args = ['day', 'report', '--date', day, '--csv', '--output', file] as const;
    const made = await read<DayReportAnswer>(...args);
    expect(made).toMatchObject({ exitCode: 0, date: day, differs: false });
    expect(made).not.toHaveProperty('csv');
    const csv = readFileSync(file, 'utf8');
    expect((await till('day', 'report', '--date', day, '--csv')).out).toBe(csv);
    const again = await till(...args);
    expect(again).toMatchObject({ code: 3, out: '' });
    expect(again.err).toContain('EEXIST');
  });

  it('is 1 when it was signed before with other bytes', async () => {
    const { ledger } = lab.till.agent;
    const at = ledger.dayEntries(day)[0]?.index ?? 0;
    const detail = { at, sha256: '0'.repeat(64), keyId: 'a'.repeat(32), mac: '0'.repeat(64) };
    ledger.recordDay(
      { kind: 'daySigned', businessDate: day, detail },
      { wallMs: Date.now(), monoMs: performance.now() },
      BOSS,
    );
    const { code, out, err } = await till('day', 'report', '--date', day, '--at', String(at));
    expect(code).toBe(1);
    expect(out).toContain('영업일 보고서');
    expect(err).toContain('made before with other bytes');
  });
});
