/** The sentence for a close that the issuer has not confirmed. */
import { CLOSE } from '../text/day.ts';
import { clockTimeSeconds } from '../text/format.ts';
import { type Language, say } from '../text/words.ts';

/** It did answer, and said when it wants to be asked again. */
const ASKED_TO_WAIT = 'ASKED_TO_WAIT';

/** `nextTryMs`: when the line is tried next, on the terminal's clock; null: it is up, or nobody knows. */
export function unansweredText(
  why: string,
  nextTryMs: number | null,
  wallMs: number,
  language: Language,
): string {
  if (why !== ASKED_TO_WAIT) return say(CLOSE.cannotConfirm, language, { why });
  if (nextTryMs === null || nextTryMs <= wallMs) return CLOSE.askedToWaitNow[language];
  return say(CLOSE.askedToWait, language, { time: clockTimeSeconds(nextTryMs) });
}
