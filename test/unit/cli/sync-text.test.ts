/** What `sync status` says of the delivery: a manager's pause and an alarm are two matters. */
import { expect, it } from 'vitest';
import { deliveryText } from '../../../src/cli/sync.ts';

const ON = { pausedBy: null, pauseReason: null, recovering: false, pauseKept: true } as const;

it.each([
  ['nothing', ON, 'on'],
  [
    "a manager's pause",
    { ...ON, pausedBy: 'manager', pauseReason: 'settlement check' },
    'paused by a manager: settlement check',
  ],
  [
    'an alarm',
    { ...ON, pausedBy: 'alarm', pauseReason: 'NOT_PROCESSED' },
    'what is credited later is held back by an alarm, and tried again by itself: NOT_PROCESSED',
  ],
  ['a recovery', { ...ON, recovering: true }, 'no payment is sent: the terminal is recovering'],
  [
    'an alarm and a recovery',
    { ...ON, pausedBy: 'alarm', pauseReason: 'NOT_PROCESSED', recovering: true },
    'no payment is sent: the terminal is recovering',
  ],
  [
    "a manager's pause and a recovery",
    { ...ON, pausedBy: 'manager', pauseReason: 'settlement check', recovering: true },
    'paused by a manager: settlement check, recovering',
  ],
] as const)('says of the delivery under %s what it is', (_name, answer, text) => {
  expect(deliveryText(answer)).toBe(text);
});
