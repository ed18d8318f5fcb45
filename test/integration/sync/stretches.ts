/** What stood in a ledger's payments during a stretch of its journal, told by the journal alone. */
import { apply } from '../../../src/intent/apply.ts';
import type { Intent } from '../../../src/intent/model.ts';
import { readDecision } from '../../../src/ledger/journal.ts';
import type { JournalEntry, Ledger } from '../../../src/ledger/types.ts';

const PAGE = 500;

export interface Stretch {
  /** The stretch begins before this entry; asked outside of one only. */
  readonly begins: (entry: JournalEntry) => boolean;
  /** It is over before this entry; asked within one only. */
  readonly ends: (entry: JournalEntry) => boolean;
}

/** From one moment of the wall clock to another. */
export function between(fromMs: number, toMs: number): Stretch {
  let isOver = false;
  return {
    begins: ({ atMs }) => !isOver && atMs >= fromMs,
    ends: ({ atMs }) => {
      isOver ||= atMs > toMs;
      return isOver;
    },
  };
}

/** While the terminal was fenced. */
export const FENCED: Stretch = {
  begins: ({ kind }) => kind === 'recovering',
  ends: ({ kind }) => kind === 'recovered',
};

/** Payments of which `holds` was true at the begin of such a stretch or after an entry within it. */
export function heldWithin(
  ledger: Pick<Ledger, 'entries'>,
  { begins, ends }: Stretch,
  holds: (intent: Intent) => boolean,
): ReadonlySet<string> {
  const intents = new Map<string, Intent>();
  const found = new Set<string>();
  let isWithin = false;
  for (const entry of journalOf(ledger)) {
    if (!isWithin && begins(entry)) {
      isWithin = true;
      for (const intent of intents.values()) if (holds(intent)) found.add(intent.sequenceId);
    }
    if (isWithin && ends(entry)) isWithin = false;
    const { sequenceId } = entry;
    if (sequenceId === null) continue;
    const intent = apply(intents.get(sequenceId) ?? null, decisionOf(entry, sequenceId));
    intents.set(sequenceId, intent);
    if (isWithin && holds(intent)) found.add(sequenceId);
  }
  return found;
}

/** Every entry of a journal, in its order. */
export function* journalOf(ledger: Pick<Ledger, 'entries'>): Generator<JournalEntry> {
  for (let from = 1; ; ) {
    const page = ledger.entries(from, PAGE);
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    from = last.index + 1;
  }
}

function decisionOf({ index, atMs, kind, body, hash }: JournalEntry, sequenceId: string) {
  const row = { idx: index, at_ms: atMs, kind, sequence_id: sequenceId, earlier: 0, body };
  return readDecision({ ...row, hash: Buffer.from(hash, 'hex') }).record;
}
