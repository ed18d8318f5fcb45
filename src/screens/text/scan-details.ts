/** The details that a diagnosis names (`Diagnosis.detail`) in words of the page: the codes are English. */
import type { Language, Words } from './words.ts';

/** What a scanner sends that is set to no keyboard layout; the layouts themselves are named by their country's letters. */
const LAYOUTS: Readonly<Record<string, Words>> = { 'ALT-numpad': { ko: 'ALT+숫자', en: 'ALT+numbers' } };

const PARTS: Readonly<Record<string, Words>> = {
  TRANSACTION_CODE: { ko: '거래 코드', en: 'transaction code' },
  CARD_NUMBER: { ko: '카드번호', en: 'card number' },
  TOKEN: { ko: '일회용 번호', en: 'one-time number' },
  AMOUNT: { ko: '금액', en: 'amount' },
};

/** Kinds of added characters, where they stand, and what ends a read, as the diagnosis puts them together. */
const ADDED: readonly (readonly [string, string])[] = [
  ['nothing', '없음'],
  ['identifier twice', '식별자 두 번'],
  ['control character', '제어 문자'],
  ['blank', '빈칸'],
  ['digit', '숫자'],
  ['letter', '글자'],
  ['sign', '기호'],
  [' and ', '·'],
  [' before', ' 앞'],
  [' after', ' 뒤'],
];

function added(detail: string, language: Language): string {
  if (language === 'en') return detail;
  return ADDED.reduce((text, [english, korean]) => text.replaceAll(english, korean), detail);
}

/** The detail of one cause; what has a name of its own (a symbology, a country's layout, CR) stays as it is. */
export function scanDetail(cause: string, detail: string, language: Language): string {
  switch (cause) {
    case 'LAYOUT':
      return LAYOUTS[detail]?.[language] ?? detail;
    case 'MISREAD':
      return PARTS[detail]?.[language] ?? detail;
    case 'EXTRA':
    case 'NO_SUFFIX':
      return added(detail, language);
    default:
      return detail;
  }
}
