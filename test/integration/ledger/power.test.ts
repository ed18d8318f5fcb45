import { expect, it } from 'vitest';
import { lossIsSeen, powerRounds } from './power-rounds.ts';

it('a power cut between any two commits or inside a checkpoint loses nothing acknowledged', () => {
  const report = powerRounds({ commits: 60, images: 3, seed: 20260723, timeMs: 8_000 });
  expect(report.images).toBeGreaterThan(30);
  expect(report.ahead).toBeGreaterThan(0);
  expect(report.ahead).toBeLessThan(report.images);
});

it('a disk that loses what was synced is seen by the head that others know', () => {
  expect(lossIsSeen(20260723).faults).toContainEqual(expect.objectContaining({ code: 'KNOWN_HEAD' }));
});
