import { describe, expect, it } from 'vitest';
import type { AdmitContext, AdmitFacts, AdmitSpec, Policy } from '../../../src/intent/policy.ts';
import {
  admit,
  DEFAULT_POLICY,
  duplicateOf,
  luhnHolds,
  mayDefer,
  policyHash,
} from '../../../src/intent/policy.ts';
import { CHARGE, CONTEXT, FACTS, NONE } from './admission.ts';
import { scanned, WALL_MS } from './make.ts';

const REFUND: AdmitSpec = { ...CHARGE, type: 'REFUND' };

function withAmount(amounts: Partial<Policy['amounts']['CHARGE']>): Policy {
  const { CHARGE: charge, REFUND: refund } = DEFAULT_POLICY.amounts;
  return {
    ...DEFAULT_POLICY,
    amounts: { CHARGE: { ...charge, ...amounts }, REFUND: { ...refund, ...amounts } },
  };
}

interface Row {
  readonly cause: string;
  readonly spec?: AdmitSpec;
  readonly facts?: Partial<AdmitFacts>;
  readonly context?: Partial<AdmitContext>;
  readonly policy?: Policy;
  readonly values?: object;
}

function causeOf(row: Omit<Row, 'cause'>): { cause: string; values: object } {
  const admission = admit(
    row.spec ?? CHARGE,
    { ...FACTS, ...row.facts },
    { ...CONTEXT, ...row.context },
    row.policy ?? DEFAULT_POLICY,
  );
  return admission.ok ? { cause: 'ok', values: {} } : admission;
}

const open = scanned('CHARGE');

describe('a scan is admitted or refused with the reason of screens 1.6', () => {
  it.each<[string, Row]>([
    ['admits an ordinary charge', { cause: 'ok' }],
    ['admits an ordinary withdrawal', { cause: 'ok', spec: REFUND }],
    [
      'a smaller amount',
      { cause: 'MIN_AMOUNT', spec: { ...CHARGE, amount: 0 }, values: { amount: 0, limit: 1_000 } },
    ],
    [
      'a larger amount',
      {
        cause: 'MAX_AMOUNT',
        spec: { ...CHARGE, amount: 501_000 },
        values: { amount: 501_000, limit: 500_000 },
      },
    ],
    [
      'an amount off the unit',
      { cause: 'AMOUNT_UNIT', spec: { ...CHARGE, amount: 10_500 }, values: { amount: 10_500, limit: 1_000 } },
    ],
    ['the minimum', { cause: 'ok', spec: { ...CHARGE, amount: 1_000 } }],
    ['the maximum', { cause: 'ok', spec: { ...CHARGE, amount: 500_000 } }],
    [
      'a foreign card',
      { cause: 'CARD_PREFIX', policy: { ...DEFAULT_POLICY, cardPrefixes: ['9420', '9430'] } },
    ],
    ['an accepted prefix', { cause: 'ok', policy: { ...DEFAULT_POLICY, cardPrefixes: ['9410'] } }],
    [
      'a number that does not add up',
      { cause: 'CARD_CHECK', policy: { ...DEFAULT_POLICY, cardCheck: 'reject' } },
    ],
    [
      'the store switched charges off',
      { cause: 'TYPE_OFF', policy: { ...DEFAULT_POLICY, enabled: { CHARGE: false, REFUND: true } } },
    ],
    [
      'the issuer switched withdrawals off',
      { cause: 'TYPE_OFF', spec: REFUND, context: { issuerEnabled: { CHARGE: true, REFUND: false } } },
    ],
    [
      'more than the drawer and the float hold',
      {
        cause: 'PAYOUT_LIMIT',
        spec: REFUND,
        facts: { drawer: -45_000 },
        policy: { ...DEFAULT_POLICY, drawerFloat: 50_000 },
        values: { amount: 10_000, limit: 5_000 },
      },
    ],
    [
      'what another customer was promised',
      {
        cause: 'PAYOUT_LIMIT',
        spec: REFUND,
        facts: { drawer: -30_000 },
        context: { spokenFor: 12_000 },
        policy: { ...DEFAULT_POLICY, drawerFloat: 50_000 },
        values: { amount: 10_000, limit: 8_000 },
      },
    ],
    [
      'just what the drawer and the float hold',
      {
        cause: 'ok',
        spec: REFUND,
        facts: { drawer: -40_000 },
        policy: { ...DEFAULT_POLICY, drawerFloat: 50_000 },
      },
    ],
    [
      'the drawer limit on a charge',
      { cause: 'ok', facts: { drawer: -45_000 }, policy: { ...DEFAULT_POLICY, drawerFloat: 50_000 } },
    ],
    [
      'the third of two a day for the card',
      {
        cause: 'CARD_DAY_LIMIT',
        facts: { cardToday: { ...NONE, CHARGE: { count: 2, sum: 2_000 } } },
        policy: withAmount({ cardDay: { count: 2, sum: null } }),
      },
    ],
    [
      'over the card sum of the day',
      {
        cause: 'CARD_DAY_LIMIT',
        facts: { cardToday: { ...NONE, CHARGE: { count: 1, sum: 95_000 } } },
        policy: withAmount({ cardDay: { count: null, sum: 100_000 } }),
      },
    ],
    [
      'over the terminal sum of the day',
      {
        cause: 'TERMINAL_DAY_LIMIT',
        facts: { terminalToday: { ...NONE, CHARGE: { count: 1, sum: 95_000 } } },
        policy: withAmount({ terminalDay: { count: null, sum: 100_000 } }),
      },
    ],
    [
      'the card sum of the other type',
      {
        cause: 'ok',
        facts: { cardToday: { ...NONE, REFUND: { count: 9, sum: 95_000 } } },
        policy: withAmount({ cardDay: { count: 2, sum: 100_000 } }),
      },
    ],
    [
      'a card that waits for a result',
      { cause: 'CARD_BUSY', facts: { cardBusy: open }, values: { scannedAtMs: open.scannedAtMs } },
    ],
    [
      'too many open reversals',
      { cause: 'REVERSALS_COUNT', facts: { openReversals: { count: 5, sum: 5_000, oldestAtMs: 1 } } },
    ],
    [
      'too much in open reversals',
      { cause: 'REVERSALS_SUM', facts: { openReversals: { count: 1, sum: 500_000, oldestAtMs: 1 } } },
    ],
    ['a slow issuer', { cause: 'REVERSAL_RATE', context: { recent: { outcomes: 10, reversed: 4 } } }],
    ['a few reversals among few', { cause: 'ok', context: { recent: { outcomes: 9, reversed: 9 } } }],
    ['a withdrawal while the line is down', { cause: 'LINE_DOWN', spec: REFUND, context: { line: 'down' } }],
    [
      'a charge while the line is down, later off',
      {
        cause: 'LINE_DOWN',
        context: { line: 'down' },
        policy: { ...DEFAULT_POLICY, later: { ...DEFAULT_POLICY.later, enabled: false } },
      },
    ],
    [
      'one later charge too large',
      { cause: 'LATER_EACH', spec: { ...CHARGE, amount: 51_000 }, context: { line: 'down' } },
    ],
    [
      'later charges too much',
      {
        cause: 'LATER_SUM',
        context: { line: 'down' },
        facts: { deferredOpen: { count: 1, sum: 295_000, oldestAtMs: WALL_MS } },
      },
    ],
    [
      'later charges too many',
      {
        cause: 'LATER_COUNT',
        context: { line: 'down' },
        facts: { deferredOpen: { count: 20, sum: 20_000, oldestAtMs: WALL_MS } },
      },
    ],
    [
      'a later charge too old',
      {
        cause: 'LATER_AGE',
        context: { line: 'down' },
        facts: { deferredOpen: { count: 1, sum: 1_000, oldestAtMs: WALL_MS - 86_400_001 } },
      },
    ],
    ['an unconfirmed clock', { cause: 'CLOCK_UNSURE', context: { line: 'down', clockConfirmed: false } }],
    [
      'no answered call since the start',
      { cause: 'NOT_ONLINE_YET', context: { line: 'down', answeredSinceStart: false } },
    ],
    [
      'an unconfirmed clock while online',
      { cause: 'ok', context: { clockConfirmed: false, answeredSinceStart: false } },
    ],
  ])('%s', (_name, row) => {
    const answer = causeOf(row);
    expect(answer.cause).toBe(row.cause);
    if (row.values !== undefined) expect(answer.values).toEqual(row.values);
  });

  it('asks "credit later?" before the cash when the line is known to be down', () => {
    expect(admit(CHARGE, FACTS, { ...CONTEXT, line: 'down' }, DEFAULT_POLICY)).toMatchObject({
      ok: true,
      askLater: true,
    });
  });

  it('needs the manager above the limit of the type, not at it', () => {
    const at = admit({ ...CHARGE, amount: 200_000 }, FACTS, CONTEXT, DEFAULT_POLICY);
    const above = admit({ ...CHARGE, amount: 201_000 }, FACTS, CONTEXT, DEFAULT_POLICY);
    const never = admit({ ...CHARGE, amount: 201_000 }, FACTS, CONTEXT, withAmount({ managerAbove: null }));
    expect([at, above, never]).toMatchObject([
      { managerNeeded: false },
      { managerNeeded: true },
      { managerNeeded: false },
    ]);
  });

  it('only warns of a number that does not add up when the policy says so', () => {
    const warns = admit(CHARGE, FACTS, CONTEXT, { ...DEFAULT_POLICY, cardCheck: 'warn' });
    const off = admit(CHARGE, FACTS, CONTEXT, DEFAULT_POLICY);
    expect([warns, off]).toMatchObject([{ cardWarning: true }, { cardWarning: false }]);
  });

  it('checks the number by Luhn', () => {
    expect(luhnHolds('4111111111111111')).toBe(true);
    expect(luhnHolds('4111111111111112')).toBe(false);
    expect(luhnHolds('79927398713')).toBe(true);
  });

  it('puts no card number into a refusal', () => {
    const policy: Policy = { ...DEFAULT_POLICY, cardPrefixes: ['1'] };
    expect(JSON.stringify(admit(CHARGE, FACTS, CONTEXT, policy))).not.toContain(
      CHARGE.cardNumber.slice(6, 12),
    );
  });
});

describe('the same barcode again', () => {
  it.each([
    ['open here', open, 'DUP_OPEN'],
    ['open at another station', { ...open, stationId: '2' }, 'DUP_OTHER'],
    ['ended approved', { ...open, host: 'approved', cash: 'received' }, 'DUP_DONE'],
    [
      'approved, still to pay out',
      { ...open, type: 'REFUND', host: 'approved', cash: 'payout_due' },
      'DUP_OPEN',
    ],
    ['declined', { ...open, host: 'declined', cash: 'returned' }, 'DUP_NEW'],
    ['declined, cash still to give back', { ...open, host: 'declined', cash: 'return_due' }, 'DUP_OPEN'],
    ['reversed', { ...open, host: 'reversed', cash: 'returned' }, 'DUP_NEW'],
    ['reversing', { ...open, host: 'reversing', cash: 'returned' }, 'DUP_OPEN'],
    ['closed, which never blocks', { ...open, host: 'closed', cash: 'none' }, null],
    ['closed with the question open', { ...open, host: 'closed', cash: 'none', question: 'RE_CLOSED' }, null],
  ] as const)('%s', (_name, same, cause) => {
    expect(duplicateOf(same, '1')?.cause ?? null).toBe(cause);
    expect(causeOf({ facts: { same } }).cause).toBe(cause ?? 'ok');
  });
});

describe('credit later', () => {
  it('is allowed up to the limits and not beyond them by one won or one item', () => {
    const { later } = DEFAULT_POLICY;
    const full = { count: later.count - 1, sum: later.sum - 10_000, oldestAtMs: WALL_MS - later.ageMs };
    expect(mayDefer(10_000, { deferredOpen: full }, CONTEXT, DEFAULT_POLICY).ok).toBe(true);
    expect(mayDefer(10_001, { deferredOpen: full }, CONTEXT, DEFAULT_POLICY).ok).toBe(false);
  });
});

describe('exposure degrades by rule', () => {
  const later = { ...DEFAULT_POLICY.later, perCard: 2, smallOnly: { fromSum: 100_000, each: 10_000 } };
  const answer = (amount: number, sum: number, ofCard = 0, oldestAtMs = WALL_MS): unknown =>
    mayDefer(amount, { deferredOpen: { count: 1, sum, oldestAtMs }, deferredOfCard: ofCard }, CONTEXT, {
      later,
    });

  it('all up to the limit of each, then small ones only, then none', () => {
    expect(answer(50_000, 99_999)).toEqual({ ok: true });
    expect(answer(11_000, 100_000)).toMatchObject({ cause: 'LATER_EACH', values: { limit: 10_000 } });
    expect(answer(10_000, 100_000)).toEqual({ ok: true });
    expect(answer(10_000, 295_000)).toMatchObject({ cause: 'LATER_SUM' });
  });

  it('and so many of one card', () => {
    expect(answer(1_000, 0, 1)).toEqual({ ok: true });
    expect(answer(1_000, 0, 2)).toMatchObject({ cause: 'LATER_CARD', values: { limit: 2, count: 2 } });
  });

  it('is refused for what stops every card before what stops this one: another customer would be asked in vain', () => {
    expect(answer(1_000, 0, 2, WALL_MS - 86_400_001)).toMatchObject({ cause: 'LATER_AGE' });
    expect(answer(1_000, 300_000, 2)).toMatchObject({ cause: 'LATER_SUM' });
  });
});

describe('the hash of the policy', () => {
  it('is the same whatever the order of its fields, and another when one value differs', () => {
    const { times, ...rest } = DEFAULT_POLICY;
    expect(policyHash({ times, ...rest })).toBe(policyHash(DEFAULT_POLICY));
    expect(policyHash({ ...DEFAULT_POLICY, drawerFloat: 1 })).not.toBe(policyHash(DEFAULT_POLICY));
    expect(policyHash(DEFAULT_POLICY)).toMatch(/^[0-9a-f]{64}$/);
  });
});
