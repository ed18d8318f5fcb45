import { createServer, type Server, type Socket } from 'node:net';
import { inspect } from 'node:util';
import { isAxiosError } from 'axios';
import { afterEach, describe, expect, it } from 'vitest';
import { createHttp } from '../../../src/konaplate/http.ts';
import { Transport, TransportFault } from '../../../src/konaplate/transport.ts';
import { logTo } from '../../../src/ops/log.ts';

const BODY = '{"encData":"the-secret-body"}';
const HEADERS = { 'X-KM-Access-Key': 'the-secret-access-key', 'X-KM-Tran-Token': 'the-secret-token' };
const SECRETS = /the-secret/;
let server: Server | null = null;
let transport: Transport | null = null;

afterEach(async () => {
  await transport?.dispose();
  server?.close();
});

async function transportTo(onSocket: (socket: Socket) => void, maxAnswerBytes = 1_000): Promise<Transport> {
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  transport = new Transport({
    target: { secure: false, host: '127.0.0.1', port: address.port, tls: {}, connectMs: 1_000 },
    firstByteMs: 300,
    totalMs: 500,
    maxAnswerBytes,
    connections: 1,
    idleMs: 1_000,
  });
  return transport;
}

/** What came out of a call, and what a log makes of it. */
async function failure(via: Pick<Transport, 'call'>, signal?: AbortSignal) {
  let fault: unknown;
  await createHttp(via)
    .post('/the-path', HEADERS, BODY, signal)
    .catch((error: unknown) => {
      fault = error;
    });
  const lines: string[] = [];
  logTo({ write: (line) => void lines.push(line) }, 'debug').error({ error: fault }, 'the call failed');
  return { fault, shown: inspect(fault, { depth: 20, showHidden: true }), logged: lines.join('') };
}

describe('whatever goes wrong, only a fault without body, headers and keys comes out', () => {
  it.each<[string, (socket: Socket) => void, string]>([
    ['a reset', (socket) => socket.once('data', () => socket.resetAndDestroy()), 'RESET'],
    ['no answer', () => undefined, 'FIRST_BYTE_TIMEOUT'],
    [
      'an answer that is too large and repeats the request',
      (socket) =>
        socket.once('data', (sent) =>
          socket.write(
            `HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n${sent.toString('latin1').padEnd(9_000, 'x')}`,
          ),
        ),
      'ANSWER_TOO_LARGE',
    ],
    ['bytes that are no HTTP', (socket) => socket.once('data', (sent) => socket.end(sent)), 'RESET'],
    [
      'half an answer',
      (socket) =>
        socket.once('data', (sent) => socket.end(`HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n${sent}`)),
      'RESET',
    ],
  ])('%s', async (_name, onSocket, code) => {
    const { fault, shown, logged } = await failure(await transportTo(onSocket));
    expect(fault).toBeInstanceOf(TransportFault);
    expect(fault).toMatchObject({ code });
    expect(isAxiosError(fault)).toBe(false);
    expect(shown).not.toMatch(SECRETS);
    expect(logged).toContain('the call failed');
    expect(logged).not.toMatch(SECRETS);
  });

  it('an error that nobody thought of counts as bytes that left, because nobody knows', async () => {
    const { fault, shown } = await failure({ call: () => Promise.reject(new Error(BODY)) });
    expect(fault).toMatchObject({ code: 'RESET', bytesWritten: 1 });
    expect(shown).not.toMatch(SECRETS);
  });
});
