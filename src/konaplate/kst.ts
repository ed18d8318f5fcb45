/**
 * Korean time as the platform writes it. Korea has kept UTC+9 without daylight saving since 1988, so the offset is a
 * constant and no time zone database is needed.
 */
const KST_OFFSET_MS = 9 * 3_600_000;
/** 9999-12-31T23:59:59.999 in Korea: later times do not fit the masks. */
const LATEST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999) - KST_OFFSET_MS;
const EARLIEST_MS = Date.UTC(1000, 0, 1) - KST_OFFSET_MS;

/** `yyyyMMddHHmmssSSS`, 17 digits. `ms` is UTC and must lie in the years 1000 to 9999 (RangeError). */
export function kstMillis(ms: number): string {
  if (!Number.isFinite(ms) || ms < EARLIEST_MS || ms > LATEST_MS)
    throw new RangeError('time outside the masks');
  const iso = new Date(Math.trunc(ms) + KST_OFFSET_MS).toISOString();
  const date = iso.slice(0, 4) + iso.slice(5, 7) + iso.slice(8, 10);
  return date + iso.slice(11, 13) + iso.slice(14, 16) + iso.slice(17, 19) + iso.slice(20, 23);
}

/** `yyyyMMddHHmmss`, 14 digits: the form of X-KM-Tran-Time. */
export function kstSeconds(ms: number): string {
  return kstMillis(ms).slice(0, 14);
}

/** `yyyyMMdd`, 8 digits: a business or calendar date. */
export function kstDate(ms: number): string {
  return kstMillis(ms).slice(0, 8);
}

/** `yyMMddHHmmss`, 12 digits: the first part of a correlation id. */
export function kstShort(ms: number): string {
  return kstMillis(ms).slice(2, 14);
}

/** UTC ms of a `yyyyMMddHHmmssSSS`, `yyyyMMddHHmmss` or `yyyyMMdd`; null when it is no such time (a 13th month, 25 o'clock). */
export function parseKst(text: string): number | null {
  if (!/^(?:[0-9]{8}|[0-9]{14}|[0-9]{17})$/.test(text)) return null;
  const [year, month, day] = [part(text, 0, 4), part(text, 4, 6), part(text, 6, 8)];
  const [hour, minute, second] = [part(text, 8, 10), part(text, 10, 12), part(text, 12, 14)];
  const date = new Date(Date.UTC(year, month - 1, day));
  // Date.UTC carries over (32 January becomes 1 February) and takes 99 for 1999: what does not come back is no date.
  const isDate =
    date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  if (!isDate || hour > 23 || minute > 59 || second > 59) return null;
  const inDay = ((hour * 60 + minute) * 60 + second) * 1_000 + part(text, 14, 17);
  const ms = date.getTime() + inDay - KST_OFFSET_MS;
  return ms < EARLIEST_MS || ms > LATEST_MS ? null : ms;
}

/** The number at this place; 0 where a shorter form has ended. */
function part(text: string, from: number, to: number): number {
  return Number(text.slice(from, to));
}
