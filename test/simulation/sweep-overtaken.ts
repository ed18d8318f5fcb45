/**
 * The short day of another sweep: while its first close is on its way a customer's charge is booked, and no answer about
 * it comes back. The figures here are the same as before; only what stands open has moved, and the close that is made anew
 * names it.
 */
import type { Answered, SettlementBackend } from '../../src/konaplate/settlement.ts';
import { over } from './backends.ts';
import { CARDS } from './customers.ts';
import type { Plant } from './plants.ts';
import type { Scene } from './weather.ts';

const STAYS_MS = 5_000;
const LOOKS_EVERY_MS = 200;
/** The close does not wait for a till that is down. */
const LOOKS = 40;
/** The till is back, and what it found is compared and closed. */
const WAITS_MS = 60_000;
const LOST: Answered<never> = { class: 'ambiguous', why: 'RESET', code: null, bytesWritten: 900 };

/** What is told, and the line over which nothing is heard of the charge that came between. No bug: it finds nothing. */
export interface Overtaken {
  readonly day: (scene: Scene) => Promise<void>;
  readonly plant: Plant;
}

export function overtakenDay(): Overtaken {
  let scene: Scene | null = null;
  let isOvertaken = false;
  let isDeaf = false;

  /** The charge is booked before the close arrives. */
  async function comesBetween({ issuer, clock, counters, say }: Scene): Promise<void> {
    const booked = (): number =>
      [...issuer.items.values()].filter(({ state }) => state === 'approved').length;
    const before = booked();
    say('a customer shows CHARGE while the close is on its way');
    isDeaf = true;
    counters[0]?.scan(issuer.makeBarcode('CHARGE', CARDS[1] ?? CARDS[0], 6_000, '002'));
    for (let looks = 0; looks < LOOKS && booked() === before; looks += 1)
      await new Promise<void>((resolve) => void clock.after(LOOKS_EVERY_MS, resolve));
  }

  function backend(same: SettlementBackend): SettlementBackend {
    const heard = async <T>(answer: Promise<Answered<T>>): Promise<Answered<T>> => {
      const said = await answer;
      return isDeaf ? LOST : said;
    };
    return over(same, {
      approve: (...call) => heard(same.approve(...call)),
      inquiry: (...call) => heard(same.inquiry(...call)),
      netCancel: (...call) => (isDeaf ? Promise.resolve(LOST) : same.netCancel(...call)),
      close: async (...call) => {
        if (scene !== null && !isOvertaken) {
          isOvertaken = true;
          const [counter] = scene.counters;
          const caller = counter?.terminal;
          await comesBetween(scene);
          if (counter?.terminal !== caller) return LOST; // it ended meanwhile: nothing of it leaves any more
        }
        return same.close(...call);
      },
    });
  }

  async function day(told: Scene): Promise<void> {
    scene = told;
    const [counter] = told.counters;
    if (counter === undefined) throw new Error('a story has a till');
    for (let waitedMs = 0; waitedMs < WAITS_MS && !counter.isFree; waitedMs += STAYS_MS) {
      counter.guarded(() => counter.recover());
      await told.pass(STAYS_MS);
    }
    counter.scan(told.issuer.makeBarcode('CHARGE', CARDS[0], 10_000, '001'));
    await told.pass(STAYS_MS);
    counter.closeDay();
    await told.pass(WAITS_MS);
    // A close that a fault kept from this day is overtaken by nobody.
    isOvertaken = true;
    isDeaf = false;
    await told.pass(WAITS_MS);
  }
  return { day, plant: { name: 'nothing is heard of a charge', finds: [], backend } };
}
