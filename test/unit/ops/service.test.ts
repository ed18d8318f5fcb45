/** The files that make a service of the program: systemd itself reads them, and the installer is run into a folder. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
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
});
