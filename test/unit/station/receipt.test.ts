import { describe, expect, it } from 'vitest';
import type { Intent } from '../../../src/intent/model.ts';
import { paperWidth } from '../../../src/settlement/sheet.ts';
import {
  hasStoreCopy,
  type PaperInput,
  type PaperKind,
  paperLines,
  paperOf,
} from '../../../src/station/receipt.ts';
import { intent } from './intents.ts';

/** The left sample of screens section 4. */
const CHARGE_RECEIPT = `
==========================================
       충전 영수증  CHARGE RECEIPT
      가나편의점 중앙점 000-00-00000
------------------------------------------
일시 Time              2026-07-23 14:32:05
단말기 Terminal                 T0000001-1
영업일 Business day             2026-07-23
카드 Card              9410 00** **** 0005
충전 Charged                      10,000원
받은 현금 Cash received           10,000원
충전 후 잔액 Balance              53,000원
승인번호 Approval                   A1B2C3
발행사 번호 Issuer no.  KMN260723000000123
조회번호 Reference               7QK2-9XMD
01K0V3M8Q4ZT6W5R2N7QK29XMD
기록 Journal             4213 9f3c1a7be2d4
------------------------------------------
이 영수증은 현금영수증이 아닙니다.
This is not a tax receipt.
==========================================
`;

/** The right sample. */
const LATER_SLIP = `
==========================================
   나중 충전 확인증  CREDIT-LATER SLIP
      가나편의점 중앙점 000-00-00000
------------------------------------------
      ** 아직 충전되지 않았습니다 **
          ** NOT CREDITED YET **
------------------------------------------
일시 Time              2026-07-23 14:55:40
단말기 Terminal                 T0000001-1
카드 Card              9410 00** **** 0005
받은 현금 Cash received           10,000원
조회번호 Reference               5HW1-6KPA
충전 Credit           통신이 돌아오면 자동
충전 기한 Credit due by   2026-07-26 14:55
기록 Journal             4240 0c77d2e6f1a8
------------------------------------------
기한까지 안 되면 이 확인증을 가져오세요.
현금 10,000원을 돌려드립니다.
If not credited by then, bring this slip:
10,000 won is given back in cash.
==========================================
`;

const approved = intent({
  host: 'approved',
  cash: 'received',
  businessDate: '20260723',
  approval: {
    nrNumber: 'KMN260723000000123',
    approvalCode: 'A1B2C3',
    approvedAt: '20260723143205000',
    businessDate: '20260723',
  },
});
const later = intent({
  sequenceId: '01K0V3M8Q4ZT6W5R2N5HW16KPA',
  deferred: true,
  cash: 'received',
  scannedAtMs: Date.UTC(2026, 6, 23, 5, 55, 40),
});

function input(kind: PaperKind, of: Intent, change: Partial<PaperInput> = {}): PaperInput {
  return {
    kind,
    intent: of,
    store: '가나편의점 중앙점 000-00-00000',
    journal: { index: 4213, hash: '9f3c1a7be2d4ffff' },
    columns: 42,
    language: 'ko',
    balance: null,
    copy: false,
    storeCopy: false,
    laterLimitMs: 72 * 3_600_000,
    reversedAtMs: null,
    decisionIndex: null,
    ...change,
  };
}

function text(paper: PaperInput): string {
  return paperLines(paper)
    .filter(({ big }) => big !== true)
    .map((line) => line.text)
    .join('\n');
}

const PAPERS: readonly PaperInput[] = [
  input('charge', approved, { balance: 53_000 }),
  input('withdrawal', { ...approved, type: 'REFUND', cash: 'paid_out' }, { balance: 7, storeCopy: true }),
  input('later', later),
  input('reversal', intent({ host: 'reversing', cash: 'returned' })),
  input('reversal', intent({ type: 'REFUND', host: 'reversed', notProcessedCode: '000_908' }), {
    reversedAtMs: 1_784_786_400_000,
  }),
  input('return', intent({ host: 'declined', cash: 'returned', declineCode: '006_007' })),
  input(
    'return',
    intent({
      ...approved,
      host: 'voided',
      cash: 'returned',
      voids: [{ cancelId: 'c', proof: 'card', outcome: 'done', cancelNrNumber: 'KMN260723000000999' }],
    }),
  ),
  input('return', intent({ ...later, host: 'closed', cash: 'returned' }), {
    decisionIndex: 4260,
    storeCopy: true,
  }),
];

describe('papers', () => {
  it('are the samples of the screens page, to the character', () => {
    expect(text(input('charge', approved, { balance: 53_000 }))).toBe(CHARGE_RECEIPT.trim());
    const slip = input('later', later, { journal: { index: 4240, hash: '0c77d2e6f1a8aaaa' } });
    expect(text(slip)).toBe(LATER_SLIP.trim());
  });

  it('repeat the reference of a slip in double size, on a line of its own', () => {
    const big = paperLines(input('later', later)).filter((line) => line.big === true);
    expect(big).toEqual([{ text: '5HW1-6KPA', big: true }]);
  });

  it('never are wider than the paper, whatever its width and language', () => {
    for (const paper of PAPERS) {
      for (const columns of [24, 32, 42, 48]) {
        for (const language of ['ko', 'en'] as const) {
          for (const line of paperLines({ ...paper, columns, language, copy: true })) {
            expect(paperWidth(line.text), line.text).toBeLessThanOrEqual(columns);
          }
        }
      }
    }
  });

  it('hold only characters of KS X 1001, as a printer in EUC-KR has them', () => {
    const decoder = new TextDecoder('euc-kr');
    const known = new Set<string>();
    for (let lead = 0xa1; lead <= 0xfe; lead += 1) {
      for (let trail = 0xa1; trail <= 0xfe; trail += 1) known.add(decoder.decode(Uint8Array.of(lead, trail)));
    }
    for (const paper of PAPERS) {
      for (const line of paperLines(paper)) {
        for (const character of line.text) {
          expect(character < '\u007f' || known.has(character), character).toBe(true);
        }
      }
    }
  });

  it('put label and value on two lines when the paper is narrow', () => {
    const lines = paperLines(input('charge', approved, { columns: 32 })).map((line) => line.text);
    expect(lines).toContain('승인번호 Approval');
    expect(lines).toContain('                          A1B2C3');
  });

  it('change only the order of the free lines with the language', () => {
    const korean = paperLines(input('charge', approved)).map((line) => line.text);
    const english = paperLines(input('charge', approved, { language: 'en' })).map((line) => line.text);
    expect(english).not.toEqual(korean);
    expect([...english].sort()).toEqual([...korean].sort());
  });

  it('show the balance of the live answer only, and never on a copy', () => {
    expect(text(input('charge', approved))).not.toContain('잔액');
    const copy = text(input('charge', approved, { balance: 53_000, copy: true }));
    expect(copy).not.toContain('53,000');
    expect(copy).toContain('** 재출력 COPY **');
  });

  it('name the reason of a return', () => {
    expect(text(PAPERS[5] as PaperInput)).toContain('거절 declined 006_007');
    const voided = text(PAPERS[6] as PaperInput);
    expect(voided).toContain('승인 취소 void');
    expect(voided).toContain('KMN260723000000999');
    const notCredited = text(PAPERS[7] as PaperInput);
    expect(notCredited).toContain('나중 충전 안 됨 not credited');
    expect(notCredited).toContain('4260');
    expect(notCredited).toContain('서명 Signature');
  });

  it('never hold a full card number', () => {
    for (const paper of PAPERS) expect(text(paper)).not.toMatch(/\d{7,}0005/);
  });
});

describe('which paper belongs to a state', () => {
  it('follows the table of screens section 4', () => {
    expect(paperOf(approved)).toBe('charge');
    expect(paperOf(later)).toBe('later');
    expect(paperOf(intent({ type: 'REFUND', host: 'approved', cash: 'payout_due' }))).toBeNull();
    expect(paperOf(intent({ type: 'REFUND', host: 'approved', cash: 'paid_out' }))).toBe('withdrawal');
    expect(paperOf(intent({ type: 'REFUND', host: 'reversing' }))).toBe('reversal');
    expect(paperOf(intent({ host: 'reversing', cash: 'return_due' }))).toBeNull();
    expect(paperOf(intent({ host: 'reversing', cash: 'returned' }))).toBe('reversal');
    expect(paperOf(intent({ host: 'declined', cash: 'returned' }))).toBe('return');
    expect(paperOf(intent())).toBeNull();
  });

  it('keeps a store copy of what the customer signs', () => {
    expect(hasStoreCopy('withdrawal', approved)).toBe(true);
    expect(hasStoreCopy('charge', approved)).toBe(false);
    expect(hasStoreCopy('return', later)).toBe(true);
  });
});
