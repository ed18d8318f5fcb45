/**
 * Opens the scanners of a JSON configuration (the argument: an array of what `openScanner` takes) and prints every frame
 * and every change of status as a JSON line. Test equipment: it prints the whole text, so only test cards may be scanned.
 * On SIGUSR2 it prints what the process holds.
 */
import { keepApart, openScanner, type ScannerConfig } from '../../../drivers/open.ts';
import type { Scanner } from '../../../drivers/scanner.ts';
import { SystemClock } from '../../../src/ops/clock.ts';
import { processHoldings } from './holdings.ts';

const clock = new SystemClock();

function print(event: string, value: object): void {
  process.stdout.write(`${JSON.stringify({ event, monoMs: clock.monoMs(), ...value })}\n`);
}

const configs = JSON.parse(process.argv[2] ?? '[]') as readonly ScannerConfig[];
const scanners: readonly Scanner[] = keepApart(configs).map((config) =>
  openScanner(config, clock, {
    frame: ({ source, text, symbology }) => print('frame', { source, text, symbology: symbology ?? null }),
    status: ({ name, state, device, problem }) =>
      print('status', { source: name, state, device: device ?? null, problem: problem?.code ?? null }),
  }),
);

function holdings(): object {
  return {
    ...processHoldings(),
    statistics: Object.fromEntries(scanners.map((scanner) => [scanner.name, scanner.statistics()])),
  };
}

process.on('SIGUSR2', () => print('holdings', holdings()));
process.on('SIGTERM', () => {
  void Promise.all(scanners.map((scanner) => scanner.close())).then(() => {
    // Nothing may keep the process now: the test waits for its end.
    print('closed', {});
  });
});
print('started', { pid: process.pid });
