/**
 * Fetches the Debian packages of the hardware lab and unpacks them into a folder of the project's own. Nothing is
 * installed on the host: QEMU runs from the folder with its own libraries.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Why the lab cannot be built here, in a sentence that a test prints instead of passing in silence. */
export class LabUnavailable extends Error {
  override readonly name = 'LabUnavailable';
}

const GUEST_PACKAGES = [
  'udev',
  'libkmod2',
  'libusb-1.0-0',
  'libudev1',
  'busybox-static',
  'libacl1',
  'libblkid1',
  'libcap2',
  'libselinux1',
  'libzstd1',
  'liblzma5',
  'libssl3',
  'libpcre2-8-0',
  'libc6',
  'libstdc++6',
  'libgcc-s1',
  'evtest',
] as const;

export interface Unpacked {
  /** QEMU and its libraries, as unpacked. */
  readonly host: string;
  /** Kernel, modules, udev, busybox and the libraries of the guest. */
  readonly guest: string;
}

function run(command: string, args: readonly string[], cwd: string): string {
  return execFileSync(command, args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 << 20,
  });
}

/**
 * How apt is called: with the machine's own lists of packages when it has any, else with lists that are fetched into
 * `cache` (which needs no rights; a fresh container has none).
 */
function aptOptions(cache: string): readonly string[] {
  try {
    run('apt-cache', ['show', 'seabios'], cache);
    return [];
  } catch {
    mkdirSync(join(cache, 'apt/lists/partial'), { recursive: true });
    const folder = join(cache, 'apt');
    const own = [
      '-o',
      `Dir::State::lists=${folder}/lists`,
      '-o',
      `Dir::Cache=${folder}`,
      '-o',
      'Debug::NoLocking=1',
    ];
    run('apt-get', [...own, '-q', 'update'], cache);
    return own;
  }
}

/** Names of the packages QEMU needs that this machine does not have, QEMU itself included. */
function hostPackages(cwd: string, apt: readonly string[]): string[] {
  const plan = run('apt-get', [...apt, 'install', '-s', '--no-install-recommends', 'qemu-system-x86'], cwd);
  const missing = plan
    .split('\n')
    .filter((line) => line.startsWith('Inst '))
    .map((line) => line.split(' ')[1] ?? '')
    .filter((name) => name !== '');
  // Already installed on this machine: take the packages all the same, so that one code path is tested.
  return missing.length > 0
    ? missing
    : ['qemu-system-x86', 'qemu-system-common', 'qemu-system-data', 'seabios', 'ipxe-qemu'];
}

function kernelPackage(cwd: string, apt: readonly string[]): string {
  const text = run('apt-cache', [...apt, 'depends', 'linux-image-amd64'], cwd);
  const found = /Depends: (linux-image-6[^\s]*-amd64)/.exec(text)?.[1];
  if (found === undefined) throw new LabUnavailable('Debian offers no linux-image-amd64 here.');
  return found;
}

function download(apt: readonly string[], names: readonly string[], into: string, unpackInto: string): void {
  mkdirSync(into, { recursive: true });
  mkdirSync(unpackInto, { recursive: true });
  run('apt-get', [...apt, 'download', '-q', ...names], into);
  for (const file of readdirSync(into).filter((name) => name.endsWith('.deb'))) {
    run('dpkg', ['-x', join(into, file), unpackInto], into);
  }
}

/** Downloads and unpacks once into `cache`; later calls return at once. Throws LabUnavailable with the reason. */
export function unpackPackages(cache: string): Unpacked {
  const unpacked = { host: join(cache, 'host'), guest: join(cache, 'guest') };
  const stamp = join(cache, 'packages.done');
  if (existsSync(stamp)) return unpacked;
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new LabUnavailable('The hardware lab needs Linux on x86-64.');
  }
  if (!existsSync('/usr/bin/apt-get'))
    throw new LabUnavailable('The hardware lab needs Debian packages (apt-get).');
  rmSync(cache, { recursive: true, force: true });
  mkdirSync(cache, { recursive: true });
  try {
    const apt = aptOptions(cache);
    download(apt, hostPackages(cache, apt), join(cache, 'debs-host'), unpacked.host);
    const guest = [kernelPackage(cache, apt), ...GUEST_PACKAGES];
    download(apt, guest, join(cache, 'debs-guest'), unpacked.guest);
  } catch (error) {
    if (error instanceof LabUnavailable) throw error;
    const text = error instanceof Error ? error.message.split('\n')[0] : 'unknown';
    throw new LabUnavailable(
      `The Debian packages of the virtual machine cannot be fetched (${text}). Is the network up?`,
    );
  }
  rmSync(join(cache, 'debs-host'), { recursive: true });
  rmSync(join(cache, 'debs-guest'), { recursive: true });
  rmSync(join(cache, 'apt'), { recursive: true, force: true });
  writeFileSync(stamp, '');
  return unpacked;
}
