import { readFileSync } from 'node:fs';
import { get } from 'node:https';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, startTill, type Till } from '../agent/harness.ts';

const CERTIFICATES = join(import.meta.dirname, '..', 'konaplate', 'tls');
const ca = readFileSync(join(CERTIFICATES, 'ca.pem'));
let till: Till;

beforeAll(async () => {
  till = await startTill({
    agent: {
      web: {
        host: '0.0.0.0',
        port: 0,
        allowedHosts: [],
        tls: {
          cert: readFileSync(join(CERTIFICATES, 'server.pem')),
          key: readFileSync(join(CERTIFICATES, 'server.key')),
        },
        pagesDirectory: null,
      },
    },
  });
});

afterAll(() => till.close());

function status(headers: Readonly<Record<string, string>>): Promise<{ status: number; hsts: boolean }> {
  const { port } = new URL(till.agent.address);
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path: '/api/v1/stations', ca, headers, agent: false };
    get({ ...options, checkServerIdentity: () => undefined }, (response) => {
      response.resume();
      const hsts = response.headers['strict-transport-security'] !== undefined;
      response.on('end', () => resolve({ status: response.statusCode ?? 0, hsts }));
    }).on('error', reject);
  });
}

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

  it('answers nothing without it', async () => {
    const plain = till.agent.address.replace('https:', 'http:').replace('0.0.0.0', '127.0.0.1');
    await expect(call(plain, '/api/v1/stations')).rejects.toThrow();
  });
});
