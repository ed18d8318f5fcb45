/** Why the rules refused what a person asked for (`RefusalCode`), for the cashier's rail and the manager's pages. */
import type { RefusalCode } from '../../intent/model.ts';
import type { Words } from './words.ts';

export const RULE_REFUSALS = {
  NOT_IN_THIS_STATE: { ko: '지금 상태에서는 할 수 없습니다.', en: 'Not possible in this state.' },
  QUESTION_OPEN: { ko: '질문에 먼저 답하세요.', en: 'Answer the question first.' },
  CHOICE_OPEN: { ko: '나중 충전할지 먼저 고르세요.', en: 'Choose first whether to credit later.' },
  MANAGER_NEEDED: { ko: '점장이 정할 미결입니다.', en: 'The manager decides this case.' },
  LATER_LIMIT: { ko: '나중 충전 한도가 찼습니다.', en: 'The credit-later limit is reached.' },
  VOID_WINDOW: {
    ko: '승인 취소 시간이 지났습니다. 새 출금으로.',
    en: 'Too late for a void: use a withdrawal.',
  },
  VOID_DAY: { ko: '영업일이 지났습니다. 새 출금으로.', en: 'Its day is over: use a withdrawal.' },
  VOID_PROOF: {
    ko: '같은 카드의 새 바코드나 점장이 필요합니다.',
    en: 'It needs a fresh barcode of the card, or a manager.',
  },
} as const satisfies Record<Exclude<RefusalCode, 'STALE'>, Words>;

/** The sentence of a rule's refusal; null for anything else. */
export function ruleRefusal(refusal: string | undefined): Words | null {
  if (refusal === undefined || !Object.hasOwn(RULE_REFUSALS, refusal)) return null;
  return RULE_REFUSALS[refusal as keyof typeof RULE_REFUSALS];
}
