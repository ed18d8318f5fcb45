import type { Intent } from '../intent/model.ts';

/**
 * Part of the file format: what a stored intent says by leaving it out. Most members of a new intent are at rest, and
 * writing them out would double every row. A value here never changes and a name is never taken away; a member that is
 * not listed is always written.
 */
const AT_REST: Readonly<Partial<Record<keyof Intent, null | false | 0>>> = {
  deferred: false,
  hostVersion: 0,
  confirmed: false,
  managerNeeded: false,
  choosing: false,
  question: null,
  acknowledged: false,
  left: false,
  closedByRestart: false,
  sends: 0,
  inquiries: 0,
  netCancels: 0,
  bytesMayHaveLeft: false,
  netCancelReason: null,
  quietSinceMs: null,
  approval: null,
  declineCode: null,
  notProcessedCode: null,
  businessDate: null,
  firstSendMs: null,
  deadlineMs: null,
};
type Members = Readonly<Record<string, unknown>>;

const REST_VALUES: Members = AT_REST;

/** The member names of the last intent in order and what each is at rest: all intents of one life have the same ones. */
let lastNames: readonly string[] = [];
let lastSorted: readonly { readonly name: string; readonly rest: unknown }[] = [];

function sortedMembers(members: Members): typeof lastSorted {
  const names = Object.keys(members);
  const isSame = names.length === lastNames.length && names.every((name, place) => name === lastNames[place]);
  if (!isSame) {
    lastNames = names;
    // No value is NaN: a member that has none at rest is never equal to it.
    const restOf = (name: string): unknown => (name in REST_VALUES ? REST_VALUES[name] : Number.NaN);
    lastSorted = [...names].sort().map((name) => ({ name, rest: restOf(name) }));
  }
  return lastSorted;
}

/** A whole intent without the members that are at rest, its names in order. */
export function compact(intent: Intent): Members {
  const members = intent as unknown as Members;
  const kept: Record<string, unknown> = {};
  for (const { name, rest } of sortedMembers(members)) {
    const value = members[name];
    // An undefined member is absent in JSON as well.
    if (value === rest || value === undefined) continue;
    const isResting = Array.isArray(value) && value.length === 0 && (name === 'cases' || name === 'voids');
    if (!isResting) kept[name] = value;
  }
  return kept;
}

/** An intent as its row stores it: canonical JSON of what is not at rest. */
export function stateText(intent: Intent): string {
  return JSON.stringify(compact(intent));
}

/** The first version as a member of a state's text. Quotes inside a text are escaped: it can stand nowhere else. */
const FIRST_VERSION = ',"version":1';

/** What the entry of an accepted scan sets: the new intent's state, whose version follows from being the first. */
export function firstSetText(state: string): string {
  return state.replace(FIRST_VERSION, '');
}

/** The whole intent again: the inverse of `compact` for every intent that has all the members listed here. */
export function expand(members: Members): Intent {
  return { ...AT_REST, cases: [], voids: [], ...members } as unknown as Intent;
}
