/** What a round is about, which follows from its seed before anything else is drawn. */
import { diceOf } from './dice.ts';

/** Which of the two is put back to an earlier point. */
export const BACKS = ['ledger', 'disk', 'issuer', 'issuerMeanwhile'] as const;
export type Back = (typeof BACKS)[number];

/**
 * When a copy of the disk runs in another machine: while the till is away, beside it, or beside it with nobody there who
 * would take it on again.
 */
const COPIES = ['instead', 'beside', 'unmanaged'] as const;
/** A `twin` runs beside the till too, in a machine that cannot be told apart from its own. */
export type Copy = (typeof COPIES)[number] | 'twin';

/** Dice of their own: what the others draw from a seed stays as it was before there were copies. */
const COPY_SALT = 0x1d872b51;

export interface Kind {
  readonly isClosing: boolean;
  readonly back: Back | null;
  /** Only where nothing is put back. */
  readonly copy: Copy | null;
}

/** Draws first of all from the dice of the round. */
export function drawKind(seed: number, dice: () => number): Kind {
  const isClosing = dice() < 0.3;
  const isBack = dice() < 0.25;
  const back = BACKS[Math.floor(dice() * BACKS.length)] ?? null;
  if (isBack) return { isClosing, back, copy: null };
  const own = diceOf(seed ^ COPY_SALT);
  const isCopied = own() < 0.15;
  const copy = COPIES[Math.floor(own() * COPIES.length)] ?? null;
  const isTwin = copy !== 'unmanaged' && own() > 0.6;
  return { isClosing, back: null, copy: isCopied ? (isTwin ? 'twin' : copy) : null };
}

export function kindOf(seed: number): Kind {
  return drawKind(seed, diceOf(seed));
}

/** Afterwards the two sides may differ for ever, by name. */
export function wantsOwnShop(seed: number): boolean {
  const { back, copy } = kindOf(seed);
  return back !== null || copy !== null;
}
