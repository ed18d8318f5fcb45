/** Where the journal of a disk that is put back ends: near its end, within one payment's own entries, or anywhere. */
import type { Disk } from './disk.ts';
import type { SeededRandom } from './time.ts';

const NEAR = 6;
/** The payments that began last, of which one is cut through. */
const PAYMENTS = 4;

/** Throws the dice now; gives the index at which a journal then ends. */
export function cutOf(dice: SeededRandom): (disk: Disk) => number {
  const way = dice.pick(['near', 'within', 'within', 'anywhere'] as const);
  const [first, second] = [dice.fraction(), dice.fraction()];
  return (disk) => {
    const { index } = disk.head;
    const below = (bound: number): number => Math.floor(first * bound);
    if (way === 'near') return Math.max(1, index - 1 - below(NEAR));
    if (way === 'anywhere') return 1 + below(index - 1);
    const payments = [...disk.folded().keys()].slice(-PAYMENTS);
    const sequenceId = payments[below(payments.length)];
    const own = disk.entries.filter(({ record }) => record?.sequenceId === sequenceId);
    const entry = own[Math.floor(second * own.length)];
    return Math.max(1, (entry?.index ?? index) - 1);
  };
}
