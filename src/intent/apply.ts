import type { DecisionRecord, Intent } from './model.ts';

/** Folds one record; null only for `scanAccepted`. Decides nothing; asserts that the new state is legal. */
export function apply(_intent: Intent | null, _record: DecisionRecord): Intent {
  throw new Error('follows');
}
