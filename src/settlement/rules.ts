/**
 * The nine closing rules (intent-rules 6) as the manager sees them: each holds, or names what stands against it. The sums
 * themselves are recomputed by `ledger verify`; its findings are taken over here, beside what only the day can tell.
 */
import type { Balances, VerifyReport } from '../ledger/types.ts';
import type { OurItem } from './items.ts';

export interface RuleResult {
  readonly rule: 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;
  readonly ok: boolean;
  /** The balance or difference that the rule speaks of, won; null where it speaks of none. */
  readonly amount: number | null;
  /** Payments that explain the amount, or stand against the rule. At most `ITEMS_MAX`. */
  readonly items: readonly string[];
}

export interface RuleFacts {
  readonly verify: Pick<VerifyReport, 'faults'>;
  readonly balances: Balances;
  /** Everything that has not ended or was never acknowledged, of any day. */
  readonly open: readonly OurItem[];
  /** Our figure of the day and the issuer's, as credit balances; null: not reconciled. */
  readonly payable: {
    readonly ours: number;
    readonly theirs: number;
    readonly differing: readonly string[];
  } | null;
  /** What the day holds on the two accounts, and the items that keep it open by name. */
  readonly day: {
    readonly issuerPayable: number;
    readonly cashDrawer: number;
    readonly sealed: boolean;
    readonly named: readonly OurItem[];
  };
}

export const ITEMS_MAX = 200;

/** Rules whose amount would tell what the drawer should hold. */
const BLIND: ReadonlySet<RuleResult['rule']> = new Set([7, 8]);

/** The rules as they may be shown: whoever still has to count must not learn the figure from them. */
export function shownRules(rules: readonly RuleResult[], isCounted: boolean): readonly RuleResult[] {
  return isCounted
    ? rules
    : rules.map((result) => (BLIND.has(result.rule) ? { ...result, amount: null } : result));
}

const UNANSWERED: ReadonlySet<OurItem['host']> = new Set(['unsent', 'sending', 'unknown']);

function ids(items: readonly OurItem[]): readonly string[] {
  return items.slice(0, ITEMS_MAX).map(({ sequenceId }) => sequenceId);
}

function sum(items: readonly OurItem[]): number {
  return items.reduce((total, { amount }) => total + amount, 0);
}

/** Verification's findings that speak of one rule. */
function found(facts: RuleFacts, codes: readonly string[], text = ''): readonly string[] {
  return facts.verify.faults
    .filter((fault) => codes.includes(fault.code) && fault.text.includes(text))
    .map(({ sequenceId, index }) => sequenceId ?? (index === undefined ? '' : `#${index}`))
    .slice(0, ITEMS_MAX);
}

function byVerify(
  rule: RuleResult['rule'],
  facts: RuleFacts,
  codes: readonly string[],
  text = '',
): RuleResult {
  const items = found(facts, codes, text);
  return { rule, ok: items.length === 0, amount: null, items };
}

/** Rules 3 to 5: 0, or itemised. The account must be exactly what the items on it explain. */
function itemised(rule: 3 | 4 | 5, facts: RuleFacts, balance: number, items: readonly OurItem[]): RuleResult {
  const faults = found(facts, ['CLOSING'], `closing rule ${rule}:`);
  const isWhole = balance === -sum(items) && faults.length === 0;
  return { rule, ok: isWhole, amount: balance, items: isWhole ? ids(items) : [...faults, ...ids(items)] };
}

function issuersFigure(facts: RuleFacts): RuleResult {
  const { payable } = facts;
  if (payable === null) return { rule: 6, ok: false, amount: null, items: [] };
  const amount = payable.ours - payable.theirs;
  return { rule: 6, ok: amount === 0 && payable.differing.length === 0, amount, items: payable.differing };
}

/** After the seal both accounts hold nothing for the day beyond its named items; before it there is nothing to hold. */
function sealed(facts: RuleFacts): RuleResult {
  const { issuerPayable, cashDrawer, named } = facts.day;
  const faults = found(facts, ['CLOSING_DAY', 'BUSINESS_DAY']);
  const isEmpty = !facts.day.sealed || (issuerPayable === 0 && cashDrawer === 0) || named.length > 0;
  return {
    rule: 8,
    ok: isEmpty && faults.length === 0,
    amount: issuerPayable + cashDrawer,
    items: [...faults, ...ids(named)],
  };
}

/** All nine, in their order. */
export function closingRules(facts: RuleFacts): readonly RuleResult[] {
  const { balances, open } = facts;
  const waiting = open.filter((item) => item.cash === 'received' && UNANSWERED.has(item.host));
  const owed = open.filter(
    (item) => item.cash === 'payout_due' || (item.cash === 'return_due' && !item.unclaimed),
  );
  const one = byVerify(1, facts, ['POSTING', 'CHAIN', 'INTENT']);
  const total = Object.values(balances).reduce((all, balance) => all + balance, 0);
  return [
    { ...one, ok: one.ok && total === 0, amount: total },
    byVerify(2, facts, ['BALANCE', 'DAY_TOTALS']),
    itemised(
      3,
      facts,
      balances.suspense,
      waiting.filter((item) => !item.deferred),
    ),
    itemised(
      4,
      facts,
      balances.deferred,
      waiting.filter((item) => item.deferred),
    ),
    itemised(5, facts, balances.customer_due, owed),
    issuersFigure(facts),
    { ...byVerify(7, facts, ['CLOSING'], 'closing rule 7:'), amount: balances.cash_drawer },
    sealed(facts),
    byVerify(9, facts, ['VAULT']),
  ];
}
