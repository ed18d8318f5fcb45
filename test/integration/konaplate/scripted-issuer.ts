import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSocketServer, type Socket, type Server as SocketServer } from 'node:net';
import {
  createKonaPlateClient,
  type KonaPlateClient,
  type KonaPlateOptions,
} from '../../../src/konaplate/client.ts';
import {
  checkTranToken,
  decryptText,
  encDataOf,
  encryptText,
  envelope,
  HEADER,
  importPrivateKey,
  importPublicKey,
  kstMillis,
  makeTranToken,
  tranSecret,
} from '../../../src/konaplate/wire.ts';

export const keyPair = (): { publicKey: string; privateKey: string } =>
  generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });

/** Made once: keys take far longer to make than to use. */
const SERVER_KEYS = keyPair();
const CLIENT_KEYS = keyPair();

export interface Call {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  readonly body: Record<string, unknown>;
  readonly tokenValid: boolean;
}

export interface Reply {
  readonly status?: number;
  /** Business members and response; the echo is added. */
  readonly body?: Record<string, unknown>;
  /** Changes the body after the echo was added. */
  readonly echo?: Record<string, unknown>;
  readonly headers?: Record<string, string>;
  /** Sent as it is, unsigned. */
  readonly raw?: string | Buffer;
  readonly plain?: boolean;
  readonly sign?: 'right' | 'none' | 'wrong secret' | 'other body';
  readonly signedAtMs?: number;
  readonly encryptTo?: KeyObject;
}

/** A behaviour: give a reply, or handle the response yourself and give undefined. */
export type Behaviour = (
  call: Call,
  response: ServerResponse,
  socket: Socket,
) => Reply | undefined | Promise<Reply | undefined>;

export const SECRET = 'sandbox-secret-key-0001';

/** An issuer that says exactly what a test tells it, over a real socket, with right keys unless told otherwise. */
export class ScriptedIssuer {
  readonly serverKeys = SERVER_KEYS;
  readonly clientKeys = CLIENT_KEYS;
  readonly calls: Call[] = [];
  behaviour: Behaviour = () => ({ body: ok({}) });
  issuerEpoch = 'first';
  businessDate = '20261122';
  readonly server: Server;
  readonly sockets = new Set<Socket>();
  #port = 0;

  constructor(
    make: (listener: (request: IncomingMessage, response: ServerResponse) => void) => Server = createServer,
  ) {
    this.server = make((request, response) => {
      this.#serve(request, response).catch(() => response.destroy());
    });
    this.server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => this.sockets.delete(socket));
    });
  }

  get port(): number {
    return this.#port;
  }

  async start(port = 0): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(port, '127.0.0.1', resolve));
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    this.#port = address.port;
    return this;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  options(more: Partial<KonaPlateOptions> = {}): KonaPlateOptions {
    return {
      baseUrl: `http://127.0.0.1:${this.#port}/open-api`,
      aspId: '123456789012345',
      accessKey: `1234567-${'a'.repeat(32)}`,
      secretKey: SECRET,
      cryptoKeyId: 'c'.repeat(32),
      serverPublicKey: this.serverKeys.publicKey,
      clientPrivateKey: this.clientKeys.privateKey,
      merchantId: 'M00000000000001',
      terminalId: 'T001',
      clock: { now: () => ({ wallMs: Date.now(), monoMs: performance.now() }) },
      timeouts: { connectMs: 500, firstByteMs: 500, totalMs: 1_000 },
      ...more,
    };
  }

  client(more: Partial<KonaPlateOptions> = {}): KonaPlateClient {
    return createKonaPlateClient(this.options(more));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const wire = Buffer.concat(chunks);
    const jwe = encDataOf(JSON.parse(wire.toString())) ?? '';
    const text = await decryptText(jwe, importPrivateKey(this.serverKeys.privateKey), 65_536);
    const token = String(request.headers[HEADER.tranToken.toLowerCase()]);
    const call: Call = {
      path: request.url ?? '',
      headers: request.headers,
      text,
      body: JSON.parse(text),
      tokenValid: checkTranToken(token, wire, tranSecret(SECRET)).ok,
    };
    this.calls.push(call);
    const reply = await this.behaviour(call, response, request.socket);
    if (reply !== undefined) await this.#answer(call, reply, response);
  }

  async #answer(call: Call, reply: Reply, response: ServerResponse): Promise<void> {
    const body = {
      ...Object.fromEntries(
        ['operation', 'requestedAt', 'merchantId', 'terminalId', 'sequenceId', 'cancelId']
          .filter((name) => call.body[name] !== undefined)
          .map((name) => [name, call.body[name]]),
      ),
      issuerEpoch: this.issuerEpoch,
      businessDate: this.businessDate,
      ...reply.body,
      ...reply.echo,
    };
    const key = reply.encryptTo ?? importPublicKey(this.clientKeys.publicKey);
    const text =
      reply.plain === true ? JSON.stringify(body) : envelope(await encryptText(JSON.stringify(body), key));
    const wire = reply.raw ?? text;
    const sign = reply.raw === undefined ? (reply.sign ?? 'right') : (reply.sign ?? 'none');
    const secret = tranSecret(sign === 'wrong secret' ? 'another' : SECRET);
    const token = makeTranToken(sign === 'other body' ? 'x' : wire, secret, reply.signedAtMs ?? Date.now());
    response.writeHead(reply.status ?? 200, {
      'Content-Type': 'application/json',
      [HEADER.correlationId]: String(call.headers[HEADER.correlationId.toLowerCase()]),
      ...(sign === 'none' ? {} : { [HEADER.tranToken]: token }),
      ...reply.headers,
    });
    response.end(wire);
  }
}

export function ok(members: Record<string, unknown>): Record<string, unknown> {
  return { response: { code: '000_000', description: 'Success.' }, ...members };
}
export function refusal(code: string): Record<string, unknown> {
  return { response: { code, description: 'no' } };
}

export const ITEM = { type: 'CHARGE', amount: 10_000, bin: '941000', last4: '0005' } as const;
export const APPROVAL = {
  nrNumber: 'KMN261122000000001',
  approvalCode: '123456',
  approvedAt: kstMillis(Date.UTC(2026, 10, 22, 3)),
} as const;
export const CONTEXT = { epoch: 0, journalIndex: 7, journalHead: 'a'.repeat(64) } as const;
export const APPROVE = {
  ...ITEM,
  sequenceId: '01KB0000000000000000000000',
  barcodeSpec: 'CHARGE9410000000000005123010000',
  scannedAtMs: Date.UTC(2026, 10, 22, 3),
  deferred: false,
} as const;

/** A server below HTTP: it does what it likes with the bytes. */
export async function rawServer(
  onSocket: (socket: Socket) => void,
): Promise<{ server: SocketServer; port: number }> {
  const server = createSocketServer((socket) => {
    socket.on('error', () => {});
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { server, port: address.port };
}
