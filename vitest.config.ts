import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Two files at a time on a small machine; never more than there are cores, never more than four. */
const workers = Math.max(1, Math.min(4, availableParallelism()));

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: workers,
    restoreMocks: true,
    allowOnly: false,
    passWithNoTests: false,
    // A wait for a condition ends as soon as it holds; the bound is for a machine that is busy with something else.
    expect: { poll: { timeout: 15_000, interval: 20 } },
    reporters: ['default', './scripts/summary-reporter.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'guards',
          include: ['test/guards/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.{ts,tsx}'],
          testTimeout: 15_000,
          hookTimeout: 15_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'simulation',
          include: ['test/simulation/**/*.test.ts'],
          testTimeout: 300_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          // A cashier's morning at a real counter, agent killed in every state: minutes, `npm run prove -- counter`.
          exclude: process.env.KONA_TILL_COUNTER === 'full' ? [] : ['test/browser/cashier/real-till.test.ts'],
          testTimeout: 90_000,
          hookTimeout: 90_000,
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'hardware',
          // A power cut boots the machine twice per cell: minutes, so it belongs to `npm run test:hardware`.
          include:
            process.env.KONA_TILL_HARDWARE === 'full'
              ? ['test/hardware/**/*.test.ts']
              : ['test/hardware/devices.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
