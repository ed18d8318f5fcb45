/** Scans that open nothing: from the parser's, the ledger's and the policy's words to the rows of screens 1.6. */
import type { Diagnosis } from '../barcode/diagnose.ts';
import type { Intent } from '../intent/model.ts';
import type { RefusalCause } from '../intent/policy.ts';
import { issuerTimeMs } from './kst.ts';
import type { RefusedCause, RefusedScan } from './snapshot.ts';

type Values = Readonly<Record<string, string | number>>;

/** Causes of a barcode that was not read well: the third within a minute asks for a new barcode. */
const UNREADABLE: ReadonlySet<RefusedCause> = new Set<RefusedCause>(['CUT', 'MERGED', 'MISREAD']);
const UNREADABLE_TIMES = 3;

/** A damaged payment barcode; null when the scan is not ours and belongs to the POS program. */
export function refusedByDiagnosis(diagnosis: Diagnosis): { cause: RefusedCause; values: Values } | null {
  const detail = diagnosis.detail ?? '';
  switch (diagnosis.cause) {
    case 'NONE':
    case 'EMPTY':
    case 'NOT_OURS':
      return null;
    case 'SYMBOLOGY':
      return diagnosis.ours ? { cause: 'SYMBOLOGY', values: { symbology: detail } } : null;
    case 'LAYOUT':
      return { cause: 'LAYOUT', values: { layout: detail } };
    case 'MISREAD':
      return { cause: 'MISREAD', values: { code: detail } };
    case 'EXTRA':
      return { cause: 'EXTRA', values: { where: detail } };
    case 'NO_SUFFIX':
      return diagnosis.ours ? { cause: 'NO_SUFFIX', values: {} } : null;
    case 'CAPS':
    case 'CUT':
    case 'MERGED':
      return { cause: diagnosis.cause, values: {} };
  }
}

/**
 * A well-formed scan that the duplicate rule or the policy refused. A barcode that was used here before is named by what
 * it did, and when: "already paid out" must not read "already charged".
 */
export function refusedByPolicy(
  cause: RefusalCause,
  values: Values,
  same: Intent | null,
): { cause: RefusedCause; values: Values } {
  if (same === null || !cause.startsWith('DUP_')) return { cause, values };
  const approvedAtMs = same.approval === null ? null : issuerTimeMs(same.approval.approvedAt);
  return { cause, values: { ...values, type: same.type, atMs: approvedAtMs ?? same.scannedAtMs } };
}

/** Counts unreadable scans of one station in a moving window. */
export class UnreadableCount {
  readonly #windowMs: number;
  #timesMs: readonly number[] = [];

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /** The refused scan as the face shows it. */
  add(cause: RefusedCause, values: Values, monoMs: number): RefusedScan {
    if (!UNREADABLE.has(cause)) return { cause, values, repeated: false };
    const recent = this.#timesMs.filter((atMs) => monoMs - atMs < this.#windowMs);
    this.#timesMs = [...recent, monoMs].slice(-UNREADABLE_TIMES);
    return { cause, values, repeated: this.#timesMs.length >= UNREADABLE_TIMES };
  }

  /** A good scan begins a new count. */
  clear(): void {
    this.#timesMs = [];
  }
}
