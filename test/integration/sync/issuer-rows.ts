/** What the issuer holds of the terminal that a shop's till is, read from its tables: no till hears of these questions. */
import type { Issuer } from '../../../src/issuer/issuer.ts';

async function rowsOf<Row>(issuer: Issuer, sql: string): Promise<readonly Row[]> {
  const { merchantId, terminalId } = issuer.credentials;
  return issuer.service.domain.db.query<Row>(sql, [merchantId, terminalId]);
}

/** How it has each payment. */
export async function statesAt(issuer: Issuer): Promise<ReadonlyMap<string, string>> {
  const rows = await rowsOf<{ id: string; state: string }>(
    issuer,
    'SELECT sequence_id AS id, state FROM items WHERE merchant_id = $1 AND terminal_id = $2',
  );
  return new Map(rows.map(({ id, state }) => [id, state]));
}

/** The highest index of the present epoch's journal that it was told of. */
export async function knownIndexAt(issuer: Issuer): Promise<number> {
  const rows = await rowsOf<{ known: number | string | null }>(
    issuer,
    `SELECT max(journal_index) AS known FROM terminal_heads JOIN terminals USING (merchant_id, terminal_id, epoch)
      WHERE merchant_id = $1 AND terminal_id = $2`,
  );
  return Number(rows[0]?.known ?? 0);
}

/** The machine that it believes; null: none has said hello. */
export async function holderAt(issuer: Issuer): Promise<string | null> {
  const rows = await rowsOf<{ holder: string | null }>(
    issuer,
    'SELECT holder FROM terminals WHERE merchant_id = $1 AND terminal_id = $2',
  );
  return rows[0]?.holder ?? null;
}

/** The epoch that it gave last. */
export async function epochAt(issuer: Issuer): Promise<number> {
  const rows = await rowsOf<{ epoch: number | string }>(
    issuer,
    'SELECT epoch FROM terminals WHERE merchant_id = $1 AND terminal_id = $2',
  );
  return Number(rows[0]?.epoch ?? 0);
}

/** Business dates of its items: a day that is closed is followed by the next. */
export async function datesAt(issuer: Issuer): Promise<string[]> {
  const rows = await rowsOf<{ date: string }>(
    issuer,
    `SELECT DISTINCT business_date AS date FROM items
      WHERE merchant_id = $1 AND terminal_id = $2 AND business_date IS NOT NULL ORDER BY 1`,
  );
  return rows.map(({ date }) => date);
}

/** yyyyMMdd of the days that it has agreed to. */
export async function agreedAt(issuer: Issuer): Promise<string[]> {
  const rows = await rowsOf<{ date: string }>(
    issuer,
    `SELECT business_date AS date FROM days WHERE merchant_id = $1 AND terminal_id = $2 AND status = 'AGREED' ORDER BY 1`,
  );
  return rows.map(({ date }) => date);
}
