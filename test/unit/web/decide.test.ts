/** A manager's decisions over a real ledger file: what a failing disk may and may not leave behind. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LedgerFault } from '../../../src/ledger/ledger.ts';
import type { Ledger } from '../../../src/ledger/types.ts';
import { Board } from '../../../src/station/board.ts';
import { createIds } from '../../../src/station/ids.ts';
import { checkDecision, runDecision } from '../../../src/web/decide.ts';
import { Lab } from '../station/desk-lab.ts';

let lab: Lab;

beforeEach(() => {
  lab = new Lab();
});

afterEach(() => lab.close());

/** The ledger, whose disk has no room for the next `times` decisions of an intent. */
function fullFor(times: number): Ledger {
  let left = times;
  return {
    ...lab.ledger,
    record: (...given) => {
      left -= 1;
      if (left >= 0) throw new LedgerFault('FULL');
      return lab.ledger.record(...given);
    },
  };
}

function optionsWith(ledger: Ledger): Parameters<typeof runDecision>[0] {
  return {
    ledger,
    board: new Board(ledger),
    worker: {
      status: () => lab.status,
      balanceOf: () => null,
      holdProof: () => {},
      releaseProof: () => {},
      syncNow: () => {},
      pause: () => {},
      resume: () => {},
      inquire: () => Promise.resolve(null),
      netCancelAgain: () => Promise.resolve(),
      claimEpoch: () => Promise.resolve(false),
      onChange: () => () => {},
    },
    clock: lab.clock,
    policy: lab.policy,
    pinAbove: 50_000,
    newId: createIds({ bytes: (count) => new Uint8Array(count), fraction: () => 0 }),
  };
}

describe('a decision with a voucher', () => {
  it('is booked once, also when it is taken again after its second half failed', () => {
    lab.charge();
    lab.event({ kind: 'declined', code: '006_007', businessDate: null });
    const { sequenceId, version, cases } = lab.newest();
    expect(cases).toEqual(['ISSUER_CONTRADICTS']);
    const body = { decision: 'voucherDispute', version, reason: 'CUSTOMER_ASKED' } as const;
    const options = optionsWith(fullFor(1));
    expect(checkDecision(options, sequenceId, body)).toBe(true);
    expect(() => runDecision(options, sequenceId, body, 'Kim')).toThrow(LedgerFault);
    expect(lab.ledger.balances()).toMatchObject({ issuer_payable: -10_000, dispute: 0 });
    runDecision(options, sequenceId, body, 'Kim');
    expect(lab.ledger.balances()).toMatchObject({ issuer_payable: 0, dispute: -10_000 });
    expect(lab.newest().cases).toEqual([]);
    expect(lab.ledger.verify()).toMatchObject({ ok: true, faults: [] });
    expect(() => runDecision(options, sequenceId, body, 'Kim')).toThrow(/changed/);
    expect(lab.ledger.balances()).toMatchObject({ dispute: -10_000 });
  });
});
