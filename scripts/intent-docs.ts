/**
 * Writes docs/intent-table.md from the tables that the rules run on. `node scripts/intent-docs.ts` writes it; a test
 * compares the file with what this would write.
 */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Account, Posting } from '../src/intent/model.ts';
import { ACCOUNTS, HOSTS } from '../src/intent/model.ts';
import type { Tuple } from '../src/intent/positions.ts';
import { LEGAL_TUPLES, position } from '../src/intent/positions.ts';
import type { Asks, Cell, Column, Condition, Outcome, RestartRow } from '../src/intent/table.ts';
import { COLUMNS, isSplit, OWN_MOVES, RESTART, TABLE, TABLE_ROWS } from '../src/intent/table.ts';

export const INTENT_DOCS_PATH = resolve(import.meta.dirname, '../docs/intent-table.md');

const COLUMN_NAMES: Readonly<Record<Column, string>> = {
  approved: 'approved',
  declined: 'declined',
  ambiguous: 'ambiguous',
  nothingLeft: 'nothing left',
  notProcessed: 'not processed',
  inquiryCompleted: 'inquiry COMPLETED',
  inquiryFailed: 'inquiry FAILED',
  inquiryNotFound: 'inquiry NOT_FOUND',
  inquiryPending: 'inquiry PENDING',
  inquiryReversed: 'inquiry REVERSED',
  inquiryVoided: 'inquiry VOIDED',
  netCancelAcknowledged: 'net cancel acknowledged',
  netCancelRefused: 'net cancel refused',
  netCancelUnanswered: 'net cancel unanswered',
  voidDone: 'void done',
  voidRefused: 'void refused',
  voidUnanswered: 'void unanswered',
};

const CONDITION_NAMES: Readonly<Record<Condition, readonly [string, string]>> = {
  firstAttempt: ['first attempt', 'a repeat'],
  attended: ['attended', 'deferred'],
  openCancelId: ['the open cancelId', 'another'],
  tombstoneOrQuiet: ['sure', 'NOT_FOUND without a tombstone, before a minute of quiet'],
};

const ASKS_NAMES: Readonly<Record<Asks, string>> = {
  always: 'ask',
  unlessAcknowledged: 'ask unless acknowledged, or paid out',
  ifOwed: 'ask if `return_due`',
  ifOwedOrClosedByRestart: 'ask if `return_due`, or closed by a restart',
};

function outcomeText(outcome: Outcome): string {
  const words = [
    ...(outcome.to === undefined ? [] : [`**${outcome.to}**`]),
    ...(outcome.opens === undefined ? [] : [`case ${outcome.opens}`]),
    ...(outcome.voidAgain === true ? ['same cancelId again'] : []),
  ];
  return words.length === 0 ? '=' : words.join(', ');
}

function cellText(cell: Cell): string {
  if (!isSplit(cell)) return outcomeText(cell);
  const [does, otherwise] = CONDITION_NAMES[cell.when];
  return `${does}: ${outcomeText(cell.does)}; ${otherwise}: ${outcomeText(cell.otherwise)}`;
}

function restartText(row: RestartRow): string {
  const moves = [
    ...(row.to === undefined ? [] : [`**${row.to}**`]),
    ...(row.unconfirmedTo === undefined ? [] : [`**${row.unconfirmedTo}** if unconfirmed`]),
  ];
  return [...moves, ASKS_NAMES[row.asks]].join(', ');
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function eventTable(): string {
  const hosts = TABLE_ROWS.map(([host]) => host);
  const rows = COLUMNS.map((column) => [
    COLUMN_NAMES[column],
    ...TABLE_ROWS.map(([_host, row]) => cellText(row[column])),
  ]);
  const restart = ['restart', ...TABLE_ROWS.map(([_host, _row, rule]) => restartText(rule))];
  return table(['event', ...hosts], [...rows, restart]);
}

function ownTable(): string {
  const rows = Object.entries(OWN_MOVES).map(([command, moves]) => [
    `\`${command}\``,
    moves.hosts.join(', ').replaceAll('>', ' → '),
    moves.cash.join(', ').replaceAll('>', ' → '),
  ]);
  return table(['own command', 'host', 'cash'], rows);
}

function signed(held: Posting, account: Account): string {
  const sign = held[account];
  if (sign === undefined) return '';
  return sign > 0 ? '+A' : '-A';
}

function tupleRow(tuple: Tuple): readonly string[] {
  const held = position(tuple.type, tuple.host, tuple.cash, tuple.deferred, 1);
  const accounts = ACCOUNTS.slice(0, 5).map((account) => signed(held, account));
  return [tuple.type, tuple.deferred ? 'deferred' : 'attended', tuple.host, tuple.cash, ...accounts];
}

/** The edges of the host axis, each with all that leads along it. */
function edges(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  const add = (from: string, to: string, why: string): void => {
    const key = `${from} --> ${to}`;
    const reasons = found.get(key) ?? [];
    if (!reasons.includes(why)) reasons.push(why);
    found.set(key, reasons);
  };
  for (const [command, moves] of Object.entries(OWN_MOVES)) {
    for (const move of moves.hosts) {
      const [from = '', to = ''] = move.split('>');
      add(from, to, command);
    }
  }
  for (const host of HOSTS) {
    for (const column of COLUMNS) {
      const cell = TABLE[host][column];
      for (const outcome of isSplit(cell) ? [cell.does, cell.otherwise] : [cell]) {
        if (outcome.to !== undefined) add(host, outcome.to, COLUMN_NAMES[column]);
      }
    }
    const { to, unconfirmedTo } = RESTART[host];
    for (const target of [to, unconfirmedTo]) if (target !== undefined) add(host, target, 'restart');
  }
  return found;
}

function diagram(): string {
  const lines = [...edges()].map(([edge, reasons]) => `    ${edge} : ${reasons.join(', ')}`);
  return ['```mermaid', 'stateDiagram-v2', '    [*] --> unsent : scan accepted', ...lines, '```'].join('\n');
}

/** The whole document. */
export function intentDocs(): string {
  return `# The table of an intent

This page is written by \`node scripts/intent-docs.ts\` from \`src/intent/table.ts\` and \`src/intent/positions.ts\`, the
tables that the program runs on. \`test/unit/intent/explorer\` walks through every state that one intent, its issuer, the
network and the people at the counter can reach under these rules, and shows for each rule what goes wrong without it. A test fails when it is not current. Do not edit it by hand.

## The host axis

${diagram()}

## What the world says

Every event is recorded in every state. \`=\`: nothing changes. The cash follows the host: a charge whose cash was
\`received\` and that will not be credited becomes \`return_due\`; an approved withdrawal becomes \`payout_due\`, an undone one
\`none\`. An inquiry's answer counts only if the host has not moved since the inquiry was sent. An ambiguous answer with code
006_021 opens the case CONTENT_CONFLICT besides. A net cancel that is refused after the voucher of its sealed day opens no
case again, and is repeated once an hour.

${eventTable()}

After a restart these are asked besides: a question that is still open, a \`payout_due\`, and a withdrawal with no cash out
whose sentence no page confirmed. A deferred charge whose slip was acknowledged is not asked unless its cash is due back.

An attended \`unknown\` waits for evidence until its deadline and then becomes \`reversing\`; a deferred one never does so by
the clock. "Paid" said of a withdrawal that is not approved is a case; when its approval arrives after all, the question is
asked again, and nobody is told to pay out. A payout that the issuer takes back is left to the manager. A void whose proof
died with the last run is proven again under the same cancelId.

## What the terminal does itself

Only these move an axis; all other commands set flags. A command may be refused, and then leaves no record.

${ownTable()}

## The 38 states and what they hold

Debit +, A = the amount. A posting is the position after minus the position before.

${table(['type', '', 'host', 'cash', ...ACCOUNTS.slice(0, 5).map((account) => `\`${account}\``)], LEGAL_TUPLES.map(tupleRow))}
`;
}

if (import.meta.main) {
  writeFileSync(INTENT_DOCS_PATH, intentDocs());
  process.stdout.write(`wrote ${INTENT_DOCS_PATH}\n`);
}
