/** A claim that failed: which reason the worker's figures name. */
import { expect, it } from 'vitest';
import type { SyncCounts } from '../../../src/sync/types.ts';
import { claimFault } from '../../../src/web/claim.ts';
import { ONLINE } from '../station/desk-lab.ts';

/** Figures of the hellos and of the ledger's faults. */
function figures(change: {
  readonly notProcessed?: number;
  readonly refused?: number;
  readonly faults?: number;
}) {
  const { notProcessed = 0, refused = 0, faults = 0 } = change;
  const hello = { answered: 3, declined: 0, notProcessed, refused, ambiguous: 1, nothingLeft: 0 };
  return { outcomes: { hello }, faults } as SyncCounts;
}

const DOWN = { ...ONLINE.line, state: 'down', reason: 'NOT_SENT' } as const;

it.each([
  ['the line, where it is down', DOWN, { faults: 2 }, 'CLAIM_LINE_DOWN'],
  ['the issuer, where it took no hello', ONLINE.line, { notProcessed: 2, faults: 1 }, 'CLAIM_NOT_GRANTED'],
  [
    'the issuer, where it refused one for good',
    ONLINE.line,
    { notProcessed: 1, refused: 1, faults: 1 },
    'CLAIM_NOT_GRANTED',
  ],
  ['the ledger, where that failed', ONLINE.line, { notProcessed: 1, faults: 2 }, 'CLAIM_NOT_RECORDED'],
  [
    'an answer that did not come, where nothing else failed',
    ONLINE.line,
    { notProcessed: 1, faults: 1 },
    'CLAIM_NO_ANSWER',
  ],
] as const)('names %s', (_name, line, after, refusal) => {
  const fault = claimFault(figures({ notProcessed: 1, faults: 1 }), { line, counts: figures(after) });
  expect(fault).toMatchObject({ status: 409, body: { error: 'REFUSED', refusal } });
});
