import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AgentOptions } from '../../../src/agent.ts';
import { type Ran, runIn, writeConfiguration } from '../../unit/cli/command-line.ts';
import { call, startTill, type Till } from '../agent/harness.ts';

const CERTIFICATES = join(import.meta.dirname, '..', 'konaplate', 'tls');
const ca = readFileSync(join(CERTIFICATES, 'ca.pem'));
const SECRET = 'a5'.repeat(20);
let till: Till;

const web = (host: string): AgentOptions['web'] => ({
  host,
  port: 0,
  allowedHosts: [],
  tls: {
    // One file with both is allowed.
    cert: Buffer.concat(['server.pem', 'server.key'].map((name) => readFileSync(join(CERTIFICATES, name)))),
    key: readFileSync(join(CERTIFICATES, 'server.key')),
  },
  cashierSecret: SECRET,
  pagesDirectory: null,
});
/** An address of this machine that others reach, where it has one. */
const [lan] = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .filter(({ family, internal }) => family === 'IPv4' && !internal);

beforeAll(async () => {
  till = await startTill({ agent: { web: web('0.0.0.0') } });
});

afterAll(() => till.close());

/** `sync status` in the till's folder, with a configuration that names the certificate so. */
async function syncStatus(certificateFile: string, host = '0.0.0.0'): Promise<Ran> {
  const { directory, issuer, agent } = till;
  const { merchantId, terminalId } = issuer.credentials;
  writeConfiguration(directory, {
    ledger: { directory, vaultKeyFile: '/nowhere/vault.key' },
    merchantId,
    terminalId,
    port: Number(new URL(agent.address).port),
    web: {
      host,
      tls: { certificateFile, keyFile: 'credential:pages-key' },
      cashierSecretFile: 'credential:secret',
    },
  });
  return runIn(directory, ['sync', 'status']);
}

interface Got {
  readonly status: number;
  readonly hsts: boolean;
  readonly cookies: readonly string[];
}

async function status(headers: Readonly<Record<string, string>>): Promise<Pick<Got, 'status' | 'hsts'>> {
  const { cookies: _cookies, ...rest } = await ask('/api/v1/stations', {
    authorization: `Bearer ${SECRET}`,
    ...headers,
  });
  return rest;
}

function ask(path: string, headers: Readonly<Record<string, string>>, body?: object): Promise<Got> {
  const { port } = new URL(till.agent.address);
  return new Promise((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      port,
      path,
      ca,
      headers,
      agent: false,
      method: body === undefined ? 'GET' : 'POST',
    };
    const sent = request({ ...options, checkServerIdentity: () => undefined }, (response) => {
      response.resume();
      const hsts = response.headers['strict-transport-security'] !== undefined;
      const cookies = response.headers['set-cookie'] ?? [];
      response.on('end', () => resolve({ status: response.statusCode ?? 0, hsts, cookies }));
    }).on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

describe('the command line of a till with TLS', () => {
  it.each([join(CERTIFICATES, 'server.pem'), join(CERTIFICATES, 'ca.pem'), 'credential:pages'])(
    'speaks to the agent that serves with what it left, wherever the configuration has it from: %s',
    async (certificateFile) => {
      const { code, out, err } = await syncStatus(certificateFile);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(out).toContain('online');
    },
  );

  it('finds the certificate alone, where the file that the agent serves with holds its key too', async () => {
    const left = readFileSync(join(till.directory, 'control-certificate'), 'utf8');
    expect(left.match(/-----BEGIN [A-Z ]+-----/g)).toEqual(['-----BEGIN CERTIFICATE-----']);
  });

  it.each([
    ['cannot be read', 'x'],
    ['left no certificate', null],
  ])('says to restart an agent that %s', async (said, content) => {
    const file = join(till.directory, 'control-certificate');
    const left = readFileSync(file);
    if (content === null) rmSync(file);
    else writeFileSync(file, content);
    const { code, out, err } = await syncStatus('credential:pages');
    writeFileSync(file, left);
    expect({ code, out }).toEqual({ code: 3, out: '' });
    expect(err).toContain(said);
    expect(err).toContain('restart it');
  });

  it.skipIf(lan === undefined)(
    'speaks to an agent that listens on one address of the network alone',
    async () => {
      const host = lan?.address ?? '';
      await till.restart({ web: web(host) });
      const { code, err } = await syncStatus('credential:pages', host);
      await till.restart({ web: web('0.0.0.0') });
      expect({ code, err }).toEqual({ code: 0, err: '' });
    },
  );

  it('gives its token to nobody who serves with another certificate, and says that the agent does not answer', async () => {
    const file = join(till.directory, 'control-certificate');
    const left = readFileSync(file);
    writeFileSync(file, ca);
    const { code, out, err } = await syncStatus('credential:pages');
    writeFileSync(file, left);
    expect({ code, out }).toEqual({ code: 3, out: '' });
    expect(err).toContain('is it running?');
    expect((await syncStatus('credential:pages')).code).toBe(0);
  });
});

describe('an agent with TLS', () => {
  it('listens beyond loopback, and keeps the same guards', async () => {
    const { port } = new URL(till.agent.address);
    expect(await status({ host: `localhost:${port}` })).toEqual({ status: 200, hsts: true });
    expect((await status({ host: `localhost:${port}`, origin: `http://localhost:${port}` })).status).toBe(
      403,
    );
    expect((await status({ host: `localhost:${port}`, origin: `https://localhost:${port}` })).status).toBe(
      200,
    );
    expect((await status({ host: 'evil.example' })).status).toBe(403);
    expect((await status({ host: `0.0.0.0:${port}` })).status).toBe(403);
  });

  it("lets nobody press the cashier's keys, read or listen without the installer's secret", async () => {
    const { port } = new URL(till.agent.address);
    const host = { host: `localhost:${port}` };
    const reads = [
      '/api/v1/stations',
      '/api/v1/%73tations',
      '/api/v1/stations/1/snapshot',
      '/api/v1/stations/1/events?page=somebody-else',
      '/api/v1/stations/1/scans',
      '/api/v1/payments/changes?after=0',
      '/api/v1/payments/events',
    ];
    for (const path of reads) {
      const { status: answered } = await ask(path, host);
      expect(answered, path).toBe(401);
    }
    const json = { ...host, 'content-type': 'application/json' };
    for (const path of ['press', 'take-over', 'heartbeat', 'pin', 'receipt', 'find', 'shown', 'cashier']) {
      const { status: answered } = await ask(`/api/v1/stations/1/${path}`, json, { page: 'somebody-else' });
      expect(answered, path).toBe(401);
    }
    for (const wrong of [SECRET.slice(1), `${SECRET}0`, '']) {
      expect((await status({ ...host, authorization: `Bearer ${wrong}` })).status).toBe(401);
      const refused = await ask(`/let-in?secret=${wrong}`, host);
      expect([refused.status, refused.cookies]).toEqual([401, []]);
    }
    expect((await ask('/api/v1/stations', { ...host, cookie: `kona-till-cashier=${SECRET}` })).status).toBe(
      401,
    );
  });

  it('lets a browser in that opened the link once', async () => {
    const { port } = new URL(till.agent.address);
    const host = { host: `localhost:${port}` };
    const letIn = await ask(`/let-in?secret=${SECRET}`, { ...host, 'sec-fetch-site': 'none' });
    expect(letIn.status).toBe(303);
    const [cookie = ''] = letIn.cookies;
    for (const part of ['HttpOnly', 'Secure', 'SameSite=Strict', 'Path=/']) expect(cookie).toContain(part);
    expect(cookie).not.toContain(SECRET);
    const own = { ...host, cookie: cookie.split(';', 1)[0] ?? '' };
    expect((await ask('/api/v1/stations/1/snapshot', own)).status).toBe(200);
    const json = { ...own, 'content-type': 'application/json' };
    expect((await ask('/api/v1/stations/1/take-over', json, { page: 'let-in-page' })).status).toBe(200);
    const foreign = { ...host, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    expect((await ask(`/let-in?secret=${SECRET}`, foreign)).status).toBe(403);
  });

  it('does not start beyond loopback without a secret, or with a short one', async () => {
    const tls = {
      cert: readFileSync(join(CERTIFICATES, 'server.pem')),
      key: readFileSync(join(CERTIFICATES, 'server.key')),
    };
    const web = { host: '0.0.0.0', port: 0, allowedHosts: [], tls, pagesDirectory: null };
    await till.agent.close();
    for (const cashierSecret of [null, 'short']) {
      await expect(till.restart({ web: { ...web, cashierSecret } })).rejects.toMatchObject({
        code: 'SECRET_NEEDED',
      });
    }
    await till.restart();
  });

  it('answers nothing without it', async () => {
    const plain = till.agent.address.replace('https:', 'http:').replace('0.0.0.0', '127.0.0.1');
    await expect(call(plain, '/api/v1/stations')).rejects.toThrow();
  });
});
