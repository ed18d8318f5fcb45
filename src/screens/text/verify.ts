/** What a verification of the ledger found wrong (`VerifyAnswer.faults`), in words for a manager. */
import type { VerifyAnswer } from '../../web/api/terminal.ts';
import { digits } from './format.ts';
import { type Language, say, type Words } from './words.ts';

type VerifyFault = VerifyAnswer['faults'][number];

/** What is wrong; where it is stands behind it. */
export const VERIFY_FAULTS: Readonly<Record<VerifyFault['code'], Words>> = {
  CHAIN: {
    ko: '장부의 기록이 빠졌거나 바뀌었습니다',
    en: 'a journal entry is missing or was changed',
  },
  KNOWN_HEAD: {
    ko: '발행사나 마감에 남은 기록이 이 장부에 없습니다. 끝이 잘렸거나 옛 복사본입니다',
    en: 'an entry that the issuer or a close knows is not here: the end was cut off, or this is an old copy',
  },
  POSTING: { ko: '기록의 금액이 거래와 다릅니다', en: 'an entry books another amount than its payment' },
  INTENT: { ko: '거래가 기록과 다릅니다', en: 'a payment is not what its entries say' },
  SEARCH: { ko: '찾기 목록에 거래가 없습니다', en: 'the search does not know a payment' },
  VAULT: {
    ko: '보관된 바코드가 보낼 거래와 다릅니다',
    en: 'the barcodes kept are not those of the payments still to send',
  },
  DAY_TOTALS: {
    ko: '날짜별 합계가 거래와 다릅니다',
    en: 'the totals of a day are not those of its payments',
  },
  BALANCE: { ko: '계정 잔액이 기록과 다릅니다', en: 'the balance of an account is not what the entries say' },
  CLOSING: {
    ko: '장부 전체의 합계가 거래와 다릅니다',
    en: 'the sums of the whole ledger are not those of its payments',
  },
  CLOSING_DAY: { ko: '마감한 날에 금액이 남아 있습니다', en: 'an agreed day still holds money' },
  BUSINESS_DAY: { ko: '영업일이 기록과 다릅니다', en: 'a business day is not what its entries say' },
  MARK: {
    ko: '복구 중 표시가 기록과 다릅니다',
    en: 'the mark "recovering" is not what the journal says',
  },
};

const FAILED: Words = { ko: '장부 검증 실패: {text}.', en: 'Verification failed: {text}.' };
const PLACE: Words = { ko: '{code}, 기록 {index}', en: '{code}, entry {index}' };
const MORE: Words = { ko: '그 밖에 {count}가지.', en: '{count} more.' };

/** The first fault with its place, and how many more kinds were found. */
export function verifyFaultText(faults: VerifyAnswer['faults'], language: Language): string {
  const [first] = faults;
  if (first === undefined) return '';
  const { code, index, sequenceId } = first;
  const place = index === undefined ? code : say(PLACE, language, { code, index: digits(index) });
  const where = sequenceId === undefined ? place : `${place}, ${sequenceId}`;
  const text = `${VERIFY_FAULTS[code][language]} (${where})`;
  const more = faults.length === 1 ? '' : ` ${say(MORE, language, { count: faults.length - 1 })}`;
  return `${say(FAILED, language, { text })}${more}`;
}
