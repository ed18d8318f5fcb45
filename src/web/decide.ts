/** Carries out a manager's decision: each step a commit that names who, why and the version that was on the screen. */
import { openVoid } from '../intent/external.ts';
import type { Actor, Intent, OwnCommand } from '../intent/model.ts';
import { voucherPosting } from '../intent/vouchers.ts';
import type { Voucher } from '../ledger/types.ts';
import { laterAnswer } from '../station/view.ts';
import type { DecideBody } from './api/payments.ts';
import { type DecisionStep, findOffer, offeredDecisions } from './decisions.ts';
import { ApiFault } from './fault.ts';
import type { StatusSource, WebOptions } from './options.ts';
import { decisionTerms, isVerified, paymentDetail } from './payments.ts';

const NOTE_MIN = 10;

/** What a decision needs of the agent. */
export type DecideOptions = Pick<
  WebOptions,
  'ledger' | 'board' | 'clock' | 'policy' | 'pinAbove' | 'unclaimedAfterMs' | 'newId'
> &
  StatusSource;

type Reasoned = Pick<DecideBody, 'reason' | 'note'>;

/** "Other" needs words. Throws ApiFault. */
export function checkNote({ reason, note = '' }: Reasoned): void {
  if (reason !== 'OTHER' || note.length >= NOTE_MIN) return;
  throw new ApiFault(400, 'REASON_NEEDED', `a reason of at least ${NOTE_MIN} characters`);
}

/** The reason as the journal keeps it, and its free part without long runs of digits. */
export function reasonOf({ reason, note = '' }: Reasoned): { readonly text: string; readonly note: string } {
  const masked = maskDigits(note);
  return { text: masked === '' ? reason : `${reason}: ${masked}`, note: masked };
}

/** True when this decision needs the PIN again. Throws ApiFault when it is not offered or its reason is missing. */
export function checkDecision(options: DecideOptions, sequenceId: string, body: DecideBody): boolean {
  const intent = options.ledger.get(sequenceId);
  if (intent === null) throw new ApiFault(404, 'NOT_FOUND', 'no such payment');
  if (intent.version !== body.version) throw stale(options, sequenceId);
  if (!options.ledger.timeline(sequenceId).every(isVerified)) {
    throw new ApiFault(409, 'REFUSED', 'its journal entries fail their hashes', { refusal: 'NOT_VERIFIED' });
  }
  checkNote(body);
  const offer = offeredDecisions(intent, decisionTerms(options), options.pinAbove).find(
    ({ decision, caseReason }) =>
      decision === body.decision && (body.caseReason === undefined || caseReason === body.caseReason),
  );
  if (offer === undefined) {
    throw new ApiFault(409, 'REFUSED', 'not offered for this payment', { refusal: 'NOT_IN_THIS_STATE' });
  }
  return offer.pinNeeded;
}

/**
 * Runs the steps; a step that is refused or fails ends the rest, and what was done before it stands in the journal. A
 * voucher is booked in the commit of the step after it, so a decision that is taken again never books it again.
 */
export function runDecision(
  options: DecideOptions,
  sequenceId: string,
  body: DecideBody,
  manager: string,
): void {
  let intent = options.ledger.get(sequenceId);
  if (intent === null) throw new ApiFault(404, 'NOT_FOUND', 'no such payment');
  if (intent.version !== body.version) throw stale(options, sequenceId);
  const found = findOffer(intent, decisionTerms(options), body.decision, body.caseReason ?? null);
  if (found === null) {
    throw new ApiFault(409, 'REFUSED', 'not offered for this payment', { refusal: 'NOT_IN_THIS_STATE' });
  }
  const actor: Actor = { role: 'manager', id: manager, reason: reasonOf(body).text };
  const caseNumber = `C-${options.ledger.head().index + 1}`;
  let voucher: Voucher | null = null;
  for (const step of found.steps) {
    if (step.kind === 'voucher') voucher = voucherOf(step, intent, actor, caseNumber);
    else {
      intent = runStep(options, intent, step, actor, caseNumber, voucher);
      voucher = null;
    }
  }
  if (voucher !== null) throw new Error('a voucher belongs to the step after it');
}

function voucherOf(
  step: Extract<DecisionStep, { kind: 'voucher' }>,
  intent: Intent,
  actor: Actor,
  caseNumber: string,
): Voucher {
  const { sequenceId, type, amount } = intent;
  const entries = voucherPosting({ kind: step.voucher, type, amount, loss: step.loss, caseNumber });
  return { caseNumber, sequenceId, reason: actor.reason ?? '', entries };
}

function runStep(
  options: DecideOptions,
  intent: Intent,
  step: Exclude<DecisionStep, { kind: 'voucher' }>,
  actor: Actor,
  caseNumber: string,
  voucher: Voucher | null,
): Intent {
  const { ledger, clock, worker } = options;
  const command = commandOf(step, options, intent, actor, caseNumber);
  const now = clock.now();
  const deferredOfCard = (sequenceId: string): number => ledger.deferredOfCard(sequenceId);
  const view = {
    board: options.board,
    status: worker.status(),
    policy: options.policy,
    now,
    deferredOfCard,
  };
  const later = laterAnswer(intent.amount, view, intent.sequenceId);
  const outcome = ledger.record(intent.sequenceId, command, now, {
    actor,
    expectedVersion: intent.version,
    canDefer: later.ok,
    openBusinessDate: worker.status().businessDate,
    ...(voucher === null ? {} : { voucher }),
  });
  if (!outcome.ok) {
    if (outcome.refusal === 'STALE') throw stale(options, intent.sequenceId);
    throw new ApiFault(409, 'REFUSED', 'the rules do not allow it now', {
      refusal: outcome.refusal,
      payment: paymentDetail(options, intent.sequenceId),
    });
  }
  return outcome.intent;
}

function commandOf(
  step: Exclude<DecisionStep, { kind: 'voucher' }>,
  options: DecideOptions,
  intent: Intent,
  actor: Actor,
  caseNumber: string,
): OwnCommand {
  switch (step.kind) {
    case 'command':
      return step.command;
    case 'close':
      return {
        kind: 'seen',
        reason: step.reason,
        caseNumber,
        ...(step.voucher === undefined ? {} : { voucher: step.voucher }),
      };
    case 'void':
      return {
        kind: 'void',
        cancelId: openVoid(intent)?.cancelId ?? options.newId(options.clock.now().wallMs),
        proof: 'manager',
        managerId: actor.id ?? '',
      };
  }
}

/** A note is free text: a card number typed into it must not reach the journal. */
export function maskDigits(text: string): string {
  return text.replace(/\d(?:[ -]?\d){9,}/g, (digits) => '*'.repeat(digits.length));
}

function stale(options: DecideOptions, sequenceId: string): ApiFault {
  return new ApiFault(409, 'STALE', 'the payment changed meanwhile', {
    payment: paymentDetail(options, sequenceId),
  });
}
