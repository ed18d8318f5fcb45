/** To the installer: why a scan did not parse, and the cure (`ScanTest.hint` with its detail). */
import { scanDetail } from './scan-details.ts';
import { type Language, say, type Words } from './words.ts';

interface DiagnosisText {
  readonly what: Words;
  readonly cure: Words;
}

const DIAGNOSES: Readonly<Record<string, DiagnosisText>> = {
  CAPS: {
    what: { ko: '대문자와 소문자가 바뀌어 옵니다.', en: 'Upper and lower case are swapped.' },
    cure: { ko: '스캐너의 Caps Lock 기능을 끄세요.', en: "Switch the scanner's Caps Lock option off." },
  },
  LAYOUT: {
    what: {
      ko: '스캐너는 {detail} 자판으로 보내고 단말기는 {till} 자판으로 읽습니다.',
      en: 'The scanner sends {detail}, the till reads {till}.',
    },
    cure: {
      ko: '두 자판을 같게 하거나, 스캐너를 HID-POS나 직렬 방식으로 바꾸세요.',
      en: 'Set both to one layout, or change the scanner to HID-POS or serial.',
    },
  },
  EXTRA: {
    what: { ko: '바코드 앞뒤에 글자가 붙습니다({detail}).', en: 'It adds characters ({detail}).' },
    cure: {
      ko: '스캐너의 앞뒤 글자를 없애거나 설정 파일의 prefix, suffix에 적으세요.',
      en: 'Take prefix and suffix away in the scanner, or name them in the configuration.',
    },
  },
  MERGED: {
    what: { ko: '두 번 읽은 것이 붙어서 옵니다.', en: 'Two reads arrive as one.' },
    cure: { ko: '스캐너가 뒤에 CR을 보내게 하세요.', en: 'Let the scanner send CR after each read.' },
  },
  NO_SUFFIX: {
    what: {
      ko: '읽은 것의 끝이 설정과 다르거나 오지 않습니다({detail}).',
      en: 'A read does not end as it is configured ({detail}).',
    },
    cure: {
      ko: '스캐너가 뒤에 CR을 보내게 하거나 설정 파일의 suffix를 고치세요.',
      en: 'Let the scanner send CR after each read, or set "suffix" in the configuration to what it sends.',
    },
  },
  SYMBOLOGY: {
    what: {
      ko: '결제 바코드와 같은 글자가 {detail}(으)로 그려져 있습니다.',
      en: 'The text of a payment, drawn as {detail}.',
    },
    cure: {
      ko: '새 바코드를 받으세요. 계속되면 앱이 잘못 그리거나 스캐너의 식별자가 틀립니다.',
      en: 'Ask for a new barcode; if it stays, the app draws it wrongly or the scanner names it wrongly.',
    },
  },
  CUT: {
    what: { ko: '바코드 끝이 잘렸습니다.', en: 'The end of the barcode is missing.' },
    cure: {
      ko: '흰 여백까지 바코드 전체가 보이게 하세요.',
      en: 'Show the whole barcode with its white margins.',
    },
  },
  MISREAD: {
    what: { ko: '일부가 잘못 읽혔습니다({detail}).', en: 'Part of it was misread ({detail}).' },
    cure: { ko: '화면을 닦고 밝게 하세요.', en: 'Wipe the screen, turn its brightness up.' },
  },
  NOT_OURS: {
    what: { ko: '결제 바코드가 아닙니다.', en: 'This is not a payment barcode.' },
    cure: { ko: 'POS로 전달됩니다.', en: 'It goes to the POS program.' },
  },
  EMPTY: {
    what: { ko: '빈 입력입니다.', en: 'The scan is empty.' },
    cure: { ko: '앞뒤 글자 설정을 확인하세요.', en: 'Check the prefix and suffix settings.' },
  },
};

const SHEET: Words = { ko: '설정 시트 {page}쪽.', en: 'Setup sheet page {page}.' };

export interface DiagnosisFacts {
  readonly hint: string | null;
  readonly detail: string | null;
  readonly till: string | null;
  readonly sheetPage: number | null;
}

/** Cause, cure and page of the setup sheet in one or two sentences; null for a cause that has none. */
export function diagnosisText(facts: DiagnosisFacts, language: Language): string | null {
  const text = DIAGNOSES[facts.hint ?? ''];
  if (text === undefined) return null;
  const detail = facts.detail === null ? null : scanDetail(facts.hint ?? '', facts.detail, language);
  const sentences = [text.what, text.cure].map((words) => say(words, language, { detail, till: facts.till }));
  if (facts.sheetPage !== null) sentences.push(say(SHEET, language, { page: facts.sheetPage }));
  return sentences.join(' ');
}
