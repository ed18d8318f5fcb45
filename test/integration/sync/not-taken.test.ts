/** What is written once, at the moment that the ledger takes no record. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Intent } from '../../../src/intent/model.ts';
import { LedgerFault } from '../../../src/ledger/fault.ts';
import type { Ledger, LedgerFaultCode } from '../../../src/ledger/types.ts';
import { volatileMemory } from '../../../src/sync/memory.ts';
import { MANAGER } from '../ledger/shop.ts';
import { AMBIGUOUS, answered, Counter, held, MACHINE, META } from './counter.ts';

const MINUTE_MS = 60_000;
const BARCODE = 'CHARGE9410000000000005777010000';

let counter: Counter;
beforeEach(() => {
  counter = new Counter({ memory: volatileMemory() });
});
afterEach(() => counter.end());

type Write = 'record' | 'note' | 'markRecovering' | 'recovered';

interface NotTaken {
  readonly triedAtMs: number[];
  takes(): void;
}

/** The ledger takes none of these until it is told to. */
function takesNone(write: Write, code: LedgerFaultCode = 'LOCKED'): NotTaken {
  const { ledger, clock } = counter;
  const real = ledger[write];
  const triedAtMs: number[] = [];
  Object.assign(ledger, {
    [write]: () => {
      triedAtMs.push(clock.now().monoMs);
      throw new LedgerFault(code);
    },
  });
  return { triedAtMs, takes: () => void Object.assign(ledger, { [write]: real }) };
}

const kindsOf = (ledger: Ledger): readonly string[] => ledger.entries(1, 1_000).map(({ kind }) => kind);

/** A charge whose void is on its way; gives what answers it. */
async function voidUnderWay(): Promise<{ charge: Intent; refuse(): void }> {
  const { backend, clock, worker } = await counter.start();
  const answer = held<Awaited<ReturnType<typeof backend.sayCancel>>>();
  backend.sayCancel = () => answer.promise;
  const charge = counter.charge();
  await clock.advance(0);
  counter.record(charge, { kind: 'acknowledge' });
  counter.record(charge, { kind: 'void', cancelId: 'V1', proof: 'card' });
  worker.holdProof('V1', BARCODE);
  await clock.advance(0);
  const refused = { class: 'refused', code: '007_030', meta: META } as const;
  return {
    charge,
    refuse: () => {
      answer.give(refused);
      backend.sayCancel = () => refused;
    },
  };
}

describe("a void's final answer that the ledger did not take", () => {
  it.each(['LOCKED', 'FULL'] as const)(
    'is heard again by its repeat, with the same barcode (%s)',
    async (code) => {
      const { charge, refuse } = await voidUnderWay();
      const { clock, backend } = counter;
      const record = takesNone('record', code);
      refuse();
      await clock.advance(500);
      expect(record.triedAtMs).not.toEqual([]);
      expect(counter.at(charge)).toBe('voiding/received');
      record.takes();
      await clock.advance(MINUTE_MS);
      expect(counter.at(charge)).toBe('approved/received');
      expect(counter.now(charge).voids).toMatchObject([
        { cancelId: 'V1', outcome: 'refused', code: '007_030' },
      ]);
      const sent = backend.of('cancel').map(({ request }) => request);
      expect(sent).toHaveLength(2);
      expect(sent[1]).toEqual(sent[0]);
    },
  );
});

/** The issuer grants the next epoch to whoever claims it. */
function grantsClaims(): void {
  const { backend, clock } = counter;
  backend.sayHello = ({ claimEpoch, machineId }) => {
    if (claimEpoch !== undefined) {
      backend.greeting = { ...backend.greeting, epoch: claimEpoch, holder: machineId };
    }
    return answered({ ...backend.greeting, serverTimeMs: clock.now().wallMs });
  };
}

async function fenced(): Promise<void> {
  const { backend } = counter;
  backend.greeting = { ...backend.greeting, epoch: 1, holder: 'c'.repeat(64) };
  await counter.start();
  expect(counter.worker.status().recovering).toBe(true);
}

async function claim(): Promise<boolean> {
  grantsClaims();
  const claimed = counter.worker.claimEpoch('lee');
  await counter.clock.advance(5_000);
  return claimed;
}

describe('a terminal that was taken on while the ledger took no record', () => {
  it.each(['LOCKED', 'FULL'] as const)('bears no mark any more as soon as it does (%s)', async (code) => {
    await fenced();
    const recovered = takesNone('recovered', code);
    expect(await claim()).toBe(true);
    expect(counter.ledger.recovering()).not.toBeNull();
    recovered.takes();
    await counter.clock.advance(MINUTE_MS);
    expect(counter.ledger.recovering()).toBeNull();
    expect(kindsOf(counter.ledger).filter((kind) => kind === 'recovered')).toHaveLength(1);
    await counter.worker.stop();
    await counter.crash();
    await counter.start();
    expect(counter.worker.status().recovering).toBe(false);
  });

  it('bears none at its next start either, where it was ended in good order first', async () => {
    await fenced();
    const recovered = takesNone('recovered');
    expect(await claim()).toBe(true);
    recovered.takes();
    await counter.worker.stop();
    expect(counter.ledger.recovering()).toBeNull();
  });

  it('keeps the mark of a fence that came before the other was taken off', async () => {
    await fenced();
    const recovered = takesNone('recovered');
    expect(await claim()).toBe(true);
    const { backend, clock, worker } = counter;
    backend.greeting = { ...backend.greeting, epoch: 9, holder: MACHINE };
    worker.now();
    await clock.advance(2_000);
    expect(worker.status().recovering).toBe(true);
    recovered.takes();
    await clock.advance(MINUTE_MS);
    expect(counter.ledger.recovering()).toMatchObject({ reason: 'OTHER_EPOCH' });
    const marks = kindsOf(counter.ledger).filter((kind) => kind.startsWith('recover'));
    expect(marks).toEqual(['recovering', 'recovered', 'recovering']);
  });
});

describe('a fence that the ledger did not take', () => {
  it('is marked there as soon as it does', async () => {
    const mark = takesNone('markRecovering');
    await fenced();
    expect(counter.ledger.recovering()).toBeNull();
    mark.takes();
    await counter.clock.advance(MINUTE_MS);
    expect(counter.ledger.recovering()).toMatchObject({ reason: 'OTHER_HOLDER' });
  });
});

describe('a pause that the ledger did not take', () => {
  it('stands in the journal as soon as it does, with who made it and why, before its end', async () => {
    const { worker, clock, ledger } = await counter.start();
    const note = takesNone('note');
    worker.pause('점검', MANAGER);
    worker.resume(MANAGER);
    await clock.advance(0);
    note.takes();
    await clock.advance(MINUTE_MS);
    const lines = ledger.entries(1, 1_000).filter(({ kind }) => kind.startsWith('sync'));
    expect(lines.map(({ kind }) => kind)).toEqual(['syncPaused', 'syncResumed']);
    expect(lines[0]?.body).toContain('점검');
    expect(lines[0]?.body).toContain(MANAGER.id);
  });

  it('is tried again less and less often: each try may wait seconds for the file, and the counter with it', async () => {
    counter.backend.sayApprove = () => AMBIGUOUS;
    const { worker, clock } = await counter.start();
    const note = takesNone('note');
    worker.pause('점검', MANAGER);
    await clock.advance(60 * MINUTE_MS);
    const gaps = note.triedAtMs.slice(1).map((atMs, place) => atMs - (note.triedAtMs[place] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1_000);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(MINUTE_MS);
    expect(gaps.length).toBeLessThan(70);
  });
});
