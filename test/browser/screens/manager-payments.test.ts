import { describe, expect, it } from 'vitest';
import { DECISION_TEXT } from '../../../src/screens/text/decisions.ts';
import { page } from './browser-page.ts';
import { axeFaults } from './layout.ts';
import { DETAIL, PAYMENTS, rowOf } from './manager-data.ts';
import { API, asked, bar, list, open, server, startManager, until, use } from './manager-page.ts';

startManager();

const places = () =>
  page
    .locator('tbody tr')
    .evaluateAll((rows) =>
      rows.map((row) => ({ id: row.getAttribute('data-id'), top: row.getBoundingClientRect().top })),
    );
const isInSight = (): Promise<boolean> =>
  bar().evaluate((button) => {
    const { top, bottom } = button.getBoundingClientRect();
    return top >= 0 && bottom <= window.innerHeight;
  });

describe('the payments list', () => {
  it('shows masked rows with the state of host and cash', async () => {
    await open('payments');
    await page.waitForSelector('tbody tr');
    expect(await page.locator('tbody tr').count()).toBe(50);
    const row = await page.locator(`[data-id="${rowOf(3).sequenceId}"]`).innerText();
    expect(row).toContain('망취소 중 · 돌려줄 돈');
    expect(row).toContain('9410 00** **** 0005');
  });

  it('keeps filters and search in the address, and asks the agent with them', async () => {
    await open('payments');
    await page.getByLabel('종류').selectOption('REFUND');
    await until(() => page.url()).toContain('type=REFUND');
    await page.getByLabel('찾기').fill('7QK2-9XMD');
    await until(() => asked('payments').at(-1)).toMatchObject({
      type: 'REFUND',
      text: '7QK2-9XMD',
      limit: '50',
    });
    await page.reload();
    await page.waitForSelector('tbody tr');
    expect(await page.getByLabel('종류').inputValue()).toBe('REFUND');
    expect(await page.getByLabel('찾기').inputValue()).toBe('7QK2-9XMD');
  });

  it('never puts a card number into the address: it leaves the field and goes in a body, with the PIN', async () => {
    await open('payments');
    await page.getByLabel('찾기').fill('9410 0000 0000 0005');
    await page.waitForSelector('.inline-form');
    expect(await page.getByLabel('찾기').inputValue()).toBe('');
    expect(page.url()).not.toContain('9410');
    await page.getByLabel('PIN').pressSequentially('4829', { delay: 100 });
    await page.locator('.inline-form button').click();
    await until(() => asked('payments/card')).toEqual([{ cardNumber: '9410000000000005', pin: '4829' }]);
    await until(() => page.locator('tbody tr').count()).toBe(1);
    for (const body of asked('payments')) expect(JSON.stringify(body)).not.toContain('94100');
  });

  it('pages by cursor', async () => {
    await open('payments');
    await page.getByRole('link', { name: '더 이전' }).click();
    await until(() => asked('payments').at(-1)).toMatchObject({ before: 'cursor-older' });
    await page.getByRole('link', { name: '최근', exact: true }).click();
    await until(() => asked('payments').at(-1)).not.toHaveProperty('before');
  });

  it('moves no row while it is read, keeps each up to date, and says how many payments are new', async () => {
    await open('payments');
    await page.waitForSelector('tbody tr');
    const before = await places();
    // Something happened to a payment of the list, and none is new.
    list([], rowOf(3, { host: 'reversed', cash: 'returned' }));
    await until(() => page.locator('tbody tr').nth(3).innerText()).toContain('망취소 완료 · 돌려줌');
    expect(await bar().count()).toBe(0);
    list([-1]);
    await until(() => bar().innerText()).toBe('새 거래 1건 보기');
    list([-3, -2, -1]);
    await until(() => bar().innerText()).toBe('새 거래 3건 보기');
    expect(await places()).toEqual(before);
    expect(await isInSight()).toBe(true);
    await page.mouse.wheel(0, 600);
    await until(() => page.evaluate(() => window.scrollY)).toBeGreaterThan(100);
    expect(await isInSight()).toBe(true);
    await bar().click();
    await until(() => page.locator('tbody tr').first().getAttribute('data-id')).toBe(rowOf(-3).sequenceId);
    expect(await page.locator('tbody tr').count()).toBe(50);
    expect(await page.evaluate(() => window.scrollY)).toBe(0);
    expect(await bar().count()).toBe(0);
  });

  it('says in English too how many are new, up to a page of them', async () => {
    await use('en', 'light', { width: 1280, height: 800 });
    await open('payments');
    await page.waitForSelector('tbody tr');
    list([-1]);
    await until(() => bar().innerText()).toBe('Show 1 new payment');
    list([-2, -1]);
    await until(() => bar().innerText()).toBe('Show 2 new payments');
    list(Array.from({ length: 60 }, (_, at) => at - 60));
    await until(() => bar().innerText()).toBe('Show 50 new payments or more');
    expect(await axeFaults(page)).toEqual([]);
  });

  it('asks for the payments of one cashier, and says where to look on when there are none so far', async () => {
    server.routes.set(`GET ${API}/payments`, ({ body }) => ({
      status: 200,
      body: body.cashier === undefined ? PAYMENTS : { rows: [], older: '1234', newer: null },
    }));
    await open('payments');
    await page.getByLabel('근무자').fill('00-07');
    await until(() => asked('payments').at(-1)).toMatchObject({ cashier: '0007' });
    await until(() => page.url()).toContain('cashier=0007');
    await until(() => page.locator('.empty').innerText()).toContain('여기까지는 이 조건의 거래가 없습니다.');
    await page.getByRole('link', { name: '더 이전' }).click();
    await until(() => asked('payments').at(-1)).toMatchObject({ cashier: '0007', before: '1234' });
  });

  it('says so when nothing fits, and clears the filters', async () => {
    server.routes.set(`GET ${API}/payments`, ({ body }) => ({
      status: 200,
      body: body.type === 'REFUND' ? { rows: [], older: null, newer: null } : PAYMENTS,
    }));
    await open('payments?type=REFUND');
    await until(() => page.locator('.empty').innerText()).toContain('이 조건의 거래가 없습니다.');
    await page.locator('.empty a').click();
    await until(() => page.locator('tbody tr').count()).toBe(50);
  });

  it('keeps the old rows, dated, when the terminal is away', async () => {
    await open('payments');
    await page.waitForSelector('tbody tr');
    server.routes.set(`GET ${API}/payments`, () => ({ status: 500, body: { error: 'FAULT', text: 'x' } }));
    await page.getByLabel('종류').selectOption('CHARGE');
    await page.waitForSelector('.load-fault');
    server.routes.set(`GET ${API}/payments`, () => ({ status: 200, body: PAYMENTS }));
    await page.getByRole('button', { name: '다시 시도' }).click();
    await page.waitForSelector('.load-fault', { state: 'detached' });
  });
});

describe('one payment', () => {
  it('shows who did what, with the entry and its hash, and postings that sum to nothing', async () => {
    await open(`payment/${DETAIL.sequenceId}`);
    await page.waitForSelector('.timeline');
    const text = await page.locator('.timeline').innerText();
    expect(text).toContain('4202 9f3c1a7b');
    expect(text).toContain('근무자 0007');
    expect(text).toContain('1423바이트');
    expect(text).toContain('2초 동안 응답 없음 결과 모름');
    expect(text).toContain('기타: 손님이 급히 나감');
    expect(await page.locator('main').innerText()).toContain('합계 0원');
    expect(await page.locator('.facts').first().innerText()).toContain(
      '표시\n점장에게 넘김 · 아직 보여 주지 않음',
    );
  });

  it('decides with one sentence, a reason, and the PIN where it is asked', async () => {
    await open(`payment/${DETAIL.sequenceId}`);
    await page.getByRole('button', { name: /미수령 전표/ }).click();
    expect(await page.locator('.sentence').innerText()).toBe('13,000원을 미수령 전표로 옮깁니다.');
    const write = page.getByRole('button', { name: '전표 쓰기' });
    expect(await write.isDisabled()).toBe(true);
    await page.getByLabel('이유').selectOption('CUSTOMER_GONE');
    await page.locator('.confirm input[type=password]').pressSequentially('4829', { delay: 100 });
    await write.click();
    await until(() => asked(`payments/${DETAIL.sequenceId}/decide`)).toEqual([
      {
        decision: 'voucherUnclaimed',
        version: DETAIL.version,
        reason: 'CUSTOMER_GONE',
        pin: '4829',
      },
    ]);
  });

  it.each([
    [
      'ko',
      'laterGivenBack',
      true,
      '미수령',
      '찾아가지 않은 13,000원을 이제 손님께 돌려준 것으로 기록합니다.',
    ],
    [
      'en',
      'laterGivenBack',
      true,
      'unclaimed',
      'This records that the unclaimed 13,000 won was given back now.',
    ],
    [
      'ko',
      'voucherReturned',
      false,
      '돌려줄 돈',
      '13,000원을 손님께 이미 돌려준 것으로 기록하고 분쟁 전표로 옮깁니다.',
    ],
    [
      'en',
      'voucherReturned',
      false,
      'cash to give back',
      '13,000 won is recorded as already given back to the customer and moved to a dispute voucher.',
    ],
  ] as const)('offers a voucher in %s: %s', async (language, decision, unclaimed, state, sentence) => {
    const decisions = [{ decision, caseReason: null, pinNeeded: true }];
    server.routes.set(`GET ${API}/payments/${DETAIL.sequenceId}`, () => ({
      status: 200,
      body: { ...DETAIL, unclaimed, decisions },
    }));
    await use(language, 'light', { width: 1280, height: 800 });
    await open(`payment/${DETAIL.sequenceId}`);
    await page.getByRole('button', { name: DECISION_TEXT[decision].name[language], exact: true }).click();
    // Words stay beside their amount: the space between them is one that does not break.
    const said = (await page.locator('.sentence').innerText()).replaceAll('\u00a0', ' ');
    expect(said).toBe(sentence);
    expect(await page.locator('.facts').first().innerText()).toContain(state);
    expect(await page.locator('.confirm input[type=password]').count()).toBe(1);
  });

  it('shows the present state when the payment changed meanwhile', async () => {
    server.routes.set(`POST ${API}/payments/${DETAIL.sequenceId}/decide`, () => ({
      status: 409,
      body: { error: 'STALE', text: 'moved' },
    }));
    await open(`payment/${DETAIL.sequenceId}`);
    await page.getByRole('button', { name: '돌려줬음', exact: true }).click();
    const before = asked(`payments/${DETAIL.sequenceId}`).length;
    await page.getByRole('button', { name: '돌려준 것으로 기록' }).click();
    await until(() => asked(`payments/${DETAIL.sequenceId}`).length).toBe(before + 1);
    await until(() => page.locator('.confirm .fault').innerText()).toContain('그 사이 바뀌었습니다');
  });
});
