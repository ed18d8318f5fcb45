import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KonaPlateClient } from '../../../src/konaplate/client.ts';
import { pinOf, type TlsOptions } from '../../../src/konaplate/connection.ts';
import { APPROVAL, APPROVE, CONTEXT, ITEM, ok, ScriptedIssuer } from './scripted-issuer.ts';

const pem = (name: string): string => readFileSync(new URL(`./tls/${name}`, import.meta.url), 'utf8');
const RIGHT_PIN = pinOf(new X509Certificate(pem('server.pem')));
const WRONG_PIN = pinOf(new X509Certificate(pem('client.pem')));

let issuer: ScriptedIssuer;
const clients: KonaPlateClient[] = [];
async function open(
  server: { requestCert?: boolean; maxVersion?: 'TLSv1.2' | 'TLSv1.3' } = {},
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
});
