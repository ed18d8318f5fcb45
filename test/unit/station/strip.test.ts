/** What the strip says of the line: its own reason, and nothing that another part of the program does or leaves. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { explanation } from '../../../src/screens/cashier/strip.tsx';
import { lineText } from '../../../src/screens/manager/parts.tsx';
import { deliveryText } from '../../../src/screens/manager/sync.tsx';
import type { SyncStatus } from '../../../src/sync/types.ts';
import { lineAnswer } from '../../../src/web/line.ts';
import { Lab, ONLINE, pausedBy } from './desk-lab.ts';

let lab: Lab;
beforeEach(() => {
  lab = new Lab();
});
afterEach(() => lab.close());

const MANAGER_PAUSE = pausedBy({ role: 'manager', id: 'M1' });
const ALARM: SyncStatus['paused'] = {
  by: 'alarm',
  reason: 'NOT_PROCESSED',
  code: '006_006',
  atMs: 0,
  actor: { role: 'terminal' },
  stops: 'deferred',
};

function shows(change: Partial<SyncStatus>): string | null {
  lab.status = { ...ONLINE, ...change };
  lab.station.refresh();
  return lab.see().strip.line.reason;
}

describe('the reason of the line', () => {
  const down = { ...ONLINE.line, state: 'down', reason: 'NO_ANSWER' } as const;

  it.each([
    ['an alarm', ALARM],
    ["a manager's pause", MANAGER_PAUSE.paused],
  ])('is its own where it is down, whatever %s says besides', (_name, paused) => {
    expect(shows({ line: down, paused })).toBe('NO_ANSWER');
    expect(explanation('line', lab.see(), false, 'en')).toContain('(no answer)');
    expect(explanation('line', lab.see(), false, 'ko')).toContain('(응답 없음)');
  });

  it("is the manager's under a pause, and the issuer's code under an alarm", () => {
    expect(shows(MANAGER_PAUSE)).toBe('settlement check');
    expect(shows({ line: { ...MANAGER_PAUSE.line, code: '006_006' }, paused: ALARM })).toBe('006_006');
  });
});

describe('an alarm', () => {
  const alarmed = { line: { ...MANAGER_PAUSE.line, code: '000_905' }, paused: ALARM };

  it.each([
    [
      'ko',
      '손님 거래는 그대로 됩니다. 나중 충전만 기다렸다가 자동으로 다시 보냅니다: 지금은 안 됨(단말기 인증), 점장을 부르세요.',
    ],
    [
      'en',
      "Payments go on. Only credit later waits, and is tried again by itself: not now (terminal's key), call the manager.",
    ],
  ] as const)(
    'is no pause that a manager has to end: only what is credited later waits: %s',
    (language, text) => {
      shows(alarmed);
      expect(lab.see().strip.line).toMatchObject({ state: 'paused', pausedBy: 'alarm' });
      expect(explanation('line', lab.see(), false, language)).toBe(text);
      expect(lab.scan(lab.barcode('CHARGE', 10_000))).toBe('accepted');
      expect(lab.face()).toBe('TAKE');
    },
  );

  it('is another matter where a manager pauses, the terminal is recovering, or the line is down', () => {
    shows(MANAGER_PAUSE);
    expect(lab.see().strip.line).toMatchObject({ state: 'paused', pausedBy: 'manager' });
    expect(explanation('line', lab.see(), false, 'en')).toBe(
      "Sending is paused (settlement check). It is resumed on the manager's Sync page.",
    );
    shows({ line: { ...ONLINE.line, state: 'paused', reason: 'RECOVERING' }, recovering: true });
    expect(lab.see().strip.line.pausedBy).toBeNull();
    shows({ line: { ...ONLINE.line, state: 'down' }, paused: ALARM });
    expect(lab.see().strip.line.pausedBy).toBeNull();
  });

  it.each([
    [
      'ko',
      '전송이 멈춰 있습니다(복구 중). 점장의 전송 화면에서 다시 시작합니다.',
      '‖ 멈춤 · 복구 중',
      '‖ 복구 중',
    ],
    [
      'en',
      "Sending is paused (recovering). It is resumed on the manager's Sync page.",
      '‖ paused · recovering',
      '‖ recovering',
    ],
  ] as const)(
    'is not told of a terminal that is recovering besides, at the counter, on Today or on Sync: %s',
    (language, text, today, delivery) => {
      shows({ ...alarmed, recovering: true });
      expect(lab.face()).toBe('RECOVERING');
      expect(lab.see().strip.line).toMatchObject({ pausedBy: null, reason: 'RECOVERING' });
      expect(explanation('line', lab.see(), false, language)).toBe(text);
      expect(lineText(lineAnswer(lab.status), language)).toBe(today);
      const sync = { recovering: true, pausedBy: 'alarm', pauseReason: 'NOT_PROCESSED' } as const;
      expect(deliveryText(sync, language)).toBe(delivery);
      expect(lab.scan(lab.barcode('CHARGE', 10_000))).toBe('refused');
      shows({ ...MANAGER_PAUSE, recovering: true });
      expect(lab.see().strip.line).toMatchObject({ pausedBy: 'manager', reason: 'settlement check' });
    },
  );
});

describe('a slow line', () => {
  it('takes payments, and says no more than that approvals take longer', () => {
    shows({ line: { ...ONLINE.line, state: 'slow', reason: 'SLOW' } });
    expect(explanation('line', lab.see(), false, 'en')).toBe(
      'Connected, but the issuer answers late. An approval takes longer than usual.',
    );
    expect(explanation('line', lab.see(), false, 'ko')).toBe(
      '발행사와 연결되어 있지만 응답이 늦습니다. 승인이 평소보다 오래 걸립니다.',
    );
    expect(lab.scan(lab.barcode('CHARGE', 10_000))).toBe('accepted');
    expect(lab.face()).toBe('TAKE');
  });
});

describe('a line that is up', () => {
  it('promises no approval: too many open reversals refuse payments over it', () => {
    lab.close();
    lab = new Lab({ reversals: { ...lab.policy.reversals, count: 1 } });
    lab.scan(lab.barcode('CHARGE', 10_000));
    lab.press('RECEIVED');
    lab.event({ kind: 'send' });
    lab.event({ kind: 'notProcessed', code: '000_908' });
    lab.press('HANDED');
    lab.shown();
    lab.press('CLOSE');
    expect(lab.face()).toBe('SLOW');
    expect(explanation('line', lab.see(), false, 'en')).toBe(
      'Connected to the issuer. Its answers come at once.',
    );
    expect(explanation('line', lab.see(), false, 'ko')).toBe(
      '발행사와 연결되어 있습니다. 응답이 바로 옵니다.',
    );
  });
});
