import type { Intent } from '../../../src/intent/model.ts';
import { DEFAULT_TIMES } from '../../../src/intent/rules.ts';
import type { FaceContext } from '../../../src/station/faces.ts';
import { DEFAULT_STATION_TIMES } from '../../../src/station/times.ts';

/** An intent in any state, for what is pure. */
export function intent(change: Partial<Intent> = {}): Intent {
  return {
    sequenceId: '01K0V3M8Q4ZT6W5R2N7QK29XMD',
    environment: 'test',
    merchantId: 'M00000000000001',
    terminalId: 'T0000001',
    stationId: '1',
    type: 'CHARGE',
    amount: 10_000,
    bin: '941000',
    last4: '0005',
    scannedAtMs: Date.UTC(2026, 6, 23, 5, 32, 5),
    host: 'unsent',
    cash: 'none',
    deferred: false,
    version: 1,
    hostVersion: 1,
    confirmed: false,
    managerNeeded: false,
    choosing: false,
    question: null,
    acknowledged: false,
    left: false,
    closedByRestart: false,
    cases: [],
    sends: 0,
    inquiries: 0,
    netCancels: 0,
    bytesMayHaveLeft: false,
    netCancelReason: null,
    quietSinceMs: null,
    voids: [],
    approval: null,
    declineCode: null,
    notProcessedCode: null,
    businessDate: null,
    enteredMs: 1_000,
    expiresMs: 301_000,
    firstSendMs: null,
    deadlineMs: null,
    notBeforeMs: 1_000,
    ...change,
  };
}

export function context(change: Partial<FaceContext> = {}): FaceContext {
  return {
    now: { wallMs: Date.UTC(2026, 6, 23, 5, 32, 5), monoMs: 2_000 },
    intentTimes: DEFAULT_TIMES,
    stationTimes: DEFAULT_STATION_TIMES,
    lineUp: true,
    paused: false,
    laterAllowed: true,
    choiceEndsMs: null,
    voidAsk: null,
    expired: false,
    limitCause: null,
    balance: null,
    holdLater: false,
    pinGiven: false,
    question: null,
    closesMs: null,
    ...change,
  };
}
