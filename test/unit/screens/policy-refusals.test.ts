/**
 * Every reason for which the policy refuses a scan, from the scan to the sentence: the refusal is caused for real, and the
 * cashier reads what to do in both languages. The table is typed by the policy's reasons: a new one without a row does not
 * compile.
 */
import { describe, expect, it } from 'vitest';
import type { Intent, RefusalCode } from '../../../src/intent/model.ts';
import {
  type AdmitContext,
  type AdmitFacts,
  type AdmitSpec,
  admit,
  DEFAULT_POLICY,
  type Policy,
  type RefusalCause,
} from '../../../src/intent/policy.ts';
import { errorText } from '../../../src/screens/manager/calls.ts';
import { CallRefused } from '../../../src/screens/shared/http.ts';
import { CLAIM_REFUSALS } from '../../../src/screens/text/claim.ts';
import { ERRORS } from '../../../src/screens/text/manager.ts';
import { noticeWords } from '../../../src/screens/text/rail.ts';
import { bandText, causeId } from '../../../src/screens/text/refusals.ts';
import { refusedByPolicy } from '../../../src/station/refused.ts';
import { REFUSED_CAUSES } from '../../../src/station/snapshot.ts';
import { CHARGE, CONTEXT, FACTS, NONE } from '../intent/admission.ts';
import { APPROVAL, scanned, WALL_MS } from '../intent/make.ts';

interface Case {
  readonly spec?: Partial<AdmitSpec>;
  readonly facts?: Partial<AdmitFacts>;
  readonly context?: Partial<AdmitContext>;
  readonly policy?: Partial<Policy>;
  readonly ko: string;
  readonly en: string;
}

const DOWN: Partial<AdmitContext> = { line: 'down' };
const PAUSED: Partial<AdmitContext> = { line: 'paused' };
const MINUTE_MS = 60_000;

const charge = scanned('CHARGE');
const ended = (host: Intent['host'], type: Intent['type'] = 'CHARGE'): Intent => ({
  ...(type === 'CHARGE' ? charge : scanned('REFUND')),
  host,
  cash: host === 'approved' ? (type === 'CHARGE' ? 'received' : 'paid_out') : 'returned',
  approval: host === 'approved' ? APPROVAL : null,
});
const withLater = (later: Partial<Policy['later']>): Partial<Policy> => ({
  later: { ...DEFAULT_POLICY.later, ...later },
});
const withCharge = (rule: Partial<Policy['amounts']['CHARGE']>): Partial<Policy> => ({
  amounts: { ...DEFAULT_POLICY.amounts, CHARGE: { ...DEFAULT_POLICY.amounts.CHARGE, ...rule } },
});
const waiting = (count: number, sum: number, ageMs = 0): Partial<AdmitFacts> => ({
  deferredOpen: { count, sum, oldestAtMs: WALL_MS - ageMs },
});

const TABLE: Readonly<Record<RefusalCause, readonly Case[]>> = {
  DUP_OPEN: [{ facts: { same: charge }, ko: '이미 찍은 바코드입니다.', en: 'Already scanned.' }],
  DUP_OTHER: [
    {
      facts: { same: { ...charge, stationId: '2' } },
      ko: '계산대 2에서 처리 중 · 거기서 마치세요.',
      en: 'In progress at station 2 · Finish there.',
    },
  ],
  DUP_DONE: [
    {
      facts: { same: ended('approved') },
      ko: '이미 충전됨: 10,000원 · 14:32에 끝난 바코드, 추가 현금 없음.',
      en: 'Already charged: 10,000 won · Ended 14:32, no further cash.',
    },
    {
      facts: { same: ended('approved', 'REFUND') },
      ko: '이미 출금됨: 10,000원 · 14:32에 끝난 바코드, 추가 현금 없음.',
      en: 'Already paid out: 10,000 won · Ended 14:32, no further cash.',
    },
  ],
  DUP_NEW: [
    {
      facts: { same: ended('declined') },
      ko: '새 바코드 필요 · 14:32에 거절된 바코드.',
      en: 'New barcode needed · Declined at 14:32.',
    },
    {
      facts: { same: ended('reversed') },
      ko: '새 바코드 필요 · 14:32에 망취소된 바코드.',
      en: 'New barcode needed · Reversed at 14:32.',
    },
    {
      facts: { same: ended('voided') },
      ko: '새 바코드 필요 · 14:32에 승인 취소된 바코드.',
      en: 'New barcode needed · Voided at 14:32.',
    },
  ],
  TYPE_OFF: [
    {
      context: { issuerEnabled: { CHARGE: false, REFUND: true } },
      ko: '충전 중지 · 발행사가 멈췄습니다.',
      en: 'Charges off · Switched off by the issuer.',
    },
    {
      spec: { type: 'REFUND' },
      context: { issuerEnabled: { CHARGE: true, REFUND: false } },
      ko: '출금 중지 · 발행사가 멈췄습니다.',
      en: 'Withdrawals off · Switched off by the issuer.',
    },
    {
      policy: { enabled: { CHARGE: false, REFUND: true } },
      ko: '충전 중지 · 매장에서 받지 않습니다.',
      en: 'Charges off · Not offered at this store.',
    },
    {
      spec: { type: 'REFUND' },
      policy: { enabled: { CHARGE: true, REFUND: false } },
      ko: '출금 중지 · 매장에서 받지 않습니다.',
      en: 'Withdrawals off · Not offered at this store.',
    },
  ],
  CARD_PREFIX: [
    {
      policy: { cardPrefixes: ['949133'] },
      ko: '받을 수 없는 카드 · 이 매장에서 쓰지 않는 카드입니다.',
      en: 'Card not accepted · Not used here.',
    },
  ],
  CARD_CHECK: [
    {
      policy: { cardCheck: 'reject' },
      ko: '받을 수 없는 카드 · 카드번호가 맞지 않으니 다시 찍으세요.',
      en: 'Card not accepted · The number does not add up: scan again.',
    },
  ],
  MIN_AMOUNT: [
    {
      spec: { amount: 500 },
      ko: '금액 안 됨: 500원 · 1,000원부터 됩니다.',
      en: 'Amount not accepted: 500 won · From 1,000 won.',
    },
  ],
  MAX_AMOUNT: [
    {
      spec: { amount: 501_000 },
      ko: '금액 안 됨: 501,000원 · 500,000원까지 됩니다.',
      en: 'Amount not accepted: 501,000 won · Up to 500,000 won.',
    },
  ],
  AMOUNT_UNIT: [
    {
      spec: { amount: 10_500 },
      ko: '금액 안 됨: 10,500원 · 1,000원 단위로 됩니다.',
      en: 'Amount not accepted: 10,500 won · In steps of 1,000 won.',
    },
  ],
  PAYOUT_LIMIT: [
    {
      spec: { type: 'REFUND' },
      facts: { drawer: 5_000 },
      policy: { drawerFloat: 0 },
      ko: '출금 한도 넘음: 10,000원 · 지금 5,000원까지 됩니다.',
      en: 'Over the payout limit: 10,000 won · 5,000 won possible now.',
    },
  ],
  CARD_DAY_LIMIT: [
    {
      facts: { cardToday: { ...NONE, CHARGE: { count: 2, sum: 2_000 } } },
      policy: withCharge({ cardDay: { count: 2, sum: null } }),
      ko: '금액 안 됨: 10,000원 · 이 카드의 하루 한도를 넘습니다.',
      en: 'Amount not accepted: 10,000 won · Over the daily limit of this card.',
    },
  ],
  TERMINAL_DAY_LIMIT: [
    {
      facts: { terminalToday: { ...NONE, CHARGE: { count: 1, sum: 95_000 } } },
      policy: withCharge({ terminalDay: { count: null, sum: 100_000 } }),
      ko: '금액 안 됨: 10,000원 · 이 단말기의 하루 한도를 넘습니다.',
      en: 'Amount not accepted: 10,000 won · Over the daily limit of this terminal.',
    },
  ],
  CARD_BUSY: [
    {
      facts: { cardBusy: charge },
      ko: '이 카드 처리 중 · 앞 거래(14:32)의 결과를 기다립니다.',
      en: 'Card in progress · Waiting for the one of 14:32.',
    },
  ],
  REVERSALS_COUNT: [
    {
      facts: { openReversals: { count: 5, sum: 5_000, oldestAtMs: WALL_MS - 2 * MINUTE_MS } },
      ko: '발행사 지연: 거래 중지 · 망취소 5건이 끝나면 다시 받습니다, 가장 오래된 02:00.',
      en: 'Issuer slow: off · Resumes when 5 reversals are through, oldest 02:00.',
    },
  ],
  REVERSALS_SUM: [
    {
      facts: { openReversals: { count: 2, sum: 500_000, oldestAtMs: WALL_MS - MINUTE_MS } },
      ko: '발행사 지연: 거래 중지 · 망취소 2건이 끝나면 다시 받습니다, 가장 오래된 01:00.',
      en: 'Issuer slow: off · Resumes when 2 reversals are through, oldest 01:00.',
    },
  ],
  REVERSAL_RATE: [
    {
      context: { recent: { outcomes: 10, reversed: 4 } },
      ko: '발행사 지연: 거래 중지 · 응답이 다시 빨라지면 받습니다.',
      en: 'Issuer slow: off · Resumes when answers are quick again.',
    },
  ],
  LINE_DOWN: [
    {
      spec: { type: 'REFUND' },
      context: DOWN,
      ko: '통신 끊김: 거래 중지 · 출금은 통신이 돌아온 뒤에.',
      en: 'Line down: off · Withdrawals once it is back.',
    },
    {
      context: DOWN,
      policy: withLater({ enabled: false }),
      ko: '통신 끊김: 거래 중지 · 충전은 통신이 돌아온 뒤에.',
      en: 'Line down: off · Charges once it is back.',
    },
  ],
  PAUSED: [
    {
      spec: { type: 'REFUND' },
      context: PAUSED,
      ko: '전송 멈춤: 거래 중지 · 출금은 점장이 다시 시작한 뒤에.',
      en: 'Paused: off · Withdrawals once the manager resumes.',
    },
    {
      context: PAUSED,
      policy: withLater({ enabled: false }),
      ko: '전송 멈춤: 거래 중지 · 충전은 점장이 다시 시작한 뒤에.',
      en: 'Paused: off · Charges once the manager resumes.',
    },
  ],
  LATER_EACH: [
    {
      spec: { amount: 51_000 },
      context: PAUSED,
      ko: '전송 멈춤: 거래 중지 · 나중 충전 한도 참(50,000원).',
      en: 'Paused: off · Credit-later limit reached (50,000 won).',
    },
    {
      spec: { amount: 51_000 },
      context: DOWN,
      ko: '통신 끊김: 거래 중지 · 나중 충전 한도 참(50,000원).',
      en: 'Line down: off · Credit-later limit reached (50,000 won).',
    },
    {
      spec: { amount: 11_000 },
      facts: waiting(4, 100_000),
      context: DOWN,
      policy: withLater({ smallOnly: { fromSum: 100_000, each: 10_000 } }),
      ko: '통신 끊김: 거래 중지 · 나중 충전 한도 참(10,000원).',
      en: 'Line down: off · Credit-later limit reached (10,000 won).',
    },
  ],
  LATER_SUM: [
    {
      facts: waiting(6, 295_000),
      context: DOWN,
      ko: '통신 끊김: 거래 중지 · 나중 충전 한도 참(300,000원).',
      en: 'Line down: off · Credit-later limit reached (300,000 won).',
    },
  ],
  LATER_COUNT: [
    {
      facts: waiting(20, 20_000),
      context: DOWN,
      ko: '통신 끊김: 거래 중지 · 나중 충전 한도 참(20건).',
      en: 'Line down: off · Credit-later limit reached (20).',
    },
  ],
  LATER_CARD: [
    {
      facts: { ...waiting(2, 2_000), deferredOfCard: 2 },
      context: DOWN,
      policy: withLater({ perCard: 2 }),
      ko: '통신 끊김: 거래 중지 · 이 카드의 나중 충전 한도 참(2건).',
      en: 'Line down: off · Credit-later limit of this card reached (2).',
    },
  ],
  LATER_AGE: [
    {
      facts: waiting(1, 1_000, 25 * 60 * MINUTE_MS),
      context: DOWN,
      ko: '통신 끊김: 거래 중지 · 나중 충전 한도 참(가장 오래된 25:00:00).',
      en: 'Line down: off · Credit-later limit reached (oldest 25:00:00).',
    },
  ],
  CLOCK_UNSURE: [
    {
      context: { ...DOWN, clockConfirmed: false },
      ko: '통신 끊김: 거래 중지 · 시계 확인 전입니다.',
      en: 'Line down: off · Clock unconfirmed.',
    },
  ],
  NOT_ONLINE_YET: [
    {
      context: { ...DOWN, answeredSinceStart: false },
      ko: '통신 끊김: 거래 중지 · 시작 뒤 첫 연결 전입니다.',
      en: 'Line down: off · Not online since the start.',
    },
  ],
};

const ROWS = Object.entries(TABLE).flatMap(([cause, cases]) =>
  cases.map((each) => ({ cause, ...each, name: `${cause}: ${each.en}` })),
);

describe('a scan that the policy refuses', () => {
  it.each(ROWS)('says $name', ({ cause, ko, en, ...given }) => {
    const facts = { ...FACTS, ...given.facts };
    const admission = admit(
      { ...CHARGE, ...given.spec },
      facts,
      { ...CONTEXT, ...given.context },
      { ...DEFAULT_POLICY, ...given.policy },
    );
    if (admission.ok) throw new Error(`${cause} was admitted`);
    expect(admission.cause).toBe(cause);
    const shown = refusedByPolicy(admission.cause, admission.values, facts.same);
    expect(REFUSED_CAUSES).toContain(shown.cause);
    expect(causeId(shown.cause, shown.values)).not.toBe('OTHER');
    // An amount never breaks over two lines: its space is of the kind that does not.
    const said = (language: 'ko' | 'en'): string =>
      bandText(shown.cause, shown.values, WALL_MS, language).replaceAll('\u00a0', ' ');
    expect(said('ko')).toBe(ko);
    expect(said('en')).toBe(en);
  });
});

describe('a terminal that was not taken on', () => {
  it.each(Object.keys(CLAIM_REFUSALS))('has a sentence of its own, which says what to do: %s', (refusal) => {
    const told = (language: 'ko' | 'en'): string =>
      errorText(new CallRefused({ error: 'REFUSED', text: '', refusal }), language);
    expect(told('ko')).toMatch(/^이어받지 못했습니다: .*다시 누르/);
    expect(told('en')).toMatch(/^Not taken on: .*[Pp]ress again/);
  });
});

describe('a decision about a payment whose entries were changed', () => {
  it('is told as such, with what to do: not as one that its state does not allow', () => {
    const told = (language: 'ko' | 'en'): string =>
      errorText(new CallRefused({ error: 'REFUSED', text: '', refusal: 'NOT_VERIFIED' }), language);
    expect(told('ko')).toMatch(/바뀌어 있어 정하지 않았습니다\. 장부 검증/);
    expect(told('en')).toMatch(/^Nothing was decided: .* Verify the ledger/);
  });
});

describe('an own command that the rules refuse', () => {
  const CODES: Readonly<Record<RefusalCode, true>> = {
    NOT_IN_THIS_STATE: true,
    QUESTION_OPEN: true,
    CHOICE_OPEN: true,
    MANAGER_NEEDED: true,
    VOID_WINDOW: true,
    VOID_DAY: true,
    VOID_PROOF: true,
    LATER_LIMIT: true,
    STALE: true,
  };

  it.each(Object.keys(CODES))(
    '%s has a sentence of its own, for the cashier and for the manager',
    (refusal) => {
      const error = refusal === 'STALE' ? 'STALE' : 'REFUSED';
      for (const language of ['ko', 'en'] as const) {
        expect(noticeWords(refusal)[language]).not.toBe(noticeWords('OTHER')[language]);
        const told = errorText(new CallRefused({ error, text: '', refusal }), language);
        if (refusal !== 'NOT_IN_THIS_STATE') expect(told).not.toBe(ERRORS.REFUSED[language]);
        expect(told).toMatch(/[.:]/);
      }
    },
  );
});
