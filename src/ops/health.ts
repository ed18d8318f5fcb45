/** Is the till well? Judged by progress, not by the absence of complaints. Codes are a closed list; nothing is a text. */

/** Below it the disk is low: the ledger keeps a reserve of its own, the log and backups do not. */
const DISK_LOW_BYTES = 200 * 1024 * 1024;
/** A step that is due for longer than this and not done means that the worker stands still. */
const LATE_MS = 30_000;
/** A line may be down for a while without anybody being called. */
const LINE_DOWN_MS = 60_000;

export type HealthReason =
  | 'LEDGER' // the ledger does not take new payments
  | 'DISK_LOW'
  | 'BACKUP' // the last backup by itself could not be made
  | 'WORKER_STUCK' // something is due and nothing happens
  | 'LINE_DOWN'
  | 'PAUSED'
  | 'RECOVERING'
  | 'SCANNER'
  | 'CLOCK'
  | 'CASES';

export interface HealthFacts {
  /** The ledger's last fault since the start, null when there was none. */
  readonly ledgerFault: string | null;
  /** null: not known. */
  readonly diskFreeBytes: number | null;
  readonly backupFailing: boolean;
  /** How long the most urgent due step has been waiting beyond its time, 0 when none is late. */
  readonly lateMs: number;
  readonly line: { readonly state: 'online' | 'down' | 'slow' | 'paused'; readonly forMs: number };
  /** A person or an alarm stopped delivery, whatever the line itself is like. */
  readonly paused: boolean;
  readonly recovering: boolean;
  readonly clockConfirmed: boolean;
  readonly scanners: readonly { readonly state: string }[];
  readonly cases: number;
}

export interface HealthReport {
  readonly ok: boolean;
  readonly reasons: readonly HealthReason[];
  /** A new start of the process may cure it: only then may a watchdog act. */
  readonly restartHelps: boolean;
}

const CURED_BY_RESTART: readonly HealthReason[] = ['WORKER_STUCK'];

export function judgeHealth(facts: HealthFacts): HealthReport {
  const reasons: HealthReason[] = [];
  if (facts.ledgerFault !== null) reasons.push('LEDGER');
  if (facts.diskFreeBytes !== null && facts.diskFreeBytes < DISK_LOW_BYTES) reasons.push('DISK_LOW');
  if (facts.backupFailing) reasons.push('BACKUP');
  if (facts.lateMs > LATE_MS) reasons.push('WORKER_STUCK');
  if (facts.line.state === 'down' && facts.line.forMs > LINE_DOWN_MS) reasons.push('LINE_DOWN');
  if (facts.paused) reasons.push('PAUSED');
  if (facts.recovering) reasons.push('RECOVERING');
  if (facts.scanners.some(({ state }) => state !== 'ready')) reasons.push('SCANNER');
  if (!facts.clockConfirmed && facts.line.state === 'online') reasons.push('CLOCK');
  if (facts.cases > 0) reasons.push('CASES');
  return {
    ok: reasons.length === 0,
    reasons,
    restartHelps: reasons.some((reason) => CURED_BY_RESTART.includes(reason)),
  };
}
