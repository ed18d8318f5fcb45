/** Why a terminal that is recovering was not taken on, and what to do next. */
import type { ClaimRefusal } from '../../web/api/terminal.ts';
import type { Words } from './words.ts';

export const CLAIM_REFUSALS: Readonly<Record<ClaimRefusal, Words>> = {
  CLAIM_LINE_DOWN: {
    ko: '이어받지 못했습니다: 통신이 끊겨 있습니다. 까닭은 아래에 있습니다. 통신이 돌아오면 다시 누르세요.',
    en: 'Not taken on: the line is down, for the reason below. Press again when it is back.',
  },
  CLAIM_NO_ANSWER: {
    ko: '이어받지 못했습니다: 발행사의 목록이나 답이 오지 않았습니다. 잠시 뒤에 다시 누르고, 계속 이러면 발행사에 알리세요.',
    en: 'Not taken on: a list of the issuer, or its answer, did not come. Press again in a moment; if it stays so, tell the issuer.',
  },
  CLAIM_NOT_GRANTED: {
    ko: '이어받지 못했습니다: 발행사가 받아들이지 않았습니다. 이 디스크를 복사한 다른 단말기가 모두 꺼져 있는지 보고 다시 누르세요. 계속 이러면 발행사에 알리세요.',
    en: 'Not taken on: the issuer did not grant it. See that every copy of this disk is switched off, then press again; if it stays so, tell the issuer.',
  },
  CLAIM_NOT_RECORDED: {
    ko: '이어받지 못했습니다: 장부를 읽거나 쓰지 못했습니다. 디스크가 가득 찼는지 보고 다시 누르세요. 계속 이러면 설치 담당자에게 알리세요.',
    en: 'Not taken on: the ledger could not be read or written. See whether the disk is full, then press again; if it stays so, tell the installer.',
  },
};

/** The sentence of a claim that failed; null for anything else. */
export function claimRefusal(refusal: string | undefined): Words | null {
  if (refusal === undefined || !Object.hasOwn(CLAIM_REFUSALS, refusal)) return null;
  return CLAIM_REFUSALS[refusal as ClaimRefusal];
}
