/**
 * The short day of a sweep: charges and withdrawals that are approved, declined and refused an answer, one that is asked
 * about, one that is reversed, one credited later, one that a manager voids, and the day closed, with a customer behind it.
 */
import { LedgerFault } from '../../src/ledger/fault.ts';
import { runDecision } from '../../src/web/decide.ts';
import { ApiFault } from '../../src/web/fault.ts';
import type { Counter } from './counter.ts';
import { CARDS } from './customers.ts';
import { NO_FAULTS } from './network.ts';
import type { Scene } from './weather.ts';

/** Dice under which its people do what the day is about: one till, credit later, an issuer with tombstones. */
export const DAY_SEED = 20_000_015;
const BOSS = 'M1';
/** The till's scanner and line come up; or it comes back after a crash, and somebody answers what it asks. */
const WAITS_MS = 60_000;
const LOOKS_EVERY_MS = 2_000;
/** How long a customer stays. */
const STAYS_MS = 5_000;
/** So few items of a list at a time that each of the day has a second page. */
const PAGE_MAX = 2;
const DOWN_MS = 100_000;

/** One day at the first till. */
export async function sweepDay(scene: Scene): Promise<void> {
  const { issuer } = scene;
  const [counter] = scene.counters;
  if (counter === undefined) throw new Error('a story has a till');
  issuer.pageMax = PAGE_MAX;
  const visit = new Visits(scene, counter);
  await visit.comes('CHARGE', 10_000, STAYS_MS);
  await visit.comes('REFUND', 5_000, STAYS_MS);
  await visit.comes('REFUND', 300_000, STAYS_MS);
  await visit.comesUnanswered(3_500, (isBad) => {
    counter.network.faults = isBad ? { ...NO_FAULTS, answerLost: 1 } : NO_FAULTS;
  });
  await visit.comesUnanswered(30_000, (isBad) => {
    counter.network.oneWay = isBad;
  });
  await visit.waits();
  counter.network.up = false;
  await scene.pass(DOWN_MS);
  await visit.shows('CHARGE', 20_000, 10_000);
  counter.network.up = true;
  await scene.pass(20_000);
  await visit.comes('CHARGE', 30_000, STAYS_MS);
  voidsFirst(counter);
  await scene.pass(STAYS_MS);
  counter.closeDay();
  await scene.pass(2_000);
  await visit.comes('CHARGE', 1_000, STAYS_MS);
}

class Visits {
  readonly #scene: Scene;
  readonly #counter: Counter;
  #customers = 0;

  constructor(scene: Scene, counter: Counter) {
    this.#scene = scene;
    this.#counter = counter;
  }

  /** The next customer waits until the till is free, or for a minute. */
  async waits(): Promise<void> {
    const { pass } = this.#scene;
    for (let waitedMs = 0; waitedMs < WAITS_MS && !this.#counter.isFree; waitedMs += LOOKS_EVERY_MS) {
      this.#counter.guarded(() => this.#counter.recover());
      await pass(LOOKS_EVERY_MS);
    }
  }

  async comes(type: 'CHARGE' | 'REFUND', amount: number, staysMs: number): Promise<void> {
    await this.waits();
    await this.shows(type, amount, staysMs);
  }

  /** A barcode, and stays for so long. */
  async shows(type: 'CHARGE' | 'REFUND', amount: number, staysMs: number): Promise<void> {
    const { issuer, say, pass } = this.#scene;
    say(`a customer shows ${type} ${amount.toLocaleString('en')}`);
    const card = CARDS[this.#customers % CARDS.length] ?? CARDS[0];
    this.#customers += 1;
    const digits = String(this.#customers).padStart(3, '0');
    this.#counter.scan(issuer.makeBarcode(type, card, amount, digits));
    await pass(staysMs);
  }

  /** The same, a charge whose line is bad for so long. */
  async comesUnanswered(badMs: number, line: (isBad: boolean) => void): Promise<void> {
    await this.waits();
    line(true);
    await this.shows('CHARGE', 10_000, badMs);
    line(false);
    await this.#scene.pass(STAYS_MS);
  }
}

/** The first of them comes to the manager and wants the charge undone: the page may say why not. */
function voidsFirst(counter: Counter): void {
  const { managed: terminal, cashier } = counter;
  const charges = (terminal?.books.intents() ?? []).filter(
    ({ host, cash }) => host === 'approved' && cash === 'received',
  );
  const first = charges.at(-1); // the newest comes first
  if (terminal === null || first === undefined) return;
  const { sequenceId, version } = first;
  counter.guarded(() => {
    try {
      const body = { decision: 'void', version, reason: 'OTHER', note: 'as it was found' } as const;
      runDecision(terminal.pages, sequenceId, body, BOSS);
      cashier.sawLeave(sequenceId);
    } catch (fault) {
      if (fault instanceof LedgerFault) terminal.failed(fault);
      else if (!(fault instanceof ApiFault)) throw fault;
    }
  });
}
