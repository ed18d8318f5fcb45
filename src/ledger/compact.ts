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

function isRestingList(name: string, value: unknown): boolean {
  return (name === 'cases' || name === 'voids') && Array.isArray(value) && value.length === 0;
}

/** The member names of the last intent in order: all intents of one life have the same ones. */
let lastNames: readonly string[] = [];
let lastSorted: readonly string[] = [];

function sortedNames(members: Members): readonly string[] {
  const names = Object.keys(members);
  const isSame = names.length === lastNames.length && names.every((name, place) => name === lastNames[place]);
  if (!isSame) {
    lastNames = names;
    lastSorted = [...names].sort();
  }
  return lastSorted;
}

/** A whole intent without the members that are at rest, its names in order. */
export function compact(intent: Intent): Members {
  const members = intent as unknown as Members;
  const rest: Record<string, unknown> = {};
  for (const name of sortedNames(members)) {
    const value = members[name];
    // An undefined member is absent in JSON as well.
    if (value === REST_VALUES[name] || isRestingList(name, value)) continue;
    rest[name] = value;
  }
  return rest;
}

/** The whole intent again: the inverse of `compact` for every intent that has all the members listed here. */
export function expand(members: Members): Intent {
  return { ...AT_REST, cases: [], voids: [], ...members } as unknown as Intent;
}
