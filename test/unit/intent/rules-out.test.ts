import { describe, expect, it } from 'vitest';
import { explore } from './explorer/explore.ts';
import type { Rule } from './explorer/without.ts';
import { FOUND_RULES, STARRED_RULES } from './explorer/without.ts';

const BUDGET_MS = 60_000;

/** Rules that only show after the agent went down; the others are missed without any crash. */
const NEEDS_CRASH: readonly Rule[] = [
  'restartAsks',
  'unacknowledgedKeepsTheDayOpen',
  'deferredReturnIsAsked',
  'unseenPayNothingIsAsked',
  'paidEarlyIsAskedAgain',
  'voidIsProvenAgain',
];

describe('each starred rule, and each that the exploration asked for, taken out brings a wrong end back', {
  timeout: BUDGET_MS,
}, () => {
  const rules = Object.entries({ ...STARRED_RULES, ...FOUND_RULES }) as [Rule, string][];
  it.each(rules)('%s: %s', (rule) => {
    const crashesMax = NEEDS_CRASH.includes(rule) ? 1 : 0;
    const report = explore({ budgetMs: BUDGET_MS, rulesOut: [rule], onlyLosses: true, crashesMax });
    expect(report.wrong).not.toBeNull();
    expect(['wrong end', 'dead end']).toContain(report.wrong?.kind);
    expect(report.wrong?.story.length).toBeGreaterThan(2);
  });
});
