/**
 * Looks for the programs and libraries that the tests use beside the npm packages, and installs what is missing:
 * by apt-get when we are root on a Debian, else it says what to install.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

interface Tool {
  readonly name: string;
  readonly command?: string;
  readonly library?: string;
  readonly debian: string;
  readonly use: string;
}

/** What the tests use, how it is recognised, and the Debian package that brings it. */
const TOOLS: readonly Tool[] = [
  { name: 'Chromium', command: 'chromium', debian: 'chromium', use: 'the browser tests' },
  { name: 'socat', command: 'socat', debian: 'socat', use: 'the tests over a real serial line' },
  { name: 'zbarimg', command: 'zbarimg', debian: 'zbar-tools', use: 'the second reader of drawn barcodes' },
  { name: 'OpenSSL', command: 'openssl', debian: 'openssl', use: 'the second reader of signatures and keys' },
  {
    name: 'jwcrypto',
    library: 'python3/dist-packages/jwcrypto',
    debian: 'python3-jwcrypto',
    use: 'the second reader and writer of encrypted messages',
  },
  {
    name: 'systemd-analyze',
    command: 'systemd-analyze',
    debian: 'systemd',
    use: 'the test of the service file',
  },
  { name: 'git', command: 'git', debian: 'git', use: 'the guards' },
  { name: 'libusb-1.0', library: 'libusb-1.0.so.0', debian: 'libusb-1.0-0', use: 'the HID scanner drivers' },
];

const LIBRARY_FOLDERS = ['/lib', '/usr/lib', '/lib64', '/usr/lib64', '/usr/local/lib'].flatMap((folder) => [
  folder,
  join(folder, 'x86_64-linux-gnu'),
  join(folder, 'aarch64-linux-gnu'),
]);

/** Where programs and libraries are looked for. */
export interface Places {
  readonly programs: readonly string[];
  readonly libraries: readonly string[];
}

function machinePlaces(): Places {
  const programs = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/sbin'];
  return { programs: programs.filter((folder) => folder !== ''), libraries: LIBRARY_FOLDERS };
}

function isThere({ library, command }: Tool, { programs, libraries }: Places): boolean {
  if (library !== undefined) return libraries.some((folder) => existsSync(join(folder, library)));
  return command === undefined || programs.some((folder) => existsSync(join(folder, command)));
}

function missingTools(places: Places): readonly Tool[] {
  return TOOLS.filter((tool) => !isThere(tool, places));
}

function isDebian(): boolean {
  try {
    return /^ID(_LIKE)?=.*debian/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}

function list(tools: readonly Tool[]): string {
  return tools.map((tool) => `  ${tool.debian.padEnd(14)} ${tool.name}, for ${tool.use}`).join('\n');
}

/**
 * Makes sure that every tool is there. Answers null when it is, else the sentence to show.
 * `may` says whether packages may be installed; by default only root on Debian may.
 */
export function ensureTools(
  may = process.getuid?.() === 0 && isDebian() && existsSync('/usr/bin/apt-get'),
  places: Places = machinePlaces(),
): string | null {
  const missing = missingTools(places);
  if (missing.length === 0) return null;
  const command = `apt-get install --no-install-recommends ${missing.map((tool) => tool.debian).join(' ')}`;
  const manual = `The tests need these Debian packages:\n${list(missing)}\nInstall them as root and start again:\n  apt-get update && ${command}`;
  if (!may) return manual;
  process.stderr.write(`kona-till: installing what the tests use:\n${list(missing)}\n`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const packages = missing.map((tool) => tool.debian);
  const steps = [
    ['update', '-q'],
    ['install', '-q', '-y', '--no-install-recommends', ...packages],
  ];
  for (const step of steps) {
    const result = spawnSync('apt-get', step, { env, stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
    if (result.signal !== null) return `Stopped while apt-get was running (${result.signal}).`;
    if (step[0] === 'install' && result.status !== 0) {
      const reason =
        result.stderr.split('\n').find((line) => line.startsWith('E:')) ?? `exit code ${result.status}`;
      return `apt-get could not install them (${reason}). Is the network up?\n${manual}`;
    }
  }
  const still = missingTools(places);
  return still.length === 0 ? null : `Still missing after the installation:\n${list(still)}`;
}

if (import.meta.main) {
  const sentence = ensureTools();
  if (sentence !== null) {
    process.stderr.write(`${sentence}
`);
    process.exitCode = 3;
  }
}
