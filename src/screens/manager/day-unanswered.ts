/** The sentence for a close that the issuer has not confirmed. */
import { CLOSE, UNANSWERED_WORDS } from '../text/day.ts';
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
  if (why !== ASKED_TO_WAIT) return reasonText(why, language);
  if (nextTryMs === null || nextTryMs <= wallMs) return CLOSE.askedToWaitNow[language];
  return say(CLOSE.askedToWait, language, { time: clockTimeSeconds(nextTryMs) });
}

/** Much of it is not the issuer's silence, and some of it a person has to mend. */
function reasonText(why: string, language: Language): string {
  const known = UNANSWERED_WORDS[why];
  if (known !== undefined) return known[language];
  const isCode = /^[0-9]{3}_[0-9]{3}$/.test(why);
  return say(isCode ? CLOSE.notProcessed : CLOSE.cannotConfirm, language, { why });
}
