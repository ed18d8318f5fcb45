/** What a scan does at a station: the payment that it opens, and why it opens none. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_POLICY } from '../../../src/intent/policy.ts';
import { APPROVAL, CARD, Lab, ONLINE, OTHER_CARD } from './desk-lab.ts';

let lab: Lab;

beforeEach(() => {
  lab = new Lab();
});

afterEach(() => lab.close());

const DOWN = { ...ONLINE, line: { ...ONLINE.line, state: 'down' as const } };

describe('a scan', () => {
  it('becomes a durable payment before its face is shown', () => {
    expect(lab.face()).toBe('IDLE');
    expect(lab.scan(lab.barcode('CHARGE', 10_000))).toBe('accepted');
    expect(lab.face()).toBe('TAKE');
    expect(lab.newest()).toMatchObject({ host: 'unsent', cash: 'none', amount: 10_000, stationId: '1' });
    expect(lab.see().face.countdown).toMatchObject({ leftMs: 300_000, kind: 'barcodeLife' });
  });

  it('opens nothing while nobody sees the page, and the journal says so', () => {
    lab.clock.pass(16_000);
    expect(lab.station.scan({ source: 'counter', text: lab.barcode('CHARGE', 10_000) })).toBe('refused');
    expect(lab.ledger.list({ limit: 1 }).intents).toEqual([]);
    expect(lab.see().band?.cause).toBe('NO_PAGE');
  });

  it('of goods passes to the POS program in silence; a payment never does', () => {
    expect(lab.scan('8801234567893')).toBe('notOurs');
    lab.scan(lab.barcode('CHARGE', 500));
    lab.scan(lab.barcode('CHARGE', 10_000).slice(0, 28));
    expect(lab.forwarded.map(({ text }) => text)).toEqual(['8801234567893']);
  });

  it('that is refused is a face of 8 s, and the third unreadable one asks for a new barcode', () => {
    expect(lab.scan(lab.barcode('CHARGE', 500))).toBe('refused');
    expect(lab.see().face.refused).toEqual({
      cause: 'MIN_AMOUNT',
      values: { amount: 500, limit: 1_000 },
      repeated: false,
    });
    lab.clock.pass(7_999);
    expect(lab.face()).toBe('REFUSED');
    lab.clock.pass(1);
    expect(lab.face()).toBe('IDLE');
    for (let times = 0; times < 3; times += 1) lab.scan(lab.barcode('CHARGE', 10_000).slice(0, 28));
    expect(lab.see().face.refused).toMatchObject({ cause: 'CUT', repeated: true });
    expect(lab.press('CLOSE').done).toBe(true);
    expect(lab.face()).toBe('IDLE');
  });

  it('never replaces a payment in progress: a band of 3 s says why', () => {
    const barcode = lab.barcode('CHARGE', 10_000);
    lab.scan(barcode);
    lab.scan(barcode);
    expect(lab.see()).toMatchObject({ face: { id: 'TAKE' }, band: { cause: 'DUP_OPEN' } });
    lab.scan(lab.barcode('CHARGE', 5_000, OTHER_CARD));
    expect(lab.see()).toMatchObject({ face: { id: 'TAKE' }, band: { cause: 'STATION_BUSY' } });
    lab.clock.pass(3_000);
    expect(lab.see().band).toBeNull();
  });

  it('of a used barcode says what it did and when, by type', () => {
    const barcode = lab.barcode('REFUND', 10_000);
    lab.scan(barcode);
    lab.press('REQUEST');
    lab.event({ kind: 'send' });
    lab.event({ kind: 'approved', approval: APPROVAL });
    lab.press('HANDED');
    lab.press('CLOSE');
    lab.scan(barcode);
    expect(lab.see().face.refused).toMatchObject({
      cause: 'DUP_DONE',
      values: { type: 'REFUND', amount: 10_000, atMs: Date.UTC(2026, 6, 23, 5, 32, 5) },
    });
  });

  it('of the barcode whose end is on the screen is a band on it: the sentence stays to be read', () => {
    const barcode = lab.barcode('REFUND', 10_000);
    lab.scan(barcode);
    lab.press('REQUEST');
    lab.event({ kind: 'send' });
    lab.event({ kind: 'declined', code: '006_012', businessDate: null });
    expect(lab.face()).toBe('NO-OUT');
    lab.scan(barcode);
    expect(lab.face()).toBe('NO-OUT');
    expect(lab.see().band).toMatchObject({ cause: 'DUP_NEW' });
  });

  it('of the barcode of an open payment is that payment, in the window, long after it, and after a restart', () => {
    const barcode = lab.barcode('REFUND', 10_000);
    lab.scan(barcode);
    lab.press('REQUEST');
    lab.event({ kind: 'send' });
    lab.event({ kind: 'approved', approval: APPROVAL });
    lab.press('LEAVE');
    const { sequenceId } = lab.newest();
    for (const step of ['in the window', 'after it', 'after a restart'] as const) {
      if (step === 'after it') lab.clock.pass(24 * lab.policy.times.barcodeLifeMs);
      if (step === 'after a restart') lab.restart();
      expect(lab.scan(barcode), step).toBe('refused');
      expect(lab.see().face.refused, step).toMatchObject({ cause: 'DUP_OPEN' });
      expect(lab.ledger.list({ limit: 10 }).intents, step).toMatchObject([{ sequenceId }]);
    }
  });

  it('of the barcode of an ended payment says so inside the window, and is a new payment after it', () => {
    const barcode = lab.barcode('CHARGE', 10_000);
    lab.scan(barcode);
    lab.press('RECEIVED');
    lab.event({ kind: 'send' });
    lab.event({ kind: 'approved', approval: APPROVAL });
    lab.shown();
    lab.press('CLOSE');
    lab.clock.pass(lab.policy.times.barcodeLifeMs / 2);
    expect(lab.scan(barcode)).toBe('refused');
    expect(lab.see().face.refused).toMatchObject({ cause: 'DUP_DONE' });
    lab.clock.pass(lab.policy.times.barcodeLifeMs);
    expect(lab.scan(barcode)).toBe('accepted');
    expect(lab.face()).toBe('TAKE');
    expect(lab.ledger.list({ limit: 10 }).intents).toHaveLength(2);
  });

  it('replaces an ended face', () => {
    lab.charge();
    expect(lab.face()).toBe('DONE-IN');
    lab.scan(lab.barcode('CHARGE', 5_000, OTHER_CARD));
    expect(lab.face()).toBe('TAKE');
    expect(lab.see().rail.last).toMatchObject({ face: 'DONE-IN', amount: 10_000 });
  });

  it('shows no card number, token or barcode on any page, in any answer', () => {
    const barcode = lab.barcode('CHARGE', 10_000);
    lab.scan(barcode);
    const texts = [JSON.stringify(lab.see()), JSON.stringify(lab.press('RECEIVED'))];
    lab.event({ kind: 'send' });
    lab.event({ kind: 'approved', approval: APPROVAL });
    texts.push(JSON.stringify(lab.see()));
    lab.scan(barcode.slice(0, 29));
    texts.push(JSON.stringify(lab.see()));
    for (const text of texts) {
      expect(text).not.toContain(CARD);
      expect(text).not.toContain(barcode.slice(16));
    }
  });
});

describe('while the line is down', () => {
  it('asks before the cash, and takes the cash at once when the line is back', () => {
    lab.status = DOWN;
    lab.station.refresh();
    expect(lab.face()).toBe('LINE');
    lab.scan(lab.barcode('CHARGE', 10_000));
    expect(lab.see().face).toMatchObject({ id: 'LATER-ASK', keys: ['STOP', 'LATER'] });
    expect(lab.see().face.countdown).toMatchObject({ leftMs: 60_000, kind: 'choice' });
    lab.status = ONLINE;
    lab.station.refresh();
    expect(lab.face()).toBe('TAKE');
  });

  it('counts down to its next try, but not under a pause: that would let nobody go on', () => {
    const line = { ...ONLINE.line, nextTryMs: lab.clock.now().wallMs + 600_000 };
    lab.status = { ...DOWN, line: { ...line, state: 'down' } };
    expect(lab.see().strip.line.nextTryMs).toBe(line.nextTryMs);
    lab.status = { ...DOWN, line: { ...line, state: 'paused' } };
    expect(lab.see().strip.line.nextTryMs).toBeNull();
  });

  it('gives a slip for what is credited later, and the rail tells when it was', () => {
    lab.status = DOWN;
    lab.scan(lab.barcode('CHARGE', 10_000));
    lab.press('LATER');
    expect(lab.face()).toBe('LATER-TAKE');
    lab.press('RECEIVED');
    expect(lab.face()).toBe('LATER-OK');
    expect(lab.see().strip.later).toMatchObject({ count: 1, sum: 10_000, limit: 300_000 });
    lab.shown();
    lab.clock.pass(20_000);
    expect(lab.face()).toBe('LINE');
    lab.status = ONLINE;
    lab.event({ kind: 'send' });
    lab.event({ kind: 'approved', approval: APPROVAL });
    expect(lab.see().rail.news).toMatchObject({ kind: 'LATER-DONE', intent: { amount: 10_000 } });
    lab.clock.pass(10_000);
    expect(lab.see().rail.news).toBeNull();
  });

  it('takes no more of one card than its own limit allows, also when the line fails after the cash', () => {
    lab.close();
    lab = new Lab({ later: { ...DEFAULT_POLICY.later, perCard: 1 } });
    lab.status = DOWN;
    lab.scan(lab.barcode('CHARGE', 10_000));
    lab.press('LATER');
    lab.press('RECEIVED');
    lab.shown();
    lab.clock.pass(20_000);
    lab.scan(lab.barcode('CHARGE', 10_000));
    expect(lab.see().face.refused).toMatchObject({ cause: 'LATER_CARD', values: { limit: 1, count: 1 } });
    lab.clock.pass(20_000);
    lab.status = ONLINE;
    lab.scan(lab.barcode('CHARGE', 10_000));
    lab.press('RECEIVED');
    lab.event({ kind: 'chooseLater' });
    expect(lab.see().face).toMatchObject({ id: 'BACK-STOP', values: { limitCause: 'LATER_CARD' } });
  });

  it('refuses withdrawals, and charges beyond the limits', () => {
    lab.status = DOWN;
    lab.scan(lab.barcode('REFUND', 10_000));
    expect(lab.see().face.refused?.cause).toBe('LINE_DOWN');
    lab.scan(lab.barcode('CHARGE', 60_000));
    expect(lab.see().face.refused).toMatchObject({ cause: 'LATER_EACH', values: { limit: 50_000 } });
  });
});

describe('a terminal that is recovering', () => {
  it('gives no advice about cash, opens nothing, and no key acts', () => {
    lab.scan(lab.barcode('CHARGE', 10_000));
    lab.status = { ...ONLINE, recovering: true };
    lab.station.refresh();
    expect(lab.see().face).toMatchObject({ id: 'RECOVERING', keys: [], intent: null });
    expect(lab.press('RECEIVED').done).toBe(false);
    expect(lab.scan(lab.barcode('CHARGE', 3_000, OTHER_CARD))).toBe('refused');
  });
});
