/** The rounds' own rule of when both sides are compared: too early, and a promise is broken that the till would have kept. */
import { expect, it } from 'vitest';
import type { Intent } from '../../../src/intent/model.ts';
import type { DueItem } from '../../../src/sync/types.ts';
import { scanned } from '../../unit/intent/make.ts';
import { isAtRest, type Rest } from './at-rest.ts';

const EPOCH = 'the history that the issuer names';

function rest(attention: readonly Intent[], status: Partial<Rest['status']> = {}, more: Partial<Rest> = {}) {
  const quiet = { due: [], issuerEpoch: EPOCH, onlineSinceStart: true, counts: { inFlight: 0 } };
  const asked = { askedEpoch: EPOCH, isPressed: () => false };
  return isAtRest({ attention, status: { ...quiet, ...status }, ...asked, ...more });
}

function payment(change: Partial<Intent>): Intent {
  return { ...scanned('CHARGE'), ...change };
}

function dueOf({ sequenceId }: Intent): DueItem {
  return { sequenceId, request: 'void', deferred: false, atMs: 0, attempts: 1, inFlight: false };
}

const OPEN = payment({ host: 'unknown', cash: 'received' });
const DENIED = payment({ host: 'voiding', cash: 'received', cases: ['VOID_CONFLICT', 'BUDGET_SPENT'] });

it('a till with nothing open, nothing due and everything asked is at rest', () => {
  expect(rest([])).toBe(true);
});

it('a payment without an end keeps a till from its rest, a case does not, nor does one that has ended', () => {
  expect(rest([OPEN])).toBe(false);
  expect(rest([{ ...OPEN, cases: ['RECOVERING'] }])).toBe(true);
  expect(rest([payment({ host: 'approved', cash: 'received' })])).toBe(true);
});

it('a key that somebody has for a payment is waited for, also when it is a case', () => {
  const isPressed = (): boolean => true;
  expect(rest([{ ...OPEN, cases: ['RECOVERING'] }], {}, { isPressed })).toBe(false);
});

it('a void that a restored issuer denies for good is no reason to wait, whatever else is due is one', () => {
  expect(rest([DENIED], { due: [dueOf(DENIED)] })).toBe(true);
  expect(rest([DENIED], { due: [dueOf(DENIED), { ...dueOf(DENIED), sequenceId: 'ANOTHER' }] })).toBe(false);
});

it('a net cancel that is refused for good, as inside a sealed day, is no reason to wait, one that may be answered is', () => {
  const reversing: Partial<Intent> = { type: 'REFUND', host: 'reversing', cash: 'none' };
  const refused = payment({ ...reversing, cases: ['RECOVERING', 'NET_CANCEL_REFUSED'] });
  const owed = payment({ ...reversing, cases: ['RECOVERING'] });
  expect(rest([refused], { due: [{ ...dueOf(refused), request: 'netCancel' }] })).toBe(true);
  expect(rest([owed], { due: [{ ...dueOf(owed), request: 'netCancel' }] })).toBe(false);
});

it.each(['VOID_CONFLICT', 'BUDGET_SPENT'] as const)(
  'a void whose only case is %s may still be confirmed: it is waited for',
  (reason) => {
    const voiding = payment({ host: 'voiding', cash: 'received', cases: [reason] });
    expect(rest([voiding], { due: [dueOf(voiding)] })).toBe(false);
  },
);

it.each([
  ['it was not answered since its start', { onlineSinceStart: false }],
  ['a call is under way', { counts: { inFlight: 1 } }],
  ['the issuer has not named its history', { issuerEpoch: null }],
])('a till is not at rest while %s', (_what, status) => {
  expect(rest([], status)).toBe(false);
});

it.each([
  ['the one before', 'the history before'],
  ['none', null],
  ['no memory at all', undefined],
])('a till that has asked everything about another history is not at rest: %s', (_what, askedEpoch) => {
  expect(rest([], {}, { askedEpoch })).toBe(false);
});
