import { expect, it } from 'vitest';
import { Counter } from './counter.ts';
import { IssuerModel } from './issuer-model.ts';
import { SeededRandom, VirtualClock } from './time.ts';

it('no till runs on while its disk is put back, also one that starts in that very moment', () => {
  const clock = new VirtualClock();
  const counter = new Counter({
    clock,
    random: new SeededRandom(1),
    issuer: new IssuerModel({ wallMs: () => clock.trueMs, tombstones: true }),
    terminalId: 'T0000001',
    file: null,
    plant: null,
    counts: {},
    without: new Set(),
    tombstones: true,
    tell: null,
    violate: ({ text }) => expect.unreachable(text),
  });
  for (let starts = 0; starts < 5; starts += 1) {
    counter.start();
    counter.powerCut();
  }
  counter.rollBack('oldImage');
  counter.start();
  expect(counter.terminal).not.toBeNull();
  while (clock.step(1)) {
    // Everything of this millisecond.
  }
  expect(counter.terminal).toBeNull();
});
