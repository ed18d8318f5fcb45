/** Planted bugs that only faults find that last, or that come just then. */
import { LedgerFault } from '../../src/ledger/fault.ts';
import type { TillLedger } from '../../src/ledger/types.ts';
import { MOMENTS_FROM } from './moments.ts';
import type { Plant } from './plants.ts';

/** What the start found open is never decided by the clock. */
function withoutDeadline(ledger: TillLedger): TillLedger {
  const found = new Set(ledger.attention().map(({ sequenceId }) => sequenceId));
  return {
    ...ledger,
    record: (sequenceId, event, now, options) => {
      const intent = ledger.get(sequenceId);
      if (event.kind === 'deadline' && intent !== null && found.has(sequenceId))
        return { ok: false, refusal: 'NOT_IN_THIS_STATE', intent };
      return ledger.record(sequenceId, event, now, options);
    },
  };
}

/** A disk without room is taken for one that is broken, as soon as a new payment finds none. */
function endsWhenFull(ledger: TillLedger): TillLedger {
  let isFull = false;
  return {
    ...ledger,
    isBroken: () => isFull || ledger.isBroken(),
    accept: (scan, now) => {
      try {
        return ledger.accept(scan, now);
      } catch (fault) {
        isFull = fault instanceof LedgerFault && fault.code === 'FULL';
        throw fault;
      }
    },
  };
}

export const MOMENT_PLANTS: readonly Plant[] = [
  {
    name: 'a restart forgets the deadline of what was out',
    quick: true,
    from: MOMENTS_FROM,
    ledger: withoutDeadline,
  },
  { name: 'a full disk ends the till', quick: true, from: MOMENTS_FROM, ledger: endsWhenFull },
  {
    name: 'the epoch is not kept beside the ledger',
    quick: true,
    from: MOMENTS_FROM,
    memory: (memory) => ({
      read: () => memory.read(),
      write: (remembered) => memory.write({ ...remembered, epoch: 0 }),
    }),
  },
];
