/**
 * Version 1. Only the journal is the truth; everything else is derived in the same transaction and can be rebuilt.
 * Rows are small and keys grow with time: a commit touches few pages, also at ten million rows.
 */
export const SCHEMA_1: string = `
CREATE TABLE meta (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE journal (
  idx INTEGER PRIMARY KEY CHECK (idx > 0),
  at_ms INTEGER NOT NULL,
  kind TEXT NOT NULL,
  sequence_id TEXT,
  -- The same intent's entry before this one, 0 for its first: a timeline needs no index over ten million rows.
  earlier INTEGER NOT NULL CHECK (earlier < idx),
  body TEXT NOT NULL,
  hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

CREATE TRIGGER journal_is_never_edited BEFORE UPDATE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_is_never_shortened BEFORE DELETE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

-- Also against INSERT OR REPLACE, which deletes without asking the trigger above unless recursive triggers are on.
CREATE TRIGGER journal_grows_at_its_end BEFORE INSERT ON journal
WHEN NEW.idx <> (SELECT coalesce(max(idx), 0) + 1 FROM journal)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

CREATE TABLE intents (
  -- Index of the entry that accepted the scan: grows with acceptance, whatever the clock does.
  number INTEGER PRIMARY KEY,
  sequence_id TEXT NOT NULL UNIQUE,
  version INTEGER NOT NULL CHECK (version > 0),
  last_index INTEGER NOT NULL,
  type TEXT NOT NULL,
  host TEXT NOT NULL,
  cash TEXT NOT NULL,
  deferred INTEGER NOT NULL CHECK (deferred IN (0, 1)),
  amount INTEGER NOT NULL CHECK (amount BETWEEN 0 AND 999999),
  ended INTEGER NOT NULL CHECK (ended IN (0, 1)),
  has_case INTEGER NOT NULL CHECK (has_case IN (0, 1)),
  -- 2: not ended. 1: ended, with a case or without a page that showed its sentence. 0: nobody asks for it any more.
  attention INTEGER NOT NULL CHECK (attention IN (0, 1, 2)),
  station_id TEXT NOT NULL,
  business_date TEXT NOT NULL,
  scanned_at_ms INTEGER NOT NULL,
  last4 TEXT NOT NULL,
  card_hash BLOB,
  approval_code TEXT,
  nr_number TEXT,
  state TEXT NOT NULL,
  CHECK (
    (type = 'CHARGE' AND host IN ('unsent', 'sending', 'unknown', 'approved') AND cash = 'received')
    OR (type = 'CHARGE' AND deferred = 0 AND host IN ('unsent', 'closed') AND cash = 'none')
    OR (type = 'CHARGE' AND host IN ('declined', 'reversing', 'reversed', 'closed')
        AND cash IN ('return_due', 'returned'))
    OR (type = 'CHARGE' AND deferred = 0 AND host = 'voiding' AND cash = 'received')
    OR (type = 'CHARGE' AND deferred = 0 AND host = 'voided' AND cash IN ('return_due', 'returned'))
    OR (type = 'REFUND' AND deferred = 0 AND cash = 'none'
        AND host IN ('unsent', 'sending', 'unknown', 'declined', 'reversing', 'reversed', 'closed'))
    OR (type = 'REFUND' AND deferred = 0 AND host = 'approved' AND cash IN ('payout_due', 'paid_out'))
  )
) STRICT;
CREATE INDEX intents_attention ON intents (attention, number) WHERE attention > 0;

-- Kind 'barcode': the sealed sendable barcode. Kind 'hash': its keyed hash, a row of its own that outlives it until
-- the intent has ended and its window is over (until_ms, monotonic clock of the present run).
CREATE TABLE vault (
  number INTEGER NOT NULL REFERENCES intents (number),
  kind TEXT NOT NULL CHECK (kind IN ('barcode', 'hash')),
  content BLOB NOT NULL,
  until_ms REAL,
  PRIMARY KEY (number, kind)
) STRICT, WITHOUT ROWID;

-- Hash keys of earlier ledger keys, sealed under the present one: cards stay findable after a rotation.
CREATE TABLE hash_keys (
  generation INTEGER PRIMARY KEY,
  sealed BLOB NOT NULL
) STRICT;

CREATE TABLE balances (
  account TEXT PRIMARY KEY,
  amount INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO balances (account, amount) VALUES ('cash_drawer', 0), ('issuer_payable', 0), ('customer_due', 0),
  ('suspense', 0), ('deferred', 0), ('dispute', 0), ('unclaimed', 0), ('store', 0);

CREATE TABLE day_totals (
  business_date TEXT NOT NULL,
  type TEXT NOT NULL,
  host TEXT NOT NULL,
  cash TEXT NOT NULL,
  deferred INTEGER NOT NULL,
  count INTEGER NOT NULL CHECK (count >= 0),
  sum INTEGER NOT NULL CHECK (sum >= 0),
  PRIMARY KEY (business_date, type, host, cash, deferred)
) STRICT, WITHOUT ROWID;

-- Where a day's intents lie: no index over dates needed. last_number is null for the newest day (no bound yet).
CREATE TABLE days (
  business_date TEXT PRIMARY KEY,
  first_number INTEGER NOT NULL,
  last_number INTEGER
) STRICT, WITHOUT ROWID;

-- References, approval codes, issuer numbers, last fours and keyed card hashes of the intents up to meta 'searched',
-- written in batches when the terminal is idle: five random keys per intent are too dear for the hot path.
CREATE TABLE search (
  term TEXT NOT NULL,
  number INTEGER NOT NULL,
  PRIMARY KEY (term, number)
) STRICT, WITHOUT ROWID;
INSERT INTO meta (name, value) VALUES ('searched', '0');
`;
