/** What the doctor finds on a machine, each with a real folder or a real socket. */
import { X509Certificate } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer, type TlsOptions, type Server as TlsServer } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkBackups } from '../../../src/cli/backup-finding.ts';
import { checkPlatform } from '../../../src/cli/platform-finding.ts';
import { pinOf } from '../../../src/konaplate/connection.ts';
import { parseConfig } from '../../../src/ops/config.ts';
import type { Config } from '../../../src/ops/config-schema.ts';
import {
  checkLedgerFolder,
  checkPosPorts,
  checkPosSockets,
  checkPrivacy,
  checkRuntime,
  checkUdevRules,
  checkUsbLibrary,
  checkVaultKey,
  checkWebPort,
  type Finding,
  keyFindings,
} from '../../../src/ops/doctor.ts';
import { SMALLEST } from './smallest.ts';

const ROOT = join(import.meta.dirname, '../../..');
let folder = '';
let server: Server;
let port = 0;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kona-till-doctor-'));
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.resume().end('no TLS here\n');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  port = (server.address() as { port: number }).port;
});
afterEach(async () => {
  await new Promise((done) => server.close(done));
  rmSync(folder, { recursive: true, force: true });
});

function config(
  change: { baseUrl?: string; tls?: object; webPort?: number; stations?: unknown[] } = {},
): Config {
  const value = {
    ...SMALLEST,
    platform: {
      ...SMALLEST.platform,
      baseUrl: change.baseUrl ?? `http://127.0.0.1:${port}/open-api`,
      tls: change.tls ?? {},
    },
    stations: change.stations ?? [{ id: '1' }],
    web: { port: change.webPort ?? port },
  };
  return parseConfig(JSON.stringify(value), join(folder, 'till.jsonc'));
}

const states = (findings: readonly Finding[]): string[] =>
  findings.map(({ name, state }) => `${name}: ${state}`);

describe('the doctor', () => {
  it('wants the Node that the program was tested with', () => {
    expect(checkRuntime()).toMatchObject({ state: 'ok' });
    expect(checkRuntime('20.11.0')).toMatchObject({ state: 'bad' });
  });

  it('finds a folder that will be made in order, and one that others can look into not', () => {
    expect(states(checkLedgerFolder(config()))).toContain('ledger folder: ok');
    expect(checkPrivacy(config()).state).toBe('ok');
    mkdirSync(join(folder, 'ledger'), { mode: 0o755 });
    expect(checkPrivacy(config())).toMatchObject({
      state: 'bad',
      mend: `chmod 700 ${join(folder, 'ledger')}`,
    });
    chmodSync(join(folder, 'ledger'), 0o700);
    expect(checkPrivacy(config()).state).toBe('ok');
  });

  it('misses the vault key only when there is a ledger already', () => {
    expect(checkVaultKey(config()).state).toBe('ok');
    mkdirSync(join(folder, 'ledger'));
    writeFileSync(join(folder, 'ledger', 'ledger.db'), '');
    expect(checkVaultKey(config()).state).toBe('bad');
    writeFileSync(join(folder, 'vault.key'), 'x'.repeat(32), { mode: 0o644 });
    const mend = `chmod 600 ${join(folder, 'vault.key')}`;
    expect(checkVaultKey(config())).toMatchObject({ state: 'bad', mend });
    chmodSync(join(folder, 'vault.key'), 0o600);
    expect(checkVaultKey(config()).state).toBe('ok');
  });

  it('does not look at keys that systemd hands over outside of the service, and misses them inside of it', () => {
    const vaultKeyFile = 'credential:vault-key';
    const handed = { ...config(), ledger: { ...config().ledger, vaultKeyFile } };
    mkdirSync(join(folder, 'ledger'));
    writeFileSync(join(folder, 'ledger', 'ledger.db'), '');
    expect(checkVaultKey(handed, {})).toMatchObject({
      state: 'ok',
      text: expect.stringContaining('not looked at'),
    });
    const inside = { CREDENTIALS_DIRECTORY: join(folder, 'credentials') };
    expect(checkVaultKey(handed, inside)).toMatchObject({ state: 'bad' });
    const findings = keyFindings({
      faults: [],
      notLookedAt: ['platform.accessKeyFile', 'ledger.vaultKeyFile'],
    });
    expect(findings).toEqual([
      { name: 'keys', state: 'ok', text: 'in files of their own can be read', mend: null },
      {
        name: 'keys by credential',
        state: 'ok',
        text: 'platform.accessKeyFile, ledger.vaultKeyFile: not looked at here: only a service started by systemd gets it',
        mend: null,
      },
    ]);
  });

  it('names the ledger folder that is not in use yet, whatever the key is called', () => {
    for (const vaultKeyFile of ['credential:vault-key', 'credential:../vault-key']) {
      const named = { ...config(), ledger: { ...config().ledger, vaultKeyFile } };
      const text = `${join(folder, 'ledger')} is not in use yet`;
      expect(checkPrivacy(named)).toMatchObject({ state: 'ok', text });
    }
  });

  it('sees by the files whether the backups of the agent are made', () => {
    const now = Date.UTC(2026, 10, 26, 12);
    expect(checkBackups(config(), now)).toMatchObject({ state: 'ok' });
    mkdirSync(join(folder, 'ledger', 'backups'), { recursive: true });
    writeFileSync(join(folder, 'ledger', 'ledger.db'), '');
    expect(checkBackups(config(), now)).toMatchObject({ state: 'warn' });
    writeFileSync(join(folder, 'ledger', 'backups', 'ledger-20261124T115959Z.backup'), '');
    expect(checkBackups(config(), now)).toMatchObject({
      state: 'warn',
      text: 'the newest is of 2026-11-24T11:59Z, one every 24 h is planned',
    });
    writeFileSync(join(folder, 'ledger', 'backups', 'ledger-20261126T030000Z.backup'), '');
    expect(checkBackups(config(), now)).toMatchObject({ state: 'ok' });
  });

  it('reaches the platform, or says that it cannot', async () => {
    expect(await checkPlatform(config())).toMatchObject({ state: 'ok' });
    const closed = port;
    await new Promise((done) => server.close(done));
    expect(await checkPlatform(config({ baseUrl: `http://127.0.0.1:${closed}/x` }))).toMatchObject({
      state: 'bad',
      text: `127.0.0.1 port ${closed} cannot be reached (ECONNREFUSED)`,
    });
    expect((await checkWebPort(config({ webPort: closed }))).text).toContain('is free');
    server = createServer();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  });

  it('knows a port where something answers', async () => {
    expect((await checkWebPort(config())).text).toContain('something answers');
  });

  it('does not take a platform that speaks no TLS for one that does', async () => {
    expect(await checkPlatform(config({ baseUrl: `https://127.0.0.1:${port}/x` }))).toMatchObject({
      state: 'bad',
    });
  });

  describe('of a platform behind TLS', () => {
    const pem = (name: string): Buffer => readFileSync(join(ROOT, 'test/integration/konaplate/tls', name));
    const client = { clientCertificateFile: 'client.pem', clientKeyFile: 'client.key' };
    let https: TlsServer;
    const look = (tls: object, env: NodeJS.ProcessEnv = {}) => {
      const { port: listening } = https.address() as { port: number };
      return checkPlatform(config({ baseUrl: `https://127.0.0.1:${listening}/open-api`, tls }), env);
    };
    const open = async (options: TlsOptions = {}): Promise<void> => {
      https = createTlsServer({
        key: pem('server.key'),
        cert: pem('server.pem'),
        ca: pem('ca.pem'),
        ...options,
      });
      https.on('tlsClientError', () => undefined);
      https.on('secureConnection', (socket) => socket.on('error', () => undefined).resume());
      await new Promise<void>((done) => https.listen(0, '127.0.0.1', done));
    };
    beforeEach(() => {
      for (const name of ['ca.pem', 'client.pem', 'client.key']) {
        writeFileSync(join(folder, name), pem(name), { mode: 0o600 });
      }
    });
    afterEach(() => new Promise((done) => https.close(done)));

    it('trusts the authorities that the till trusts, and names the reason when they do not vouch for it', async () => {
      await open();
      expect(await look({ caFile: 'ca.pem' })).toMatchObject({ state: 'ok' });
      expect(await look({})).toMatchObject({
        state: 'bad',
        text: expect.stringContaining('(SELF_SIGNED_CERT_IN_CHAIN)'),
        mend: expect.stringContaining('platform.tls.caFile'),
      });
    });

    it('wants the pinned key, as the till does', async () => {
      await open();
      const pin = pinOf(new X509Certificate(pem('server.pem')));
      const other = pinOf(new X509Certificate(pem('client.pem')));
      expect(await look({ caFile: 'ca.pem', pins: [other, pin] })).toMatchObject({ state: 'ok' });
      expect(await look({ caFile: 'ca.pem', pins: [other] })).toMatchObject({
        state: 'bad',
        mend: expect.stringContaining('platform.tls.pins'),
      });
    });

    it.each([
      ['TLSv1.2', 'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE', 'ECONNRESET'],
      ['TLSv1.3', 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'closed|ECONNRESET'],
    ] as const)(
      'shows our certificate to a platform that asks for one, and hears that it refuses it: %s',
      async (maxVersion, onNone, onOther) => {
        const asks = { requestCert: true, rejectUnauthorized: true, maxVersion };
        await open(asks);
        expect(await look({ caFile: 'ca.pem', ...client })).toMatchObject({ state: 'ok' });
        const refused = (reason: string) => ({
          state: 'bad',
          text: expect.stringMatching(new RegExp(`there is no TLS with it \\((${reason})\\)$`)),
          mend: expect.stringContaining('our own certificate'),
        });
        expect(await look({ caFile: 'ca.pem' })).toMatchObject(refused(onNone));
        await new Promise((done) => https.close(done));
        await open({ ...asks, ca: pem('client.pem') });
        expect(await look({ caFile: 'ca.pem', ...client })).toMatchObject(refused(onOther));
      },
    );

    it('does not dial with a certificate and a key that do not belong together, or are none', async () => {
      await open();
      let dialled = 0;
      https.on('connection', () => (dialled += 1));
      const keys = { 'other.key': pem('server.key'), 'none.key': 'no key' };
      for (const [name, text] of Object.entries(keys))
        writeFileSync(join(folder, name), text, { mode: 0o600 });
      for (const [clientKeyFile, code] of [
        ['other.key', 'ERR_OSSL_X509_KEY_VALUES_MISMATCH'],
        ['none.key', 'ERR_OSSL_UNSUPPORTED'],
      ] as const) {
        expect(await look({ caFile: 'ca.pem', ...client, clientKeyFile })).toMatchObject({
          state: 'bad',
          text: `not tried: our certificate and key cannot be used (${code})`,
          mend: expect.stringContaining('clientKeyFile'),
        });
      }
      expect(dialled).toBe(0);
    });

    it('does not try a TLS for which it cannot read what the till reads', async () => {
      await open();
      expect(await look({ caFile: 'nothing.pem' })).toMatchObject({
        state: 'bad',
        text: expect.stringContaining('platform.tls.caFile: there is no file'),
      });
      const handed = { caFile: 'ca.pem', ...client, clientKeyFile: 'credential:client-key' };
      expect(await look(handed)).toMatchObject({
        state: 'ok',
        text: expect.stringContaining('platform.tls.clientKeyFile'),
      });
      writeFileSync(join(folder, 'client-key'), pem('client.key'));
      expect(await look(handed, { CREDENTIALS_DIRECTORY: folder })).toMatchObject({
        state: 'ok',
        text: expect.stringContaining('can be reached'),
      });
    });
  });

  it('looks for libusb and the udev rules where a system keeps them', () => {
    expect(checkUsbLibrary([folder]).state).toBe('warn');
    writeFileSync(join(folder, 'libusb-1.0.so.0'), '');
    expect(checkUsbLibrary([folder]).state).toBe('ok');
    expect(checkUdevRules([folder]).state).toBe('warn');
    const rules = readFileSync(join(ROOT, 'systemd/70-kona-till-scanners.rules'), 'utf8');
    writeFileSync(join(folder, '70-kona-till-scanners.rules'), rules);
    expect(checkUdevRules([folder]).state).toBe('ok');
    writeFileSync(join(folder, '70-kona-till-scanners.rules'), rules.replaceAll('inhibited', 'x'));
    expect(checkUdevRules([folder])).toMatchObject({ state: 'warn', text: expect.stringContaining('older') });
  });

  it('wants socat only where a POS program gets a virtual serial port', () => {
    expect(checkPosPorts(config(), folder)).toEqual([]);
    const posPort = { path: '/run/kona-till/pos-scanner' };
    const withPort = config({ stations: [{ id: '1', posPort }] });
    expect(checkPosPorts(withPort, folder)).toMatchObject([{ state: 'bad', mend: 'apt-get install socat' }]);
    writeFileSync(join(folder, 'socat'), '');
    expect(checkPosPorts(withPort, `/nowhere:${folder}`)).toMatchObject([{ state: 'ok' }]);
  });

  it('finds a place for the socket of a POS program, and what lies in its way', () => {
    expect(checkPosSockets(config())).toEqual([]);
    const at = (path: string) => checkPosSockets(config({ stations: [{ id: '1', posSocket: { path } }] }));
    expect(at('/run/kona-till/pos.sock')).toMatchObject([{ state: 'ok' }]);
    expect(at(join(folder, 'pos.sock'))).toMatchObject([{ state: 'ok' }]);
    expect(at(join(folder, 'nowhere', 'pos.sock'))).toMatchObject([{ state: 'bad' }]);
    const notes = join(folder, 'notes.txt');
    writeFileSync(notes, 'not a socket');
    expect(at(notes)).toMatchObject([{ state: 'bad', text: `${notes} is a file of something else` }]);
  });

  it('says for everything that is wrong what to do about it', () => {
    const findings = [
      ...keyFindings({ faults: [{ path: 'a', text: 'b' }], notLookedAt: [] }),
      checkUsbLibrary(['/nowhere']),
      checkRuntime('18.0.0'),
    ];
    for (const { state, mend } of findings) {
      expect(state).not.toBe('ok');
      expect(mend).not.toBe('');
      expect(mend).not.toBeNull();
    }
  });
});
