import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { approvalOf, MANAGER, must, sendCharge } from '../ledger/shop.ts';
import { counted } from './day-lab.ts';
import { type HandDay, listOf, META, MINUTE_MS, startHandDay, TODAY, YESTERDAY } from './hand-day.ts';

const BEFORE = '20260722';
let day: HandDay;

beforeEach(async () => {
  day = await startHandDay();
});
afterEach(() => day.end());

const reconciled = (): boolean | undefined => day.settlement.day(YESTERDAY).reconciled?.detail.final;

it('a day whose list is not final yet at the cut-over is compared again a little later, though the line stands still', async () => {
  await expect.poll(reconciled).toBe(false);
  expect(day.asked).toContain(YESTERDAY);
  day.sayList = () => listOf(true);
  await day.clock.advance(2 * MINUTE_MS);
  await expect.poll(reconciled).toBe(true);
  const before = day.asked.length;
  await day.clock.advance(24 * 60 * MINUTE_MS);
  expect(day.asked).toHaveLength(before);
});

it('a comparison that the line did not carry is made again, also when the line is back within minutes', async () => {
  day.sayList = () => ({ class: 'nothingLeft', why: 'CONNECT_FAILED' });
  await day.clock.advance(2 * MINUTE_MS);
  day.sayList = () => listOf(true);
  day.lineChanged();
  await day.clock.advance(10 * MINUTE_MS);
  await expect.poll(reconciled).toBe(true);
});

describe('a line that changes again within minutes of a look', () => {
  const isCompared = (): boolean => day.settlement.day(YESTERDAY).reconciled?.detail.final === true;

  it('by the cut-over: the day that it ended is compared, though the line stands still from then on', async () => {
    await day.end();
    day = await startHandDay(YESTERDAY);
    day.sayList = () => listOf(true);
    await day.clock.advance(5 * MINUTE_MS);
    expect(day.asked).toEqual([]);
    day.openDate = TODAY;
    day.lineChanged();
    await day.clock.advance(10 * MINUTE_MS);
    await expect.poll(isCompared).toBe(true);
  });

  it('does not wait out the hour that a list which never became final had come to', async () => {
    await day.clock.advance(24 * 60 * MINUTE_MS);
    day.lineChanged();
    await day.clock.advance(MINUTE_MS);
    const before = day.asked.length;
    day.lineChanged();
    await day.clock.advance(10 * MINUTE_MS);
    expect(day.asked.length).toBeGreaterThan(before);
  });
});

it('a list that contradicts itself leaves its own day alone: the days after it are compared', async () => {
  const { intent } = sendCharge(day.ledger, day.clock.now());
  must(
    day.ledger,
    intent,
    { kind: 'approved', approval: { ...approvalOf(2), businessDate: BEFORE } },
    day.clock.now(),
  );
  const broken = listOf(true, [{ type: 'CHARGE', state: 'APPROVED', count: 1, sum: 1 }]);
  day.sayList = ({ businessDate }) => (businessDate === BEFORE ? broken : listOf(true));
  await day.clock.advance(2 * MINUTE_MS);
  await expect.poll(reconciled).toBe(true);
  expect(day.settlement.day(BEFORE).reconciled).toBeNull();
});

it('a list that never becomes final is asked for ever more rarely', async () => {
  await day.clock.advance(24 * 60 * MINUTE_MS);
  expect(reconciled()).toBe(false);
  expect(day.asked.filter((date) => date === YESTERDAY).length).toBeLessThan(40);
});

describe('a close of a day that the issuer has sealed with another content', () => {
  const phase = (): string => day.settlement.day(YESTERDAY).phase;
  const code = () => day.settlement.day(YESTERDAY).answered?.outcome.detail.code;

  /** `list`: what is said of its list from the first close on. */
  async function close(list: HandDay['sayList'] = () => listOf(false)): Promise<void> {
    const { settlement, ledger } = day;
    day.sayClose = () => {
      if (day.closes === 1) day.sayList = list;
      return { class: 'refused', code: '006_907', meta: META };
    };
    settlement.count(YESTERDAY, counted(ledger.balances().cash_drawer), MANAGER);
    await settlement.close(YESTERDAY, MANAGER).settled;
    expect(phase()).toBe('wanted');
  }

  async function pass(seconds: number, each: () => void = () => {}): Promise<void> {
    for (let passed = 0; passed < seconds; passed += 1) {
      each();
      await day.clock.advance(1_000);
    }
  }

  it('waits for its final list a few times, two minutes in all, and is then given back', async () => {
    await close();
    await pass(150);
    await expect.poll(phase).toBe('notAgreed');
    expect(code()).toBe('006_907');
    expect(day.closes).toBe(7);
    await day.clock.advance(24 * 60 * MINUTE_MS);
    expect(day.closes).toBe(7);
  });

  it('waits as long on a line that comes and goes all the time', async () => {
    await close();
    await pass(100, () => day.lineChanged());
    expect(phase()).toBe('wanted');
    await pass(50, () => day.lineChanged());
    await expect.poll(phase).toBe('notAgreed');
    expect(day.closes).toBe(7);
  });

  it('is not given back because the line carried the close and not the list, however often', async () => {
    await close(() => ({ class: 'nothingLeft', why: 'CONNECT_FAILED' }));
    await day.clock.advance(24 * 60 * MINUTE_MS);
    expect(day.closes).toBeGreaterThan(7);
    expect(phase()).toBe('wanted');
    day.sayList = () => listOf(true);
    day.lineChanged();
    await expect.poll(phase).toBe('notAgreed');
    expect(day.settlement.day(YESTERDAY).reconciled?.detail).toMatchObject({
      final: true,
      categories: { missingThere: { count: 1 } },
    });
  });

  it('is given back after a few lists that contradict themselves', async () => {
    await close(() => listOf(true, [{ type: 'CHARGE', state: 'APPROVED', count: 1, sum: 1 }]));
    await pass(10);
    await expect.poll(phase).toBe('notAgreed');
    expect(code()).toBe('006_907');
    expect(day.closes).toBe(3);
  });
});

describe('a close of a day that lies further back than a page shows', () => {
  it('is driven by the next run all the same', async () => {
    await day.end();
    const dates = Array.from({ length: 40 }, (_, place) =>
      String(20_260_601 + place + (place >= 30 ? 70 : 0)),
    );
    const [oldest = '', ...after] = dates;
    day = await startHandDay(TODAY, (ledger, clock) => {
      const detail = {
        version: '1',
        store: '',
        rangeFrom: 1,
        uncounted: 'no key',
        carried: { count: 0, sum: 0 },
      };
      ledger.recordDay({ kind: 'dayCloseWanted', businessDate: oldest, detail }, clock.now(), MANAGER);
      for (const businessDate of after) {
        const count = { mode: 'separate', pieces: {}, safe: 0, float: 0, posExpected: 0 };
        ledger.recordDay({ kind: 'dayCounted', businessDate, detail: count }, clock.now(), MANAGER);
      }
    });
    await expect.poll(() => day.asked).toContain(oldest);
  });
});
