import { freshDeadline } from './external.ts';
import type { Intent, OwnCommand, QuestionAnswer, RefusalCode } from './model.ts';
import type { Changes } from './move.ts';
import { moveHost, reverse, withCase } from './move.ts';
import type { DecideContext } from './rules.ts';

type Result = Changes | RefusalCode;
const NO: RefusalCode = 'NOT_IN_THIS_STATE';

/** The question is answered and the intent goes on as it stands. */
function goOn(intent: Intent, context: DecideContext): Changes {
  return { question: null, closedByRestart: false, misses: 0, ...freshDeadline(intent, context) };
}

/** "Is this customer's cash in the drawer?" of a charge whose cash was received. */
function answerIn(intent: Intent, said: QuestionAnswer, context: DecideContext): Result {
  if (said === 'inDrawer') {
    if (intent.host === 'unsent' && !intent.deferred) return { question: 'RE_HERE' };
    const isSettled = intent.host === 'approved' && intent.left;
    return { ...goOn(intent, context), ...(isSettled ? { acknowledged: true } : {}) };
  }
  if (said !== 'withCustomer') return NO;
  const moved =
    intent.host === 'unsent' ? moveHost(intent, 'closed', context) : reverse(intent, 'RESTART', context);
  return { ...goOn(intent, context), ...moved, deadlineMs: null, cash: 'returned' };
}

/** "Is the customer still here?", after "in the drawer" and before the first byte. */
function answerHere(intent: Intent, said: QuestionAnswer, context: DecideContext): Result {
  switch (said) {
    case 'customerHere':
      return intent.left ? NO : { ...goOn(intent, context), notBeforeMs: context.now.monoMs };
    case 'customerGoneLater':
      if (!context.canDefer) return 'LATER_LIMIT';
      return { ...goOn(intent, context), deferred: true, notBeforeMs: context.now.monoMs };
    case 'customerGone':
      return { ...goOn(intent, context), ...moveHost(intent, 'closed', context) };
    default:
      return NO;
  }
}

function answerBack(intent: Intent, said: QuestionAnswer, context: DecideContext): Result {
  if (said === 'inDrawer') return goOn(intent, context);
  return said === 'withCustomer' ? { ...goOn(intent, context), cash: 'returned' } : NO;
}

/** "Was the cash taken?" of a charge that was closed before anybody said so. */
function answerClosed(intent: Intent, said: QuestionAnswer, context: DecideContext): Result {
  switch (said) {
    case 'notTaken':
      return goOn(intent, context);
    case 'inDrawer':
      return { ...goOn(intent, context), cash: 'return_due' };
    case 'withCustomer':
      return { ...goOn(intent, context), cash: 'returned' };
    default:
      return NO;
  }
}

function answerOut(intent: Intent, said: QuestionAnswer, context: DecideContext): Result {
  if (said === 'withCustomer') return { ...goOn(intent, context), cash: 'paid_out' };
  if (said !== 'inDrawer') return NO;
  // Whoever said "paid" too early is contradicted by the count; both words are in the journal.
  const cases = intent.cases.filter((reason) => reason !== 'PAID_WITHOUT_APPROVAL');
  return { ...goOn(intent, context), cases };
}

/** "Was it paid out?" of a withdrawal that is not approved: a yes is a case, the host goes on to its end by evidence. */
function answerOutEarly(intent: Intent, said: QuestionAnswer, context: DecideContext): Result {
  if (said === 'inDrawer') {
    const settled = goOn(intent, context);
    if (intent.host === 'unsent') return { ...settled, confirmed: false, notSent: true };
    // Nothing was paid and nothing will be: there is no other sentence to wait for.
    return intent.host === 'unknown' ? settled : { ...settled, acknowledged: true };
  }
  if (said !== 'withCustomer') return NO;
  return withCase(intent, { ...goOn(intent, context), left: true }, 'PAID_WITHOUT_APPROVAL');
}

/** What a person said about the cash (intent-rules 4, Restart). Answers that the face does not offer are refused. */
export function answer(
  intent: Intent,
  command: Extract<OwnCommand, { kind: 'answer' }>,
  context: DecideContext,
): Result {
  switch (intent.question) {
    case null:
      return NO;
    case 'RE_IN':
      return answerIn(intent, command.answer, context);
    case 'RE_HERE':
      return answerHere(intent, command.answer, context);
    case 'RE_BACK':
      return answerBack(intent, command.answer, context);
    case 'RE_CLOSED':
      return answerClosed(intent, command.answer, context);
    case 'RE_OUT':
      return answerOut(intent, command.answer, context);
    case 'RE_OUT_EARLY':
      return answerOutEarly(intent, command.answer, context);
  }
}
