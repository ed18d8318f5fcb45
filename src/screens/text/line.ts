import { reasonText } from './reasons.ts';
import { LINE_REASONS } from './strip.ts';
import type { Language } from './words.ts';

/** Why the line is as it is: the worker's reason, or the issuer's code behind it. Empty when there is none. */
export function lineReason(reason: string | null, language: Language): string {
  if (reason === null) return '';
  return LINE_REASONS[reason]?.[language] ?? reasonText(reason)?.reason[language] ?? reason;
}
