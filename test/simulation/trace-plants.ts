/** Planted bugs of what is kept, when the clock acts, and what leaves before it is on disk. */
import type { Intent, IntentEvent, IntentTimes } from '../../src/intent/model.ts';
import type { Policy } from '../../src/intent/policy.ts';
import { occupiesStation } from '../../src/intent/state.ts';
import type { Committed, Outcome, TillLedger } from '../../src/ledger/types.ts';
import { CARDS } from './customers.ts';
import type { Plant } from './plants.ts';
import { RAIL_FROM } from './rail.ts';

function timed(change: (times: IntentTimes) => Partial<IntentTimes>): (policy: Policy) => Policy {
  return (policy) => ({ ...policy, times: { ...policy.times, ...change(policy.times) } });
}

/** A ledger whose single records of one kind are made in another way. */
function recordingOf(
  kind: string,
  instead: (ledger: TillLedger, given: Parameters<TillLedger['record']>) => Outcome,
): (ledger: TillLedger) => TillLedger {
  return (ledger) => ({
    ...ledger,
    record: (...given) => (given[1].kind === kind ? instead(ledger, given) : ledger.record(...given)),
  });
}

/** What the commit would say that is not made. */
function committed(
  ledger: TillLedger,
  intent: Intent,
  event: IntentEvent['kind'],
  barcodeSpec?: string,
): Committed {
  const { index, hash } = ledger.head();
  return {
    ok: true,
    intent,
    record: {
      sequenceId: intent.sequenceId,
      event,
      detail: {},
      set: {},
      actor: { role: 'terminal' },
      atMs: 0,
      policyHash: '',
    },
    journalIndex: index,
    journalHash: hash,
    lateOn: [],
    ...(barcodeSpec === undefined ? {} : { barcodeSpec }),
  };
}

/** Barcodes of the present story, for a request that does not wait for its record. */
const scanned = new Map<string, string>();

/** The request goes out at once, and its record is made in a turn of its own. */
function leavesEarly(ledger: TillLedger): TillLedger {
  const early = recordingOf('send', (_ledger, given) => {
    const [sequenceId] = given;
    const intent = ledger.get(sequenceId);
    const barcodeSpec = scanned.get(sequenceId);
    if (intent === null || barcodeSpec === undefined) return ledger.record(...given);
    queueMicrotask(() => {
      ledger.record(...given);
    });
    return committed(ledger, { ...intent, host: 'sending', sends: intent.sends + 1 }, 'send', barcodeSpec);
  })(ledger);
  return {
    ...early,
    accept: (scan, now) => {
      scanned.set(scan.sequenceId, scan.barcodeSpec);
      return ledger.accept(scan, now);
    },
  };
}

export const TRACE_PLANTS: readonly Plant[] = [
  { name: 'the request leaves before it is recorded', finds: ['BYTES_BEFORE_RECORD'], ledger: leavesEarly },
  {
    name: 'a net cancel is not recorded before it is sent',
    finds: ['ATTEMPT_NOT_RECORDED'],
    ledger: recordingOf('netCancel', (ledger, given) => {
      const intent = ledger.get(given[0]);
      return intent === null ? ledger.record(...given) : committed(ledger, intent, 'netCancel');
    }),
  },
  {
    name: 'a barcode stays in the vault',
    finds: ['SECRET'],
    disk: (disk) => {
      disk.vault.delete = () => false;
    },
  },
  {
    name: 'the hash of a barcode outlives its window',
    finds: ['SECRET'],
    disk: (disk) => {
      disk.hashes.delete = () => false;
    },
  },
  {
    name: 'a page is sent a card number',
    finds: ['SECRET'],
    screen: (snapshot) => Object.assign({ cardNumber: CARDS[0] }, snapshot),
  },
  {
    name: 'what only the issuer has is not noted by name',
    finds: ['LOST'],
    ledger: (ledger) => ({
      ...ledger,
      note: (kind, ...given) =>
        kind === 'issuerItemMissingHere' ? ledger.head() : ledger.note(kind, ...given),
    }),
  },
  {
    name: 'a day that was lost whole is no day again',
    finds: ['LOST'],
    till: ({ settlement }) => {
      if (settlement !== null) settlement.listed = () => {};
    },
  },
  {
    name: 'the deadline is four times as long',
    finds: ['LATE'],
    policy: timed(({ deadlineMs }) => ({ deadlineMs: deadlineMs * 4 })),
  },
  {
    name: 'a request that nobody answers stays as it was sent',
    finds: ['LATE'],
    policy: timed(({ unansweredMs }) => ({ unansweredMs: unansweredMs * 4 })),
  },
  {
    name: 'a payment is never left to the manager',
    finds: ['LATE'],
    policy: timed(({ leaveMs }) => ({ leaveMs: leaveMs * 4 })),
  },
  {
    name: 'a free station takes up nothing but the questions of a restart',
    finds: ['NOT_TOLD'],
    from: RAIL_FROM,
    till: ({ board }) => {
      const honest = board.select.bind(board);
      board.select = (accepts) =>
        honest((intent) => accepts(intent) && !(intent.question === null && occupiesStation(intent)));
    },
  },
  {
    name: 'who said "paid" before the approval is not asked again',
    finds: ['NOT_ASKED'],
    decided: (record, before) => {
      const { question, ...set } = record.set;
      const isAskedAgain = question === 'RE_OUT' && before.question === null && record.event !== 'restart';
      return isAskedAgain ? { ...record, set: { ...set, left: true } } : record;
    },
  },
  { name: 'inquiries go without a pause', finds: ['WRONG_WAIT'], policy: timed(() => ({ inquiryMs: 0 })) },
  {
    name: 'a repeat waits for nothing',
    finds: ['HOT_LOOP', 'NO_JITTER'],
    policy: timed(() => ({ retryBaseMs: 0 })),
  },
  {
    name: 'the waits between repeats do not grow',
    finds: ['WRONG_WAIT'],
    policy: timed(({ retryBaseMs }) => ({ retryMaxMs: retryBaseMs })),
  },
  { name: 'every repeat waits for half of its span', finds: ['NO_JITTER'], fraction: () => 0.5 },
  {
    name: 'the time of the next attempt is not heeded',
    finds: ['TOO_SOON'],
    ledger: (ledger) => ({
      ...ledger,
      onCommit: (listener) =>
        ledger.onCommit((committed) => {
          const { intent } = committed;
          const isRepeated = intent.host === 'reversing' && intent.question === null;
          listener(isRepeated ? { ...committed, intent: { ...intent, notBeforeMs: 0 } } : committed);
        }),
    }),
  },
];
