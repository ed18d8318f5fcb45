/**
 * What is plugged in, from sysfs: no helper process, no library, the same answer for every user. Device numbers
 * (`ttyACM1`, `hidraw3`) are only ever results: they change with every plug and name nothing.
 */
import { readdir, readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { OpenFailure } from './lane.ts';

/** What a scanner is found by. All given parts must match; absent or null parts match everything. */
export interface DeviceMatch {
  /** Four hexadecimal digits, small letters. */
  readonly vendorId?: string | null;
  readonly productId?: string | null;
  readonly serialNumber?: string | null;
  /** The place in the tree of hubs, such as `1-2.3`: tells two identical devices apart. */
  readonly portPath?: string | null;
  /** Devices that another scanner of the configuration names more exactly: theirs, also while they are not open yet. */
  readonly except?: readonly DeviceMatch[];
}

export interface UsbIdentity {
  readonly vendorId: string;
  readonly productId: string;
  readonly serialNumber: string | null;
  readonly manufacturer: string | null;
  readonly product: string | null;
  readonly portPath: string;
  /** bInterfaceNumber as two hexadecimal digits, when the device has several. */
  readonly interfaceNumber: string | null;
}

export interface TtyDevice {
  readonly path: string;
  /** Null: a port on the board. */
  readonly usb: UsbIdentity | null;
}

/** Where the kernel shows its devices; tests build a small tree of their own. */
export interface SystemRoots {
  readonly sys: string;
  readonly dev: string;
}

export const SYSTEM_ROOTS: SystemRoots = { sys: '/sys', dev: '/dev' };

const USB_TTY = /^tty(?:ACM|USB)\d+$/;
const BOARD_TTY = /^ttyS\d+$/;
/** From a class device up to the USB device there are no more directories than this. */
const PARENTS_MAX = 12;

/** Every tty that a scanner could be behind; ports on the board only when hardware answers there. */
export async function listTtys(roots: SystemRoots = SYSTEM_ROOTS): Promise<TtyDevice[]> {
  const found: TtyDevice[] = [];
  for (const name of await entriesOf(join(roots.sys, 'class/tty'))) {
    const path = join(roots.dev, name);
    if (USB_TTY.test(name)) {
      const usb = await usbParent(join(roots.sys, 'class/tty', name));
      if (usb !== null) found.push({ path, usb });
    } else if (BOARD_TTY.test(name)) {
      const type = await textOf(join(roots.sys, 'class/tty', name, 'type'));
      if (type !== null && type !== '0') found.push({ path, usb: null });
    }
  }
  return found;
}

/** The one tty that matches. Throws `OpenFailure` when there is none, or more than one. */
export async function findTty(match: DeviceMatch, roots: SystemRoots = SYSTEM_ROOTS): Promise<TtyDevice> {
  const all = await listTtys(roots);
  return theOne(
    all.filter(({ usb }) => usb !== null && matches(usb, match)),
    match,
  );
}

/** Picks the only candidate, or says why there is none to pick. */
export function theOne<T extends { readonly usb: UsbIdentity | null }>(
  candidates: readonly T[],
  match: DeviceMatch,
): T {
  const [first, ...others] = candidates;
  if (first === undefined)
    throw new OpenFailure('NOT_FOUND', `no device ${describeMatch(match)} is plugged in`);
  if (others.length > 0) {
    const places = candidates.map(({ usb }) => usb?.portPath ?? '-').join(', ');
    throw new OpenFailure(
      'AMBIGUOUS',
      `${candidates.length} devices ${describeMatch(match)}: name one by its portPath (${places}) or serialNumber`,
      { places },
    );
  }
  return first;
}

export function matches(usb: UsbIdentity, match: DeviceMatch): boolean {
  return (
    same(match.vendorId, usb.vendorId) &&
    same(match.productId, usb.productId) &&
    same(match.serialNumber, usb.serialNumber) &&
    same(match.portPath, usb.portPath) &&
    !(match.except ?? []).some((other) => matches(usb, other))
  );
}

/** How exactly a device is named: a place counts more than a serial number, that more than a product, that more than a vendor. */
export function exactness(match: DeviceMatch): number {
  const parts = [match.vendorId, match.productId, match.serialNumber, match.portPath];
  return parts.reduce((sum, part, i) => sum + (part === undefined || part === null ? 0 : 2 ** i), 0);
}

function same(wanted: string | null | undefined, has: string | null): boolean {
  return wanted === undefined || wanted === null || wanted.toLowerCase() === has?.toLowerCase();
}

function describeMatch(match: DeviceMatch): string {
  const id = `${match.vendorId ?? '*'}:${match.productId ?? '*'}`;
  const serial = match.serialNumber ? ` serial ${match.serialNumber}` : '';
  return match.portPath ? `${id}${serial} at ${match.portPath}` : `${id}${serial}`;
}

/** The USB device above a class device, or null when it is not on USB. */
export async function usbParent(classPath: string): Promise<UsbIdentity | null> {
  let place: string;
  try {
    place = await realpath(classPath);
  } catch {
    return null;
  }
  let interfaceNumber: string | null = null;
  for (let up = 0; up < PARENTS_MAX && place !== dirname(place); up += 1) {
    interfaceNumber ??= await textOf(join(place, 'bInterfaceNumber'));
    const vendorId = await textOf(join(place, 'idVendor'));
    if (vendorId !== null) {
      return {
        vendorId,
        productId: (await textOf(join(place, 'idProduct'))) ?? '',
        serialNumber: await textOf(join(place, 'serial')),
        manufacturer: await textOf(join(place, 'manufacturer')),
        product: await textOf(join(place, 'product')),
        portPath: basename(place),
        interfaceNumber,
      };
    }
    place = dirname(place);
  }
  return null;
}

/** The names in a directory, sorted; none when it cannot be read. */
export async function entriesOf(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).sort();
  } catch {
    return [];
  }
}

/** The text of a small attribute file without blanks around it; null when there is none. */
export async function textOf(file: string): Promise<string | null> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch {
    return null;
  }
}
