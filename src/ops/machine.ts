/** Which machine this is: an id out of the hardware, the same at every start, another one on a copied disk. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';

export interface MachineRoots {
  readonly sys: string;
  readonly proc: string;
  readonly etc: string;
}

const ROOTS: MachineRoots = { sys: '/sys', proc: '/proc', etc: '/etc' };

export interface MachineId {
  /** 64 hexadecimal digits. */
  readonly id: string;
  /** What it was made of. `file`: no hardware could be asked, a copied disk cannot be told apart. */
  readonly source: 'board' | 'network' | 'disk' | 'file';
}

function text(file: string): string | null {
  try {
    const content = readFileSync(file, 'utf8').replaceAll('\0', '').trim();
    return content === '' ? null : content;
  } catch {
    return null;
  }
}

function names(directory: string): string[] {
  try {
    return readdirSync(directory).sort();
  } catch {
    return [];
  }
}

/** Where a device hangs in the machine; null when it is no hardware (bridges, tunnels) or hangs on USB. */
function fixedPlace(device: string): string | null {
  try {
    const place = realpathSync(device);
    return place.includes('/usb') ? null : place;
  } catch {
    return null;
  }
}

/** The address of the first built-in wired network interface. Radio addresses change by themselves. */
function networkAddress(sys: string): string | null {
  const found = names(join(sys, 'class/net')).flatMap((name) => {
    const folder = join(sys, 'class/net', name);
    const place = fixedPlace(join(folder, 'device'));
    if (place === null || existsSync(join(folder, 'wireless')) || existsSync(join(folder, 'phy80211')))
      return [];
    const address = text(join(folder, 'address'));
    return address === null || /^(00:)+00$/.test(address) ? [] : [{ place, address }];
  });
  found.sort((a, b) => (a.place < b.place ? -1 : 1));
  return found[0]?.address ?? null;
}

function diskSerial(sys: string): string | null {
  for (const name of names(join(sys, 'block'))) {
    const device = join(sys, 'block', name, 'device');
    if (fixedPlace(device) === null) continue;
    const serial = text(join(device, 'serial')) ?? text(join(device, 'wwid')) ?? text(join(device, 'cid'));
    if (serial !== null) return serial;
  }
  return null;
}

/** Reads nothing that only root may read, so that every user of the machine gets the same id. */
export function machineId(roots: MachineRoots = ROOTS): MachineId {
  const parts: readonly [MachineId['source'], string | null][] = [
    ['board', text(join(roots.proc, 'device-tree/serial-number'))],
    ['network', networkAddress(roots.sys)],
    ['disk', diskSerial(roots.sys)],
    ['file', text(join(roots.etc, 'machine-id')) ?? 'unknown machine'],
  ];
  const [source, value] = parts.find(([, part]) => part !== null) ?? ['file', 'unknown machine'];
  return { id: createHash('sha256').update(`kona-till machine ${source} ${value}`).digest('hex'), source };
}
