import { answer } from './answers.ts';
import { openVoid } from './external.ts';
import type { CaseReason, Intent, OwnCommand, RefusalCode, VoidAttempt, VoucherKind } from './model.ts';
import type { Changes } from './move.ts';
import { BORNE_WAIT_MS, backoffMs, inquiryWaitMs, moveHost, owesPerson, reverse, withCase } from './move.ts';
import type { DecideContext } from './rules.ts';
import { isBorneByStore, isOpenReversal, isReturnDue, isUnclaimed, isVoidBarred } from './state.ts';

/** An own command changes something or is refused with the reason (intent-rules 3b). */
export type CommandResult = Changes | RefusalCode;

type Handler<Kind extends OwnCommand['kind']> = (
  intent: Intent,
  command: Extract<OwnCommand, { kind: Kind }>,
  context: DecideContext,
) => CommandResult;

const NO: RefusalCode = 'NOT_IN_THIS_STATE';

function isUnsent(intent: Intent, cash: Intent['cash']): boolean {
  return intent.host === 'unsent' && intent.cash === cash;
}

/** Attended, the cash taken, not a byte out: the only state in which a charge can still simply be undone. */
function isHeld(intent: Intent): boolean {
  return intent.type === 'CHARGE' && !intent.deferred && isUnsent(intent, 'received');
}

const received: Handler<'received'> = (intent, command, context) => {
  if (intent.type !== 'CHARGE' || !isUnsent(intent, 'none')) return NO;
  if (intent.choosing) return 'CHOICE_OPEN';
  if (intent.managerNeeded) return 'MANAGER_NEEDED';
  const isLater = intent.laterChosen === true || command.creditLater === true;
  const held: Changes = {
    cash: 'received',
    expiresMs: null,
    laterChosen: false,
    notBeforeMs: context.now.monoMs,
  };
  if (!isLater) return held;
  // The cash is in the drawer already: when the limits filled up meanwhile, the choice opens again instead.
  return context.canDefer ? { ...held, deferred: true, misses: 0 } : { ...held, notSent: true };
};

const managerAllowed: Handler<'managerAllowed'> = (intent, _command, context) => {
  if (!intent.managerNeeded || !isUnsent(intent, 'none')) return NO;
  return context.actor.role === 'manager' ? { managerNeeded: false } : 'MANAGER_NEEDED';
};

/** Nothing was recorded about the cash of a charge yet, so the question follows before the sentence "nothing was sent". */
function close(intent: Intent, context: DecideContext): CommandResult {
  const closed: Changes = { ...moveHost(intent, 'closed', context), choosing: false, expiresMs: null };
  return intent.type === 'CHARGE' ? { ...closed, question: 'RE_CLOSED' } : { ...closed, confirmed: false };
}

const stop: Handler<'stop'> = (intent, _command, context) =>
  isUnsent(intent, 'none') ? close(intent, context) : NO;

const expire: Handler<'expire'> = (intent, _command, context) => {
  if (!isUnsent(intent, 'none') || intent.confirmed) return NO;
  const { monoMs } = context.now;
  const isExpired = intent.expiresMs !== null && monoMs >= intent.expiresMs;
  const isUndecided = intent.choosing && monoMs >= intent.enteredMs + context.times.choiceMs;
  return isExpired || isUndecided ? close(intent, context) : NO;
};

const cashBack: Handler<'cashBack'> = (intent, _command, context) =>
  isHeld(intent) ? { ...moveHost(intent, 'closed', context), choosing: false } : NO;

const chooseLater: Handler<'chooseLater'> = (intent, _command, context) => {
  if (intent.choosing) return NO;
  if (isHeld(intent)) {
    if (context.canDefer) return { choosing: true, notSent: true };
    return { ...moveHost(intent, 'closed', context), notSent: true };
  }
  if (intent.type === 'CHARGE' && isUnsent(intent, 'none')) {
    return context.canDefer ? { choosing: true, laterChosen: false } : 'LATER_LIMIT';
  }
  // A withdrawal that could not be sent goes back to its question; nobody waits for it unasked.
  if (isUnsent(intent, 'none') && intent.confirmed) return { confirmed: false, notSent: true };
  return NO;
};

const creditLater: Handler<'creditLater'> = (intent, _command, context) => {
  if (isHeld(intent)) {
    if (!context.canDefer) return 'LATER_LIMIT';
    return {
      deferred: true,
      choosing: false,
      notSent: false,
      acknowledged: false,
      misses: 0,
      enteredMs: context.now.monoMs,
      notBeforeMs: context.now.monoMs,
    };
  }
  if (intent.type !== 'CHARGE' || !isUnsent(intent, 'none') || !intent.choosing) return NO;
  return context.canDefer ? { choosing: false, laterChosen: true } : 'LATER_LIMIT';
};

const chooseSend: Handler<'chooseSend'> = (intent, _command, context) => {
  if (intent.host !== 'unsent' || !intent.choosing) return NO;
  return { choosing: false, notSent: false, laterChosen: false, notBeforeMs: context.now.monoMs };
};

const request: Handler<'request'> = (intent, _command, context) => {
  if (intent.type !== 'REFUND' || !isUnsent(intent, 'none') || intent.confirmed) return NO;
  if (intent.managerNeeded) return 'MANAGER_NEEDED';
  return {
    confirmed: true,
    notSent: false,
    enteredMs: context.now.monoMs,
    notBeforeMs: context.now.monoMs,
  };
};

const send: Handler<'send'> = (intent, _command, context) => {
  if (intent.choosing || (intent.notSent === true && !intent.deferred)) return 'CHOICE_OPEN';
  const isFirst = isUnsent(intent, 'received') || (isUnsent(intent, 'none') && intent.confirmed);
  const isRepeat = intent.host === 'unknown' && intent.deferred;
  if (!isFirst && !isRepeat) return NO;
  const { monoMs } = context.now;
  return {
    ...moveHost(intent, 'sending', context),
    sends: intent.sends + 1,
    bytesMayHaveLeft: true,
    firstSendMs: monoMs,
    deadlineMs: intent.deferred ? null : monoMs + context.times.deadlineMs,
    misses: (intent.misses ?? 0) + 1,
  };
};

/** One more attempt, durable before it is sent; the next one waits for the backoff whatever comes of it. */
function attempt(intent: Intent, context: DecideContext): Changes {
  const waitMs = isBorneByStore(intent) ? BORNE_WAIT_MS : backoffMs(intent, context);
  return { misses: (intent.misses ?? 0) + 1, notBeforeMs: context.now.monoMs + waitMs };
}

const inquire: Handler<'inquire'> = (intent, _command, context) => {
  const asked: Changes = { inquiries: intent.inquiries + 1 };
  const isWaiting = intent.question !== null || (intent.host === 'unknown' && !intent.deferred);
  if (!isWaiting) return asked; // out of turn, by a person: what is due stays due
  return {
    ...asked,
    misses: (intent.misses ?? 0) + 1,
    notBeforeMs: context.now.monoMs + inquiryWaitMs(intent, context.times),
  };
};

const netCancel: Handler<'netCancel'> = (intent, _command, context) =>
  intent.host === 'reversing' ? { ...attempt(intent, context), netCancels: intent.netCancels + 1 } : NO;

const unanswered: Handler<'unanswered'> = (intent, _command, context) => {
  if (intent.host !== 'sending' || intent.firstSendMs === null) return NO;
  const isLate = context.now.monoMs >= intent.firstSendMs + context.times.unansweredMs;
  return isLate ? moveHost(intent, 'unknown', context) : NO;
};

const deadline: Handler<'deadline'> = (intent, _command, context) => {
  if (intent.host !== 'unknown' || intent.deferred) return NO;
  if (intent.deadlineMs === null || context.now.monoMs < intent.deadlineMs) return NO;
  return reverse(intent, intent.firstSendMs === null ? 'RESTART' : 'TIMEOUT', context);
};

const givenBack: Handler<'givenBack'> = (intent) => (isReturnDue(intent) ? { cash: 'returned' } : NO);

function withVoucher(intent: Intent, kind: VoucherKind): readonly VoucherKind[] {
  return [...(intent.vouchers ?? []), kind];
}

const unclaimed: Handler<'unclaimed'> = (intent, _command, context) => {
  if (!isReturnDue(intent) || intent.vouchers?.includes('returnUnclaimed') === true) return NO;
  if (context.actor.role !== 'manager') return 'MANAGER_NEEDED';
  return { vouchers: withVoucher(intent, 'returnUnclaimed'), left: true };
};

const claimed: Handler<'claimed'> = (intent, _command, context) => {
  if (!isUnclaimed(intent)) return NO;
  if (context.actor.role !== 'manager') return 'MANAGER_NEEDED';
  return { cash: 'returned', vouchers: withVoucher(intent, 'unclaimedPaid') };
};

const paidOut: Handler<'paidOut'> = (intent) => (intent.cash === 'payout_due' ? { cash: 'paid_out' } : NO);

const notPaid: Handler<'notPaid'> = (intent, _command, context) =>
  intent.cash === 'payout_due' ? reverse(intent, 'NOT_PAID', context) : NO;

/** The proof of a void under way died with the last run's memory: the same attempt is proven anew. */
function proveAgain(intent: Intent, opened: VoidAttempt, context: DecideContext): CommandResult {
  if (openVoid(intent)?.cancelId !== opened.cancelId) return NO;
  return { voids: [...intent.voids.slice(0, -1), opened], notBeforeMs: context.now.monoMs };
}

const startVoid: Handler<'void'> = (intent, command, context) => {
  const { cancelId, proof, managerId } = command;
  if (proof === 'manager' && managerId === undefined) return 'VOID_PROOF';
  const opened = { cancelId, proof, ...(managerId === undefined ? {} : { managerId }) };
  // Under way, or sent again because the issuer denies what it confirmed: only the proof is new.
  if (openVoid(intent) !== null) return proveAgain(intent, opened, context);
  const isVoidable = intent.type === 'CHARGE' && !intent.deferred && intent.host === 'approved';
  if (!isVoidable || !intent.acknowledged) return NO;
  if (isVoidBarred(intent)) return NO;
  if (intent.voids.some((earlier) => earlier.cancelId === cancelId)) return NO;
  const age = context.now.wallMs - intent.scannedAtMs;
  if (age < 0 || age > context.times.voidWindowMs) return 'VOID_WINDOW';
  if (context.openBusinessDate !== undefined && context.openBusinessDate !== intent.businessDate) {
    return 'VOID_DAY';
  }
  // Whoever asks for it stands at the counter again, also after the payment was left to the manager.
  return { ...moveHost(intent, 'voiding', context), voids: [...intent.voids, opened], left: false };
};

const voidSend: Handler<'voidSend'> = (intent, _command, context) =>
  openVoid(intent) === null ? NO : attempt(intent, context);

const payBack: Handler<'payBack'> = (intent, _command, context) => {
  if (!intent.deferred || intent.cash !== 'received') return NO;
  if (intent.host !== 'unsent' && intent.host !== 'unknown') return NO;
  if (context.actor.role !== 'manager') return 'MANAGER_NEEDED';
  if (intent.host === 'unknown') return reverse(intent, 'MANAGER', context);
  return moveHost(intent, 'closed', context);
};

const acknowledge: Handler<'acknowledge'> = () => ({ acknowledged: true });

const leave: Handler<'leave'> = (intent) => {
  if (intent.left) return NO;
  if (intent.host === 'voiding' && intent.question === null) {
    return withCase(intent, { left: true }, 'VOID_LATE');
  }
  return owesPerson(intent) ? withCase(intent, { left: true }, 'LEFT_AT_COUNTER') : NO;
};

/** Whether a manager may close the case as things stand. Where money stays open, a voucher's case number is needed. */
function maySee(intent: Intent, reason: CaseReason, caseNumber: string | undefined): boolean {
  switch (reason) {
    case 'LATE_APPROVAL':
      return intent.host === 'reversed' || intent.host === 'voided';
    case 'LEFT_AT_COUNTER':
    case 'PAID_WITHOUT_APPROVAL':
    case 'NET_CANCEL_REFUSED':
    case 'APPROVED_NEVER_SENT':
      return intent.question === null && caseNumber !== undefined;
    default:
      return true;
  }
}

const seen: Handler<'seen'> = (intent, command, context) => {
  if (context.actor.role !== 'manager') return 'MANAGER_NEEDED';
  if (!intent.cases.includes(command.reason)) return NO;
  if (!maySee(intent, command.reason, command.caseNumber)) return NO;
  const { voucher } = command;
  const isWritten = voucher !== undefined && intent.vouchers?.includes(voucher) === true;
  if (isWritten) return NO; // never twice about one payment
  const cases = intent.cases.filter((reason) => reason !== command.reason);
  const booked: Changes = voucher === undefined ? {} : { vouchers: withVoucher(intent, voucher) };
  // The manager's page showed where this payment stands: an approved one needs no other witness, and of a withdrawal
  // whose cash a voucher booked as paid nobody asks again where it is.
  const isPaidByVoucher = (booked.vouchers ?? intent.vouchers)?.includes('notesPaid') === true;
  const isTold = intent.question === null && (intent.host === 'approved' || isPaidByVoucher);
  return isTold ? { ...booked, cases, acknowledged: true } : { ...booked, cases };
};

const openCase: Handler<'openCase'> = (intent, { reason }) => {
  if (intent.cases.includes(reason)) return NO;
  if (reason !== 'OVERDUE') return withCase(intent, {}, reason);
  const isWaiting = intent.deferred && ['unsent', 'sending', 'unknown'].includes(intent.host);
  // Once, whoever closes it: a person knows then.
  if (intent.overdue === true || !(isWaiting || isOpenReversal(intent))) return NO;
  return withCase(intent, { overdue: true }, reason);
};

const HANDLERS: { readonly [Kind in OwnCommand['kind']]: Handler<Kind> } = {
  received,
  managerAllowed,
  stop,
  expire,
  cashBack,
  chooseLater,
  creditLater,
  chooseSend,
  request,
  send,
  inquire,
  netCancel,
  unanswered,
  deadline,
  givenBack,
  paidOut,
  notPaid,
  void: startVoid,
  voidSend,
  payBack,
  acknowledge,
  answer,
  leave,
  unclaimed,
  claimed,
  seen,
  openCase,
};

/** What may happen while a question is open: it is answered or left, shown, asked about, or looked at; nothing is sent. */
const UNDER_QUESTION: readonly OwnCommand['kind'][] = [
  'answer',
  'leave',
  'acknowledge',
  'inquire',
  'openCase',
  'seen',
];

function run<Kind extends OwnCommand['kind']>(
  intent: Intent,
  command: Extract<OwnCommand, { kind: Kind }>,
  context: DecideContext,
): CommandResult {
  const handler: Handler<Kind> = HANDLERS[command.kind as Kind];
  return handler(intent, command, context);
}

/** What one of the terminal's own commands changes, or why it is refused. */
export function ownCommand(intent: Intent, command: OwnCommand, context: DecideContext): CommandResult {
  if (intent.question !== null && !UNDER_QUESTION.includes(command.kind)) return 'QUESTION_OPEN';
  return run(intent, command, context);
}

export function isRefusal(result: CommandResult): result is RefusalCode {
  return typeof result === 'string';
}
