import { once } from 'node:events';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import Fastify from 'fastify';
import { expect, it } from 'vitest';
import { SystemClock } from '../../../src/ops/clock.ts';
import { Streams } from '../../../src/web/streams.ts';

// More than the buffers of two sockets hold.
const EVENTS = 20_000;
const BATCH = 200;
const WAITING_MAX = 65_536;

it('events that must all arrive wait for a client that does not read, and reach it whole once it does', async () => {
  const server = Fastify({ forceCloseConnections: true });
  const clock = new SystemClock();
  const streams = new Streams({ clock, max: 4, kept: 0, waitingMax: WAITING_MAX, pingMs: 60_000 });
  let given = 0;
  server.get('/events', (_request, reply) => {
    const stream = streams.begin(reply, null, () => undefined);
    stream?.follow(() => {
      const size = Math.min(BATCH, EVENTS - given);
      const events = Array.from({ length: size }, (_, index) => ({
        event: 'each',
        data: { number: given + index, filler: 'x'.repeat(1_000) },
        id: String(given + index),
      }));
      given += size;
      return events;
    });
    return reply;
  });
  await server.listen({ host: '127.0.0.1', port: 0 });
  const { port } = server.server.address() as AddressInfo;
  const asked = request({ host: '127.0.0.1', port, path: '/events' }).end();
  const [answer] = (await once(asked, 'response')) as [import('node:http').IncomingMessage];
  answer.pause();
  let before = -1;
  await expect
    .poll(
      () => {
        const stands = before === given && given > 0;
        before = given;
        return stands;
      },
      { interval: 200, timeout: 10_000 },
    )
    .toBe(true);
  expect(given).toBeLessThan(EVENTS);

  const ids: number[] = [];
  const lines = createInterface({ input: answer });
  lines.on('line', (line) => {
    if (line.startsWith('id: ')) ids.push(Number(line.slice(4)));
  });
  await expect.poll(() => ids.length, { timeout: 20_000 }).toBe(EVENTS);
  expect(ids.every((id, index) => id === index)).toBe(true);
  lines.close();
  answer.on('error', () => undefined);
  asked.on('error', () => undefined);
  asked.destroy();
  streams.close();
  await server.close();
});

it('a client that catches up gets one batch a turn, so that others are heard in between', async () => {
  const server = Fastify({ forceCloseConnections: true });
  const streams = new Streams({
    clock: new SystemClock(),
    max: 4,
    kept: 0,
    waitingMax: WAITING_MAX,
    pingMs: 60_000,
  });
  let given = 0;
  let inThisTurn = 0;
  let mostInATurn = 0;
  server.get('/events', (_request, reply) => {
    const stream = streams.begin(reply, null, () => undefined);
    stream?.follow(() => {
      if (inThisTurn === 0) {
        setImmediate(() => {
          inThisTurn = 0;
        });
      }
      inThisTurn += 1;
      mostInATurn = Math.max(mostInATurn, inThisTurn);
      if (given === 200) return [];
      given += 1;
      return [{ event: 'each', data: { number: given }, id: String(given) }];
    });
    return reply;
  });
  await server.listen({ host: '127.0.0.1', port: 0 });
  const { port } = server.server.address() as AddressInfo;
  const asked = request({ host: '127.0.0.1', port, path: '/events' }).end();
  const [answer] = (await once(asked, 'response')) as [import('node:http').IncomingMessage];
  answer.resume();
  await expect.poll(() => given, { timeout: 10_000 }).toBe(200);
  expect(mostInATurn).toBeLessThan(10);
  answer.on('error', () => undefined);
  asked.on('error', () => undefined);
  asked.destroy();
  streams.close();
  await server.close();
});

it('pings fall on whole multiples of the monotonic clock, where other regular work of the process is done', async () => {
  const server = Fastify({ forceCloseConnections: true });
  const waitsMs: number[] = [];
  const clock = {
    now: () => ({ wallMs: 0, monoMs: 12_345 }),
    after: (ms: number) => {
      waitsMs.push(ms);
      return { cancel: () => undefined };
    },
  };
  const streams = new Streams({ clock, max: 4, kept: 0, waitingMax: WAITING_MAX, pingMs: 1_000 });
  server.get('/events', (_request, reply) => {
    streams.begin(reply, null, () => undefined);
    return reply;
  });
  await server.listen({ host: '127.0.0.1', port: 0 });
  const { port } = server.server.address() as AddressInfo;
  const asked = request({ host: '127.0.0.1', port, path: '/events' }).end();
  const [answer] = (await once(asked, 'response')) as [import('node:http').IncomingMessage];
  expect(waitsMs).toEqual([655]);
  answer.on('error', () => undefined);
  asked.on('error', () => undefined);
  asked.destroy();
  streams.close();
  await server.close();
});
