import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DeviceMatch, findTty, listTtys, type SystemRoots } from '../../../drivers/devices.ts';
import { OpenFailure } from '../../../drivers/lane.ts';
import { keepApart } from '../../../drivers/open.ts';

let root: string;
let roots: SystemRoots;

/** A USB serial device as sysfs shows it: class link -> interface -> device with its ids. */
function plug(tty: string, port: string, serial: string | null, vendor = '0c2e', product = '0b6a'): void {
  const device = join(root, 'sys/devices/pci0/usb1', port);
  const place = join(device, `${port}:1.0`, 'tty', tty);
  mkdirSync(place, { recursive: true });
  writeFileSync(join(device, 'idVendor'), `${vendor}\n`);
  writeFileSync(join(device, 'idProduct'), `${product}\n`);
  if (serial !== null) writeFileSync(join(device, 'serial'), `${serial}\n`);
  writeFileSync(join(device, `${port}:1.0`, 'bInterfaceNumber'), '00\n');
  symlinkSync(place, join(root, 'sys/class/tty', tty));
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kona-sysfs-'));
  roots = { sys: join(root, 'sys'), dev: '/dev' };
  mkdirSync(join(root, 'sys/class/tty'), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('finding a serial scanner', () => {
  it('goes by vendor and product, whatever number the device has today', async () => {
    plug('ttyACM7', '1-2', 'A1');
    plug('ttyUSB0', '1-3', null, '0403', '6001');
    expect((await findTty({ vendorId: '0C2E', productId: '0b6a' }, roots)).path).toBe('/dev/ttyACM7');
    expect((await findTty({ vendorId: '0403' }, roots)).path).toBe('/dev/ttyUSB0');
  });

  it('tells two identical scanners apart by serial number or by the port they are plugged into', async () => {
    plug('ttyACM0', '1-2', 'SAME');
    plug('ttyACM1', '1-4.1', 'SAME');
    await expect(findTty({ vendorId: '0c2e' }, roots)).rejects.toMatchObject({
      problem: { code: 'AMBIGUOUS' },
    });
    await expect(findTty({ vendorId: '0c2e' }, roots)).rejects.toThrow(/1-2, 1-4\.1/);
    expect((await findTty({ vendorId: '0c2e', portPath: '1-4.1' }, roots)).path).toBe('/dev/ttyACM1');
  });

  it('leaves a scanner that another one of the configuration names by its place to that one', async () => {
    plug('ttyACM0', '1-2', 'SAME');
    const [any, left] = keepApart([
      { driver: 'auto', name: 'any' },
      { driver: 'serial', name: 'left', vendorId: '0c2e', portPath: '1-2' },
    ]);
    await expect(findTty(any as DeviceMatch, roots)).rejects.toMatchObject({
      problem: { code: 'NOT_FOUND' },
    });
    expect((await findTty(left as DeviceMatch, roots)).path).toBe('/dev/ttyACM0');
    plug('ttyACM1', '1-3', 'SAME');
    expect((await findTty(any as DeviceMatch, roots)).path).toBe('/dev/ttyACM1');
  });

  it('says that nothing matches', async () => {
    plug('ttyACM0', '1-2', 'A1');
    await expect(findTty({ vendorId: '05f9' }, roots)).rejects.toBeInstanceOf(OpenFailure);
    await expect(findTty({ serialNumber: 'B2' }, roots)).rejects.toMatchObject({
      problem: { code: 'NOT_FOUND' },
    });
  });

  it('lists ports on the board only when hardware answers there', async () => {
    for (const [name, type] of [
      ['ttyS0', '4'],
      ['ttyS1', '0'],
    ] as const) {
      mkdirSync(join(root, 'sys/class/tty', name));
      writeFileSync(join(root, 'sys/class/tty', name, 'type'), `${type}\n`);
    }
    expect(await listTtys(roots)).toEqual([{ path: '/dev/ttyS0', usb: null }]);
  });
});
