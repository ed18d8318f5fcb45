/**
 * A payment comes while a close is on its way, and its answer is lost: it moves none of this side's figures, only what stands
 * open. Whatever comes between the comparison that shows it and the next close, that close is made.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Intent } from '../../../src/intent/model.ts';
import type {
  Answered,
  CloseAnswer,
  CloseRequest,
  SettlementItem,
  TransactionsAnswer,
} from '../../../src/konaplate/settlement.ts';
import { LedgerFault } from '../../../src/ledger/fault.ts';
import { tornOff } from '../../../src/settlement/anew.ts';
import { totalsOfItems } from '../../../src/settlement/items.ts';
import { approvalOf, sendCharge } from '../ledger/shop.ts';
import { BOSS } from './day-lab.ts';
import { type HandDay, META, MINUTE_MS, startHandDay, TODAY, YESTERDAY } from './hand-day.ts';

const NO_LINE: Answered<TransactionsAnswer> = { class: 'nothingLeft', why: 'CONNECT_FAILED' };

/** A line that changes after so long makes the till look at once which days are over. */
const LOOK_MS = 11 * MINUTE_MS;

let day: HandDay;
/** What each close named as open, in the order of their numbers. */
let named: (readonly string[])[];
/** The payment that came between. */
let between: Intent | null;
let isListed: boolean;

beforeEach(async () => {
  named = [];
  between = null;
  isListed = true;
  day = await startHandDay(YESTERDAY);
  day.sayList = () => (isListed ? list() : NO_LINE);
  day.sayClose = hear;
});
afterEach(() => day.end());

function itemOf(
  { sequenceId, terminalId, type, amount, bin, last4 }: Intent,
  number: number,
): SettlementItem {
  const state = 'APPROVED';
  return { sequenceId, terminalId, type, amount, bin, last4, state, deferred: false, ...approvalOf(number) };
}

/** What the issuer has of yesterday. */
function items(): readonly SettlementItem[] {
  const booked = day.ledger.pageOfDay(YESTERDAY, 0, 1).map(({ intent }) => intent);
  return [...booked, ...(between === null ? [] : [between])].map((intent, place) =>
    itemOf(intent, place + 1),
  );
}

function list(): Answered<TransactionsAnswer> {
  const totals = totalsOfItems(items());
  return {
    class: 'answered',
    value: { asOf: '20260724000010000', final: false, totals, items: items() },
    meta: META,
  };
}

/** The first close is overtaken by the payment; any other is agreed when it names it. */
function hear({ openItems }: CloseRequest): Answered<CloseAnswer> {
  named.push(openItems);
  between ??= sendCharge(day.ledger, day.clock.now()).intent;
  const result = openItems.includes(between.sequenceId) ? 'AGREED' : 'NOT_AGREED';
  return { class: 'answered', value: { result, totals: totalsOfItems(items()) }, meta: META };
}

async function close(): Promise<void> {
  await day.settlement.close(YESTERDAY, BOSS, 'no count').settled;
}

/** The disk has no room for the second close; the comparison before it found some. */
function noRoom(): () => void {
  const record = day.ledger.recordDay;
  day.ledger.recordDay = (entry, now, actor) => {
    if (entry.kind === 'dayCloseSent' && named.length === 1) throw new LedgerFault('FULL', 'no room');
    return record(entry, now, actor);
  };
  return () => {
    day.ledger.recordDay = record;
  };
}

/** The close that waited for a list was overtaken by somebody else's comparison. */
async function closeWithoutList(): Promise<void> {
  const { sayClose } = day;
  day.sayClose = (request) => {
    isListed = false;
    return sayClose(request);
  };
  await close();
  expect(day.settlement.day(YESTERDAY).phase).toBe('notAgreed');
  day.sayClose = sayClose;
  isListed = true;
}

function expectSealed(): void {
  const state = day.settlement.day(YESTERDAY);
  expect(named).toEqual([[], [between?.sequenceId]]);
  expect(state).toMatchObject({ closeNo: 2, named: [between?.sequenceId], phase: 'agreed' });
  expect(state.sealed).not.toBeNull();
  expect(day.ledger.verify().faults).toEqual([]);
}

describe('a close that is not agreed only because of a payment that stands open', () => {
  it('is made anew, and names it', async () => {
    await close();
    expectSealed();
  });

  it('is made anew once a disk without room takes it', async () => {
    const mend = noRoom();
    await close();
    expect(day.faults.splice(0)).not.toEqual([]);
    mend();
    await day.clock.advance(MINUTE_MS);
    expectSealed();
  });

  it('is made anew by the next run, when this one ended between the comparison and the close', async () => {
    const mend = noRoom();
    await close();
    expect(day.faults.splice(0)).not.toEqual([]);
    mend();
    await day.startAgain();
    expectSealed();
  });

  it('is made anew when a person compared the day before its list was to be had for the close, and at once', async () => {
    await closeWithoutList();
    await day.settlement.reconcile(YESTERDAY, BOSS);
    await day.clock.advance(0);
    expectSealed();
  });

  it('is made anew when the day was over and compared by itself before', async () => {
    await day.clock.advance(LOOK_MS);
    await closeWithoutList();
    day.openDate = TODAY;
    day.lineChanged();
    await day.clock.advance(MINUTE_MS);
    expectSealed();
  });

  it('is left to people, and no longer said to be made anew, where the list that it needs contradicts itself', async () => {
    day.sayClose = (request) => {
      day.sayList = () => {
        const whole = list();
        return whole.class === 'answered' ? { ...whole, value: { ...whole.value, totals: [] } } : whole;
      };
      return hear(request);
    };
    await close();
    const state = day.settlement.day(YESTERDAY);
    expect(state.phase).toBe('notAgreed');
    expect(state.answered?.outcome.detail.code).toBe('LIST_BROKEN');
    expect(tornOff(state)).toBeNull();
  });

  it('is left to people where a comparison shows that nothing has moved', async () => {
    day.sayClose = ({ openItems }) => {
      named.push(openItems);
      return { class: 'answered', value: { result: 'NOT_AGREED', totals: [] }, meta: META };
    };
    await close();
    await day.settlement.reconcile(YESTERDAY, BOSS);
    await day.clock.advance(MINUTE_MS);
    expect(named).toEqual([[]]);
    expect(day.settlement.day(YESTERDAY).phase).toBe('notAgreed');
  });
});

it('a payment that the list shows and that came while it was read is named at once', async () => {
  day.sayList = () => {
    between ??= sendCharge(day.ledger, day.clock.now()).intent;
    return list();
  };
  await close();
  expect(named).toEqual([[between?.sequenceId]]);
  expect(day.settlement.day(YESTERDAY).sealed).not.toBeNull();
});
