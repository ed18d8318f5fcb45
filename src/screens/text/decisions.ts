/** A manager's decisions: what they are called, the one sentence before them, and the verb on the button (screens 3.3). */
import type { DecisionId, DecisionReason } from '../../web/api/payments.ts';
import type { Words } from './words.ts';

export interface DecisionText {
  readonly name: Words;
  readonly confirm: Words;
  readonly button: Words;
}

const VOUCHER_BUTTON: Words = { ko: '전표 쓰기', en: 'Write the voucher' };
function voucher(name: Words): DecisionText {
  return {
    name: { ko: `${name.ko} 전표`, en: `Voucher: ${name.en}` },
    confirm: {
      ko: `{amount:won}을 ${name.ko} 전표로 옮깁니다.`,
      en: `{amount:won} is moved to a voucher: ${name.en}.`,
    },
    button: VOUCHER_BUTTON,
  };
}

export const DECISION_TEXT: Readonly<Record<DecisionId, DecisionText>> = {
  inDrawer: {
    name: { ko: '돈통에 있음', en: 'It is in the drawer' },
    confirm: {
      ko: '{amount:won}이 돈통에 있는 것으로 기록하고 거래를 이어 갑니다.',
      en: 'This records that {amount:won} is in the drawer; the payment goes on.',
    },
    button: { ko: '돈통에 있는 것으로 기록', en: 'Record as in the drawer' },
  },
  inDrawerGoneLater: {
    name: { ko: '돈통에 있음, 손님 없음: 나중 충전', en: 'In the drawer, customer gone: credit later' },
    confirm: {
      ko: '{amount:won}을 나중에 충전합니다. 손님은 이미 가셨습니다.',
      en: '{amount:won} is credited later. The customer has gone.',
    },
    button: { ko: '나중 충전으로 기록', en: 'Record as credit later' },
  },
  inDrawerGoneBack: {
    name: { ko: '돈통에 있음, 손님 없음: 돌려줄 돈', en: 'In the drawer, customer gone: to give back' },
    confirm: {
      ko: '보내지 않고 {amount:won}을 돌려줄 돈으로 바꿉니다.',
      en: 'Nothing is sent; {amount:won} becomes cash to give back.',
    },
    button: { ko: '돌려줄 돈으로 기록', en: 'Record as to give back' },
  },
  givenBack: {
    name: { ko: '돌려줬음', en: 'Given back' },
    confirm: {
      ko: '{amount:won}을 손님께 돌려준 것으로 기록합니다. 되돌릴 수 없습니다. 확인증 번호가 맞습니까?',
      en: 'This records that {amount:won} was given back. It cannot be undone. Does the slip fit?',
    },
    button: { ko: '돌려준 것으로 기록', en: 'Record as given back' },
  },
  notTaken: {
    name: { ko: '안 받았음', en: 'Not taken' },
    confirm: {
      ko: '{amount:won}을 받지 않은 것으로 기록합니다.',
      en: 'This records that {amount:won} was never taken.',
    },
    button: { ko: '안 받은 것으로 기록', en: 'Record as not taken' },
  },
  paidOut: {
    name: { ko: '내줬음', en: 'Paid out' },
    confirm: {
      ko: '{amount:won}을 손님께 내준 것으로 기록합니다.',
      en: 'This records that {amount:won} was paid out.',
    },
    button: { ko: '내준 것으로 기록', en: 'Record as paid out' },
  },
  notPaid: {
    name: { ko: '안 내줌', en: 'Not paid' },
    confirm: {
      ko: '{amount:won}을 내주지 않은 것으로 기록하고 출금을 되돌립니다. 손님 카드로 다시 들어갑니다.',
      en: 'The withdrawal of {amount:won} is undone, the money returns to the card.',
    },
    button: { ko: '안 내준 것으로 기록', en: 'Record as not paid' },
  },
  payBack: {
    name: { ko: '현금 돌려주고 망취소', en: 'Give the cash back and reverse' },
    confirm: {
      ko: '{amount:won}을 돌려줄 돈으로 바꾸고 망취소를 보냅니다. 나중에 승인이 와도 취소됩니다.',
      en: '{amount:won} becomes cash to give back and a reversal is sent. A late approval is undone too.',
    },
    button: { ko: '망취소 보내기', en: 'Send the reversal' },
  },
  stopLater: {
    name: { ko: '나중 충전 그만두기', en: 'Stop the credit later' },
    confirm: {
      ko: '아직 보내지 않았습니다. 보내지 않고 {amount:won}을 돌려줄 돈으로 바꿉니다.',
      en: 'It was not sent yet. It is not sent, and {amount:won} becomes cash to give back.',
    },
    button: { ko: '보내지 않기', en: 'Do not send' },
  },
  void: {
    name: { ko: '승인 취소', en: 'Void' },
    confirm: {
      ko: '{amount:won} 충전의 취소를 요청합니다. 현금은 승인 취소가 끝난 뒤 돌려주세요.',
      en: 'The void of the {amount:won} charge is requested. Give the cash back only when it is done.',
    },
    button: { ko: '승인 취소 요청', en: 'Request the void' },
  },
  seen: {
    name: { ko: '봤음', en: 'Seen' },
    confirm: {
      ko: '이 미결을 본 것으로 기록하고 닫습니다.',
      en: 'This case is recorded as seen and closed.',
    },
    button: { ko: '본 것으로 기록', en: 'Record as seen' },
  },
  voucherDispute: voucher({ ko: '분쟁', en: 'dispute' }),
  voucherUnclaimed: voucher({ ko: '미수령', en: 'unclaimed' }),
  voucherStore: voucher({ ko: '매장 부담', en: 'store' }),
  voucherReturned: {
    name: { ko: '손님께 돌려줌: 분쟁 전표', en: 'Given back to the customer: voucher' },
    confirm: {
      ko: '{amount:won}을 손님께 이미 돌려준 것으로 기록하고 분쟁 전표로 옮깁니다.',
      en: '{amount:won} is recorded as already given back to the customer and moved to a dispute voucher.',
    },
    button: VOUCHER_BUTTON,
  },
  laterGivenBack: {
    name: { ko: '뒤늦게 돌려줌', en: 'Given back later' },
    confirm: {
      ko: '찾아가지 않은 {amount:won}을 이제 손님께 돌려준 것으로 기록합니다.',
      en: 'This records that the unclaimed {amount:won} was given back now.',
    },
    button: { ko: '돌려준 것으로 기록', en: 'Record as given back' },
  },
};

export const DECISION_REASON_TEXT: Readonly<Record<DecisionReason, Words>> = {
  CUSTOMER_ASKED: { ko: '손님 요청', en: 'customer asked' },
  CUSTOMER_GONE: { ko: '손님 없음', en: 'customer gone' },
  LINE_FAULT: { ko: '통신 장애', en: 'line fault' },
  WRONG_AMOUNT: { ko: '금액 착오', en: 'wrong amount' },
  OTHER: { ko: '기타', en: 'other' },
};
