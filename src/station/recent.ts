/** What the rate of reversals is judged by: how the newest payments ended at the issuer (policy: reversal rate). */
import type { Host, Intent, Now } from '../intent/model.ts';
import { RECENT_MAX } from '../intent/policy.ts';
import { guarded, LedgerFault } from '../ledger/fault.ts';
import type { JournalEntry, LedgerReader } from '../ledger/types.ts';

/**
 * An outcome counts for so long. Over the limit nothing new is opened, so nothing but time can lower the rate again: the
 * issuer is then tried anew with as many payments as the policy's `rateMinimum`.
 */
export const RECENT_MS = 600_000;
/** A start reads the journal backwards by such pages, and so many entries at most. */
const PAGE = 250;
const ENTRIES_MAX = 4_000;

export interface RecentOutcome {
  readonly reversed: boolean;
  /** Mono ms at which it came. */
  readonly atMs: number;
}

type Journal = Pick<LedgerReader, 'head' | 'entries' | 'timeline'>;

/** Where the issuer's side of a payment stands, and why it is undone. */
type Standing = Pick<Intent, 'host' | 'netCancelReason'>;

/** Reversed by what the issuer did. What a person undid, or a power cut broke off, says nothing about it. */
const BY_ISSUER: readonly Intent['netCancelReason'][] = ['TIMEOUT', 'BAD_ANSWER'];

/** Whether this move is an outcome, and which. null: it is none. */
export function outcomeOf(before: Host | null, after: Standing): { readonly reversed: boolean } | null {
  if (before !== 'sending' && before !== 'unknown') return null;
  if (after.host === 'reversing')
    return BY_ISSUER.includes(after.netCancelReason) ? { reversed: true } : null;
  return after.host === 'approved' || after.host === 'declined' ? { reversed: false } : null;
}

/**
 * Those of the runs before this one that still count, oldest first: a till that is started again must not open anew at an
 * issuer that is over the limit. Ages go by the wall clock; one that stands before the journal's own times has told nobody
 * how long the till was off, which then counts as no time at all.
 */
export function recentOutcomes(journal: Journal, now: Now): readonly RecentOutcome[] {
  const found: RecentOutcome[] = [];
  let newestMs = now.wallMs;
  let ageMs = 0;
  for (const entry of backwards(journal)) {
    newestMs = Math.max(newestMs, entry.atMs);
    ageMs = Math.max(ageMs, newestMs - entry.atMs);
    if (ageMs >= RECENT_MS || found.length >= RECENT_MAX) break;
    const outcome = readable(() => outcomeIn(journal, entry));
    if (outcome !== null) found.push({ ...outcome, atMs: now.monoMs - ageMs });
  }
  return found.reverse();
}

function* backwards(journal: Journal): Generator<JournalEntry> {
  let { index } = journal.head();
  for (let read = 0; read < ENTRIES_MAX && index > 0; read += PAGE) {
    const first = Math.max(1, index - PAGE + 1);
    const count = index - first + 1;
    const page = readable(() => journal.entries(first, count)) ?? [];
    yield* page.toReversed();
    index = first - 1;
  }
}

function outcomeIn(journal: Journal, entry: JournalEntry): { readonly reversed: boolean } | null {
  const { sequenceId, index } = entry;
  const after = sequenceId === null ? null : movedTo(entry);
  // The host before it costs a look at the payment's whole chain: only for what may be an outcome.
  if (sequenceId === null || after === null || outcomeOf('unknown', after) === null) return null;
  const earlier = journal.timeline(sequenceId).filter((each) => each.index < index);
  for (const each of earlier.reverse()) {
    const before = movedTo(each);
    if (before !== null) return outcomeOf(before.host, after);
  }
  return null;
}

/** Where this entry moved the issuer's side of its payment; null: nowhere. */
function movedTo({ body }: JournalEntry): Standing | null {
  // A damaged body may be any JSON, `null` too: a start must survive it.
  const read = guarded(() => JSON.parse(body) as { readonly set?: Partial<Standing> | null } | null);
  const { host, netCancelReason } = read?.set ?? {};
  return host === undefined ? null : { host, netCancelReason: netCancelReason ?? null };
}

/** What cannot be read is missing here; the check of the ledger names it. */
function readable<Value>(read: () => Value): Value | null {
  try {
    return read();
  } catch (fault) {
    if (fault instanceof LedgerFault) return null;
    throw fault;
  }
}
