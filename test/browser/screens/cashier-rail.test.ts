import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newPage, page } from './browser-page.ts';
import { drawn, face, headline, open, PRESS, server, show, startCashier, until } from './cashier-page.ts';
import { axeFaults, kioskFaults, layoutFaults } from './layout.ts';
import { crowded, intentOf, snapshotOf } from './snapshots.ts';

/** Set it to keep a picture of what is found, in that folder, which is there already. */
const SHOTS = process.env.SCREENS_SHOTS;

startCashier();

describe('rail and strip', () => {
  it('open their lists only while no payment is up', async () => {
    await open();
    await drawn(page, server.show(crowded(snapshotOf(face('TAKE')))));
    expect(await page.locator('[data-chip="returnDue"]').isDisabled()).toBe(true);
    await drawn(page, server.show(crowded(snapshotOf(face('IDLE')))));
    await page.click('[data-chip="returnDue"]');
    await page.waitForTimeout(750);
    await page.locator('.items button').first().click();
    await until(() => server.callsOf('press').map((call) => call.body.key)).toEqual(['OPEN']);
    expect(server.callsOf('press')[0]?.body).toMatchObject({ version: 3, face: 'IDLE' });
  });

  it('give way to a new sentence at once', async () => {
    await open();
    await drawn(page, server.show(crowded(snapshotOf(face('IDLE')))));
    await page.click('[data-chip="cases"]');
    await page.waitForSelector('.panel');
    await show('TAKE');
    expect(await page.locator('.panel').count()).toBe(0);
    expect(await headline()).toBe('999,999원 받으세요');
  });

  it('show a receipt as text', async () => {
    const lines = [{ text: '충전 영수증  CHARGE RECEIPT' }, { text: '조회번호 Reference  7QK2-9XMD' }];
    server.routes.set('POST /api/v1/stations/1/receipt', () => ({
      status: 200,
      body: { kind: 'charge', columns: 42, lines, storeCopy: null, copy: false },
    }));
    await open();
    await drawn(page, server.show(crowded(snapshotOf(face('DONE-IN')))));
    await page.locator('.last button').first().click();
    await until(() => page.locator('.paper').innerText()).toContain('7QK2-9XMD');
    // Hangul counts two columns on paper: whatever font the kiosk has, the last characters stand in one line.
    const widths = await page
      .locator('.paper .wide')
      .evaluateAll((runs) =>
        runs.map((run) => run.getBoundingClientRect().width / (run.textContent ?? '').length),
      );
    expect(new Set(widths.map((width) => width.toFixed(1))).size).toBe(1);
    await page.keyboard.press('F9');
    await page.waitForSelector('.panel', { state: 'detached' });
    expect(server.callsOf('press')).toEqual([]);
  });

  it('print a receipt where there is a printer, and say when it does not work', async () => {
    server.routes.set('POST /api/v1/stations/1/receipt', () => ({
      status: 200,
      body: { kind: 'charge', columns: 42, lines: [{ text: '충전 영수증' }], storeCopy: null, copy: false },
    }));
    server.routes.set('POST /api/v1/stations/1/print', () => ({
      status: 200,
      body: { queued: true, fault: null },
    }));
    const shown = crowded(snapshotOf(face('DONE-IN')));
    await open();
    await drawn(page, server.show({ ...shown, rail: { ...shown.rail, printer: 'ready' } }));
    await page.locator('.last button').first().click();
    await page.locator('.print button').click();
    await until(() => page.locator('.print').innerText()).toContain('프린터로 보냈습니다.');
    expect(server.callsOf('print')[0]?.body).toMatchObject({ language: 'ko' });
    await page.keyboard.press('F9');
    await page.waitForSelector('.panel', { state: 'detached' });
    await drawn(page, server.show({ ...shown, rail: { ...shown.rail, printer: 'failed' } }));
    await until(() => page.locator('.last').innerText()).toContain('프린터 안 됨');
    expect(await layoutFaults(page)).toEqual([]);
    expect(await axeFaults(page)).toEqual([]);
    await page.locator('.last button').first().click();
    await until(() => page.locator('.print').innerText()).toContain('프린터가 안 됩니다.');
    expect(await axeFaults(page)).toEqual([]);
  });

  it('explain each item of the strip in the rail, without covering the face', async () => {
    await open();
    await drawn(page, server.show(crowded(snapshotOf(face('TAKE')))));
    await page.click('[data-item="line"]');
    expect(await page.locator('.explained').innerText()).toContain('자동으로 다시 시도합니다');
    expect(await headline()).toBe('999,999원 받으세요');
  });

  it.each([
    ['ko', '‖ 경보\n나중 충전만 멈춤', '손님 거래는 그대로 됩니다.'],
    ['en', '‖ alarm\ncredit later waits', 'Payments go on.'],
  ] as const)(
    'say of an alarm that payments go on, where there is no room to spare: %s',
    async (language, item, text) => {
      await newPage({ viewport: { width: 1024, height: 768 } }, { language, theme: 'light', sound: true });
      await open();
      const full = crowded(snapshotOf(face('IDLE')));
      const line = { ...full.strip.line, state: 'paused', reason: '000_905', pausedBy: 'alarm' } as const;
      await drawn(page, server.show({ ...full, strip: { ...full.strip, line } }));
      expect(await page.locator('[data-item="line"]').innerText()).toBe(item);
      await page.click('[data-item="line"]');
      expect(await page.locator('.explained').innerText()).toContain(text);
      expect([...(await layoutFaults(page)), ...(await kioskFaults(page))]).toEqual([]);
      if (SHOTS !== undefined) await page.screenshot({ path: join(SHOTS, `strip-alarm-${language}.png`) });
    },
  );

  it('show a refused scan as a band on the face in progress, for its time', async () => {
    await open();
    await show('TAKE', { band: { cause: 'STATION_BUSY', values: {}, leftMs: 3_000 } });
    expect(await page.locator('.band').innerText()).toBe('앞 손님 거래를 먼저 끝내세요.');
    await page.waitForSelector('.band', { state: 'detached' });
    expect(await headline()).toBe('999,999원 받으세요');
  });
});

describe('the switches', () => {
  it('change the language at once, over a reload too', async () => {
    await open();
    await show('PAY');
    await page.locator('.switch').first().click();
    await until(async () => (await headline()).replaceAll('\u00a0', ' ')).toBe('Pay out 999,999 won');
    await page.reload();
    await drawn(page, server.snapshot);
    expect((await headline()).replaceAll('\u00a0', ' ')).toBe('Pay out 999,999 won');
    expect(await page.getAttribute('html', 'lang')).toBe('en');
  });

  it('change the theme only when no payment is up', async () => {
    await open();
    await show('TAKE');
    await page.locator('.switch').nth(1).click();
    await page.waitForTimeout(300);
    expect(await page.getAttribute('html', 'data-theme')).toBe('light');
    await show('IDLE');
    await until(() => page.getAttribute('html', 'data-theme')).toBe('dark');
  });

  it('follow the store’s hours where it has some, until somebody chooses', async () => {
    await open();
    const idle = snapshotOf(face('IDLE'));
    // 14:32 in Korea.
    const dark = { ...idle, times: { ...idle.times, darkHours: { from: 14, until: 15 } } };
    await drawn(page, server.show(dark));
    await until(() => page.getAttribute('html', 'data-theme')).toBe('dark');
    const themes: (string | null)[] = [];
    for (const word of ['밝게', '어둡게', '시간대로']) {
      await page.locator('.switch', { hasText: word }).click();
      await page.locator('.switch', { hasText: word }).waitFor({ state: 'detached' });
      themes.push(await page.getAttribute('html', 'data-theme'));
    }
    expect(themes).toEqual(['light', 'dark', 'dark']);
  });

  it('follow neither the browser’s theme nor its motion: less motion shows digits only', async () => {
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
    await open();
    await show('CHECK');
    expect(await page.getAttribute('html', 'data-theme')).toBe('light');
    expect(await page.locator('.bar').isVisible()).toBe(false);
    expect(await page.locator('.time').isVisible()).toBe(true);
  });
});

describe('what is found', () => {
  const found = {
    ...intentOf({ amount: 50_000 }),
    face: 'LATER-OK',
    paper: 'later',
    open: true,
    host: 'unknown',
    cash: 'received',
    deferred: true,
  };
  const FIND = 'POST /api/v1/stations/1/find';
  const RECEIPT = 'POST /api/v1/stations/1/receipt';

  async function find(answer: unknown): Promise<void> {
    server.routes.set(FIND, () => ({ status: 200, body: answer }));
    await page.locator('.chips .chip:last-child').click();
    expect(await page.locator('.text-keys .enter').isDisabled()).toBe(true);
    for (const key of '0005') await page.locator('.text-keys button', { hasText: key }).first().click();
    await page.locator('.text-keys .enter').click();
  }

  it('says whether the issuer answered, and an ended payment has a paper but nothing to open', async () => {
    await open();
    const ended = { ...found, face: 'DONE-IN', paper: 'charge', open: false, host: 'approved' };
    await find({ items: [ended], unread: [], asked: 'noAnswer' });
    await until(() => page.locator('.found').innerText()).toContain('발행사가 답하지 않았습니다');
    expect(server.callsOf('find')[0]?.body.text).toBe('0005');
    expect(await page.locator('.items button').allInnerTexts()).toEqual(['영수증']);
    expect(await axeFaults(page)).toEqual([]);
  });

  it.each([
    ['ko', '장부에서 읽을 수 없는 거래', '점장을 부르세요'],
    ['en', 'The ledger cannot read these', 'call the manager'],
  ] as const)(
    'says what it cannot read, with what is known of it and nothing to press: %s',
    async (language, what, todo) => {
      await newPage({ viewport: { width: 1024, height: 768 } }, { language, theme: 'light', sound: true });
      await open();
      const { type, amount, scannedAtMs, last4 } = found;
      const known = { type, amount, scannedAtMs, last4, bin: '941000', host: 'approved', cash: 'received' };
      const unread = [
        { sequenceId: found.sequenceId, reference: found.reference, known },
        { sequenceId: 'UNKNOWN0', reference: 'WX12-YZ34', known: null },
      ];
      await find({ items: [], unread, asked: 'not' });
      const panel = page.locator('.panel');
      await until(() => panel.innerText()).toContain(what);
      for (const part of [todo, found.reference, 'WX12-YZ34'])
        expect(await panel.innerText()).toContain(part);
      expect(await page.locator('.items button').count()).toBe(0);
      expect(await axeFaults(page)).toEqual([]);
      if (SHOTS !== undefined) await page.screenshot({ path: join(SHOTS, `find-unread-${language}.png`) });
    },
  );

  it('gives a slip again only against the last four of the card', async () => {
    server.routes.set(RECEIPT, ({ body }) =>
      body.last4 === '0005'
        ? {
            status: 200,
            body: { kind: 'later', columns: 42, lines: [{ text: '재출력 COPY' }], storeCopy: null },
          }
        : { status: 403, body: { error: 'REFUSED', text: '', refusal: 'LAST4' } },
    );
    await open();
    await find({ items: [found], unread: [], asked: 'answered' });
    await page.locator('.items button', { hasText: '확인증' }).click();
    await until(() => page.locator('.panel .empty').innerText()).toContain('손님께 물어보세요');
    for (const given of ['9999', '0005']) {
      for (const digit of given) await page.locator('.text-keys button', { hasText: digit }).first().click();
      await page.locator('.text-keys .enter').click();
      if (given === '9999')
        await until(() => page.locator('.panel .empty').innerText()).toContain('다릅니다');
    }
    await until(() => page.locator('.paper').innerText()).toContain('재출력 COPY');
    expect(server.callsOf('receipt').map(({ body }) => body.last4)).toEqual([undefined, '9999', '0005']);
  });
});

describe('a press that did nothing', () => {
  it('says why in the rail, and then no more', async () => {
    const refused = { done: false, refusal: 'MANAGER_NEEDED' };
    server.routes.set(`POST ${PRESS}`, () => ({
      status: 200,
      body: { ...refused, snapshot: server.snapshot },
    }));
    await open();
    await drawn(page, server.show(crowded(snapshotOf(face('IDLE')))));
    await page.click('[data-chip="cases"]');
    await page.waitForTimeout(750);
    await page.locator('.items button').first().click();
    await until(() => page.locator('.notice').innerText()).toBe('점장이 정할 미결입니다.');
    await page.waitForSelector('.notice', { state: 'detached' });
  });
});

describe('another page on this station', () => {
  it('offers to take over, and locked stations ask for the PIN', async () => {
    await open();
    await show('VIEW-ONLY', { control: 'viewOnly' });
    await page.click('.key.wide');
    await until(() => server.callsOf('take-over').length).toBe(1);
    await show('LOCKED', { control: 'locked' });
    await page.keyboard.type('4829', { delay: 120 });
    await page.click('.pin-keys .enter');
    await until(() => server.callsOf('unlock').length).toBe(1);
  });

  it('is locked where the station explains itself, and told when nobody could unlock it', async () => {
    server.routes.set('POST /api/v1/stations/1/lock', () => ({
      status: 409,
      body: { error: 'NOT_READY', text: 'no manager' },
    }));
    await open();
    await page.click('[data-item="station"]');
    await page.locator('.explained button', { hasText: '잠그기' }).click();
    await until(() => server.callsOf('lock').length).toBe(1);
    await until(() => page.locator('.notice').innerText()).toContain('잠글 수 없습니다');
  });
});
