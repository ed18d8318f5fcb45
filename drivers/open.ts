import { type AutoOptions, openAuto } from './auto.ts';
import { type DeviceMatch, exactness } from './devices.ts';
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

/**
 * The same scanners, each told which devices others name more exactly: whichever is plugged in first, a scanner that is
 * meant by its place or serial number is never taken by one that any of its kind would do for.
 */
export function keepApart<T extends ScannerConfig>(configs: readonly T[]): T[] {
  return configs.map((config) => ({
    ...config,
    except: configs
      .filter((other) => couldTakeTheSame(config, other) && exact(other) > exact(config))
      .map(named),
  }));
}

function couldTakeTheSame(one: ScannerConfig, other: ScannerConfig): boolean {
  return one.driver === other.driver || one.driver === 'auto' || other.driver === 'auto';
}

function exact(config: ScannerConfig): number {
  return exactness(named(config));
}

/** What it is named by; nothing for a network scanner and for a port given by its path. */
function named(config: ScannerConfig): DeviceMatch {
  if (config.driver === 'tcp') return {};
  const { vendorId, productId, serialNumber, portPath } = config;
  return {
    vendorId: vendorId ?? null,
    productId: productId ?? null,
    serialNumber: serialNumber ?? null,
    portPath: portPath ?? null,
  };
}
