import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { callsMax, DEFAULT_LIMITS } from '../../../src/sync/limits.ts';
import { client, issuer, startIssuerClient } from './issuer-client.ts';
import { APPROVAL, APPROVE, CONTEXT, ITEM, ok, rawServer } from './scripted-issuer.ts';

startIssuerClient();

const approve = () => client.approve(APPROVE, CONTEXT);

describe('"nothing left" is judged by bytes', () => {
  const at = (port: number) => issuer.client({ baseUrl: `http://127.0.0.1:${port}` });

  it('says so when the connection is refused or the name is unknown', async () => {
    const { server, port } = await rawServer(() => {});
    await new Promise((resolve) => server.close(resolve));
    for (const url of [`http://127.0.0.1:${port}`, 'https://no-such-host.invalid']) {
      const other = issuer.client({ baseUrl: url });
      expect(await other.approve(APPROVE, CONTEXT)).toEqual({ class: 'nothingLeft', why: 'CONNECT_FAILED' });
      await other.dispose();
    }
  });

  it('says so when TLS does not come about', async () => {
    const { server, port } = await rawServer((socket) => socket.end('hello'));
    const other = issuer.client({ baseUrl: `https://127.0.0.1:${port}` });
    expect(await other.approve(APPROVE, CONTEXT)).toEqual({ class: 'nothingLeft', why: 'TLS_FAILED' });
    await other.dispose();
    server.close();
  });

  it('says so when the handshake takes too long', async () => {
    const sockets: Socket[] = [];
    const { server, port } = await rawServer((socket) => sockets.push(socket));
    const other = issuer.client({ baseUrl: `https://127.0.0.1:${port}`, timeouts: { connectMs: 60 } });
    expect(await other.approve(APPROVE, CONTEXT)).toEqual({ class: 'nothingLeft', why: 'CONNECT_TIMEOUT' });
    await other.dispose();
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  it.each([0, 1, 100, 1_000_000])('never when the server resets after %i bytes', async (count) => {
    const { server, port } = await rawServer((socket) => {
      let seen = 0;
      if (count === 0) socket.resetAndDestroy();
      socket.on('data', (chunk) => {
        seen += chunk.length;
        if (seen >= Math.min(count, 500)) socket.resetAndDestroy();
      });
    });
    const other = at(port);
    const answer = await other.approve(APPROVE, CONTEXT);
    // With 0 the reset may be seen before or after the bytes were handed over; only after them it must be ambiguous.
    if (count > 0) expect(answer).toMatchObject({ class: 'ambiguous', why: 'RESET' });
    if (answer.class === 'ambiguous') expect(answer.bytesWritten).toBeGreaterThan(500);
    else expect(answer.class).toBe('nothingLeft');
    await other.dispose();
    server.close();
  });

  it('never for a server that takes the connection and reads nothing', async () => {
    const sockets: Socket[] = [];
    const { server, port } = await rawServer((socket) => sockets.push(socket.pause()));
    const other = at(port);
    expect(await other.approve(APPROVE, CONTEXT)).toMatchObject({
      class: 'ambiguous',
      why: 'FIRST_BYTE_TIMEOUT',
    });
    await other.dispose();
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  it('never for an answer that trickles beyond the total time', async () => {
    issuer.behaviour = (_call, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json' });
      const timer = setInterval(() => response.write(' '), 50);
      response.on('close', () => clearInterval(timer));
      return undefined;
    };
    const slow = issuer.client({ timeouts: { firstByteMs: 200, totalMs: 300 } });
    expect(await slow.approve(APPROVE, CONTEXT)).toMatchObject({ class: 'ambiguous', why: 'TOTAL_TIMEOUT' });
    await slow.dispose();
  });

  it('counts each request of a kept connection by itself', async () => {
    const first = await approve();
    const second = await approve();
    expect(issuer.sockets.size).toBe(1);
    const bytes = (answer: typeof first) => (answer.class === 'answered' ? answer.meta.bytesWritten : -1);
    expect(bytes(first)).toBeGreaterThan(1_000);
    expect(Math.abs(bytes(first) - bytes(second))).toBeLessThan(50);
  });

  it('is right when a kept connection is cut under the next request', async () => {
    await approve();
    issuer.behaviour = (_call, _response, socket) => {
      socket.resetAndDestroy();
      return undefined;
    };
    expect(await approve()).toMatchObject({ class: 'ambiguous', why: 'RESET' });
    expect(issuer.calls).toHaveLength(2);
    issuer.behaviour = () => ({ body: ok({ ...ITEM, ...APPROVAL }) });
    expect(await approve()).toMatchObject({ class: 'answered' });
    expect(issuer.calls).toHaveLength(3);
  });

  it('says so when the issuer went away between two calls', async () => {
    await approve();
    const gone = new Promise((resolve) => {
      for (const socket of issuer.sockets) socket.once('close', resolve);
    });
    await issuer.stop();
    await gone;
    await expect.poll(approve).toEqual({ class: 'nothingLeft', why: 'CONNECT_FAILED' });
    await issuer.start();
  });

  it('says so for a call aborted before it started, and for one call more than there are connections', async () => {
    expect(await client.approve(APPROVE, CONTEXT, AbortSignal.abort())).toEqual({
      class: 'nothingLeft',
      why: 'ABORTED',
    });
    const narrow = issuer.client({ connections: 1 });
    const [one, two] = await Promise.all([
      narrow.approve(APPROVE, CONTEXT),
      narrow.approve(APPROVE, CONTEXT),
    ]);
    expect([one.class, two.class].sort()).toEqual(['answered', 'nothingLeft']);
    expect([one, two]).toContainEqual({ class: 'nothingLeft', why: 'BUSY' });
    await narrow.dispose();
  });

  it('never because of the others for any of the calls that the worker may have under way at once', async () => {
    const wide = issuer.client({ timeouts: { connectMs: 10_000, firstByteMs: 10_000, totalMs: 20_000 } });
    const calls = Array.from({ length: callsMax(DEFAULT_LIMITS) }, () => wide.approve(APPROVE, CONTEXT));
    const answers = await Promise.all(calls);
    expect(new Set(answers.map((answer) => answer.class))).toEqual(new Set(['answered']));
    await wide.dispose();
  });

  it('never for a call aborted on its way', async () => {
    const aborter = new AbortController();
    issuer.behaviour = () => {
      aborter.abort();
      return undefined;
    };
    expect(await client.approve(APPROVE, CONTEXT, aborter.signal)).toMatchObject({
      class: 'ambiguous',
      why: 'ABORTED',
    });
  });

  it('dispose ends calls on their way and leaves no socket', async () => {
    let arrived: (value: unknown) => void = () => {};
    const there = new Promise((resolve) => {
      arrived = resolve;
    });
    issuer.behaviour = () => {
      arrived(null);
      return undefined;
    };
    const pending = approve();
    await there;
    await client.dispose();
    expect(await pending).toMatchObject({ class: 'ambiguous', why: 'DISPOSED' });
    await expect.poll(() => issuer.sockets.size).toBe(0);
    expect(await approve()).toEqual({ class: 'nothingLeft', why: 'DISPOSED' });
  });
});
