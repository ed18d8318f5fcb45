/** Answers of a terminal in the middle of a day, for the manager's pages. */
import type { ManagerState, SessionAnswer, TodayAnswer } from '../../../src/web/api/manager.ts';
import type {
  CasesAnswer,
  PaymentDetail,
  PaymentRow,
  PaymentsAnswer,
} from '../../../src/web/api/payments.ts';
import type {
  ScannersAnswer,
  SettingRow,
  SettingsAnswer,
  SyncAnswer,
  VerifyAnswer,
} from '../../../src/web/api/terminal.ts';
import { OPEN_DAY } from './day-data.ts';
import type { FixtureServer } from './fixture.ts';
import { NOW_MS } from './snapshots.ts';

const HOUR_MS = 3_600_000;

export function rowOf(number: number, change: Partial<PaymentRow> = {}): PaymentRow {
  return {
    sequenceId: `01K0V3M8Q4ZT6W5R2N7Q${String(number).padStart(5, '0')}X`,
    reference: `Q${String(number).padStart(3, '0')}-9XMD`,
    version: 5,
    scannedAtMs: NOW_MS - number * 61_000,
    type: number % 3 === 2 ? 'REFUND' : 'CHARGE',
    amount: number === 0 ? 999_999 : 10_000 + number * 1_000,
    host: 'approved',
    cash: number % 3 === 2 ? 'paid_out' : 'received',
    deferred: number === 7,
    bin: '941000',
    last4: '0005',
    approvalCode: 'A1B2C3',
    nrNumber: 'KMN260723000000123',
    stationId: '1',
    cashier: number % 4 === 1 ? null : '0007',
    businessDate: '20260723',
    cases: [],
    unclaimed: false,
    question: null,
    declineCode: null,
    next: null,
    ...change,
  };
}

const OWED = rowOf(3, {
  type: 'CHARGE',
  host: 'reversing',
  cash: 'return_due',
  cases: ['LEFT_AT_COUNTER'],
  next: { what: 'netCancel', atMs: NOW_MS + 5_000 },
});
const QUESTION = rowOf(5, { type: 'REFUND', host: 'approved', cash: 'payout_due', question: 'RE_OUT' });

export const PAYMENTS: PaymentsAnswer = {
  unread: [],
  rows: Array.from({ length: 50 }, (_each, index) =>
    index === 3 ? OWED : index === 5 ? QUESTION : rowOf(index),
  ),
  older: 'cursor-older',
  newer: null,
};

const STATE: ManagerState = {
  run: 'run-1',
  asOfMs: NOW_MS,
  terminalId: 'T0000001',
  businessDate: '20260723',
  journalIndex: 4240,
  changes: 3,
  scans: 0,
  cases: 2,
  line: { state: 'online', sinceMs: NOW_MS - HOUR_MS, nextTryMs: null, reason: null, pausedBy: null },
};

const SIGNED_IN: SessionAnswer = {
  state: 'signedIn',
  name: '김점장',
  idleLeftMs: 600_000,
  terminalId: 'T0000001',
  version: '0.1.0',
};

const TODAY: TodayAnswer = {
  unread: [],
  asOfMs: NOW_MS,
  businessDate: '20260723',
  chargesApproved: { count: 41, sum: 1_230_000 },
  refundsApproved: { count: 6, sum: 240_000 },
  reversedOrVoided: { count: 2, sum: 30_000 },
  later: { count: 3, sum: 45_000, limit: 300_000, oldestAtMs: NOW_MS - 2_460_000 },
  payoutDue: { count: 1, sum: 15_000 },
  returnDue: { count: 1, sum: 13_000 },
  reversing: { count: 1, sum: 13_000, oldestAtMs: NOW_MS - 130_000 },
  cases: 2,
  expectedCash: null,
  oldestCases: [OWED, QUESTION],
  line: STATE.line,
  clockConfirmed: true,
  scannersReady: 1,
  scanners: 1,
  hours: Array.from({ length: 14 }, (_each, index) => ({
    atMs: NOW_MS - (NOW_MS % HOUR_MS) - (13 - index) * HOUR_MS,
    charges: index < 6 ? 0 : 40_000 + ((index * 37) % 11) * 15_000,
    refunds: index < 8 ? 0 : ((index * 13) % 7) * 10_000,
    reversed: index === 10 ? 20_000 : 0,
  })),
};

/** What each step of the payment below moves; null: nothing. */
const HOSTS = ['unsent', null, 'sending', 'unknown', null, 'reversing'] as const;
const CASHES = ['none', 'received', null, null, null, 'return_due'] as const;

export const DETAIL: PaymentDetail = {
  unread: false,
  ...OWED,
  face: 'BACK-REV',
  left: true,
  managerNeeded: false,
  closedByRestart: false,
  acknowledged: false,
  notProcessedCode: null,
  sends: 1,
  inquiries: 4,
  netCancels: 2,
  voids: [],
  steps: (
    ['scanAccepted', 'received', 'send', 'unanswered', 'inquire', 'deadline', 'netCancel', 'leave'] as const
  ).map((event, index) => ({
    index: 4200 + index,
    atMs: OWED.scannedAtMs + index * 1_234,
    gapMs: index === 0 ? 0 : 1_234,
    by: event === 'received' ? ('cashier' as const) : ('terminal' as const),
    who: event === 'received' ? '0007' : null,
    reason: event === 'leave' ? 'OTHER: 손님이 급히 나감' : null,
    event,
    code: event === 'unanswered' ? '006_022' : null,
    host: HOSTS[index] ?? null,
    cash: CASHES[index] ?? null,
    attempt: event === 'netCancel' ? 2 : null,
    answerClass: event === 'unanswered' ? 'ambiguous' : null,
    bytesWritten: event === 'send' ? 1_423 : null,
    hash: '9f3c1a7b',
    verified: true,
  })),
  postings: [
    { account: 'cash_drawer', amount: 13_000 },
    { account: 'customer_due', amount: -13_000 },
    { account: 'issuer_payable', amount: 0 },
  ],
  decisions: [
    { decision: 'givenBack', caseReason: null, pinNeeded: false },
    { decision: 'voucherUnclaimed', caseReason: null, pinNeeded: true },
  ],
  canInquire: true,
  canNetCancelAgain: true,
  receipt: 'reversal',
};

const CASES: CasesAnswer = {
  asOfMs: NOW_MS,
  rows: [
    { ...OWED, decisions: DETAIL.decisions },
    {
      ...QUESTION,
      decisions: [
        { decision: 'paidOut', caseReason: null, pinNeeded: false },
        { decision: 'notPaid', caseReason: null, pinNeeded: false },
      ],
    },
  ],
};

const SYNC: SyncAnswer = {
  unread: [],
  asOfMs: NOW_MS,
  line: {
    state: 'down',
    sinceMs: NOW_MS - 192_000,
    nextTryMs: NOW_MS + 5_000,
    reason: 'NO_ANSWER',
    pausedBy: null,
  },
  paused: false,
  pausedBy: null,
  pauseReason: null,
  pauseKept: true,
  recovering: false,
  breaker: { state: 'open', failures: 4 },
  drainPerMinute: 60,
  epoch: 0,
  issuerEpoch: 'e-1',
  clockOffsetMs: -400,
  clockConfirmed: true,
  lastAnsweredAtMs: NOW_MS - 200_000,
  businessDate: '20260723',
  byState: {
    unknown: { count: 1, sum: 10_000 },
    reversing: { count: 1, sum: 13_000 },
    deferred: { count: 0, sum: 0 },
  },
  oldestAtMs: NOW_MS - 260_000,
  due: [OWED],
};

const SCANNERS: ScannersAnswer = {
  posPorts: [
    {
      stationId: '1',
      kind: 'serial',
      path: '/run/kona-till/pos-scanner',
      state: 'open',
      sent: 31,
      dropped: 2,
      cut: 0,
    },
  ],
  asOfMs: NOW_MS,
  plugged: [
    {
      connection: 'serial',
      device: '/dev/ttyACM0',
      usb: '05e0:1701',
      product: 'Symbol Bar Code Scanner',
      likely: true,
      problem: { code: 'PERMISSION', values: {} },
    },
  ],
  scanners: [
    {
      name: 'counter',
      stationId: '1',
      connection: 'hid-keyboard',
      usb: '0c2e:0b81',
      typesIntoPages: false,
      state: 'ready',
      sinceAtMs: NOW_MS - HOUR_MS,
      device: '/dev/hidraw3',
      problem: null,
      framesToday: 1_203,
      refused: 4,
      unreadable: 2,
      notOurs: 871,
      reconnects: 0,
      dropped: { CUT: 3, TOO_LONG: 0, EMPTY: 1, UNDECODABLE: 0 },
      lastFrameAtMs: NOW_MS - 30_000,
      lastUnreadable: {
        scanner: 'counter',
        atMs: NOW_MS - 90_000,
        length: 32,
        symbology: null,
        ok: false,
        reason: 'LENGTH',
        hint: 'EXTRA',
        detail: 'CR after',
        till: null,
        sheetPage: 3,
        sheet: null,
        looksLikeOurs: true,
        masked: `CHARGE${'9'.repeat(25)}<0d>`,
      },
      testUntilMs: null,
    },
  ],
};

const DAY_MS = 86_400_000;

const SETTINGS: SettingsAnswer = {
  version: '0.1.0',
  policyHash: '9f3c1a7be2d40c77d2e6f1a89f3c1a7b',
  file: '/etc/kona-till/config.json',
  fileAtMs: NOW_MS - 3 * DAY_MS,
  rows: [
    setting('policy.amounts.CHARGE.maximum', '500000', { source: 'default' }),
    setting('platform.baseUrl', 'http://127.0.0.1:4100', { warning: 'NOT_ENCRYPTED' }),
    setting('policy.cardPrefixes', '["941000","941001","941002","941003"]'),
    setting('web.tls.certificateFile', '/etc/kona-till/tls.pem', { endsAtMs: NOW_MS + 12.5 * DAY_MS }),
    setting('platform.tls.caFile', '/etc/kona-till/ca.pem', { endsAtMs: NOW_MS + 400.5 * DAY_MS }),
    setting('ledger.backup.directory', 'none', { source: 'default', warning: 'SAME_DISK' }),
  ],
};

function setting(path: string, value: string, change: Partial<SettingRow> = {}): SettingRow {
  return { path, value, source: 'set', warning: null, endsAtMs: null, ...change };
}

const VERIFIED: VerifyAnswer = {
  ok: true,
  entries: 4_241,
  intents: 820,
  index: 4_240,
  head: '0c77d2e6f1a89f3c1a7be2d40c77d2e6f1a89f3c1a7be2d40c77d2e6f1a89f3c',
  faults: [],
  elapsedMs: 31,
};

/** A verification that found something. */
export const BROKEN: VerifyAnswer = {
  ...VERIFIED,
  ok: false,
  faults: [
    {
      code: 'CHAIN',
      text: 'entry 3911 does not match its hash: it, or the entry before it, was changed',
      index: 3_911,
    },
    { code: 'BALANCE', text: 'balance suspense is 0, the journal say -5000' },
  ],
};

const API = '/api/v1/manager';

/** Teaches the fixture server every call of the manager's pages. `session` may be changed between steps. */
export function serveManager(server: FixtureServer, session: { state: SessionAnswer['state'] }): void {
  const answer = (method: string, path: string, body: unknown): void => {
    server.routes.set(`${method} ${API}/${path}`, () =>
      session.state === 'signedIn' || path === 'session' ? { status: 200, body } : SIGNED_OUT,
    );
  };
  server.routes.set(`GET ${API}/session`, () => ({
    status: 200,
    body:
      session.state === 'signedIn'
        ? SIGNED_IN
        : { ...SIGNED_IN, state: session.state, name: null, idleLeftMs: null },
  }));
  server.routes.set(`POST ${API}/sign-in`, ({ body }) => {
    if (body.pin !== '482915')
      return { status: 401, body: { error: 'WRONG_PIN', text: 'wrong', triesLeft: 4 } };
    session.state = 'signedIn';
    return { status: 200, body: SIGNED_IN };
  });
  server.routes.set(`POST ${API}/sign-out`, () => {
    session.state = 'signedOut';
    return { status: 200, body: { ...SIGNED_IN, state: 'signedOut' } };
  });
  answer('GET', 'today', TODAY);
  answer('GET', 'payments', PAYMENTS);
  answer('POST', 'payments/card', { ...PAYMENTS, rows: [OWED] });
  answer('GET', `payments/${OWED.sequenceId}`, DETAIL);
  answer('POST', `payments/${OWED.sequenceId}/decide`, { payment: DETAIL });
  answer('GET', 'day', OPEN_DAY);
  answer('GET', 'cases', CASES);
  answer('GET', 'sync', SYNC);
  answer('GET', 'scanners', SCANNERS);
  answer('GET', 'settings', SETTINGS);
  answer('POST', 'verify', VERIFIED);
  server.states.set(`${API}/events`, STATE);
}

/** The page Today finds the day as it was, but for this. */
export function serveToday(server: FixtureServer, change: Partial<TodayAnswer>): void {
  server.routes.set(`GET ${API}/today`, () => ({ status: 200, body: { ...TODAY, ...change } }));
}

/** The page Sync finds what is owed as it was, but for this. */
export function serveSync(server: FixtureServer, change: Partial<SyncAnswer>): void {
  server.routes.set(`GET ${API}/sync`, () => ({ status: 200, body: { ...SYNC, ...change } }));
}

const SIGNED_OUT = { status: 401, body: { error: 'SIGNED_OUT', text: 'sign in' } };
