/** What is written once, at the moment that the ledger takes no record. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Intent } from '../../../src/intent/model.ts';
import { LedgerFault } from '../../../src/ledger/fault.ts';
import type { LedgerFaultCode } from '../../../src/ledger/types.ts';
import { volatileMemory } from '../../../src/sync/memory.ts';
import { Counter, held, META } from './counter.ts';

const MINUTE_MS = 60_000;
const BARCODE = 'CHARGE9410000000000005777010000';

let counter: Counter;
beforeEach(() => {
  counter = new Counter({ memory: volatileMemory() });
});
afterEach(() => counter.end());

type Write = 'record';

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
