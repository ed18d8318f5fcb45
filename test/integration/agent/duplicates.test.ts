/** One barcode, one payment: on two scanners of one station, under two pages, confirmed twice at the same moment. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PressAnswer, PressBody } from '../../../src/station/snapshot.ts';
import { Page, until } from './harness.ts';
import { left, right, startTwoScanners, till } from './two-scanners.ts';

let first: Page;
let second: Page;
let before: number;

startTwoScanners([{ id: '1', scanners: ['left', 'right'] }]);
beforeAll(async () => {
  first = await Page.online(till.agent.address, 'first-page');
  second = new Page(till.agent.address, 'second-page');
  await until('the second page', () => second.latest());
});
beforeEach(() => {
  before = payments();
});
afterAll(async () => {
  first.close();
  second.close();
});

function payments(): number {
  return till.agent.ledger.list({ limit: 100 }).intents.length;
}

/** How often the issuer was asked to approve, and how often the cash was recorded as received. */
function recorded(kind: string): number {
  const [intent] = till.agent.ledger.list({ limit: 1 }).intents;
  if (intent === undefined) throw new Error('no payment');
  return till.agent.ledger.timeline(intent.sequenceId).filter((step) => step.kind === kind).length;
}

/** The press of a tab that shows what is on the screen now, whatever the other tab does meanwhile. */
function pressOf(page: Page, key: PressBody['key']): () => Promise<PressAnswer> {
  const { face } = first.latest() ?? second.latest() ?? { face: null };
  const body = {
    key,
    face: face?.id,
    sequenceId: face?.intent?.sequenceId ?? null,
    version: face?.intent?.version ?? null,
  };
  return async () => (await page.post('press', body)).json<PressAnswer>();
}

async function ends(page: Page): Promise<void> {
  await page.sees('DONE-IN');
  await page.shown();
  await page.press('CLOSE');
  await page.sees('IDLE');
}

describe('one barcode', () => {
  it('read by two scanners of one station at the same moment is one payment', async () => {
    const barcode = await till.barcode('CHARGE', 5_000);
    await Promise.all([left.send(barcode), right.send(barcode)]);
    await first.sees('TAKE');
    await until('the band', () => first.latest()?.band?.cause === 'DUP_OPEN');
    expect(payments()).toBe(before + 1);
    await first.press('RECEIVED');
    await ends(first);
    expect(recorded('send')).toBe(1);
  });

  it('confirmed twice in one instant is received once and sent once', async () => {
    await left.send(await till.barcode('CHARGE', 6_000));
    await first.sees('TAKE');
    const press = pressOf(first, 'RECEIVED');
    const answers = await Promise.all(Array.from({ length: 8 }, press));
    expect(answers.filter(({ done }) => done)).toHaveLength(1);
    expect(new Set(answers.filter(({ done }) => !done).map(({ refusal }) => refusal))).toEqual(
      new Set(['STALE']),
    );
    await ends(first);
    expect(payments()).toBe(before + 1);
    expect([recorded('received'), recorded('send')]).toEqual([1, 1]);
  });

  it('under two tabs that both press is one payment, whichever of them drives', async () => {
    await right.send(await till.barcode('CHARGE', 7_000));
    await first.sees('TAKE');
    const [mine, theirs] = [pressOf(first, 'RECEIVED'), pressOf(second, 'RECEIVED')];
    expect(await theirs()).toMatchObject({ done: false, refusal: 'VIEW_ONLY' });
    const answers = await Promise.all([mine(), second.post('take-over', {}), theirs(), mine(), theirs()]);
    const done = answers.filter((answer) => 'done' in answer && answer.done);
    expect(done).toHaveLength(1);
    await ends(second);
    expect(payments()).toBe(before + 1);
    expect([recorded('received'), recorded('send')]).toEqual([1, 1]);
  });

  it('leaves a ledger that verifies', () => {
    expect(till.agent.ledger.verify()).toMatchObject({ ok: true, faults: [] });
  });
});
