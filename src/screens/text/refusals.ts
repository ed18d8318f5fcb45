/**
 * Refused, repeated and unreadable scans (screens 1.6). Nothing was opened, so every one of them ends "cash stays".
 * The values are named beside the causes in src/station/snapshot.ts.
 */
import { clockTime, span } from './format.ts';
import { scanDetail } from './scan-details.ts';
import { LINE_OFF, PAUSED_OFF } from './system.ts';
import { type Language, say, type Values, type Words } from './words.ts';

export interface RefusalText {
  readonly h: Words;
  readonly i: Words;
  readonly s: Words | null;
}

const SCAN_AGAIN: Words = { ko: '다시 찍어 주세요', en: 'Scan again' };
const NEW_BARCODE: Words = { ko: '새 바코드 필요', en: 'New barcode needed' };
const CHECK_SCANNER: Words = { ko: '스캐너 설정 확인', en: 'Check the scanner' };
const AMOUNT_NOT_ACCEPTED: Words = {
  ko: '금액 안 됨: {amount:won}',
  en: 'Amount not accepted: {amount:won}',
};
const CARD_NOT_ACCEPTED: Words = { ko: '받을 수 없는 카드', en: 'Card not accepted' };
const CHARGES_OFF: Words = { ko: '충전 중지', en: 'Charges off' };
const WITHDRAWALS_OFF: Words = { ko: '출금 중지', en: 'Withdrawals off' };
const ISSUER_SLOW: Words = { ko: '발행사 지연: 거래 중지', en: 'Issuer slow: off' };
const CANNOT_VOID: Words = { ko: '승인 취소 불가', en: 'Cannot void' };
const FINISH_FIRST: Words = { ko: '앞 손님 거래를 먼저 끝내세요.', en: 'Finish this customer first.' };
const CHANGE_AMOUNT: Words = { ko: '앱에서 금액을 바꿔 주세요.', en: 'Please change the amount in the app.' };
const MAKE_NEW: Words = {
  ko: '앱에서 바코드를 새로 만들어 주세요.',
  en: 'Please make a new barcode in the app.',
};

function row(h: Words, ko: string, en: string, s: Words | null = null): RefusalText {
  return { h, i: { ko, en }, s };
}
const LATER_FULL = row(
  LINE_OFF,
  '나중 충전 한도 참({limit:won}).',
  'Credit-later limit reached ({limit:won}).',
);
const REVERSALS = row(
  ISSUER_SLOW,
  '망취소 {count}건이 끝나면 다시 받습니다, 가장 오래된 {oldest:span}.',
  'Resumes when {count} reversals are through, oldest {oldest:span}.',
);

/** By cause. Causes of a diagnosis (CUT, CAPS, ...) and of the policy (MIN_AMOUNT, ...) share one table. */
export const REFUSALS = {
  CUT: row(SCAN_AGAIN, '끝이 잘렸습니다. 바코드 전체가 보이게.', 'Cut off: show the whole barcode.'),
  MERGED: row(
    SCAN_AGAIN,
    '두 번 읽은 것이 붙었습니다. 한 번만 찍어 주세요.',
    'Two reads ran together: scan once.',
  ),
  MISREAD: row(
    SCAN_AGAIN,
    '일부가 잘못 읽혔습니다({detail}). 화면을 닦고 밝게.',
    'Partly misread ({detail}): wipe, brighten.',
  ),
  CAPS: row(
    CHECK_SCANNER,
    '대소문자가 바뀌었습니다. Caps Lock을 끄세요.',
    'Letter case swapped: Caps Lock off.',
  ),
  LAYOUT: row(
    CHECK_SCANNER,
    '스캐너 자판 배열이 {detail}입니다. 설정 시트 2쪽.',
    'Scanner sends layout {detail}: setup sheet page 2.',
  ),
  EXTRA: row(
    CHECK_SCANNER,
    '앞뒤에 다른 글자가 붙습니다. 점장: 스캐너 화면.',
    'It adds characters. Manager: Scanners page.',
  ),
  NO_SUFFIX: row(
    CHECK_SCANNER,
    '스캐너가 읽은 것의 끝을 알리지 않습니다. 설정 시트 3쪽.',
    'The scanner does not end its reads: setup sheet page 3.',
  ),
  SYMBOLOGY: row(
    CHECK_SCANNER,
    '바코드 종류가 다릅니다({detail}). 점장: 스캐너 화면.',
    'Wrong symbology ({detail}). Manager: Scanners page.',
  ),
  DUP_OPEN: row(SCAN_AGAIN, '이미 찍은 바코드입니다.', 'Already scanned.'),
  DUP_OTHER: row(
    { ko: '계산대 {stationId}에서 처리 중', en: 'In progress at station {stationId}' },
    '거기서 마치세요.',
    'Finish there.',
  ),
  DUP_DONE: row(
    { ko: '이미 충전됨: {amount:won}', en: 'Already charged: {amount:won}' },
    '{scannedAtMs:time}에 끝난 바코드, 추가 현금 없음.',
    'Ended {scannedAtMs:time}, no further cash.',
  ),
  DUP_DONE_OUT: row(
    { ko: '이미 출금됨: {amount:won}', en: 'Already paid out: {amount:won}' },
    '{scannedAtMs:time}에 끝난 바코드, 추가 현금 없음.',
    'Ended {scannedAtMs:time}, no further cash.',
  ),
  DUP_NEW: row(
    NEW_BARCODE,
    '{scannedAtMs:time}에 거절된 바코드.',
    'Declined at {scannedAtMs:time}.',
    MAKE_NEW,
  ),
  DUP_NEW_REVERSED: row(
    NEW_BARCODE,
    '{scannedAtMs:time}에 망취소된 바코드.',
    'Reversed at {scannedAtMs:time}.',
    MAKE_NEW,
  ),
  DUP_NEW_VOIDED: row(
    NEW_BARCODE,
    '{scannedAtMs:time}에 승인 취소된 바코드.',
    'Voided at {scannedAtMs:time}.',
    MAKE_NEW,
  ),
  MIN_AMOUNT: row(AMOUNT_NOT_ACCEPTED, '{limit:won}부터 됩니다.', 'From {limit:won}.', CHANGE_AMOUNT),
  MAX_AMOUNT: row(AMOUNT_NOT_ACCEPTED, '{limit:won}까지 됩니다.', 'Up to {limit:won}.', CHANGE_AMOUNT),
  AMOUNT_UNIT: row(
    AMOUNT_NOT_ACCEPTED,
    '{limit:won} 단위로 됩니다.',
    'In steps of {limit:won}.',
    CHANGE_AMOUNT,
  ),
  CARD_DAY_LIMIT: row(
    AMOUNT_NOT_ACCEPTED,
    '이 카드의 하루 한도를 넘습니다.',
    'Over the daily limit of this card.',
    CHANGE_AMOUNT,
  ),
  TERMINAL_DAY_LIMIT: row(
    AMOUNT_NOT_ACCEPTED,
    '이 단말기의 하루 한도를 넘습니다.',
    'Over the daily limit of this terminal.',
  ),
  CARD_PREFIX: row(CARD_NOT_ACCEPTED, '이 매장에서 쓰지 않는 카드입니다.', 'Not used here.'),
  CARD_CHECK: row(
    CARD_NOT_ACCEPTED,
    '카드번호가 맞지 않으니 다시 찍으세요.',
    'The number does not add up: scan again.',
  ),
  TYPE_OFF: row(CHARGES_OFF, '발행사가 멈췄습니다.', 'Switched off by the issuer.'),
  TYPE_OFF_OUT: row(WITHDRAWALS_OFF, '발행사가 멈췄습니다.', 'Switched off by the issuer.'),
  TYPE_OFF_STORE: row(CHARGES_OFF, '매장에서 받지 않습니다.', 'Not offered at this store.'),
  TYPE_OFF_STORE_OUT: row(WITHDRAWALS_OFF, '매장에서 받지 않습니다.', 'Not offered at this store.'),
  PAYOUT_LIMIT: row(
    { ko: '출금 한도 넘음: {amount:won}', en: 'Over the payout limit: {amount:won}' },
    '지금 {limit:won}까지 됩니다.',
    '{limit:won} possible now.',
    CHANGE_AMOUNT,
  ),
  CARD_BUSY: row(
    { ko: '이 카드 처리 중', en: 'Card in progress' },
    '앞 거래({scannedAtMs:time})의 결과를 기다립니다.',
    'Waiting for the one of {scannedAtMs:time}.',
    { ko: '잠시 뒤에 다시 부탁드립니다.', en: 'Please try again in a moment.' },
  ),
  STATION_BUSY: row({ ko: '앞 거래 먼저', en: 'This one first' }, FINISH_FIRST.ko, FINISH_FIRST.en),
  RESTART_OPEN: row(
    { ko: '질문 먼저', en: 'The question first' },
    '먼저 질문에 답해 주세요.',
    'Answer the question first.',
  ),
  LINE_DOWN: row(LINE_OFF, '출금은 통신이 돌아온 뒤에.', 'Withdrawals once it is back.'),
  LINE_DOWN_IN: row(LINE_OFF, '충전은 통신이 돌아온 뒤에.', 'Charges once it is back.'),
  PAUSED: row(PAUSED_OFF, '출금은 점장이 다시 시작한 뒤에.', 'Withdrawals once the manager resumes.'),
  PAUSED_IN: row(PAUSED_OFF, '충전은 점장이 다시 시작한 뒤에.', 'Charges once the manager resumes.'),
  LINE_DOWN_VOID: row(
    CANNOT_VOID,
    '통신이 끊겼습니다. 돌아온 뒤에 됩니다.',
    'The line is down: once it is back.',
  ),
  LATER_EACH: LATER_FULL,
  LATER_SUM: LATER_FULL,
  LATER_COUNT: row(LINE_OFF, '나중 충전 한도 참({limit}건).', 'Credit-later limit reached ({limit}).'),
  LATER_CARD: row(
    LINE_OFF,
    '이 카드의 나중 충전 한도 참({limit}건).',
    'Credit-later limit of this card reached ({limit}).',
  ),
  LATER_AGE: row(
    LINE_OFF,
    '나중 충전 한도 참(가장 오래된 {oldest:span}).',
    'Credit-later limit reached (oldest {oldest:span}).',
  ),
  CLOCK_UNSURE: row(LINE_OFF, '시계 확인 전입니다.', 'Clock unconfirmed.'),
  NOT_ONLINE_YET: row(LINE_OFF, '시작 뒤 첫 연결 전입니다.', 'Not online since the start.'),
  REVERSALS_COUNT: REVERSALS,
  REVERSALS_SUM: REVERSALS,
  REVERSAL_RATE: row(ISSUER_SLOW, '응답이 다시 빨라지면 받습니다.', 'Resumes when answers are quick again.'),
  VOID_WINDOW: row(CANNOT_VOID, '{limit}분이 지났습니다. 새 출금 바코드로.', 'Too late: use a withdrawal.'),
  VOID_DAY: row(CANNOT_VOID, '영업일이 지났습니다. 새 출금 바코드로.', 'Other day: use a withdrawal.'),
  VOID_PROOF: row(CANNOT_VOID, '다른 카드입니다. 새 출금 바코드로.', 'Other card: use a withdrawal.'),
  NO_ROOM: row(
    { ko: '저장 공간 없음: 거래 중지', en: 'Disk full: off' },
    '점장을 부르세요.',
    'Call the manager.',
  ),
  LEDGER: row(
    { ko: '장부 오류: 거래 중지', en: 'Ledger fault: off' },
    '점장을 부르세요.',
    'Call the manager.',
  ),
  RECOVERING: row(
    { ko: '복구 중: 현금 그대로', en: 'Recovering: cash stays' },
    '점장 확인을 기다립니다.',
    "The manager's word is awaited.",
  ),
  LOCKED: row({ ko: '계산대 잠김', en: 'Station locked' }, '비밀번호를 넣으세요.', 'PIN, please.'),
  STARTING: row(
    { ko: '다시 시작하는 중', en: 'Starting' },
    '잠시 뒤에 다시 찍으세요.',
    'Scan again in a moment.',
  ),
  NO_PAGE: row({ ko: '화면 없음', en: 'No page' }, '화면을 여세요.', 'Open the page.'),
  OTHER: row(
    { ko: '받을 수 없음', en: 'Not accepted' },
    '이 바코드는 받을 수 없습니다. 점장을 부르세요.',
    'This barcode is not accepted. Call the manager.',
  ),
} as const satisfies Record<string, RefusalText>;
export type RefusalCause = keyof typeof REFUSALS;

/** Added to every refused scan: nothing was opened. */
export const CASH_STAYS: Words = { ko: '현금은 그대로.', en: 'Cash stays.' };

const UNREADABLE: ReadonlySet<string> = new Set(['CUT', 'MERGED', 'MISREAD']);
/** Parser's reasons: a misread part of the barcode, named in the sentence. */
const MISREAD_PARTS: ReadonlySet<string> = new Set(['TRANSACTION_CODE', 'CARD_NUMBER', 'TOKEN', 'AMOUNT']);

/** The row of the table for a cause and its values; an unknown cause is answered, never silent. */
export function refusalText(cause: string, values: Values, repeated: boolean): RefusalText {
  const id = causeId(cause, values);
  const row: RefusalText = REFUSALS[id];
  const text = values.paused === 1 && row.h === LINE_OFF ? { ...row, h: PAUSED_OFF } : row;
  return repeated && UNREADABLE.has(id) ? { ...text, h: NEW_BARCODE, s: MAKE_NEW } : text;
}

/** From the station's word to the row: the kind of payment and its end choose between two wordings. */
export function causeId(cause: string, values: Values): RefusalCause {
  const name = cause.replaceAll('-', '_');
  if (name === 'DUP_DONE' && values.type === 'REFUND') return 'DUP_DONE_OUT';
  if (name === 'TYPE_OFF') return typeOffId(values);
  if (name === 'LINE_DOWN' && values.type === 'CHARGE') return 'LINE_DOWN_IN';
  if (name === 'PAUSED' && values.type === 'CHARGE') return 'PAUSED_IN';
  if (name === 'LINE_DOWN' && values.type === 'VOID') return 'LINE_DOWN_VOID';
  if (name === 'DUP_NEW' && values.host === 'voided') return 'DUP_NEW_VOIDED';
  if (name === 'DUP_NEW' && values.host !== 'declined') return 'DUP_NEW_REVERSED';
  if (MISREAD_PARTS.has(name)) return 'MISREAD';
  if (name === 'LENGTH') return 'CUT';
  return isCause(name) ? name : 'OTHER';
}

function typeOffId({ type, by }: Values): RefusalCause {
  if (by === 'store') return type === 'REFUND' ? 'TYPE_OFF_STORE_OUT' : 'TYPE_OFF_STORE';
  return type === 'REFUND' ? 'TYPE_OFF_OUT' : 'TYPE_OFF';
}

function isCause(name: string): name is RefusalCause {
  return Object.hasOwn(REFUSALS, name);
}

/** The values as the sentences want them: ages instead of moments, the misread part named. */
export function refusalValues(cause: string, values: Values, wallMs: number, language: Language): Values {
  const oldest = typeof values.oldestAtMs === 'number' ? span(wallMs - values.oldestAtMs) : undefined;
  const layout =
    values.layout === undefined ? undefined : scanDetail('LAYOUT', String(values.layout), language);
  const detail = values.code ?? layout ?? values.symbology ?? (MISREAD_PARTS.has(cause) ? cause : undefined);
  const at = typeof values.atMs === 'number' ? { scannedAtMs: clockTime(values.atMs) } : {};
  return { ...values, ...at, oldest, detail };
}

/** The one line that a refused scan leaves on a face in progress. */
export function bandText(cause: string, values: Values, wallMs: number, language: Language): string {
  const text = refusalText(cause, values, false);
  const given = refusalValues(cause, values, wallMs, language);
  const id = causeId(cause, values);
  const instruction = say(text.i, language, given);
  return id === 'DUP_OPEN' || id === 'STATION_BUSY' || id === 'RESTART_OPEN'
    ? instruction
    : `${say(text.h, language, given)} · ${instruction}`;
}
