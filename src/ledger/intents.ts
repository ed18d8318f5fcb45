import type { Intent } from '../intent/model.ts';
import { ended, isCase } from '../intent/state.ts';
import { expand } from './compact.ts';
import type { Connection } from './connection.ts';
import { assertThat } from './fault.ts';

/** One row of the table `intents`: the whole state, and the columns that lists and searches need. */
export interface IntentRow {
  readonly number: number;
  readonly sequence_id: string;
  readonly version: number;
  readonly last_index: number;
  readonly type: string;
  readonly host: string;
  readonly cash: string;
  readonly deferred: number;
  readonly amount: number;
  readonly ended: number;
  readonly has_case: number;
  readonly attention: number;
  readonly station_id: string;
  readonly business_date: string;
  readonly scanned_at_ms: number;
  readonly last4: string;
  readonly card_hash: Buffer | null;
  readonly approval_code: string | null;
  readonly nr_number: string | null;
  readonly state: string;
}

export const INTENT_COLUMNS = `number, sequence_id, version, last_index, type, host, cash, deferred, amount, ended,
  has_case, attention, station_id, business_date, scanned_at_ms, last4, card_hash, approval_code, nr_number, state`;

/** `isUnclaimed` (intent/state.ts) of a row with `cash = 'return_due'`: nobody came for it, and the counter owes it no more. */
export const IS_UNCLAIMED = `instr(state, '"returnUnclaimed"') > 0`;

/** `isOpenReversal` (intent/state.ts) of a row. */
export function isOpenReversalRow({ host, state }: Pick<IntentRow, 'host' | 'state'>): boolean {
  return host === 'reversing' && !state.includes('"daySealed"');
}

/** Rows that somebody asks for, and those that have not ended: `pending` knows them, no walk over all intents does. */
export const IS_ASKED_FOR = 'number IN (SELECT number FROM pending WHERE attention > 0)';
export const IS_OPEN = 'number IN (SELECT number FROM pending WHERE attention = 2)';

/** Nobody has acted on the scan yet. Such intents are few, and not in the day's totals: a scan would write a page for it. */
export function isUntouched(row: Pick<IntentRow, 'host' | 'cash'>): boolean {
  return row.host === 'unsent' && row.cash === 'none';
}

const KOREA_OFFSET_MS = 9 * 3_600_000;
const DAY_MS = 24 * 3_600_000;
/** Most calls ask for the day of the call before. */
let lastDay = Number.NaN;
let lastDate = '';

/** Calendar date in Korea, yyyyMMdd, where the day begins at the cut-over hour. */
export function koreanDate(wallMs: number, cutOverHour: number): string {
  const day = Math.floor((wallMs + KOREA_OFFSET_MS - cutOverHour * 3_600_000) / DAY_MS);
  if (day !== lastDay) {
    lastDate = new Date(day * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '');
    lastDay = day;
  }
  return lastDate;
}

/** The issuer's date once it is known, before that the date of the scan. */
export function businessDateOf(intent: Intent, cutOverHour: number): string {
  return intent.businessDate ?? koreanDate(intent.scannedAtMs, cutOverHour);
}

/** 2: not ended. 1: ended, and a case or its sentence not acknowledged. 0: nobody asks for it any more. */
export function attentionOf(intent: Intent): 0 | 1 | 2 {
  if (!ended(intent)) return 2;
  return isCase(intent) || !intent.acknowledged ? 1 : 0;
}

/** May a barcode be sent (again) for it: only then its vault row exists (intent-rules 6, closing rule 9). */
export function sendable(intent: Intent): boolean {
  if (intent.host === 'unsent') return true;
  return intent.deferred && (intent.host === 'sending' || intent.host === 'unknown');
}

/**
 * How long the intent answers for its barcode: while it is open, inside its window once it has ended, and no longer
 * once it has ended as `closed`, which never blocks a rescan.
 */
export function keepsHash(intent: Intent): 'open' | 'window' | 'never' {
  if (!ended(intent)) return 'open';
  return intent.host === 'closed' ? 'never' : 'window';
}

export interface RowPlace {
  readonly number: number;
  readonly lastIndex: number;
  readonly cardHash: Buffer | null;
  readonly cutOverHour: number;
}

/** The columns that follow from the state, whose text (`stateText`) is `state`. */
export function toRow(intent: Intent, state: string, place: RowPlace): IntentRow {
  return {
    number: place.number,
    sequence_id: intent.sequenceId,
    version: intent.version,
    last_index: place.lastIndex,
    type: intent.type,
    host: intent.host,
    cash: intent.cash,
    deferred: intent.deferred ? 1 : 0,
    amount: intent.amount,
    ended: ended(intent) ? 1 : 0,
    has_case: isCase(intent) ? 1 : 0,
    attention: attentionOf(intent),
    station_id: intent.stationId,
    business_date: businessDateOf(intent, place.cutOverHour),
    scanned_at_ms: Math.trunc(intent.scannedAtMs),
    last4: intent.last4,
    card_hash: place.cardHash,
    approval_code: intent.approval?.approvalCode ?? null,
    nr_number: intent.approval?.nrNumber ?? null,
    state,
  };
}

export function toIntent(row: { readonly state: string }): Intent {
  return expand(JSON.parse(row.state) as Readonly<Record<string, unknown>>);
}

export function prepareIntents(database: Connection) {
  return {
    insert: database.prepare(
      `INSERT INTO intents (number, sequence_id, version, last_index, type, host, cash, deferred, amount, ended,
         has_case, attention, station_id, business_date, scanned_at_ms, last4, card_hash, state)
       VALUES (?, ?, 1, ?, ?, 'unsent', 'none', 0, ?, 0, 0, 2, ?, ?, ?, ?, ?, ?)`,
    ),
    update: database.prepare(
      `UPDATE intents SET version = ?, last_index = ?, host = ?, cash = ?, deferred = ?, ended = ?, has_case = ?,
       attention = ?, business_date = ?, approval_code = ?, nr_number = ?, state = ?
       WHERE number = ? AND version = ?`,
    ),
    byId: database.prepare<[string], IntentRow>(
      `SELECT ${INTENT_COLUMNS} FROM intents WHERE sequence_id = ?`,
    ),
    byNumber: database.prepare<[number], IntentRow>(`SELECT ${INTENT_COLUMNS} FROM intents WHERE number = ?`),
    all: database.prepare<[], IntentRow>(`SELECT ${INTENT_COLUMNS} FROM intents ORDER BY number`),
    attention: database.prepare<[], IntentRow>(
      `SELECT ${INTENT_COLUMNS} FROM intents WHERE ${IS_ASKED_FOR} ORDER BY +number`,
    ),
    open: database.prepare<[], IntentRow>(
      `SELECT ${INTENT_COLUMNS} FROM intents WHERE ${IS_OPEN} ORDER BY +number`,
    ),
  };
}
export type IntentStatements = ReturnType<typeof prepareIntents>;

/** Writes a new intent; what every new one has in common stands in the statement and is asserted here. */
export function insertIntent(statements: IntentStatements, row: IntentRow): void {
  assertThat(row.version === 1 && row.number === row.last_index, 'a new intent has one entry');
  assertThat(row.host === 'unsent' && row.cash === 'none' && row.deferred === 0, 'a new intent is unsent');
  assertThat(row.ended === 0 && row.has_case === 0 && row.attention === 2, 'a new intent is open');
  assertThat(row.approval_code === null && row.nr_number === null, 'a new intent has no answer');
  statements.insert.run(
    row.number,
    row.sequence_id,
    row.last_index,
    row.type,
    row.amount,
    row.station_id,
    row.business_date,
    row.scanned_at_ms,
    row.last4,
    row.card_hash,
    row.state,
  );
}

/** Replaces the state of version `before.version`; asserts that it stood there. */
export function updateIntent(statements: IntentStatements, before: IntentRow, row: IntentRow): void {
  const { changes } = statements.update.run(
    row.version,
    row.last_index,
    row.host,
    row.cash,
    row.deferred,
    row.ended,
    row.has_case,
    row.attention,
    row.business_date,
    row.approval_code,
    row.nr_number,
    row.state,
    row.number,
    before.version,
  );
  assertThat(changes === 1, `intent ${row.sequence_id} is not at version ${before.version}`);
}
