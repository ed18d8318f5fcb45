import { createSecretKey, generateKeyPair, type KeyObject, randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { BASE_PATH } from '../../konaplate/wire.ts';
import type { WireAnswer } from './answer.ts';
import { CALLS, type Call } from './calls.ts';
import type { Fault, FaultPlan } from './faults.ts';
import type { Bend, Gateway } from './gateway.ts';

const MODULUS_BITS = 2048;
const TRICKLE_STEP_MS = 20;
const generate = promisify(generateKeyPair);

export interface ServeOptions {
  readonly gateway: Gateway;
  /** Null: no faults can ever happen here. */
  readonly faults: FaultPlan | null;
  /** Ends waits of faults when the server closes. */
  readonly closing: AbortSignal;
}

/** The routes of every call, with the faults on demand around them. */
export function serveCalls(app: FastifyInstance, options: ServeOptions): void {
  const bender = new Bender();
  for (const call of CALLS) {
    app.post(BASE_PATH + call.path, { bodyLimit: call.bytesMax }, async (request, reply) => {
      const fault = options.faults?.take(call.name) ?? null;
      if (fault !== null) return serveFaulty(options, bender, call, fault, request, reply);
      return deliver(
        reply,
        await options.gateway.handle({ call, headers: request.headers, body: bodyOf(request) }),
      );
    });
  }
}

/** The raw bytes; a request without a body has none of them. */
export function bodyOf(request: FastifyRequest): Uint8Array {
  return request.body instanceof Uint8Array ? request.body : new Uint8Array();
}

export function deliver(reply: FastifyReply, answer: WireAnswer): FastifyReply {
  return reply.code(answer.status).headers(answer.headers).send(answer.body);
}

async function serveFaulty(
  options: ServeOptions,
  bender: Bender,
  call: Call,
  fault: Fault,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  switch (fault.kind) {
    case 'dropBefore':
      return hangUp(request, reply, false);
    case 'reset':
      return hangUp(request, reply, true);
    case 'html500':
      return reply
        .code(500)
        .type('text/html')
        .send('<html><body><h1>Internal Server Error</h1></body></html>');
    default:
  }
  const bend = await bender.of(fault);
  const answer = await options.gateway.handle(
    { call, headers: request.headers, body: bodyOf(request) },
    bend,
  );
  switch (fault.kind) {
    case 'dropAfter':
      return hangUp(request, reply, false);
    case 'delay':
      await pause(fault.ms, options.closing);
      return deliver(reply, answer);
    case 'trickle':
      return trickle(reply, answer, fault.ms, options.closing);
    case 'garbage':
      return deliver(reply, { ...answer, body: randomBytes(256).toString('latin1') });
    case 'clockSkew':
      reply.header('date', new Date(Date.now() + fault.ms).toUTCString());
      return deliver(reply, answer);
    default:
      return deliver(reply, answer);
  }
}

/** Keys for answers that nobody can read, made when the first fault asks for them. */
class Bender {
  #strangers: { key: KeyObject; secret: KeyObject } | null = null;

  async of(fault: Fault): Promise<Bend> {
    switch (fault.kind) {
      case 'duplicate':
        return { twice: true };
      case 'clockSkew':
        return { skewMs: fault.ms };
      case 'wrongKey':
        return { wrongKey: (await this.#made()).key };
      case 'wrongToken':
        return { wrongSecret: (await this.#made()).secret };
      default:
        return {};
    }
  }

  async #made(): Promise<{ key: KeyObject; secret: KeyObject }> {
    if (this.#strangers === null) {
      const { publicKey } = await generate('rsa', { modulusLength: MODULUS_BITS });
      this.#strangers = { key: publicKey, secret: createSecretKey(randomBytes(32)) };
    }
    return this.#strangers;
  }
}

function hangUp(request: FastifyRequest, reply: FastifyReply, reset: boolean): FastifyReply {
  reply.hijack();
  if (reset) request.raw.socket.resetAndDestroy();
  else request.raw.socket.destroy();
  return reply;
}

async function pause(ms: number, closing: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal: closing }).catch(() => undefined);
}

/** Byte by byte, so that the whole answer takes about `ms`. */
async function trickle(
  reply: FastifyReply,
  answer: WireAnswer,
  ms: number,
  closing: AbortSignal,
): Promise<FastifyReply> {
  reply.hijack();
  const bytes = Buffer.from(answer.body, 'utf8');
  const { raw } = reply;
  raw.writeHead(answer.status, { ...answer.headers, 'content-length': bytes.length });
  const step = Math.max(1, Math.ceil((bytes.length * TRICKLE_STEP_MS) / Math.max(ms, TRICKLE_STEP_MS)));
  for (let at = 0; at < bytes.length && !raw.destroyed && !closing.aborted; at += step) {
    raw.write(bytes.subarray(at, at + step));
    await pause(TRICKLE_STEP_MS, closing);
  }
  raw.end();
  return reply;
}
