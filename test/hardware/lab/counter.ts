/** A counter with one scanner of each kind, plugged into the guest; each can be told to scan a text. */
import type { Socket } from 'node:net';
import type { ScannerConfig } from '../../../drivers/open.ts';
import {
  BOOT_KEYBOARD_DESCRIPTOR,
  type Gadget,
  HID_POS_DESCRIPTOR,
  hidGadget,
  hidPosReports,
  keyboardReports,
  serialGadget,
  shell,
} from './gadgets.ts';
import type { Machine } from './machine.ts';

/** A published test card; nothing else is ever scanned here. */
const TEST_CARD = '9410000000000005';

/** The text of scan number `number`: every one differs, so that a lost, doubled or exchanged scan shows. */
export function scanText(number: number): string {
  const token = String((number * 7) % 1000).padStart(3, '0');
  return `${number % 2 === 0 ? 'CHARGE' : 'REFUND'}${TEST_CARD}${token}${String(number).padStart(6, '0')}`;
}

export interface ScannerOfTheLab {
  readonly config: ScannerConfig;
  scan(text: string): Promise<void>;
}

/** udev's rules as installed on a till, and what the installation does after placing them. */
export async function installRules(machine: Machine): Promise<void> {
  await shell(
    machine,
    [
      'mkdir -p /run/udev/rules.d',
      'cp /app/systemd/70-kona-till-scanners.rules /run/udev/rules.d/',
      'udevadm control --reload',
      'udevadm trigger --action=add --subsystem-match=tty',
      'udevadm settle',
    ].join('; '),
  );
}

export function hidPos(
  machine: Machine,
  controller: number,
  vendor: string,
  serial: string,
): Promise<Gadget> {
  const usb = { vendor, product: '0b61', serial, name: 'Imager in HID-POS mode' };
  return hidGadget(machine, controller, usb, {
    descriptor: HID_POS_DESCRIPTOR,
    length: 64,
    protocol: 0,
    subclass: 0,
  });
}

export function wedge(machine: Machine, controller: number, vendor: string, serial: string): Promise<Gadget> {
  const usb = { vendor, product: '1200', serial, name: 'Imager in keyboard mode' };
  return hidGadget(machine, controller, usb, {
    descriptor: BOOT_KEYBOARD_DESCRIPTOR,
    length: 8,
    protocol: 1,
    subclass: 1,
  });
}

export function cdc(machine: Machine, controller: number, vendor: string, serial: string): Promise<Gadget> {
  return serialGadget(machine, controller, {
    vendor,
    product: '0caa',
    serial,
    name: 'Imager in serial mode',
  });
}

/** What the scanner at the other end of a serial line sends for a read. */
export function serialBytes(text: string): string {
  return Buffer.from(`${text}\r`, 'latin1').toString('hex');
}

/** The place of a gadget controller in the tree of hubs, as the configuration's `portPath` names it. */
export async function portPathOf(machine: Machine, controller: number): Promise<string> {
  const bus = await shell(
    machine,
    `cd /sys/devices/platform/dummy_hcd.${controller}; for d in usb*; do echo $d; done`,
  );
  return `${bus.replace('usb', '')}-1`;
}

/** The FTDI adapter is QEMU's: plugged and unplugged through its monitor. */
const ftdi = {
  plug: (machine: Machine): Promise<unknown> =>
    machine.qmp('device_add', {
      driver: 'usb-serial',
      chardev: 'ftdi',
      id: 'ftdi',
      bus: 'xhci.0',
      'always-plugged': true,
    }),
  unplug: (machine: Machine): Promise<unknown> => machine.qmp('device_del', { id: 'ftdi' }),
};

interface OneOfEach {
  readonly scanners: readonly ScannerOfTheLab[];
  unplug(): Promise<void>;
}

/** One scanner of each kind, by four makers' vendor ids: USB HID-POS, wedge and CDC-ACM, FTDI, RS-232. All plugged in. */
export async function plugOneOfEach(machine: Machine): Promise<OneOfEach> {
  const pos = await hidPos(machine, 0, '0c2e', 'POS1');
  const keyboard = await wedge(machine, 1, '05e0', 'KBD1');
  const acm = await cdc(machine, 2, '05f9', 'CDC1');
  for (const gadget of [pos, keyboard, acm]) await gadget.plug();
  await ftdi.plug(machine);
  const [usbLine, board] = [await machine.line232('ftdi'), await machine.line232('rs232')];
  const scanners: readonly ScannerOfTheLab[] = [
    {
      config: { driver: 'hid-pos', name: 'hid-pos', vendorId: '0c2e' },
      scan: async (text) => void (await machine.reports(pos.port, hidPosReports(text))),
    },
    {
      config: { driver: 'hid-keyboard', name: 'wedge', vendorId: '05e0' },
      scan: async (text) => void (await machine.reports(keyboard.port, keyboardReports(text))),
    },
    {
      config: { driver: 'serial', name: 'cdc-acm', vendorId: '05f9' },
      scan: async (text) => void (await machine.reports(acm.port, [serialBytes(text)])),
    },
    { config: { driver: 'serial', name: 'ftdi', vendorId: '0403' }, scan: typing(usbLine) },
    { config: { driver: 'serial', name: 'rs-232', path: '/dev/ttyS1' }, scan: typing(board) },
  ];
  const unplug = async (): Promise<void> => {
    for (const gadget of [pos, keyboard, acm]) await gadget.unplug();
    await ftdi.unplug(machine);
    for (const socket of [usbLine, board]) socket.destroy();
  };
  return { scanners, unplug };
}

function typing(socket: Socket): (text: string) => Promise<void> {
  return (text) =>
    new Promise((resolve, reject) => {
      socket.write(`${text}\r`, 'latin1', (error) => (error ? reject(error) : resolve()));
    });
}
