/** What people really did with the cash of one payment, in won and by direction, whatever the ledger says of it. */
import type { Violation } from './check.ts';

export class Notes {
  readonly type: 'CHARGE' | 'REFUND';
  readonly amount: number;
  /** From the customer into the drawer. */
  received = 0;
  /** Of that, out of the drawer again. */
  givenBack = 0;
  /** Out of the drawer for a withdrawal. */
  paidOut = 0;
  /**
   * Whoever stands at the counter knows what was done with them. A new cashier after a crash does not, and believes the
   * screen, until it asked or until they moved them themselves.
   */
  isKnown = true;
  /** Its customer has what is theirs and has gone: no screen makes them come back. */
  isGone = false;
  /** A copy of the till's disk runs in another machine: who stands at either asks the other, and acts once. */
  isOfTwoMachines = false;
  readonly #name: string;

  constructor(name: string, type: Notes['type'], amount: number) {
    this.#name = name;
    this.type = type;
    this.amount = amount;
  }

  /** CHARGE: in the drawer. REFUND: in the customer's hands. */
  get moved(): boolean {
    return this.type === 'CHARGE' ? this.received > this.givenBack : this.paidOut > 0;
  }

  /**
   * Each movement tells what is wrong with it; null: nothing. No statement of a person excuses a second one: they answer a
   * question by what can be seen, and whoever says "not paid" pays again only when the screen says so (intent-rules 4).
   */
  take(): Violation | null {
    const isRight = this.type === 'CHARGE' && !this.moved;
    this.received += this.amount;
    return isRight ? null : this.#wrong(this.type === 'CHARGE' ? 'TAKEN_AGAIN' : 'TAKEN_FOR_PAYOUT');
  }

  giveBack(): Violation | null {
    const isRight = this.type === 'CHARGE' && this.moved;
    this.givenBack += this.amount;
    if (isRight) return null;
    return this.#wrong(this.received === 0 ? 'GIVEN_FOR_NOTHING' : 'GIVEN_TWICE');
  }

  payOut(): Violation | null {
    const isRight = this.type === 'REFUND' && !this.moved;
    this.paidOut += this.amount;
    return isRight ? null : this.#wrong(this.type === 'REFUND' ? 'PAID_TWICE' : 'PAID_FOR_CHARGE');
  }

  #wrong(code: string): Violation {
    const { type, amount, received, givenBack, paidOut } = this;
    const sums = `received ${received}, given back ${givenBack}, paid out ${paidOut}`;
    return { code, text: `${this.#name} ${type} ${amount}: ${sums}` };
  }
}
