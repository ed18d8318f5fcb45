/**
 * Somebody sets the wall clock by hours while payments are open. Waits and deadlines run on the monotonic clock, so the worker
 * must make the same calls at the same moments, in the same order, to the same ends as on a clock that nobody touched; and the
 * journal stays in the order of its commits.
 */
import { describe, expect, it } from 'vitest';
import type { Intent } from '../../../src/intent/model.ts';
import { volatileMemory } from '../../../src/sync/memory.ts';
import { AMBIGUOUS, APPROVED, answered, Counter, NOTHING_LEFT } from './counter.ts';

const HOUR_MS = 3_600_000;

interface Told {
  /** Every call but hello and probe: what, for the how-manieth payment, when. */
  readonly calls: readonly string[];
  readonly ends: readonly string[];
}

/** The same day at the counter every time; only `jumps`, one per moment, are told apart. */
async function day(jumps: readonly number[]): Promise<Told> {
  const counter = new Counter({ memory: volatileMemory() });
  const { clock, backend } = counter;
  const left = [...jumps];
  const jump = (): void => clock.setWall(left.shift() ?? 0);
  await counter.start();
  const payments: Intent[] = [];
  const note = (intent: Intent): Intent => {
    payments.push(intent);
    return intent;
  };
  backend.sayApprove = () => AMBIGUOUS;
  backend.sayInquiry = () => AMBIGUOUS;
  backend.sayNetCancel = () => AMBIGUOUS;
  const doubted = note(counter.charge());
  await clock.advance(4_000);
  jump(); // between two inquiries
  await clock.advance(10_000);
  jump(); // a second before the deadline
  await clock.advance(4_000);
  counter.record(doubted, { kind: 'givenBack' });
  backend.sayApprove = () => NOTHING_LEFT;
  note(counter.deferred());
  jump(); // between two charges that are credited later
  note(counter.deferred());
  await clock.advance(90_000);
  jump(); // while net cancels back off
  note(counter.deferred());
  await clock.advance(30_000);
  await counter.crash();
  jump(); // after a start that found the clock elsewhere
  await counter.start();
  for (const intent of counter.ledger.attention()) {
    if (intent.question !== null) counter.record(intent, { kind: 'answer', answer: 'inDrawer' });
  }
  backend.sayApprove = () => answered(APPROVED);
  backend.sayNetCancel = () => answered({ result: 'REVERSED', reversedAt: null });
  counter.worker.now();
  await clock.advance(HOUR_MS);
  const report = counter.ledger.verify();
  expect(report).toMatchObject({ ok: true, faults: [] });
  const entries = counter.ledger.entries(1, 1_000);
  expect(entries.map(({ index }) => index)).toEqual(entries.map((_entry, place) => place + 1));
  const numberOf = (id: string | null): number => payments.findIndex(({ sequenceId }) => sequenceId === id);
  const calls = backend.sent
    .filter(({ call }) => call !== 'hello' && call !== 'probe')
    .map(({ call, sequenceId, atMs }) => `${call} ${numberOf(sequenceId)} at ${Math.round(atMs)}`);
  const ends = payments.map((intent) => counter.at(intent));
  await counter.end();
  return { calls, ends };
}

describe('a clock that the issuer agrees with', () => {
  it('is not confirmed while it stands before what this start found in the journal, and is from then on', async () => {
    const counter = new Counter({ memory: volatileMemory() });
    const { clock, worker } = await counter.start();
    expect(worker.status().clockConfirmed).toBe(true);
    clock.setWall(HOUR_MS); // its battery, or somebody: the payments of this run are an hour late
    counter.charge();
    await clock.advance(0);
    await counter.crash(() => clock.setWall(-HOUR_MS));
    await counter.start();
    const { clockConfirmed, clockOffsetMs } = counter.worker.status();
    expect({ clockConfirmed, clockOffsetMs }).toEqual({ clockConfirmed: false, clockOffsetMs: 0 });
    await clock.advance(HOUR_MS - 15_000);
    expect(counter.worker.status().clockConfirmed).toBe(false);
    await clock.advance(15_000);
    expect(counter.worker.status().clockConfirmed).toBe(true);
    await counter.end();
  });
});

describe('a wall clock that is set by hours while payments are open', () => {
  it.each<[string, readonly number[]]>([
    ['forward', [8, 8, 8, 8, 8]],
    ['back', [-8, -8, -8, -8, -8]],
    ['to and fro', [12, -24, 24, -36, 5]],
    ['back to 1970 and right again', [-498_000, 498_000, -498_000, 498_000, -498_000]],
  ])('%s: nothing is reordered, late, early or lost, and the chain verifies', async (_name, hours) => {
    const untouched = await day([]);
    expect(untouched.ends).toEqual(['reversed/returned', ...Array(3).fill('approved/received')]);
    expect(untouched.calls.length).toBeGreaterThan(12);
    expect(await day(hours.map((each) => each * HOUR_MS))).toEqual(untouched);
  });
});

it('a clock that was set is compared with the issuer at the next moment, not with the next probe', async () => {
  const counter = new Counter({ memory: volatileMemory() });
  const { clock, backend } = counter;
  await counter.start();
  counter.charge();
  await clock.advance(1_000);
  const greeted = backend.of('hello').length;
  clock.setWall(HOUR_MS);
  counter.charge();
  await clock.advance(1_000);
  expect(backend.of('hello')).toHaveLength(greeted + 1);
  await counter.end();
});
