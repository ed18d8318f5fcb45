import { type AutoOptions, openAuto } from './auto.ts';
import { type HidKeyboardOptions, type HidPosOptions, openHidKeyboard, openHidPos } from './hid-scanner.ts';
import type { DriverClock, Scanner, ScannerListener } from './scanner.ts';
import { openSerial, type SerialOptions } from './serial.ts';
import { openTcp, type TcpOptions } from './tcp.ts';

/** One scanner of the configuration. */
export type ScannerConfig =
  | ({ readonly driver: 'serial' } & SerialOptions)
  | ({ readonly driver: 'tcp' } & TcpOptions)
  | ({ readonly driver: 'hid-pos' } & HidPosOptions)
  | ({ readonly driver: 'hid-keyboard' } & HidKeyboardOptions)
  | ({ readonly driver: 'auto' } & AutoOptions);

/** Opens a scanner by its driver's name and keeps it open until `close`. Never throws for what a device does. */
export function openScanner(config: ScannerConfig, clock: DriverClock, listener: ScannerListener): Scanner {
  switch (config.driver) {
    case 'serial':
      return openSerial(config, clock, listener);
    case 'tcp':
      return openTcp(config, clock, listener);
    case 'hid-pos':
      return openHidPos(config, clock, listener);
    case 'hid-keyboard':
      return openHidKeyboard(config, clock, listener);
    case 'auto':
      return openAuto(config, clock, listener);
  }
}
