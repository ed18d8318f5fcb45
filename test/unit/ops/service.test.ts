/** The files that make a service of the program: systemd itself reads them, and the installer is run into a folder. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCANNER_VENDORS } from '../../../drivers/fingerprint.ts';

const ROOT = join(import.meta.dirname, '../../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const unit = read('systemd/kona-till.service');
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kona-till-service-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const setting = (name: string): string[] =>
  unit
    .split('\n')
    .filter((line) => line.startsWith(`${name}=`))
    .map((line) => line.slice(name.length + 1));

describe('the service', () => {
  it('is understood by systemd', () => {
    const file = join(folder, 'kona-till.service');
    // The program is not installed on the machine of the tests; everything else is as it will be.
    writeFileSync(file, unit.replaceAll('/opt/kona-till/node_modules/.bin/node', process.execPath));
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', file], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });

  it('has little to attack: below 2 of 10 by the measure of systemd', () => {
    const file = join(ROOT, 'systemd/kona-till.service');
    const text = execFileSync('systemd-analyze', ['security', '--offline=true', '--no-pager', file], {
      encoding: 'utf8',
    });
    const level = /exposure level for \S+: (\d+\.\d+)/.exec(text)?.[1];
    expect(Number(level)).toBeLessThan(2);
  });

  it('lets Node run: no MemoryDenyWriteExecute, no io_uring, devices of scanners', () => {
    expect(setting('MemoryDenyWriteExecute')).toEqual([]);
    expect(setting('PrivateDevices')).toEqual([]);
    expect(setting('Environment')).toContain('UV_USE_IO_URING=0');
    expect(setting('DeviceAllow').join()).toMatch(/ttyACM.*ttyUSB.*hidraw/);
  });

  it('is started again for ever and leaves no picture of its memory', () => {
    expect(setting('Restart')).toEqual(['always']);
    expect(setting('StartLimitIntervalSec')).toEqual(['0']);
    expect(setting('LimitCORE')).toEqual(['0']);
  });

  it('loads the modules whose names its devices use', () => {
    expect(read('systemd/modules-load.conf')).toMatch(/^hid\nusbserial\ncdc_acm$/m);
  });
});

describe('the udev rules', () => {
  const lines = read('systemd/70-kona-till-scanners.rules')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const rules = lines.map((line) => line.split(/,\s*/));

  it('are keys, operators and quoted values that udev knows', () => {
    const part =
      /^(ACTION|SUBSYSTEM|KERNEL|ENV\{DEVTYPE\}|ATTRS?\{idVendor\})=="[^"]+"$|^(GROUP|MODE|GOTO|LABEL)="[^"]+"$|^ATTR\{power\/control\}="on"$|^ENV\{ID_MM_DEVICE_IGNORE\}="1"$|^ATTR\{inhibited\}="1"$|^ENV\{LIBINPUT_IGNORE_DEVICE\}="1"$|^SYMLINK\+="[^"]+"$/;
    for (const rule of rules) for (const key of rule) expect(key).toMatch(part);
  });

  it('look for a device in the right place of the tree: ATTR on the device itself, ATTRS on what hangs below it', () => {
    for (const rule of rules.filter((parts) => parts.some((key) => key.includes('idVendor')))) {
      const text = rule.join(' ');
      if (text.includes('SUBSYSTEM=="usb"')) expect(text).toMatch(/ ATTR\{idVendor\}/);
      else expect(text).toMatch(/ ATTRS\{idVendor\}/);
    }
  });

  it('give every scanner that the drivers know to the group of the agent and to nobody else, in each of its modes', () => {
    for (const vendor of Object.keys(SCANNER_VENDORS)) {
      const ours = lines.filter((line) => line.includes(`"${vendor}"`));
      expect(ours.map((line) => /SUBSYSTEM=="(\w+)"/.exec(line)?.[1])).toEqual([
        'tty',
        'hidraw',
        'input',
        'input',
        'usb',
      ]);
      const opened = ours.filter((line) => !line.includes('SUBSYSTEM=="input"'));
      for (const line of opened) expect(line).toContain('GROUP="kona-till", MODE="0660"');
    }
  });

  it('keep what a keyboard scanner types from the console and from pages', () => {
    for (const vendor of Object.keys(SCANNER_VENDORS)) {
      const of = (kernel: string): string[] =>
        lines.filter((line) => line.includes(`KERNEL=="${kernel}", ATTRS{idVendor}=="${vendor}"`));
      expect(of('input*')).toEqual([expect.stringMatching(/, ATTR\{inhibited\}="1"$/)]);
      expect(of('event*')).toEqual([expect.stringMatching(/, ENV\{LIBINPUT_IGNORE_DEVICE\}="1"$/)]);
    }
  });

  it('jump only to labels that are there', () => {
    const labels = lines.flatMap((line) => /LABEL="(\w+)"/.exec(line)?.[1] ?? []);
    for (const line of lines) {
      const target = /GOTO="(\w+)"/.exec(line)?.[1];
      if (target !== undefined) expect(labels).toContain(target);
    }
  });
});

describe('the installer', () => {
  const script = join(ROOT, 'scripts/install-kiosk.sh');

  it('can be run, and is plain sh', () => {
    expect(statSync(script).mode & 0o111).not.toBe(0);
    expect(spawnSync('sh', ['-n', script], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  });

  it('says how it is used', () => {
    const { status, stderr } = spawnSync('sh', [script, '--what'], { encoding: 'utf8' });
    expect(status).toBe(2);
    expect(stderr).toContain('--no-start');
  });

  describe('on a till', () => {
    it('asks the new version about the configuration first, then stops, puts it in its place and starts it', () => {
      const { status, calls } = install({ running: true, right: true });
      expect(status).toBe(0);
      expect(calls).toEqual([
        `${INSTALLED}.new: config check`,
        'systemctl is-active --quiet kona-till',
        'systemctl stop kona-till',
        'systemctl enable --now kona-till',
        'systemctl restart kona-till',
      ]);
      expect(readInstalled('package.json')).toBe('new');
      expect(readInstalled('package.json', '.old')).toBe('old');
    });

    it('lets the agent work on as it was, untouched, when its configuration is not right for the new version', () => {
      const { status, calls, stderr } = install({ running: true, right: false });
      expect(status).toBe(3);
      expect(calls).toEqual([`${INSTALLED}.new: config check`, 'systemctl is-active --quiet kona-till']);
      expect(stderr).toContain('web.port: is missing');
      expect(stderr).toContain('works on as it was');
      expect(readInstalled('package.json')).toBe('old');
      expect(existsSync(join(till, `${INSTALLED}.new`))).toBe(false);
    });

    it('calls an agent running only when it is the same process for some seconds', () => {
      const well = install({ running: true, right: true });
      expect(well).toMatchObject({ status: 0, stderr: '' });
      expect(well.stdout).toContain('the agent runs');
      for (const agent of ['begins anew', 'waits to begin anew'] as const) {
        const { status, calls, stdout, stderr } = install({ running: true, right: true, agent });
        expect(status).toBe(3);
        expect(calls.at(-1)).toBe('systemctl restart kona-till');
        expect(stderr).toContain('journalctl -u kona-till');
        expect(stdout).not.toContain('the agent runs');
      }
    });

    it('starts no agent where none runs until its configuration is right', () => {
      const { status, calls, stdout } = install({ running: false, right: false });
      expect(status).toBe(0);
      expect(calls).toEqual([`${INSTALLED}.new: config check`, 'systemctl is-active --quiet kona-till']);
      expect(stdout).toContain('the agent was not started');
      expect(readInstalled('package.json')).toBe('new');
    });
  });
});

const INSTALLED = 'opt/kona-till';
let till = '';
const readInstalled = (name: string, which = ''): string =>
  readFileSync(join(till, INSTALLED + which, name), 'utf8');

interface Installed {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** What was asked of the program and of systemd, in its order. */
  readonly calls: readonly string[];
}

interface Till {
  readonly running: boolean;
  /** Its configuration is, for the new version. */
  readonly right: boolean;
  /** What systemd sees of it after its start, from one look to the next. */
  readonly agent?: 'runs' | 'begins anew' | 'waits to begin anew';
}

/**
 * Runs the installer itself with its services, over a folder in place of /. What it calls stands in a folder of its own:
 * systemctl writes down what it is told, and the program's check answers as the test wants it.
 */
function install({ running, right, agent = 'runs' }: Till): Installed {
  till = mkdtempSync(join(folder, 'till-'));
  const checkout = join(till, 'checkout');
  const calls = join(till, 'calls');
  for (const part of [
    'checkout/src',
    'checkout/drivers',
    'checkout/dist',
    'checkout/scripts',
    INSTALLED,
    'bin',
  ]) {
    mkdirSync(join(till, part), { recursive: true });
  }
  for (const part of ['config', 'systemd'])
    cpSync(join(ROOT, part), join(checkout, part), { recursive: true });
  for (const name of ['package.json', 'package-lock.json', '.npmrc'])
    writeFileSync(join(checkout, name), 'new');
  writeFileSync(join(till, INSTALLED, 'package.json'), 'old');
  writeFileSync(calls, '');
  const command = (path: string, ...lines: readonly string[]): void =>
    writeFileSync(path, ['#!/bin/sh', ...lines, ''].join('\n'), { mode: 0o755 });
  const bin = join(till, 'bin');
  const check = join(till, 'check');
  command(
    check,
    `program=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)`,
    `echo "\${program#${till}/}: $2 $3" >>${calls}`,
    right ? 'exit 0' : 'echo "web.port: is missing"; exit 1',
  );
  command(
    join(bin, 'node'),
    `case "$*" in *--install-only*) mkdir -p node_modules/.bin; cp ${check} node_modules/.bin/node ;; esac`,
  );
  command(join(bin, 'npm'));
  command(join(bin, 'kona-till'), `echo "kona-till $*" >>${calls}`, `exit ${right ? 0 : 1}`);
  // Its waits take no time here.
  command(join(bin, 'sleep'));
  const looks = join(till, 'looks');
  const state = agent === 'waits to begin anew' ? 'activating' : 'active';
  const restarts = agent === 'begins anew' ? `$(wc -l <${looks})` : '3';
  command(
    join(bin, 'systemctl'),
    `if [ "$1" = show ]; then`,
    `  echo >>${looks}`,
    `  printf 'MainPID=%s\\nNRestarts=%s\\nActiveState=%s\\n' "7${restarts}" "${restarts}" ${state}`,
    '  exit 0',
    'fi',
    `echo "systemctl $*" >>${calls}`,
    `[ "$1" != is-active ] || exit ${running ? 0 : 3}`,
  );
  const text = read('scripts/install-kiosk.sh').replace('start=no; shift 2', 'shift 2');
  const script = join(checkout, 'scripts/install-kiosk.sh');
  writeFileSync(script, text);
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH ?? ''}` };
  const { status, stdout, stderr } = spawnSync('sh', [script, '--root', till], { encoding: 'utf8', env });
  const lines = readFileSync(calls, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  return { status, stdout, stderr, calls: lines };
}
