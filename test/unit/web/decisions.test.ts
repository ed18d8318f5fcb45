import { describe, expect, it } from 'vitest';
import { apply } from '../../../src/intent/apply.ts';
import { decide } from '../../../src/intent/decide.ts';
import {
  CASE_REASONS,
  type CaseReason,
  type Intent,
  type OwnCommand,
  type Question,
} from '../../../src/intent/model.ts';
import { LEGAL_TUPLES } from '../../../src/intent/positions.ts';
import { questionFor } from '../../../src/intent/questions.ts';
import { DEFAULT_TIMES, type DecideContext } from '../../../src/intent/rules.ts';
import { voucherPosting } from '../../../src/intent/vouchers.ts';
import {
  type DecisionStep,
  type DecisionTerms,
  offeredDecisions,
  offersFor,
} from '../../../src/web/decisions.ts';
import { intent } from '../station/intents.ts';

const CONTEXT: DecideContext = {
  times: DEFAULT_TIMES,
  now: { wallMs: Date.UTC(2026, 6, 23, 5, 40, 0), monoMs: 500_000 },
  actor: { role: 'manager', id: 'Kim', reason: 'CUSTOMER_ASKED' },
  policyHash: 'p',
  canDefer: true,
  openBusinessDate: '20260723',
};
const CASE_NUMBER = 'C-12';
const TERMS: DecisionTerms = {
  wallMs: CONTEXT.now.wallMs,
  voidWindowMs: DEFAULT_TIMES.voidWindowMs,
  openBusinessDate: '20260723',
  unclaimedAfterMs: 86_400_000,
  datedMs: ({ scannedAtMs }) => scannedAtMs,
};

function commandOf(step: Exclude<DecisionStep, { kind: 'voucher' }>): OwnCommand {
  if (step.kind === 'command') return step.command;
  return step.kind === 'close'
    ? {
        kind: 'seen',
        reason: step.reason,
        caseNumber: CASE_NUMBER,
        ...(step.voucher === undefined ? {} : { voucher: step.voucher }),
      }
    : { kind: 'void', cancelId: '01CCCCCCCCCCCCCCCCCCCCCCCC', proof: 'manager', managerId: 'Kim' };
}

/** Runs the steps as the web does; the reason when one is refused. */
function refusalOf(start: Intent, steps: readonly DecisionStep[]): string | null {
  let state = start;
  for (const step of steps) {
    if (step.kind === 'voucher') {
      voucherPosting({
        kind: step.voucher,
        type: state.type,
        amount: state.amount,
        loss: step.loss,
        caseNumber: CASE_NUMBER,
      });
      continue;
    }
    const command = commandOf(step);
    const decision = decide(state, command, CONTEXT);
    if (!decision.ok) return `${command.kind}: ${decision.refusal}`;
    state = apply(state, decision.record);
  }
  return null;
}

const QUESTIONLESS = LEGAL_TUPLES.map((tuple) => intent({ ...tuple, left: true, closedByRestart: false }));
/** A restart leaves nothing `sending`, so no question is ever asked there. */
const ASKED = LEGAL_TUPLES.filter(({ host }) => host !== 'sending').flatMap((tuple) => {
  const state = intent({ ...tuple, left: true, closedByRestart: tuple.host === 'closed' });
  const question: Question | null = questionFor(state);
  const asked = question === null ? [] : [{ ...state, question }];
  const here = tuple.host === 'unsent' && tuple.cash === 'received' && !tuple.deferred;
  return here ? [...asked, { ...state, question: 'RE_HERE' as const }] : asked;
});

describe('decisions', () => {
  it('are none while a request is in flight', () => {
    const flying = intent({ host: 'sending', cash: 'received', cases: ['CONTENT_CONFLICT'] });
    expect(offersFor(flying, TERMS)).toEqual([]);
  });

  it('are offered only when the rules accept every step of them', () => {
    let offered = 0;
    for (const state of [...QUESTIONLESS, ...ASKED]) {
      for (const reason of [null, ...CASE_REASONS]) {
        const cases: readonly CaseReason[] = reason === null ? [] : [reason];
        for (const offer of offersFor({ ...state, cases }, TERMS)) {
          offered += 1;
          const where = `${state.type} ${state.host}/${state.cash} ${state.question} ${reason}: ${offer.decision}`;
          expect(refusalOf({ ...state, cases }, offer.steps), where).toBeNull();
        }
      }
    }
    expect(offered).toBeGreaterThan(100);
  });

  it('leave no cash that is owed, and no question, without one', () => {
    for (const state of [...QUESTIONLESS, ...ASKED]) {
      const owes = state.cash === 'return_due' || state.cash === 'payout_due' || state.question !== null;
      const offers = offersFor(state, TERMS);
      if (owes) expect(offers.length, `${state.type} ${state.host}/${state.cash}`).toBeGreaterThan(0);
    }
  });

  it('need the PIN over the limit, and for every voucher and void', () => {
    const owed = intent({ host: 'declined', cash: 'return_due', cases: ['LEFT_AT_COUNTER'] });
    const pins = (state: Intent): unknown =>
      offeredDecisions(state, TERMS, 50_000).map(({ decision, pinNeeded }) => [decision, pinNeeded]);
    expect(pins(owed)).toEqual([['givenBack', false]]);
    expect(pins({ ...owed, amount: 60_000 })).toEqual([['givenBack', true]]);
    expect(pins(intent({ type: 'REFUND', host: 'closed', cases: ['PAID_WITHOUT_APPROVAL'] }))).toEqual([
      ['voucherStore', true],
      ['voucherDispute', true],
    ]);
    const approved = intent({
      host: 'approved',
      cash: 'received',
      acknowledged: true,
      businessDate: '20260723',
    });
    expect(pins(approved)).toEqual([['void', true]]);
  });

  it('prove a void under way anew when its card barcode may be lost: nothing else could ever send it', () => {
    const cancelId = '01CCCCCCCCCCCCCCCCCCCCCCCC';
    for (const [host, cash] of [
      ['voiding', 'received'],
      ['voided', 'returned'],
    ] as const) {
      const open = intent({ host, cash, left: true, voids: [{ cancelId, proof: 'card' }] });
      const [offer] = offersFor(open, { ...TERMS, wallMs: TERMS.wallMs + 86_400_000 });
      expect(offer?.decision).toBe('void');
      expect(refusalOf(open, offer?.steps ?? [])).toBeNull();
      expect(
        offersFor({ ...open, voids: [{ cancelId, proof: 'manager', managerId: 'Kim' }] }, TERMS),
      ).toEqual([]);
    }
  });

  it('offer a void only within its minutes and its day, and only once the result was shown', () => {
    const approved = intent({
      host: 'approved',
      cash: 'received',
      acknowledged: true,
      businessDate: '20260723',
    });
    const offers = (state: Intent, terms: DecisionTerms = TERMS): number => offersFor(state, terms).length;
    expect(offers(approved)).toBe(1);
    expect(offers({ ...approved, acknowledged: false })).toBe(0);
    expect(offers(approved, { ...TERMS, openBusinessDate: '20260724' })).toBe(0);
    expect(offers(approved, { ...TERMS, wallMs: approved.scannedAtMs + TERMS.voidWindowMs + 1 })).toBe(0);
    expect(offers({ ...approved, deferred: true })).toBe(0);
    expect(offers({ ...approved, vouchers: ['notesReturned'] })).toBe(0); // the customer has the cash already
    expect(offers({ ...approved, vouchers: ['issuerDenies'] })).toBe(0); // the dispute has it already
  });
});
