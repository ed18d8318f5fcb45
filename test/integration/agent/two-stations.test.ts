import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Page } from './harness.ts';
import { left, right, startTwoScanners, till } from './two-scanners.ts';

let one: Page;
let two: Page;

const CARD_B = '9491330000000032';

function pages(): void {
  one = new Page(till.agent.address, 'page-of-one');
  two = new Page(till.agent.address, 'page-of-two', '2');
}

startTwoScanners([
  { id: '1', scanners: ['left'] },
  { id: '2', scanners: ['right'] },
]);
beforeAll(async () => {
  pages();
  await two.lineUp();
});

afterAll(async () => {
  one.close();
  two.close();
});

describe('two stations of one terminal', () => {
  it('work side by side, each with its own scanner, page and payment', async () => {
    await left.send(await till.barcode('CHARGE', 10_000));
    await right.send(await till.barcode('CHARGE', 20_000, CARD_B));
    await one.sees('TAKE', ({ face }) => face.intent?.amount === 10_000);
    await two.sees('TAKE', ({ face }) => face.intent?.amount === 20_000);
    await two.press('RECEIVED');
    await two.sees('DONE-IN');
    expect(one.latest()?.face.id).toBe('TAKE');
    const foreign = one.latest()?.face.intent;
    const answer = await two.press('RECEIVED', {
      sequenceId: foreign?.sequenceId ?? '',
      version: foreign?.version ?? 0,
      face: 'TAKE',
    });
    expect(answer).toMatchObject({ done: false, refusal: 'STALE' });
    await two.shown();
    await two.press('CLOSE');
    await one.press('STOP');
    await one.sees('RE-CLOSED');
    await one.press('STOP');
    await one.sees('END-STOP');
    await one.press('CLOSE');
  });

  it('tell that a barcode is in progress at the other one: it moves money once', async () => {
    const barcode = await till.barcode('CHARGE', 5_000);
    await left.send(barcode);
    await one.sees('TAKE');
    await right.send(barcode);
    const refused = await two.sees('REFUSED');
    expect(refused.face.refused).toMatchObject({ cause: 'DUP_OTHER', values: { stationId: '1' } });
    await one.press('RECEIVED');
    await one.sees('DONE-IN');
    await one.shown();
    await one.press('CLOSE');
  });

  it('ask their own questions after a restart; the first also asks for a station that is gone', async () => {
    await right.send(await till.barcode('CHARGE', 7_000, CARD_B));
    await two.sees('TAKE', ({ face }) => face.intent?.amount === 7_000);
    one.close();
    two.close();
    await till.restart();
    pages();
    await two.sees('RE-CLOSED');
    await one.sees(['IDLE', 'LINE']);
    two.close();
    one.close();
    await till.restart({ stations: [{ id: '1', scanners: ['left', 'right'] }] });
    one = new Page(till.agent.address, 'page-of-one');
    const asked = await one.sees('RE-CLOSED');
    expect(asked.face.intent?.amount).toBe(7_000);
  });
});
