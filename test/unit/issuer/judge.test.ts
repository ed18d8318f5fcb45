import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { luhn } from '../../../src/barcode/format.ts';
import type { CardRow } from '../../../src/issuer/domain/cards.ts';
import { addDays, businessDateOf, openDate } from '../../../src/issuer/domain/days.ts';
import { judgeApproval, type Presented } from '../../../src/issuer/domain/judge.ts';
import { judgeHello } from '../../../src/issuer/domain/terminals.ts';
import { judgeToken, type TokenRow } from '../../../src/issuer/domain/tokens.ts';
import { echoOf } from '../../../src/issuer/http/echo.ts';
import { FaultPlan } from '../../../src/issuer/http/faults.ts';
import { RateLimit } from '../../../src/issuer/http/rate-limit.ts';
import { DEFAULT_POLICY, SAMPLE_CARDS } from '../../../src/issuer/options.ts';

const token = (over: Partial<TokenRow> = {}): TokenRow => ({
  token_ref: 'r',
  token_hash: 'h',
  issued_ms: 1_000,
  expires_ms: 2_000,
  replaced_ms: null,
  sequence_id: null,
  ...over,
});

describe('a token', () => {
  it('is live from its issue until it expires or is replaced', () => {
    const kindAt = (ms: number, over?: Partial<TokenRow>) => judgeToken('h', [token(over)], ms, 's').kind;
    expect([999, 1_000, 1_999, 2_000].map((ms) => kindAt(ms))).toEqual([
      'expired',
      'live',
      'live',
      'expired',
    ]);
    expect([1_499, 1_500].map((ms) => kindAt(ms, { replaced_ms: 1_500 }))).toEqual(['live', 'expired']);
  });

  it('is used for every id but the one that presented it first', () => {
    expect(judgeToken('h', [token({ sequence_id: 'a' })], 1_500, 'b').kind).toBe('used');
    expect(judgeToken('h', [token({ sequence_id: 'a' })], 1_500, 'a').kind).toBe('live');
  });

  it('with the same digits as an older one counts as the best of them', () => {
    const old = token({ token_ref: 'old', sequence_id: 'a', expires_ms: 1_100 });
    const gone = token({ token_ref: 'gone', expires_ms: 1_100 });
    expect(judgeToken('h', [gone, old, token()], 1_500, 'b')).toMatchObject({
      kind: 'live',
      token: { token_ref: 'r' },
    });
    expect(judgeToken('h', [gone, old], 1_500, 'b').kind).toBe('used');
    expect(judgeToken('x', [gone, old, token()], 1_500, 'b').kind).toBe('wrong');
  });
});

const card: CardRow = {
  card_id: 'c',
  bin: '949133',
  last4: '0016',
  user_id: '1',
  par: 'K',
  status: 'active',
  store_allowed: true,
  refund_allowed: true,
  balance: 50_000,
  wrong_guesses: 0,
  locked_until_ms: 0,
};
const presented: Presented = {
  type: 'CHARGE',
  amount: 10_000,
  deferred: false,
  scannedMs: 1_500,
  nowMs: 1_500,
  card,
  locked: false,
  verdict: { kind: 'live', token: token() },
  usage: { day: 0, month: 0, monthCount: 0 },
  typeEnabled: true,
};
const refund: Presented = { ...presented, type: 'REFUND' };
const policy = {
  ...DEFAULT_POLICY,
  limits: {
    balanceCap: 100_000,
    perTransactionCharge: 40_000,
    perTransactionRefund: 30_000,
    dailyCharge: 45_000,
    dailyRefund: 45_000,
    monthlyCharge: 60_000,
    monthlyRefund: 50_000,
    monthlyRefundCount: 3,
  },
};
const usage = (day: number, month: number, monthCount = 0) => ({ day, month, monthCount });

describe('an approval', () => {
  it.each<[string, Presented, string | null]>([
    ['as it should be', presented, null],
    ['with a wrong token', { ...presented, verdict: { kind: 'wrong' } }, '006_903'],
    ['with a used token', { ...presented, verdict: { kind: 'used', token: token() } }, '006_902'],
    ['with an expired token', { ...presented, verdict: { kind: 'expired', token: token() } }, '006_901'],
    ['while locked, with the right token', { ...presented, locked: true }, '006_904'],
    ['while locked, with a wrong one', { ...presented, locked: true, verdict: { kind: 'wrong' } }, '006_904'],
    ['of a card for other places', { ...presented, card: { ...card, store_allowed: false } }, '006_005'],
    ['of a suspended card', { ...presented, card: { ...card, status: 'suspended' } }, '006_012'],
    ['of a terminated card', { ...presented, card: { ...card, status: 'terminated' } }, '003_022'],
    ['of an expired card', { ...presented, card: { ...card, status: 'expired' } }, '006_011'],
    ['of a card that is not ready', { ...presented, card: { ...card, status: 'notReady' } }, '003_012'],
    ['of nothing', { ...presented, amount: 0 }, '006_007'],
    ['to the cap', { ...presented, card: { ...card, balance: 90_000 } }, null],
    ['over the cap', { ...presented, card: { ...card, balance: 90_001 } }, '007_901'],
    ['over the amount of one payment', { ...presented, amount: 40_001 }, '006_010'],
    ['up to the day', { ...presented, usage: usage(35_000, 35_000) }, null],
    ['over the day', { ...presented, usage: usage(35_001, 35_001) }, '007_003'],
    ['over the month', { ...presented, usage: usage(0, 50_001) }, '007_003'],
    ['while charges are off', { ...presented, typeEnabled: false }, '006_012'],
    ['of a withdrawal', refund, null],
    [
      'of a withdrawal of everything',
      { ...refund, amount: 30_000, card: { ...card, balance: 30_000 } },
      null,
    ],
    ['of a withdrawal of too much', { ...refund, card: { ...card, balance: 9_999 } }, '006_007'],
    [
      'of a withdrawal that the card does not allow',
      { ...refund, card: { ...card, refund_allowed: false } },
      '009_004',
    ],
    ['of a withdrawal over one payment', { ...refund, amount: 30_001 }, '006_010'],
    ['of a withdrawal over the month', { ...refund, usage: usage(0, 40_001) }, '009_002'],
    ['of one withdrawal too many', { ...refund, usage: usage(0, 0, 3) }, '009_003'],
    ['of a withdrawal over the day', { ...refund, usage: usage(35_001, 35_001) }, '006_010'],
  ])('%s', (_name, given, code) => {
    expect(judgeApproval(given, policy)).toBe(code);
  });

  it.each<[string, Partial<Presented>, string | null]>([
    [
      'is not bound by limits, switches or a suspended card',
      { usage: usage(1e9, 1e9), typeEnabled: false, card: { ...card, status: 'suspended' } },
      null,
    ],
    ['is declined for a terminated card', { card: { ...card, status: 'terminated' } }, '003_022'],
    ['is declined over the cap', { card: { ...card, balance: 99_999 } }, '007_901'],
    ['is declined when its scan is in the future', { scannedMs: 1_500 + policy.scanSkewMs + 1 }, '006_012'],
    ['is declined when its scan is too old', { scannedMs: 1_500 - policy.deferredMaxAgeMs - 1 }, '006_901'],
    ['is declined with a used token', { verdict: { kind: 'used', token: token() } }, '006_902'],
  ])('as an advice %s', (_name, over, code) => {
    expect(judgeApproval({ ...presented, deferred: true, ...over }, policy)).toBe(code);
  });
});

describe('a hello', () => {
  const stamp = { merchantId: 'm', terminalId: 't', epoch: 1, journalIndex: 5, journalHead: 'x' };
  const terminal = { epoch: 1, holder: 'a' };

  it.each([
    ['in order', stamp, 'a', { highest: 5, headAtIndex: 'x' }, null],
    ['ahead of what is known', stamp, 'a', { highest: 3, headAtIndex: null }, null],
    ['with a lower index', stamp, 'a', { highest: 6, headAtIndex: null }, 'INDEX'],
    ['with another head', stamp, 'a', { highest: 5, headAtIndex: 'y' }, 'HEAD'],
    ['of another epoch', { ...stamp, epoch: 0 }, 'a', { highest: 0, headAtIndex: null }, 'EPOCH'],
    ['of another machine', stamp, 'b', { highest: 5, headAtIndex: 'x' }, 'HOLDER'],
  ])('%s', (_name, given, machine, known, fence) => {
    expect(judgeHello(given, machine, terminal, known)).toBe(fence);
  });
});

describe('a business date', () => {
  it('begins at the cut-over hour, Korean time', () => {
    const fiveInSeoul = Date.UTC(2026, 0, 1, 20);
    expect(businessDateOf(fiveInSeoul, 0)).toBe('20260102');
    expect(businessDateOf(fiveInSeoul, 5)).toBe('20260102');
    expect(businessDateOf(fiveInSeoul - 1, 5)).toBe('20260101');
  });

  it('that is sealed sends bookings to the next open one, a week at most', () => {
    expect(openDate('20261230', ['20261230', '20261231'])).toBe('20270101');
    const sealed = Array.from({ length: 8 }, (_, ahead) => addDays('20261230', ahead));
    expect(openDate('20261230', sealed)).toBeNull();
  });
});

describe('small parts', () => {
  it('every sample card has a right check digit', () => {
    for (const { cardNo } of SAMPLE_CARDS)
      expect({ cardNo, luhn: luhn(cardNo) }).toEqual({ cardNo, luhn: true });
  });

  it('an echo holds nothing that has not its form, whatever the request said', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom('operation', 'sequenceId', 'terminalId', 'cancelId', 'x'),
          fc.jsonValue(),
        ),
        (body) => {
          for (const [name, value] of Object.entries(echoOf(body))) {
            expect(['operation', 'sequenceId', 'terminalId', 'cancelId']).toContain(name);
            expect(String(value).length).toBeLessThanOrEqual(30);
          }
        },
      ),
    );
  });

  it('a fault hits as often as it was set for, and its call only', () => {
    const plan = new FaultPlan();
    plan.set({ call: 'approve', kind: 'reset', times: 2 });
    expect(plan.take('inquiry')).toBeNull();
    expect([1, 2, 3].map(() => plan.take('approve')?.kind ?? null)).toEqual(['reset', 'reset', null]);
    plan.set({ call: '*', kind: 'delay' });
    expect(plan.take('close')).toMatchObject({ kind: 'delay', ms: 5_000 });
    plan.clear();
    expect(plan.take('close')).toBeNull();
    expect([...plan.hits()]).toEqual([
      ['approve reset', 2],
      ['close delay', 1],
    ]);
    expect(() => plan.set({ call: '*', kind: 'delay', ms: 1e9 })).toThrow(RangeError);
  });

  it('a rate is counted by key and by minute', () => {
    const limit = new RateLimit(2);
    expect([0, 1, 2].map((ms) => limit.take('a', ms))).toEqual([true, true, false]);
    expect(limit.take('b', 2)).toBe(true);
    expect(limit.take('a', 60_000)).toBe(true);
  });
});
