/**
 * A budget of attempts that ends makes a case (issue: delivery): what is tried so often in a row without an answer that can be
 * trusted has been shown to a manager. Counted here anew, by what leaves the till.
 */
import type { Intent } from '../../src/intent/model.ts';
import type { Answered } from '../../src/konaplate/settlement.ts';
import type { Violation } from './check.ts';
import type { CallName, Try, Trying } from './wire.ts';

/** Tries in a row of one kind for one payment. */
interface Row {
  tries: number;
  /** Somebody was shown it meanwhile. */
  isCase: boolean;
}

/**
 * What is repeated until it is answered; not what a person or an issuer that was put back has asked out of turn, nor what the
 * store bears by a voucher, of which nobody has anything to decide.
 */
function isRepeated(call: CallName, { deferred, host, question, vouchers }: Intent): boolean {
  if (call === 'approve') return deferred;
  if (call === 'netCancel') return host === 'reversing' && vouchers?.includes('daySealed') !== true;
  return call === 'cancel' || (call === 'inquiry' && question !== null);
}

export class Budget {
  readonly #found: (violation: Violation) => void;
  readonly #judged: (what: string) => void;
  readonly #rows = new Map<string, Row>();

  constructor(found: (violation: Violation) => void, judged: (what: string) => void) {
    this.#found = found;
    this.#judged = judged;
  }

  /** A process starts, or a disk did not take what would have made a case: all rows begin anew. */
  anew(): void {
    this.#rows.clear();
  }

  tries({ call, sequenceId }: Try, { intent }: Pick<Trying, 'intent'>, budget: number): void {
    if (intent === null || !isRepeated(call, intent)) return;
    const key = `${call} ${sequenceId}`;
    const row = this.#rows.get(key) ?? { tries: 0, isCase: false };
    this.#rows.set(key, row);
    row.tries += 1;
    row.isCase ||= intent.cases.length > 0;
    if (row.tries <= budget) return;
    this.#judged('BUDGET');
    this.#rows.delete(key);
    if (row.isCase) return;
    const text = `${sequenceId} ${intent.host}/${intent.cash}: ${row.tries} times ${call} without an answer, and no case`;
    this.#found({ code: 'BUDGET_UNSEEN', text });
  }

  ended(call: CallName, sequenceId: string, answer: Answered<unknown>): void {
    if (answer.class !== 'ambiguous' && answer.class !== 'nothingLeft')
      this.#rows.delete(`${call} ${sequenceId}`);
  }
}
