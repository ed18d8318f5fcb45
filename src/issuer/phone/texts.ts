/** Every text of the phone page, Korean first. Placeholders in braces are filled by `fill`. */
import type { BarcodeState, FaultKind, PhoneCardStatus, PhonePaymentType } from './api.ts';

export type Language = 'ko' | 'en';
type Text = Readonly<Record<Language, string>>;

export const TEXTS = {
  demo: { ko: '시연 DEMO', en: '시연 DEMO' },
  title: { ko: '선불카드', en: 'Prepaid card' },
  language: { ko: 'English', en: '한국어' },
  card: { ko: '카드', en: 'Card' },
  cardEnd: { ko: '카드 끝 {last4}', en: 'Card ending {last4}' },
  showBalance: { ko: '잔액 보기', en: 'Show balance' },
  hideBalance: { ko: '잔액 숨기기', en: 'Hide balance' },
  balance: { ko: '잔액 {won}', en: 'Balance {won}' },
  what: { ko: '무엇을 할까요?', en: 'What would you like to do?' },
  amount: { ko: '금액', en: 'Amount' },
  amountHint: { ko: '금액을 고르거나 숫자를 누르세요', en: 'Choose an amount or press digits' },
  limits: { ko: '{min}부터 {max}까지, {unit} 단위', en: 'From {min} to {max}, in steps of {unit}' },
  limitsAny: { ko: '{min}부터 {max}까지', en: 'From {min} to {max}' },
  clear: { ko: '지움', en: 'Clear' },
  back: { ko: '한 글자 지움', en: 'Delete one digit' },
  make: { ko: '바코드 만들기', en: 'Make barcode' },
  again: { ko: '새 바코드', en: 'New barcode' },
  close: { ko: '닫기', en: 'Close' },
  left: { ko: '남은 시간 {time}', en: '{time} left' },
  over: { ko: '시간이 지났습니다', en: 'Out of time' },
  bright: { ko: '밝기를 올려 주세요', en: 'Turn brightness up' },
  barcodePicture: { ko: '결제 바코드', en: 'Payment barcode' },
  narrow: {
    ko: '화면이 작아 바코드가 좁습니다. 휴대폰을 가까이 대 주세요.',
    en: 'This screen is small and the barcode narrow: hold it close.',
  },
  hold: { ko: '스캐너에 대기', en: 'Hold under the scanner' },
  holdRead: { ko: '스캐너가 읽었습니다', en: 'The scanner has read it' },
  holdUnreadable: { ko: '스캐너가 읽지 못했습니다', en: 'The scanner could not read it' },
  holdNoTill: { ko: '스캐너에 단말기가 연결되어 있지 않습니다', en: 'No till is connected to the scanner' },
  developers: { ko: '개발자용', en: 'For developers' },
  copy: { ko: '바코드 31자 복사', en: 'Copy the 31 characters' },
  copied: { ko: '복사했습니다', en: 'Copied' },
  faults: { ko: '발행사 장애 만들기', en: 'Make the issuer misbehave' },
  faultTimes: { ko: '횟수 (비우면 계속)', en: 'Times (empty: until taken away)' },
  faultSet: { ko: '적용', en: 'Apply' },
  faultNone: { ko: '정상', en: 'Normal' },
  history: { ko: '내역', en: 'History' },
  historyEmpty: { ko: '내역이 없습니다', en: 'Nothing yet' },
  undoneAt: { ko: '{time} 취소됨', en: 'undone {time}' },
  declinedFor: { ko: '거절: {reason}', en: 'declined: {reason}' },
  laterCredit: { ko: '나중 충전', en: 'credited later' },
  noCards: { ko: '카드가 없습니다', en: 'There are no cards' },
  makeCards: { ko: '예시 카드 만들기', en: 'Make sample cards' },
  loading: { ko: '불러오는 중', en: 'Loading' },
  unreachable: {
    ko: '발행사에 연결되지 않음. 바코드는 만들어지지 않았습니다.',
    en: 'The issuer cannot be reached. No barcode was made.',
  },
  refused: { ko: '발행사가 거절했습니다 ({code})', en: 'The issuer refused ({code})' },
  tryAgain: { ko: '다시', en: 'Try again' },
  balanceAfter: { ko: '잔액 {won}', en: 'Balance {won}' },
} as const satisfies Record<string, Text>;
export type TextId = keyof typeof TEXTS;

export const TYPE_TEXTS: Readonly<Record<PhonePaymentType, Text>> = {
  CHARGE: { ko: '충전', en: 'Charge' },
  REFUND: { ko: '출금', en: 'Withdraw' },
};

export const STATUS_TEXTS: Readonly<Record<PhoneCardStatus, Text>> = {
  active: { ko: '사용 중', en: 'active' },
  notReady: { ko: '사용 등록 전', en: 'not activated' },
  suspended: { ko: '정지됨', en: 'suspended' },
  terminated: { ko: '해지됨', en: 'closed' },
  expired: { ko: '유효기간 지남', en: 'expired' },
};

/** What the customer is told afterwards, by state and type. */
export const STATE_TEXTS: Readonly<Record<BarcodeState, Readonly<Record<PhonePaymentType, Text>>>> = {
  waiting: both('매장에서 찍기를 기다립니다', 'Waiting for the store'),
  approved: {
    CHARGE: { ko: '{won} 충전되었습니다', en: '{won} charged' },
    REFUND: { ko: '{won} 출금되었습니다', en: '{won} withdrawn' },
  },
  declined: both('거절되었습니다: {reason}', 'Declined: {reason}'),
  reversed: {
    CHARGE: {
      ko: '자동으로 취소되었습니다. 현금을 돌려받으세요.',
      en: 'Undone automatically. Take your cash back.',
    },
    REFUND: {
      ko: '자동으로 취소되었습니다. 카드로 다시 들어왔습니다.',
      en: 'Undone automatically. The money is back on the card.',
    },
  },
  voided: both(
    '매장에서 승인 취소했습니다. 현금을 돌려받으세요.',
    'Voided by the store. Take your cash back.',
  ),
  deferred: both('나중 충전: 확인증을 보관하세요.', 'Credited later: keep the slip.'),
  expired: both('바코드 시간이 지났습니다', 'The barcode has expired'),
};

function both(ko: string, en: string): Readonly<Record<PhonePaymentType, Text>> {
  return { CHARGE: { ko, en }, REFUND: { ko, en } };
}

const REASON_TEXTS: Readonly<Record<string, Text>> = {
  '003_001': { ko: '카드 정보 오류', en: 'card not valid' },
  '003_012': { ko: '사용 등록 전', en: 'not activated' },
  '003_022': { ko: '해지된 카드', en: 'closed card' },
  '006_005': { ko: '쓸 수 없는 방식', en: 'not usable this way' },
  '006_007': { ko: '금액 또는 잔액', en: 'amount or balance' },
  '006_008': { ko: '카드 정보 오류', en: 'card not valid' },
  '006_010': { ko: '매장 한도', en: "store's limit" },
  '006_011': { ko: '유효기간 지남', en: 'card expired' },
  '006_012': { ko: '허용 안 됨', en: 'not permitted' },
  '007_003': { ko: '한도 넘음', en: 'over limit' },
  '009_002': { ko: '월 출금 한도', en: 'monthly limit' },
  '009_003': { ko: '월 출금 횟수', en: 'monthly count' },
  '009_004': { ko: '출금 거절', en: 'withdrawal denied' },
  '006_901': { ko: '시간 지난 바코드', en: 'expired barcode' },
  '006_902': { ko: '이미 쓴 바코드', en: 'used barcode' },
  '006_903': { ko: '틀린 바코드', en: 'wrong barcode' },
  '006_904': { ko: '잠긴 바코드', en: 'locked barcode' },
  '007_901': { ko: '보유 한도', en: 'balance cap' },
};

export const FAULT_TEXTS: Readonly<Record<FaultKind, Text>> = {
  dropBefore: { ko: '처리 전에 끊김', en: 'drop before' },
  dropAfter: { ko: '처리 뒤에 끊김', en: 'drop after' },
  delay: { ko: '늦은 답', en: 'delay' },
  trickle: { ko: '조금씩 오는 답', en: 'trickle' },
  duplicate: { ko: '두 번 처리', en: 'duplicate' },
  garbage: { ko: '깨진 답', en: 'garble' },
  wrongKey: { ko: '틀린 키', en: 'wrong key' },
  wrongToken: { ko: '틀린 서명', en: 'wrong token' },
  html500: { ko: '오류 500', en: '500' },
  reset: { ko: '연결 닫힘', en: 'close' },
  clockSkew: { ko: '틀린 시계', en: 'clock skew' },
};

/** The text with its placeholders filled; one that is not given stays visible, so that a test finds it. */
export function fill(text: string, values: Readonly<Record<string, string>> = {}): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

export function reasonText(code: string | null, language: Language): string {
  if (code === null) return '-';
  const text = REASON_TEXTS[code];
  return text === undefined ? code : `${text[language]} (${code})`;
}
