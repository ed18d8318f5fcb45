/** A close that the issuer may have agreed, its answer lost, and whose later copies it refuses: nobody has said "not agreed". */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Answered, CloseAnswer, TransactionsAnswer } from '../../../src/konaplate/settlement.ts';
import { LedgerFault } from '../../../src/ledger/fault.ts';
import { approvalOf, TERMINAL } from '../ledger/shop.ts';
import { BOSS } from './day-lab.ts';
import { type HandDay, META, MINUTE_MS, startHandDay, YESTERDAY } from './hand-day.ts';

const LOST: Answered<CloseAnswer> = { class: 'ambiguous', why: 'TIMEOUT', code: null, bytesWritten: 900 };
const TOO_LARGE: Answered<CloseAnswer> = { class: 'notProcessed', code: '000_911', meta: META };
const MAINTENANCE: Answered<CloseAnswer> = { class: 'notProcessed', code: '000_908', meta: META };
const NO_LINE: Answered<TransactionsAnswer> = { class: 'nothingLeft', why: 'CONNECT_FAILED' };
const TOTALS = [{ type: 'CHARGE', state: 'APPROVED', count: 1, sum: 10_000 }] as const;

let day: HandDay;
/** Numbers of the closes that were sent, in order. */
let numbers: number[];

beforeEach(async () => {
  numbers = [];
  day = await startHandDay();
  day.sayList = list;
});
afterEach(() => day.end());

/** Yesterday's one charge, as it is here. */
function list(): Answered<TransactionsAnswer> {
  const [intent] = day.ledger.pageOfDay(YESTERDAY, 0, 1).map((each) => each.intent);
  if (intent === undefined) throw new Error('no charge');
  const { sequenceId, terminalId, type, amount, bin, last4 } = intent;
  const item = {
    sequenceId,
    terminalId,
    type,
    amount,
    bin,
    last4,
    state: 'APPROVED',
    deferred: false,
  } as const;
  const items = [{ ...item, ...approvalOf(1) }];
  return {
    class: 'answered',
    value: { asOf: '20260724000010000', final: false, totals: TOTALS, items },
    meta: META,
  };
}

function agree(): Answered<CloseAnswer> {
  return { class: 'answered', value: { result: 'AGREED', totals: TOTALS }, meta: META };
}

/** What is said to each copy of each number, in order; after the last one, that again. */
function say(...script: readonly (readonly Answered<CloseAnswer>[])[]): void {
  const heard = new Map<number, number>();
  day.sayClose = ({ closeNo }) => {
    numbers.push(closeNo);
    const copies = script[Math.min(closeNo, script.length) - 1] ?? [];
    const copy = heard.get(closeNo) ?? 0;
    heard.set(closeNo, copy + 1);
    return copies[Math.min(copy, copies.length - 1)] ?? agree();
  };
}

async function close(): Promise<void> {
  await day.settlement.close(YESTERDAY, BOSS, 'no count').settled;
}

const state = () => day.settlement.day(YESTERDAY);
/** Without comparisons: they are also made by themselves. */
const kinds = (): readonly string[] =>
  day.ledger
    .dayEntries(YESTERDAY)
    .map(({ kind }) => kind)
    .filter((kind) => kind !== 'dayReconciled');

/** So many tries, each at its time. */
async function wait(minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute += 1) await day.clock.advance(MINUTE_MS);
}

describe('a close whose agreement may have been lost and that is refused afterwards', () => {
  it('stands as unanswered as long as the list for the next number cannot be had, and is sealed then', async () => {
    say([LOST, TOO_LARGE], [agree()]);
    await close();
    day.sayList = () => NO_LINE;
    await wait(60);
    expect(numbers.length).toBeGreaterThan(4);
    expect(new Set(numbers)).toEqual(new Set([1]));
    expect(state()).toMatchObject({
      phase: 'wanted',
      answered: null,
      unanswered: { detail: { closeNo: 1 } },
    });
    day.sayList = list;
    await wait(10);
    expect(state().sealed).not.toBeNull();
    expect(numbers.at(-1)).toBe(2);
    expect(day.ledger.dayPosition(YESTERDAY)).toEqual({ issuerPayable: 0, cashDrawer: 0 });
    expect(day.ledger.verify().faults).toEqual([]);
  });

  it('is never "not agreed" on the disk on its way to the next number: a crash there leaves it unanswered', async () => {
    say([LOST, TOO_LARGE], [agree()]);
    const before = kinds().length;
    await close();
    await wait(5);
    expect(kinds().slice(before)).toEqual([
      'dayCloseWanted',
      'dayCloseSent',
      'dayCloseUnanswered', // lost
      'dayCloseUnanswered', // refused
      'dayCloseSent',
      'dayCloseAnswered',
      'daySealed',
    ]);
    expect(state().answered?.outcome.detail).toMatchObject({ closeNo: 2, result: 'AGREED' });
  });

  it('is in doubt for each number by itself: the second may be lost as well', async () => {
    say([LOST, TOO_LARGE], [LOST, TOO_LARGE], [agree()]);
    await close();
    await wait(10);
    expect(numbers).toEqual([1, 1, 1, 1, 2, 2, 2, 2, 3]);
    expect(state().sealed).not.toBeNull();
  });

  it('passes the doubt on to the next number, which is refused as well: the first may stand agreed', async () => {
    say([LOST, TOO_LARGE], [TOO_LARGE]);
    await close();
    await wait(60);
    expect(state()).toMatchObject({ phase: 'wanted', answered: null });
    expect(numbers.slice(0, 7)).toEqual([1, 1, 1, 1, 2, 2, 2]);
  });

  it('is in doubt too when its agreement could not be recorded', async () => {
    say([agree(), TOO_LARGE], [agree()]);
    const record = day.ledger.recordDay.bind(day.ledger);
    let isLocked = true;
    day.ledger.recordDay = (entry, now, actor) => {
      if (isLocked && entry.kind === 'dayCloseAnswered') {
        isLocked = false;
        throw new LedgerFault('LOCKED');
      }
      return record(entry, now, actor);
    };
    await close();
    expect(day.faults.splice(0)).not.toEqual([]);
    await wait(60);
    expect(numbers).toEqual([1, 1, 1, 1, 2]);
    expect(state().sealed).not.toBeNull();
  });

  it('is unanswered with a reason while a row of its day cannot be read', async () => {
    say([agree()]);
    const page = day.ledger.pageOfDay.bind(day.ledger);
    day.ledger.pageOfDay = () => {
      throw new LedgerFault('CORRUPT', 'a row that is no JSON');
    };
    await close();
    expect(state()).toMatchObject({ phase: 'wanted', unanswered: { detail: { why: 'LEDGER' } } });
    day.ledger.pageOfDay = page;
    await wait(10);
    expect(state().sealed).not.toBeNull();
  });

  it('says so while a row of its day cannot be read, also where the issuer refused it before', async () => {
    say([LOST, TOO_LARGE], [agree()]);
    await close();
    const page = day.ledger.pageOfDay.bind(day.ledger);
    day.ledger.pageOfDay = () => {
      throw new LedgerFault('CORRUPT', 'a row that is no JSON');
    };
    await wait(10);
    expect(state()).toMatchObject({ phase: 'wanted', unanswered: { detail: { closeNo: 1, why: 'LEDGER' } } });
    day.faults.splice(0); // its comparison by itself has met the row as well
    day.ledger.pageOfDay = page;
    await wait(10);
    expect(state().sealed).not.toBeNull();
  });

  it('waits longer and longer when it is lost and refused in turn', async () => {
    const inTurn = Array.from({ length: 400 }, (_, copy) => (copy % 2 === 0 ? LOST : TOO_LARGE));
    say(inTurn);
    await close();
    await wait(20);
    expect(numbers.length).toBeLessThan(20);
  });

  it('is repeated under its last number when three were lost, and waits: no entry comes with each try', async () => {
    const refused = [LOST, TOO_LARGE];
    say(refused, refused, refused);
    await close();
    await wait(120);
    const { length } = kinds();
    await wait(120);
    expect(Math.max(...numbers)).toBe(3);
    expect(kinds()).toHaveLength(length);
    expect(state()).toMatchObject({ phase: 'wanted', answered: null });
    say([], [], [agree()]);
    await wait(10);
    expect(state().sealed).not.toBeNull();
  });

  it('is given back when the list differs: a person looks', async () => {
    say([LOST, TOO_LARGE]);
    await close();
    day.sayList = () => {
      const found = list();
      if (found.class !== 'answered') return found;
      return { ...found, value: { ...found.value, items: [], totals: [] } };
    };
    await wait(5);
    expect(state().phase).toBe('notAgreed');
    expect(state().answered?.outcome.detail).toMatchObject({ closeNo: 1, code: '000_911' });
    expect(state().reconciled?.detail.categories.missingThere.count).toBe(1);
    expect(new Set(numbers)).toEqual(new Set([1]));
  });
});

describe('a close that the issuer does not take', () => {
  it('is given back after three refusals in a row: an answer of another kind between them begins them anew', async () => {
    say([TOO_LARGE, TOO_LARGE, MAINTENANCE, TOO_LARGE, TOO_LARGE, MAINTENANCE, TOO_LARGE]);
    await close();
    await wait(30);
    expect(numbers).toEqual(Array.from({ length: 9 }, () => 1));
    expect(state().answered?.outcome.detail).toMatchObject({ closeNo: 1, code: '000_911' });
  });

  it('is in doubt after a start that finds it unanswered', async () => {
    const { ledger, clock } = day;
    const wanted = { version: '0', rangeFrom: 1, uncounted: 'x', carried: { count: 0, sum: 0 } };
    const sent = { closeNo: 1, totals: TOTALS, openItems: [], itemsDigest: 'a'.repeat(64) };
    const record = (kind: 'dayCloseWanted' | 'dayCloseSent', detail: object): void => {
      ledger.recordDay({ kind, businessDate: YESTERDAY, detail: { ...detail } }, clock.now(), TERMINAL);
    };
    record('dayCloseWanted', wanted);
    record('dayCloseSent', sent);
    say([TOO_LARGE], [agree()]);
    day.settlement.start();
    await wait(5);
    expect(numbers).toEqual([1, 1, 1, 2]);
    expect(state().sealed).not.toBeNull();
  });
});
