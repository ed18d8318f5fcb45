import { describe, expect, it } from 'vitest';
import { LEGAL_TUPLES } from '../../../src/intent/positions.ts';
import { explore } from './explorer/explore.ts';

const BUDGET_MS = 60_000;
const TIMEOUT = { timeout: BUDGET_MS };

describe('every state that one intent, its issuer, the network and the people can reach', TIMEOUT, () => {
  it('has no wrong end, no dead end and no wrong sentence with one crash', () => {
    const report = explore({ budgetMs: BUDGET_MS });
    expect(report.wrong?.story.join('\n') ?? null).toBeNull();
    expect(report.isComplete).toBe(true);
    expect(report.states).toBeGreaterThan(50_000);
  });

  it('covers exactly the 38 legal tuples', () => {
    const report = explore({ budgetMs: BUDGET_MS, crashesMax: 0 });
    const legal = LEGAL_TUPLES.map(
      ({ type, host, cash, deferred }) => `${type} ${host}/${cash}${deferred ? ' deferred' : ''}`,
    );
    expect(legal).toHaveLength(38);
    expect(report.tuples).toEqual(legal.sort());
  });

  it('stays right with two crashes and people who move the cash twice in each dark', () => {
    const report = explore({ budgetMs: BUDGET_MS, crashesMax: 2, darkActsMax: 2 });
    expect(report.wrong?.story.join('\n') ?? null).toBeNull();
    expect(report.isComplete).toBe(true);
  });

  it('stays right with a backend that leaves no tombstones', () => {
    const report = explore({ budgetMs: BUDGET_MS, hasTombstones: false });
    expect(report.wrong?.story.join('\n') ?? null).toBeNull();
    expect(report.isComplete).toBe(true);
  });

  it('says so when its bound ends the walk early', () => {
    const report = explore({ budgetMs: BUDGET_MS, statesMax: 100 });
    expect(report.isComplete).toBe(false);
  });
});
