import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { connect, type TLSSocket, type TlsOptions as TlsServerOptions } from 'node:tls';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KonaPlateClient } from '../../../src/konaplate/client.ts';
import { pinOf, type TlsOptions } from '../../../src/konaplate/connection.ts';
import { APPROVAL, APPROVE, CONTEXT, ITEM, ok, ScriptedIssuer } from './scripted-issuer.ts';

const pem = (name: string): string => readFileSync(new URL(`./tls/${name}`, import.meta.url), 'utf8');
const CONNECTION = new URL('../../../src/konaplate/connection.ts', import.meta.url).href;
const RIGHT_PIN = pinOf(new X509Certificate(pem('server.pem')));
const WRONG_PIN = pinOf(new X509Certificate(pem('client.pem')));

let issuer: ScriptedIssuer;
const clients: KonaPlateClient[] = [];
async function open(
  server: Pick<
    TlsServerOptions,
    'requestCert' | 'rejectUnauthorized' | 'minVersion' | 'maxVersion' | 'ciphers'
  > = {},
): Promise<void> {
  issuer = await new ScriptedIssuer((listener) =>
    createServer({ key: pem('server.key'), cert: pem('server.pem'), ca: pem('ca.pem'), ...server }, listener),
  ).start();
  issuer.behaviour = () => ({ body: ok({ ...ITEM, ...APPROVAL }) });
}
function approve(tls: TlsOptions, host = '127.0.0.1') {
  const client = issuer.client({ baseUrl: `https://${host}:${issuer.port}`, tls });
  clients.push(client);
  return client.approve(APPROVE, CONTEXT);
}
beforeEach(() => open());
afterEach(async () => {
  for (const client of clients.splice(0)) await client.dispose();
  await issuer.stop();
});

describe('TLS', () => {
  it.each(['127.0.0.1', 'localhost'])(
    'is answered by a server whose authority is trusted: %s',
    async (host) => {
      expect(await approve({ ca: pem('ca.pem') }, host)).toMatchObject({ class: 'answered' });
    },
  );

  it('sends nothing to a server that nobody vouches for', async () => {
    expect(await approve({})).toEqual({ class: 'nothingLeft', why: 'TLS_FAILED' });
    expect(issuer.calls).toHaveLength(0);
  });

  it('sends nothing to a server with another public key than the pinned one', async () => {
    expect(await approve({ ca: pem('ca.pem'), pins: [WRONG_PIN] })).toEqual({
      class: 'nothingLeft',
      why: 'PIN_MISMATCH',
    });
    expect(issuer.calls).toHaveLength(0);
    expect(await approve({ ca: pem('ca.pem'), pins: [WRONG_PIN, RIGHT_PIN] })).toMatchObject({
      class: 'answered',
    });
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('is answered over %s', async (version) => {
    await issuer.stop();
    await open({ minVersion: version, maxVersion: version });
    const spoken: (string | null)[] = [];
    issuer.server.on('secureConnection', (socket: TLSSocket) => spoken.push(socket.getProtocol()));
    expect(await approve({ ca: pem('ca.pem') })).toMatchObject({ class: 'answered' });
    expect(spoken).toEqual([version]);
  });

  it.each(['TLSv1', 'TLSv1.1'] as const)('sends nothing to a server that speaks %s only', async (version) => {
    await issuer.stop();
    // The library itself would refuse such versions at its usual level; the server takes everything.
    const weak = { minVersion: version, maxVersion: version, ciphers: 'DEFAULT:@SECLEVEL=0' };
    await open(weak);
    expect(await approve({ ca: pem('ca.pem') })).toEqual({ class: 'nothingLeft', why: 'TLS_FAILED' });
    expect(issuer.calls).toHaveLength(0);
    // The server is all right: a client that lets itself be talked down reaches it.
    const careless = connect({ port: issuer.port, host: '127.0.0.1', ca: pem('ca.pem'), ...weak });
    await once(careless, 'secureConnect');
    expect(careless.getProtocol()).toBe(version);
    careless.destroy();
  });

  it('cannot be talked down by how the program is started', async () => {
    await issuer.stop();
    await open({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' });
    const target = {
      secure: true,
      host: '127.0.0.1',
      port: issuer.port,
      tls: { ca: pem('ca.pem') },
      connectMs: 10_000,
    };
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--tls-min-v1.0',
      '--tls-cipher-list=DEFAULT:@SECLEVEL=0',
      '--input-type=module',
      '-e',
      `const { openConnection } = await import(${JSON.stringify(CONNECTION)});
       openConnection(${JSON.stringify(target)}, (fault, socket) => {
         process.stdout.write(fault?.code ?? socket.getProtocol());
         socket?.destroy();
       });`,
    ]);
    expect(stdout).toBe('TLS_FAILED');
  });

  it('counts the bytes of each request on a kept connection, and keeps it', async () => {
    const client = issuer.client({ baseUrl: `https://127.0.0.1:${issuer.port}`, tls: { ca: pem('ca.pem') } });
    clients.push(client);
    const first = await client.approve(APPROVE, CONTEXT);
    const second = await client.approve(APPROVE, CONTEXT);
    expect(issuer.sockets.size).toBe(1);
    const bytes = [first, second].map((answer) =>
      answer.class === 'answered' ? answer.meta.bytesWritten : -1,
    );
    expect(Math.min(...bytes)).toBeGreaterThan(1_000);
    expect(Math.abs((bytes[0] ?? 0) - (bytes[1] ?? 0))).toBeLessThan(100);
  });

  it('is ambiguous when the connection breaks after the request', async () => {
    issuer.behaviour = (_call, _response, socket) => {
      socket.destroy();
      return undefined;
    };
    expect(await approve({ ca: pem('ca.pem') })).toMatchObject({ class: 'ambiguous', why: 'RESET' });
  });

  it('shows a client certificate where one is configured', async () => {
    await issuer.stop();
    await open({ requestCert: true });
    const seen: boolean[] = [];
    issuer.server.on('secureConnection', (socket: TLSSocket) => seen.push(socket.authorized));
    await approve({ ca: pem('ca.pem'), cert: pem('client.pem'), key: pem('client.key') });
    expect(seen).toEqual([true]);
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'over %s: a server that insists on a client certificate answers with it and the right pin, and not without it',
    async (version) => {
      await issuer.stop();
      await open({ requestCert: true, rejectUnauthorized: true, minVersion: version, maxVersion: version });
      const ours = { cert: pem('client.pem'), key: pem('client.key') };
      const ca = pem('ca.pem');
      expect(await approve({ ca, pins: [RIGHT_PIN], ...ours })).toMatchObject({ class: 'answered' });
      expect(await approve({ ca, pins: [WRONG_PIN], ...ours })).toEqual({
        class: 'nothingLeft',
        why: 'PIN_MISMATCH',
      });
      // Over 1.3 the server objects after our handshake is over, so a request may have left.
      const without = await approve({ ca, pins: [RIGHT_PIN] });
      expect(['nothingLeft', 'ambiguous']).toContain(without.class);
      expect(issuer.calls).toHaveLength(1);
    },
  );
});
