import type { Intent } from '../intent/model.ts';
import { canonicalJson } from './canonical.ts';
import { assertThat } from './fault.ts';

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

interface Member {
  readonly name: string;
  /** How it begins in JSON. */
  readonly opening: string;
  /** Its value at rest; NaN, which equals nothing, for one that has none. */
  readonly rest: unknown;
  readonly mayBeEmpty: boolean;
}

/** The members of the last intent in the order of their names: all intents of one life have the same ones. */
let lastNames: readonly string[] = [];
let lastMembers: readonly Member[] = [];

function membersOf(intent: Members): readonly Member[] {
  const names = Object.keys(intent);
  const isSame = names.length === lastNames.length && names.every((name, place) => name === lastNames[place]);
  if (!isSame) {
    lastNames = names;
    lastMembers = [...names].sort().map((name) => ({
      name,
      opening: `,${JSON.stringify(name)}:`,
      rest: name in REST_VALUES ? REST_VALUES[name] : Number.NaN,
      mayBeEmpty: name === 'cases' || name === 'voids',
    }));
  }
  return lastMembers;
}

/**
 * A whole intent as its row and its first entry store it: canonical JSON of its members that are not at rest. Written here
 * member by member, because every commit waits for it; an object in between costs as much again.
 */
export function stateText(intent: Intent): string {
  const members = intent as unknown as Members;
  let text = '';
  for (const { name, opening, rest, mayBeEmpty } of membersOf(members)) {
    const value = members[name];
    // An undefined member is absent in JSON as well.
    if (value === rest || value === undefined) continue;
    if (typeof value === 'number') {
      assertThat(Number.isFinite(value), 'a state holds a number that is not finite');
      text += opening + value;
    } else if (typeof value !== 'object' || value === null) text += opening + JSON.stringify(value);
    else if (!(mayBeEmpty && Array.isArray(value) && value.length === 0))
      text += opening + canonicalJson(value);
  }
  return `{${text.slice(1)}}`;
}

/** The first version as a member of a state's text. Quotes inside a text are escaped: it can stand nowhere else. */
const FIRST_VERSION = ',"version":1';

/** What the entry of an accepted scan sets: the new intent's state, whose version follows from being the first. */
export function firstSetText(state: string): string {
  return state.replace(FIRST_VERSION, '');
}

/** The whole intent again: the inverse of `stateText` for every intent that has all the members listed here. */
export function expand(members: Members): Intent {
  return { ...AT_REST, cases: [], voids: [], ...members } as unknown as Intent;
}
