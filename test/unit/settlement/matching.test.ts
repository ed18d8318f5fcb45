import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CASHES, HOSTS, type Host, type IntentType } from '../../../src/intent/model.ts';
import { isLegal } from '../../../src/intent/positions.ts';
import { itemsDigest } from '../../../src/konaplate/items-digest.ts';
import type { ItemState, SettlementItem } from '../../../src/konaplate/settlement.ts';
import { type OurItem, payable, sameTotals, totalsOfItems } from '../../../src/settlement/items.ts';
import { CATEGORIES, type Category, DIFFERENCES_MAX, Matching } from '../../../src/settlement/matching.ts';
import type { MissingItem } from '../../../src/settlement/missing.ts';

const DAY = '20260723';
let made = 0;

function ours(change: Partial<OurItem> = {}): OurItem {
  made += 1;
  return {
    number: made,
    sequenceId: `01K0V3M8Q4ZT6W5R2N7Q${String(made).padStart(8, '0')}`,
    type: 'CHARGE',
    amount: 10_000,
    host: 'approved',
    cash: 'received',
    deferred: false,
    businessDate: DAY,
    unclaimed: false,
    open: false,
    byVoucher: null,
    ...change,
  };
}

function theirs(item: OurItem, change: Partial<SettlementItem> = {}): SettlementItem {
  return {
    sequenceId: item.sequenceId,
    terminalId: 'T0000001',
    type: item.type,
    amount: item.amount,
    state: 'APPROVED',
    nrNumber: 'KMN260723000000123',
    approvalCode: 'A1B2C3',
    approvedAt: '20260723143205123',
    businessDate: DAY,
    deferred: item.deferred,
    bin: '941000',
    last4: '0005',
    ...change,
  };
}

/** Feeds pairs (either side may be missing) as the room does: the whole list, then the whole ledger. */
function match(
  pairs: readonly (readonly [OurItem | null, SettlementItem | null])[],
  named: readonly string[] = [],
) {
  const matching = new Matching(DAY, new Set(named));
  for (const [own, item] of pairs) if (item !== null) matching.there(item, own);
  for (const [own] of pairs) if (own !== null) matching.here(own);
  return matching;
}

function only(category: Category, pair: readonly [OurItem | null, SettlementItem | null]): void {
  const { categories } = match([pair]).result();
  const counts = Object.fromEntries(CATEGORIES.map((name) => [name, categories[name].count]));
  expect(counts, JSON.stringify(pair)).toEqual({
    ...Object.fromEntries(CATEGORIES.map((name) => [name, 0])),
    [category]: 1,
  });
}

describe('an item', () => {
  it('that both sides have alike is matched', () => {
    const item = ours();
    only('matched', [item, theirs(item)]);
    const paid = ours({ type: 'REFUND', cash: 'paid_out' });
    only('matched', [paid, theirs(paid)]);
    const voided = ours({ host: 'voided', cash: 'returned' });
    only('matched', [voided, theirs(voided, { state: 'VOIDED' })]);
  });

  it('that was undone is matched however it was undone, and is counted as the issuer lists it', () => {
    const reversed = ours({ host: 'reversed', cash: 'returned' });
    only('matched', [reversed, theirs(reversed, { state: 'VOIDED' })]);
    const voided = ours({ host: 'voided', cash: 'returned' });
    only('matched', [voided, theirs(voided, { state: 'REVERSED' })]);
    const matching = match([
      [reversed, theirs(reversed, { state: 'VOIDED' })],
      [voided, theirs(voided, { state: 'REVERSED' })],
    ]);
    expect(matching.digestItems().map(({ state }) => state)).toEqual(['VOIDED', 'REVERSED']);
  });

  it('that was reversed after midnight is matched on the day of its booking', () => {
    const item = ours({ host: 'reversed', cash: 'returned', businessDate: '20260724' });
    only('matched', [item, theirs(item, { state: 'REVERSED' })]);
  });

  it('that the ledger does not know is missing here, and so is an approval of one that ended without', () => {
    only('missingHere', [null, theirs(ours())]);
    const declined = ours({ host: 'declined', cash: 'return_due' });
    only('missingHere', [declined, theirs(declined)]);
  });

  it('that was closed or declined here and is undone there holds no money on either side: the day can be agreed', () => {
    const pairs = (['closed', 'declined'] as const).flatMap((host) =>
      (['REVERSED', 'VOIDED'] as const).map((state) => {
        const item = ours({ host, cash: 'returned', businessDate: null });
        return [item, theirs(item, { state })] as const;
      }),
    );
    for (const pair of pairs) only('matched', pair);
    const matching = match(pairs);
    expect(sameTotals(matching.result().ours, matching.result().theirs)).toBe(true);
    expect(itemsDigest(matching.digestItems())).toBe(itemsDigest(pairs.map(([, item]) => item)));
    expect([payable(matching.result().ours), matching.owedByVouchers()]).toEqual([0, 0]);
  });

  it('that the list does not have is missing there, and so is one that it shows as undone', () => {
    only('missingThere', [ours(), null]);
    const item = ours();
    only('missingThere', [item, theirs(item, { state: 'REVERSED' })]);
    only('missingThere', [item, theirs(item, { state: 'VOIDED' })]);
  });

  it('with another amount, type or date says which', () => {
    const item = ours();
    only('amountDiffers', [item, theirs(item, { amount: 9_000 })]);
    only('typeDiffers', [item, theirs(item, { type: 'REFUND' })]);
    const later = ours({ businessDate: '20260724' });
    only('dateDiffers', [later, theirs(later)]);
  });

  it('that was reversed here and is approved there is reversed but captured', () => {
    const item = ours({ host: 'reversed', cash: 'returned' });
    only('reversedButCaptured', [item, theirs(item)]);
  });

  it('that is still under way is not yet sent, whatever the list says', () => {
    for (const host of ['sending', 'unknown'] as const) only('notYetSent', [ours({ host }), null]);
    only('notYetSent', [ours({ host: 'unsent', deferred: true, businessDate: null }), null]);
    const reversing = ours({ host: 'reversing', cash: 'return_due' });
    only('notYetSent', [reversing, theirs(reversing)]);
    const voiding = ours({ host: 'voiding' });
    only('notYetSent', [voiding, theirs(voiding)]);
  });

  it('that holds no money and is in no list is nothing to compare', () => {
    for (const host of ['declined', 'reversed', 'closed'] as const) {
      const result = match([[ours({ host, cash: 'returned' }), null]]).result();
      expect(result.items, host).toBe(0);
    }
  });

  it('that the list has twice is a duplicate, known here or not', () => {
    const item = ours();
    const { categories } = match([
      [item, theirs(item)],
      [item, theirs(item)],
    ]).result();
    expect(categories.matched.count).toBe(1);
    expect(categories.duplicate).toEqual({
      count: 1,
      ours: { count: 0, sum: 0 },
      theirs: { count: 1, sum: 10_000 },
    });
    const stranger = theirs(ours());
    expect(
      match([
        [null, stranger],
        [null, stranger],
      ]).result().categories.duplicate.count,
    ).toBe(1);
  });

  it('that the list of the next day has is a different date, not missing', () => {
    const item = ours();
    const matching = match([[item, null]]);
    expect(matching.result().categories.missingThere.count).toBe(1);
    matching.elsewhere(theirs(item, { businessDate: '20260724' }));
    const { categories, differences } = matching.result();
    expect(categories.missingThere.count).toBe(0);
    expect(categories.dateDiffers).toEqual({
      count: 1,
      ours: { count: 1, sum: 10_000 },
      theirs: { count: 1, sum: 10_000 },
    });
    expect(differences).toHaveLength(1);
    expect(differences[0]).toMatchObject({ category: 'dateDiffers', theirs: { businessDate: '20260724' } });
  });
  it('that the next day has with another amount or type differs in that, whatever its date', () => {
    const item = ours();
    const other = match([[item, null]]);
    other.elsewhere(theirs(item, { businessDate: '20260724', amount: 9_000 }));
    expect(other.result().categories.amountDiffers).toEqual({
      count: 1,
      ours: { count: 1, sum: 10_000 },
      theirs: { count: 1, sum: 9_000 },
    });
    const turned = match([[item, null]]);
    turned.elsewhere(theirs(item, { businessDate: '20260724', type: 'REFUND' }));
    expect(turned.result().categories.typeDiffers.count).toBe(1);
  });

  it('that the next day has undone, or this list had already, stays missing there', () => {
    const item = ours();
    const undone = match([[item, null]]);
    undone.elsewhere(theirs(item, { businessDate: '20260724', state: 'REVERSED' }));
    expect(undone.result().categories).toMatchObject({
      missingThere: { count: 1 },
      dateDiffers: { count: 0 },
    });
    const listed = match([[item, theirs(item, { state: 'REVERSED' })]]);
    listed.elsewhere(theirs(item, { businessDate: '20260724' }));
    expect(listed.result().categories).toMatchObject({
      missingThere: { count: 1 },
      dateDiffers: { count: 0 },
    });
  });
});

describe('a day', () => {
  const PAIRS = [
    ...Array.from({ length: 20 }, () => ours()).map((item) => [item, theirs(item)] as const),
    ...Array.from({ length: 5 }, () => ours({ type: 'REFUND', cash: 'paid_out', amount: 3_000 })).map(
      (item) => [item, theirs(item)] as const,
    ),
  ];

  it('whose sides agree has the same totals and the same digest on both', () => {
    const reversed = ours({ host: 'reversed', cash: 'returned' });
    const pairs = [...PAIRS, [reversed, theirs(reversed, { state: 'REVERSED' })] as const];
    const matching = match(pairs);
    const result = matching.result();
    const list = pairs.map(([, item]) => item);
    expect(sameTotals(result.ours, result.theirs)).toBe(true);
    expect(result.theirs).toEqual(totalsOfItems(list));
    expect(itemsDigest(matching.digestItems())).toBe(itemsDigest(list));
    expect(payable(result.ours)).toBe(20 * 10_000 - 5 * 3_000);
  });

  it('keeps items that are named as open outside of its own figures', () => {
    const open = ours({ open: true });
    const matching = match([...PAIRS, [open, theirs(open)]], [open.sequenceId]);
    expect(itemsDigest(matching.digestItems())).toBe(itemsDigest(PAIRS.map(([, item]) => item)));
    expect(payable(matching.result().ours)).toBe(185_000);
    expect(payable(matching.result().theirs)).toBe(195_000);
  });

  it('lists a bounded number of differences and counts the rest', () => {
    const pairs = Array.from({ length: DIFFERENCES_MAX + 5 }, () => [ours(), null] as const);
    const result = match(pairs).result();
    expect(result.differences).toHaveLength(DIFFERENCES_MAX);
    expect(result.more).toBe(5);
    expect(result.categories.missingThere.count).toBe(DIFFERENCES_MAX + 5);
  });
});

describe('an item that a voucher took over', () => {
  const item = (change: Partial<MissingItem> = {}): MissingItem => ({
    sequenceId: 'LOST0000AB12CD34',
    type: 'CHARGE',
    amount: 7_000,
    state: 'APPROVED',
    approvalCode: 'A1B2C3',
    bin: '941000',
    last4: '0005',
    loss: 'dispute',
    caseNumber: 'C-7',
    ...change,
  });
  function compare(taken: MissingItem, list: readonly SettlementItem[]) {
    const matching = new Matching('20260723', new Set(), [taken]);
    for (const each of list) matching.there(each, null);
    matching.lost();
    return matching;
  }
  const listed = (change: Partial<SettlementItem> = {}) =>
    theirs(ours({ amount: 7_000 }), { sequenceId: 'LOST0000AB12CD34', ...change });
  const counts = (matching: Matching) =>
    Object.entries(matching.result().categories).flatMap(([name, { count }]) =>
      count > 0 ? [[name, count]] : [],
    );

  it('is matched, and in our figures and what a close says of its items', () => {
    const matching = compare(item(), [listed()]);
    expect(counts(matching)).toEqual([['matched', 1]]);
    expect(sameTotals(matching.result().ours, matching.result().theirs)).toBe(true);
    expect(matching.digestItems()).toMatchObject([{ sequenceId: 'LOST0000AB12CD34', state: 'APPROVED' }]);
  });
  it('is matched once: its copy in the list is a duplicate', () => {
    expect(counts(compare(item(), [listed(), listed()]))).toEqual([
      ['matched', 1],
      ['duplicate', 1],
    ]);
  });
  it('is matched by the name that the journal keeps, and stated by its own', () => {
    const matching = compare(item({ sequenceId: '****0005' }), [listed({ sequenceId: '9410000000000005' })]);
    expect(counts(matching)).toEqual([['matched', 1]]);
    expect(matching.digestItems()).toMatchObject([{ sequenceId: '9410000000000005' }]);
  });
  it.each([
    ['amountDiffers', { amount: 8_000 }],
    ['typeDiffers', { type: 'REFUND' }],
  ] as const)('differs when the issuer has something else of it now: %s', (category, change) => {
    expect(counts(compare(item(), [listed(change)]))).toEqual([[category, 1]]);
  });
  it.each(['REVERSED', 'VOIDED'] as const)('follows the issuer that made it %s since', (state) => {
    for (const before of ['APPROVED', 'REVERSED'] as const) {
      const list = [listed({ state })];
      const matching = compare(item({ state: before }), list);
      expect(counts(matching)).toEqual([['matched', 1]]);
      expect(sameTotals(matching.result().ours, matching.result().theirs)).toBe(true);
      expect(itemsDigest(matching.digestItems())).toBe(itemsDigest(list));
      // What the voucher booked is in no figure of the day any more: the seal must know of it.
      expect(matching.owedByVouchers()).toBe(before === 'APPROVED' ? -7_000 : 0);
    }
  });
  it('is reversed but captured when the issuer undid its undoing', () => {
    expect(counts(compare(item({ state: 'REVERSED' }), [listed()]))).toEqual([['reversedButCaptured', 1]]);
  });
  it('is missing there, and in no figure, when the issuer lost it in turn', () => {
    const matching = compare(item(), []);
    expect(counts(matching)).toEqual([['missingThere', 1]]);
    expect(matching.result().ours).toEqual([]);
    expect(matching.digestItems()).toEqual([]);
    expect(matching.owedByVouchers()).toBe(-7_000);
    expect(compare(item({ state: 'REVERSED' }), []).owedByVouchers()).toBe(0);
  });
  it('stays in the figure while the close names nobody: a withdrawal is owed the other way round', () => {
    const matching = compare(item({ type: 'REFUND' }), [listed({ type: 'REFUND', state: 'REVERSED' })]);
    expect(matching.owedByVouchers()).toBe(7_000);
  });
});

const STATES: readonly (ItemState | null)[] = ['APPROVED', 'REVERSED', 'VOIDED', null];

describe('any day at all', () => {
  const anItem = fc.record({
    type: fc.constantFrom<IntentType>('CHARGE', 'REFUND'),
    host: fc.constantFrom(...HOSTS),
    cash: fc.constantFrom(...CASHES),
    deferred: fc.boolean(),
    known: fc.boolean(),
    state: fc.constantFrom(...STATES),
    amount: fc.integer({ min: 1, max: 999_999 }),
    otherAmount: fc.boolean(),
  });

  it('puts every item of the list in exactly one category, and agrees only when money agrees', () => {
    fc.assert(
      fc.property(fc.array(anItem, { maxLength: 30 }), (wishes) => {
        const pairs = wishes
          .filter((wish) => isLegal(wish))
          .map(({ type, host, cash, deferred, known, state, amount, otherAmount }) => {
            const own = ours({ type, host, cash, deferred, amount });
            const item =
              state === null ? null : theirs(own, { state, ...(otherAmount ? { amount: amount + 1 } : {}) });
            return [known ? own : null, item] as const;
          });
        const result = match(pairs).result();
        const theirCount = CATEGORIES.reduce((sum, name) => sum + result.categories[name].theirs.count, 0);
        expect(theirCount).toBe(pairs.filter(([, item]) => item !== null).length);
        const isClean = CATEGORIES.every((name) => name === 'matched' || result.categories[name].count === 0);
        if (isClean) expect(payable(result.ours)).toBe(payable(result.theirs));
        const total = CATEGORIES.reduce((sum, name) => sum + result.categories[name].count, 0);
        expect(total).toBe(result.items);
      }),
      { numRuns: 500 },
    );
  });

  it.each(HOSTS)('a host %s that holds money with the issuer is never matched with nothing', (host: Host) => {
    for (const cash of CASHES) {
      const item = ours({ host, cash });
      if (!isLegal(item)) continue;
      const { categories } = match([[item, null]]).result();
      if (host === 'approved') expect(categories.missingThere.count).toBe(1);
      expect(categories.matched.count).toBe(0);
    }
  });
});

describe('a payment whose voucher says otherwise than its states', () => {
  const booked = (change: Partial<OurItem> = {}): OurItem =>
    ours({ host: 'closed', cash: 'none', businessDate: null, byVoucher: 'booked', ...change });
  const denied = (change: Partial<OurItem> = {}): OurItem => ours({ byVoucher: 'denied', ...change });

  it('is matched where the issuer has it as the voucher says, and the close says the same', () => {
    const pairs = [booked(), booked({ type: 'REFUND', amount: 3_000 }), denied({ amount: 500 })].map(
      (item) => [item, theirs(item, item.host === 'closed' ? {} : { state: 'REVERSED' })] as const,
    );
    const matching = match(pairs);
    const { categories, differences, ours: own, theirs: others } = matching.result();
    expect(categories.matched.count).toBe(3);
    expect(differences).toEqual([]);
    expect(sameTotals(own, others)).toBe(true);
    expect(itemsDigest(matching.digestItems())).toBe(itemsDigest(pairs.map(([, item]) => item)));
    expect(payable(own)).toBe(7_000);
    expect(matching.owedByVouchers()).toBe(10_000 - 3_000 - 500);
  });

  it('is nothing to compare where both say that the issuer does not have it', () => {
    const matching = match([[denied(), null]]);
    expect(matching.result()).toMatchObject({ items: 0, differences: [], ours: [] });
    expect(matching.owedByVouchers()).toBe(-10_000);
  });

  it('is what its states say where the list says the opposite of the voucher', () => {
    const [there, undone] = [denied(), booked()];
    const matching = match([
      [there, theirs(there)],
      [undone, theirs(undone, { state: 'REVERSED' })],
    ]);
    const { categories, ours: own } = matching.result();
    expect(categories.matched.count).toBe(2);
    expect(payable(own)).toBe(10_000);
    expect(matching.owedByVouchers()).toBe(0);
  });

  it('stays outside of the figures while it is named as open, and counts on its own date alone', () => {
    const open = booked();
    const named = match([[open, theirs(open)]], [open.sequenceId]);
    expect(named.result().ours).toEqual([]);
    expect([named.owedByVouchers(), named.underWay()]).toEqual([0, 10_000]);
    const other = denied({ businessDate: '20260722' });
    const elsewhere = match([[other, theirs(other, { state: 'VOIDED' })]]);
    expect(elsewhere.owedByVouchers()).toBe(0);
    expect(elsewhere.result().categories.matched.count).toBe(1);
  });
});
