/** HID devices as sysfs shows them: identity, report descriptor, and whether their keystrokes are kept away. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  entriesOf,
  SYSTEM_ROOTS,
  type SystemRoots,
  textOf,
  type UsbIdentity,
  usbParent,
} from '../devices.ts';
import { parseReportDescriptor, type ReportDescriptor } from './descriptor.ts';
import { POS_SCANNER_USAGE, POS_USAGE_PAGE } from './pos-decoder.ts';

export type HidKind = 'pos' | 'keyboard' | 'other';

export interface HidrawDevice {
  /** `/dev/hidrawN`: for this connection only, the number changes with every plug. */
  readonly path: string;
  readonly usb: UsbIdentity | null;
  readonly name: string;
  readonly kind: HidKind;
  readonly descriptor: ReportDescriptor;
  /** Its keystrokes reach console and focused page. False for devices that type nothing. */
  readonly leaks: boolean;
}

const PAGE_GENERIC_DESKTOP = 0x01;
const USAGE_KEYBOARD = 0x06;

export async function listHidraws(roots: SystemRoots = SYSTEM_ROOTS): Promise<HidrawDevice[]> {
  const found: HidrawDevice[] = [];
  for (const node of await entriesOf(join(roots.sys, 'class/hidraw'))) {
    const device = await describeHidraw(node, roots);
    if (device !== null) found.push(device);
  }
  return found;
}

async function describeHidraw(node: string, roots: SystemRoots): Promise<HidrawDevice | null> {
  const place = join(roots.sys, 'class/hidraw', node, 'device');
  let descriptor: ReportDescriptor;
  try {
    descriptor = parseReportDescriptor(await readFile(join(place, 'report_descriptor')));
  } catch {
    return null; // unplugged while we looked
  }
  const uevent = parseUevent((await textOf(join(place, 'uevent'))) ?? '');
  const kind = kindOf(descriptor);
  return {
    path: join(roots.dev, node),
    usb: (await usbParent(place)) ?? identityOf(uevent),
    name: uevent.get('HID_NAME') ?? '',
    kind,
    descriptor,
    leaks: kind === 'keyboard' && (await leaksKeystrokes(place)),
  };
}

export function kindOf({ applications }: ReportDescriptor): HidKind {
  const has = (page: number, id: number): boolean =>
    applications.some(({ usagePage, usage }) => usagePage === page && usage === id);
  if (has(POS_USAGE_PAGE, POS_SCANNER_USAGE)) return 'pos';
  return has(PAGE_GENERIC_DESKTOP, USAGE_KEYBOARD) ? 'keyboard' : 'other';
}

/** True unless every input device of this HID device is inhibited (kernel 5.11 or later, the shipped udev rule). */
async function leaksKeystrokes(place: string): Promise<boolean> {
  const inputs = (await entriesOf(join(place, 'input'))).filter((name) => /^input\d+$/.test(name));
  for (const input of inputs) {
    if ((await textOf(join(place, 'input', input, 'inhibited'))) !== '1') return true;
  }
  return false;
}

function parseUevent(text: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const at = line.indexOf('=');
    if (at > 0) values.set(line.slice(0, at), line.slice(at + 1));
  }
  return values;
}

/** Devices that are not on USB (Bluetooth, software) still have ids: bus, vendor, product, serial, place. */
function identityOf(uevent: ReadonlyMap<string, string>): UsbIdentity | null {
  const ids = /^[0-9A-F]{4}:0000([0-9A-F]{4}):0000([0-9A-F]{4})$/i.exec(uevent.get('HID_ID') ?? '');
  if (ids === null) return null;
  return {
    vendorId: (ids[1] ?? '').toLowerCase(),
    productId: (ids[2] ?? '').toLowerCase(),
    serialNumber: uevent.get('HID_UNIQ') || null,
    manufacturer: null,
    product: uevent.get('HID_NAME') ?? null,
    portPath: uevent.get('HID_PHYS') ?? '',
    interfaceNumber: null,
  };
}
