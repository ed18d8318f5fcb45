/**
 * Payments whose row in the ledger cannot be read. The pages show all others, and name these with what was known of them
 * last, or else with what the journal says: somebody must find their cash.
 */
import type { Intent } from '../intent/model.ts';
import type { Ledger } from '../ledger/types.ts';
import type { Board } from '../station/board.ts';
import { writtenReference } from '../station/ids.ts';
import { isDamagedRow } from '../sync/damage.ts';
import type { UnreadPayment } from './api/payments.ts';
import { ApiFault } from './fault.ts';

interface UnreadOptions {
  readonly ledger: Pick<Ledger, 'get' | 'asRecorded' | 'isBroken'>;
  readonly board: Board;
}

/** Gives what `work` reads, or where a damaged row keeps it from that what `otherwise` does. Throws any other fault. */
export function orWithoutRow<T>(
  { ledger }: { readonly ledger: Pick<Ledger, 'isBroken'> },
  work: () => T,
  otherwise: () => T,
): T {
  try {
    return work();
  } catch (fault) {
    if (!isDamagedRow(ledger, fault)) throw fault;
    return otherwise();
  }
}

/** The payment as its row says, or as far as it is known. Throws ApiFault where nothing is: the page says what to do. */
export function readOrKnown(
  options: UnreadOptions,
  sequenceId: string,
): { readonly intent: Intent; readonly isUnread: boolean } | null {
  try {
    const intent = options.ledger.get(sequenceId);
    return intent === null ? null : { intent, isUnread: false };
  } catch (fault) {
    if (!isDamagedRow(options.ledger, fault)) throw fault;
    const known = knownOf(options, sequenceId);
    if (known !== null) return { intent: known, isUnread: true };
    throw new ApiFault(503, 'LEDGER', 'neither its row nor its entries can be read', { refusal: 'UNREAD' });
  }
}

/** Those that were set aside and these, each once. */
export function unreadPayments(
  options: UnreadOptions,
  also: Iterable<string> = [],
): readonly UnreadPayment[] {
  const aside = options.board.aside().map(({ sequenceId }) => sequenceId);
  return [...new Set([...aside, ...also])].map((sequenceId) => unreadPayment(options, sequenceId));
}

/** What is known of one whose row cannot be read. */
export function unreadPayment(options: UnreadOptions, sequenceId: string): UnreadPayment {
  return {
    sequenceId,
    reference: writtenReference(sequenceId),
    known: shown(knownOf(options, sequenceId)),
  };
}

/** As this run knew it last; one that had ended before, and was not looked at since, as its entries say. */
function knownOf({ board, ledger }: UnreadOptions, sequenceId: string): Intent | null {
  return board.get(sequenceId) ?? ledger.asRecorded(sequenceId);
}

function shown(intent: Intent | null): UnreadPayment['known'] {
  if (intent === null) return null;
  const { type, amount, scannedAtMs, bin, last4, host, cash, deferred } = intent;
  return { type, amount, scannedAtMs, bin, last4, host, cash, deferred };
}
