/** What the check of waits takes an attempt for that goes before its time. */
import { expect, it } from 'vitest';
import type { Intent } from '../../src/intent/model.ts';
import { DEFAULT_TIMES } from '../../src/intent/rules.ts';
import { scanned } from '../unit/intent/make.ts';
import { Backoff } from './backoff.ts';

const HOUR_MS = 3_600_000;
/** Its next net cancel goes an hour after the start. */
const BORNE: Intent = {
  ...scanned('CHARGE'),
  host: 'reversing',
  cash: 'returned',
  vouchers: ['daySealed'],
  notBeforeMs: HOUR_MS,
};

function backoffOf(open: readonly Intent[], asksAgain = false) {
  const found: string[] = [];
  const backoff = new Backoff(
    ({ code }) => void found.push(code),
    () => asksAgain,
  );
  backoff.started(open);
  /** The next one goes an hour after this. */
  const netCancel = (nowMs: number): void => {
    const after = { ...BORNE, notBeforeMs: nowMs + HOUR_MS };
    backoff.committed(after, 'netCancel', nowMs, DEFAULT_TIMES);
  };
  return { backoff, found, netCancel };
}

it('it is too soon where nobody asked for it', () => {
  const { found, netCancel } = backoffOf([BORNE]);
  netCancel(1_000);
  expect(found).toEqual(['TOO_SOON']);
});

it('it is what a person asked for who had everything sent now, also a while later, and only the first one', () => {
  const { backoff, found, netCancel } = backoffOf([BORNE]);
  backoff.hurried();
  netCancel(24_000);
  expect(found).toEqual([]);
  netCancel(25_000);
  expect(found).toEqual(['TOO_SOON']);
});

it('it is for an issuer that was put back, where its day was sealed, and of nothing else', () => {
  const { backoff, found, netCancel } = backoffOf([BORNE], true);
  netCancel(1_000);
  expect(found).toEqual([]);
  const other: Intent = { ...BORNE, sequenceId: 'OTHER', vouchers: [] };
  backoff.committed(other, 'seen', 1_000, DEFAULT_TIMES);
  backoff.committed({ ...other, notBeforeMs: 2_000 }, 'netCancel', 2_000, DEFAULT_TIMES);
  expect(found).toEqual(['TOO_SOON']);
});

it.each([
  ['whose time was decided since', (backoff: Backoff) => backoff.committed(BORNE, 'seen', 0, DEFAULT_TIMES)],
  ['of the next process', (backoff: Backoff) => backoff.started([BORNE])],
])('it is too soon after that too, of a payment %s', (_what, since) => {
  const { backoff, found, netCancel } = backoffOf([BORNE]);
  backoff.hurried();
  since(backoff);
  netCancel(1_000);
  expect(found).toEqual(['TOO_SOON']);
});
