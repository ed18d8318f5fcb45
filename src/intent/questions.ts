import type { Intent, Question } from './model.ts';

/**
 * The question that asks where this intent's cash is (screens 1.5). null: nothing can be unclear, the drawer's state was
 * said by a person after the host came to rest.
 */
export function questionFor(intent: Intent): Question | null {
  switch (intent.cash) {
    case 'received':
      return intent.question === 'RE_HERE' && intent.host === 'unsent' ? 'RE_HERE' : 'RE_IN';
    case 'return_due':
      return 'RE_BACK';
    case 'payout_due':
      return 'RE_OUT';
    case 'none':
      if (intent.type === 'REFUND') return 'RE_OUT_EARLY';
      return intent.host === 'closed' ? 'RE_CLOSED' : null;
    case 'returned':
    case 'paid_out':
      return null;
  }
}
