import type { Clock, Random } from '../intent/clock.ts';
import type { Intent, IntentTimes } from '../intent/model.ts';
import type { SettlementBackend, SettlementTotal } from '../konaplate/settlement.ts';
import type { TillLedger } from '../ledger/types.ts';
import type { SyncLimits } from './limits.ts';
import type { SyncMemory } from './memory.ts';

/** One line of the worker's log; values are counts, ids and codes, never card data. */
export type SyncLog = (entry: {
  readonly level: 'info' | 'warn' | 'error';
  readonly event: string;
  readonly [detail: string]: string | number | boolean | null;
}) => void;

export interface SyncOptions {
  readonly ledger: TillLedger;
  readonly backend: SettlementBackend;
  readonly clock: Clock;
  readonly random: Random;
  readonly times: IntentTimes;
  readonly identity: { readonly machineId: string; readonly agentVersion: string };
  /** Whose items are asked for when this terminal recovers. Absent: those of the whole merchant. */
  readonly terminalId?: string;
  /**
   * The journal's end as this run found it, before it wrote anything itself: what the first hello says. Said later, the
   * entries of the start would hide as many lost ones. Absent: the end as it is.
   */
  readonly found?: { readonly index: number; readonly hash: string };
  readonly limits?: Partial<SyncLimits>;
  readonly log?: SyncLog;
  /** Epochs and a manager's pause of former runs. Absent: forgotten with the process. */
  readonly memory?: SyncMemory;
  /** Whether this charge may be credited later now (`mayDefer` of the policy). Absent: never. */
  readonly mayDefer?: (intent: Intent) => boolean;
  /** yyyyMMdd of the oldest day that is not sealed, where that is longer ago than `unsealedDays`. */
  readonly unsealedFrom?: () => string | null;
  /**
   * yyyyMMdd before which this ledger never held anything. A journal that lost its end does not know its last days any
   * more, so of a terminal that recovers each day since then may be one that nobody sealed. Absent, null: not known.
   */
  readonly begunOn?: () => string | null;
  /**
   * The issuer's list of this business day has payments that this ledger does not have; `totals`: what it has in all. Told
   * before they are noted, so that whoever looks for what is noted finds its day. Throws what the ledger throws.
   */
  readonly onListed?: (businessDate: string, totals: readonly SettlementTotal[]) => void;
  /**
   * Of this business day only what keeps it open is asked about, and nothing is imported, once it is longer ago than
   * `unsealedDays`. Absent: no day.
   */
  readonly isSealed?: (businessDate: string) => boolean;
  /** The row of a payment that has not ended cannot be read: it is delivered no more, the others are. Told once of each. */
  readonly onDamagedRow?: (sequenceId: string) => void;
  /** The ledger cannot go on (IO, CORRUPT): the process must end, the next start decides. */
  readonly onFault?: (fault: unknown) => void;
}
