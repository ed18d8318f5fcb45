import { type KeyObject, randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { correlationId, parseKst } from '../../konaplate/wire.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Service } from '../service.ts';
import { sqlState } from '../storage/database.ts';
import { QueueFull, type Settled } from '../storage/gather.ts';
import { type Recipient, responseOf, type WireAnswer, wireAnswer } from './answer.ts';
import type { Call, Run } from './calls.ts';
import type { CryptoPair, KnownClient } from './directory.ts';
import { echoOf, fieldOf } from './echo.ts';
import {
  checkToken,
  claimedClient,
  claimedPair,
  correlationOf,
  type Opened,
  openBody,
  readHeaders,
} from './gate.ts';
import type { RateLimit } from './rate-limit.ts';
import { Remembered } from './remembered.ts';
import type { ReplayGuard } from './replay-guard.ts';

export interface GatewayOptions {
  readonly service: Service;
  readonly directory: ReadonlyMap<string, KnownClient>;
  readonly guard: ReplayGuard;
  readonly rateLimit: RateLimit;
  /** What went wrong inside: a name and an SQLSTATE, never a body or a value. */
  readonly onFault: (fault: {
    readonly call: string;
    readonly name: string;
    readonly state: string | null;
  }) => void;
}

/** How a fault on demand bends one call. */
export interface Bend {
  readonly skewMs?: number;
  /** The effect happens twice, as if the network had delivered the request twice. */
  readonly twice?: boolean;
  /** The answer is closed with a key that the client has not. */
  readonly wrongKey?: KeyObject;
  /** The answer is signed with a secret that is not the client's. */
  readonly wrongSecret?: KeyObject;
}

export interface IncomingCall {
  readonly call: Call;
  readonly headers: IncomingHttpHeaders;
  /** Null: larger than the call allows; it was not read. */
  readonly body: Uint8Array | null;
}

interface Exchange {
  readonly incoming: IncomingCall;
  readonly service: Service;
  readonly client: KnownClient | null;
  readonly pair: CryptoPair | null;
  readonly bend: Bend;
  echo: Record<string, unknown>;
}

/** What another process may have switched or named anew is asked again after so long. */
const REMEMBERED_MS = 1_000;
/** Bodies under way to the threads that open them; one more is refused as not processed. */
const OPENING_MAX = 4_096;

/**
 * From bytes to bytes: who is it, is it fresh, what does it say, what is done, what is answered. Knows nothing of
 * sockets. Never throws: what goes wrong inside is 006_022, which leaves the outcome open.
 */
export class Gateway {
  readonly #options: GatewayOptions;
  readonly #maintenance = new Map<string, Remembered<boolean>>();
  readonly #issuerEpoch = new Remembered<string>(REMEMBERED_MS);
  #opening = 0;

  constructor(options: GatewayOptions) {
    this.#options = options;
  }

  async handle(incoming: IncomingCall, bend: Bend = {}): Promise<WireAnswer> {
    const { directory } = this.#options;
    const client = claimedClient(incoming.headers, directory);
    const exchange: Exchange = {
      incoming,
      service: bend.skewMs === undefined ? this.#options.service : this.#options.service.skewed(bend.skewMs),
      client,
      pair: client === null ? null : claimedPair(incoming.headers, client),
      bend,
      echo: {},
    };
    try {
      return await this.#serve(exchange);
    } catch (error) {
      return this.#refuse(exchange, error);
    }
  }

  async #serve(exchange: Exchange): Promise<WireAnswer> {
    const { incoming, service, client } = exchange;
    const { headers, body, call } = incoming;
    const { nowMs, policy } = { nowMs: service.domain.clock.nowMs(), policy: service.domain.policy };
    const values = readHeaders(headers);
    if (client === null) throw new Refusal('000_904');
    if (body === null) throw new Refusal('000_911');
    const token = checkToken(values.tranToken, body, client, { nowMs, toleranceMs: policy.toleranceMs });
    // Only after the proof: whoever merely knows the access key must not use up what its owner may ask.
    if (!this.#options.rateLimit.take(client.accessKey, nowMs)) throw new Refusal('000_907');
    if (this.#opening >= OPENING_MAX) throw new Refusal('000_907');
    const admitted = this.#options.guard.admit(
      {
        merchantId: client.merchantId,
        accessKey: client.accessKey,
        tokenIdentity: token.identity,
        tokenTimeMs: token.timeMs,
        correlationId: values.correlationId,
      },
      nowMs,
    );
    // The memory is asked while the body is opened; what it says counts first.
    const pair = exchange.pair;
    const opening = pair === null ? null : this.#open(body, pair, call.bytesMax);
    const seen = await admitted;
    if (await this.#underMaintenance(client.merchantId, nowMs)) throw new Refusal('000_908');
    if (seen !== 'new') throw new Refusal(seen === 'token' ? '000_903' : '000_909');
    if (opening === null) throw new Refusal('000_905');
    const result = await opening;
    if (!result.ok) throw result.error;
    const opened = result.value;
    exchange.echo = call.operation === null ? {} : echoOf(opened.value);
    const [odd] = opened.oddNumbers;
    const prepared = call.prepare(opened.value);
    if (!prepared.ok) throw new Refusal('000_002', fieldOf(prepared.error));
    if (odd !== undefined) throw new Refusal('000_002', odd);
    if (call.operation !== null) checkCaller(opened.value, client, nowMs, policy.toleranceMs);
    if (exchange.bend.twice === true) await this.#run(prepared.run, exchange, client);
    return this.#run(prepared.run, exchange, client);
  }

  async #run(run: Run, exchange: Exchange, client: KnownClient): Promise<WireAnswer> {
    const outcome = await run(exchange.service, client.merchantId);
    if (exchange.incoming.call.operation === null) {
      return this.#send(exchange, outcome.code, {
        response: responseOf(outcome.code, null),
        ...outcome.body,
      });
    }
    return this.#send(exchange, outcome.code, {
      response: responseOf(outcome.code, null),
      ...exchange.echo,
      issuerEpoch: await this.#epoch(exchange),
      businessDate: outcome.businessDate,
      ...outcome.body,
    });
  }

  #open(body: Uint8Array, pair: CryptoPair, maxChars: number): Promise<Settled<Opened>> {
    this.#opening += 1;
    return settled(openBody(body, pair, maxChars)).finally(() => {
      this.#opening -= 1;
    });
  }

  async #refuse(exchange: Exchange, error: unknown): Promise<WireAnswer> {
    const { incoming, service } = exchange;
    const refusal = refusalOf(error);
    if (refusal.code === '006_022' && !(error instanceof Refusal)) {
      const name = error instanceof Error ? error.name : typeof error;
      this.#options.onFault({ call: incoming.call.name, name, state: sqlState(error) });
    }
    const response = responseOf(refusal.code, refusal.field);
    if (incoming.call.operation === null) return this.#send(exchange, refusal.code, { response });
    const issuerEpoch = await this.#epoch(exchange).catch(() => null);
    // A till that hears another epoch asks everything again: an answer without one must not be believed.
    const code = issuerEpoch === null ? '006_022' : refusal.code;
    // A refusal that came before the body was opened still says which call it is for, when that can be read.
    if (Object.keys(exchange.echo).length === 0) exchange.echo = await this.#echoAnyway(exchange);
    return this.#send(exchange, code, {
      response: code === refusal.code ? response : responseOf(code, null),
      ...exchange.echo,
      issuerEpoch: issuerEpoch ?? 'unknown',
      businessDate: service.today(),
    });
  }

  async #echoAnyway({ incoming, pair }: Exchange): Promise<Record<string, unknown>> {
    if (incoming.body === null || pair === null) return {};
    try {
      return echoOf((await openBody(incoming.body, pair, incoming.call.bytesMax)).value);
    } catch (error) {
      if (error instanceof Refusal) return {};
      throw error;
    }
  }

  #send(exchange: Exchange, code: string, body: Record<string, unknown>): Promise<WireAnswer> {
    const { client, pair, incoming, service, bend } = exchange;
    const { policy, clock } = service.domain;
    const nowMs = clock.nowMs();
    const encrypted = pair !== null && (code === '000_000' || policy.encryptErrors);
    const recipient: Recipient = {
      correlationId: correlationOf(incoming.headers) ?? correlationId(nowMs, randomBytes(4)),
      encryption: encrypted
        ? {
            cryptoKeyId: pair.cryptoKeyId,
            key: bend.wrongKey ?? pair.clientPublic,
            enc: policy.answerEncryption,
          }
        : null,
      signature:
        incoming.call.operation !== null && client !== null
          ? { secret: bend.wrongSecret ?? client.secret, wallMs: nowMs }
          : null,
    };
    return wireAnswer(body, code, recipient);
  }

  /** Asked again after a second, so that a switch thrown in another process is seen soon. */
  async #underMaintenance(merchantId: string, nowMs: number): Promise<boolean> {
    let known = this.#maintenance.get(merchantId);
    if (known === undefined) {
      known = new Remembered(REMEMBERED_MS);
      this.#maintenance.set(merchantId, known);
    }
    return known.read(nowMs, () => this.#options.service.underMaintenance(merchantId));
  }

  /**
   * Asked at every hello and again after a second, so that a history that another process names anew is soon named here.
   * What was known goes on while the database does not answer.
   */
  async #epoch({ incoming, service }: Exchange): Promise<string> {
    const nowMs = this.#options.service.domain.clock.nowMs();
    const known = this.#issuerEpoch;
    if (incoming.call.operation === 'hello') known.stale();
    try {
      return await known.read(nowMs, () => service.issuerEpoch());
    } catch (error) {
      if (known.last === null) throw error;
      return known.last;
    }
  }

  /** An operator changed something that is remembered here. */
  forget(): void {
    this.#issuerEpoch.forget();
    this.#maintenance.clear();
  }
}

/** How it ended, for whoever looks later: a failure that nobody waits for yet is none of the process's. */
function settled<T>(work: Promise<T>): Promise<Settled<T>> {
  return work.then(
    (value) => ({ ok: true, value }),
    (error: unknown) => ({ ok: false, error }),
  );
}

/** What the caller is told of an error; of what went wrong inside nothing but that the outcome is open. */
function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  return new Refusal(error instanceof QueueFull ? '000_907' : '006_022');
}

/** Rules that the schema cannot know: the access key owns merchant and terminal, and the terminal's time is right. */
function checkCaller(
  body: Readonly<Record<string, unknown>>,
  client: KnownClient,
  nowMs: number,
  toleranceMs: number,
): void {
  if (body.merchantId !== client.merchantId) throw new Refusal('000_002', 'merchantId');
  if (typeof body.terminalId !== 'string' || !client.terminals.has(body.terminalId)) {
    throw new Refusal('000_002', 'terminalId');
  }
  const at = parseKst(String(body.requestedAt));
  if (at === null || Math.abs(nowMs - at) > toleranceMs) throw new Refusal('006_006', 'requestedAt');
}
