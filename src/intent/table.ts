/**
 * The table of external events (intent-rules 3) as data: what each answer, and a restart, does to each host state.
 * decide.ts reads it, scripts/intent-docs.ts prints it, the tests compare it with a transcription of the rules.
 */

import type { CaseReason, Cash, ExternalEvent, Host, OwnCommand } from './model.ts';
import { HOSTS } from './model.ts';

/** The columns of the table; an inquiry has one per result, the rest one per kind of event. */
export const COLUMNS = [
  'approved',
  'declined',
  'ambiguous',
  'nothingLeft',
  'notProcessed',
  'inquiryCompleted',
  'inquiryFailed',
  'inquiryNotFound',
  'inquiryPending',
  'inquiryReversed',
  'inquiryVoided',
  'netCancelAcknowledged',
  'netCancelRefused',
  'netCancelUnanswered',
  'voidDone',
  'voidRefused',
  'voidUnanswered',
] as const;
export type Column = (typeof COLUMNS)[number];

/** What a cell does. Nothing set: recorded, nothing changes. The cash axis follows the host (move.ts). */
export interface Outcome {
  readonly to?: Host;
  readonly opens?: CaseReason;
  /** The same `cancelId` is sent again. */
  readonly voidAgain?: true;
}

/** When the cell does the first of its two outcomes; else it does the other. */
export type Condition =
  | 'firstAttempt' // no earlier approve request of this intent
  | 'attended'
  | 'openCancelId' // the answer is for the attempt under way
  | 'tombstoneOrQuiet'; // the net cancel is sure: see netCancelSure in external.ts

export interface Split {
  readonly when: Condition;
  readonly does: Outcome;
  readonly otherwise: Outcome;
}
export type Cell = Outcome | Split;
export type Row = Readonly<Record<Column, Cell>>;

/** Recorded, nothing changes. */
const SAME: Outcome = {};

function row(cells: Readonly<Partial<Record<Column, Cell>>>): Row {
  const unchanged = Object.fromEntries(COLUMNS.map((column) => [column, SAME])) as Record<Column, Cell>;
  return { ...unchanged, ...cells };
}

export const TABLE: Readonly<Record<Host, Row>> = {
  unsent: row({
    approved: { opens: 'APPROVED_NEVER_SENT' },
    inquiryCompleted: { opens: 'APPROVED_NEVER_SENT' },
    inquiryReversed: { opens: 'REVERSED_ELSEWHERE' },
    inquiryVoided: { opens: 'REVERSED_ELSEWHERE' },
  }),
  sending: row({
    approved: { to: 'approved' },
    declined: { to: 'declined' },
    ambiguous: { to: 'unknown' },
    nothingLeft: { when: 'firstAttempt', does: { to: 'unsent' }, otherwise: { to: 'unknown' } },
    notProcessed: { when: 'attended', does: { to: 'reversing' }, otherwise: { to: 'unknown' } },
  }),
  unknown: row({
    approved: { to: 'approved' },
    declined: { to: 'declined' },
    inquiryCompleted: { to: 'approved' },
    inquiryFailed: { to: 'declined' },
    inquiryReversed: { to: 'reversed' },
    inquiryVoided: { to: 'reversed' },
  }),
  approved: row({
    declined: { opens: 'ISSUER_CONTRADICTS' },
    inquiryFailed: { opens: 'ISSUER_CONTRADICTS' },
    inquiryNotFound: { opens: 'ISSUER_CONTRADICTS' },
    inquiryPending: { opens: 'ISSUER_CONTRADICTS' },
    inquiryReversed: { opens: 'REVERSED_ELSEWHERE' },
    inquiryVoided: { opens: 'REVERSED_ELSEWHERE' },
  }),
  declined: row({
    approved: { to: 'reversing', opens: 'LATE_APPROVAL' },
    inquiryCompleted: { to: 'reversing', opens: 'LATE_APPROVAL' },
  }),
  reversing: row({
    inquiryReversed: { to: 'reversed' },
    inquiryVoided: { to: 'reversed' },
    netCancelAcknowledged: { when: 'tombstoneOrQuiet', does: { to: 'reversed' }, otherwise: SAME },
    netCancelRefused: { opens: 'NET_CANCEL_REFUSED' },
  }),
  reversed: row({
    inquiryCompleted: { to: 'reversing', opens: 'LATE_APPROVAL' },
    // Sent again to an issuer that was put back and has sealed the day: what it lost, the reversal, it does not take anew.
    netCancelRefused: { to: 'reversing', opens: 'NET_CANCEL_REFUSED' },
  }),
  voiding: row({
    inquiryFailed: { opens: 'VOID_CONFLICT' },
    inquiryNotFound: { opens: 'VOID_CONFLICT' },
    inquiryReversed: { to: 'voided', opens: 'VOID_CONFLICT' },
    inquiryVoided: { to: 'voided' },
    voidDone: { to: 'voided' },
    voidRefused: { when: 'openCancelId', does: { to: 'approved' }, otherwise: SAME },
  }),
  voided: row({
    inquiryCompleted: { opens: 'VOID_CONFLICT', voidAgain: true },
  }),
  closed: row({
    approved: { opens: 'APPROVED_NEVER_SENT' },
    inquiryCompleted: { opens: 'APPROVED_NEVER_SENT' },
  }),
};

/** When a restart asks where the cash is. A question that is still open is always asked again. */
export type Asks = 'always' | 'unlessAcknowledged' | 'ifOwed' | 'ifOwedOrClosedByRestart';

export interface RestartRow {
  /** The host moves on its own: `sending` is `unknown` now; an unconfirmed scan is closed, a confirmed one stays. */
  readonly to?: Host;
  readonly unconfirmedTo?: Host;
  readonly asks: Asks;
}

/** The last column: a restart of the agent. */
export const RESTART: Readonly<Record<Host, RestartRow>> = {
  unsent: { unconfirmedTo: 'closed', asks: 'always' },
  sending: { to: 'unknown', asks: 'always' },
  unknown: { asks: 'always' },
  approved: { asks: 'unlessAcknowledged' },
  declined: { asks: 'ifOwed' },
  reversing: { asks: 'ifOwed' },
  reversed: { asks: 'ifOwed' },
  voiding: { asks: 'always' },
  voided: { asks: 'ifOwed' },
  closed: { asks: 'ifOwedOrClosedByRestart' },
};

/** From one host, or cash, to another. */
export type HostMove = `${Host}>${Host}`;
export type CashMove = `${Cash}>${Cash}`;

interface OwnMoves {
  readonly hosts: readonly HostMove[];
  readonly cash: readonly CashMove[];
}

/**
 * The terminal's own commands that move an axis (intent-rules 3b and the answers of 4), as data. Those that are not here
 * set flags only. decide.ts asserts it.
 */
export const OWN_MOVES: Readonly<Partial<Record<OwnCommand['kind'], OwnMoves>>> = {
  received: { hosts: [], cash: ['none>received'] },
  stop: { hosts: ['unsent>closed'], cash: [] },
  expire: { hosts: ['unsent>closed'], cash: [] },
  cashBack: { hosts: ['unsent>closed'], cash: ['received>return_due'] },
  chooseLater: { hosts: ['unsent>closed'], cash: ['received>return_due'] },
  send: { hosts: ['unsent>sending', 'unknown>sending'], cash: [] },
  unanswered: { hosts: ['sending>unknown'], cash: [] },
  deadline: { hosts: ['unknown>reversing'], cash: ['received>return_due'] },
  givenBack: { hosts: [], cash: ['return_due>returned'] },
  claimed: { hosts: [], cash: ['return_due>returned'] },
  paidOut: { hosts: [], cash: ['payout_due>paid_out'] },
  notPaid: { hosts: ['approved>reversing'], cash: ['payout_due>none'] },
  void: { hosts: ['approved>voiding'], cash: [] },
  payBack: { hosts: ['unsent>closed', 'unknown>reversing'], cash: ['received>return_due'] },
  answer: {
    hosts: ['unsent>closed', 'unknown>reversing', 'voiding>reversing', 'approved>reversing'],
    cash: [
      'received>returned',
      'received>return_due',
      'return_due>returned',
      'none>return_due',
      'none>returned',
      'payout_due>paid_out',
    ],
  },
};

/** The column of an event; null for a restart, which has its own rows. */
export function columnOf(event: ExternalEvent): Column | null {
  if (event.kind === 'restart') return null;
  if (event.kind !== 'inquiry') return event.kind;
  switch (event.result) {
    case 'COMPLETED':
      return 'inquiryCompleted';
    case 'FAILED':
      return 'inquiryFailed';
    case 'NOT_FOUND':
      return 'inquiryNotFound';
    case 'PENDING':
      return 'inquiryPending';
    case 'REVERSED':
      return 'inquiryReversed';
    case 'VOIDED':
      return 'inquiryVoided';
  }
}

export function isSplit(cell: Cell): cell is Split {
  return 'when' in cell;
}

/** Every host has a row: used by the generator and the tests to walk the table in the order of the rules. */
export const TABLE_ROWS: readonly (readonly [Host, Row, RestartRow])[] = HOSTS.map(
  (host) => [host, TABLE[host], RESTART[host]] as const,
);
