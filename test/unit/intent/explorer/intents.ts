/**
 * The terminal's side of the exploration: the real `accept`, `decide`, `apply` and `due`, with times and counters folded
 * to a canonical form so that states which differ only in them are one. Every distinct intent gets a small number, and
 * what an event does to it is asked of the rules only once.
 */
import assert from 'node:assert/strict';
import type { Advice } from '../../../../src/intent/advice.ts';
import { apply } from '../../../../src/intent/apply.ts';
import { accept } from '../../../../src/intent/decide.ts';
import { commandDue, due, requestDue } from '../../../../src/intent/due.ts';
import type { Actor, Approval, Due, Intent, IntentEvent, IntentType } from '../../../../src/intent/model.ts';
import { assertBalanced, posting } from '../../../../src/intent/positions.ts';
import type { DecideContext } from '../../../../src/intent/rules.ts';
import { DEFAULT_TIMES } from '../../../../src/intent/rules.ts';
import { ended, keepsDayOpen, needsRestart } from '../../../../src/intent/state.ts';
import type { RulesOut } from './without.ts';
import { adviceWithout, decideWithout } from './without.ts';

const AMOUNT = 10_000;
const DAY = '20260723';
const HOST_VERSION = 10;
const APPROVAL: Approval = {
  nrNumber: 'KMN260723000000123',
  approvalCode: 'A1B2C3',
  approvedAt: '20260723143205000',
  businessDate: DAY,
};
const TERMINAL: Actor = { role: 'terminal' };
const MANAGER: Actor = { role: 'manager', id: 'm1' };

type Inquiry = Extract<IntentEvent, { kind: 'inquiry' }>;

function inquiry(result: Inquiry['result'], isFresh: boolean): IntentEvent {
  const sentUnder = isFresh ? HOST_VERSION : HOST_VERSION - 1;
  const base = { kind: 'inquiry', result, sentUnder } as const;
  if (result === 'COMPLETED') return { ...base, approval: APPROVAL };
  return result === 'FAILED' ? { ...base, declineCode: '006_007' } : base;
}

const NOT_FOUND: IntentEvent = {
  kind: 'netCancelAcknowledged',
  result: 'NOT_FOUND',
  tombstone: false,
  businessDate: null,
};

interface Step {
  /** null: whatever the clock gives next. */
  readonly event: IntentEvent | null;
  readonly actor?: Actor;
  readonly canDefer?: boolean;
  /** Not at once but so many ms later. */
  readonly laterMs?: number;
}

/** Everything that can happen to an intent in the model, by name. */
export const STEPS = {
  'answer approved': { event: { kind: 'approved', approval: APPROVAL } },
  'answer declined': { event: { kind: 'declined', code: '006_007', businessDate: DAY } },
  'answer not processed': { event: { kind: 'notProcessed', code: '006_006' } },
  'answer ambiguous': { event: { kind: 'ambiguous', code: null } },
  'nothing left': { event: { kind: 'nothingLeft' } },
  'inquiry says COMPLETED': { event: inquiry('COMPLETED', true) },
  'inquiry says FAILED': { event: inquiry('FAILED', true) },
  'inquiry says NOT_FOUND': { event: inquiry('NOT_FOUND', true) },
  'inquiry says REVERSED': { event: inquiry('REVERSED', true) },
  'inquiry says VOIDED': { event: inquiry('VOIDED', true) },
  'stale inquiry says COMPLETED': { event: inquiry('COMPLETED', false) },
  'stale inquiry says FAILED': { event: inquiry('FAILED', false) },
  'stale inquiry says NOT_FOUND': { event: inquiry('NOT_FOUND', false) },
  'stale inquiry says REVERSED': { event: inquiry('REVERSED', false) },
  'stale inquiry says VOIDED': { event: inquiry('VOIDED', false) },
  'net cancel acknowledged': {
    event: { kind: 'netCancelAcknowledged', result: 'REVERSED', tombstone: true, businessDate: DAY },
  },
  'net cancel not found': { event: NOT_FOUND },
  'net cancel not found again': { event: NOT_FOUND, laterMs: DEFAULT_TIMES.quietMs },
  'net cancel refused': { event: { kind: 'netCancelRefused', code: '006_906' } },
  'void 0 done': { event: { kind: 'voidDone', cancelId: 'V0', cancelNrNumber: 'N0', businessDate: DAY } },
  'void 1 done': { event: { kind: 'voidDone', cancelId: 'V1', cancelNrNumber: 'N1', businessDate: DAY } },
  'void 0 refused': { event: { kind: 'voidRefused', cancelId: 'V0', code: '007_030' } },
  'void 1 refused': { event: { kind: 'voidRefused', cancelId: 'V1', code: '007_030' } },
  restart: { event: { kind: 'restart' } },
  clock: { event: null },
  'clock, limits full': { event: null, canDefer: false },
  received: { event: { kind: 'received' } },
  'received, limits full': { event: { kind: 'received' }, canDefer: false },
  'manager allows': { event: { kind: 'managerAllowed' }, actor: MANAGER },
  stop: { event: { kind: 'stop' } },
  'cash back': { event: { kind: 'cashBack' } },
  'ask later': { event: { kind: 'chooseLater' } },
  'credit later': { event: { kind: 'creditLater' } },
  'send after all': { event: { kind: 'chooseSend' } },
  request: { event: { kind: 'request' } },
  send: { event: { kind: 'send' } },
  inquire: { event: { kind: 'inquire' } },
  'net cancel': { event: { kind: 'netCancel' } },
  'given back': { event: { kind: 'givenBack' } },
  'paid out': { event: { kind: 'paidOut' } },
  'not paid': { event: { kind: 'notPaid' } },
  'void 0': { event: { kind: 'void', cancelId: 'V0', proof: 'card' } },
  'void 1': { event: { kind: 'void', cancelId: 'V1', proof: 'card' } },
  'void sent': { event: { kind: 'voidSend' } },
  'pay back': { event: { kind: 'payBack' }, actor: MANAGER },
  acknowledge: { event: { kind: 'acknowledge' } },
  leave: { event: { kind: 'leave' } },
  'answer inDrawer': { event: { kind: 'answer', answer: 'inDrawer' } },
  'answer withCustomer': { event: { kind: 'answer', answer: 'withCustomer' } },
  'answer notTaken': { event: { kind: 'answer', answer: 'notTaken' } },
  'answer customerHere': { event: { kind: 'answer', answer: 'customerHere' } },
  'answer customerGoneLater': { event: { kind: 'answer', answer: 'customerGoneLater' } },
  'answer customerGone': { event: { kind: 'answer', answer: 'customerGone' } },
} as const satisfies Readonly<Record<string, Step>>;
export type StepName = keyof typeof STEPS;

const STEP_NAMES = Object.keys(STEPS) as StepName[];
const STEP_NUMBERS = new Map(STEP_NAMES.map((name, index) => [name, index]));

/** One distinct intent with all that the model asks of it, asked once. */
export interface Known {
  readonly intent: Intent;
  readonly advice: Advice;
  readonly isEnded: boolean;
  readonly keepsDayOpen: boolean;
  readonly needsRestart: boolean;
  readonly request: Extract<Due, { kind: 'request' }>['request'] | null;
  readonly hasCommand: boolean;
}

function numberOr0(value: number | null): 0 | null {
  return value === null ? null : 0;
}

/** Folds what the model does not tell apart: counters beyond one, points in time, codes. */
function canonical(intent: Intent): Intent {
  return {
    ...intent,
    version: 1,
    hostVersion: HOST_VERSION,
    cases: [...intent.cases].sort(),
    sends: Math.min(intent.sends, 2),
    inquiries: 0,
    netCancels: 0,
    misses: 0,
    netCancelReason: intent.netCancelReason === null ? null : 'TIMEOUT',
    approval: intent.approval === null ? null : APPROVAL,
    declineCode: intent.declineCode === null ? null : '006_007',
    notProcessedCode: null,
    businessDate: intent.businessDate === null ? null : DAY,
    enteredMs: 0,
    notBeforeMs: 0,
    expiresMs: intent.expiresMs === null ? null : DEFAULT_TIMES.barcodeLifeMs,
    firstSendMs: numberOr0(intent.firstSendMs),
    deadlineMs: intent.deadlineMs === null ? null : DEFAULT_TIMES.deadlineMs,
    quietSinceMs: numberOr0(intent.quietSinceMs),
    ...(intent.reversingAtMs === undefined ? {} : { reversingAtMs: 0 }),
  };
}

/** All distinct intents of one exploration, numbered, with the steps between them. */
export class Intents {
  readonly known: Known[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #steps = new Map<number, number>();
  readonly #decide: ReturnType<typeof decideWithout>;
  readonly #adviceOf: ReturnType<typeof adviceWithout>;

  constructor(out: RulesOut) {
    this.#decide = decideWithout(out);
    this.#adviceOf = adviceWithout(out);
  }

  at(number: number): Known {
    const known = this.known[number];
    assert(known !== undefined);
    return known;
  }

  begin(type: IntentType, managerNeeded: boolean, askLater: boolean): number {
    const scan = {
      sequenceId: '01K0V3M8Q4ZT6W5R2N7QK29XMD',
      environment: 'test',
      merchantId: 'M00000000000001',
      terminalId: 'T0000001',
      stationId: '1',
      type,
      amount: AMOUNT,
      bin: '941000',
      last4: '0005',
      managerNeeded,
      askLater,
    };
    return this.#number(apply(null, accept(scan, this.#context({ event: null }, 0))));
  }

  #context(step: Step, monoMs: number): DecideContext {
    return {
      times: DEFAULT_TIMES,
      now: { wallMs: 0, monoMs },
      actor: step.actor ?? TERMINAL,
      policyHash: 'explorer',
      canDefer: step.canDefer ?? true,
      openBusinessDate: DAY,
    };
  }

  #number(intent: Intent): number {
    const folded = canonical(intent);
    const key = JSON.stringify(folded);
    const existing = this.#numbers.get(key);
    if (existing !== undefined) return existing;
    const number = this.known.length;
    this.#numbers.set(key, number);
    const request = requestDue(folded);
    const command = commandDue(folded, DEFAULT_TIMES);
    const next = due(folded, { wallMs: 0, monoMs: 0 }, DEFAULT_TIMES);
    assert.equal(next.kind === 'nothing', request === null && command === null);
    this.known.push({
      intent: folded,
      advice: this.#adviceOf(folded),
      isEnded: ended(folded),
      keepsDayOpen: keepsDayOpen(folded),
      needsRestart: needsRestart(folded),
      request: request?.request ?? null,
      hasCommand: command !== null,
    });
    return number;
  }

  /** The intent after a step; null when the rules refuse it. */
  step(from: number, name: StepName): number | null {
    const key = from * STEP_NAMES.length + (STEP_NUMBERS.get(name) ?? 0);
    const done = this.#steps.get(key);
    if (done !== undefined) return done < 0 ? null : done;
    const to = this.#ask(this.at(from).intent, name);
    this.#steps.set(key, to ?? -1);
    return to;
  }

  #ask(intent: Intent, name: StepName): number | null {
    const step: Step = STEPS[name];
    const command = step.event === null ? commandDue(intent, DEFAULT_TIMES) : null;
    const event = step.event ?? (command === null ? null : { kind: command.command });
    if (event === null) return null;
    const decision = this.#decide(intent, event, this.#context(step, command?.atMs ?? step.laterMs ?? 0));
    if (!decision.ok) {
      assert(command === null, `due asks for ${event.kind}, which decide refuses: ${decision.refusal}`);
      return null;
    }
    const after = apply(intent, decision.record);
    assertBalanced(posting(intent, after));
    return this.#number(after);
  }
}
