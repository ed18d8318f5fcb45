import type { Actor } from '../intent/model.ts';

/**
 * A full card number standing alone, or a barcode with any transaction code. Digits inside longer words are ids, hashes
 * and times.
 */
const FIRST =
  /(?<![0-9A-Za-z])[0-9]{16}(?![0-9A-Za-z])|[A-Za-z]{6}[0-9]{25}|(?<![0-9A-Za-z])[0-9]{31}(?![0-9A-Za-z])/;
const EVERY = new RegExp(FIRST, 'g');
/** People write card numbers in groups of four. */
const GROUPED = /(?<![0-9])[0-9]{4}([ -])[0-9]{4}\1[0-9]{4}\1[0-9]{4}(?![0-9])/g;

export function holdsCardData(text: string): boolean {
  return FIRST.test(text);
}

/** The text with every card number and barcode in it masked. */
function masked(text: string): string {
  return text
    .replaceAll(GROUPED, (number) => `****${number.slice(-4)}`)
    .replaceAll(EVERY, (number) => (number.length === 16 ? `****${number.slice(-4)}` : '****'));
}

/** What a person typed, a reason or a name, is kept; a card number in it is not. */
export function withoutCardData(actor: Actor): Actor {
  const id = actor.id === undefined ? undefined : masked(actor.id);
  const reason = actor.reason === undefined ? undefined : masked(actor.reason);
  if (id === actor.id && reason === actor.reason) return actor;
  return { ...actor, ...(id === undefined ? {} : { id }), ...(reason === undefined ? {} : { reason }) };
}

/** The same for every text inside a detail: an id of the issuer's list may look like a card number. */
export function detailWithoutCardData<Detail>(detail: Detail): Detail {
  return JSON.parse(JSON.stringify(detail), (_name, value: unknown) =>
    typeof value === 'string' ? masked(value) : value,
  ) as Detail;
}
