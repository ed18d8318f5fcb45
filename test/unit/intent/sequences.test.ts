import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { adviceOf } from '../../../src/intent/advice.ts';
import { apply } from '../../../src/intent/apply.ts';
import { decide } from '../../../src/intent/decide.ts';
import { commandDue, due, requestDue } from '../../../src/intent/due.ts';
import type { Due, Intent, IntentEvent, IntentType, OwnCommand, Posting } from '../../../src/intent/model.ts';
import { HOSTS } from '../../../src/intent/model.ts';
import { difference, positionOf, posting } from '../../../src/intent/positions.ts';
import type { DecideContext } from '../../../src/intent/rules.ts';
import { DEFAULT_TIMES } from '../../../src/intent/rules.ts';
import { ended, isReturnDue } from '../../../src/intent/state.ts';
import {
  AS_MANAGER,
  contextAt,
  EVENTS,
  externalEvents,
  inquiryOf,
  ownCommands,
  Story,
  voidDone,
} from './make.ts';

const RUNS = 300;
const OWN = ownCommands();

interface Happening {
  readonly waitMs: number;
  readonly pick: number;
  readonly isManager: boolean;
  readonly canDefer: boolean;
  /** What is due, what the terminal may do, what the world says: evenly, so that sequences get far. */
  readonly kind: 'due' | 'own' | 'answer' | 'world';
}

const happening: fc.Arbitrary<Happening> = fc.record({
  waitMs: fc.oneof(
    { weight: 20, arbitrary: fc.integer({ min: 0, max: 100 }) },
    { weight: 4, arbitrary: fc.integer({ min: 0, max: 5_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 400_000 }) },
  ),
  pick: fc.nat(10_000),
  isManager: fc.boolean(),
  canDefer: fc.boolean(),
  kind: fc.constantFrom('due', 'due', 'own', 'answer', 'world'),
});
const type: fc.Arbitrary<IntentType> = fc.constantFrom('CHARGE', 'REFUND');

const SENT: Readonly<Record<Extract<Due, { kind: 'request' }>['request'], OwnCommand>> = {
  approve: { kind: 'send' },
  inquiry: { kind: 'inquire' },
  netCancel: { kind: 'netCancel' },
  void: { kind: 'voidSend' },
};

function commandOf(next: Due): OwnCommand | null {
  if (next.kind === 'request') return SENT[next.request];
  return next.kind === 'command' ? { kind: next.command } : null;
}

function contextOf(monoMs: number, { canDefer, isManager }: Happening): DecideContext {
  return contextAt(monoMs, { canDefer, ...(isManager ? AS_MANAGER : {}) });
}

function pickEvent(intent: Intent, monoMs: number, step: Happening): IntentEvent {
  const next = due(intent, contextAt(monoMs).now, DEFAULT_TIMES);
  const command = commandOf(next);
  const isDue = command !== null && next.kind !== 'nothing' && next.atMs <= monoMs;
  if (step.kind === 'due' && isDue) return command;
  const context = contextOf(monoMs, step);
  const allowed = OWN.filter((own) => own.kind !== 'openCase' && decide(intent, own, context).ok);
  const world: readonly IntentEvent[] =
    step.kind === 'answer' ? Object.values(EVENTS) : externalEvents(intent);
  const events = step.kind === 'due' || step.kind === 'own' ? allowed : world;
  const event = events[step.pick % events.length];
  assert(event !== undefined);
  return event;
}

/** Plays a random sequence; `each` sees every step that was recorded. */
function play(
  start: IntentType,
  happenings: readonly Happening[],
  each: (before: Intent, after: Intent, event: IntentEvent) => void,
): Story {
  const story = new Story(start);
  for (const step of happenings) {
    story.wait(step.waitMs);
    const event = pickEvent(story.intent, story.monoMs, step);
    const decision = decide(story.intent, event, contextOf(story.monoMs, step));
    if (!decision.ok) continue;
    const before = story.intent;
    story.records.push(decision.record);
    story.intent = apply(before, decision.record);
    each(before, story.intent, event);
  }
  return story;
}

describe('any sequence of events', () => {
  it('is random enough to meet every host, with questions, deferral and cases', () => {
    const met = new Set<string>();
    fc.assert(
      fc.property(
        type,
        fc.array(happening, { minLength: 30, maxLength: 60, size: 'max' }),
        (start, happenings) => {
          play(start, happenings, (_before, after) => {
            met.add(after.host);
            if (after.question !== null) met.add(after.question);
            if (after.deferred) met.add('deferred');
            for (const reason of after.cases) met.add(reason);
          });
        },
      ),
      { numRuns: RUNS, seed: 1 },
    );
    for (const host of HOSTS) assert(met.has(host), `never met ${host}`);
    for (const word of ['RE_IN', 'RE_BACK', 'RE_CLOSED', 'RE_OUT', 'RE_OUT_EARLY', 'deferred'])
      assert(met.has(word), `never met ${word}`);
    for (const word of ['LATE_APPROVAL', 'LEFT_AT_COUNTER', 'PAID_WITHOUT_APPROVAL'])
      assert(met.has(word), `never met ${word}`);
  });

  it('books postings that add up to the last position, and folds again to the same intent', () => {
    fc.assert(
      fc.property(type, fc.array(happening, { maxLength: 60, size: 'max' }), (start, happenings) => {
        const sum: Record<string, number> = {};
        const story = play(start, happenings, (before, after) => {
          for (const [account, amount] of Object.entries(posting(before, after))) {
            sum[account] = (sum[account] ?? 0) + amount;
          }
        });
        assert.deepEqual(difference(positionOf(story.intent), sum as Posting), {});
        let folded: Intent | null = null;
        for (const record of story.records) folded = apply(folded, JSON.parse(JSON.stringify(record)));
        assert.deepEqual(folded, story.intent);
      }),
      { numRuns: RUNS },
    );
  });

  it('never takes cash back that a person handed over, nor sends again what may have left', () => {
    fc.assert(
      fc.property(type, fc.array(happening, { maxLength: 60, size: 'max' }), (start, happenings) => {
        play(start, happenings, (before, after, event) => {
          if (before.cash === 'returned' || before.cash === 'paid_out') assert.equal(after.cash, before.cash);
          if (event.kind === 'send') assert(before.host === 'unsent' || before.deferred);
          if (event.kind === 'send' && !before.deferred) assert(!before.bytesMayHaveLeft);
          if (before.bytesMayHaveLeft && after.host === 'unsent') assert.equal(before.sends, 1);
        });
      }),
      { numRuns: RUNS },
    );
  });

  it('tells an attended customer what to do with the cash no later than 15 s after the first byte', () => {
    fc.assert(
      fc.property(type, fc.array(happening, { maxLength: 40, size: 'max' }), (start, happenings) => {
        const story = play(start, happenings, () => {});
        const { intent } = story;
        const isWaiting = intent.host === 'sending' || intent.host === 'unknown';
        if (!isWaiting || intent.deferred || intent.question !== null || intent.firstSendMs === null) return;
        const deadlineMs = intent.deadlineMs ?? Number.POSITIVE_INFINITY;
        assert.equal(deadlineMs, intent.firstSendMs + DEFAULT_TIMES.deadlineMs);
        if (intent.host === 'sending') {
          story
            .wait(Math.max(0, intent.firstSendMs + DEFAULT_TIMES.unansweredMs - story.monoMs))
            .do('unanswered');
        }
        const next = commandDue(story.intent, DEFAULT_TIMES);
        assert.equal(next?.command, 'deadline');
        story.wait(Math.max(0, deadlineMs - story.monoMs)).do('deadline');
        assert(['giveBack', 'payNothing', 'manager'].includes(adviceOf(story.intent)));
      }),
      { numRuns: RUNS },
    );
  });

  it('comes to its end once faults stop and people answer', () => {
    fc.assert(
      fc.property(type, fc.array(happening, { maxLength: 40, size: 'max' }), (start, happenings) => {
        const story = play(start, happenings, () => {});
        settle(story);
        assert(ended(story.intent), `still ${story.state} ${story.intent.question ?? ''}`);
      }),
      { numRuns: RUNS },
    );
  });
});

/** Runs what is due, with an issuer that answers and people who do what they are told; bounded. */
function settle(story: Story): void {
  for (let step = 0; step < 60 && !ended(story.intent); step += 1) {
    if (actsAsPerson(story)) continue;
    const next = due(story.intent, contextAt(story.monoMs).now, DEFAULT_TIMES);
    const command = commandOf(next);
    assert(command !== null && next.kind !== 'nothing', `nothing is due in ${story.state}`);
    story.wait(Math.max(0, next.atMs - story.monoMs)).do(command);
    answer(story, next);
  }
}

function answer(story: Story, next: Due): void {
  if (next.kind !== 'request') return;
  if (next.request === 'approve') story.do(EVENTS.approved);
  if (next.request === 'netCancel') story.do(EVENTS.acknowledged);
  if (next.request === 'inquiry') story.do(inquiryOf(story.intent, 'NOT_FOUND'));
  if (next.request === 'void') story.do(voidDone(story.intent.voids.at(-1)?.cancelId ?? ''));
}

function actsAsPerson(story: Story): boolean {
  const { intent } = story;
  if (intent.question === 'RE_HERE') story.answer('customerGone');
  else if (intent.question !== null) story.answer('inDrawer');
  else if (isReturnDue(intent)) story.do('givenBack');
  else if (intent.cash === 'payout_due') story.do('paidOut');
  else return false;
  return true;
}

describe('what is due', () => {
  it('is never in the past of a state that has ended, and never nothing before', () => {
    fc.assert(
      fc.property(type, fc.array(happening, { maxLength: 40, size: 'max' }), (start, happenings) => {
        const { intent } = play(start, happenings, () => {});
        if (ended(intent)) {
          assert.equal(requestDue(intent), null);
          assert.equal(commandDue(intent, DEFAULT_TIMES), null);
        } else if (!intent.left) {
          assert.notEqual(due(intent, contextAt(0).now, DEFAULT_TIMES).kind, 'nothing');
        }
      }),
      { numRuns: RUNS },
    );
  });
});
