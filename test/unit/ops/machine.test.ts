/** The machine's id out of a small tree that stands for /sys, /proc and /etc; and the configuration as rows. */
import { X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/ops/config.ts';
import { type MachineRoots, machineId } from '../../../src/ops/machine.ts';
import { settingRows } from '../../../src/ops/settings.ts';

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

describe('the configuration as rows', () => {
  const content = JSON.stringify({
    environment: 'sandbox',
    platform: {
      baseUrl: 'https://platform.example/open-api',
      aspId: 'A'.repeat(15),
      accessKeyFile: 'a',
      secretKeyFile: 'b',
      cryptoKeyId: '0'.repeat(32),
      serverPublicKeyFile: 'c',
      clientPrivateKeyFile: 'd',
      merchantId: 'M'.repeat(15),
      terminalId: '1',
    },
    ledger: { directory: 'ledger', vaultKeyFile: 'vault.key' },
    stations: [{ id: '1' }],
    store: { name: 'Store' },
    times: { deadlineMs: 20_000 },
  });

  it('says of every value whether it was set or is the default', () => {
    const rows = settingRows(parseConfig(content, '/etc/x.jsonc'), content);
    const row = (path: string) => rows.find((one) => one.path === path);
    expect(row('times.deadlineMs')).toMatchObject({ value: '20000', source: 'set' });
    expect(row('times.inquiryMs')).toMatchObject({ value: '3000', source: 'default' });
    expect(row('stations[0].id')).toMatchObject({ value: '1', source: 'set' });
    expect(row('policy.drawerFloat')).toMatchObject({ value: 'none', source: 'default' });
  });

  it('warns of values that are unsafe, and of no other', () => {
    const unsafe = (change: (config: Record<string, Record<string, unknown>>) => void) => {
      const config = JSON.parse(content) as Record<string, Record<string, unknown>>;
      change(config);
      const text = JSON.stringify(config);
      return settingRows(parseConfig(text, '/etc/x.jsonc'), text)
        .filter(({ warning }) => warning !== null)
        .map(({ path, warning }) => [path, warning]);
    };
    expect(
      unsafe((config) => Object.assign(config.ledger ?? {}, { backup: { directory: '/mnt/b' } })),
    ).toEqual([]);
    expect(unsafe(() => undefined)).toEqual([['ledger.backup.directory', 'SAME_DISK']]);
    expect(
      unsafe((config) => {
        Object.assign(config.ledger ?? {}, { backup: { keep: 0 } });
        Object.assign(config.platform ?? {}, { baseUrl: 'http://127.0.0.1:4100/' });
        const tls = { certificateFile: '/c', keyFile: '/k' };
        config.web = { host: '0.0.0.0', tls, cashierSecretFile: '/s' };
      }),
    ).toEqual([
      ['platform.baseUrl', 'NOT_ENCRYPTED'],
      ['ledger.backup.keep', 'NO_BACKUPS'],
      ['web.host', 'OPEN_TO_NETWORK'],
    ]);
  });

  it('says when a certificate ends', () => {
    const file = join(import.meta.dirname, '../../integration/konaplate/tls/ca.pem');
    const text = JSON.stringify({
      ...JSON.parse(content),
      web: { tls: { certificateFile: file, keyFile: '/k' } },
    });
    const rows = settingRows(parseConfig(text, '/etc/x.jsonc'), text);
    const ends = new X509Certificate(readFileSync(file)).validToDate.getTime();
    expect(rows.filter(({ endsAtMs }) => endsAtMs !== null)).toMatchObject([
      { path: 'web.tls.certificateFile', endsAtMs: ends },
    ]);
  });
});
