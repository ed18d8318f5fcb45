import type { z } from 'zod';
import { CLOSE_BYTES_MAX, type PUBLISHED_CALLS, REQUEST_BYTES_MAX, SETTLEMENT_CALLS } from './calls.ts';
import type { Prepared } from './client-options.ts';
import { type CodeClass, classOfCode, codeEntry, type Operation } from './codes.ts';
import { WireFault } from './fault.ts';
import { correlationId, HEADER, requestHeaders } from './headers.ts';
import type { Http } from './http.ts';
import { decodeUtf8, parseStrictJson } from './json.ts';
import { decryptText, encDataOf, encryptText, envelope } from './jwe.ts';
import { kstMillis } from './kst.ts';
import { settlementRefusal } from './schemas.ts';
import type { Answered, AnswerMeta, CallContext } from './settlement.ts';
import { checkTranToken, makeTranToken } from './tran-token.ts';
import { type TransportAnswer, TransportFault } from './transport.ts';

/** Why an answer is not trusted; goes into `why` of an ambiguous answer. A closed list, never a text of the other side. */
export type DistrustCode =
  | 'HTTP_STATUS'
  | 'UNSIGNED'
  | 'BAD_SIGNATURE'
  | 'ANSWER_TIME'
  | 'NOT_JSON'
  | 'NOT_ENCRYPTED'
  | 'NOT_DECRYPTABLE'
  | 'BAD_SCHEMA'
  | 'WRONG_ECHO'
  | 'STATUS_AND_CODE_DIFFER'
  | 'UNLISTED_CODE';

/** What came of one call of the store's side. `body` has passed every check of authenticity, schema and echo. */
export type Judged<Body> =
  | { readonly class: 'answered'; readonly body: Body; readonly meta: AnswerMeta }
  | {
      readonly class: 'declined' | 'notProcessed' | 'refused';
      readonly code: string;
      readonly meta: AnswerMeta;
      readonly retryAfterMs?: number;
    }
  | Extract<Answered<never>, { readonly class: 'ambiguous' | 'nothingLeft' }>;

type Calls = typeof SETTLEMENT_CALLS;
export type SettlementAnswer<Name extends Operation> = z.output<Calls[Name]['answer']>;
export type SettlementFields = Readonly<Record<string, string | number | boolean | object | undefined>>;

const RETRY_AFTER_MAX_MS = 3_600_000;

/**
 * The Retry-After of a header, in ms, bounded to an hour. A header is not signed: it may only slow us down, within the bound,
 * and beside a body that nobody signed either the worker heeds less of it.
 */
export function retryAfterMs(header: string | undefined, wallMs: number): number | undefined {
  if (header === undefined) return undefined;
  const delayMs = /^[0-9]{1,6}$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - wallMs;
  return Number.isFinite(delayMs) && delayMs >= 0 ? Math.min(delayMs, RETRY_AFTER_MAX_MS) : undefined;
}

/** The issuer's clock minus ours by the Date header, which has whole seconds: its middle is taken. */
export function clockOffsetMs(header: string | undefined, wallMs: number): number | null {
  const dateMs = Date.parse(header ?? '');
  return Number.isFinite(dateMs) ? dateMs + 500 - wallMs : null;
}

interface Sent {
  readonly requestedAt: string;
  readonly correlationId: string;
  readonly startedMs: number;
  readonly fields: SettlementFields;
}

/** Something is wrong with an answer: it becomes ambiguous, with the code it claimed if one could be read. */
class Distrust extends Error {
  readonly why: DistrustCode;
  readonly claimedCode: string | null;
  constructor(why: DistrustCode, claimedCode: string | null = null) {
    super(why);
    this.why = why;
    this.claimedCode = claimedCode;
  }
}

/** The code inside a plain body, for a person to read; nothing is decided by it. */
function claimedCode(value: unknown): string | null {
  const parsed = settlementRefusal.shape.response.safeParse(
    typeof value === 'object' && value !== null && 'response' in value ? value.response : undefined,
  );
  return parsed.success && codeEntry(parsed.data.code) !== undefined ? parsed.data.code : null;
}

function readPlain(body: Buffer): unknown {
  try {
    return parseStrictJson(decodeUtf8(body)).value;
  } catch (fault) {
    if (fault instanceof WireFault) throw new Distrust('NOT_JSON');
    throw fault;
  }
}

/** One call of the store's side: encrypt, sign, send once, and believe nothing that is not proven (intent-rules 2). */
export class Exchange {
  readonly #prepared: Prepared;
  readonly #http: Http;

  constructor(prepared: Prepared, http: Http) {
    this.#prepared = prepared;
    this.#http = http;
  }

  async call<Name extends Operation>(
    operation: Name,
    fields: SettlementFields,
    context: CallContext,
    signal?: AbortSignal,
  ): Promise<Judged<SettlementAnswer<Name>>> {
    const { clock, merchantId, terminalId } = this.#prepared;
    const now = clock.now();
    const requestedAt = kstMillis(now.wallMs);
    const text = JSON.stringify({ operation, requestedAt, merchantId, terminalId, ...context, ...fields });
    const bytesMax = operation === 'close' ? CLOSE_BYTES_MAX : REQUEST_BYTES_MAX;
    const wired = await this.send(SETTLEMENT_CALLS[operation].path, text, signal, bytesMax);
    if (wired.class === 'nothingLeft') return wired;
    if (wired.class === 'ambiguous') return { ...wired, code: null };
    const sent: Sent = { requestedAt, correlationId: wired.correlationId, startedMs: now.monoMs, fields };
    const arrivedMs = clock.now().wallMs;
    const offset = clockOffsetMs(wired.answer.headers.date, arrivedMs);
    const retry = retryAfterMs(wired.answer.headers['retry-after'], arrivedMs);
    const hints = retry === undefined ? {} : { retryAfterMs: retry };
    try {
      const judged = await this.#judge(operation, sent, wired.answer, offset);
      return judged.class === 'notProcessed' ? { ...judged, ...hints } : judged;
    } catch (fault) {
      if (!(fault instanceof Distrust)) throw fault;
      return {
        class: 'ambiguous',
        why: fault.why,
        code: fault.claimedCode,
        bytesWritten: wired.answer.bytesWritten,
        ...(offset === null ? {} : { clockOffsetMs: offset }),
        ...hints,
      };
    }
  }

  /** Our clock: UTC ms. */
  wallMs(): number {
    return this.#prepared.clock.now().wallMs;
  }

  /** Encrypts, signs and posts a body; says what became of its bytes. */
  async send(
    path: string,
    text: string,
    signal?: AbortSignal,
    bytesMax = REQUEST_BYTES_MAX,
  ): Promise<
    | { readonly class: 'got'; readonly answer: TransportAnswer; readonly correlationId: string }
    | { readonly class: 'ambiguous'; readonly why: string; readonly bytesWritten: number }
    | { readonly class: 'nothingLeft'; readonly why: string }
  > {
    const { aspId, accessKey, cryptoKeyId, serverKey, enc, secret, clock, basePath } = this.#prepared;
    const body = envelope(await encryptText(text, serverKey, enc));
    if (body.length > bytesMax) return { class: 'nothingLeft', why: 'REQUEST_TOO_LARGE' };
    const { wallMs } = clock.now();
    const id = correlationId(wallMs, this.#prepared.randomBytes(4));
    const headers = requestHeaders({
      aspId,
      accessKey,
      cryptoKeyId,
      correlationId: id,
      tranToken: makeTranToken(body, secret, wallMs),
      wallMs,
    });
    try {
      const answer = await this.#http.post(`${basePath}${path}`, headers, body, signal);
      return { class: 'got', answer, correlationId: id };
    } catch (fault) {
      if (!(fault instanceof TransportFault)) throw fault;
      if (fault.bytesWritten === 0) return { class: 'nothingLeft', why: fault.code };
      return { class: 'ambiguous', why: fault.code, bytesWritten: fault.bytesWritten };
    }
  }

  /** The text of an answer, decrypted when it is in an envelope. Throws Distrust. */
  async open(body: Buffer): Promise<{ readonly value: unknown; readonly encrypted: boolean }> {
    const value = readPlain(body);
    const jwe = encDataOf(value);
    if (jwe === null) return { value, encrypted: false };
    try {
      const text = await decryptText(jwe, this.#prepared.clientKey, this.#prepared.maxAnswerBytes);
      return { value: parseStrictJson(text).value, encrypted: true };
    } catch (fault) {
      if (fault instanceof WireFault) throw new Distrust('NOT_DECRYPTABLE');
      throw fault;
    }
  }

  #checkSignature(answer: TransportAnswer): void {
    const { secret, clock, toleranceMs } = this.#prepared;
    const token = answer.headers[HEADER.tranToken.toLowerCase()];
    if (typeof token !== 'string') throw new Distrust('UNSIGNED', claimedCode(readPlain(answer.body)));
    const check = checkTranToken(token, answer.body, secret);
    if (!check.ok) throw new Distrust('BAD_SIGNATURE');
    if (Math.abs(check.timeMs - clock.now().wallMs) > toleranceMs) {
      throw new Distrust('ANSWER_TIME', claimedCode(readPlain(answer.body)));
    }
  }

  async #judge<Name extends Operation>(
    operation: Name,
    sent: Sent,
    answer: TransportAnswer,
    offset: number | null,
  ): Promise<Judged<SettlementAnswer<Name>>> {
    if (answer.status !== 200 && answer.status !== 400) throw new Distrust('HTTP_STATUS');
    this.#checkSignature(answer);
    const { value, encrypted } = await this.open(answer.body);
    // A success is also a well-formed refusal but for its code, so it is read once, by the schema that asks for more.
    const body = SETTLEMENT_CALLS[operation].answer.safeParse(value);
    const read = body.success ? body : settlementRefusal.safeParse(value);
    if (!read.success) throw new Distrust('BAD_SCHEMA');
    const code = read.data.response.code;
    if (!this.#echoes(read.data, operation, sent)) throw new Distrust('WRONG_ECHO', code);
    const known = codeEntry(code);
    const kind: CodeClass = classOfCode(operation, code);
    if (known === undefined || kind === 'ambiguous') throw new Distrust('UNLISTED_CODE', code);
    if (known.httpStatus !== answer.status) throw new Distrust('STATUS_AND_CODE_DIFFER', code);
    const meta: AnswerMeta = {
      issuerEpoch: read.data.issuerEpoch,
      businessDate: read.data.businessDate,
      correlationId: sent.correlationId,
      clockOffsetMs: offset,
      bytesWritten: answer.bytesWritten,
      elapsedMs: Math.max(0, this.#prepared.clock.now().monoMs - sent.startedMs),
    };
    if (kind !== 'success') return { class: kind, code, meta };
    if (!encrypted) throw new Distrust('NOT_ENCRYPTED', code);
    if (!body.success) throw new Distrust('BAD_SCHEMA', code);
    return { class: 'answered', body: body.data as SettlementAnswer<Name>, meta };
  }

  /** The answer must name the very request: path and headers prove nothing, the body does. */
  #echoes(echo: z.output<typeof settlementRefusal>, operation: Operation, sent: Sent): boolean {
    return (
      echo.operation === operation &&
      echo.requestedAt === sent.requestedAt &&
      echo.merchantId === this.#prepared.merchantId &&
      echo.terminalId === this.#prepared.terminalId &&
      echo.sequenceId === sent.fields.sequenceId &&
      echo.cancelId === sent.fields.cancelId
    );
  }
}

/** What came of a published call. These move no money: nothing needs to be signed or echoed. */
export type PublishedAnswer<Value> =
  | ({ readonly class: 'answered'; readonly value: Value } & PublishedMeta)
  | ({ readonly class: 'refused'; readonly code: string; readonly description: string } & PublishedMeta)
  | { readonly class: 'failed'; readonly why: string; readonly bytesWritten: number };

export interface PublishedMeta {
  readonly correlationId: string;
  /** UTC ms of the answer's Date header minus our clock, when it had one. Not proven: for a person to read. */
  readonly clockOffsetMs: number | null;
}

export type PublishedName = keyof typeof PUBLISHED_CALLS;

/** For `.catch`: an answer that cannot be opened is null, everything else is thrown on. */
export function unreadable(fault: unknown): null {
  if (fault instanceof Distrust) return null;
  throw fault;
}
