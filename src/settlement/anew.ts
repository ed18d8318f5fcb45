/** When a close that is not agreed is made anew by itself: a payment came between, or its number is another close's. Pure. */
import { createHash } from 'node:crypto';
import { itemsDigest } from '../konaplate/items-digest.ts';
import type { CloseContent, DayState, Reconciliation } from './day.ts';
import { versionOf } from './day.ts';
import { sameTotals } from './items.ts';
import { DIFFERENCES, type Matching } from './matching.ts';
import type { RuleResult } from './rules.ts';

/** Payments go on while a close is on its way: so often it is made anew when only that came between. */
export const ROUNDS_MAX = 3;
/** Another content stands under this number, from a journal that was lost. */
export const NUMBER_TAKEN = '006_021';
/** The issuer agreed beside other figures, or to ones that are no longer this ledger's: a payment moved meanwhile. */
export const CONTRADICTS = 'CONTRADICTS';
/** Closing rules of this ledger alone: while one fails, the sums that a close would state cannot be trusted. */
const OWN_RULES: ReadonlySet<RuleResult['rule']> = new Set([1, 2, 3, 4, 5, 7, 9]);

/** This ledger's own figures can be trusted. */
export function addsUp({ rules }: Reconciliation): boolean {
  return rules.every(({ rule, ok }) => ok || !OWN_RULES.has(rule));
}

export function differs({ categories }: Reconciliation): boolean {
  return DIFFERENCES.some((category) => categories[category].count > 0);
}

/** What a close says item by item: which it names as open, and the digest of the others. */
export type ItemContent = Pick<CloseContent, 'openItems' | 'itemsDigest'>;

/**
 * What a close would say after this comparison, when these were open as it began. Named with them is what came since and is
 * in the issuer's list, but in no figure here: without it the issuer could not agree.
 */
export function contentOf(
  matching: Pick<Matching, 'digestItems' | 'underWayIds'>,
  open: readonly string[],
): ItemContent {
  const named = new Set([...open, ...matching.underWayIds()]);
  const items = matching.digestItems().filter(({ sequenceId }) => !named.has(sequenceId));
  return { openItems: [...named].sort(), itemsDigest: itemsDigest(items) };
}

/** The same in one digest, as a comparison keeps it: hex. */
export function contentDigest({ openItems, itemsDigest: items }: ItemContent): string {
  return createHash('sha256')
    .update([items, ...openItems].join('\n'))
    .digest('hex');
}

/**
 * By this comparison a close would say something else than what was sent: also where the figures are the same, and only what
 * stands open has moved. Comparisons of older programs hold the figures alone.
 */
export function isMoved({ ours, contentDigest: digest }: Reconciliation, sent: CloseContent): boolean {
  return digest === undefined ? !sameTotals(ours, sent.totals) : digest !== contentDigest(sent);
}

/**
 * The close that the issuer did not agree to and that was not made anew yet: its list was not to be had, or the process ended
 * before. Null: there is none, or the rest is a person's, since somebody has turned to the day meanwhile, or since a
 * comparison shows why it is not agreed.
 */
export function tornOff(day: DayState): CloseContent | null {
  const { phase, answered, reconciled, rounds } = day;
  const sent = answered?.content ?? null;
  if (phase !== 'notAgreed' || answered === null || sent === null) return null;
  const { index, detail } = answered.outcome;
  const isTaken = detail.code === NUMBER_TAKEN;
  const mayBeMoved = detail.code === null || detail.code === CONTRADICTS;
  if (!isTaken && (!mayBeMoved || rounds >= ROUNDS_MAX)) return null;
  if (versionOf(day) !== index) return null;
  if (reconciled === null || reconciled.index < index) return sent;
  const compared = reconciled.detail;
  if (differs(compared) || !addsUp(compared)) return null;
  return isTaken || isMoved(compared, sent) ? sent : null;
}

/** A former run left the close of this day for the next one to go on with. */
export function isLeft(day: DayState): boolean {
  return day.phase === 'wanted' || day.phase === 'agreed' || tornOff(day) !== null;
}
