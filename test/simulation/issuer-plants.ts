/** Planted bugs of what the issuer asks for, and of what it is shown. */
import type { Answered, HelloAnswer, SettlementBackend } from '../../src/konaplate/settlement.ts';
import { over } from './backends.ts';
import { CARDS } from './customers.ts';
import type { Plant } from './plants.ts';

/** Every answer without what it asked for. */
function withoutRetryAfter<Value>(answer: Answered<Value>): Answered<Value> {
  if (!('retryAfterMs' in answer)) return answer;
  const { retryAfterMs: _asked, ...rest } = answer;
  return rest;
}

function impatient(backend: SettlementBackend): SettlementBackend {
  return over(backend, {
    hello: async (...call) => withoutRetryAfter(await backend.hello(...call)),
    approve: async (...call) => withoutRetryAfter(await backend.approve(...call)),
    inquiry: async (...call) => withoutRetryAfter(await backend.inquiry(...call)),
    netCancel: async (...call) => withoutRetryAfter(await backend.netCancel(...call)),
    cancel: async (...call) => withoutRetryAfter(await backend.cancel(...call)),
    transactions: async (...call) => withoutRetryAfter(await backend.transactions(...call)),
    close: async (...call) => withoutRetryAfter(await backend.close(...call)),
  });
}

/** What a till takes from a hello, misread. */
function greeted(change: Partial<HelloAnswer>): (backend: SettlementBackend) => SettlementBackend {
  return (backend) =>
    over(backend, {
      hello: async (...call) => {
        const answer = await backend.hello(...call);
        return answer.class === 'answered' ? { ...answer, value: { ...answer.value, ...change } } : answer;
      },
    });
}

export const ISSUER_PLANTS: readonly Plant[] = [
  { name: 'Retry-After is ignored', finds: ['ASKED_TO_WAIT'], backend: impatient },
  {
    name: 'a type that the issuer has switched off is taken',
    finds: ['OPENED_WHILE_OFF'],
    backend: greeted({ enabled: { CHARGE: true, REFUND: true } }),
  },
  {
    name: 'a type that the issuer takes is off',
    finds: ['OFF_FOR_NOTHING'],
    backend: greeted({ enabled: { CHARGE: true, REFUND: false } }),
  },
  {
    name: 'the pace of the issuer is ignored',
    finds: ['TOO_FAST'],
    backend: greeted({ drainPerMinute: 60_000 }),
  },
  {
    name: 'a payment that is pending counts as failed',
    finds: ['CASE_FOR_NOTHING', 'APPROVED_WITHOUT_CASH'],
    backend: (backend) =>
      over(backend, {
        inquiry: async (...call) => {
          const answer = await backend.inquiry(...call);
          const isPending = answer.class === 'answered' && answer.value.result === 'PENDING';
          return isPending
            ? { ...answer, value: { result: 'FAILED', declineCode: '006_012', voids: [] } }
            : answer;
        },
      }),
  },
  {
    name: "a void is proven with another card's barcode",
    finds: ['VOID_UNPROVEN'],
    backend: (backend) =>
      over(backend, {
        cancel: (request, ...call) => {
          const { proof } = request;
          if (!('barcodeSpec' in proof)) return backend.cancel(request, ...call);
          const { barcodeSpec } = proof;
          const other = CARDS.find((card) => card !== barcodeSpec.slice(6, 22)) ?? '';
          const wrong = `${barcodeSpec.slice(0, 6)}${other}${barcodeSpec.slice(22)}`;
          return backend.cancel({ ...request, proof: { barcodeSpec: wrong } }, ...call);
        },
      }),
  },
  {
    name: 'a void is sent without a proof',
    finds: ['VOID_UNPROVEN'],
    backend: (backend) =>
      over(backend, {
        cancel: (request, ...call) => backend.cancel({ ...request, proof: { managerId: '' } }, ...call),
      }),
  },
];
