import type { Language } from './texts.ts';

const grouped = (value: number): string => value.toString().replace(/\B(?=(\d{3})+$)/g, ',');

/** `10,000원`, `10,000 won`: integer won, grouped, never a fraction. */
export function won(amount: number, language: Language): string {
  return language === 'ko' ? `${grouped(amount)}원` : `${grouped(amount)} won`;
}

/** The Korean reading aid: 10,000 is 1만원, 15,000 1만 5천원, 123,450 12만 3,450원; none below 1,000. */
export function readingAid(amount: number): string | null {
  if (amount < 1000) return null;
  const tenThousands = Math.floor(amount / 10_000);
  const rest = amount % 10_000;
  if (tenThousands === 0) return rest % 1000 === 0 ? `${rest / 1000}천원` : null;
  if (rest === 0) return `${tenThousands}만원`;
  const tail = rest % 1000 === 0 ? `${rest / 1000}천원` : `${grouped(rest)}원`;
  return `${tenThousands}만 ${tail}`;
}

/** `10,000원 (1만원)` in Korean, `10,000 won` in English. */
export function wonWithAid(amount: number, language: Language): string {
  const aid = language === 'ko' ? readingAid(amount) : null;
  return aid === null ? won(amount, language) : `${won(amount, language)} (${aid})`;
}

/** Minutes and seconds, rounded up: the last second is shown as 0:01. */
export function minutesSeconds(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** Korean wall time of a UTC instant, `07-23 14:32`, whatever zone the phone is in. */
export function seoulTime(utcMs: number): string {
  const moved = new Date(utcMs + 9 * 3_600_000).toISOString();
  return `${moved.slice(5, 10)} ${moved.slice(11, 16)}`;
}
