import type { Decision, DecisionRecord, Intent, IntentEvent } from './model.ts';
import type { DecideContext, NewIntent } from './rules.ts';

/** The first record of a new intent (`scanAccepted`): `unsent`/`none`. */
export function accept(_scan: NewIntent, _context: DecideContext): DecisionRecord {
  throw new Error('follows');
}

/** External events always give a record (intent-rules 3); own commands may be refused (3b). Never throws for either. */
export function decide(_intent: Intent, _event: IntentEvent, _context: DecideContext): Decision {
  throw new Error('follows');
}
