/** Planted bugs: each takes out one rule of what a till may take on, or how often it may try unseen. */
import { DEFAULT_POLICY, type LaterRule, type Policy, type ReversalRule } from '../../src/intent/policy.ts';
import type { TillLedger } from '../../src/ledger/types.ts';
import type { SyncStatus } from '../../src/sync/types.ts';
import type { Till } from '../../src/till.ts';
import type { Plant } from './plants.ts';
import { RULES_FROM } from './rules.ts';

function laterBy(rule: Partial<LaterRule>): (policy: Policy) => Policy {
  return (policy) => ({ ...policy, later: { ...policy.later, ...rule } });
}

function reversalsBy(rule: Partial<ReversalRule>): (policy: Policy) => Policy {
  return (policy) => ({ ...policy, reversals: { ...policy.reversals, ...rule } });
}

/** Whoever asks the worker hears this besides. */
function saying(said: Partial<SyncStatus>): (till: Till) => void {
  return ({ worker }) => {
    const honest = worker.status.bind(worker);
    worker.status = () => Object.assign(honest(), said);
  };
}

/** A budget that ends is noted nowhere. */
function neverSpent(ledger: TillLedger): TillLedger {
  return {
    ...ledger,
    record: (sequenceId, event, now, options) => {
      const intent = ledger.get(sequenceId);
      if (event.kind === 'openCase' && event.reason === 'BUDGET_SPENT' && intent !== null)
        return { ok: false, refusal: 'NOT_IN_THIS_STATE', intent };
      return ledger.record(sequenceId, event, now, options);
    },
  };
}

const { each, sum, count, ageMs } = DEFAULT_POLICY.later;

const PLANTED: readonly Omit<Plant, 'from'>[] = [
  {
    name: 'a charge of any amount is credited later',
    finds: ['LATER_OVER_EACH'],
    policy: laterBy({ each: each * 10 }),
  },
  {
    name: 'charges of any size are credited later, however much is owed',
    finds: ['LATER_OVER_EACH'],
    policy: laterBy({ smallOnly: null }),
  },
  {
    name: 'what is credited later has no limit in all',
    finds: ['LATER_OVER_SUM'],
    policy: laterBy({ sum: sum * 10 }),
  },
  {
    name: 'any number of charges is credited later',
    finds: ['LATER_OVER_COUNT'],
    policy: laterBy({ count: count * 10 }),
  },
  {
    name: 'any number of charges of a card is credited later',
    finds: ['LATER_OVER_CARD'],
    policy: laterBy({ perCard: null }),
  },
  {
    name: 'charges are credited later however old the oldest is',
    finds: ['LATER_OVER_AGE'],
    policy: laterBy({ ageMs: ageMs * 10 }),
  },
  {
    name: 'charges are credited later by a clock that is wrong',
    finds: ['LATER_CLOCK'],
    till: saying({ clockConfirmed: true }),
  },
  {
    name: 'charges are credited later before the issuer has answered',
    finds: ['LATER_UNANSWERED'],
    till: saying({ clockConfirmed: true, onlineSinceStart: true }),
  },
  {
    name: 'a card takes a new payment while the end of another is not known',
    finds: ['CARD_TAKEN'],
    ledger: (ledger) => ({
      ...ledger,
      facts: (...given) => ({ ...ledger.facts(...given), cardBusy: null }),
    }),
  },
  {
    name: 'any number of reversals is open',
    finds: ['REVERSALS_OVER_COUNT'],
    policy: reversalsBy({ count: 1_000 }),
  },
  {
    name: 'reversals of any sum are open',
    finds: ['REVERSALS_OVER_SUM'],
    policy: reversalsBy({ sum: 1_000_000_000 }),
  },
  {
    name: 'a line that was up stays so',
    finds: ['ONLINE_UNANSWERED'],
    till: ({ worker }) => {
      const honest = worker.status.bind(worker);
      worker.status = () => {
        const status = honest();
        const { line, onlineSinceStart } = status;
        const isOff = line.state === 'down' && onlineSinceStart;
        return isOff ? Object.assign(status, { line: { ...line, state: 'online' } }) : status;
      };
    },
  },
  {
    name: 'the strip says that the line is up before anybody has answered',
    finds: ['ONLINE_STALE'],
    screen: (snapshot) => {
      const { strip } = snapshot;
      return { ...snapshot, strip: { ...strip, line: { ...strip.line, state: 'online' } } };
    },
  },
  {
    name: 'what is credited later takes every place',
    finds: ['URGENT_WAITS'],
    limits: { reserved: 0 },
  },
  { name: 'a budget of attempts never ends', finds: ['BUDGET_UNSEEN'], ledger: neverSpent },
];

export const RULE_PLANTS: readonly Plant[] = PLANTED.map((plant) => ({ ...plant, from: RULES_FROM }));
