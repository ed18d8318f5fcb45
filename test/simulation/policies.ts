/** The policies that a till of the simulator runs under, of which each start of a newer program picks one. */
import { DEFAULT_POLICY, type Policy } from '../../src/intent/policy.ts';
import type { SeededRandom } from './time.ts';

const POLICIES = new Map<string, Policy>();

/** One of a few policies, each made once. */
export function policyOf(random: SeededRandom): Policy {
  const enabled = random.chance(0.7);
  const isWide = random.chance(0.3);
  const deadlineMs = random.pick([12_000, 15_000, 20_000]);
  const name = `${enabled} ${isWide} ${deadlineMs}`;
  const policy = POLICIES.get(name) ?? makePolicy(enabled, isWide, deadlineMs);
  POLICIES.set(name, policy);
  return policy;
}

function makePolicy(enabled: boolean, isWide: boolean, deadlineMs: number): Policy {
  const wide = isWide ? { count: 60, sum: 3_000_000 } : {};
  return {
    ...DEFAULT_POLICY,
    later: { ...DEFAULT_POLICY.later, ...wide, enabled },
    reversals: { ...DEFAULT_POLICY.reversals, count: 50, sum: 50_000_000, rate: 1 },
    times: { ...DEFAULT_POLICY.times, deadlineMs },
  };
}
