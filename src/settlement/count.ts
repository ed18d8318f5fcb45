/**
 * The drawer count (screens 3.4, step 1): blind, that is, what should be there is told only once the count is recorded. One
 * recount; both are kept. Integer won.
 */
export const DENOMINATIONS = [50_000, 10_000, 5_000, 1_000, 500, 100, 50, 10] as const;
export type Denomination = (typeof DENOMINATIONS)[number];
/** The first count and one recount. */
export const COUNTS_MAX = 2;

/** `separate`: this program's cash is kept apart. `drawer`: the whole drawer, with what the POS's own sales put there. */
export type CountMode = 'separate' | 'drawer';

export interface CountInput {
  readonly mode: CountMode;
  /** Pieces by denomination; those left out are none. */
  readonly pieces: Readonly<Partial<Record<`${Denomination}`, number>>>;
  /** Put into the safe since the last close. */
  readonly safe: number;
  /** In the drawer before the first payment. */
  readonly float: number;
  /** `drawer` only: what the POS says its own cash should be. */
  readonly posExpected: number;
}

export interface Count extends CountInput {
  /** Notes and coins in the drawer. */
  readonly counted: number;
  /** What should be there besides the float: this program's cash, and the POS's with `drawer`. */
  readonly expected: number;
  /** Above 0: over. Below 0: short. */
  readonly difference: number;
}

/** Notes and coins of a count. */
export function countedSum(pieces: CountInput['pieces']): number {
  return DENOMINATIONS.reduce((sum, value) => sum + value * (pieces[`${value}`] ?? 0), 0);
}

/** Compares a count with the program's own cash (balance of `cash_drawer`). */
export function judgeCount(input: CountInput, cashDrawer: number): Count {
  const counted = countedSum(input.pieces);
  const posExpected = input.mode === 'drawer' ? input.posExpected : 0;
  const expected = cashDrawer + posExpected;
  return {
    ...input,
    posExpected,
    counted,
    expected,
    difference: counted + input.safe - input.float - expected,
  };
}
