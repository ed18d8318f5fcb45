/** From the issuer's typed answers to the events of the rules, and from intents to requests. Pure. */

import { openVoid } from '../intent/external.ts';
import type { ExternalEvent, Intent } from '../intent/model.ts';
import type {
  Answered,
  ApproveAnswer,
  ApproveRequest,
  BackendCapabilities,
  CancelAnswer,
  CancelRequest,
  InquiryAnswer,
  InquiryRequest,
  NetCancelAnswer,
  NetCancelRequest,
} from '../konaplate/settlement.ts';

export function approveRequest(intent: Intent, barcodeSpec: string): ApproveRequest {
  const { sequenceId, type, amount, bin, last4, scannedAtMs, deferred } = intent;
  return { sequenceId, type, amount, barcodeSpec, bin, last4, scannedAtMs, deferred };
}

export function inquiryRequest(intent: Intent): InquiryRequest {
  const { sequenceId, type, amount, bin, last4 } = intent;
  return { sequenceId, type, amount, bin, last4 };
}

export function netCancelRequest(intent: Intent): NetCancelRequest {
  const { sequenceId, type, amount, netCancelReason } = intent;
  return { sequenceId, type, amount, reason: netCancelReason ?? 'TIMEOUT' };
}

/** The open void with its proof: the manager's id out of the journal, the card's barcode out of memory. null: no proof. */
export function cancelRequest(
  intent: Intent,
  proofOf: (cancelId: string) => string | undefined,
): CancelRequest | null {
  const attempt = openVoid(intent);
  if (attempt === null || intent.approval === null) return null;
  const { cancelId, managerId } = attempt;
  const barcodeSpec = attempt.proof === 'card' ? proofOf(cancelId) : undefined;
  const proof =
    barcodeSpec !== undefined
      ? { barcodeSpec }
      : attempt.proof === 'manager' && managerId !== undefined
        ? { managerId }
        : null;
  if (proof === null) return null;
  const { sequenceId, type, amount, approval } = intent;
  return { sequenceId, cancelId, nrNumber: approval.nrNumber, type, amount, proof };
}

export function approveEvent(answer: Answered<ApproveAnswer>): ExternalEvent {
  switch (answer.class) {
    case 'answered': {
      const { nrNumber, approvalCode, approvedAt } = answer.value;
      const { businessDate } = answer.meta;
      return { kind: 'approved', approval: { nrNumber, approvalCode, approvedAt, businessDate } };
    }
    case 'declined':
      return { kind: 'declined', code: answer.code, businessDate: answer.meta.businessDate };
    case 'notProcessed':
      return { kind: 'notProcessed', code: answer.code };
    case 'refused':
    case 'ambiguous':
      return { kind: 'ambiguous', code: answer.code };
    case 'nothingLeft':
      return { kind: 'nothingLeft' };
  }
}

/** null: no answer, nothing to record beyond the attempt. `sentUnder` is the host version when the inquiry was sent. */
export function inquiryEvent(answer: Answered<InquiryAnswer>, sentUnder: number): ExternalEvent | null {
  if (answer.class !== 'answered') return null;
  const { result, approval, declineCode, voids } = answer.value;
  return {
    kind: 'inquiry',
    result,
    sentUnder,
    ...(approval === undefined ? {} : { approval: { ...approval, businessDate: answer.meta.businessDate } }),
    ...(declineCode === undefined ? {} : { declineCode }),
    ...(voids.length === 0 ? {} : { voids }),
  };
}

export function netCancelEvent(
  answer: Answered<NetCancelAnswer>,
  capabilities: BackendCapabilities,
): ExternalEvent | null {
  switch (answer.class) {
    case 'answered':
      return {
        kind: 'netCancelAcknowledged',
        result: answer.value.result,
        tombstone: capabilities.tombstones,
        businessDate: answer.meta.businessDate,
      };
    case 'refused':
      return { kind: 'netCancelRefused', code: answer.code };
    case 'nothingLeft':
      return null;
    default:
      return answer.code === null ? null : { kind: 'netCancelUnanswered', code: answer.code };
  }
}

export function cancelEvent(answer: Answered<CancelAnswer>, cancelId: string): ExternalEvent | null {
  switch (answer.class) {
    case 'answered':
      return {
        kind: 'voidDone',
        cancelId,
        cancelNrNumber: answer.value.cancelNrNumber,
        businessDate: answer.meta.businessDate,
      };
    case 'refused':
      return { kind: 'voidRefused', cancelId, code: answer.code };
    case 'nothingLeft':
      return null;
    default:
      return answer.code === null ? null : { kind: 'voidUnanswered', cancelId, code: answer.code };
  }
}
