import type { z } from 'zod';
import { PUBLISHED_CALLS } from './calls.ts';
import {
  clockOffsetMs,
  type Exchange,
  type PublishedAnswer,
  type PublishedName,
  unreadable,
} from './exchange.ts';
import { publishedRefusal } from './schemas.ts';

type Calls = typeof PUBLISHED_CALLS;
export type PublishedValue<Name extends PublishedName> = z.output<Calls[Name]['answer']>;

/** One published call (konaplate-api 5, 6): success must be encrypted to us, a refusal may be plain. */
export async function callPublished<Name extends PublishedName>(
  exchange: Exchange,
  name: Name,
  request: z.input<Calls[Name]['request']>,
  signal?: AbortSignal,
): Promise<PublishedAnswer<PublishedValue<Name>>> {
  const call = PUBLISHED_CALLS[name];
  const sent = await exchange.send(call.path, JSON.stringify(request), signal);
  if (sent.class !== 'got') {
    return {
      class: 'failed',
      why: sent.why,
      bytesWritten: sent.class === 'ambiguous' ? sent.bytesWritten : 0,
    };
  }
  const { answer, correlationId } = sent;
  const meta = { correlationId, clockOffsetMs: clockOffsetMs(answer.headers.date, exchange.wallMs()) };
  const failed = (why: string) => ({ class: 'failed', why, bytesWritten: answer.bytesWritten }) as const;
  if (answer.status !== 200 && answer.status !== 400) return failed('HTTP_STATUS');
  const opened = await exchange.open(answer.body).catch(unreadable);
  if (opened === null) return failed('NOT_READABLE');
  const refusal = publishedRefusal.safeParse(opened.value);
  if (!refusal.success) return failed('BAD_SCHEMA');
  const { code, description } = refusal.data.response;
  if (code !== '000_000' || answer.status !== 200) {
    return { class: 'refused', code, description, ...meta };
  }
  const body = call.answer.safeParse(opened.value);
  if (!opened.encrypted || !body.success) return failed(opened.encrypted ? 'BAD_SCHEMA' : 'NOT_ENCRYPTED');
  return { class: 'answered', value: body.data as PublishedValue<Name>, ...meta };
}
