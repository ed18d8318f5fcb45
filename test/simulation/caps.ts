/**
 * What bars a new payment (intent-rules 5), judged once more from the ledger when one is taken: its card has a payment of which
 * nobody knows the end, or too many reversals, or too much in them, are open at the issuer.
 */
import type { Intent } from '../../src/intent/model.ts';
import type { ReversalRule } from '../../src/intent/policy.ts';
import type { Violation } from './check.ts';
import { isSameCard } from './exposure.ts';

/**
 * A net cancel that met a sealed day, and which a manager booked to the store: nobody has anything to decide or to wait for, so
 * it bars nothing.
 */
function isBooked({ vouchers }: Intent): boolean {
  return vouchers?.includes('daySealed') === true;
}

export class Caps {
  readonly #found: (violation: Violation) => void;
  readonly #judged: (what: string) => void;

  constructor(found: (violation: Violation) => void, judged: (what: string) => void) {
    this.#found = found;
    this.#judged = judged;
  }

  /** A payment begins. `payments`: as the ledger had them before. */
  opened(taken: Intent, payments: Iterable<Intent>, { count, sum }: ReversalRule): void {
    const others = [...payments].filter((each) => each.sequenceId !== taken.sequenceId && !isBooked(each));
    const busy = others.find((each) => isSameCard(each, taken) && isUndecided(each));
    const reversals = others.filter(({ host }) => host === 'reversing');
    const open = reversals.reduce((total, { amount }) => total + amount, 0);
    if (others.some(isUndecided)) this.#judged('CAPS');
    if (busy !== undefined)
      this.#tell('CARD_TAKEN', taken, `while ${busy.sequenceId} of its card is ${busy.host}`);
    if (reversals.length >= count)
      this.#tell('REVERSALS_OVER_COUNT', taken, `beside ${reversals.length} open reversals, of ${count}`);
    if (open >= sum) this.#tell('REVERSALS_OVER_SUM', taken, `beside ${open} in reversals, of ${sum}`);
  }

  #tell(code: string, { sequenceId, type }: Intent, text: string): void {
    this.#found({ code, text: `${sequenceId} ${type} begins ${text}` });
  }
}

function isUndecided({ host }: Intent): boolean {
  return host === 'unknown' || host === 'reversing';
}
