/** A manager's pause at the counter: told as the store's own choice, never as a line that is down. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_POLICY } from '../../../src/intent/policy.ts';
import { sentenceOf } from '../../../src/screens/cashier/sentence.ts';
import { keyConsequence } from '../../../src/screens/text/keys.ts';
import type { Language } from '../../../src/screens/text/words.ts';
import { Lab, ONLINE, pausedBy } from './desk-lab.ts';

const MANAGER = { role: 'manager', id: 'M1' } as const;
const LINE = /통신|line/i;
let lab: Lab;
beforeEach(() => {
  lab = new Lab();
});
afterEach(() => lab.close());

function pause(): void {
  lab.status = pausedBy(MANAGER);
  lab.station.refresh();
}

function says(language: Language): { face: string; customer: string } {
  const moment = { wallMs: lab.clock.now().wallMs, leftMs: null, elapsedMs: 0 };
  const { headline, instruction, customer, reference } = sentenceOf(lab.see(), language, moment);
  const face = `${headline} / ${instruction}`.replaceAll('\u00a0', ' ');
  expect(`${face} ${reference}`).not.toMatch(LINE);
  for (const { text } of customer) expect(text).not.toMatch(LINE);
  return { face, customer: customer[0]?.text ?? '' };
}

describe('a pause of the manager', () => {
  it('is told on the idle face: no line is down, and nobody tries it', () => {
    pause();
    expect(lab.face()).toBe('LINE');
    expect(says('ko').face).toBe('전송 멈춤: 나중 충전만 / 출금은 점장이 다시 시작한 뒤에. 03:12째.');
    expect(says('en').face).toBe(
      'Paused: credit later only / Withdrawals once the manager resumes. Paused for 03:12.',
    );
  });

  it('is why a withdrawal is refused', () => {
    pause();
    lab.scan(lab.barcode('REFUND', 10_000));
    expect(lab.see().face.refused).toMatchObject({ cause: 'PAUSED' });
    expect(says('ko').face).toBe('전송 멈춤: 거래 중지 / 출금은 점장이 다시 시작한 뒤에. 현금은 그대로.');
    expect(says('en').face).toBe('Paused: off / Withdrawals once the manager resumes. Cash stays.');
  });

  it('is why charges are refused where none may be credited later', () => {
    lab.close();
    lab = new Lab({ later: { ...DEFAULT_POLICY.later, enabled: false } });
    pause();
    expect(says('en').face).toMatch(/^Paused: off/);
    lab.scan(lab.barcode('CHARGE', 10_000));
    expect(says('ko').face).toBe('전송 멈춤: 거래 중지 / 충전은 점장이 다시 시작한 뒤에. 현금은 그대로.');
    expect(says('en').face).toBe('Paused: off / Charges once the manager resumes. Cash stays.');
  });

  it('stands over a limit of credit later, too', () => {
    pause();
    lab.scan(lab.barcode('CHARGE', 60_000));
    expect(lab.see().face.refused).toMatchObject({ cause: 'LATER_EACH' });
    expect(says('en').face).toBe('Paused: off / Credit-later limit reached (50,000 won). Cash stays.');
  });

  it('is what the customer is asked under, and the slip is handed over with', () => {
    pause();
    lab.scan(lab.barcode('CHARGE', 10_000));
    expect(lab.face()).toBe('LATER-ASK');
    expect(says('ko')).toEqual({
      face: '나중 충전할까요? / 점장이 멈춤. 현금을 받기 전에 손님께 물어보세요.',
      customer: '지금은 바로 충전되지 않고 나중에 충전됩니다. 확인증을 드립니다. 괜찮으시겠어요?',
    });
    expect(says('en').customer).toBe(
      'It cannot be charged right now: it would be credited later, with a slip. Is that all right?',
    );
    const { id, values } = lab.see().face;
    expect(keyConsequence('LATER', id, values.paused === 1).en).toBe('credited by itself');
    lab.press('LATER');
    lab.press('RECEIVED');
    expect(lab.face()).toBe('LATER-OK');
    expect(says('en').customer).toBe('It is credited later, by itself. Keep the slip.');
  });

  it('is why a charge whose cash is in was not sent', () => {
    lab.scan(lab.barcode('CHARGE', 10_000));
    lab.press('RECEIVED');
    pause();
    lab.ledger.record(lab.newest().sequenceId, { kind: 'chooseLater' }, lab.clock.now(), {
      actor: { role: 'terminal' },
      canDefer: true,
    });
    expect(lab.face()).toBe('LATER-FAIL');
    expect(says('ko').face).toBe(
      '나중 충전할까요? / 점장이 멈춰 보내지 않았습니다. 현금은 그대로 두고 물어보세요.',
    );
    expect(says('en').face).toBe('Credit later? / Not sent, the manager has paused. Leave the cash and ask.');
  });

  it('over a line that is down leaves the sentences to the line', () => {
    lab.status = { ...pausedBy(MANAGER), line: { ...ONLINE.line, state: 'down', reason: 'NO_ANSWER' } };
    lab.station.refresh();
    expect(lab.see().face).toMatchObject({ id: 'LINE', values: {} });
    lab.scan(lab.barcode('REFUND', 10_000));
    expect(lab.see().face.refused).toMatchObject({ cause: 'LINE_DOWN' });
  });
});
