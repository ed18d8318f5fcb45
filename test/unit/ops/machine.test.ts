/** The machine's id out of a small tree that stands for /sys, /proc and /etc. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type MachineRoots, machineId } from '../../../src/ops/machine.ts';

let folder = '';
let roots: MachineRoots;

const write = (path: string, content: string): void => {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
};

/** A network interface whose hardware sits at `place`; null: none (a bridge, a tunnel). */
function network(name: string, address: string, place: string | null): void {
  write(`sys/class/net/${name}/address`, `${address}\n`);
  if (place === null) return;
  mkdirSync(join(folder, 'sys/devices', place), { recursive: true });
  symlinkSync(join(folder, 'sys/devices', place), join(folder, 'sys/class/net', name, 'device'));
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kona-till-machine-'));
  roots = { sys: join(folder, 'sys'), proc: join(folder, 'proc'), etc: join(folder, 'etc') };
  write('etc/machine-id', '0123456789abcdef\n');
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("the machine's id", () => {
  it('is 64 hexadecimal digits and the same each time', () => {
    network('eth0', '52:54:00:00:00:01', 'pci0/net');
    expect(machineId(roots).id).toMatch(/^[0-9a-f]{64}$/);
    expect(machineId(roots)).toEqual(machineId(roots));
    expect(machineId(roots).source).toBe('network');
  });

  it('moves with the hardware, not with the disk', () => {
    network('eth0', '52:54:00:00:00:01', 'pci0/net');
    const before = machineId(roots).id;
    write('etc/machine-id', 'another\n');
    expect(machineId(roots).id).toBe(before);
    write('sys/class/net/eth0/address', '52:54:00:00:00:02\n');
    expect(machineId(roots).id).not.toBe(before);
  });

  it('does not change when a USB adapter, a bridge or a radio comes or goes', () => {
    network('eth0', '52:54:00:00:00:01', 'pci0/net');
    const before = machineId(roots).id;
    network('usb0', '02:00:00:00:00:09', 'pci0/usb1/1-2/net');
    network('br0', '02:00:00:00:00:08', null);
    network('wlan0', '02:00:00:00:00:07', 'pci0/a-radio');
    mkdirSync(join(folder, 'sys/class/net/wlan0/wireless'));
    expect(machineId(roots).id).toBe(before);
  });

  it('prefers the serial number of the board, and says when there is nothing but a file', () => {
    expect(machineId(roots).source).toBe('file');
    write('sys/block/sda/device/wwid', 'naa.500\n');
    expect(machineId(roots).source).toBe('disk');
    write('proc/device-tree/serial-number', '10000000abcdef\0');
    expect(machineId(roots).source).toBe('board');
  });

  it('is found on this machine too', () => {
    expect(machineId().id).toMatch(/^[0-9a-f]{64}$/);
  });
});
