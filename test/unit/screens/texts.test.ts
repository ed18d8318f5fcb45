import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SCANNER_PROBLEMS } from '../../../drivers/scanner.ts';
import { CODES } from '../../../src/konaplate/codes.ts';
import { VERIFY_FAULT_CODES } from '../../../src/ledger/types.ts';
import { sentenceOf } from '../../../src/screens/cashier/sentence.ts';
import * as decisions from '../../../src/screens/text/decisions.ts';
import { INTENT_FACES, NOTES } from '../../../src/screens/text/faces.ts';
import { keyConsequence, keyVerb } from '../../../src/screens/text/keys.ts';
import * as manager from '../../../src/screens/text/manager.ts';
import { NOTICES, PIN, RAIL, WORDS } from '../../../src/screens/text/rail.ts';
import { REASONS, reasonText } from '../../../src/screens/text/reasons.ts';
import { bandText, causeId, REFUSALS, refusalText } from '../../../src/screens/text/refusals.ts';
import { problemText, SCANNER_PROBLEM_TEXTS } from '../../../src/screens/text/scanner-problems.ts';
import * as states from '../../../src/screens/text/states.ts';
import * as strip from '../../../src/screens/text/strip.ts';
import { COVER, SYSTEM_FACES } from '../../../src/screens/text/system.ts';
import { VERIFY_FAULTS, verifyFaultText } from '../../../src/screens/text/verify.ts';
import type { Language, Words } from '../../../src/screens/text/words.ts';
import { FACES, KEYS, REFUSED_CAUSES } from '../../../src/station/snapshot.ts';
import { ALL_FACES, NOW_MS, REFUSED_FACES, snapshotOf } from '../../browser/screens/snapshots.ts';

const LANGUAGES: readonly Language[] = ['ko', 'en'];
const MOMENT = { wallMs: NOW_MS, leftMs: 12_000, elapsedMs: 0 };

/** Every text of a table, however deep, with the path to it. */
function wordsIn(value: unknown, path = ''): readonly (readonly [string, Words])[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('ko' in value && 'en' in value) return [[path, value as Words]];
  return Object.entries(value).flatMap(([key, inner]) => wordsIn(inner, `${path}.${key}`));
}

const TABLES = {
  ...{ INTENT_FACES, SYSTEM_FACES, NOTES, COVER, REFUSALS, REASONS, RAIL, WORDS, PIN, NOTICES },
  ...{ SCANNER_PROBLEM_TEXTS, VERIFY_FAULTS, strip, manager, states, decisions },
};

describe('the table of texts', () => {
  it('has Korean and English for every id, neither empty', () => {
    const all = wordsIn(TABLES);
    expect(all.length).toBeGreaterThan(300);
    for (const [path, words] of all) {
      expect(words.ko, path).toMatch(/\S/);
      expect(words.en, path).toMatch(/\S/);
    }
  });

  it('uses the same placeholders in both languages', () => {
    const names = (text: string): string[] => [...new Set(text.match(/\{[^}]+\}/g) ?? [])].sort();
    // Sentences whose two languages say different things by the law, or split a figure differently over two lines.
    const ONE_SIDED = [
      '.INTENT_FACES.VOID-ASK.h',
      '.REFUSALS.VOID_WINDOW.i',
      '.strip.STRIP.laterItem',
      '.strip.STRIP.laterLimit',
    ];
    for (const [path, words] of wordsIn(TABLES)) {
      if (ONE_SIDED.includes(path)) continue;
      expect(names(words.en), path).toEqual(names(words.ko));
    }
  });

  it('never says 환불, and puts no bare 취소 or 확인 on a button', () => {
    for (const [path, words] of wordsIn(TABLES)) expect(words.ko, path).not.toContain('환불');
    for (const key of [...KEYS, 'CLOSE'] as const) {
      for (const face of FACES) {
        for (const type of ['CHARGE', 'REFUND', null] as const) {
          expect(['취소', '확인']).not.toContain(keyVerb(key, face, type).ko);
        }
      }
    }
    for (const text of Object.values(decisions.DECISION_TEXT))
      expect(['취소', '확인']).not.toContain(text.button.ko);
  });

  it('knows every cause that the station may send', () => {
    for (const cause of REFUSED_CAUSES) {
      expect(causeId(cause, {}), cause).not.toBe('OTHER');
      for (const language of LANGUAGES) expect(bandText(cause, {}, NOW_MS, language)).toMatch(/\S/);
    }
    expect(causeId('SOMETHING_NEW', {})).toBe('OTHER');
  });

  it('says every problem of a scanner in both languages, with its values and without', () => {
    const values = {
      places: '1-1, 1-2',
      usb: '0c2e:0b81',
      is: 'hid-keyboard',
      wanted: 'hid-pos',
      system: 'EIO',
    };
    for (const code of SCANNER_PROBLEMS) {
      expect(problemText({ code, values: {} }, 'ko'), code).toMatch(/[가-힣].*\.$/);
      expect(problemText({ code, values: {} }, 'en'), code).toMatch(/^[^가-힣]+\.$/);
      for (const language of LANGUAGES) {
        expect(problemText({ code, values: {} }, language), code).not.toMatch(/\(-\)|[{}]/);
        expect(problemText({ code, values }, language), code).not.toMatch(/\(-\)|[{}]/);
      }
    }
    expect(problemText({ code: 'WRONG_INTERFACE', values }, 'ko')).toContain(
      'HID-POS 방식이 아니라 키보드 방식',
    );
    expect(problemText({ code: 'AMBIGUOUS', values }, 'en')).toContain('(1-1, 1-2)');
  });

  it('says what a verification found in both languages, with its code and its place', () => {
    for (const code of VERIFY_FAULT_CODES) {
      const fault = { code, text: 'entry 17 does not match its hash', index: 4_017 };
      expect(verifyFaultText([fault], 'ko'), code).toMatch(
        /^장부 검증 실패: [^A-Za-z]+\([A-Z_]+, 기록 4,017\)\.$/,
      );
      expect(verifyFaultText([fault], 'en'), code).toMatch(
        /^Verification failed: [^가-힣]+ \([A-Z_]+, entry 4,017\)\.$/,
      );
    }
    const both = [
      { code: 'INTENT', text: '', sequenceId: '01K0M9ZZZZZZZZZZZZ7QK29XMD' },
      { code: 'BALANCE', text: '' },
    ] as const;
    expect(verifyFaultText(both, 'ko')).toBe(
      '장부 검증 실패: 거래가 기록과 다릅니다 (INTENT, 01K0M9ZZZZZZZZZZZZ7QK29XMD). 그 밖에 1가지.',
    );
  });

  it('names the keyboard of a scanner in the language of the page', () => {
    const words = (layout: string, language: Language) => bandText('LAYOUT', { layout }, NOW_MS, language);
    expect(words('ALT-numpad', 'ko')).toContain('스캐너 자판 배열이 ALT+숫자입니다.');
    expect(words('ALT-numpad', 'en')).toContain('Scanner sends layout ALT+numbers:');
    expect(words('FR', 'ko')).toContain('스캐너 자판 배열이 FR입니다.');
  });

  it('asks for a new barcode at the third unreadable scan, and only then', () => {
    expect(refusalText('CUT', {}, false).h.ko).toBe('다시 찍어 주세요');
    expect(refusalText('CUT', {}, true).h.ko).toBe('새 바코드 필요');
    expect(refusalText('MAX_AMOUNT', {}, true).h.ko).toContain('금액 안 됨');
  });

  it('has a reason for every code that declines or does not process', () => {
    for (const { code, class: kind } of CODES) {
      if (kind === 'declined' || kind === 'notProcessed') expect(reasonText(code), code).not.toBeNull();
    }
  });

  it('calls the manager for everything not processed but the published short wait', () => {
    for (const { code, class: kind } of CODES) {
      if (kind !== 'notProcessed') continue;
      expect(reasonText(code)?.reason.ko.includes('점장을 부르세요'), code).toBe(code !== '007_005');
    }
  });

  it('names a consequence for every key on every face', () => {
    for (const face of FACES) {
      for (const key of KEYS) {
        expect(keyConsequence(key, face).ko).toMatch(/\S/);
        expect(keyConsequence(key, face).en).toMatch(/\S/);
      }
    }
  });

  it('has the verb of each key as the law writes it', () => {
    expect(keyVerb('STOP', 'PAY', 'REFUND')).toEqual({ ko: '안 내줌', en: 'Not paid' });
    expect(keyVerb('STOP', 'RE-CLOSED', 'CHARGE')).toEqual({ ko: '안 받았음', en: 'Not taken' });
    expect(keyVerb('STOP', 'TAKE', 'CHARGE')).toEqual({ ko: '그만두기', en: 'Stop' });
    expect(keyVerb('RECEIVED', 'RE-OUT', 'REFUND')).toEqual({ ko: '돈통에 있음', en: 'In the drawer' });
    expect(keyVerb('RECEIVED', 'TAKE', 'CHARGE')).toEqual({ ko: '받았음', en: 'Received' });
    expect(keyVerb('HANDED', 'PAY', 'REFUND')).toEqual({ ko: '내줬음', en: 'Paid out' });
    expect(keyVerb('HANDED', 'BACK', 'CHARGE')).toEqual({ ko: '돌려줬음', en: 'Given back' });
  });
});

describe('the sentence of a face', () => {
  it('exists for every face of the contract, in both languages, with every value filled in', () => {
    const seen = new Set(Object.values(ALL_FACES).map((face) => face.id));
    for (const id of FACES) expect(seen, id).toContain(id);
    for (const [name, face] of Object.entries(ALL_FACES)) {
      for (const language of LANGUAGES) {
        const sentence = sentenceOf(snapshotOf(face), language, MOMENT);
        const all = [sentence.headline, sentence.instruction, ...sentence.customer.map((line) => line.text)];
        for (const text of all) {
          expect(text, `${name} ${language}`).toMatch(/\S/);
          expect(text, `${name} ${language}`).not.toMatch(/[{}]|undefined|null|NaN/);
        }
      }
    }
  });

  it('says of every refused scan what is wrong, and that the cash stays', () => {
    for (const [name, face] of Object.entries(REFUSED_FACES)) {
      for (const language of LANGUAGES) {
        const { headline, instruction } = sentenceOf(snapshotOf(face), language, MOMENT);
        expect(headline, name).toMatch(/\S/);
        expect(`${headline} ${instruction}`, `${name} ${language}`).not.toMatch(
          /[{}]|undefined|null|NaN| - /,
        );
        expect(instruction.endsWith(language === 'ko' ? '현금은 그대로.' : 'Cash stays.'), name).toBe(true);
      }
    }
  });

  it('never shows more of a card than the last four', () => {
    for (const face of Object.values(ALL_FACES)) {
      const text = JSON.stringify(sentenceOf(snapshotOf(face), 'ko', MOMENT));
      expect(text).not.toMatch(/\d{7,}/);
      expect(text).not.toContain('941000');
    }
  });

  it('keeps the three verbs of cash apart in the headlines', () => {
    const headline = (name: string): string => {
      const face = ALL_FACES[name];
      if (face === undefined) throw new Error(name);
      return sentenceOf(snapshotOf(face), 'ko', MOMENT).headline;
    };
    expect(headline('TAKE')).toBe('999,999원 받으세요');
    expect(headline('PAY')).toBe('999,999원 내주세요');
    expect(headline('BACK-REV')).toBe('999,999원 돌려주세요');
    expect(headline('NO-OUT')).toBe('출금 안 됨: 현금 그대로');
  });

  it('never promises a try in 0 s: then it is being tried now', () => {
    const face = ALL_FACES.LINE;
    if (face === undefined) throw new Error('no LINE');
    const shown = snapshotOf(face);
    const at = (nextTryMs: number | null): string => {
      const line = { ...shown.strip.line, nextTryMs };
      return sentenceOf({ ...shown, strip: { ...shown.strip, line } }, 'ko', MOMENT).instruction;
    };
    expect(at(NOW_MS + 4_200)).toContain('5초 뒤 다시');
    for (const past of [null, NOW_MS, NOW_MS - 1_000]) expect(at(past)).toContain('다시 시도 중');
  });

  it('leaves the balance out when the answer had none', () => {
    const face = ALL_FACES['DONE-IN'];
    if (face?.intent == null) throw new Error('no DONE-IN');
    const without = { ...face, intent: { ...face.intent, balance: null } };
    expect(sentenceOf(snapshotOf(face), 'ko', MOMENT).customer[0]?.text).toContain('잔액');
    expect(sentenceOf(snapshotOf(without), 'ko', MOMENT).customer[0]?.text).not.toContain('잔액');
  });

  it('has no headline that differs from another by a negation only', () => {
    const headlines = Object.values(ALL_FACES).map(
      (face) => sentenceOf(snapshotOf(face), 'ko', MOMENT).headline,
    );
    for (const text of headlines) expect(text).not.toMatch(/지 마세요|지 않/);
  });
});

describe('the law of the screens', () => {
  const law = readFileSync(new URL('../../../src/screens/text/faces.ts', import.meta.url), 'utf8');
  it('keeps the texts of faces in the table and nowhere in the components', () => {
    expect(law).toContain('바코드를 찍으세요');
    const parts = ['face', 'dock', 'rail', 'strip', 'pin-pad', 'cover', 'app'];
    for (const name of [...parts, 'panel', 'items', 'find-panel', 'paper-panel']) {
      const source = readFileSync(
        new URL(`../../../src/screens/cashier/${name}.tsx`, import.meta.url),
        'utf8',
      );
      expect(source, name).not.toMatch(/[\uac00-\ud7a3]/);
    }
    for (const name of [
      'app',
      'payments',
      'payment',
      'cases',
      'decide',
      'today',
      'sync',
      'scanners',
      'settings',
      'day',
    ]) {
      const source = readFileSync(
        new URL(`../../../src/screens/manager/${name}.tsx`, import.meta.url),
        'utf8',
      );
      expect(source.replaceAll(/\/\*\*[\s\S]*?\*\//g, ''), name).not.toMatch(/[\uac00-\ud7a3]/);
    }
  });
});
