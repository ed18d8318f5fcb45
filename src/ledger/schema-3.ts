/**
 * The rules of `intents` without sets in them: SQLite builds a table in memory for every set that it meets, at every row
 * that it writes, which costs more than the row. Columns and rules are those of version 1.
 */
const INTENTS = `CREATE TABLE intents (
  -- Index of the entry that accepted the scan: grows with acceptance, whatever the clock does.
  number INTEGER PRIMARY KEY,
  sequence_id TEXT NOT NULL UNIQUE,
  version INTEGER NOT NULL CHECK (version > 0),
  last_index INTEGER NOT NULL,
  type TEXT NOT NULL,
  host TEXT NOT NULL,
  cash TEXT NOT NULL,
  deferred INTEGER NOT NULL CHECK (deferred = 0 OR deferred = 1),
  amount INTEGER NOT NULL CHECK (amount BETWEEN 0 AND 999999),
  ended INTEGER NOT NULL CHECK (ended = 0 OR ended = 1),
  has_case INTEGER NOT NULL CHECK (has_case = 0 OR has_case = 1),
  -- 2: not ended. 1: ended, with a case or without a page that showed its sentence. 0: nobody asks for it any more.
  attention INTEGER NOT NULL CHECK (attention BETWEEN 0 AND 2),
  station_id TEXT NOT NULL,
  business_date TEXT NOT NULL,
  scanned_at_ms INTEGER NOT NULL,
  last4 TEXT NOT NULL,
  card_hash BLOB,
  approval_code TEXT,
  nr_number TEXT,
  state TEXT NOT NULL,
  CHECK (
    (type = 'CHARGE' AND cash = 'none' AND deferred = 0 AND (host = 'unsent' OR host = 'closed'))
    OR (type = 'CHARGE' AND cash = 'received'
        AND (host = 'unsent' OR host = 'sending' OR host = 'unknown' OR host = 'approved'
             OR (host = 'voiding' AND deferred = 0)))
    OR (type = 'CHARGE' AND (cash = 'return_due' OR cash = 'returned')
        AND (host = 'declined' OR host = 'reversing' OR host = 'reversed' OR host = 'closed'
             OR (host = 'voided' AND deferred = 0)))
    OR (type = 'REFUND' AND deferred = 0 AND cash = 'none'
        AND (host = 'unsent' OR host = 'sending' OR host = 'unknown' OR host = 'declined' OR host = 'reversing'
             OR host = 'reversed' OR host = 'closed'))
    OR (type = 'REFUND' AND deferred = 0 AND host = 'approved' AND (cash = 'payout_due' OR cash = 'paid_out'))
  )
) STRICT`;

/**
 * Version 3: a scan writes four pages instead of six. What is still to do, the sealed barcode and its hash are one row of
 * one small table; scans that nobody has acted on are not in the day's totals.
 */
export const SCHEMA_3: string = `
CREATE TABLE pending (
  number INTEGER PRIMARY KEY REFERENCES intents (number),
  -- As in intents. 0: only its hash is kept, or nothing any more.
  attention INTEGER NOT NULL CHECK (attention BETWEEN 0 AND 2),
  -- The sealed sendable barcode.
  barcode BLOB,
  -- Its keyed hash outlives it until the intent has ended and its window is over (until_ms, monotonic clock of the
  -- present run).
  hash BLOB,
  until_ms REAL
) STRICT;
INSERT INTO pending (number, attention, barcode, hash, until_ms)
  SELECT number, attention,
    (SELECT content FROM vault WHERE vault.number = intents.number AND kind = 'barcode'),
    (SELECT content FROM vault WHERE vault.number = intents.number AND kind = 'hash'),
    (SELECT until_ms FROM vault WHERE vault.number = intents.number AND kind = 'hash')
  FROM intents
  WHERE number IN (SELECT number FROM intents WHERE attention > 0 UNION SELECT number FROM vault)
  ORDER BY +number;
DROP TABLE vault;
DROP INDEX intents_attention;
DELETE FROM day_totals WHERE host = 'unsent' AND cash = 'none';

PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = '${INTENTS.replaceAll("'", "''")}' WHERE type = 'table' AND name = 'intents';
PRAGMA writable_schema = RESET;
`;
