/** A manager's decisions over a real ledger file: what a failing disk may and may not leave behind. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LedgerFault } from '../../../src/ledger/ledger.ts';
import type { Ledger } from '../../../src/ledger/types.ts';
import { Board } from '../../../src/station/board.ts';
import { createIds } from '../../../src/station/ids.ts';
import type { DecisionId } from '../../../src/web/api/payments.ts';
import { checkDecision, runDecision } from '../../../src/web/decide.ts';
import { paymentDetail } from '../../../src/web/payments.ts';
import { Lab } from '../station/desk-lab.ts';

const DAY_MS = 86_400_000;
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
    worker: { status: () => lab.status },
    clock: lab.clock,
    policy: lab.policy,
    pinAbove: 50_000,
    unclaimedAfterMs: 0,
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

  it('takes the cash of a denied charge out of the drawer when the customer got it back', () => {
    lab.charge();
    lab.event({ kind: 'declined', code: '006_007', businessDate: null });
    decideNow('voucherReturned');
    expect(lab.ledger.balances()).toMatchObject({ cash_drawer: 0, issuer_payable: -10_000, dispute: 10_000 });
    expect(lab.ledger.verify()).toMatchObject({ ok: true, faults: [] });
    // A second word against it opens the case again: what was booked is not booked again, and no void pays it twice.
    lab.event({ kind: 'declined', code: '006_007', businessDate: null });
    expect(lab.newest().cases).toEqual(['ISSUER_CONTRADICTS']);
    expect(() => decideNow('voucherReturned')).toThrow(/not offered/);
    expect(() => decideNow('void')).toThrow(/not offered/);
  });

  it('writes a return off that nobody came for, and gives it back after all', () => {
    declineCharge();
    decideNow('voucherUnclaimed');
    expect(lab.ledger.balances()).toMatchObject({ cash_drawer: 10_000, customer_due: 0, unclaimed: -10_000 });
    expect(lab.ledger.open()).toEqual([]);
    expect(lab.ledger.verify()).toMatchObject({ ok: true, faults: [] });
    lab.restart();
    expect(lab.newest().question).toBeNull();
    expect(() => decideNow('givenBack')).toThrow(/not offered/);
    decideNow('laterGivenBack');
    expect(lab.newest().cash).toBe('returned');
    expect(lab.ledger.balances()).toMatchObject({ cash_drawer: 0, customer_due: 0, unclaimed: 0 });
    expect(lab.ledger.verify()).toMatchObject({ ok: true, faults: [] });
  });
});

describe('a void', () => {
  it('is not offered on a day that is sealed here, also before the issuer has said the next one', () => {
    lab.charge();
    lab.shown();
    const offered = (): readonly string[] =>
      paymentDetail(optionsWith(lab.ledger), lab.newest().sequenceId).decisions.map(
        ({ decision }) => decision,
      );
    expect(offered()).toEqual(['void']);
    const posting = { issuer_payable: 10_000, cash_drawer: -10_000 };
    lab.ledger.recordDay(
      { kind: 'daySealed', businessDate: '20260723', detail: { openItems: [], closeNo: 1 }, posting },
      lab.clock.now(),
      { role: 'terminal' },
    );
    expect(offered()).toEqual([]);
  });
});

describe('a return whose scan was dated by a wrong clock', () => {
  const REAL_MS = Date.UTC(2026, 6, 23, 5, 32, 5);
  const options = () => ({ ...optionsWith(lab.ledger), unclaimedAfterMs: DAY_MS });
  const offered = (): readonly string[] =>
    paymentDetail(options(), lab.newest().sequenceId).decisions.map(({ decision }) => decision);

  it.each([
    ['without its battery', 60_000],
    ['years ahead', Date.UTC(2040, 0, 1)],
  ])('%s is as old as the first entry that bears a day that may be', (_how, wrongMs) => {
    lab.clock.setWall(wrongMs);
    declineCharge();
    lab.clock.setWall(REAL_MS);
    expect(offered()).toEqual(['givenBack']);
    lab.clock.setWall(REAL_MS + 40 * DAY_MS);
    expect(offered()).toEqual(['givenBack']); // nothing was ever recorded under a right clock
    lab.event({ kind: 'ambiguous', code: null });
    expect(offered()).toEqual(['givenBack']);
    lab.clock.setWall(REAL_MS + 41 * DAY_MS);
    expect(offered()).toEqual(['givenBack', 'voucherUnclaimed']);
    const { sequenceId, version } = lab.newest();
    runDecision(
      options(),
      sequenceId,
      { decision: 'voucherUnclaimed', version, reason: 'CUSTOMER_GONE' },
      'Kim',
    );
    expect(lab.ledger.balances()).toMatchObject({ customer_due: 0, unclaimed: -10_000 });
    expect(lab.ledger.verify()).toMatchObject({ ok: true, faults: [] });
  });
});

function decideNow(decision: DecisionId): void {
  const { sequenceId, version } = lab.newest();
  const body = { decision, version, reason: 'CUSTOMER_GONE' } as const;
  checkDecision(optionsWith(lab.ledger), sequenceId, body);
  runDecision(optionsWith(lab.ledger), sequenceId, body, 'Kim');
}

/** A declined charge whose customer has gone. */
function declineCharge(): void {
  lab.scan(lab.barcode('CHARGE', 10_000));
  lab.press('RECEIVED');
  lab.event({ kind: 'send' });
  lab.event({ kind: 'declined', code: '006_007', businessDate: null });
  lab.press('LEAVE');
  expect(lab.newest()).toMatchObject({ cash: 'return_due', cases: ['LEFT_AT_COUNTER'] });
}
