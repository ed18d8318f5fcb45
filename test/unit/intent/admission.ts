/** A scan that the policy admits: nothing is open, the line is up, the clock is right. */
import type { AdmitContext, AdmitFacts, AdmitSpec } from '../../../src/intent/policy.ts';
import { WALL_MS } from './make.ts';

export const NONE = { CHARGE: { count: 0, sum: 0 }, REFUND: { count: 0, sum: 0 } };
export const FACTS: AdmitFacts = {
  same: null,
  cardBusy: null,
  openReversals: { count: 0, sum: 0, oldestAtMs: null },
  deferredOpen: { count: 0, sum: 0, oldestAtMs: null },
  drawer: 0,
  cardToday: NONE,
  terminalToday: NONE,
};
export const CONTEXT: AdmitContext = {
  wallMs: WALL_MS,
  stationId: '1',
  line: 'online',
  clockConfirmed: true,
  answeredSinceStart: true,
  issuerEnabled: { CHARGE: true, REFUND: true },
  spokenFor: 0,
  recent: { outcomes: 0, reversed: 0 },
};
export const CHARGE: AdmitSpec = { type: 'CHARGE', amount: 10_000, cardNumber: '9410001234560005' };
