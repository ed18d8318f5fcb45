/** The nine closing rules: what makes each hold, what breaks it, and what a manager is told then. */
import { describe, expect, it } from 'vitest';
import { ACCOUNTS, type Intent } from '../../../src/intent/model.ts';
import type { Balances } from '../../../src/ledger/types.ts';
import { ourItem } from '../../../src/settlement/items.ts';
import { closingRules, ITEMS_MAX, type RuleFacts, type RuleResult } from '../../../src/settlement/rules.ts';
import { intent } from '../station/intents.ts';

const ID = '01K0V3M8Q4ZT6W5R2N7QK29XMD';
const SOUND: RuleFacts = {
  verify: { faults: [] },
  balances: Object.fromEntries(ACCOUNTS.map((account) => [account, 0])) as Balances,
  open: [],
  payable: { ours: 0, theirs: 0, differing: [] },
  day: { issuerPayable: 0, cashDrawer: 0, sealed: false, named: [] },
};

type Fault = RuleFacts['verify']['faults'][number];

function fault(code: Fault['code'], text: string, more: Partial<Fault> = {}): Pick<RuleFacts, 'verify'> {
  return { verify: { faults: [{ code, text, ...more }] } };
}

function balances(change: Partial<Balances>): Pick<RuleFacts, 'balances'> {
  return { balances: { ...SOUND.balances, ...change } };
}

function open(...changes: readonly Partial<Intent>[]): Pick<RuleFacts, 'open'> {
  return { open: changes.map((change, place) => ourItem(place, intent({ sequenceId: ID, ...change }))) };
}

function day(change: Partial<RuleFacts['day']>): Pick<RuleFacts, 'day'> {
  return { day: { ...SOUND.day, ...change } };
}

function judged(rule: RuleResult['rule'], facts: Partial<RuleFacts>): RuleResult {
  const results = closingRules({ ...SOUND, ...facts });
  expect(results.map((each) => each.rule)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const found = results.find((each) => each.rule === rule);
  if (found === undefined) throw new Error(`no rule ${rule}`);
  return found;
}

const WAITING = { cash: 'received', host: 'unknown', amount: 7_000 } as const;

type Example = readonly [
  what: string,
  rule: RuleResult['rule'],
  facts: Partial<RuleFacts>,
  told: Partial<RuleResult>,
];

const HOLDS: readonly Example[] = [
  [
    'every event sums to 0',
    1,
    balances({ cash_drawer: 5_000, issuer_payable: -5_000 }),
    { amount: 0, items: [] },
  ],
  [
    'balances are positions and vouchers',
    2,
    balances({ dispute: 3_000, issuer_payable: -3_000 }),
    { items: [] },
  ],
  ['suspense is nothing', 3, {}, { amount: 0, items: [] }],
  [
    'suspense is itemised as open',
    3,
    { ...balances({ suspense: -7_000, cash_drawer: 7_000 }), ...open(WAITING) },
    { amount: -7_000, items: [ID] },
  ],
  [
    'deferred is itemised, apart from suspense',
    4,
    {
      ...balances({ deferred: -7_000, cash_drawer: 7_000 }),
      ...open({ ...WAITING, deferred: true }),
    },
    { amount: -7_000, items: [ID] },
  ],
  [
    'customer_due is the open returns and payouts',
    5,
    {
      ...balances({ customer_due: -9_000, cash_drawer: 4_000, issuer_payable: 5_000 }),
      ...open(
        { host: 'reversing', cash: 'return_due', amount: 4_000 },
        { type: 'REFUND', host: 'approved', cash: 'payout_due', amount: 5_000 },
      ),
    },
    { amount: -9_000, items: [ID, ID] },
  ],
  [
    "our payable is the issuer's own figure",
    6,
    { payable: { ours: 25_000, theirs: 25_000, differing: [] } },
    { amount: 0, items: [] },
  ],
  [
    'cash_drawer is what was received less what was handed out',
    7,
    balances({ cash_drawer: 12_000, issuer_payable: -12_000 }),
    { amount: 12_000, items: [] },
  ],
  ['a day that is not sealed may hold money', 8, day({ issuerPayable: -9_000, cashDrawer: 9_000 }), {}],
  ['a sealed day holds nothing', 8, day({ sealed: true }), { amount: 0, items: [] }],
  [
    'a sealed day holds what an item named as open still puts there',
    8,
    day({
      sealed: true,
      issuerPayable: -6_000,
      cashDrawer: 6_000,
      named: [
        ourItem(1, intent({ sequenceId: ID, host: 'approved', cash: 'received', businessDate: '20260723' })),
      ],
    }),
    { items: [ID] },
  ],
  ['vault rows are the sendable intents', 9, fault('BALANCE', 'balance of store is wrong'), { items: [] }],
];

const BROKEN: readonly Example[] = [
  [
    'an entry that does not sum to 0, by its number',
    1,
    fault('POSTING', 'entry 17 does not sum to 0', { index: 17 }),
    { items: ['#17'] },
  ],
  [
    'a broken chain, by the payment of the entry',
    1,
    fault('CHAIN', 'entry 9 has another hash', { index: 9, sequenceId: ID }),
    { items: [ID] },
  ],
  ['accounts that together are not 0', 1, balances({ cash_drawer: 1 }), { amount: 1 }],
  ['a stored balance that the journal does not give', 2, fault('BALANCE', 'balance of store'), {}],
  ["a day's totals that its payments do not give", 2, fault('DAY_TOTALS', 'the totals of 20260723'), {}],
  [
    'suspense without a payment that explains it',
    3,
    balances({ suspense: -7_000, cash_drawer: 7_000 }),
    { amount: -7_000, items: [] },
  ],
  ['an unanswered payment that is not in suspense', 3, open(WAITING), { amount: 0, items: [ID] }],
  [
    'a deferred payment in suspense',
    3,
    { ...balances({ suspense: -7_000, cash_drawer: 7_000 }), ...open({ ...WAITING, deferred: true }) },
    { amount: -7_000, items: [] },
  ],
  [
    'deferred of another amount than its payments',
    4,
    {
      ...balances({ deferred: -8_000, cash_drawer: 8_000 }),
      ...open({ ...WAITING, deferred: true }),
    },
    { amount: -8_000, items: [ID] },
  ],
  [
    'cash owed to a customer that no account shows',
    5,
    open({ host: 'declined', cash: 'return_due', amount: 4_000 }),
    { amount: 0, items: [ID] },
  ],
  [
    "verification's own word on customer_due",
    5,
    fault('CLOSING', 'closing rule 5: customer_due is -1, the intents and vouchers say 0'),
    {},
  ],
  ['a day that was never compared', 6, { payable: null }, { amount: null }],
  [
    'figures that differ, by how much and where',
    6,
    { payable: { ours: 10_000, theirs: 17_000, differing: [ID] } },
    { amount: -7_000, items: [ID] },
  ],
  [
    'two differences that cancel each other out',
    6,
    { payable: { ours: 10_000, theirs: 10_000, differing: [ID] } },
    { amount: 0, items: [ID] },
  ],
  [
    'a drawer that the payments do not explain',
    7,
    fault('CLOSING', 'closing rule 7: cash_drawer is 5, the intents and vouchers say 0'),
    {},
  ],
  [
    'money left on a sealed day that names nobody',
    8,
    day({ sealed: true, issuerPayable: -6_000, cashDrawer: 6_000 }),
    { items: [] },
  ],
  [
    "verification's own word on a sealed day",
    8,
    fault('CLOSING_DAY', 'business day 20260723 is sealed and holds 6000', { index: 40 }),
    { items: ['#40'] },
  ],
  [
    'a sealed barcode that no sendable payment has',
    9,
    fault('VAULT', 'intent has a vault row', { sequenceId: ID }),
    { items: [ID] },
  ],
];

describe('a closing rule', () => {
  it.each(HOLDS)('holds: %s (rule %i)', (_what, rule, facts, told) => {
    expect(judged(rule, facts)).toMatchObject({ ok: true, ...told });
  });

  it.each(BROKEN)('is broken by %s (rule %i)', (_what, rule, facts, told) => {
    expect(judged(rule, facts)).toMatchObject({ ok: false, ...told });
  });

  it('has an example of each kind for all nine', () => {
    for (const examples of [HOLDS, BROKEN]) {
      expect([...new Set(examples.map(([, rule]) => rule))].sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }
  });

  it('is not broken by what breaks another one', () => {
    for (const rule of [3, 4, 5, 7] as const) {
      const facts = fault('CLOSING', `closing rule ${rule}: an account is 5, the intents and vouchers say 0`);
      const wrong = closingRules({ ...SOUND, ...facts }).filter(({ ok }) => !ok);
      expect(wrong.map((each) => each.rule)).toEqual([rule]);
    }
  });

  it('names a bounded number of payments', () => {
    const many = Array.from({ length: ITEMS_MAX + 50 }, () => WAITING);
    const sum = many.length * WAITING.amount;
    const three = judged(3, { ...balances({ suspense: -sum, cash_drawer: sum }), ...open(...many) });
    expect(three).toMatchObject({ ok: true, amount: -sum });
    expect(three.items).toHaveLength(ITEMS_MAX);
  });
});
