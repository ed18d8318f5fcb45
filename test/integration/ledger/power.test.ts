import { expect, it } from 'vitest';
import { lossIsSeen, powerRounds } from './power-rounds.ts';
import { syncRounds } from './sync-rounds.ts';

it('a power cut between any two commits or inside a checkpoint loses nothing acknowledged', () => {
  const report = powerRounds({ commits: 60, images: 3, seed: 20260723, timeMs: 6_000 });
  expect(report.images).toBeGreaterThan(20);
  expect(report.ahead).toBeGreaterThan(0);
  expect(report.ahead).toBeLessThan(report.images);
});

it('a disk that loses what was synced is seen by the head that others know', () => {
  expect(lossIsSeen(20260723).faults).toContainEqual(expect.objectContaining({ code: 'KNOWN_HEAD' }));
});

it('a power cut at any system call loses nothing acknowledged, where calls can be traced', () => {
  const options = { steps: 60, images: 60, seed: 20260723, timeMs: 5_000 };
  const report = syncRounds(options);
  if (report === null) {
    // No strace here: the recorder above stands alone, and its control must still see a loss.
    expect(lossIsSeen(1).ok).toBe(false);
    return;
  }
  expect(report.syncs).toBeGreaterThanOrEqual(report.acknowledged);
  expect(report.images).toBeGreaterThan(10);
  expect(() => syncRounds({ ...options, steps: 20, ignoreWalSyncs: true })).toThrow(/KNOWN_HEAD/);
});
