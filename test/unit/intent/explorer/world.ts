/**
 * One state of the explored world: the intent by number, the issuer's item, what is on the network, where the notes are,
 * what the page shows. Packed into one number, so that millions of states fit into a map.
 *
 * The network loses, duplicates and reorders: a request that was once sent may arrive at any later time, any number of
 * times, or never, so one bit per kind of request says it all. Answers follow from what the issuer has done.
 */
import type { Advice } from '../../../../src/intent/advice.ts';

/** The issuer's item of this id. */
export const ITEMS = ['none', 'approved', 'declined', 'reversed', 'tombstone', 'voided'] as const;
export type Item = (typeof ITEMS)[number];

export const RESULTS = ['COMPLETED', 'FAILED', 'NOT_FOUND', 'REVERSED', 'VOIDED'] as const;
export type Result = (typeof RESULTS)[number];

export const SHOWN = [
  'nothing',
  'take',
  'hold',
  'keep',
  'giveBack',
  'payOut',
  'payNothing',
  'done',
  'question',
  'manager',
] as const satisfies readonly (Advice | 'nothing')[];
export type Shown = (typeof SHOWN)[number];

/** Fields in the order of packing, with the number of values each may take. */
const SIZES = {
  intent: 1 << 14,
  item: ITEMS.length,
  sealed: 2,
  /** The customer spent what was charged. */
  spent: 2,
  approveSent: 2,
  netCancelSent: 2,
  /** 0 none acknowledged, 1 the item is undone for ever, 2 NOT_FOUND without a tombstone. */
  netCancelDone: 3,
  /** A minute of quiet: what was sent before has died on the way. */
  isQuiet: 2,
  /** Void attempts 0 and 1: 0 not sent, 1 sent, 2 done, 3 refused. */
  void0: 4,
  void1: 4,
  /** The card's fresh barcode that proved the void died with the last run. */
  proofLost: 2,
  /** An inquiry is on its way. */
  inquirySent: 2,
  /** 1 + index of the result on its way back, asked under the present host; 0: none. */
  fresh: RESULTS.length + 1,
  /** The same, asked before the host moved. */
  stale: RESULTS.length + 1,
  /** Notes that moved from the customer into the drawer, plus 2. */
  notes: 5,
  shown: SHOWN.length,
  /** The page shows the present state. */
  isCurrent: 2,
  /** This cashier knows where the cash is; the one after a restart believes the screen. */
  knows: 2,
  crashes: 4,
  /** The agent is down. */
  isDown: 2,
  /** What people have done in this dark. */
  darkActs: 4,
} as const;
type Field = keyof typeof SIZES;
export type World = Record<Field, number>;

const FIELDS = Object.keys(SIZES) as Field[];

export function pack(world: World): number {
  let packed = 0;
  for (const field of FIELDS) packed = packed * SIZES[field] + world[field];
  return packed;
}

export function unpack(packed: number): World {
  const world = {} as World;
  let rest = packed;
  for (let place = FIELDS.length - 1; place >= 0; place -= 1) {
    const field = FIELDS[place];
    if (field === undefined) break;
    const size = SIZES[field];
    const value = rest % size;
    world[field] = value;
    rest = (rest - value) / size;
  }
  return world;
}

/** Every packed number is exact. */
export const LARGEST_PACKED = FIELDS.reduce((product, field) => product * SIZES[field], 1);

export function notesOf(world: World): number {
  return world.notes - 2;
}

export function itemOf(world: World): Item {
  return ITEMS[world.item] ?? 'none';
}

export function shownOf(world: World): Shown {
  return SHOWN[world.shown] ?? 'nothing';
}

export function beginning(intent: number): World {
  const world = Object.fromEntries(FIELDS.map((field) => [field, 0])) as World;
  return { ...world, intent, notes: 2, knows: 1 };
}
