/**
 * The shape of every text: Korean is the source, English a translation of equal rank. Sentences hold placeholders
 * `{name}` or `{name:kind}`; the kind says how a value is written (money, clock time, span of time).
 */
import { clockTime, span, won } from './format.ts';

export type Language = 'ko' | 'en';

export interface Words {
  readonly ko: string;
  readonly en: string;
}

export type Values = Readonly<Record<string, string | number | null | undefined>>;

const PLACEHOLDER = /\{([A-Za-z0-9]+)(?::([a-z]+))?\}/g;

function write(
  value: string | number | null | undefined,
  kind: string | undefined,
  language: Language,
): string {
  if (value === null || value === undefined) return '-';
  if (kind === 'won') return won(Number(value), language);
  if (kind === 'time') return typeof value === 'number' ? clockTime(value) : value;
  if (kind === 'span') return typeof value === 'number' ? span(value) : value;
  return String(value);
}

/** Fills a template of one language. A value that is missing is written as "-": no brace ever reaches a screen. */
export function fill(template: string, values: Values, language: Language): string {
  return template.replace(PLACEHOLDER, (_match, name: string, kind: string | undefined) =>
    write(values[name], kind, language),
  );
}

/** The text of one language with its values. */
export function say(words: Words, language: Language, values: Values = {}): string {
  return fill(words[language], values, language);
}
