import { expect, it } from 'vitest';
import { crashRounds } from './crash-rounds.ts';

it('a killed process loses nothing that it had acknowledged, and the chain verifies, round after round', async () => {
  const report = await crashRounds({ rounds: 12, timeMs: 15_000, seed: 20260723 });
  expect(report.rounds).toBeGreaterThan(3);
  expect(report.acknowledged).toBeGreaterThan(report.rounds);
});
