import { createHash } from 'node:crypto';
import type { Issuer } from '../../../src/issuer/issuer.ts';

/** Every table but the memory of replays, which grows with every authentic request and holds nothing else. */
const TABLES = [
  'merchants',
  'terminals',
  'terminal_heads',
  'cards',
  'card_locks',
  'card_usage',
  'tokens',
  'items',
  'voids',
  'transfers',
  'days',
  'day_totals',
  'closes',
  'notices',
  'meta',
] as const;

/** A digest over every row of every table: equal digests, nothing changed. */
export async function contentsOf(issuer: Issuer): Promise<string> {
  const parts = TABLES.map(
    (table) =>
      `SELECT '${table}' AS t, md5(coalesce(string_agg(r::text, '|' ORDER BY r::text), '')) AS h FROM ${table} r`,
  );
  const rows = await issuer.service.domain.db.query<{ t: string; h: string }>(parts.join(' UNION ALL '));
  return createHash('sha256')
    .update(JSON.stringify(rows.map((row) => [row.t, row.h]).sort()))
    .digest('hex');
}
