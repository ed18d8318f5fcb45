/** How customers come to the counters of a story, and how its promises settle between two events. */

export interface Pace {
  /** How long a customer stays: seldom so long that the cashier leaves the payment to the manager. One is picked. */
  readonly staysMs: readonly number[];
  /** Between one customer and the next. */
  readonly betweenMs: number;
  /** How often the customer waits while the till is down; the others show their barcode to a dark screen. */
  readonly waits: number;
  /** How often a scanner on a stand reads the same barcode. */
  readonly repeats: number;
  /** Nobody asks for a withdrawal while the screen says that there is no line. */
  readonly readsScreen: boolean;
  /** How often a bad line has a kind of fault, how often the line is down, and how often a process may die. */
  readonly fault: number;
  readonly down: number;
  readonly crash: number;
  /** How often a barcode is shown, or shown again, when it is over: five minutes in which little happens. */
  readonly tooOld: number;
  readonly late: number;
  /** Customers go on coming until so many payments were begun. */
  readonly payments: number;
  /** Ends when every promise that can settle has done so. */
  settled(): Promise<void>;
}

/** Every promise that can settle has. Node runs its ticks between one empty queue of promises and the next. */
export function tick(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}

const TURNS = 12;

async function turns(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) await null;
}

const SHORT_MS = [2_000, 3_000, 3_000, 4_000, 4_000, 6_000, 6_000, 8_000, 8_000, 12_000] as const;

/** A counter with a queue before it. */
export const BUSY: Pace = {
  staysMs: [...SHORT_MS, ...SHORT_MS, ...SHORT_MS, ...SHORT_MS, 20_000, 25_000, 40_000, 70_000, 200_000],
  betweenMs: 1_500,
  waits: 0.9,
  repeats: 3,
  readsScreen: true,
  fault: 0.3,
  down: 0.1,
  crash: 0.25,
  tooOld: 0.01,
  late: 0.005,
  payments: 20,
  settled: tick,
};

/** The pace at which the stories were told that older lists of seeds name. */
export const SLOW: Pace = {
  staysMs: [3_000, 4_000, 6_000, 6_000, 8_000, 8_000, 12_000, 20_000, 25_000, 70_000, 200_000],
  betweenMs: 3_000,
  waits: 0,
  repeats: 6,
  readsScreen: false,
  fault: 0.4,
  down: 0.15,
  crash: 0.35,
  tooOld: 0.03,
  late: 0.02,
  payments: 0,
  settled: turns,
};
