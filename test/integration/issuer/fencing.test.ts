import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Issuer, startIssuer } from '../../../src/issuer/issuer.ts';
import { generateKeys } from '../../../src/issuer/keys.ts';
import { newId, Till } from './till.ts';

const TERMINALS = ['T1', 'T2', 'T3', 'T4', 'T5', 'T6', 'T7', 'T8', 'T9'];
const head = (digit: string): string => digit.repeat(64);
let issuer: Issuer;
let till: Till;
let terminals: Iterator<string>;
let terminalId = '';

beforeAll(async () => {
  issuer = await startIssuer({ keys: await generateKeys(TERMINALS) });
  till = new Till(issuer);
  terminals = TERMINALS.values();
});
afterAll(() => issuer.close());
beforeEach(() => {
  terminalId = String(terminals.next().value);
});

const at = (journalIndex: number, journalHead: string, more: Record<string, unknown> = {}) => ({
  terminalId,
  journalIndex,
  journalHead,
  ...more,
});
const code = async (extra: Record<string, unknown>): Promise<string> =>
  (await till.netCancel(newId(), 'CHARGE', 1_000, extra)).code;

describe('a journal that went back', () => {
  it('stays fenced when an old backup grows past the index that the issuer knows, until a manager claims', async () => {
    await till.hello(at(9, head('9')));
    expect((await till.hello(at(6, head('6')))).body).toMatchObject({ knownJournalIndex: 9 });
    // The restored journal goes on by itself: a restart, questions, cases. Its next hello says nothing wrong any more.
    await till.hello(at(12, head('c')));
    expect(await code(at(13, head('d')))).toBe('000_910');
    await till.hello(at(14, head('e'), { claimEpoch: 0 }));
    expect(await code(at(15, head('f')))).toBe('000_910');
    const claimed = await till.hello(at(16, head('1'), { claimEpoch: 1, managerId: 'manager-1' }));
    expect(claimed.body).toMatchObject({ epoch: 1 });
    expect(await code(at(17, head('2'), { epoch: 1 }))).toBe('000_000');
  });

  it('stays fenced when a lost tail was written again with other entries', async () => {
    await till.hello(at(9, head('9')));
    await till.hello(at(9, head('8')));
    await till.hello(at(10, head('a')));
    expect(await code(at(11, head('b')))).toBe('000_910');
  });

  it('is not forgotten because a clone on another machine said hello in between', async () => {
    await till.hello(at(9, head('9')));
    await till.hello(at(6, head('6')));
    await till.hello(at(12, head('c'), { machineId: head('b') }));
    await till.hello(at(13, head('d')));
    expect(await code(at(14, head('e')))).toBe('000_910');
  });
});

it("another machine's hello fences the terminal only until the holder says hello in order", async () => {
  await till.hello(at(9, head('9')));
  await till.hello(at(9, head('9'), { machineId: head('b') }));
  expect(await code(at(10, head('a')))).toBe('000_910');
  await till.hello(at(11, head('b')));
  expect(await code(at(12, head('c')))).toBe('000_000');
});

describe('told apart at the first hello', () => {
  const fenceOf = async (): Promise<string | null> => {
    const rows = await issuer.service.domain.db.query<{ fence: string | null }>(
      'SELECT fence FROM terminals WHERE terminal_id = $1',
      [terminalId],
    );
    return rows[0]?.fence ?? null;
  };
  const learnt = async (extra: Record<string, unknown>) => {
    const { knownJournalIndex, holder, issuerEpoch } = (await till.hello(extra)).body;
    return { fence: await fenceOf(), knownJournalIndex, holder, issuerEpoch };
  };

  it.each([
    ['an old backup, by an index below the known one', () => at(6, head('6')), 'INDEX'],
    [
      'a lost tail that was written again, by another head at the known index',
      () => at(9, head('8')),
      'HEAD',
    ],
    [
      'a cloned disk, by the machine it runs on, though its journal is in order',
      () => at(10, head('a'), { machineId: head('b') }),
      'HOLDER',
    ],
    [
      'a till that went on under an epoch that was taken over, by its epoch',
      () => at(10, head('a'), { epoch: 1 }),
      'EPOCH',
    ],
  ])('is %s', async (_name, stamp, fence) => {
    const before = await learnt(at(9, head('9')));
    expect(before).toMatchObject({ fence: null });
    expect(await learnt(stamp())).toEqual({ ...before, fence, knownJournalIndex: 9 });
  });

  it('is a restored issuer, by the name of its history alone: the terminal itself is in order', async () => {
    const before = await learnt(at(9, head('9')));
    const issuerEpoch = await issuer.restored();
    expect(issuerEpoch).not.toBe(before.issuerEpoch);
    expect(await learnt(at(10, head('a')))).toEqual({ ...before, issuerEpoch, knownJournalIndex: 9 });
  });
});
