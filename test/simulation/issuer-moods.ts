/**
 * What the issuer itself does besides what the line does to its answers: it takes its time, has bad hours, switches types
 * off, sets another pace, bars cards. It throws dice of its own, so that a story without its moods is the same story.
 */
import type { IntentType } from '../../src/intent/model.ts';
import { CARDS } from './customers.ts';
import { type FaultCounts, tally } from './network.ts';
import { SeededRandom } from './time.ts';

/** Kinds of what it does, as they are counted among the faults of a story. */
export const MOODS: ReadonlySet<string> = new Set([
  'pending',
  'pendingForEver',
  'systemError',
  'mistaken',
  'switchedOff',
  'paceChanged',
  'balanceCap',
  'cardBarred',
  'rareRefusal',
  'slowAnswer',
  'askedToWait',
  'shownAgain',
]);

const USUAL_PER_MINUTE = 600;
/** As long as the client waits for a first byte. */
const FIRST_BYTE_MS = 20_000;
/** As long as stories wait in which no answer is slow. */
const QUICK_MS = 10_000;
/** How long it works on one payment: mostly until somebody has asked, now and then beyond every deadline. */
const WORK_MS = [800, 2_500, 4_000, 7_000, 9_000, 14_000, 25_000, 60_000] as const;
/** "Not processed" that a line hears less often than others (intent-rules 2). */
const RARE = ['000_901', '000_902', '000_903', '000_904', '000_906', '000_909', '000_911'] as const;
/** Why a card is refused, of either type or of one (settlement-contract rule 4 says which of them an advice hears too). */
const BARS: readonly Bar[] = [
  ...['003_001', '003_022'].map((code): Bar => ({ code, type: null, isOfAdvices: true })),
  ...['003_012', '006_005', '006_008', '006_011', '006_012', '006_904'].map(
    (code): Bar => ({ code, type: null, isOfAdvices: false }),
  ),
  ...['006_010', '007_003'].map((code): Bar => ({ code, type: 'CHARGE', isOfAdvices: false })),
  ...['009_002', '009_003', '009_004'].map((code): Bar => ({ code, type: 'REFUND', isOfAdvices: false })),
];

interface Bar {
  readonly code: string;
  /** null: both. */
  readonly type: IntentType | null;
  readonly isOfAdvices: boolean;
}

export interface MoodOptions {
  readonly random: SeededRandom;
  /** Kinds that do not happen; the dice are thrown all the same. */
  readonly without: ReadonlySet<string>;
  readonly counts: FaultCounts;
  readonly say: (words: string) => void;
}

export class IssuerMoods {
  readonly #options: MoodOptions;
  /** How often an approve or a void is worked on for a while. */
  #pending = 0;
  /** How often it says "system error", having done what it was asked for or not. */
  #systemError = 0;
  /** How often it takes what it is told of a payment for another payment's. */
  #mistaken = 0;
  /** How often an answer takes longer than anybody waits for an inquiry. */
  #slowAnswer = 0;
  /** Payments of which it took the content for another one. */
  readonly mistook = new Set<string>();
  readonly #bars = new Map<string, Bar>();
  balanceCap = Number.POSITIVE_INFINITY;
  enabled: Readonly<Record<IntentType, boolean>> = { CHARGE: true, REFUND: true };
  drainPerMinute = USUAL_PER_MINUTE;

  constructor(options: MoodOptions) {
    this.#options = options;
  }

  /** Between two customers. */
  change(): void {
    const { random, say } = this.#options;
    if (!random.chance(0.4)) return;
    this.heal();
    if (random.chance(0.25)) this.#pending = 0.5;
    if (random.chance(0.06)) this.#systemError = random.pick([0.2, 1]);
    if (random.chance(0.1)) this.#mistaken = 0.5;
    if (random.chance(0.08)) this.#slowAnswer = 0.2;
    if (this.hit('balanceCap', 0.06)) this.balanceCap = 220_000;
    if (this.hit('cardBarred', 0.12)) this.#bars.set(random.pick(CARDS), random.pick(BARS));
    this.enabled = { CHARGE: !this.hit('switchedOff', 0.05), REFUND: !this.hit('switchedOff', 0.05) };
    if (this.hit('paceChanged', 0.12)) this.drainPerMinute = random.pick([0, 0, 6, 60, 3_000]);
    const off = Object.entries(this.enabled).flatMap(([type, isOn]) => (isOn ? [] : [type]));
    if (off.length > 0) say(`the issuer takes no ${off.join(', no ')}`);
    if (this.drainPerMinute !== USUAL_PER_MINUTE) say(`the issuer wants ${this.drainPerMinute} a minute`);
  }

  heal(): void {
    this.#pending = 0;
    this.#systemError = 0;
    this.#mistaken = 0;
    this.#slowAnswer = 0;
    this.#bars.clear();
    this.balanceCap = Number.POSITIVE_INFINITY;
    this.enabled = { CHARGE: true, REFUND: true };
    this.drainPerMinute = USUAL_PER_MINUTE;
  }

  /** True when this happens now. */
  hit(kind: string, chance: number): boolean {
    const { random, without, counts } = this.#options;
    if (chance === 0 || !random.chance(chance) || without.has(kind)) return false;
    tally(counts, kind);
    return true;
  }

  /** Ms that it works on a request, `forEver`: until it is mended; null: it decides at once. */
  worksMs(): number | 'forEver' | null {
    const { random } = this.#options;
    if (!this.hit('pending', this.#pending)) return null;
    return this.hit('pendingForEver', 0.15) ? 'forEver' : random.pick(WORK_MS);
  }

  /** An undoing goes before what is being worked on; else it waits for that. */
  letsPass(): boolean {
    return this.#options.random.chance(0.5);
  }

  /** It keeps a damaged record of what this payment's request said. */
  mistakes(sequenceId: string): boolean {
    if (!this.hit('mistaken', this.#mistaken)) return false;
    this.mistook.add(sequenceId);
    return true;
  }

  systemError(): 'before' | 'after' | null {
    if (!this.hit('systemError', this.#systemError)) return null;
    return this.#options.random.chance(0.5) ? 'before' : 'after';
  }

  /** Ms that an answer takes besides the way; 0: none. */
  slowMs(): number {
    return this.hit('slowAnswer', this.#slowAnswer) ? 2_000 + this.#options.random.below(23_000) : 0;
  }

  /** Ms that an answer is waited for. */
  patienceMs(): number {
    return this.#options.without.has('slowAnswer') ? QUICK_MS : FIRST_BYTE_MS;
  }

  /** Ms that a late request is on its way at most: half of them are answered while somebody still listens. */
  lateMs(mostMs: number): number {
    const { without, random } = this.#options;
    return !without.has('slowAnswer') && random.chance(0.5) ? FIRST_BYTE_MS : mostMs;
  }

  /** A rarer code in the place of this one. */
  refusal(code: string): string {
    return this.hit('rareRefusal', 0.4) ? this.#options.random.pick(RARE) : code;
  }

  /**
   * Ms after which an answer without a code wants to be asked again (503 with Retry-After): half a minute at most, or the
   * hour of a proxy; null: it does not say.
   */
  waitMs(): number | null {
    if (!this.hit('askedToWait', 0.3)) return null;
    const seconds = 1 + this.#options.random.below(30);
    return seconds > 24 ? 3_600_000 : 1_000 * seconds;
  }

  /** This card, or now and then another one that lies in the same purse. */
  cardLike(cardNumber: string): string {
    const { random } = this.#options;
    return random.chance(0.15) ? random.pick(CARDS) : cardNumber;
  }

  /** A one-time token. */
  digits(): string {
    return String(this.#options.random.below(1_000)).padStart(3, '0');
  }

  /** Why this card is refused; null: it is not. */
  bar(cardNumber: string, type: IntentType, isAdvice: boolean): string | null {
    const bar = this.#bars.get(cardNumber);
    if (bar === undefined || (bar.type !== null && bar.type !== type)) return null;
    return isAdvice && !bar.isOfAdvices ? null : bar.code;
  }
}

/** Of an issuer that does nothing by itself. */
export function noMoods(): IssuerMoods {
  return new IssuerMoods({ random: new SeededRandom(1), without: MOODS, counts: {}, say: () => {} });
}
