/** The line on the manager's pages: what is laid over it is told apart there too. */
import { expect, it } from 'vitest';
import type { SyncStatus } from '../../../src/sync/types.ts';
import { lineAnswer } from '../../../src/web/line.ts';
import { ONLINE, pausedBy } from '../station/desk-lab.ts';

const PAUSED = pausedBy({ role: 'manager', id: 'M1' });
const ALARM: SyncStatus = {
  ...PAUSED,
  line: { ...PAUSED.line, code: '000_905' },
  paused: {
    by: 'alarm',
    reason: 'NOT_PROCESSED',
    code: '000_905',
    atMs: 0,
    actor: { role: 'terminal' },
    stops: 'deferred',
  },
};

it.each([
  ["a manager's pause", PAUSED, { state: 'paused', reason: 'PAUSED', pausedBy: 'manager' }],
  ['an alarm', ALARM, { state: 'paused', reason: '000_905', pausedBy: 'alarm' }],
  [
    'an alarm on a line that is down',
    { ...ALARM, line: { ...ONLINE.line, state: 'down', reason: 'NO_ANSWER' } },
    { state: 'down', reason: 'NO_ANSWER', pausedBy: null },
  ],
  ['nothing', ONLINE, { state: 'online', reason: null, pausedBy: null }],
] as const)('names who paused under %s', (_name, status, shown) => {
  expect(lineAnswer(status)).toMatchObject(shown);
});
