import type { Due, Intent, IntentTimes, Now } from './model.ts';

/** What the intent needs next and when (mono ms). Jitter is already inside `notBeforeMs`. */
export function due(_intent: Intent, _now: Now, _times: IntentTimes): Due {
  throw new Error('follows');
}
