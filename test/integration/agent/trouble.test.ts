import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_POLICY } from '../../../src/intent/policy.ts';
import { DEFAULT_TIMES } from '../../../src/intent/rules.ts';
import { Page, startTill, type Till, until } from './harness.ts';

/** Real waits, shortened: the rules are the same, only the numbers are smaller. */
const TIMES = {
  ...DEFAULT_TIMES,
  unansweredMs: 400,
  inquiryMs: 300,
  deadlineMs: 3_000,
  unsentMs: 3_000,
  leaveMs: 4_000,
  retryBaseMs: 100,
  retryMaxMs: 500,
};

let till: Till;
let page: Page;

/** Each test has a card of its own: a card whose reversal is under way takes no new payment. */
const A = '9491330000000016';
const B = '9491330000000024';
const C = '9491330000000032';
const D = '9410000000000005';

beforeAll(async () => {
  const { reversals } = DEFAULT_POLICY;
  till = await startTill({ policy: { times: TIMES, reversals: { ...reversals, rate: 1 } } });
  page = new Page(till.agent.address);
});

beforeEach(async () => {
  till.agent.worker.now();
  await page.lineUp();
  if (page.latest()?.face.closable === true) await page.press('CLOSE');
  await page.sees('IDLE');
});

afterEach(() => till.issuer.faults?.clear());

afterAll(async () => {
  page.close();
  await till.close();
});

async function received(amount: number, card: string): Promise<void> {
  await till.scanner.send(await till.barcode('CHARGE', amount, card));
  await page.sees('TAKE');
  await page.press('RECEIVED');
}

function loseAnswers(): void {
  till.issuer.faults?.set({ call: 'approve', kind: 'dropAfter' });
  till.issuer.faults?.set({ call: 'inquiry', kind: 'dropBefore' });
}

async function restarted(): Promise<void> {
  page.close();
  await till.restart();
  page = new Page(till.agent.address);
}

describe('when the answer is lost', () => {
  it('says wait, then give the cash back, and the issuer ends without the charge', async () => {
    loseAnswers();
    await received(10_000, A);
    const back = await page.sees('BACK-REV');
    expect(page.saw('CHECK')).toBe(true);
    expect(back.face.keys).toEqual(['LEAVE', 'HANDED']);
    till.issuer.faults?.clear();
    await page.press('HANDED');
    await until('the reversal is through', () => page.latest()?.rail.last?.face === 'END');
    const [intent] = till.agent.ledger.list({ limit: 1 }).intents;
    expect(intent).toMatchObject({ host: 'reversed', cash: 'returned' });
  });

  it('leaves an unanswered return to the manager after its time, and the rail keeps it', async () => {
    loseAnswers();
    await received(10_000, B);
    const owed = (await page.sees('BACK-REV')).face.intent?.sequenceId;
    const isOwed = ({ sequenceId }: { sequenceId: string }): boolean => sequenceId === owed;
    const idle = await page.sees(['IDLE', 'LINE'], ({ rail }) => rail.cases.some(isOwed));
    const item = idle.rail.returnDue.find(isOwed);
    expect(item).toBeDefined();
    await page.press('OPEN', { sequenceId: item?.sequenceId ?? '', version: item?.version ?? 0 });
    await page.sees('BACK-REV');
    expect((await page.press('HANDED')).done).toBe(true);
    await until('it is owed no more', () => page.latest()?.rail.returnDue.some(isOwed) === false);
  });
});

describe('after a restart', () => {
  it('asks where the cash is before the next scan, and answers lead where the screens say', async () => {
    till.issuer.faults?.set({ call: 'approve', kind: 'delay', ms: 10_000, times: 1 });
    await received(10_000, C);
    await page.sees(['SENDING', 'CHECK']);
    await restarted();
    const asked = await page.sees('RE-IN');
    expect(asked.face.question).toEqual({ number: 1, of: 1 });
    await till.scanner.send(await till.barcode('CHARGE', 2_000, A));
    await until('the band', () => page.latest()?.band?.cause === 'RESTART_OPEN');
    await page.press('RECEIVED');
    const end = await page.sees(['DONE-IN', 'BACK-REV']);
    if (end.face.id === 'BACK-REV') await page.press('HANDED');
    await page.sees(['DONE-IN', 'END', 'END-REV']);
    expect(till.agent.ledger.verify().ok).toBe(true);
  });

  it('closes an unconfirmed scan and asks whether its cash was taken', async () => {
    await till.scanner.send(await till.barcode('CHARGE', 10_000, D));
    await page.sees('TAKE');
    await restarted();
    await page.sees('RE-CLOSED');
    await page.press('RECEIVED');
    await page.sees('BACK-STOP');
    await page.press('HANDED');
    await page.sees('END');
  });

  it('asks newest first and never blocks: [Leave] makes it a case', async () => {
    const casesBefore = page.latest()?.strip.cases ?? 0;
    for (const [amount, card] of [
      [1_000, C],
      [2_000, D],
    ] as const) {
      const barcode = await till.barcode('CHARGE', amount, card);
      await till.scanner.send(barcode);
      await page.sees('TAKE', ({ face }) => face.intent?.amount === amount);
      loseAnswers();
      await page.press('RECEIVED');
      await page.sees('BACK-REV', ({ face }) => face.intent?.amount === amount);
      till.issuer.faults?.clear();
      if (amount === 1_000) {
        await page.press('LEAVE');
        till.agent.worker.now();
        await page.sees('IDLE');
      }
    }
    await restarted();
    const first = await page.sees('RE-BACK');
    expect(first.face.intent?.amount).toBe(2_000);
    await page.press('LEAVE');
    await page.sees(['IDLE', 'LINE'], ({ strip }) => strip.cases === casesBefore + 2);
  });
});

describe('when the line is down', () => {
  it('asks "credit later?" before the cash, gives a slip, and credits when the line is back', async () => {
    const barcode = await till.barcode('CHARGE', 10_000, A);
    till.issuer.faults?.set({ call: '*', kind: 'dropBefore' });
    till.agent.worker.now();
    await page.sees('LINE');
    await till.scanner.send(barcode);
    await page.sees('LATER-ASK');
    expect((await page.press('LATER')).refusal).toBeNull();
    await page.sees('LATER-TAKE');
    await page.press('RECEIVED');
    const slip = await page.sees('LATER-OK');
    expect(slip.strip.later).toMatchObject({ count: 1, sum: 10_000 });
    await page.shown();
    await page.press('CLOSE');
    till.issuer.faults?.clear();
    till.agent.worker.now();
    await until('credited', () => page.latest()?.rail.news?.kind === 'LATER-DONE');
    expect(page.latest()?.strip.later.count).toBe(0);
  });
});

describe('the void', () => {
  it('takes a fresh barcode of the same card, and gives the cash back only after the void', async () => {
    await received(3_000, A);
    await page.sees('DONE-IN');
    await page.shown();
    const done = await page.sees('DONE-IN', ({ face }) => !face.acknowledge);
    const last = done.rail.last;
    await page.press('VOID', { sequenceId: last?.sequenceId ?? '', version: last?.version ?? 0 });
    await page.sees('VOID-ASK');
    await till.scanner.send(await till.barcode('CHARGE', 1_000, B));
    await until('the band', () => page.latest()?.band?.cause === 'VOID_PROOF');
    await till.scanner.send(await till.barcode('CHARGE', 1_000, A));
    await page.sees('VOID-ASK', ({ face }) => face.keys.includes('REQUEST'));
    await page.press('REQUEST');
    await page.sees('BACK-VOID');
    await page.press('HANDED');
    await page.sees('END');
    expect(till.agent.ledger.list({ limit: 1 }).intents[0]).toMatchObject({
      host: 'voided',
      cash: 'returned',
    });
  });
});
