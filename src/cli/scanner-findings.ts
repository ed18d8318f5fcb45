/** Whether the scanners of a configuration could be opened now, what is wrong with what is plugged in, and the cure. */
import { access, constants, realpath } from 'node:fs/promises';
import { connect } from 'node:net';
import { choose } from '../../drivers/auto.ts';
import { matches } from '../../drivers/devices.ts';
import { SCORE_MIN } from '../../drivers/fingerprint.ts';
import { problemOf } from '../../drivers/lane.ts';
import type { PluggedDevice } from '../../drivers/list.ts';
import { keepApart } from '../../drivers/open.ts';
import type { Problem, ScannerProblem } from '../../drivers/scanner.ts';
import type { Config, ScannerConfig } from '../ops/config-schema.ts';
import { bad, type Finding, ok, warn } from '../ops/doctor.ts';

/** What a person does about each problem. */
export const CURES: Readonly<Record<ScannerProblem, string>> = {
  NOT_FOUND: 'plug it in and switch it on; see: kona-till scanners',
  AMBIGUOUS: 'name it in the configuration by "portPath" or "serialNumber"',
  PERMISSION:
    'run scripts/install-kiosk.sh for the udev rules and plug the scanner in again; run this as the user kona-till',
  BUSY: 'end the other program that has it open',
  LIBRARY_MISSING: 'apt-get install libusb-1.0-0, then start the agent again',
  WRONG_INTERFACE: 'scan the mode barcode in its manual, or change "driver" in the configuration',
  KEYSTROKES_LEAK:
    'run scripts/install-kiosk.sh for the udev rules and plug the scanner in again; or set it to HID-POS',
  REFUSED: 'switch it on; check its address and port',
  IO: 'plug it in again; if that does not help, try another cable or port',
};

const CONNECT_MS = 1_500;

type UsbScanner = Exclude<ScannerConfig, { driver: 'tcp' }>;

/** The device that an entry of the configuration would open, or why it opens none. */
type Found = { readonly device: PluggedDevice } | { readonly problem: Problem };

function canConnect(host: string, port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect({ host, port });
    const finish = (answer: boolean): void => {
      socket.destroy();
      done(answer);
    };
    socket.setTimeout(CONNECT_MS, () => finish(false));
    socket.once('connect', () => finish(true));
    socket.on('error', () => finish(false));
  });
}

/** Would this entry open one of these devices, and which? */
export function deviceOf(scanner: UsbScanner, devices: readonly PluggedDevice[]): Found {
  if (scanner.driver === 'auto') {
    try {
      const chosen = choose(devices, scanner);
      const device = devices.find(({ path }) => path === chosen.path);
      if (device !== undefined) return { device };
    } catch (error) {
      return { problem: problemOf(error) };
    }
  }
  const isNamed = Boolean(scanner.vendorId ?? scanner.serialNumber ?? scanner.portPath);
  const meant = devices.filter(
    ({ usb, driver, score }) =>
      usb !== null && matches(usb, scanner) && (isNamed || driver !== 'hid-keyboard' || score >= SCORE_MIN),
  );
  const right = meant.filter(({ driver }) => driver === scanner.driver);
  const [device] = right;
  if (device === undefined) return { problem: absent(meant[0], isNamed) };
  if (new Set(right.map(({ usb }) => usb?.portPath)).size > 1) {
    return { problem: { code: 'AMBIGUOUS', text: `${right.length} devices are like that` } };
  }
  return { device };
}

function absent(other: PluggedDevice | undefined, isNamed: boolean): Problem {
  return other !== undefined && isNamed
    ? { code: 'WRONG_INTERFACE', text: `it is plugged in, but offers ${other.driver} only` }
    : { code: 'NOT_FOUND', text: 'it is not plugged in' };
}

function findingOf(name: string, { code, text }: Problem): Finding {
  return bad(name, text, CURES[code]);
}

async function checkPath(name: string, path: string): Promise<Finding> {
  try {
    const device = await realpath(path);
    await access(device, constants.R_OK | constants.W_OK);
    return ok(name, device);
  } catch (error) {
    const problem = problemOf(error);
    return findingOf(
      name,
      problem.code === 'NOT_FOUND' ? { ...problem, text: `${path} is not there` } : problem,
    );
  }
}

async function checkTcp(name: string, scanner: Extract<ScannerConfig, { driver: 'tcp' }>): Promise<Finding> {
  const where = `${scanner.host} port ${scanner.port}`;
  if (scanner.mode === 'listen') return ok(name, `will be awaited at ${where}`);
  return (await canConnect(scanner.host, scanner.port))
    ? ok(name, `answers at ${where}`)
    : bad(name, `does not answer at ${where}`, CURES.REFUSED);
}

function checkUsb(name: string, scanner: UsbScanner, devices: readonly PluggedDevice[]): Finding[] {
  const found = deviceOf(scanner, devices);
  if ('problem' in found) return [findingOf(name, found.problem)];
  const { driver, path, usb, problems, advice } = found.device;
  if (problems.length > 0) return problems.map((problem) => findingOf(name, problem));
  const text = `${path}, ${driver}, ${usb?.vendorId ?? ''}:${usb?.productId ?? ''}`;
  return [advice === null ? ok(name, text) : warn(name, text, advice)];
}

/** Whether each scanner of the configuration could be opened now, among these devices. */
export async function checkScanners(config: Config, devices: readonly PluggedDevice[]): Promise<Finding[]> {
  const findings = await Promise.all(
    keepApart(config.scanners).map(async (scanner) => {
      const name = `scanner ${scanner.name}`;
      if (scanner.driver === 'tcp') return [await checkTcp(name, scanner)];
      if (scanner.driver === 'serial' && scanner.path !== null) return [await checkPath(name, scanner.path)];
      return checkUsb(name, scanner, devices);
    }),
  );
  return findings.length > 0
    ? findings.flat()
    : [warn('scanners', 'none is configured', 'add one under "scanners"; see: kona-till scanners')];
}

/** Does anything type what it scans into the screen? Looked at in force, device by device, not by the rule's file. */
export function checkKeystrokes(devices: readonly PluggedDevice[]): Finding {
  const name = 'keystrokes';
  const wedges = devices.filter(({ driver, score }) => driver === 'hid-keyboard' && score >= SCORE_MIN);
  const leaking = wedges.filter(({ leaks }) => leaks);
  if (leaking.length > 0) {
    const which = leaking.map(({ usb, path }) => usb?.portPath ?? path).join(', ');
    return bad(name, `the scanner at ${which} types into the screen what it scans`, CURES.KEYSTROKES_LEAK);
  }
  return ok(name, wedges.length === 0 ? 'no scanner is in keyboard mode' : 'are kept from the screen');
}
