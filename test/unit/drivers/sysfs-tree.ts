import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SystemRoots } from '../../../drivers/devices.ts';

interface Plugged {
  readonly port: string;
  readonly vendor?: string;
  readonly product?: string;
  readonly serial?: string;
  readonly name?: string;
}

/** A small /sys and /dev of our own, in the shape that the kernel gives them. */
export class SysfsTree {
  readonly root = mkdtempSync(join(tmpdir(), 'kona-sysfs-'));
  readonly roots: SystemRoots = { sys: join(this.root, 'sys'), dev: join(this.root, 'dev') };

  constructor() {
    for (const folder of ['sys/class/tty', 'sys/class/hidraw', 'dev']) {
      mkdirSync(join(this.root, folder), { recursive: true });
    }
  }

  plugTty(node: string, device: Plugged): void {
    const place = join(this.#usb(device), `${device.port}:1.0`, 'tty', node);
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, '../../bInterfaceNumber'), '00\n');
    this.#node('tty', node, place);
  }

  /** `inhibited` null: a kernel without it. */
  plugHidraw(node: string, device: Plugged, descriptor: Uint8Array, inhibited?: boolean | null): void {
    const hid = join(
      this.#usb(device),
      `${device.port}:1.0`,
      `0003:0C2E:0B61.${node.slice(6).padStart(4, '0')}`,
    );
    const place = join(hid, 'hidraw', node);
    rmSync(hid, { recursive: true, force: true }); // plugged before under the same name
    mkdirSync(place, { recursive: true });
    writeFileSync(join(hid, 'report_descriptor'), descriptor);
    writeFileSync(join(hid, 'uevent'), `HID_ID=0003:00000C2E:00000B61\nHID_NAME=${device.name ?? 'Lab'}\n`);
    if (inhibited !== undefined) this.setInhibited(hid, inhibited);
    symlinkSync(hid, join(place, 'device'));
    this.#node('hidraw', node, place);
  }

  setInhibited(hid: string, inhibited: boolean | null): void {
    const input = join(hid, 'input', 'input7');
    mkdirSync(input, { recursive: true });
    if (inhibited !== null) writeFileSync(join(input, 'inhibited'), inhibited ? '1\n' : '0\n');
  }

  unplug(kind: 'tty' | 'hidraw', node: string): void {
    rmSync(join(this.roots.sys, 'class', kind, node), { force: true });
    rmSync(join(this.roots.dev, node), { force: true });
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  #usb(device: Plugged): string {
    const place = join(this.root, 'sys/devices/pci0/usb1', device.port);
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, 'idVendor'), `${device.vendor ?? '0c2e'}\n`);
    writeFileSync(join(place, 'idProduct'), `${device.product ?? '0b61'}\n`);
    if (device.serial !== undefined) writeFileSync(join(place, 'serial'), `${device.serial}\n`);
    if (device.name !== undefined) writeFileSync(join(place, 'product'), `${device.name}\n`);
    return place;
  }

  #node(kind: 'tty' | 'hidraw', node: string, place: string): void {
    symlinkSync(place, join(this.roots.sys, 'class', kind, node));
    writeFileSync(join(this.roots.dev, node), '');
  }
}
