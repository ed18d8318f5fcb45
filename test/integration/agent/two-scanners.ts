/** One till with two scanners for the tests of a file. */
import { afterAll, beforeAll } from 'vitest';
import type { AgentOptions } from '../../../src/agent.ts';
import { FakeScanner, startTill, type Till } from './harness.ts';

export let till: Till;
export let left: FakeScanner;
export let right: FakeScanner;

/** Starts them before the first test of the file and ends them after the last. `stations` share out `left` and `right`. */
export function startTwoScanners(stations: AgentOptions['stations']): void {
  beforeAll(async () => {
    left = await FakeScanner.start();
    right = await FakeScanner.start();
    till = await startTill({
      agent: {
        scanners: [
          { driver: 'tcp', name: 'left', host: '127.0.0.1', port: left.port, suffix: 'CR' },
          { driver: 'tcp', name: 'right', host: '127.0.0.1', port: right.port, suffix: 'CR' },
        ],
        stations,
      },
    });
  });
  afterAll(async () => {
    await till.close();
    await left.close();
    await right.close();
  });
}
