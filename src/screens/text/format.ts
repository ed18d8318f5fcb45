/**
 * Amounts and times as people at the counter read them (screens rule 3). Money is integer won; times are Asia/Seoul
 * whatever the kiosk's own zone is.
 */
const ZONE = 'Asia/Seoul';
const DIGITS = new Intl.NumberFormat('ko-KR', { maximumFractionDigits: 0 });

function parts(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-GB', { timeZone: ZONE, hourCycle: 'h23', ...options });
}
const MINUTES = parts({ hour: '2-digit', minute: '2-digit' });
const SECONDS = parts({ hour: '2-digit', minute: '2-digit', second: '2-digit' });
const DATE = new Intl.DateTimeFormat('sv-SE', {
  timeZone: ZONE,
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
});

/** Digits with commas, no unit. */
export function digits(value: number): string {
  return DIGITS.format(value);
}

/** Lines never break inside an amount. */
const NO_BREAK = '\u00a0';

/** `10,000원`, English `10,000 won` with a space that does not break. */
export function won(amount: number, language: 'ko' | 'en'): string {
  return language === 'ko' ? `${digits(amount)}원` : `${digits(amount)}${NO_BREAK}won`;
}

/**
 * The reading aid of an amount (screens rule 3): `1만원`, `1만 5천원`, `12만 3,450원`, `5천원`. null where the rule gives
 * none: below 1,000, and below 10,000 unless a multiple of 1,000.
 */
export function readingAid(amount: number): string | null {
  const tenThousands = Math.floor(amount / 10_000);
  const rest = amount % 10_000;
  if (tenThousands === 0) return rest >= 1_000 && rest % 1_000 === 0 ? `${rest / 1_000}천원` : null;
  if (rest === 0) return `${tenThousands}만원`;
  if (rest % 1_000 === 0) return `${tenThousands}만${NO_BREAK}${rest / 1_000}천원`;
  return `${tenThousands}만${NO_BREAK}${digits(rest)}원`;
}

/** `14:32`, Korean time. */
export function clockTime(wallMs: number): string {
  return MINUTES.format(wallMs);
}

/** `14:32:05`, Korean time. */
export function clockTimeSeconds(wallMs: number): string {
  return SECONDS.format(wallMs);
}

/** `2026-07-23`, Korean time. */
export function date(wallMs: number): string {
  return DATE.format(wallMs);
}

/** `14:32:05.123`, Korean time: the manager's timeline. */
export function clockTimeMillis(wallMs: number): string {
  return `${SECONDS.format(wallMs)}.${String(Math.floor(wallMs) % 1_000).padStart(3, '0')}`;
}

/** A span of time for people: `00:41`, `03:12`, from one hour `2:03:12`, from two days `49h`. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const hours = Math.floor(seconds / 3_600);
  if (hours >= 48) return `${hours}h`;
  const tail = `${String(Math.floor(seconds / 60) % 60).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`;
  return hours > 0 ? `${hours}:${tail}` : tail;
}

/** Countdown digits: `4:59`, under a minute plain seconds `12`. Rounded up, so 0 means over. */
export function countdownDigits(leftMs: number): string {
  const seconds = Math.max(0, Math.ceil(leftMs / 1_000));
  if (seconds < 60) return String(seconds);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** `07-23` of `20260723` or `2026-07-23`; null stays null. */
export function monthDay(businessDate: string | null): string | null {
  if (businessDate === null) return null;
  const plain = businessDate.replaceAll('-', '');
  return plain.length === 8 ? `${plain.slice(4, 6)}-${plain.slice(6, 8)}` : businessDate;
}

/** `2026-07-23` of `20260723`. */
export function dashedDate(businessDate: string | null): string {
  if (businessDate === null) return '-';
  const plain = businessDate.replaceAll('-', '');
  return plain.length === 8 ? `${plain.slice(0, 4)}-${plain.slice(4, 6)}-${plain.slice(6, 8)}` : businessDate;
}

/** `9410 00** **** 0005`: all that a screen ever shows of a card number (screens rule 14). */
export function maskedCard(bin: string, last4: string): string {
  const six = bin.padEnd(6, '*').slice(0, 6);
  return `${six.slice(0, 4)} ${six.slice(4)}** **** ${last4}`;
}
