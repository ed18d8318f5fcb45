import assert from 'node:assert/strict';
import { describe, expect, it } from 'vitest';
import { adviceOf } from '../../../src/intent/advice.ts';
import { apply } from '../../../src/intent/apply.ts';
import { decide, isExternal } from '../../../src/intent/decide.ts';
import { commandDue, due, requestDue } from '../../../src/intent/due.ts';
import type { Cash, Host, Intent, IntentEvent } from '../../../src/intent/model.ts';
import { assertBalanced, isLegal, posting } from '../../../src/intent/positions.ts';
import type { DecideContext } from '../../../src/intent/rules.ts';
import { DEFAULT_TIMES } from '../../../src/intent/rules.ts';
import { isReturnDue } from '../../../src/intent/state.ts';
import { AS_MANAGER, contextAt, everyIntent, externalEvents, ownCommands } from './make.ts';

const REFUSALS = [
  'NOT_IN_THIS_STATE',
  'QUESTION_OPEN',
  'CHOICE_OPEN',
  'MANAGER_NEEDED',
  'VOID_WINDOW',
  'VOID_DAY',
  'VOID_PROOF',
  'LATER_LIMIT',
  'STALE',
];

const CONTEXTS: readonly DecideContext[] = [
  contextAt(0),
  contextAt(400_000, { ...AS_MANAGER, canDefer: false, openBusinessDate: null }),
];

/** Section 3b and the answers of section 4: which own commands may move the host, and where to. */
const HOST_MOVES: Readonly<Partial<Record<IntentEvent['kind'], readonly `${Host}>${Host}`[]>>> = {
  stop: ['unsent>closed'],
  expire: ['unsent>closed'],
  cashBack: ['unsent>closed'],
  chooseLater: ['unsent>closed'],
  send: ['unsent>sending', 'unknown>sending'],
  unanswered: ['sending>unknown'],
  deadline: ['unknown>reversing'],
  notPaid: ['approved>reversing'],
  void: ['approved>voiding'],
  payBack: ['unsent>closed', 'unknown>reversing'],
  answer: ['unsent>closed', 'unknown>reversing', 'voiding>reversing', 'approved>reversing'],
};

const CASH_MOVES: Readonly<Partial<Record<IntentEvent['kind'], readonly `${Cash}>${Cash}`[]>>> = {
  received: ['none>received'],
  cashBack: ['received>return_due'],
  chooseLater: ['received>return_due'],
  deadline: ['received>return_due'],
  givenBack: ['return_due>returned'],
  claimed: ['return_due>returned'],
  paidOut: ['payout_due>paid_out'],
  notPaid: ['payout_due>none'],
  payBack: ['received>return_due'],
  answer: [
    'received>returned',
    'received>return_due',
    'return_due>returned',
    'none>return_due',
    'none>returned',
    'payout_due>paid_out',
  ],
};

function checkOwn(before: Intent, event: IntentEvent, after: Intent): void {
  const hosts: readonly string[] = HOST_MOVES[event.kind] ?? [];
  const cashes: readonly string[] = CASH_MOVES[event.kind] ?? [];
  const host = `${before.host}>${after.host}`;
  const cash = `${before.cash}>${after.cash}`;
  assert(after.host === before.host || hosts.includes(host), `${event.kind} moves ${host}`);
  assert(after.cash === before.cash || cashes.includes(cash), `${event.kind} moves ${cash}`);
}

function checkExternal(before: Intent, event: IntentEvent, after: Intent): void {
  const isByPeople = after.cash === 'returned' || after.cash === 'paid_out' || after.cash === 'received';
  assert(!isByPeople || after.cash === before.cash, `${event.kind} moves cash to ${after.cash}`);
  assert(before.acknowledged || !after.acknowledged, `${event.kind} acknowledges`);
}

function checkAfter(before: Intent, after: Intent, context: DecideContext): void {
  assert(isLegal(after));
  assertBalanced(posting(before, after));
  assert.equal(after.version, before.version + 1);
  assert.equal(after.hostVersion - before.hostVersion, after.host === before.host ? 0 : 1);
  if (before.host === 'reversing') assert(after.host === 'reversing' || after.host === 'reversed');
  assert(!before.deferred || after.deferred);
  const isOwing = after.question !== null || isReturnDue(after) || after.cash === 'payout_due';
  if (after.left && isOwing && !before.left) assert(after.cases.length > 0, 'left without a case');
  assert(adviceOf(after).length > 0);
  assert(due(after, context.now, DEFAULT_TIMES) !== null);
}

describe('every legal state with every flag that matters meets every event', { timeout: 30_000 }, () => {
  const intents = everyIntent();

  it('has some thousand of them', () => {
    expect(intents.length).toBeGreaterThan(1_000);
  });

  it('external events are never refused, never throw, and keep the state legal and balanced', () => {
    let steps = 0;
    for (const context of CONTEXTS) {
      for (const intent of intents) {
        for (const event of externalEvents(intent)) {
          const decision = decide(intent, event, context);
          if (!decision.ok) throw new Error(`refused ${event.kind}`);
          const after = apply(intent, decision.record);
          checkAfter(intent, after, context);
          if (event.kind !== 'restart') checkExternal(intent, event, after);
          steps += 1;
        }
      }
    }
    expect(steps).toBeGreaterThan(50_000);
  });

  it('own commands are done as section 3b allows or refused with a reason and without a record', () => {
    const done = new Set<string>();
    for (const context of CONTEXTS) {
      for (const intent of intents) {
        for (const event of ownCommands()) {
          assert(!isExternal(event));
          const decision = decide(intent, event, context);
          if (!decision.ok) {
            assert(REFUSALS.includes(decision.refusal));
            assert.deepEqual(Object.keys(decision), ['ok', 'refusal']);
            continue;
          }
          const after = apply(intent, decision.record);
          checkAfter(intent, after, context);
          checkOwn(intent, event, after);
          done.add(event.kind);
        }
      }
    }
    const kinds = new Set(ownCommands().map((command) => command.kind));
    for (const kind of kinds) expect(done).toContain(kind);
  });

  it('an intent is left as it was: decide and apply change nothing in place', () => {
    for (const intent of intents.slice(0, 400)) {
      const copy = structuredClone(intent);
      for (const event of [...externalEvents(intent), ...ownCommands()]) {
        const decision = decide(intent, event, contextAt(0));
        if (decision.ok) apply(intent, decision.record);
      }
      assert.deepEqual(intent, copy);
    }
  });

  it('a record survives the journal: canonical JSON and back gives the same intent', () => {
    for (const intent of intents) {
      for (const event of externalEvents(intent).slice(0, 6)) {
        const decision = decide(intent, event, contextAt(0));
        if (!decision.ok) throw new Error('refused');
        const read = JSON.parse(JSON.stringify(decision.record));
        assert.deepEqual(apply(intent, read), apply(intent, decision.record));
      }
    }
  });

  it('whatever due asks for is not refused when its time has come', () => {
    const asRequest = {
      approve: 'send',
      inquiry: 'inquire',
      netCancel: 'netCancel',
      void: 'voidSend',
    } as const;
    for (const intent of intents) {
      const request = requestDue(intent);
      if (request !== null) {
        const decision = decide(intent, { kind: asRequest[request.request] }, contextAt(request.atMs));
        assert(decision.ok);
      }
      const command = commandDue(intent, DEFAULT_TIMES);
      if (command !== null) {
        const decision = decide(intent, { kind: command.command }, contextAt(command.atMs));
        assert(decision.ok);
      }
    }
  });

  it('sends nothing that moves money while a question is open', () => {
    const moving = ['send', 'netCancel', 'voidSend', 'void', 'deadline', 'givenBack', 'paidOut', 'notPaid'];
    for (const intent of intents.filter((other) => other.question !== null)) {
      assert(['inquiry', undefined].includes(requestDue(intent)?.request));
      for (const event of ownCommands().filter((command) => moving.includes(command.kind))) {
        assert.deepEqual(decide(intent, event, contextAt(400_000)), { ok: false, refusal: 'QUESTION_OPEN' });
      }
    }
  });

  it('refuses a press that names another version, and takes one that names this', () => {
    for (const intent of intents) {
      const stale = contextAt(0, { expectedVersion: intent.version - 1 });
      for (const event of ownCommands()) {
        assert.deepEqual(decide(intent, event, stale), { ok: false, refusal: 'STALE' });
      }
      const fresh = contextAt(0, { expectedVersion: intent.version });
      assert(decide(intent, { kind: 'acknowledge' }, fresh).ok);
    }
  });
});
