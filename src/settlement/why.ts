/** Why a close has no answer yet, and when that is told anew. Pure. */

/** Each has a sentence of its own on the page; whatever else a try ends with is the line's. */
const OWN = [
  'LEDGER',
  'NOT_VERIFIED',
  'RECOVERING',
  'PAYMENTS_UNDER_WAY',
  'LIST_BROKEN',
  'ASKED_TO_WAIT',
  'BUSY',
  '006_907', // sealed there
] as const;
/** The page sends a person to the terminal: that it is mended has to be told as well. */
const NEEDS_PERSON: ReadonlySet<string> = new Set(['LEDGER', 'RECOVERING']);
/** What comes and goes is told so often within one want, and no entry comes with each try. */
const TOLD_MAX = 3;

/** `told`: what this want was told before, oldest first. */
export function isNewWhy(why: string, told: readonly string[]): boolean {
  const kinds = told.map(kindOf);
  const kind = kindOf(why);
  const last = kinds.at(-1);
  if (last === undefined) return true;
  if (kind === last) return false;
  const isMended = NEEDS_PERSON.has(last) && !NEEDS_PERSON.has(kind);
  return isMended || kinds.filter((each) => each === kind).length < TOLD_MAX;
}

function kindOf(why: string): string {
  return OWN.find((own) => own === why) ?? (/^[0-9]{3}_[0-9]{3}$/.test(why) ? 'CODE' : 'LINE');
}
