/** Korean time for people. Korea has had no summer time since 1988, so nine hours are added, without a zone table. */

const KST_OFFSET_MS = 9 * 3_600_000;
const DAY_MS = 24 * 3_600_000;

/** `2026-07-23 14:32:05` for UTC milliseconds. */
export function kstDateTime(wallMs: number): string {
  return new Date(wallMs + KST_OFFSET_MS).toISOString().slice(0, 19).replace('T', ' ');
}

/** `20260723` for UTC milliseconds: the calendar day, not the business day. */
export function kstDate(wallMs: number): string {
  return kstDateTime(wallMs).slice(0, 10).replaceAll('-', '');
}

/** UTC milliseconds at which the business day of `wallMs` began, for a day that starts at `cutOverHour`. */
export function businessDayStartMs(wallMs: number, cutOverHour: number): number {
  const shifted = wallMs + KST_OFFSET_MS - cutOverHour * 3_600_000;
  return Math.floor(shifted / DAY_MS) * DAY_MS - KST_OFFSET_MS + cutOverHour * 3_600_000;
}

/** `20260723` -> `2026-07-23`; anything else is given back as it is. */
export function dashedDate(date: string): string {
  return /^\d{8}$/.test(date) ? `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}` : date;
}

/** The issuer's `yyyyMMddHHmmssSSS` (Korean time) -> `2026-07-23 14:32:05`; null when it is not one. */
export function issuerDateTime(text: string): string | null {
  const parts = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})\d{3}$/.exec(text);
  if (parts === null) return null;
  const [, year, month, day, hour, minute, second] = parts;
  return `${year}-${month}-${day} ${hour}:${minute}:${second}`;
}

/** The same as UTC milliseconds; null when it is not one. */
export function issuerTimeMs(text: string): number | null {
  const readable = issuerDateTime(text);
  if (readable === null) return null;
  const atMs = Date.parse(`${readable.replace(' ', 'T')}Z`) - KST_OFFSET_MS;
  return Number.isNaN(atMs) ? null : atMs;
}
