/** Planted bugs that only faults find that last, or that come just then: each names those that it takes. */
import type { SettlementBackend } from '../../src/konaplate/settlement.ts';
import { LedgerFault } from '../../src/ledger/fault.ts';
import type { TillLedger } from '../../src/ledger/types.ts';
import { over } from './backends.ts';
import type { Disk } from './disk.ts';
import type { IssuerModel } from './issuer-model.ts';
import { MOMENTS, MOMENTS_FROM } from './moments.ts';
import type { Plant } from './plants.ts';

/** Every kind of fault of `moments.ts`: each must be what some planted bug takes. */
export const MOMENT_FAULTS = ['killLoop', 'diskFills', 'diskBreaks', 'twoMachines', MOMENTS] as const;

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

/** Starts in a row, each within moments of the one before, that pass for a till that cannot start. */
const LOOP = 4;
const LOOP_MS = 16_000;
/** Mono ms of the starts on each disk. */
const STARTS = new WeakMap<Disk, number[]>();
let starts: number[] = [];

/** Where the last starts came one after the other, this one asks nothing, so as to come up at all. */
function looping(ledger: TillLedger): TillLedger {
  const own = starts;
  const [first, last] = [own.at(-LOOP), own.at(-1)];
  const isLoop = first !== undefined && last !== undefined && last - first <= LOOP_MS;
  let isStarting = isLoop;
  return {
    ...ledger,
    attention: () => (isStarting ? [] : ledger.attention()),
    note: (kind, detail, now, actor) => {
      if (kind === 'agentStarted') own.push(now.monoMs);
      isStarting = false;
      return ledger.note(kind, detail, now, actor);
    },
  };
}

/** Writes in a row that found no room, after which the disk passes for one that is broken. */
const FULL_MAX = 8;

/** A disk that stays without room is taken for one that is broken. */
function endsWhenFull(ledger: TillLedger): TillLedger {
  let full = 0;
  const counting = <Result>(write: () => Result): Result => {
    try {
      const result = write();
      full = 0;
      return result;
    } catch (fault) {
      if (fault instanceof LedgerFault && fault.code === 'FULL') full += 1;
      throw fault;
    }
  };
  return {
    ...ledger,
    isBroken: () => full >= FULL_MAX || ledger.isBroken(),
    accept: (scan, now) => counting(() => ledger.accept(scan, now)),
    record: (...given) => counting(() => ledger.record(...given)),
  };
}

/** Of the present story. */
let issuer: IssuerModel | null = null;

/** An attended approval that the cut-over comes between gets the business date of when it was asked for. */
function datedWhenAsked(backend: SettlementBackend): SettlementBackend {
  return over(backend, {
    approve: async (request, context, signal) => {
      const businessDate = issuer?.businessDate;
      const answer = await backend.approve(request, context, signal);
      const isOther = businessDate !== undefined && businessDate !== issuer?.businessDate;
      if (request.deferred || !isOther || answer.class !== 'answered') return answer;
      return { ...answer, meta: { ...answer.meta, businessDate } };
    },
  });
}

/** Who claims a second time takes the epoch after his own, also when another machine was believed meanwhile. */
function claimsAfterItsOwn(backend: SettlementBackend): SettlementBackend {
  return over(backend, {
    hello: (request, context, signal) => {
      const { claimEpoch } = request;
      if (claimEpoch === undefined || context.epoch === 0) return backend.hello(request, context, signal);
      const own = Math.min(claimEpoch, context.epoch + 1);
      return backend.hello({ ...request, claimEpoch: own }, context, signal);
    },
  });
}

export const MOMENT_PLANTS: readonly Plant[] = [
  {
    name: 'a restart forgets the deadline of what was out',
    finds: ['LATE'],
    from: MOMENTS_FROM,
    ledger: withoutDeadline,
  },
  {
    name: 'a till that was started again and again asks nothing any more',
    finds: ['NOT_ASKED'],
    needs: ['killLoop'],
    from: MOMENTS_FROM,
    disk: (disk) => {
      starts = STARTS.get(disk) ?? [];
      STARTS.set(disk, starts);
    },
    ledger: looping,
  },
  {
    name: 'a disk that stays full ends the till',
    finds: ['FAULT'],
    needs: ['diskFills', 'diskBreaks'],
    from: MOMENTS_FROM,
    ledger: endsWhenFull,
  },
  {
    name: 'an approval has the business date of when it was asked for',
    finds: ['NOT_AGREED_FOR_NOTHING', 'DAY_FIGURES'],
    needs: [MOMENTS],
    from: MOMENTS_FROM,
    issuer: (model) => {
      issuer = model;
    },
    backend: datedWhenAsked,
  },
  {
    name: 'a second claim is for the epoch after the one of the first',
    finds: ['NOT_BELIEVED'],
    needs: ['twoMachines'],
    from: MOMENTS_FROM,
    backend: claimsAfterItsOwn,
  },
  {
    name: 'the epoch is not kept beside the ledger',
    finds: ['FENCED_FOR_NOTHING'],
    from: MOMENTS_FROM,
    memory: (memory) => ({
      read: () => memory.read(),
      write: (remembered) => memory.write({ ...remembered, epoch: 0 }),
    }),
  },
];
