import type { Database } from './database.ts';

/**
 * Append-only migrations. Every key begins with the merchant, so the tables can be spread by it (ARCHITECTURE.md).
 *
 * The ledger: one row of `transfers` takes an amount from one account and gives it to another, so a booking that does not
 * balance cannot be written. A card's balance is moved by the trigger on `transfers` and by nothing else, and a CHECK
 * keeps it at zero or above after every statement. Transfers are never changed or removed. Their key (reference, kind, leg) makes a second
 * booking of the same thing impossible, whatever the program does.
 */
const MIGRATIONS: readonly string[] = [
  `
CREATE TABLE merchants (
  merchant_id text PRIMARY KEY,
  charge_enabled boolean NOT NULL DEFAULT true,
  refund_enabled boolean NOT NULL DEFAULT true,
  maintenance boolean NOT NULL DEFAULT false
);
CREATE TABLE terminals (
  merchant_id text NOT NULL REFERENCES merchants,
  terminal_id text NOT NULL,
  epoch bigint NOT NULL DEFAULT 0,
  holder text,
  fence text CHECK (fence IN ('INDEX', 'HEAD', 'EPOCH', 'HOLDER')),
  PRIMARY KEY (merchant_id, terminal_id)
);
CREATE TABLE terminal_heads (
  merchant_id text NOT NULL,
  terminal_id text NOT NULL,
  epoch bigint NOT NULL,
  journal_index bigint NOT NULL CHECK (journal_index >= 0),
  journal_head text NOT NULL,
  PRIMARY KEY (merchant_id, terminal_id, epoch, journal_index),
  FOREIGN KEY (merchant_id, terminal_id) REFERENCES terminals
);
CREATE TABLE cards (
  merchant_id text NOT NULL REFERENCES merchants,
  card_id text NOT NULL,
  bin text NOT NULL,
  last4 text NOT NULL,
  user_id text NOT NULL,
  par text NOT NULL,
  status text NOT NULL CHECK (status IN ('active', 'notReady', 'suspended', 'terminated', 'expired')),
  store_allowed boolean NOT NULL DEFAULT true,
  refund_allowed boolean NOT NULL DEFAULT true,
  balance bigint NOT NULL DEFAULT 0 CHECK (balance >= 0),
  wrong_guesses integer NOT NULL DEFAULT 0,
  locked_until_ms bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (merchant_id, card_id)
);
CREATE UNIQUE INDEX cards_par ON cards (merchant_id, par);
CREATE TABLE card_locks (
  merchant_id text NOT NULL,
  card_id text NOT NULL,
  from_ms bigint NOT NULL,
  until_ms bigint NOT NULL,
  PRIMARY KEY (merchant_id, card_id, from_ms)
);
CREATE TABLE card_usage (
  merchant_id text NOT NULL,
  card_id text NOT NULL,
  period text NOT NULL,
  type text NOT NULL,
  amount bigint NOT NULL CHECK (amount >= 0),
  count bigint NOT NULL CHECK (count >= 0),
  PRIMARY KEY (merchant_id, card_id, period, type)
);
CREATE TABLE tokens (
  merchant_id text NOT NULL,
  card_id text NOT NULL,
  token_ref text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('BARCODE', 'ONE_TIME')),
  token_hash text NOT NULL,
  type text,
  amount bigint,
  issued_ms bigint NOT NULL,
  expires_ms bigint NOT NULL,
  replaced_ms bigint,
  sequence_id text,
  PRIMARY KEY (merchant_id, token_ref),
  FOREIGN KEY (merchant_id, card_id) REFERENCES cards
);
CREATE INDEX tokens_card ON tokens (merchant_id, card_id, issued_ms);
CREATE TABLE items (
  merchant_id text NOT NULL,
  sequence_id text COLLATE "C" NOT NULL,
  terminal_id text NOT NULL,
  type text NOT NULL CHECK (type IN ('CHARGE', 'REFUND')),
  amount bigint NOT NULL CHECK (amount BETWEEN 0 AND 999999),
  state text NOT NULL CHECK (state IN ('NEW', 'APPROVED', 'DECLINED', 'REVERSED', 'VOIDED', 'TOMBSTONE')),
  created_ms bigint NOT NULL,
  spec_hash text,
  card_id text,
  token_ref text,
  bin text,
  last4 text,
  deferred boolean NOT NULL DEFAULT false,
  scanned_ms bigint,
  operator_id text,
  decline_code text,
  nr_number text,
  approval_code text,
  approved_ms bigint,
  business_date text,
  balance_after bigint,
  net_result text CHECK (net_result IN ('REVERSED', 'NOT_APPROVED', 'NOT_FOUND')),
  net_ms bigint,
  net_date text,
  ended_ms bigint,
  sealed boolean NOT NULL DEFAULT false,
  PRIMARY KEY (merchant_id, sequence_id),
  CHECK ((nr_number IS NULL) = (approved_ms IS NULL) AND (nr_number IS NULL) = (business_date IS NULL)),
  CHECK ((state = 'DECLINED') = (decline_code IS NOT NULL))
);
CREATE UNIQUE INDEX items_nr ON items (merchant_id, nr_number) WHERE nr_number IS NOT NULL;
CREATE INDEX items_card ON items (merchant_id, card_id, created_ms);
CREATE INDEX items_day ON items (merchant_id, business_date, terminal_id, sequence_id) WHERE business_date IS NOT NULL;
CREATE TABLE voids (
  merchant_id text NOT NULL,
  cancel_id text COLLATE "C" NOT NULL,
  sequence_id text COLLATE "C" NOT NULL,
  content_hash text NOT NULL,
  done boolean NOT NULL,
  code text,
  cancel_nr_number text,
  canceled_ms bigint,
  business_date text NOT NULL,
  manager_id text,
  PRIMARY KEY (merchant_id, cancel_id),
  FOREIGN KEY (merchant_id, sequence_id) REFERENCES items,
  CHECK (done = (cancel_nr_number IS NOT NULL) AND done = (code IS NULL))
);
CREATE INDEX voids_item ON voids (merchant_id, sequence_id);
CREATE TABLE transfers (
  merchant_id text NOT NULL,
  reference text COLLATE "C" NOT NULL,
  kind text NOT NULL CHECK (kind IN ('OPENING', 'APPROVE', 'REVERSE', 'VOID', 'SPEND')),
  leg integer NOT NULL DEFAULT 0,
  debit text NOT NULL,
  credit text NOT NULL,
  amount bigint NOT NULL CHECK (amount > 0),
  business_date text NOT NULL,
  booked_ms bigint NOT NULL,
  PRIMARY KEY (merchant_id, reference, kind, leg),
  CHECK (debit <> credit)
);
CREATE TABLE days (
  merchant_id text NOT NULL,
  terminal_id text NOT NULL,
  business_date text NOT NULL,
  status text NOT NULL CHECK (status IN ('AGREED', 'UNCONFIRMED')),
  closed_ms bigint NOT NULL,
  close_no bigint,
  content_hash text,
  PRIMARY KEY (merchant_id, terminal_id, business_date)
);
CREATE TABLE closes (
  merchant_id text NOT NULL,
  terminal_id text NOT NULL,
  business_date text NOT NULL,
  close_no bigint NOT NULL,
  content_hash text NOT NULL,
  result text NOT NULL CHECK (result IN ('AGREED', 'NOT_AGREED')),
  totals text NOT NULL,
  PRIMARY KEY (merchant_id, terminal_id, business_date, close_no)
);
CREATE TABLE notices (
  merchant_id text NOT NULL,
  card_id text NOT NULL,
  sequence_id text COLLATE "C" NOT NULL,
  kind text NOT NULL CHECK (kind IN ('REVERSED', 'VOIDED')),
  at_ms bigint NOT NULL,
  PRIMARY KEY (merchant_id, card_id, sequence_id, kind)
);
CREATE UNLOGGED TABLE guards (
  merchant_id text NOT NULL,
  identity text NOT NULL,
  expires_ms bigint NOT NULL,
  PRIMARY KEY (merchant_id, identity)
);
CREATE SEQUENCE issuer_numbers;

CREATE FUNCTION move_card_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF left(NEW.debit, 5) = 'card:' THEN
    UPDATE cards SET balance = balance - NEW.amount
     WHERE merchant_id = NEW.merchant_id AND card_id = substr(NEW.debit, 6);
    IF NOT FOUND THEN RAISE EXCEPTION 'transfer from an unknown card'; END IF;
  END IF;
  IF left(NEW.credit, 5) = 'card:' THEN
    UPDATE cards SET balance = balance + NEW.amount
     WHERE merchant_id = NEW.merchant_id AND card_id = substr(NEW.credit, 6);
    IF NOT FOUND THEN RAISE EXCEPTION 'transfer to an unknown card'; END IF;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER transfers_move AFTER INSERT ON transfers FOR EACH ROW EXECUTE FUNCTION move_card_balance();

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
CREATE TRIGGER transfers_fixed BEFORE UPDATE OR DELETE ON transfers FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE FUNCTION refuse_direct_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF pg_trigger_depth() < 2 THEN RAISE EXCEPTION 'a balance is moved by a transfer only'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER cards_balance BEFORE UPDATE OF balance ON cards FOR EACH ROW
  WHEN (NEW.balance IS DISTINCT FROM OLD.balance) EXECUTE FUNCTION refuse_direct_balance();
`,
  // That a newer token replaces an older one follows from the order of issue; clocks can give two the same time.
  `
ALTER TABLE tokens ADD COLUMN token_no bigint NOT NULL DEFAULT nextval('issuer_numbers');
ALTER TABLE tokens DROP COLUMN replaced_ms;
DROP INDEX tokens_card;
CREATE INDEX tokens_card ON tokens (merchant_id, card_id, token_no);
`,
  // Money comes to a card by a transfer, the opening balance too, and a card with money cannot go.
  `
CREATE TRIGGER cards_born BEFORE INSERT ON cards FOR EACH ROW
  WHEN (NEW.balance <> 0) EXECUTE FUNCTION refuse_direct_balance();
CREATE TRIGGER cards_kept BEFORE DELETE ON cards FOR EACH ROW
  WHEN (OLD.balance <> 0) EXECUTE FUNCTION refuse_direct_balance();
CREATE TRIGGER transfers_kept BEFORE TRUNCATE ON transfers FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
`,
  // The sums of a business day are kept with its items, so a list of a million of them costs the same per page as a short
  // one. Cards and terminals are never removed, and what hangs on them is made out of their rows: two foreign keys less to
  // look up for every row. `stale_before`: days before it are closed, confirmed or not, if they had bookings.
  `
CREATE TABLE day_totals (
  merchant_id text NOT NULL,
  terminal_id text NOT NULL,
  business_date text NOT NULL,
  type text NOT NULL,
  state text NOT NULL,
  count bigint NOT NULL,
  sum bigint NOT NULL,
  PRIMARY KEY (merchant_id, terminal_id, business_date, type, state)
);
INSERT INTO day_totals
  SELECT merchant_id, terminal_id, business_date, type, state, count(*), sum(amount) FROM items
   WHERE business_date IS NOT NULL GROUP BY merchant_id, terminal_id, business_date, type, state;
CREATE INDEX day_totals_date ON day_totals (merchant_id, business_date);
ALTER TABLE terminals ADD COLUMN stale_before text NOT NULL DEFAULT '';
ALTER TABLE terminal_heads DROP CONSTRAINT terminal_heads_merchant_id_terminal_id_fkey;
ALTER TABLE tokens DROP CONSTRAINT tokens_merchant_id_card_id_fkey;
DROP TRIGGER cards_kept ON cards;
CREATE TRIGGER cards_kept BEFORE DELETE ON cards FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER terminals_kept BEFORE DELETE ON terminals FOR EACH ROW EXECUTE FUNCTION refuse_change();
`,
  // The transfers of one statement move each card's balance once.
  `
DROP TRIGGER transfers_move ON transfers;
DROP FUNCTION move_card_balance();
CREATE FUNCTION move_card_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  asked bigint;
  moved bigint;
BEGIN
  WITH legs AS MATERIALIZED (
    SELECT merchant_id, substr(credit, 6) AS card_id, amount FROM made WHERE left(credit, 5) = 'card:'
    UNION ALL SELECT merchant_id, substr(debit, 6), -amount FROM made WHERE left(debit, 5) = 'card:'),
  sums AS MATERIALIZED (SELECT merchant_id, card_id, sum(amount) AS amount FROM legs GROUP BY merchant_id, card_id),
  done AS (
    UPDATE cards SET balance = balance + sums.amount FROM sums
     WHERE cards.merchant_id = ANY(ARRAY(SELECT merchant_id FROM sums)) AND cards.merchant_id = sums.merchant_id
       AND cards.card_id = ANY(ARRAY(SELECT card_id FROM sums)) AND cards.card_id = sums.card_id RETURNING 1)
  SELECT (SELECT count(*) FROM sums), (SELECT count(*) FROM done) INTO asked, moved;
  IF asked <> moved THEN RAISE EXCEPTION 'transfer of an unknown card'; END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER transfers_move AFTER INSERT ON transfers REFERENCING NEW TABLE AS made
  FOR EACH STATEMENT EXECUTE FUNCTION move_card_balances();
DROP TRIGGER cards_balance ON cards;
CREATE TRIGGER cards_balance BEFORE UPDATE OF balance ON cards FOR EACH STATEMENT
  EXECUTE FUNCTION refuse_direct_balance();
DROP INDEX voids_item;
CREATE INDEX voids_item ON voids (merchant_id, sequence_id, cancel_id);
`,
  // Days of terminals that never say hello any more are closed as well: found by how far each was looked over. What hangs on
  // cards and terminals is held by no foreign key, so their ids never change and nothing empties the tables.
  `
CREATE INDEX terminals_stale ON terminals (merchant_id, stale_before);
CREATE TRIGGER cards_named BEFORE UPDATE OF merchant_id, card_id ON cards FOR EACH STATEMENT
  EXECUTE FUNCTION refuse_change();
CREATE TRIGGER cards_there BEFORE TRUNCATE ON cards FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER terminals_named BEFORE UPDATE OF merchant_id, terminal_id ON terminals FOR EACH STATEMENT
  EXECUTE FUNCTION refuse_change();
CREATE TRIGGER terminals_there BEFORE TRUNCATE ON terminals FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
`,
  // What was seen is still known after a crash of the database: a token must not be good a second time because of one.
  // Items were never written undecided.
  `
ALTER TABLE guards SET LOGGED;
ALTER TABLE items DROP CONSTRAINT items_state_check;
ALTER TABLE items ADD CONSTRAINT items_state_check
  CHECK (state IN ('APPROVED', 'DECLINED', 'REVERSED', 'VOIDED', 'TOMBSTONE'));
`,
];

/** Any number of processes may start on one database at once: the first one migrates, the others wait for it. */
export async function migrate(db: Database): Promise<void> {
  await db.script(
    `BEGIN; SELECT pg_advisory_xact_lock(7103355); CREATE TABLE IF NOT EXISTS meta (name text PRIMARY KEY, value text NOT NULL); COMMIT`,
  );
  await db.transaction(async (sql) => {
    await sql.query('SELECT pg_advisory_xact_lock(7103355)');
    const rows = await sql.query<{ value: string }>(`SELECT value FROM meta WHERE name = 'schema'`);
    const done = Number(rows[0]?.value ?? '0');
    if (!Number.isInteger(done) || done > MIGRATIONS.length) {
      throw new Error(`the database has schema ${done}, this program knows ${MIGRATIONS.length}`);
    }
    for (const migration of MIGRATIONS.slice(done)) {
      for (const statement of statementsOf(migration)) await sql.query(statement);
    }
    await sql.query(
      `INSERT INTO meta (name, value) VALUES ('schema', $1) ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value`,
      [String(MIGRATIONS.length)],
    );
  });
}

/** Splits a migration at the semicolons that end a line, keeping function bodies ($$ ... $$) whole. */
function statementsOf(migration: string): string[] {
  const statements: string[] = [];
  let open = '';
  for (const line of migration.split('\n')) {
    open += `${line}\n`;
    const insideBody = (open.split('$$').length - 1) % 2 === 1;
    if (!insideBody && line.trimEnd().endsWith(';')) {
      statements.push(open.trim());
      open = '';
    }
  }
  return statements;
}
