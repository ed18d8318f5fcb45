import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Issuer, startIssuer } from '../../../src/issuer/issuer.ts';
import type { Storage } from '../../../src/issuer/storage/open.ts';
import { itemsDigest, kstMillis } from '../../../src/konaplate/wire.ts';
import type { Reply } from './caller.ts';
import { newId, Till } from './till.ts';

const DAY_MS = 86_400_000;
const RICH = 2;
const head = (digit: string): string => digit.repeat(64);
const stampOf = (journalIndex: number) => ({
  journalIndex,
  journalHead: journalIndex.toString(16).padStart(64, '0'),
});

/** Terminals, advices and business days of one issuer, the same on every storage. */
export function storeSuite(storage: () => Promise<Storage>): void {
  let issuer: Issuer;
  let till: Till;
  let nowMs = Date.UTC(2026, 10, 22, 3, 0, 0);
  const faults: string[] = [];

  beforeAll(async () => {
    issuer = await startIssuer({
      storage: await storage(),
      clock: { nowMs: () => nowMs },
      onFault: (fault) => faults.push(JSON.stringify(fault)),
    });
    till = new Till(issuer, () => nowMs);
  });
  afterAll(async () => {
    expect(faults).toEqual([]);
    const { wrongCards } = await issuer.service.trialBalance(issuer.credentials.merchantId);
    expect(wrongCards).toBe(0);
    await issuer.close();
  });

  const terminal = (at: number): string => issuer.keys.clients[0]?.terminals[at] ?? '';
  const charge = async (amount: number, extra: Record<string, unknown> = {}): Promise<Reply> =>
    till.approve(await till.barcode('CHARGE', till.card(RICH), amount), extra);

  describe('a terminal', () => {
    const at = (journalIndex: number, journalHead: string, epoch = 0) => ({
      terminalId: terminal(1),
      journalIndex,
      journalHead,
      epoch,
    });

    it('that says hello first becomes the holder of epoch 0 without a manager', async () => {
      const reply = await till.hello(at(5, head('5')));
      expect(reply).toMatchObject({ code: '000_000', signed: true });
      expect(reply.body).toMatchObject({
        epoch: 0,
        holder: head('a'),
        openBusinessDate: '20261122',
        cutOverHour: 0,
        enabled: { CHARGE: true, REFUND: true },
      });
      expect(reply.body.issuerEpoch).toMatch(/^[0-9a-f]{16}$/);
    });

    it('may have its calls overtake each other: a lower index alone fences nothing', async () => {
      expect((await charge(1_000, at(9, head('9')))).code).toBe('000_000');
      expect((await charge(1_000, at(7, head('7')))).code).toBe('000_000');
    });

    it('with another head at a known index is fenced before any effect: a lost tail, or a clone', async () => {
      const sequenceId = newId();
      const before = await till.balance(till.card(RICH));
      expect((await charge(1_000, { ...at(9, head('8')), sequenceId })).code).toBe('000_910');
      expect((await till.netCancel(sequenceId, 'CHARGE', 1_000, at(9, head('8')))).code).toBe('000_910');
      expect(await till.balance(till.card(RICH))).toBe(before);
      expect((await till.inquiry(sequenceId, at(9, head('8')))).body).toMatchObject({ result: 'NOT_FOUND' });
    });

    it('with another epoch is fenced', async () => {
      expect((await charge(1_000, at(10, head('1'), 1))).code).toBe('000_910');
    });

    it('whose hello comes with a lower index stays fenced until a manager claims the next epoch', async () => {
      expect((await till.hello(at(6, head('6')))).body).toMatchObject({ knownJournalIndex: 9, epoch: 0 });
      expect((await charge(1_000, at(10, head('1')))).code).toBe('000_910');
      expect((await till.hello({ ...at(6, head('6')), claimEpoch: 1 })).code).toBe('000_002');
      expect((await till.hello({ ...at(6, head('6')), claimEpoch: 3, managerId: 'm' })).code).toBe('000_002');
      const claimed = await till.hello({ ...at(6, head('6')), claimEpoch: 1, managerId: 'm' });
      expect(claimed.body).toMatchObject({ epoch: 1, holder: head('a') });
      expect((await charge(1_000, at(7, head('1'), 1))).code).toBe('000_000');
      expect((await charge(1_000, at(11, head('1'), 0))).code).toBe('000_910');
    });

    it('on another machine is fenced and cannot say otherwise; the claim moves the holder', async () => {
      const machineId = head('b');
      expect((await till.hello({ ...at(8, head('2'), 1), machineId })).body).toMatchObject({
        holder: head('a'),
      });
      expect((await charge(1_000, at(8, head('2'), 1))).code).toBe('000_910');
      const claimed = await till.hello({ ...at(8, head('2'), 1), machineId, claimEpoch: 2, managerId: 'm' });
      expect(claimed.body).toMatchObject({ epoch: 2, holder: machineId });
      const repeated = await till.hello({ ...at(8, head('2'), 1), machineId, claimEpoch: 2, managerId: 'm' });
      expect(repeated.body).toMatchObject({ epoch: 2, holder: machineId });
      expect((await charge(1_000, at(9, head('3'), 2))).code).toBe('000_000');
    });

    it('sees a restored issuer by another issuerEpoch', async () => {
      const before = (await till.hello()).body.issuerEpoch;
      await issuer.restored();
      expect((await till.hello()).body.issuerEpoch).not.toBe(before);
    });

    it('learns of switched-off types; attended payments of that type are declined, advices are not', async () => {
      await issuer.service.setSwitches(issuer.credentials.merchantId, { chargeEnabled: false });
      expect((await till.hello()).body).toMatchObject({ enabled: { CHARGE: false, REFUND: true } });
      expect((await charge(1_000)).code).toBe('006_012');
      expect((await charge(1_000, { deferred: true })).code).toBe('000_000');
      await issuer.service.setSwitches(issuer.credentials.merchantId, { chargeEnabled: true });
    });
  });

  describe('a deferred charge', () => {
    it('is judged by the token at the time of the scan, long after the token expired', async () => {
      const spec = await till.barcode('CHARGE', till.card(RICH), 6_000);
      const scannedAt = kstMillis(nowMs + 10_000);
      nowMs += 10 * 3_600_000;
      expect((await till.approve(spec)).code).toBe('006_901');
      const other = await till.barcode('CHARGE', till.card(RICH), 6_100);
      const at = kstMillis(nowMs + 5_000);
      nowMs += 10 * 3_600_000;
      expect((await till.approve(other, { deferred: true, scannedAt: at })).code).toBe('000_000');
      // The first one was presented without deferral and so belongs to that id.
      expect((await till.approve(spec, { deferred: true, scannedAt })).code).toBe('006_902');
    });

    it('is declined when the scan is in the future, too old, before the token or after its end', async () => {
      const make = async (): Promise<string> => till.barcode('CHARGE', till.card(RICH), 1_500);
      const at = async (offsetMs: number): Promise<string> =>
        (await till.approve(await make(), { deferred: true, scannedAt: kstMillis(nowMs + offsetMs) })).code;
      expect(await at(60_000)).toBe('006_012');
      expect(await at(-73 * 3_600_000)).toBe('006_901');
      expect(await at(-3_600_000)).not.toBe('000_000');
      const spec = await make();
      const late = kstMillis(nowMs + 301_000);
      nowMs += 400_000;
      expect((await till.approve(spec, { deferred: true, scannedAt: late })).code).toBe('006_901');
    });

    it('is the same payment as the attended one under its id: neither that nor the times are content', async () => {
      const spec = await till.barcode('CHARGE', till.card(RICH), 1_700);
      const sequenceId = newId();
      const first = await till.approve(spec, { sequenceId });
      expect(first.code).toBe('000_000');
      nowMs += 2_000;
      const again = await till.approve(spec, {
        sequenceId,
        deferred: true,
        scannedAt: kstMillis(nowMs - 60_000),
      });
      expect(again).toMatchObject({ code: '000_000', body: { nrNumber: first.body.nrNumber } });
    });

    it('is declined when its token was replaced or locked at the scan, never for what came after the scan', async () => {
      const advice = async (spec: string, scannedMs: number): Promise<string> =>
        (await till.approve(spec, { deferred: true, scannedAt: kstMillis(scannedMs) })).code;
      const barcode = (amount: number): Promise<string> => till.barcode('CHARGE', till.card(RICH), amount);

      const early = await barcode(1_800);
      const inTime = nowMs + 5_000;
      nowMs += 10_000;
      const late = await barcode(1_900);
      nowMs += 5_000;
      await barcode(1_950);
      nowMs += 5_000;
      expect(await advice(late, nowMs)).toBe('006_901');
      expect(await advice(early, inTime)).toBe('000_000');

      const good = await barcode(2_100);
      const unlocked = nowMs + 1_000;
      nowMs += 2_000;
      for (const digits of [1, 2, 3]) {
        const token = String((Number(good.slice(22, 25)) + digits) % 1000).padStart(3, '0');
        expect((await till.approve(good.slice(0, 22) + token + good.slice(25))).code).toBe('006_903');
      }
      nowMs += 1_000;
      const during = await barcode(2_200);
      nowMs += 1_000;
      const locked = nowMs;
      nowMs += 3_600_000;
      expect(await advice(during, locked)).toBe('006_904');
      expect(await advice(good, unlocked)).toBe('000_000');
    });

    it('of a withdrawal does not exist', async () => {
      const spec = await till.barcode('REFUND', till.card(RICH), 1_000);
      expect(await till.approve(spec, { deferred: true })).toMatchObject({
        code: '000_002',
        description: 'Invalid input parameter. deferred',
      });
    });

    it('is approved for a suspended card, because the cash is long in the drawer; not for a terminated one', async () => {
      const suspended = await till.barcode('CHARGE', till.card(4), 1_000);
      expect((await till.approve(suspended, { deferred: true })).code).toBe('000_000');
      const terminated = await till.barcode('CHARGE', till.card(5), 1_000);
      expect((await till.approve(terminated, { deferred: true })).code).toBe('003_022');
    });
  });

  describe('a business day', () => {
    const own = {
      get terminalId() {
        return terminal(2);
      },
    };
    const made: { sequenceId: string; type: 'CHARGE'; amount: number; state: 'APPROVED' | 'REVERSED' }[] = [];
    let date = '';

    async function list(extra: Record<string, unknown> = {}): Promise<Reply> {
      return till.call('transactions', { ...own, businessDate: date, limit: 500, ...extra });
    }
    const totals = (items: typeof made) =>
      (['APPROVED', 'REVERSED'] as const).flatMap((state) => {
        const of = items.filter((item) => item.state === state);
        const sum = of.reduce((all, item) => all + item.amount, 0);
        return of.length === 0 ? [] : [{ type: 'CHARGE', state, count: of.length, sum }];
      });
    const closing = (items: typeof made, extra: Record<string, unknown> = {}) => ({
      ...own,
      businessDate: date,
      closeNo: 1,
      totals: totals(items),
      openItems: [],
      itemsDigest: itemsDigest(items.map((item) => ({ ...item, businessDate: date }))),
      ...extra,
    });

    it('is listed in pages, with sums, not final before it is over', async () => {
      date = issuer.service.today();
      for (const amount of [1_000, 2_000, 3_000]) {
        const sequenceId = newId();
        expect((await charge(amount, { ...own, sequenceId })).body.businessDate).toBe(date);
        made.push({ sequenceId, type: 'CHARGE', amount, state: 'APPROVED' });
      }
      const reversed = newId();
      await charge(4_000, { ...own, sequenceId: reversed });
      await till.netCancel(reversed, 'CHARGE', 4_000, own);
      made.push({ sequenceId: reversed, type: 'CHARGE', amount: 4_000, state: 'REVERSED' });
      // A tombstone was never booked and is on no list.
      await till.netCancel(newId(), 'CHARGE', 4_000, own);

      const first = await list({ limit: 3 });
      expect(first.body).toMatchObject({ final: false, totals: totals(made) });
      const second = await list({ limit: 3, cursor: first.body.nextCursor });
      expect(second.body.nextCursor).toBeUndefined();
      const items = [first, second].flatMap((page) =>
        Array.isArray(page.body.items) ? page.body.items : [],
      );
      expect(items.map((item) => item.sequenceId).sort()).toEqual(made.map((item) => item.sequenceId).sort());
      expect(items.find((item) => item.sequenceId === reversed)).toMatchObject({
        state: 'REVERSED',
        businessDate: date,
      });
    });

    it("that does not agree stays open, and the answer has the issuer's figures", async () => {
      const reply = await till.call('close', closing(made.slice(1), { closeNo: 1 }));
      expect(reply.body).toMatchObject({ result: 'NOT_AGREED', totals: totals(made) });
      expect((await till.call('close', closing(made, { closeNo: 1 }))).code).toBe('006_021');
    });

    it('that agrees is sealed: a repeat agrees again, bookings go to the next date, net cancels are refused', async () => {
      const open = made[0]?.sequenceId ?? '';
      const body = closing(made, { closeNo: 2, openItems: [open] });
      expect(await till.call('close', body)).toMatchObject({ signed: true, body: { result: 'AGREED' } });
      expect((await till.call('close', body)).body).toMatchObject({ result: 'AGREED' });
      expect((await till.call('close', { ...body, closeNo: 3 })).body).toMatchObject({ result: 'AGREED' });
      expect((await till.call('close', closing(made.slice(1), { closeNo: 4 }))).code).toBe('006_907');
      expect((await list()).body).toMatchObject({ final: true });

      const sealed = made[1];
      expect((await till.netCancel(sealed?.sequenceId ?? '', 'CHARGE', sealed?.amount ?? 0, own)).code).toBe(
        '006_907',
      );
      // An item that the close named as open is not inside it.
      expect((await till.netCancel(open, 'CHARGE', 1_000, own)).body).toMatchObject({ result: 'REVERSED' });
      const next = await charge(1_000, own);
      expect(next.body.businessDate).toBe(kstMillis(nowMs + DAY_MS).slice(0, 8));
      // Another terminal's day is its own.
      expect((await charge(1_000, { terminalId: terminal(3) })).body.businessDate).toBe(date);
    });

    it('that was never closed is closed as UNCONFIRMED after some days, also when the terminal never calls again', async () => {
      const { merchantId } = issuer.credentials;
      const silent = terminal(0);
      await till.hello({ terminalId: silent, ...stampOf(5_000) });
      await charge(1_000, { terminalId: silent, ...stampOf(5_001) });
      const statusOf = async (terminalId: string) =>
        issuer.service.domain.db.query<{ business_date: string; status: string }>(
          `SELECT business_date, status FROM days WHERE terminal_id = $1 ORDER BY business_date`,
          [terminalId],
        );
      nowMs += 3 * DAY_MS;
      await issuer.service.closeStaleDays(merchantId);
      expect(await statusOf(terminal(3))).toEqual([]);

      nowMs += 2 * DAY_MS;
      await till.hello({ terminalId: terminal(3) });
      expect(await statusOf(terminal(3))).toEqual([{ business_date: date, status: 'UNCONFIRMED' }]);
      expect(
        (await till.call('transactions', { terminalId: terminal(3), businessDate: date, limit: 1 })).body,
      ).toMatchObject({ final: true });

      // Two rounds at once, as two processes make them; afterwards there is nothing left to look over.
      await Promise.all([
        issuer.service.closeStaleDays(merchantId),
        issuer.service.closeStaleDays(merchantId),
      ]);
      expect(await statusOf(silent)).toContainEqual({ business_date: date, status: 'UNCONFIRMED' });
      expect(await statusOf(own.terminalId)).toContainEqual({ business_date: date, status: 'AGREED' });
      expect(await issuer.service.closeStaleDays(merchantId)).toBe(0);
    });
  });
}
