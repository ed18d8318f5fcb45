/** "Was it taken?" after Stop or an expiry: what the cashier reads, and how it ends. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LedgerFault } from '../../../src/ledger/fault.ts';
import { sentenceOf } from '../../../src/screens/cashier/sentence.ts';
import type { Language } from '../../../src/screens/text/words.ts';
import { Lab, ONLINE } from './desk-lab.ts';

let lab: Lab;
beforeEach(() => {
  lab = new Lab();
});
afterEach(() => lab.close());

function says(language: Language): { instruction: string; question: string | null } {
  const moment = { wallMs: lab.clock.now().wallMs, leftMs: null, elapsedMs: 0 };
  const { instruction, question } = sentenceOf(lab.see(), language, moment);
  return { instruction, question };
}

const STOPPED = {
  ko: '보내기 전에 그만두어 충전하지 않았습니다.',
  en: 'Stopped before sending, not charged.',
};
const RESTARTED = {
  ko: '보내기 전에 다시 시작되어 충전하지 않았습니다.',
  en: 'Restarted before sending, not charged.',
};

describe('the question whether the cash was taken', () => {
  it.each(['ko', 'en'] as const)(
    'says after Stop that it was stopped, and is no question of many: %s',
    (language) => {
      lab.scan(lab.barcode('CHARGE', 10_000));
      lab.press('STOP');
      expect(lab.face()).toBe('RE-CLOSED');
      expect(says(language)).toEqual({ instruction: STOPPED[language], question: null });
    },
  );

  it('says so after the life of the barcode, too', () => {
    lab.scan(lab.barcode('CHARGE', 10_000));
    lab.clock.pass(300_000);
    lab.event({ kind: 'expire' });
    expect(says('en')).toEqual({ instruction: STOPPED.en, question: null });
  });

  it('says after a restart that it was restarted, and which question it is', () => {
    lab.scan(lab.barcode('CHARGE', 10_000));
    lab.restart();
    expect(says('en')).toEqual({ instruction: RESTARTED.en, question: 'question 1 of 1 · 14:30' });
    expect(says('ko').instruction).toBe(RESTARTED.ko);
  });

  it('counts among those of a restart when it is still open then, and says what it was closed by', () => {
    lab.charge();
    lab.press('CLOSE');
    lab.scan(lab.barcode('CHARGE', 3_000, '9491330000000032'));
    lab.press('STOP');
    lab.restart();
    expect(lab.see().face).toMatchObject({ id: 'RE-CLOSED', intent: { amount: 3_000 } });
    expect(says('en')).toEqual({ instruction: STOPPED.en, question: 'question 1 of 2 · 14:30' });
    lab.press('STOP');
    lab.press('CLOSE');
    expect(lab.see().face).toMatchObject({ id: 'RE-IN', question: { number: 2, of: 2 } });
  });
});

describe('a question that was answered', () => {
  it('counts for none that comes after the next payment was scanned over its end', () => {
    lab.scan(lab.barcode('CHARGE', 10_000));
    lab.press('STOP');
    lab.press('STOP');
    expect(lab.face()).toBe('END-STOP');
    expect(lab.scan(lab.barcode('CHARGE', 3_000, '9491330000000032'))).toBe('accepted');
    // A press that could not be recorded asks as a restart does.
    lab.failing = new LedgerFault('FULL');
    lab.press('RECEIVED');
    lab.failing = null;
    lab.clock.pass(5_000);
    expect(lab.face()).toBe('RE-CLOSED');
    expect(says('en').question).toBe('question 1 of 1 · 14:30');
  });
});

describe('"credit later?" that nobody answers', () => {
  /** The line is down: it is asked before the cash is taken. */
  function asked(): void {
    lab.status = { ...ONLINE, line: { ...ONLINE.line, state: 'down', reason: 'NO_ANSWER' } };
    lab.station.refresh();
    lab.scan(lab.barcode('CHARGE', 10_000));
    expect(lab.face()).toBe('LATER-ASK');
  }

  it('is stopped after a minute, and wants no new barcode: the one it has lives on', () => {
    asked();
    lab.clock.pass(60_000);
    lab.event({ kind: 'expire' });
    expect(lab.face()).toBe('RE-CLOSED');
    lab.press('STOP');
    expect(lab.face()).toBe('END-STOP');
    lab.clock.pass(4_000);
    expect(lab.see()).toMatchObject({ face: { id: 'LINE' }, rail: { last: { face: 'END-STOP' } } });
  });

  it('wants a new barcode where its life ended, also within that minute', () => {
    lab.scan(lab.barcode('CHARGE', 10_000));
    lab.clock.pass(250_000);
    lab.status = { ...ONLINE, line: { ...ONLINE.line, state: 'down', reason: 'NO_ANSWER' } };
    lab.station.refresh();
    expect(lab.face()).toBe('LATER-ASK');
    lab.clock.pass(50_000);
    lab.event({ kind: 'expire' });
    lab.press('STOP');
    expect(lab.face()).toBe('EXPIRED');
  });
});
