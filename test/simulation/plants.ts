/**
 * Planted bugs: each is one rule of the terminal broken at the seam where a real program would break it. The simulator is
 * worth its name only if it finds every one of them.
 */
import type { DecisionRecord, Intent, IntentEvent } from '../../src/intent/model.ts';
import type { Policy } from '../../src/intent/policy.ts';
import type { Answered, SettlementBackend } from '../../src/konaplate/settlement.ts';
import { LedgerFault } from '../../src/ledger/fault.ts';
import type { TillLedger } from '../../src/ledger/types.ts';
import type { FaceId, KeyId, Snapshot } from '../../src/station/snapshot.ts';
import type { SyncLimits } from '../../src/sync/limits.ts';
import type { SyncMemory } from '../../src/sync/memory.ts';
import type { Till } from '../../src/till.ts';
import { over } from './backends.ts';
import { BOOKKEEPER_FROM } from './bookkeeper.ts';
import type { Disk } from './disk.ts';
import type { IssuerModel } from './issuer-model.ts';
import { ISSUER_PLANTS } from './issuer-plants.ts';
import { MOMENT_PLANTS } from './moment-plants.ts';
import { RULE_PLANTS } from './rule-plants.ts';
import { TRACE_PLANTS } from './trace-plants.ts';

/** What a planted bug may change; absent: nothing. */
export interface Plant {
  readonly name: string;
  /** Codes of violations, of which one at least tells just this bug: what else a story holds does not count as found. */
  readonly finds: readonly string[];
  /** Kinds of fault that it takes: where stories leave them out it is not found. */
  readonly needs?: readonly string[];
  /** Stories that have what it breaks begin at this seed; absent: at the first. */
  readonly from?: number;
  readonly backend?: (backend: SettlementBackend) => SettlementBackend;
  readonly ledger?: (ledger: TillLedger) => TillLedger;
  /** What the cashier sees. */
  readonly screen?: (snapshot: Snapshot) => Snapshot;
  readonly issuer?: (issuer: IssuerModel) => void;
  /** What the program goes by, while the story's people and checks know the store's own. */
  readonly policy?: (policy: Policy) => Policy;
  /** Bounds of the worker that are not its own. */
  readonly limits?: Partial<SyncLimits>;
  readonly disk?: (disk: Disk) => void;
  /** Where in its span the next attempt comes: the dice of the rules. */
  readonly fraction?: () => number;
  /** What the rules decide, as it is recorded. */
  readonly decided?: (record: DecisionRecord, before: Intent) => DecisionRecord;
  /** The joined till, before it starts. */
  readonly till?: (till: Till) => void;
  /** What the worker keeps beside the ledger. */
  readonly memory?: (memory: SyncMemory) => SyncMemory;
  /** The restart recovery does not run. */
  readonly noRecovery?: true;
  /** Two dispatchers deliver from one ledger. */
  readonly secondWorker?: true;
}

/** A ledger that records in another way, also what is recorded together. */
function recording(ledger: TillLedger, record: TillLedger['record']): TillLedger {
  return {
    ...ledger,
    record,
    recordMany: (steps, now) =>
      steps.map(({ sequenceId, event, options }) => record(sequenceId, event, now, options)),
  };
}

/** The approve call's answer, misread. */
function misread(
  turn: <T>(answer: Answered<T>) => Answered<T>,
): (backend: SettlementBackend) => SettlementBackend {
  return (backend) =>
    over(backend, {
      approve: async (request, context, signal) => turn(await backend.approve(request, context, signal)),
    });
}

const META = {
  issuerEpoch: 'I0',
  businessDate: '20260723',
  correlationId: '',
  clockOffsetMs: 0,
  bytesWritten: 1,
  elapsedMs: 1,
};

function showing(from: FaceId, to: FaceId, keys: readonly KeyId[]): (snapshot: Snapshot) => Snapshot {
  return (snapshot) =>
    snapshot.face.id === from ? { ...snapshot, face: { ...snapshot.face, id: to, keys } } : snapshot;
}

/** A ledger that refuses, or does otherwise, what people say with one key. */
function mishearing(
  kind: IntentEvent['kind'],
  turned: (intent: Intent) => IntentEvent | null,
): (ledger: TillLedger) => TillLedger {
  return (ledger) =>
    recording(ledger, (sequenceId, event, now, options) => {
      const intent = ledger.get(sequenceId);
      const other = event.kind === kind && intent !== null ? turned(intent) : event;
      if (other === null && intent !== null) return { ok: false, refusal: 'NOT_IN_THIS_STATE', intent };
      return ledger.record(sequenceId, other ?? event, now, options);
    });
}

let copies = 0;

export const PLANTS: readonly Plant[] = [
  ...TRACE_PLANTS,
  ...MOMENT_PLANTS,
  ...ISSUER_PLANTS,
  ...RULE_PLANTS,
  {
    name: 'an unanswered approve counts as declined',
    finds: ['APPROVED_WITHOUT_CASH'],
    backend: misread((answer) =>
      answer.class === 'ambiguous' ? { class: 'declined', code: '006_012', meta: META } : answer,
    ),
  },
  {
    name: 'an unanswered approve counts as never sent',
    finds: ['APPROVED_WITHOUT_CASH'],
    backend: misread((answer) => (answer.class === 'ambiguous' ? { class: 'nothingLeft', why: '' } : answer)),
  },
  {
    name: 'an unanswered approve counts as approved',
    finds: ['CASE_FOR_NOTHING'],
    backend: (backend) =>
      over(backend, {
        approve: async (request, context, signal) => {
          const answer = await backend.approve(request, context, signal);
          if (answer.class !== 'ambiguous') return answer;
          const value = {
            nrNumber: 'KMN000000000000001',
            approvalCode: '000000',
            approvedAt: '20260723100000000',
            balance: null,
          };
          return { class: 'answered', value, meta: META };
        },
      }),
  },
  {
    name: '"not processed" counts as declined',
    finds: ['APPROVED_WITHOUT_CASH'],
    backend: misread((answer) =>
      answer.class === 'notProcessed' ? { class: 'declined', code: answer.code, meta: answer.meta } : answer,
    ),
  },
  {
    name: 'a net cancel is believed without an answer',
    finds: ['APPROVED_WITHOUT_CASH'],
    backend: (backend) =>
      over(backend, {
        netCancel: async (request, context, signal) => {
          const answer = await backend.netCancel(request, context, signal);
          if (answer.class === 'answered') return answer;
          return { class: 'answered', value: { result: 'REVERSED', reversedAt: null }, meta: META };
        },
      }),
  },
  {
    name: 'a net cancel is never sent',
    finds: ['APPROVED_WITHOUT_CASH'],
    backend: (backend) =>
      over(backend, {
        netCancel: async () => ({
          class: 'answered',
          value: { result: 'NOT_FOUND', reversedAt: null },
          meta: META,
        }),
      }),
  },
  {
    name: 'a net cancel leaves no tombstone though the adapter promises one',
    finds: ['APPROVED_WITHOUT_CASH'],
    issuer: (issuer) => {
      const honest = issuer.netCancel.bind(issuer);
      issuer.netCancel = (terminalId, request) => {
        const answer = honest(terminalId, request);
        if (issuer.items.get(request.sequenceId)?.state === 'tombstone')
          issuer.items.delete(request.sequenceId);
        return answer;
      };
    },
  },
  {
    name: 'each repeat of a deferred charge gets a new id',
    finds: ['BYTES_BEFORE_RECORD'],
    backend: (backend) =>
      over(backend, {
        approve: (request, context, signal) => {
          copies += 1;
          const sequenceId = request.deferred
            ? `${request.sequenceId.slice(0, 22)}${String(copies % 10_000).padStart(4, '0')}`
            : request.sequenceId;
          return backend.approve({ ...request, sequenceId }, context, signal);
        },
      }),
  },
  { name: 'a restart asks nothing', finds: ['NOT_ASKED'], noRecovery: true },
  {
    name: 'pay out while the approval is unknown',
    finds: ['SCREEN_WRONG'],
    screen: showing('CHECK-OUT', 'PAY', ['HANDED']),
  },
  {
    name: 'pay out while the request is out',
    finds: ['SCREEN_WRONG'],
    screen: showing('WAIT-OUT', 'PAY', ['HANDED']),
  },
  {
    name: 'give the cash back while the approval is unknown',
    finds: ['SCREEN_WRONG'],
    screen: showing('CHECK', 'BACK', ['HANDED']),
  },
  {
    name: 'no withdrawal is shown for an approved one',
    finds: ['SCREEN_WRONG'],
    screen: showing('PAY', 'NO-OUT', []),
  },
  {
    name: 'a restart does not ask about cash that is owed',
    finds: ['NOT_ASKED'],
    ledger: mishearing('restart', ({ cash, question }) =>
      (cash === 'payout_due' || cash === 'return_due') && question === null ? null : { kind: 'restart' },
    ),
  },
  {
    name: 'the screen says that nothing is to do while cash is to be given back',
    finds: ['NOT_TOLD'],
    screen: (snapshot) =>
      snapshot.face.id === 'BACK-REV'
        ? { ...snapshot, face: { ...snapshot.face, id: 'IDLE', intent: null, keys: [] } }
        : snapshot,
  },
  {
    name: 'the cash that was given back is to be given back once more',
    finds: ['SCREEN_WRONG'],
    screen: showing('END', 'BACK', ['LEAVE', 'HANDED']),
  },
  {
    name: '"given back" is never taken',
    finds: ['KEY_REFUSED'],
    ledger: mishearing('givenBack', () => null),
  },
  {
    name: '"paid out" leaves the payment to the manager',
    finds: ['KEY_WRONG'],
    ledger: mishearing('paidOut', () => ({ kind: 'leave' })),
  },
  {
    name: 'the restart asks whether cash was taken that is to be given back',
    finds: ['SCREEN_WRONG'],
    screen: showing('RE-BACK', 'RE-CLOSED', ['STOP', 'LEAVE', 'RECEIVED', 'HANDED']),
  },
  {
    name: 'an approved charge is said to be stopped',
    finds: ['SCREEN_WRONG'],
    screen: showing('DONE-IN', 'END-STOP', []),
  },
  {
    name: '"give it back" has a key that stops the payment',
    finds: ['KEYS_WRONG'],
    screen: showing('BACK', 'BACK', ['STOP', 'LEAVE', 'HANDED']),
  },
  {
    name: 'an inquiry without a result counts as failed',
    finds: ['APPROVED_WITHOUT_CASH'],
    backend: (backend) =>
      over(backend, {
        inquiry: async (request, context, signal) => {
          const answer = await backend.inquiry(request, context, signal);
          const isOpen = answer.class === 'answered' && answer.value.result === 'NOT_FOUND';
          return isOpen
            ? { ...answer, value: { result: 'FAILED', declineCode: '006_012', voids: [] } }
            : answer;
        },
      }),
  },
  {
    name: 'an unanswered close of a day counts as agreed',
    finds: ['ONE_SIDED_SEAL'],
    backend: (backend) =>
      over(backend, {
        close: async (request, context, signal) => {
          const answer = await backend.close(request, context, signal);
          if (answer.class !== 'ambiguous') return answer;
          return { class: 'answered', value: { result: 'AGREED', totals: request.totals }, meta: META };
        },
      }),
  },
  {
    name: 'a late approval after the reversal is taken for good',
    finds: ['SCREEN_WRONG'],
    screen: showing('BACK-REV', 'DONE-IN', []),
  },
  { name: 'two dispatchers deliver from one ledger', finds: ['TWO_AT_ONCE'], secondWorker: true },
  {
    name: 'nobody is asked about an unknown payment',
    finds: ['NEVER_ASKED'],
    ledger: (ledger) =>
      recording(ledger, (sequenceId, event, now, options) => {
        const intent = ledger.get(sequenceId);
        if (event.kind === 'inquire' && intent !== null)
          return { ok: false, refusal: 'NOT_IN_THIS_STATE', intent };
        return ledger.record(sequenceId, event, now, options);
      }),
  },
  {
    name: 'a deferred charge is dropped when its barcode has expired',
    finds: ['NO_END'],
    ledger: (ledger) =>
      recording(ledger, (sequenceId, event, now, options) => {
        const intent = ledger.get(sequenceId);
        const isOld = intent?.deferred === true && now.wallMs - intent.scannedAtMs > 300_000;
        if (event.kind === 'send' && isOld) return { ok: false, refusal: 'NOT_IN_THIS_STATE', intent };
        return ledger.record(sequenceId, event, now, options);
      }),
  },
  {
    name: 'a write that failed on the disk passes for one that the rules refused',
    finds: ['BROKEN_GOES_ON'],
    ledger: (ledger) =>
      recording(ledger, (sequenceId, event, now, options) => {
        try {
          return ledger.record(sequenceId, event, now, options);
        } catch (fault) {
          const intent = ledger.get(sequenceId);
          if (!(fault instanceof LedgerFault) || fault.code !== 'IO' || intent === null) throw fault;
          return { ok: false, refusal: 'NOT_IN_THIS_STATE', intent };
        }
      }),
  },
  {
    name: 'the voucher of a return that is paid after all is booked twice',
    finds: ['VOUCHER_TWICE'],
    from: BOOKKEEPER_FROM,
    ledger: (ledger) =>
      recording(ledger, (sequenceId, event, now, options) => {
        const outcome = ledger.record(sequenceId, event, now, options);
        if (event.kind !== 'claimed' || !outcome.ok) return outcome;
        const again = { ...options, expectedVersion: outcome.intent.version };
        return ledger.record(sequenceId, { kind: 'acknowledge' }, now, again);
      }),
  },
  {
    name: 'a voucher is lost behind its decision',
    finds: ['VOUCHER_TWICE'],
    from: BOOKKEEPER_FROM,
    ledger: (ledger) =>
      recording(ledger, (sequenceId, event, now, { voucher, ...options }) =>
        ledger.record(
          sequenceId,
          event,
          now,
          voucher === undefined || event.kind === 'unclaimed' || event.kind === 'claimed'
            ? { ...options, ...(voucher === undefined ? {} : { voucher }) }
            : options,
        ),
      ),
  },
  {
    name: 'a voucher of notes leaves the drawer as it was',
    finds: ['VOUCHER_WRONG'],
    from: BOOKKEEPER_FROM,
    ledger: (ledger) =>
      recording(ledger, (sequenceId, event, now, options) => {
        const { cash_drawer: drawer, ...entries } = options.voucher?.entries ?? {};
        if (options.voucher === undefined || drawer === undefined)
          return ledger.record(sequenceId, event, now, options);
        const voucher = { ...options.voucher, entries: { ...entries, suspense: drawer } };
        return ledger.record(sequenceId, event, now, { ...options, voucher });
      }),
  },
  {
    name: 'a payment that is a case is not reversed',
    finds: ['NO_END'],
    ledger: (ledger) =>
      recording(ledger, (sequenceId, event, now, options) => {
        const intent = ledger.get(sequenceId);
        if (event.kind === 'netCancel' && intent !== null && intent.cases.length > 0)
          return { ok: false, refusal: 'NOT_IN_THIS_STATE', intent };
        return ledger.record(sequenceId, event, now, options);
      }),
  },
  {
    name: 'every payment that is reversed is a case',
    finds: ['CASE_FOR_NOTHING'],
    ledger: (ledger) =>
      recording(ledger, (sequenceId, event, now, options) => {
        const outcome = ledger.record(sequenceId, event, now, options);
        if (event.kind !== 'deadline' || !outcome.ok) return outcome;
        return ledger.record(sequenceId, { kind: 'openCase', reason: 'RECOVERING' }, now, options);
      }),
  },
  {
    name: 'a hello tells an older end of the journal than the requests before it',
    finds: ['FENCED_FOR_NOTHING'],
    backend: (backend) =>
      over(backend, {
        hello: (request, context, signal) => {
          const journalIndex = Math.max(0, context.journalIndex - 1);
          return backend.hello(request, { ...context, journalIndex }, signal);
        },
      }),
  },
  {
    name: 'a close tells no figures',
    finds: ['NOT_AGREED_FOR_NOTHING'],
    backend: (backend) =>
      over(backend, {
        close: (request, context, signal) => backend.close({ ...request, totals: [] }, context, signal),
      }),
  },
  {
    name: 'how long the journal is is not kept beside it',
    finds: ['LOSS_UNSAID'],
    from: 4_200_000,
    memory: (memory) => ({
      read: () => memory.read(),
      write: (remembered) => memory.write({ ...remembered, knownIndex: 0 }),
    }),
  },
];
