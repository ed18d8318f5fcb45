/**
 * Receipts and slips as lines of text (screens.md section 4). Never a token, a barcode, a full card number or an expiry.
 */
import type { Intent } from '../intent/model.ts';
import { type PaperLine, Sheet, won } from '../settlement/sheet.ts';
import { writtenReference } from './ids.ts';
import { dashedDate, issuerDateTime, kstDateTime } from './kst.ts';
import type { PaperKind } from './snapshot.ts';

export type { PaperKind } from './snapshot.ts';

/** 42 as in the samples; 48 widens the gap, 32 puts label and value on two lines. At least 24. */
export type PaperColumns = number;
export type PaperLanguage = 'ko' | 'en';

export interface PaperInput {
  readonly kind: PaperKind;
  readonly intent: Intent;
  /** Name and business registration number, as one line. */
  readonly store: string;
  readonly journal: { readonly index: number; readonly hash: string };
  readonly columns: PaperColumns;
  /** Only changes which of the free lines comes first. */
  readonly language: PaperLanguage;
  /** From the live answer, else null. Never on a copy. */
  readonly balance: number | null;
  readonly copy: boolean;
  /** Store's copy of papers that a customer signs. */
  readonly storeCopy: boolean;
  /** How long after the scan a deferred charge may still be credited (settlement contract, rule 4). */
  readonly laterLimitMs: number;
  /** When the reversal was acknowledged; null while it is under way. */
  readonly reversedAtMs: number | null;
  /** Journal index of the manager's decision, for a deferred charge that is given back. */
  readonly decisionIndex: number | null;
}

/** The paper that belongs to the state of an intent; null when nobody gets one. */
export function paperOf(intent: Intent): PaperKind | null {
  if (intent.type === 'REFUND') {
    if (intent.cash === 'paid_out') return 'withdrawal';
    return intent.host === 'reversing' || intent.host === 'reversed' ? 'reversal' : null;
  }
  if (intent.cash === 'returned') {
    const byReversal = intent.host === 'reversing' || intent.host === 'reversed';
    return byReversal && !intent.deferred ? 'reversal' : 'return';
  }
  if (intent.cash !== 'received') return null;
  if (intent.host === 'approved') return 'charge';
  return intent.deferred ? 'later' : null;
}

/** True when the store keeps a copy with the customer's signature. */
export function hasStoreCopy(kind: PaperKind, intent: Intent): boolean {
  return kind === 'withdrawal' || (kind === 'return' && intent.deferred);
}

/** The lines of one paper. Every line fits into `columns`. */
export function paperLines(input: PaperInput): readonly PaperLine[] {
  const sheet = new CustomerSheet(input.columns, input.language);
  sheet.rule('=');
  sheet.centre(TITLES[input.kind]);
  sheet.centre(input.store);
  if (input.copy) sheet.centre('** 재출력 COPY **');
  BODIES[input.kind](sheet, input);
  if (input.storeCopy) {
    sheet.rule('-');
    sheet.blank();
    sheet.pair('받은 분 서명 Signature', '________________');
  }
  sheet.rule('=');
  return sheet.lines;
}

/** `9410 00** **** 0005`: the only form of a card number on any paper. */
export function maskedCard(bin: string, last4: string): string {
  return `${bin.slice(0, 4)} ${bin.slice(4, 6)}** **** ${last4}`;
}

const TITLES: Readonly<Record<PaperKind, string>> = {
  charge: '충전 영수증  CHARGE RECEIPT',
  withdrawal: '출금 영수증  WITHDRAWAL RECEIPT',
  later: '나중 충전 확인증  CREDIT-LATER SLIP',
  reversal: '현금 반환 안내  REVERSAL NOTICE',
  return: '현금 반환 영수증  CASH RETURN RECEIPT',
};

const BODIES: Readonly<Record<PaperKind, (sheet: CustomerSheet, input: PaperInput) => void>> = {
  charge: (sheet, input) => {
    sheet.rule('-');
    approvedHead(sheet, input);
    sheet.pair('충전 Charged', won(input.intent.amount));
    sheet.pair('받은 현금 Cash received', won(input.intent.amount));
    balance(sheet, input, '충전 후 잔액 Balance');
    approvedFoot(sheet, input);
    sheet.free('이 영수증은 현금영수증이 아닙니다.', 'This is not a tax receipt.');
  },
  withdrawal: (sheet, input) => {
    sheet.rule('-');
    approvedHead(sheet, input);
    sheet.pair('출금 Withdrawn', won(input.intent.amount));
    sheet.pair('내준 현금 Cash paid out', won(input.intent.amount));
    balance(sheet, input, '출금 후 잔액 Balance');
    approvedFoot(sheet, input);
    sheet.free('현금을 그 자리에서 세어 주세요.', 'Please count the cash here.');
  },
  later: (sheet, input) => {
    const { intent } = input;
    sheet.box('아직 충전되지 않았습니다', 'NOT CREDITED YET');
    scanHead(sheet, intent);
    sheet.pair('받은 현금 Cash received', won(intent.amount));
    sheet.reference(writtenReference(intent.sequenceId));
    sheet.pair('충전 Credit', '통신이 돌아오면 자동');
    sheet.pair('충전 기한 Credit due by', kstDateTime(intent.scannedAtMs + input.laterLimitMs).slice(0, 16));
    journal(sheet, input);
    sheet.rule('-');
    sheet.freeBlocks(
      ['기한까지 안 되면 이 확인증을 가져오세요.', `현금 ${won(intent.amount)}을 돌려드립니다.`],
      [
        'If not credited by then, bring this slip:',
        `${won(intent.amount).slice(0, -1)} won is given back in cash.`,
      ],
    );
  },
  reversal: (sheet, input) => {
    const { intent } = input;
    const charge = intent.type === 'CHARGE';
    if (charge) sheet.box('충전되지 않았습니다', 'NOT CHARGED');
    else sheet.box('출금되지 않았습니다', 'NOT WITHDRAWN');
    scanHead(sheet, intent);
    if (charge) sheet.pair('돌려드린 현금 Cash given back', won(intent.amount));
    else sheet.pair('내준 현금 Cash paid out', won(0));
    if (intent.host === 'reversed') {
      sheet.pair('망취소 Reversal', '완료 done');
      if (input.reversedAtMs !== null) sheet.pair('망취소 시각 Reversed at', kstDateTime(input.reversedAtMs));
    } else {
      sheet.pair('망취소 Reversal', '진행 중 in progress');
    }
    sheet.pair('사유 Reason', reversalReason(intent));
    sheet.pair('조회번호 Reference', writtenReference(intent.sequenceId));
    journal(sheet, input);
    sheet.rule('-');
    if (charge) {
      sheet.free(
        '앱에 충전으로 보여도 자동 취소됩니다.',
        'If the app shows a charge, it is taken off again.',
      );
    } else {
      sheet.free('앱에서 빠진 금액은 자동으로 돌아옵니다.', 'What the app shows as taken comes back.');
    }
  },
  return: (sheet, input) => {
    const { intent } = input;
    sheet.rule('-');
    scanHead(sheet, intent);
    sheet.pair('돌려드린 현금 Cash given back', won(intent.amount));
    for (const [label, value] of returnReason(input)) sheet.pair(label, value);
    sheet.pair('조회번호 Reference', writtenReference(intent.sequenceId));
    journal(sheet, input);
    sheet.rule('-');
    sheet.free('충전되지 않았습니다.', 'Nothing is charged.');
  },
};

function approvedHead(sheet: CustomerSheet, { intent }: PaperInput): void {
  const approvedAt = intent.approval === null ? null : issuerDateTime(intent.approval.approvedAt);
  sheet.pair('일시 Time', approvedAt ?? kstDateTime(intent.scannedAtMs));
  sheet.pair('단말기 Terminal', `${intent.terminalId}-${intent.stationId}`);
  const businessDate = intent.approval?.businessDate ?? intent.businessDate;
  if (businessDate !== null) sheet.pair('영업일 Business day', dashedDate(businessDate));
  sheet.pair('카드 Card', maskedCard(intent.bin, intent.last4));
}

function approvedFoot(sheet: CustomerSheet, input: PaperInput): void {
  const { intent } = input;
  if (intent.approval !== null) {
    sheet.pair('승인번호 Approval', intent.approval.approvalCode);
    sheet.pair('발행사 번호 Issuer no.', intent.approval.nrNumber);
  }
  sheet.pair('조회번호 Reference', writtenReference(intent.sequenceId));
  sheet.plain(intent.sequenceId);
  journal(sheet, input);
  sheet.rule('-');
}

function scanHead(sheet: CustomerSheet, intent: Intent): void {
  sheet.pair('일시 Time', kstDateTime(intent.scannedAtMs));
  sheet.pair('단말기 Terminal', `${intent.terminalId}-${intent.stationId}`);
  sheet.pair('카드 Card', maskedCard(intent.bin, intent.last4));
}

function balance(sheet: CustomerSheet, input: PaperInput, label: string): void {
  if (input.balance !== null && !input.copy) sheet.pair(label, won(input.balance));
}

function journal(sheet: CustomerSheet, { journal: entry }: PaperInput): void {
  sheet.pair('기록 Journal', `${entry.index} ${entry.hash.slice(0, 12)}`);
}

function reversalReason(intent: Intent): string {
  if (intent.notProcessedCode !== null) return `처리 안 됨 not processed ${intent.notProcessedCode}`;
  switch (intent.netCancelReason) {
    case 'BAD_ANSWER':
      return '응답 이상 bad answer';
    case 'NOT_PAID':
      return '지급 안 함 not paid';
    case 'RESTART':
      return '다시 시작 restarted';
    case 'MANAGER':
      return '점장 결정 manager';
    default:
      return '응답 없음 no answer';
  }
}

function returnReason(input: PaperInput): readonly (readonly [string, string])[] {
  const { intent } = input;
  if (intent.deferred) {
    const why: [string, string] = ['사유 Reason', '나중 충전 안 됨 not credited'];
    return input.decisionIndex === null ? [why] : [why, ['점장 결정 Decision', String(input.decisionIndex)]];
  }
  if (intent.host === 'declined')
    return [['사유 Reason', `거절 declined ${intent.declineCode ?? ''}`.trimEnd()]];
  if (intent.host === 'voided') {
    const rows: (readonly [string, string])[] = [['사유 Reason', '승인 취소 void']];
    if (intent.approval !== null) rows.push(['원승인번호 Original approval', intent.approval.approvalCode]);
    const voidNumber = intent.voids.find((attempt) => attempt.outcome === 'done')?.cancelNrNumber;
    if (voidNumber !== undefined) rows.push(['승인 취소 번호 Void no.', voidNumber]);
    return rows;
  }
  return [['사유 Reason', '그만둠 stopped']];
}

/** A paper for a customer: its free lines come in two languages, the shown one first. */
class CustomerSheet extends Sheet {
  readonly #language: PaperLanguage;

  constructor(columns: number, language: PaperLanguage) {
    super(columns);
    this.#language = language;
  }

  /** The reference on a slip: once more in double size, so that it can be read from a distance. */
  reference(reference: string): void {
    this.pair('조회번호 Reference', reference);
    this.big(reference);
  }

  free(korean: string, english: string): void {
    this.freeBlocks([korean], [english]);
  }

  freeBlocks(korean: readonly string[], english: readonly string[]): void {
    const order = this.#language === 'ko' ? [...korean, ...english] : [...english, ...korean];
    for (const text of order) this.plain(text);
  }
}
