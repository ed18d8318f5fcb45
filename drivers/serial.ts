/** Scanners that speak over a tty: RS-232, USB CDC-ACM, FTDI and other adapters. */
import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access, realpath } from 'node:fs/promises';
import { SerialPort } from 'serialport';
import { type DeviceMatch, findTty } from './devices.ts';
import { createFramer, type FramingOptions } from './framing.ts';
import { failureOf, type Link, type LinkEvents, openLane, problemOf } from './lane.ts';
import { type NodeWatch, watchNode } from './node-watch.ts';
import type { DriverClock, Scanner, ScannerListener } from './scanner.ts';

export interface SerialOptions extends FramingOptions, DeviceMatch {
  readonly name: string;
  /**
   * A path that names the place or the device (`/dev/serial/by-id/...`, `/dev/serial/by-path/...`, `/dev/ttyS0` for a
   * port on the board). Without one the device is looked for by vendor, product, serial number and port path. Never
   * the number of a USB device: it changes with every plug.
   */
  readonly path?: string | null;
  /** Default 9600. USB CDC-ACM devices ignore it. */
  readonly baudRate?: number;
  readonly dataBits?: 7 | 8;
  readonly parity?: 'none' | 'even' | 'odd';
  readonly stopBits?: 1 | 2;
  readonly rtscts?: boolean;
  readonly xonXoff?: boolean;
}

/** Opens it now and for ever. Never rejects and never throws for what the device does. */
export function openSerial(options: SerialOptions, clock: DriverClock, listener: ScannerListener): Scanner {
  return openLane(
    { name: options.name, driver: 'serial', open: (events) => openPort(options, clock, events) },
    clock,
    listener,
  );
}

/** One connection; the lane around it opens the next one. */
export async function openPort(
  options: SerialOptions,
  clock: DriverClock,
  events: LinkEvents,
): Promise<Link> {
  const path = await resolvePath(options);
  const port = newPort(options, path);
  await new Promise<void>((resolve, reject) => {
    port.open((error) => (error === null ? resolve() : reject(failureOf(error))));
  });
  keepDtr(path);
  const framer = createFramer(options, clock, events);
  let watch: NodeWatch | null = null;
  const end = (): void => {
    watch?.close();
    framer.end();
  };
  const lost = (problem: ReturnType<typeof problemOf> | null): void => {
    end();
    events.lost(problem);
  };
  port.on('data', (bytes: Buffer) => {
    watch?.touch();
    framer.push(bytes);
  });
  port.on('error', (error: Error) => lost(problemOf(error)));
  port.on('close', () => lost(null));
  port.on('end', () => lost(null)); // a read of nothing: unplugged, and no close will follow
  watch = watchNode(path, clock, () => lost(null));
  if (!port.isOpen) lost(null);
  return {
    device: path,
    close: async () => {
      end();
      await closePort(port);
    },
  };
}

const STTY_MS_MAX = 2000;

/**
 * Closing must not drop DTR: that resets or switches off some scanners. The library can only set this flag, never clear it, and the
 * kernel's default has it set. A machine without stty goes on with the default.
 */
function keepDtr(path: string): void {
  const stty = spawn('stty', ['-F', path, '-hupcl'], { stdio: 'ignore', timeout: STTY_MS_MAX });
  stty.once('error', () => undefined);
  stty.unref();
}

async function resolvePath(options: SerialOptions): Promise<string> {
  const wanted = options.path ?? (await findTty(options)).path;
  try {
    const path = await realpath(wanted);
    await access(path, constants.R_OK | constants.W_OK);
    return path;
  } catch (error) {
    throw failureOf(error);
  }
}

function newPort(options: SerialOptions, path: string): SerialPort {
  return new SerialPort({
    path,
    baudRate: options.baudRate ?? 9600,
    dataBits: options.dataBits ?? 8,
    parity: options.parity ?? 'none',
    stopBits: options.stopBits ?? 1,
    rtscts: options.rtscts ?? false,
    xon: options.xonXoff ?? false,
    xoff: options.xonXoff ?? false,
    hupcl: false,
    lock: true,
    autoOpen: false,
  });
}

/** Resolves when the handle is gone; a port that is already closed is fine. */
function closePort(port: SerialPort): Promise<void> {
  port.removeAllListeners();
  port.on('error', () => undefined); // a read that was under way may still fail
  return new Promise((resolve) => {
    if (port.isOpen) port.close(() => resolve());
    else resolve();
  });
}
