import type { DriverClock, Scanner, ScannerListener } from './scanner.ts';
import { openSerial, type SerialOptions } from './serial.ts';
import { openTcp, type TcpOptions } from './tcp.ts';

/** One scanner of the configuration. */
export type ScannerConfig =
  | ({ readonly driver: 'serial' } & SerialOptions)
  | ({ readonly driver: 'tcp' } & TcpOptions);

/** Opens a scanner by its driver's name and keeps it open until `close`. Never throws for what a device does. */
export function openScanner(config: ScannerConfig, clock: DriverClock, listener: ScannerListener): Scanner {
  switch (config.driver) {
    case 'serial':
      return openSerial(config, clock, listener);
    case 'tcp':
      return openTcp(config, clock, listener);
  }
}
