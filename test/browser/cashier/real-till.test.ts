/** The cashier page on a real till: killed and frozen in every state, two tabs, the line down, nobody touches a mouse. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FaceId, KeyId } from '../../../src/station/snapshot.ts';
import { BrowserCounter, WAIT_MS } from './counter.ts';

let counter: BrowserCounter;

beforeAll(async () => {
  counter = await BrowserCounter.open();
});
afterAll(async () => {
  await counter?.close();
});
beforeEach(async () => {
  counter.issuer.faults?.clear();
  await counter.online();
});

/** SIGKILL, the page covers itself, a new agent, and the page comes back by itself. */
async function killed(): Promise<void> {
  await counter.kill();
  counter.issuer.faults?.clear();
  await counter.page.locator('.cover[data-face^="NOT-READY"]').waitFor({ timeout: WAIT_MS });
  await counter.start();
  await counter.page.locator('.cover').waitFor({ state: 'detached', timeout: WAIT_MS });
}

async function idle(): Promise<void> {
  const face = await counter.face(
    'IDLE',
    'DONE-IN',
    'DONE-OUT',
    'END',
    'END-REV',
    'END-STOP',
    'NO-OUT-REV',
    'LATER-OK',
    'SLOW',
  );
  if (face !== 'IDLE' && face !== 'SLOW') await counter.press('CLOSE');
  await counter.face('IDLE', 'SLOW');
}

function loseAnswers(): void {
  counter.issuer.faults?.set({ call: 'approve', kind: 'dropAfter' });
  counter.issuer.faults?.set({ call: 'inquiry', kind: 'dropBefore' });
}

function lineDown(): void {
  counter.issuer.faults?.set({ call: '*', kind: 'dropBefore' });
}

/** How a state is reached, and which questions and keys lead out of it after the restart. */
interface Story {
  readonly name: string;
  readonly begin: () => Promise<unknown>;
  /** The face after the restart, and the key that is pressed there; the last face closes by itself or by F9. */
  readonly after: readonly (readonly [FaceId | readonly FaceId[], KeyId | null])[];
}

const STORIES: readonly Story[] = [
  {
    name: 'TAKE, cash not taken',
    begin: () => counter.scan('CHARGE', 1_000, 0, 'TAKE'),
    after: [
      ['RE-CLOSED', 'STOP'],
      ['END-STOP', null],
    ],
  },
  {
    name: 'TAKE, cash taken and still there',
    begin: () => counter.scan('CHARGE', 2_000, 0, 'TAKE'),
    after: [
      ['RE-CLOSED', 'RECEIVED'],
      ['BACK-STOP', 'HANDED'],
      ['END', null],
    ],
  },
  {
    name: 'ASK-OUT',
    begin: () => counter.scan('REFUND', 1_000, 0, 'ASK-OUT'),
    after: [
      ['RE-OUT-EARLY', 'RECEIVED'],
      ['END-STOP', null],
    ],
  },
  {
    name: 'DONE-IN is acknowledged and asks nothing',
    begin: async () => {
      await counter.scan('CHARGE', 3_000, 0, 'TAKE');
      await counter.press('RECEIVED');
      await counter.face('DONE-IN');
      await counter.page.locator('.reference', { hasText: /판 [5-9]/ }).waitFor();
    },
    after: [['IDLE', null]],
  },
  {
    name: 'SENDING or CHECK: the cash is in the drawer, and it ends one way or the other',
    begin: async () => {
      loseAnswers();
      await counter.scan('CHARGE', 4_000, 0, 'TAKE');
      await counter.press('RECEIVED');
      await counter.face('CHECK');
    },
    after: [
      ['RE-IN', 'RECEIVED'],
      ['DONE-IN', null],
    ],
  },
  {
    name: 'CHECK-OUT: not paid, and the issuer says that it was approved',
    begin: async () => {
      loseAnswers();
      await counter.scan('REFUND', 2_000, 0, 'ASK-OUT');
      await counter.press('REQUEST');
      await counter.face('CHECK-OUT');
    },
    // Asked at first as a withdrawal that was not approved; the inquiry then says that it was.
    after: [
      ['RE-OUT', 'RECEIVED'],
      ['PAY', 'HANDED'],
      ['DONE-OUT', null],
    ],
  },
  {
    name: 'PAY, paid out in the dark',
    begin: async () => {
      await counter.scan('REFUND', 3_000, 0, 'ASK-OUT');
      await counter.press('REQUEST');
      await counter.face('PAY');
    },
    after: [
      ['RE-OUT', 'HANDED'],
      ['DONE-OUT', null],
    ],
  },
  {
    name: 'BACK-REV, given back in the dark',
    begin: async () => {
      loseAnswers();
      await counter.scan('CHARGE', 5_000, 1, 'TAKE');
      await counter.press('RECEIVED');
      await counter.face('BACK-REV');
    },
    after: [
      ['RE-BACK', 'HANDED'],
      [['END', 'END-REV'], null],
    ],
  },
];

describe('an agent that is killed', () => {
  it('while nothing goes on leaves an idle page', async () => {
    await counter.face('IDLE');
    await killed();
    await counter.face('IDLE', 'LINE');
  });

  it.each(STORIES)('at $name', async ({ begin, after }) => {
    await begin();
    await killed();
    for (const [wanted, key] of after) {
      await counter.face(...(typeof wanted === 'string' ? [wanted] : wanted));
      if (key !== null) await counter.press(key);
    }
    await idle();
  });
});

describe('an agent that stands still', () => {
  it('while [Received] has no answer: the cash is kept apart, and then the payment goes on', async () => {
    await counter.scan('CHARGE', 6_000, 2, 'TAKE');
    await counter.page.locator('[data-key="RECEIVED"][aria-disabled="false"]').waitFor();
    counter.freeze(true);
    await counter.page.keyboard.press('F6');
    const held = counter.page.locator('.cover[data-face="NOT-READY-HELD"]');
    await held.waitFor({ timeout: WAIT_MS });
    await counter.picture('NOT-READY-HELD');
    expect(await held.locator('h1').innerText()).toMatch(/6,000원 따로 두세요/);
    counter.freeze(false);
    await counter.face('DONE-IN', 'SENDING');
    await counter.face('DONE-IN');
    await idle();
  });
});

describe('a second tab', () => {
  it('only looks on, takes over when asked, and nothing of the payment is lost', async () => {
    await counter.scan('CHARGE', 7_000, 2, 'TAKE');
    const first = counter.page;
    const second = await counter.context.newPage();
    await second.goto(counter.url);
    counter.page = second;
    await counter.face('VIEW-ONLY');
    await second.keyboard.press('F6');
    await second.locator('.key.wide').click();
    await counter.face('TAKE');
    counter.page = first;
    await counter.face('VIEW-ONLY');
    counter.page = second;
    await counter.press('RECEIVED');
    await counter.face('DONE-IN');
    await second.close();
    counter.page = first;
    await counter.page.locator('.key.wide').click();
    await idle();
  });
});

describe('a scanner', () => {
  it('with a damaged barcode is explained, a foreign one is silent', async () => {
    await counter.face('IDLE');
    counter.read('8801234567893');
    counter.read('CHARGE941000000000000512301');
    await counter.face('REFUSED');
    expect(await counter.page.locator('section.face h1').innerText()).toBe('다시 찍어 주세요');
    await counter.press('CLOSE');
    await counter.face('IDLE');
  });
});

describe('while the line is down', () => {
  it('a charge is credited later by keys alone, killed on the way, and the rail tells when it is credited', async () => {
    const { cards } = (await (await fetch(`${counter.issuer.url}/phone/api/cards`)).json()) as {
      cards: readonly { cardRef: string }[];
    };
    const made = await fetch(`${counter.issuer.url}/phone/api/barcodes`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        cardRef: cards[4]?.cardRef ?? cards[3]?.cardRef,
        type: 'CHARGE',
        amount: 8_000,
      }),
    });
    const { spec } = (await made.json()) as { spec: string };
    lineDown();
    await counter.face('LINE');
    counter.read(spec);
    await counter.face('LATER-ASK');
    await counter.press('LATER');
    await counter.face('LATER-TAKE');
    await counter.press('RECEIVED');
    await counter.face('LATER-OK');
    await counter.page.locator('[data-item="later"]').waitFor();
    await killed();
    await counter.page.locator('.news', { hasText: '8,000원 나중 충전 완료' }).waitFor({ timeout: WAIT_MS });
    await counter.picture('LATER-DONE');
    await counter.face('IDLE');
  });
});
