/** How sure we are that a device is a barcode scanner, and which of its faces to open. */
import { listTtys, SYSTEM_ROOTS, type SystemRoots, type UsbIdentity } from './devices.ts';
import { listHidraws } from './hid/hid-devices.ts';

export type CandidateDriver = 'hid-pos' | 'serial' | 'hid-keyboard';

export interface Candidate {
  readonly driver: CandidateDriver;
  readonly path: string;
  readonly usb: UsbIdentity | null;
  /** 0 to 100; below SCORE_MIN it is listed but never opened by itself. */
  readonly score: number;
  /** Why, in words for the installer. */
  readonly reasons: readonly string[];
  readonly leaks: boolean;
}

export const SCORE_MIN = 50;

/** Makers of scanners by USB vendor id, as seen on devices. The udev rules name the same ones. */
export const SCANNER_VENDORS: Readonly<Record<string, string>> = {
  '0c2e': 'Honeywell',
  '23d0': 'Youjie',
  '05e0': 'Zebra, Symbol',
  '05f9': 'Datalogic',
};

/** Adapters that may have anything behind them. */
const ADAPTER_VENDORS: Readonly<Record<string, string>> = {
  '0403': 'FTDI',
  '067b': 'Prolific',
  '10c4': 'Silicon Labs',
  '1a86': 'QinHeng CH34x',
};

const SCANNER_WORDS = /scan|barcode|bar code|imager/i;

/** Every device that could be a scanner, the most likely first. */
export async function listCandidates(roots: SystemRoots = SYSTEM_ROOTS): Promise<Candidate[]> {
  const ttys = (await listTtys(roots)).map(({ path, usb }) => scored('serial', path, usb, false));
  const hids = (await listHidraws(roots)).flatMap(({ kind, path, usb, leaks }) => {
    if (kind === 'other') return [];
    return [scored(kind === 'pos' ? 'hid-pos' : 'hid-keyboard', path, usb, leaks)];
  });
  return [...ttys, ...hids].sort((a, b) => b.score - a.score || (a.path < b.path ? -1 : 1));
}

/** A HID-POS interface is proof by itself; a keyboard is a scanner only if its maker or its name says so. */
export function scored(
  driver: CandidateDriver,
  path: string,
  usb: UsbIdentity | null,
  leaks: boolean,
): Candidate {
  const reasons: string[] = [];
  let score = 0;
  const add = (points: number, reason: string): void => {
    score += points;
    reasons.push(reason);
  };
  if (driver === 'hid-pos') add(90, 'HID-POS interface');
  const maker = SCANNER_VENDORS[usb?.vendorId ?? ''];
  if (maker !== undefined) add(driver === 'hid-pos' ? 10 : 55, `maker of scanners: ${maker}`);
  const adapter = ADAPTER_VENDORS[usb?.vendorId ?? ''];
  if (adapter !== undefined) add(20, `serial adapter: ${adapter}`);
  if (SCANNER_WORDS.test(`${usb?.manufacturer ?? ''} ${usb?.product ?? ''}`))
    add(50, 'its name says scanner');
  if (driver === 'serial' && score >= SCORE_MIN) add(10, 'serial: nothing leaks');
  if (usb === null) add(5, 'port on the board');
  return { driver, path, usb, score: Math.min(100, score), reasons, leaks };
}

/** One candidate per device: a device with several faces is opened by its best one. */
export function onePerDevice(candidates: readonly Candidate[]): Candidate[] {
  const best = new Map<string, Candidate>();
  for (const candidate of candidates) {
    const place = candidate.usb?.portPath ?? candidate.path;
    const before = best.get(place);
    if (before === undefined || candidate.score > before.score) best.set(place, candidate);
  }
  return [...best.values()];
}
