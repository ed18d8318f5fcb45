import { describe, expect, it } from 'vitest';
import type { Cash, Host, IntentType, Posting } from '../../../src/intent/model.ts';
import { CASHES, HOSTS, INTENT_TYPES, VOUCHER_KINDS } from '../../../src/intent/model.ts';
import {
  assertBalanced,
  assertLegal,
  difference,
  IntentFault,
  isLegal,
  LEGAL_TUPLES,
  position,
  posting,
} from '../../../src/intent/positions.ts';
import { voucherPosting } from '../../../src/intent/vouchers.ts';
import { everyIntent, scanned } from './make.ts';

const A = 10_000;

/** Section 1 of intent-rules.md, transcribed by hand. */
const LEGAL = [
  ...['unsent', 'sending', 'unknown', 'approved'].flatMap((host) => [
    `CHARGE ${host}/received`,
    `CHARGE ${host}/received deferred`,
  ]),
  'CHARGE unsent/none',
  'CHARGE closed/none',
  ...['declined', 'reversing', 'reversed', 'closed'].flatMap((host) =>
    ['return_due', 'returned'].flatMap((cash) => [
      `CHARGE ${host}/${cash}`,
      `CHARGE ${host}/${cash} deferred`,
    ]),
  ),
  'CHARGE voiding/received',
  'CHARGE voided/return_due',
  'CHARGE voided/returned',
  ...['unsent', 'sending', 'unknown', 'declined', 'reversing', 'reversed', 'closed'].map(
    (host) => `REFUND ${host}/none`,
  ),
  'REFUND approved/payout_due',
  'REFUND approved/paid_out',
];

function nameOf(type: IntentType, host: Host, cash: Cash, deferred: boolean): string {
  return `${type} ${host}/${cash}${deferred ? ' deferred' : ''}`;
}

describe('the legal tuples', () => {
  it('are the 38 of the rules, and no other of all that can be written', () => {
    const found: string[] = [];
    for (const type of INTENT_TYPES) {
      for (const host of HOSTS) {
        for (const cash of CASHES) {
          for (const deferred of [false, true]) {
            const tuple = { type, host, cash, deferred };
            if (isLegal(tuple)) found.push(nameOf(type, host, cash, deferred));
            else expect(() => assertLegal(tuple)).toThrow(IntentFault);
          }
        }
      }
    }
    expect(LEGAL).toHaveLength(38);
    expect(found.sort()).toEqual([...LEGAL].sort());
    expect(LEGAL_TUPLES).toHaveLength(38);
  });
});

describe('positions', () => {
  it.each<[IntentType, Host, Cash, boolean, Posting]>([
    ['CHARGE', 'unsent', 'none', false, {}],
    ['CHARGE', 'unknown', 'received', false, { cash_drawer: A, suspense: -A }],
    ['CHARGE', 'unknown', 'received', true, { cash_drawer: A, deferred: -A }],
    ['CHARGE', 'approved', 'received', false, { cash_drawer: A, issuer_payable: -A }],
    ['CHARGE', 'approved', 'received', true, { cash_drawer: A, issuer_payable: -A }],
    ['CHARGE', 'voiding', 'received', false, { cash_drawer: A, issuer_payable: -A }],
    ['CHARGE', 'voided', 'return_due', false, { cash_drawer: A, customer_due: -A }],
    ['CHARGE', 'reversing', 'return_due', true, { cash_drawer: A, customer_due: -A }],
    ['CHARGE', 'closed', 'returned', false, {}],
    ['REFUND', 'sending', 'none', false, {}],
    ['REFUND', 'approved', 'payout_due', false, { issuer_payable: A, customer_due: -A }],
    ['REFUND', 'approved', 'paid_out', false, { cash_drawer: -A, issuer_payable: A }],
  ])('%s %s/%s deferred %s', (type, host, cash, deferred, expected) => {
    expect(position(type, host, cash, deferred, A)).toEqual(expected);
  });

  it('balance in every legal tuple for every amount, and hold nothing for amount 0', () => {
    for (const { type, host, cash, deferred } of LEGAL_TUPLES) {
      for (const amount of [1, 999_999]) assertBalanced(position(type, host, cash, deferred, amount));
      expect(position(type, host, cash, deferred, 0)).toEqual({});
    }
  });

  it('give postings whose sum along any way is the last position', () => {
    const intents = everyIntent().filter((_intent, index) => index % 37 === 0);
    let sum: Posting = {};
    let before: (typeof intents)[number] | null = null;
    for (const intent of intents) {
      const booked = posting(before, intent);
      sum = Object.fromEntries(
        [...new Set([...Object.keys(sum), ...Object.keys(booked)])].map((account) => [
          account,
          (sum[account as keyof Posting] ?? 0) + (booked[account as keyof Posting] ?? 0),
        ]),
      );
      before = intent;
    }
    if (before === null) throw new Error('no intents');
    const held = position(before.type, before.host, before.cash, before.deferred, before.amount);
    expect(difference(held, sum)).toEqual({});
  });

  it('book nothing for a new intent', () => {
    expect(posting(null, scanned('CHARGE'))).toEqual({});
  });

  it('refuse what does not balance or is no integer', () => {
    expect(() => assertBalanced({ cash_drawer: 1 })).toThrow(IntentFault);
    expect(() => assertBalanced({ cash_drawer: 0.5, store: -0.5 })).toThrow(IntentFault);
    expect(() => position('REFUND', 'voided', 'none', false, A)).toThrow(IntentFault);
  });
});

describe('vouchers', () => {
  const voucher = { type: 'CHARGE', amount: A, loss: 'dispute', caseNumber: 'C-0012' } as const;

  it('balance for each kind, both types and both loss accounts', () => {
    for (const kind of VOUCHER_KINDS) {
      for (const type of INTENT_TYPES) {
        for (const loss of ['dispute', 'store'] as const) {
          const booked = voucherPosting({ ...voucher, kind, type, loss });
          assertBalanced(booked);
          expect(Object.keys(booked)).toHaveLength(2);
        }
      }
    }
  });

  it('take the issuer side the other way round for a withdrawal', () => {
    const charge = voucherPosting({ ...voucher, kind: 'issuerDenies' });
    const refund = voucherPosting({ ...voucher, kind: 'issuerDenies', type: 'REFUND' });
    expect(charge).toEqual({ issuer_payable: A, dispute: -A });
    expect(refund).toEqual({ issuer_payable: -A, dispute: A });
  });

  it('undo an unclaimed return when somebody comes after all: the payment itself gives the cash back', () => {
    const away = voucherPosting({ ...voucher, kind: 'returnUnclaimed' });
    const paid = voucherPosting({ ...voucher, kind: 'unclaimedPaid' });
    expect([away, paid]).toEqual([
      { customer_due: A, unclaimed: -A },
      { unclaimed: A, customer_due: -A },
    ]);
  });

  it('need an amount, a case number, and a type where sides differ', () => {
    expect(() => voucherPosting({ ...voucher, kind: 'countOver', amount: 0 })).toThrow(IntentFault);
    expect(() => voucherPosting({ ...voucher, kind: 'countOver', caseNumber: '' })).toThrow(IntentFault);
    expect(() => voucherPosting({ ...voucher, kind: 'daySealed', type: null })).toThrow(IntentFault);
  });
});
