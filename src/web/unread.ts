/**
 * Payments whose row in the ledger cannot be read. The pages show all others, and name these with what was known of them
 * last: somebody must find their cash.
 */
import type { Intent } from '../intent/model.ts';
import type { Ledger } from '../ledger/types.ts';
import type { Board } from '../station/board.ts';
import { writtenReference } from '../station/ids.ts';
import { isDamagedRow } from '../sync/damage.ts';
import type { UnreadPayment } from './api/payments.ts';

interface UnreadOptions {
  readonly ledger: Pick<Ledger, 'get' | 'isBroken'>;
  readonly board: Board;
}

/** Gives what `work` reads, or where a damaged row keeps it from that what `otherwise` does. Throws any other fault. */
export function orWithoutRow<T>(
  { ledger }: Pick<UnreadOptions, 'ledger'>,
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

/** The payment as its row says, or as it was known last. Throws LedgerFault CORRUPT where neither is to be had. */
export function readOrKnown(
  options: UnreadOptions,
  sequenceId: string,
): { readonly intent: Intent; readonly isUnread: boolean } | null {
  try {
    const intent = options.ledger.get(sequenceId);
    return intent === null ? null : { intent, isUnread: false };
  } catch (fault) {
    const known = options.board.get(sequenceId);
    if (known === null || !isDamagedRow(options.ledger, fault)) throw fault;
    return { intent: known, isUnread: true };
  }
}

/** Those that were set aside and these, each once. */
export function unreadPayments(board: Board, also: Iterable<string> = []): readonly UnreadPayment[] {
  const ids = new Set([...board.aside().map(({ sequenceId }) => sequenceId), ...also]);
  return [...ids].map((sequenceId) => ({
    sequenceId,
    reference: writtenReference(sequenceId),
    known: knownOf(board.get(sequenceId)),
  }));
}

function knownOf(intent: Intent | null): UnreadPayment['known'] {
  if (intent === null) return null;
  const { type, amount, scannedAtMs, bin, last4, host, cash, deferred } = intent;
  return { type, amount, scannedAtMs, bin, last4, host, cash, deferred };
}
