/** What the issuer has not decided yet when everything is asked again. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { fileMemory } from '../../../src/agent-memory.ts';
import type { Intent } from '../../../src/intent/model.ts';
import { isCase } from '../../../src/intent/state.ts';
import type { Answered, InquiryAnswer } from '../../../src/konaplate/settlement.ts';
import { type SyncMemory, volatileMemory } from '../../../src/sync/memory.ts';
import { MANAGER, must, scanOf } from '../ledger/shop.ts';
import { AMBIGUOUS, APPROVED, answered, Counter } from './counter.ts';

const { balance: _balance, ...APPROVAL } = APPROVED;
const PENDING = answered<InquiryAnswer>({ result: 'PENDING', voids: [] });
const COMPLETED = answered<InquiryAnswer>({ result: 'COMPLETED', approval: APPROVAL, voids: [] });

let counter: Counter;
let memory: SyncMemory;
beforeEach(() => {
  memory = volatileMemory();
  counter = new Counter({ memory });
});
afterEach(() => counter.end());

/** Approved and shown. */
async function charges(count: number): Promise<readonly Intent[]> {
  const made: Intent[] = [];
  for (let place = 0; place < count; place += 1) {
    const charge = counter.charge();
    await counter.clock.advance(100);
    made.push(counter.record(charge, { kind: 'acknowledge' }));
  }
  return made;
}

/** From now on the issuer is another, and says so to what is asked of it at once. */
function putBack(): void {
  counter.backend.issuerEpoch = 'second';
  counter.worker.now();
}

function late(afterMs: number, answer: Answered<InquiryAnswer>): Promise<Answered<InquiryAnswer>> {
  return new Promise((resolve) => counter.clock.after(afterMs, () => resolve(answer)));
}

/** A scan that nobody confirmed: about it nothing but the time that it is pending can be a case. */
async function unconfirmed(): Promise<Intent> {
  const { intent } = counter.ledger.accept(scanOf({ type: 'CHARGE' }), counter.clock.now());
  await counter.clock.advance(301_000);
  return intent;
}

/** The issuer has been undecided about it for so long that it is a case. */
const isOverdue = (pending: Intent): boolean => counter.now(pending).cases.includes('BUDGET_SPENT');

/** The program ends, is started again, and the issuer is there. */
async function startAgain(): Promise<void> {
  const stopped = counter.worker.stop();
  await counter.clock.advance(10_000);
  await stopped;
  await counter.crash();
  await counter.start();
}

/** Timers of the busiest second of so many. */
async function busiest(seconds: number): Promise<number> {
  let most = 0;
  for (let second = 0; second < seconds; second += 1) {
    const before = counter.clock.timersRun;
    await counter.clock.advance(1_000);
    most = Math.max(most, counter.clock.timersRun - before);
  }
  return most;
}

describe('what is pending at an issuer that was put back', () => {
  it('is asked about until it is decided there, less and less often', async () => {
    const { backend, clock, worker } = await counter.start();
    const charge = counter.charge();
    await clock.advance(0);
    counter.backend.sayInquiry = () => answered({ result: 'PENDING', voids: [] });
    backend.issuerEpoch = 'second';
    worker.now();
    await clock.advance(120_000);
    const asked = backend.of('inquiry', charge.sequenceId).length;
    expect(asked).toBe(3);
    await clock.advance(3_600_000);
    expect(backend.of('inquiry', charge.sequenceId).length).toBeLessThan(10);
    backend.sayInquiry = () => answered({ result: 'REVERSED', voids: [] });
    await clock.advance(3_600_000);
    expect(counter.now(charge).cases).toContain('REVERSED_ELSEWHERE');
    const decided = backend.of('inquiry', charge.sequenceId).length;
    await clock.advance(7_200_000);
    expect(backend.of('inquiry', charge.sequenceId)).toHaveLength(decided);
  });

  it('is a case once it has been pending for an hour, and is still asked about, once an hour', async () => {
    const { backend, clock, ledger } = await counter.start();
    const pending = await unconfirmed();
    expect(counter.at(pending)).toBe('closed/none');
    backend.sayInquiry = () => PENDING;
    putBack();
    await clock.advance(1_800_000);
    expect(counter.now(pending).cases).not.toContain('BUDGET_SPENT');
    await clock.advance(3_600_000);
    expect(counter.now(pending).cases).toContain('BUDGET_SPENT');
    const [asked, lines] = [backend.of('inquiry').length, ledger.head().index];
    await clock.advance(6 * 3_600_000);
    expect(backend.of('inquiry')).toHaveLength(asked + 6);
    expect(ledger.head().index - lines).toBeLessThan(20);
  });

  it('is a case once it has been pending for an hour, also where no run lasts so long', async () => {
    await counter.end();
    const file = join(mkdtempSync(join(tmpdir(), 'kona-undecided-')), 'sync.json');
    onTestFinished(() => rmSync(dirname(file), { recursive: true }));
    counter = new Counter({ memory: fileMemory(file) });
    const { backend, clock } = await counter.start();
    const pending = await unconfirmed();
    backend.sayInquiry = () => PENDING;
    putBack();
    for (let run = 0; run < 4; run += 1) {
      await clock.advance(840_000);
      expect(isOverdue(pending), `${run}`).toBe(false);
      await startAgain();
    }
    await clock.advance(840_000);
    expect(isOverdue(pending)).toBe(true);
  });

  it('is a case again at once after a start, where it was one that a person closed', async () => {
    const { backend, clock } = await counter.start();
    const pending = await unconfirmed();
    backend.sayInquiry = () => PENDING;
    putBack();
    await clock.advance(4_000_000);
    expect(isOverdue(pending)).toBe(true);
    must(counter.ledger, pending, { kind: 'seen', reason: 'BUDGET_SPENT' }, clock.now(), { actor: MANAGER });
    await clock.advance(6 * 3_600_000);
    expect(isOverdue(pending)).toBe(false);
    await startAgain();
    await clock.advance(1_000);
    expect(isOverdue(pending)).toBe(true);
  });

  it.each([
    ['two hours before', -7_200_000],
    ['about 1970', -1_795_000_000_000],
  ])('is no case of a start whose clock stands at %s: it ages from the start on', async (_name, byMs) => {
    const { backend, clock } = await counter.start();
    const pending = await unconfirmed();
    backend.sayInquiry = () => PENDING;
    putBack();
    await clock.advance(60_000);
    clock.setWall(byMs);
    await startAgain();
    await clock.advance(3_000_000);
    expect(isOverdue(pending)).toBe(false);
    await clock.advance(1_000_000);
    expect(isOverdue(pending)).toBe(true);
  });

  it('is asked about at once when a manager wants everything tried now', async () => {
    const { backend, clock, worker } = await counter.start();
    await charges(1);
    backend.sayInquiry = () => PENDING;
    putBack();
    await clock.advance(3_600_000);
    const asked = backend.of('inquiry').length;
    worker.now();
    await clock.advance(1_000);
    expect(backend.of('inquiry')).toHaveLength(asked + 1);
  });

  it('costs nothing of its time when a manager asks for it again and again', async () => {
    const { backend, clock, worker } = await counter.start();
    const pending = await unconfirmed();
    backend.sayInquiry = () => PENDING;
    putBack();
    await clock.advance(5_000);
    for (let press = 0; press < 8; press += 1) {
      worker.now();
      await clock.advance(2_000);
    }
    expect(counter.now(pending).cases).toEqual([]);
    const asked = backend.of('inquiry').length;
    await clock.advance(600_000);
    expect(backend.of('inquiry').length).toBeGreaterThan(asked);
  });

  it('stays known when the issuer is put back again after its day was sealed', async () => {
    await counter.end();
    memory = volatileMemory();
    counter = new Counter({ memory, isSealed: () => true });
    const { backend, clock, worker } = await counter.start();
    const [charge] = await charges(1);
    backend.sayInquiry = () => PENDING;
    putBack();
    await clock.advance(60_000);
    expect(memory.read()?.undecided).toEqual([charge?.sequenceId]);
    backend.greeting = { ...backend.greeting, openBusinessDate: '20261202' };
    backend.businessDate = '20261202';
    clock.setWall(10 * 86_400_000);
    await clock.advance(3_700_000);
    backend.issuerEpoch = 'third';
    worker.now();
    await clock.advance(60_000);
    const asked = backend.of('inquiry').length;
    backend.sayInquiry = () => COMPLETED;
    await clock.advance(3 * 3_600_000);
    expect(backend.of('inquiry').length).toBeGreaterThan(asked);
  });

  it('is the trouble of the issuer where it answers about no payment at all: that makes no case of each of them', async () => {
    const { backend, clock } = await counter.start();
    const made = await charges(60);
    backend.sayInquiry = () => ({ ...AMBIGUOUS, why: 'UNLISTED_CODE', code: '006_021' });
    putBack();
    await clock.advance(2 * 3_600_000);
    expect(made.filter((one) => isCase(counter.now(one))).length).toBeLessThanOrEqual(10);
    expect(memory.read()?.undecided).toHaveLength(60);
  });

  it('or of which no answer is ever to be had keeps nothing else from having been asked, and is a case', async () => {
    const { backend, clock } = await counter.start();
    const [odd] = await charges(20);
    const unlisted = { ...AMBIGUOUS, why: 'UNLISTED_CODE', code: '006_021' };
    backend.sayInquiry = ({ sequenceId }) => (sequenceId === odd?.sequenceId ? unlisted : COMPLETED);
    putBack();
    await clock.advance(120_000);
    expect(memory.read()).toMatchObject({ issuerEpoch: 'second', undecided: [odd?.sequenceId] });
    await clock.advance(6 * 3_600_000);
    expect(backend.of('inquiry', odd?.sequenceId).length).toBeLessThan(30);
    expect(counter.ledger.list({ limit: 30 }).intents.filter(isCase)).toMatchObject([
      { sequenceId: odd?.sequenceId, cases: ['BUDGET_SPENT'] },
    ]);
  });

  it('alone is asked about again by the next start, not everything else once more', async () => {
    const { backend, clock } = await counter.start();
    const [pending] = await charges(20);
    backend.sayInquiry = ({ sequenceId }) => (sequenceId === pending?.sequenceId ? PENDING : COMPLETED);
    putBack();
    await clock.advance(60_000);
    expect(memory.read()).toMatchObject({ issuerEpoch: 'second', undecided: [pending?.sequenceId] });
    const askedByNextStart = async (): Promise<readonly (string | null)[]> => {
      const mark = backend.of('inquiry').length;
      await startAgain();
      await clock.advance(20_000);
      return backend
        .of('inquiry')
        .slice(mark)
        .map(({ sequenceId }) => sequenceId);
    };
    expect(await askedByNextStart()).toEqual([pending?.sequenceId]);
    backend.sayInquiry = () => COMPLETED;
    expect(await askedByNextStart()).toEqual([pending?.sequenceId]);
    expect(memory.read()?.undecided).toEqual([]);
    expect(await askedByNextStart()).toEqual([]);
  });

  it('wakes nobody before it may be asked about, while the answer about another payment is not to be had', async () => {
    await counter.start();
    const [, pending] = await charges(2);
    // An unlisted code about one payment says nothing of the line.
    const unlisted = { ...AMBIGUOUS, why: 'UNLISTED_CODE', code: '006_021' };
    counter.backend.sayInquiry = ({ sequenceId }) =>
      sequenceId === pending?.sequenceId ? late(2_000, PENDING) : unlisted;
    putBack();
    expect(await busiest(100)).toBeLessThan(50);
  });

  it('wakes nobody before it may be asked about at the pace of the others', async () => {
    counter.backend.greeting = { ...counter.backend.greeting, drainPerMinute: 60 };
    await counter.start();
    const made = await charges(150);
    const pending = made.at(-1);
    counter.backend.sayInquiry = ({ sequenceId }) =>
      sequenceId === pending?.sequenceId ? late(300, PENDING) : COMPLETED;
    putBack();
    expect(await busiest(100)).toBeLessThan(50);
  });
});
