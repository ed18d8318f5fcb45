import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { settingRows } from '../../../src/cli/settings.ts';
import { parseConfig } from '../../../src/ops/config.ts';
import { SMALLEST } from '../ops/smallest.ts';

describe('the configuration as rows', () => {
  const content = JSON.stringify({ ...SMALLEST, times: { deadlineMs: 20_000 } });

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
