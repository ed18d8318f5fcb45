/** What a story tells: one commit in plain words. */
import type { Intent } from '../../src/intent/model.ts';

const EVENTS: Readonly<Record<string, string>> = {
  scanAccepted: 'is scanned',
  received: 'the cash is said to be in the drawer',
  creditLater: 'is to be credited later',
  chooseLater: 'could not be sent: "credit later or cash back?"',
  chooseSend: 'can be sent again',
  request: 'is to be requested',
  send: 'is sent',
  nothingLeft: 'not a byte of it left',
  ambiguous: 'has no trustworthy answer',
  unanswered: 'has no answer in two seconds',
  approved: 'is approved',
  declined: 'is declined',
  notProcessed: 'is answered "not processed"',
  inquire: 'is asked about',
  inquiry: 'is told what became of it',
  deadline: 'has no answer at its deadline',
  netCancel: 'its net cancel is sent',
  netCancelAcknowledged: 'its net cancel is acknowledged',
  netCancelRefused: 'its net cancel is refused',
  givenBack: 'the cash is said to be given back',
  paidOut: 'the cash is said to be paid out',
  notPaid: 'is said not to be paid out',
  void: 'is to be voided',
  voidSend: 'its void is sent',
  voidDone: 'its void is done',
  voidRefused: 'its void is refused',
  stop: 'is stopped',
  expire: 'its barcode is too old',
  cashBack: 'is dropped, the cash goes back',
  payBack: 'is paid back by a manager',
  restart: 'is met by the restart',
  answer: 'where its cash is has been answered',
  leave: 'is left to the manager',
  openCase: 'becomes a case',
  seen: 'its case was seen by a manager',
  unclaimed: 'nobody came for its cash',
  claimed: 'its cash is said to be given back after all',
  acknowledge: 'its sentence was shown',
};

/** `7QK2 CHARGE 10,000 is sent (sending, received)`. */
export function wordsOf(intent: Intent, event: string): string {
  const { sequenceId, type, amount, host, cash, deferred, question, cases } = intent;
  const flags = [
    host,
    cash,
    ...(deferred ? ['deferred'] : []),
    ...(question === null ? [] : [`question ${question}`]),
    ...(cases.length === 0 ? [] : [`case ${cases.join(' ')}`]),
  ];
  const won = amount.toLocaleString('en');
  return `${sequenceId.slice(-4)} ${type} ${won} ${EVENTS[event] ?? event} (${flags.join(', ')})`;
}
