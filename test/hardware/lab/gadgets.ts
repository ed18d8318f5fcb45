/**
 * USB scanners made of Linux gadget functions on dummy_hcd: real USB devices for the guest's kernel, with any vendor,
 * product, serial number and report descriptor; plugged and unplugged by binding the gadget to its controller.
 */
import type { Machine } from './machine.ts';

export interface UsbIdentity {
  readonly vendor: string;
  readonly product: string;
  readonly serial: string;
  readonly name: string;
}
export interface Gadget {
  /** Node inside the guest to which the "scanner" writes: /dev/hidgN or /dev/ttyGSN. */
  readonly port: string;
  /** A shell command that pulls the plug: for what must happen in the same instant as something else. */
  readonly unplugCommand: string;
  /** Plugs it into its own socket, or into another one (0 to 3). Answers the guest's monotonic clock just before. */
  plug(controller?: number): Promise<number>;
  /** Answers the guest's monotonic clock just before. */
  unplug(): Promise<number>;
}

/** HID POS barcode scanner, usage page 0x8C: 64-byte input report, report id 2. */
export const HID_POS_DESCRIPTOR =
  '058c0902a10185020912a102150026ff00750895010501093b81029503058c09fb09fc09fd8102953809fe8202019501' +
  '0600ff090181028103058c09ff25017501810275078103c085040914a10215002501750195020960095f9102750695019103c0c0';

/** The boot keyboard of the HID specification, appendix B.1: 8-byte reports. */
export const BOOT_KEYBOARD_DESCRIPTOR =
  '05010906a101050719e029e71500250175019508810295017508810395057501050819012905910295017503910395067508150025650507190029658100c0';

const ROOT = '/sys/kernel/config/usb_gadget';
let made = 0;

/** Runs a shell script inside the guest; throws what it says when it fails. */
export async function shell(machine: Machine, script: string): Promise<string> {
  const result = await machine.run(['/bin/sh', '-ec', script]);
  if (result.status !== 0) throw new Error(`guest shell failed: ${result.stderr || result.stdout}`);
  return result.stdout.trim();
}

function identityScript(folder: string, usb: UsbIdentity): string {
  return [
    `mkdir ${folder}`,
    `echo 0x${usb.vendor} > ${folder}/idVendor; echo 0x${usb.product} > ${folder}/idProduct`,
    `mkdir ${folder}/strings/0x409; echo "${usb.serial}" > ${folder}/strings/0x409/serialnumber`,
    `echo "Lab" > ${folder}/strings/0x409/manufacturer; echo "${usb.name}" > ${folder}/strings/0x409/product`,
    `mkdir ${folder}/configs/c.1`,
  ].join('; ');
}

function pluggable(machine: Machine, folder: string, own: number, port: string): Gadget {
  const unplugCommand = `echo "" > ${folder}/UDC`;
  const timed = async (script: string): Promise<number> => {
    const result = await machine.run(['/bin/sh', '-ec', script]);
    if (result.status !== 0) throw new Error(`guest shell failed: ${result.stderr}`);
    return result.startMonoMs;
  };
  return {
    port,
    unplugCommand,
    plug: (controller = own) => timed(`echo dummy_udc.${controller} > ${folder}/UDC`),
    unplug: () => timed(unplugCommand),
  };
}

/** Makes a HID gadget on controller `index` (0 to 3), unplugged. */
export async function hidGadget(
  machine: Machine,
  index: number,
  usb: UsbIdentity,
  report: { descriptor: string; length: number; protocol: number; subclass: number },
): Promise<Gadget> {
  const folder = `${ROOT}/g${made++}`;
  const hid = `${folder}/functions/hid.usb0`;
  const script = [
    identityScript(folder, usb),
    `mkdir ${hid}; echo ${report.protocol} > ${hid}/protocol; echo ${report.subclass} > ${hid}/subclass`,
    `echo ${report.length} > ${hid}/report_length`,
    `echo ${report.descriptor} | busybox xxd -r -p > ${hid}/report_desc`,
    `ln -s ${hid} ${folder}/configs/c.1/`,
    `cat ${hid}/dev`,
  ].join('; ');
  const minor = (await shell(machine, script)).split(':')[1] ?? '0';
  return pluggable(machine, folder, index, `/dev/hidg${minor}`);
}

/** Makes a USB-CDC serial gadget on controller `index` (0 to 3), unplugged. */
export async function serialGadget(machine: Machine, index: number, usb: UsbIdentity): Promise<Gadget> {
  const folder = `${ROOT}/g${made++}`;
  const acm = `${folder}/functions/acm.usb0`;
  const script = `${identityScript(folder, usb)}; mkdir ${acm}; ln -s ${acm} ${folder}/configs/c.1/; cat ${acm}/port_num`;
  const port = await shell(machine, script);
  return pluggable(machine, folder, index, `/dev/ttyGS${port}`);
}

/** Reports of one scan by a HID POS scanner: id, length, AIM identifier, 56 data bytes, "continued" in the last byte. */
export function hidPosReports(text: string, identifier = ']C0'): string[] {
  const data = Buffer.from(text, 'latin1');
  const reports: string[] = [];
  for (let offset = 0; offset === 0 || offset < data.length; offset += 56) {
    const part = data.subarray(offset, offset + 56);
    const report = Buffer.alloc(64);
    report[0] = 2;
    report[1] = part.length;
    report.write(identifier, 2, 'latin1');
    part.copy(report, 5);
    report[63] = offset + 56 < data.length ? 1 : 0;
    reports.push(report.toString('hex'));
  }
  return reports;
}

/** Boot-keyboard reports that type `text` on a US keyboard, ended by Enter: press and release for each character. */
export function keyboardReports(text: string): string[] {
  const reports: string[] = [];
  for (const character of `${text}\n`) {
    const shift = character >= 'A' && character <= 'Z' ? '02' : '00';
    reports.push(`${shift}00${usageOf(character)}0000000000`, '0000000000000000');
  }
  return reports;
}

function usageOf(character: string): string {
  const code = character.charCodeAt(0);
  let usage = 0x28;
  if (character >= '1' && character <= '9') usage = 0x1e + code - 0x31;
  else if (character === '0') usage = 0x27;
  else if (/[a-zA-Z]/.test(character)) usage = 0x04 + character.toLowerCase().charCodeAt(0) - 0x61;
  else if (character !== '\n') throw new Error(`no key for ${JSON.stringify(character)}`);
  return usage.toString(16).padStart(2, '0');
}
