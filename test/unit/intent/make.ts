/** Intents, events and contexts for the tests of the rules. */
import assert from 'node:assert/strict';
import { apply } from '../../../src/intent/apply.ts';
import { accept, decide } from '../../../src/intent/decide.ts';
import type {
  Approval,
  DecisionRecord,
  ExternalEvent,
  Intent,
  IntentEvent,
  IntentType,
  OwnCommand,
  QuestionAnswer,
  RefusalCode,
} from '../../../src/intent/model.ts';
import { CASE_REASONS } from '../../../src/intent/model.ts';
import type { Tuple } from '../../../src/intent/positions.ts';
import { LEGAL_TUPLES } from '../../../src/intent/positions.ts';
import { questionFor } from '../../../src/intent/questions.ts';
import type { DecideContext, NewIntent } from '../../../src/intent/rules.ts';
import { DEFAULT_TIMES } from '../../../src/intent/rules.ts';

export const DAY = '20260723';
export const WALL_MS = Date.UTC(2026, 6, 23, 5, 32, 5);
export const APPROVAL: Approval = {
  nrNumber: 'KMN260723000000123',
  approvalCode: 'A1B2C3',
  approvedAt: '20260723143205000',
  businessDate: DAY,
};

export function contextAt(monoMs: number, more: Partial<DecideContext> = {}): DecideContext {
  return {
    times: DEFAULT_TIMES,
    now: { wallMs: WALL_MS + monoMs, monoMs },
    actor: { role: 'terminal' },
    policyHash: 'policy',
    canDefer: true,
    openBusinessDate: DAY,
    ...more,
  };
}

export const AS_MANAGER: Partial<DecideContext> = { actor: { role: 'manager', id: 'm1', reason: 'test' } };

export function scanOf(type: IntentType, more: Partial<NewIntent> = {}): NewIntent {
  return {
    sequenceId: '01K0V3M8Q4ZT6W5R2N7QK29XMD',
    environment: 'test',
    merchantId: 'M00000000000001',
    terminalId: 'T0000001',
    stationId: '1',
    type,
    amount: 10_000,
    bin: '941000',
    last4: '0005',
    managerNeeded: false,
    ...more,
  };
}

export function scanned(type: IntentType, more: Partial<NewIntent> = {}): Intent {
  return apply(null, accept(scanOf(type, more), contextAt(0)));
}

/** One intent on its way: events go through the real decide and apply, every record is kept. */
export class Story {
  intent: Intent;
  monoMs = 0;
  readonly records: DecisionRecord[];

  constructor(type: IntentType, more: Partial<NewIntent> = {}) {
    const record = accept(scanOf(type, more), contextAt(0));
    this.records = [record];
    this.intent = apply(null, record);
  }

  get state(): string {
    const { host, cash, deferred } = this.intent;
    return `${host}/${cash}${deferred ? ' deferred' : ''}`;
  }

  /** Lets time pass. */
  wait(ms: number): this {
    this.monoMs += ms;
    return this;
  }

  /** Does it and expects that it is not refused. */
  do(event: IntentEvent | OwnCommand['kind'], more: Partial<DecideContext> = {}): this {
    const decision = decide(this.intent, eventOf(event), contextAt(this.monoMs, more));
    assert(decision.ok, `refused: ${decision.ok ? '' : decision.refusal}`);
    this.records.push(decision.record);
    this.intent = apply(this.intent, decision.record);
    return this;
  }

  answer(answer: QuestionAnswer, more: Partial<DecideContext> = {}): this {
    return this.do({ kind: 'answer', answer }, more);
  }

  /** Why it is refused; null when it is not. Changes nothing. */
  refusal(event: IntentEvent | OwnCommand['kind'], more: Partial<DecideContext> = {}): RefusalCode | null {
    const decision = decide(this.intent, eventOf(event), contextAt(this.monoMs, more));
    return decision.ok ? null : decision.refusal;
  }
}

function eventOf(event: IntentEvent | OwnCommand['kind']): IntentEvent {
  return typeof event === 'string' ? ({ kind: event } as IntentEvent) : event;
}

export const EVENTS = {
  approved: { kind: 'approved', approval: APPROVAL },
  declined: { kind: 'declined', code: '006_007', businessDate: DAY },
  notProcessed: { kind: 'notProcessed', code: '006_006' },
  ambiguous: { kind: 'ambiguous', code: null },
  nothingLeft: { kind: 'nothingLeft' },
  acknowledged: { kind: 'netCancelAcknowledged', result: 'REVERSED', tombstone: true, businessDate: DAY },
  netCancelRefused: { kind: 'netCancelRefused', code: '006_906' },
  restart: { kind: 'restart' },
} as const satisfies Readonly<Record<string, ExternalEvent>>;

export function inquiryOf(
  intent: Intent,
  result: Extract<ExternalEvent, { kind: 'inquiry' }>['result'],
  isStale = false,
): ExternalEvent {
  const event = { kind: 'inquiry', result, sentUnder: intent.hostVersion - (isStale ? 1 : 0) } as const;
  if (result === 'COMPLETED') return { ...event, approval: APPROVAL };
  return result === 'FAILED' ? { ...event, declineCode: '006_007' } : event;
}

/** A charge whose cash was received. */
export function charge(): Story {
  return new Story('CHARGE').wait(5_000).do('received');
}

export function sentCharge(): Story {
  return charge().do('send');
}

export function approvedCharge(): Story {
  return sentCharge().do(EVENTS.approved).do('acknowledge');
}

export function sentRefund(): Story {
  return new Story('REFUND').wait(2_000).do('request').do('send');
}

export function deferredCharge(): Story {
  return charge().do('chooseLater').do('creditLater');
}

export function voidDone(cancelId: string): ExternalEvent {
  return { kind: 'voidDone', cancelId, cancelNrNumber: 'KMN260723000000124', businessDate: DAY };
}

export function voidRefused(cancelId: string): ExternalEvent {
  return { kind: 'voidRefused', cancelId, code: '007_030' };
}

/** Every external event that can meet this intent: each kind, each inquiry fresh and stale, each void id. */
export function externalEvents(intent: Intent): readonly ExternalEvent[] {
  const results = ['COMPLETED', 'FAILED', 'PENDING', 'REVERSED', 'VOIDED', 'NOT_FOUND'] as const;
  const acknowledged = (['REVERSED', 'NOT_APPROVED', 'NOT_FOUND'] as const).flatMap((result) =>
    [true, false].map(
      (tombstone): ExternalEvent => ({
        kind: 'netCancelAcknowledged',
        result,
        tombstone,
        businessDate: null,
      }),
    ),
  );
  return [
    ...Object.values(EVENTS),
    { kind: 'ambiguous', code: '006_021' },
    ...results.flatMap((result) => [inquiryOf(intent, result), inquiryOf(intent, result, true)]),
    ...acknowledged,
    { kind: 'netCancelUnanswered', code: null },
    ...['V0', 'V1', 'V9'].flatMap((cancelId): ExternalEvent[] => [
      voidDone(cancelId),
      voidRefused(cancelId),
      { kind: 'voidUnanswered', cancelId, code: null },
    ]),
  ];
}

/** Every own command, with every answer, reason and choice. */
export function ownCommands(): readonly OwnCommand[] {
  const plain = [
    'received',
    'managerAllowed',
    'stop',
    'expire',
    'cashBack',
    'chooseLater',
    'creditLater',
    'chooseSend',
    'request',
    'send',
    'inquire',
    'netCancel',
    'unanswered',
    'deadline',
    'givenBack',
    'paidOut',
    'notPaid',
    'voidSend',
    'payBack',
    'acknowledge',
    'leave',
    'unclaimed',
    'claimed',
  ] as const;
  const answers = [
    'inDrawer',
    'withCustomer',
    'notTaken',
    'customerHere',
    'customerGoneLater',
    'customerGone',
  ] as const;
  return [
    ...plain.map((kind): OwnCommand => ({ kind })),
    { kind: 'received', creditLater: true },
    { kind: 'void', cancelId: 'V7', proof: 'card' },
    { kind: 'void', cancelId: 'V0', proof: 'card' },
    { kind: 'void', cancelId: 'V8', proof: 'manager' },
    { kind: 'void', cancelId: 'V8', proof: 'manager', managerId: 'm1' },
    ...answers.map((answer): OwnCommand => ({ kind: 'answer', answer })),
    ...CASE_REASONS.flatMap((reason): OwnCommand[] => [
      { kind: 'openCase', reason },
      { kind: 'seen', reason },
      { kind: 'seen', reason, caseNumber: 'C-0012' },
    ]),
  ];
}

const isPast = (tuple: Tuple): boolean => tuple.host !== 'unsent' && tuple.host !== 'closed';

function voidsOf({ host }: Tuple): readonly Intent['voids'][] {
  const open = { cancelId: 'V0', proof: 'card' } as const;
  const refused = { ...open, outcome: 'refused', code: '007_030' } as const;
  const second = { cancelId: 'V1', proof: 'manager', managerId: 'm1' } as const;
  if (host === 'voiding') return [[open], [refused, second]];
  if (host === 'voided') return [[{ ...open, outcome: 'done', cancelNrNumber: 'N' }], [refused, second]];
  return host === 'approved' ? [[], [refused]] : [[]];
}

/** The flags that matter, in every combination that makes sense for a tuple. */
export function intentsOf(tuple: Tuple): readonly Intent[] {
  const { type, host, cash, deferred } = tuple;
  const isUnsent = host === 'unsent';
  const booleans = [false, true] as const;
  const only = [false] as const;
  const intents: Intent[] = [];
  const wasApproved = ['approved', 'voiding', 'voided'].includes(host);
  const base: Intent = {
    ...scanned(type),
    host,
    cash,
    deferred,
    version: 7,
    hostVersion: 3,
    bytesMayHaveLeft: isPast(tuple),
    approval: wasApproved ? APPROVAL : null,
    businessDate: wasApproved ? DAY : null,
    expiresMs: isUnsent && cash === 'none' ? 300_000 : null,
    netCancelReason: host === 'reversing' ? 'TIMEOUT' : null,
  };
  for (const sends of isPast(tuple) ? [1, 2] : [0]) {
    for (const voids of voidsOf(tuple)) {
      for (const acknowledged of booleans) {
        for (const left of booleans) {
          for (const isAsked of host === 'sending' ? only : booleans) {
            for (const choosing of isUnsent && type === 'CHARGE' && !deferred ? booleans : only) {
              for (const confirmed of type === 'REFUND' && isUnsent ? booleans : [type === 'REFUND']) {
                for (const managerNeeded of isUnsent && cash === 'none' ? booleans : only) {
                  for (const cases of [[], ['LEFT_AT_COUNTER', 'LATE_APPROVAL']] as const) {
                    const question = isAsked ? questionFor(base) : null;
                    const isRunning = host === 'unknown' && !deferred && !isAsked;
                    intents.push({
                      ...base,
                      sends,
                      voids,
                      acknowledged,
                      left,
                      question,
                      choosing: choosing && !isAsked,
                      confirmed,
                      managerNeeded,
                      cases,
                      firstSendMs: host === 'sending' || isRunning ? 0 : null,
                      deadlineMs: isRunning ? 15_000 : null,
                    });
                  }
                }
              }
            }
          }
        }
      }
    }
  }
  if (cash !== 'return_due') return intents;
  const unclaimed = { left: true, question: null, vouchers: ['returnUnclaimed'] } as const;
  return [
    ...intents,
    { ...base, ...unclaimed },
    { ...base, ...unclaimed, closedByRestart: host === 'closed' },
  ];
}

/** Every legal tuple with every combination of the flags that matter. */
export function everyIntent(): readonly Intent[] {
  return LEGAL_TUPLES.flatMap(intentsOf);
}
