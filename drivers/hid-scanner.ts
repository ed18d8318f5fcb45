/** USB-HID scanners: `hid-pos` (recommended: nothing leaks) and `hid-keyboard` (wedge), both read from hidraw. */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { type DeviceMatch, matches, SYSTEM_ROOTS, type SystemRoots, theOne } from './devices.ts';
import { SCORE_MIN, scored } from './fingerprint.ts';
import { createFramer, type FramingOptions } from './framing.ts';
import { type HidrawDevice, listHidraws } from './hid/hid-devices.ts';
import { KeyboardDecoder, keyReaderOf } from './hid/keyboard-decoder.ts';
import type { KeyboardLayout } from './hid/layouts.ts';
import { type HidHandle, type HidLibrary, loadNodeHid } from './hid/library.ts';
import { COMMON_LAYOUT, PosDecoder, posLayoutOf } from './hid/pos-decoder.ts';
import { failureOf, type Link, type LinkEvents, OpenFailure, openLane } from './lane.ts';
import { type NodeWatch, watchNode } from './node-watch.ts';
import type { DriverClock, Problem, Scanner, ScannerListener } from './scanner.ts';

export interface HidPosOptions extends DeviceMatch {
  readonly name: string;
  /** Characters that the device puts before each read; taken away when present. */
  readonly prefix?: string;
}

export interface HidKeyboardOptions extends FramingOptions, DeviceMatch {
  readonly name: string;
  /** The keyboard country the scanner is set to. Default `US`. ALT and numbers are understood under each. */
  readonly layout?: KeyboardLayout;
}

/** Where devices are looked for and by what they are opened; the defaults are the machine's own. */
export interface HidSurroundings {
  readonly roots: SystemRoots;
  readonly library: () => Promise<HidLibrary>;
}

export const HID_SURROUNDINGS: HidSurroundings = { roots: SYSTEM_ROOTS, library: loadNodeHid };

/** Opens it now and for ever. Never rejects and never throws for what the device does. */
export function openHidPos(
  options: HidPosOptions,
  clock: DriverClock,
  listener: ScannerListener,
  surroundings: HidSurroundings = HID_SURROUNDINGS,
): Scanner {
  const open = (events: LinkEvents): Promise<Link> => openPosLink(options, clock, events, surroundings);
  return openLane({ name: options.name, driver: 'hid-pos', open }, clock, listener);
}

/** Opens it now and for ever. Without vendor, serial number or place only known scanners are taken, no other keyboard. */
export function openHidKeyboard(
  options: HidKeyboardOptions,
  clock: DriverClock,
  listener: ScannerListener,
  surroundings: HidSurroundings = HID_SURROUNDINGS,
): Scanner {
  const open = (events: LinkEvents): Promise<Link> => openKeyboardLink(options, clock, events, surroundings);
  return openLane({ name: options.name, driver: 'hid-keyboard', open }, clock, listener);
}

export async function openPosLink(
  options: HidPosOptions,
  clock: DriverClock,
  events: LinkEvents,
  surroundings: HidSurroundings,
): Promise<Link> {
  const device = await findHid('pos', options, surroundings.roots);
  const layout = posLayoutOf(device.descriptor) ?? COMMON_LAYOUT;
  const decoder = new PosDecoder(layout, options.prefix ?? '', clock, events);
  return openHidLink(device, clock, events, surroundings, decoder);
}

export async function openKeyboardLink(
  options: HidKeyboardOptions,
  clock: DriverClock,
  events: LinkEvents,
  surroundings: HidSurroundings,
): Promise<Link> {
  const device = await findHid('keyboard', options, surroundings.roots);
  const decoder = new KeyboardDecoder(options.layout ?? 'US', keyReaderOf(device.descriptor));
  const framer = createFramer(options, clock, events);
  const link = await openHidLink(device, clock, events, surroundings, {
    push: (report) => {
      const text = decoder.push(report);
      if (text !== '') framer.push(Buffer.from(text, 'utf8'));
    },
    end: () => framer.end(),
  });
  const watch = watchLeak(device, clock, events, surroundings.roots);
  return {
    device: link.device,
    ...(device.leaks ? { problem: LEAK } : {}),
    close: async () => {
      watch.cancel();
      await link.close();
    },
  };
}

export const LEAK: Problem = {
  code: 'KEYSTROKES_LEAK',
  text: 'what it scans is also typed into the console and the focused page: install the udev rule (inhibited=1), or set the scanner to HID-POS',
};
const LEAK_LOOK_MS = 2000;

/** The udev rule comes into force a moment after the node: looks again until the keystrokes are kept away. */
function watchLeak(
  device: HidrawDevice,
  clock: DriverClock,
  events: LinkEvents,
  roots: SystemRoots,
): { cancel(): void } {
  let over = !device.leaks;
  let timer: { cancel(): void } | null = null;
  const look = async (): Promise<void> => {
    const now = (await listHidraws(roots)).find(({ path }) => path === device.path);
    if (over || now === undefined) return;
    if (!now.leaks) {
      over = true;
      events.problem(null);
    } else lookLater();
  };
  const lookLater = (): void => {
    timer = clock.after(LEAK_LOOK_MS, () => void look());
  };
  if (!over) lookLater();
  return {
    cancel: () => {
      over = true;
      timer?.cancel();
    },
  };
}

async function findHid(
  kind: 'pos' | 'keyboard',
  match: DeviceMatch,
  roots: SystemRoots,
): Promise<HidrawDevice> {
  const named = Boolean(match.vendorId ?? match.serialNumber ?? match.portPath);
  const all = (await listHidraws(roots)).filter(
    ({ usb, path }) => usb !== null && matches(usb, match) && (named || likely(kind, path, usb)),
  );
  const right = all.filter((device) => device.kind === kind);
  const other = all.find((device) => device.kind !== 'other' && device.kind !== kind);
  // Without a name any keyboard in the store would be "the wrong interface".
  if (named && right.length === 0 && other !== undefined) {
    const is = other.kind === 'pos' ? 'HID-POS' : 'a keyboard';
    const wanted = kind === 'pos' ? 'HID-POS' : 'a keyboard';
    const usb = `${other.usb?.vendorId}:${other.usb?.productId}`;
    throw new OpenFailure(
      'WRONG_INTERFACE',
      `${usb} presents itself as ${is}, not as ${wanted}: ` +
        'scan the mode barcode in its manual, or change the driver in the configuration',
      { usb, is: `hid-${other.kind}`, wanted: `hid-${kind}` },
    );
  }
  // Several interfaces of one device in one place are one scanner; the first describes its data.
  const places = new Set(right.map(({ usb }) => usb?.portPath));
  return theOne(places.size === 1 ? right.slice(0, 1) : right, match);
}

function likely(kind: 'pos' | 'keyboard', path: string, usb: HidrawDevice['usb']): boolean {
  return kind === 'pos' || scored('hid-keyboard', path, usb, false).score >= SCORE_MIN;
}

interface ReportSink {
  push(report: Uint8Array): void;
  end(): void;
}

/** Honeywell and Youjie speak HID-POS only after this feature report; others refuse it, which does no harm. */
const WAKE_VENDORS: ReadonlySet<string> = new Set(['0c2e', '23d0']);
const WAKE_REPORT = [254, 1] as const;

async function openHidLink(
  device: HidrawDevice,
  clock: DriverClock,
  events: LinkEvents,
  surroundings: HidSurroundings,
  sink: ReportSink,
): Promise<Link> {
  try {
    await access(device.path, constants.R_OK | constants.W_OK);
  } catch (error) {
    throw failureOf(error);
  }
  const library = await surroundings.library();
  let watch: NodeWatch | null = null;
  const end = (): void => {
    watch?.close();
    sink.end();
  };
  const lost = (problem: Problem | null): void => {
    end();
    events.lost(problem);
  };
  const handle: HidHandle = await library.open(device.path, {
    report: (bytes) => {
      watch?.touch();
      sink.push(bytes);
    },
    failed: () => lost(null), // an unplug is told as a read error
  });
  watch = watchNode(device.path, clock, () => lost(null));
  if (device.kind === 'pos' && WAKE_VENDORS.has(device.usb?.vendorId ?? '')) {
    // Not waited for: a device that does not know the report may take seconds to refuse it.
    handle.sendFeature(WAKE_REPORT).catch(() => undefined);
  }
  return {
    device: device.path,
    close: async () => {
      end();
      await handle.close();
    },
  };
}
