/** What no list had that a terminal imported before it was believed again. */
import type { ModelItem } from './issuer-model.ts';

export class IssuerClaims {
  readonly #missed = new Set<string>();
  /** How many payments there were when a list was begun, by terminal and date. */
  readonly #counts = new Map<string, number>();

  /** The first page of a list is given. */
  listed(terminalId: string, businessDate: string, count: number): void {
    this.#counts.set(`${terminalId} ${businessDate}`, count);
  }

  /**
   * A terminal is believed again. What is being worked on is in no list; nor is what the machine that was believed until now
   * has sold since the list of that date was read, which could not be otherwise.
   */
  claimed(terminalId: string, items: Iterable<ModelItem>, working: Iterable<string>): void {
    for (const sequenceId of working) this.#missed.add(sequenceId);
    let place = 0;
    for (const item of items) {
      const count = this.#counts.get(`${terminalId} ${item.businessDate}`) ?? Number.POSITIVE_INFINITY;
      if (item.terminalId === terminalId && place >= count) this.#missed.add(item.sequenceId);
      place += 1;
    }
  }

  has(sequenceId: string): boolean {
    return this.#missed.has(sequenceId);
  }
}
