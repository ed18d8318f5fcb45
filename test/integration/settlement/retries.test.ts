/** How long a close waits before it is tried again, on a real ledger and a clock that a test winds. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Timer } from '../../../src/intent/clock.ts';
import type { Answered, CloseAnswer } from '../../../src/konaplate/settlement.ts';
import { LedgerFault } from '../../../src/ledger/fault.ts';
import type { Ledger } from '../../../src/ledger/types.ts';
import { Closer } from '../../../src/settlement/closer.ts';
import { SettlementFault } from '../../../src/settlement/fault.ts';
import { readDay } from '../../../src/settlement/read.ts';
import { approveCharge, createShop, MANAGER, SCAN_TIME, type Shop, TERMINAL } from '../ledger/shop.ts';
import { HandClock } from '../sync/counter.ts';

const DAY = '20260723';
const MINUTE_MS = 60_000;
const NO_ANSWER: Answered<CloseAnswer> = { class: 'nothingLeft', why: 'CONNECT_FAILED' };
const ASKED_TO_WAIT: Answered<CloseAnswer> = { class: 'nothingLeft', why: 'ASKED_TO_WAIT' };
const TOTALS = [{ type: 'CHARGE', state: 'APPROVED', count: 1, sum: 10_000 }] as const;
const AGREED: Answered<CloseAnswer> = {
  class: 'answered',
  value: { result: 'AGREED', totals: TOTALS },
  meta: {
    issuerEpoch: 'first',
    businessDate: DAY,
    correlationId: '260723120000-0000000',
    clockOffsetMs: null,
    bytesWritten: 1,
    elapsedMs: 1,
  },
};
const NOT_AGREED: typeof AGREED = { ...AGREED, value: { result: 'NOT_AGREED', totals: [] } };

let shop: Shop;
let ledger: Ledger;
beforeEach(() => {
  shop = createShop();
  ledger = shop.open();
  approveCharge(ledger, SCAN_TIME, 1);
  const wanted = { version: '0', store: '', rangeFrom: 1, uncounted: 'none', carried: { count: 0, sum: 0 } };
  const sent = { closeNo: 1, totals: TOTALS, openItems: [], itemsDigest: 'a'.repeat(64) };
  ledger.recordDay({ kind: 'dayCloseWanted', businessDate: DAY, detail: wanted }, SCAN_TIME, MANAGER);
  ledger.recordDay({ kind: 'dayCloseSent', businessDate: DAY, detail: sent }, SCAN_TIME, TERMINAL);
});
afterEach(() => {
  ledger.close();
  shop.remove();
});

/** What was sent is repeated word for word, so nothing is compared. */
function repeating(clock: HandClock, say: () => Answered<CloseAnswer>): Closer {
  return new Closer({
    ledger,
    clock,
    version: '0',
    record: (entry) => ledger.recordDay(entry, SCAN_TIME, TERMINAL),
    compare: () => Promise.reject(new Error('nothing is to be compared')),
    send: async () => say(),
    guarded: (work) => work(),
    sealed: () => {},
  });
}

describe('a close', () => {
  it('whose seal the disk did not take waits for the disk alone, not as long as the line was down before', async () => {
    const waitsMs: number[] = [];
    const answers = [NO_ANSWER, NO_ANSWER, NO_ANSWER, AGREED];
    let isFull = true;
    const closer = new Closer({
      ledger,
      clock: {
        now: () => SCAN_TIME,
        after: (ms): Timer => {
          waitsMs.push(ms);
          return { cancel: () => {} };
        },
      },
      version: '0',
      record: (entry) => {
        if (entry.kind === 'daySealed' && isFull) throw new LedgerFault('FULL');
        return ledger.recordDay(entry, SCAN_TIME, TERMINAL);
      },
      compare: () => Promise.reject(new Error('what was sent is repeated word for word')),
      send: async () => answers.shift() ?? NO_ANSWER,
      guarded: (work) => expect(work).toThrow(LedgerFault),
      sealed: () => {},
    });
    for (let tries = 0; tries < 4; tries += 1) await closer.drive(DAY);
    expect(waitsMs).toEqual([2_000, 4_000, 8_000, 2_000]);
    isFull = false;
    await closer.drive(DAY);
    expect(ledger.day(DAY)?.sealedIndex).not.toBeNull();
    await closer.stop();
  });

  it('that waited because the issuer asked for it, and then for one that is gone, says the latter', async () => {
    const clock = new HandClock();
    const answers = [ASKED_TO_WAIT];
    let tries = 0;
    const closer = repeating(clock, () => {
      tries += 1;
      return answers.shift() ?? NO_ANSWER;
    });
    void closer.drive(DAY);
    await clock.advance(8 * 3_600_000);
    expect(tries).toBeGreaterThan(20);
    expect(readDay(ledger, DAY).unanswered?.detail.why).toBe('CONNECT_FAILED');
    expect(ledger.dayEntries(DAY).length, 'the retries leave no trace').toBeLessThan(6);
    await closer.stop();
  });

  it('whose reason changes says the one that holds now: what a person has mended as well', async () => {
    const clock = new HandClock();
    let why = 'CONNECT_FAILED';
    const closer = repeating(clock, () => ({ class: 'nothingLeft', why }));
    const said = (): string | undefined => readDay(ledger, DAY).unanswered?.detail.why;
    await closer.drive(DAY);
    for (const next of ['RECOVERING', 'TIMEOUT', 'RECOVERING', 'TIMEOUT', 'RECOVERING', 'ASKED_TO_WAIT']) {
      expect(said()).toBe(why);
      why = next;
      await clock.advance(10 * MINUTE_MS);
    }
    expect(said()).toBe('ASKED_TO_WAIT');
    await closer.stop();
  });

  it('whose reasons come and go at every try leaves a few entries for all of them', async () => {
    const clock = new HandClock();
    const whys = ['CONNECT_FAILED', 'ASKED_TO_WAIT', 'RECOVERING', 'BUSY', 'RECOVERING', 'TIMEOUT'];
    let tries = 0;
    const closer = repeating(clock, () => {
      tries += 1;
      return { class: 'nothingLeft', why: whys[tries % whys.length] ?? '' };
    });
    await closer.drive(DAY);
    await clock.advance(24 * 60 * MINUTE_MS);
    expect(tries).toBeGreaterThan(200);
    const { length } = ledger.dayEntries(DAY);
    expect(length).toBeLessThan(20);
    await clock.advance(24 * 60 * MINUTE_MS);
    expect(ledger.dayEntries(DAY)).toHaveLength(length);
    await closer.stop();
  });

  it('that waits for the line is hurried by one that comes back, and not by each turn of one that comes and goes', async () => {
    const clock = new HandClock();
    const triedMs: number[] = [];
    const closer = repeating(clock, () => {
      triedMs.push(clock.now().monoMs);
      return NO_ANSWER;
    });
    await closer.drive(DAY);
    for (let turns = 0; turns < 100; turns += 1) {
      closer.hurry();
      await clock.advance(100);
    }
    expect(triedMs.map((atMs) => atMs - (triedMs[0] ?? 0))).toEqual([0, 2_000, 4_000, 8_000]);
    await clock.advance(25_000);
    const before = triedMs.length;
    closer.hurry();
    await clock.advance(0);
    expect(triedMs).toHaveLength(before + 1);
    await closer.stop();
  });

  // The press falls between any two turns of what ends the try before.
  it.each(Array.from({ length: 16 }, (_, turns) => turns))(
    'that a person wants %i turns after the comparison behind "not agreed" is driven',
    async (turns) => {
      const wanted = {
        version: '0',
        store: '',
        rangeFrom: 1,
        uncounted: 'none',
        carried: { count: 0, sum: 0 },
      };
      const pressed = Promise.withResolvers<void>();
      let closes = 0;
      const press = async (): Promise<void> => {
        for (let turn = 0; turn < turns; turn += 1) await null;
        ledger.recordDay({ kind: 'dayCloseWanted', businessDate: DAY, detail: wanted }, SCAN_TIME, MANAGER);
        await closer.drive(DAY);
        pressed.resolve();
      };
      let compared = 0;
      const closer: Closer = new Closer({
        ledger,
        clock: { now: () => SCAN_TIME, after: (): Timer => ({ cancel: () => {} }) },
        version: '0',
        record: (entry) => ledger.recordDay(entry, SCAN_TIME, TERMINAL),
        compare: async () => {
          compared += 1;
          if (compared === 1) void press();
          throw new SettlementFault('NO_ANSWER', 'no line');
        },
        send: async () => {
          closes += 1;
          return NOT_AGREED;
        },
        guarded: (work) => work(),
        sealed: () => {},
      });
      await closer.drive(DAY);
      await pressed.promise;
      expect(closes).toBe(1);
      expect(compared).toBe(2);
      expect(closer.isBusy(DAY)).toBe(true);
      await closer.stop();
    },
  );
});
