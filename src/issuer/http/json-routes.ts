import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { Refusal } from '../domain/refusal.ts';
import type { PhoneProblem } from '../phone/api.ts';
import { fieldOf } from './echo.ts';
import { bodyOf } from './serve.ts';

/** Refuses a body of another type: what a foreign page may send without being asked first is none of these. */
export function requireType(request: FastifyRequest, type: string): void {
  const given = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (given !== type) throw new Refusal('006_009', 'Content-Type');
}

export function jsonOf(request: FastifyRequest): unknown {
  requireType(request, 'application/json');
  try {
    return JSON.parse(Buffer.from(bodyOf(request)).toString('utf8'));
  } catch {
    throw new Refusal('006_009');
  }
}

export function parsed<Schema extends z.ZodType>(schema: Schema, value: unknown): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (!result.success) throw new Refusal('000_002', fieldOf(result.error));
  return result.data;
}

/** Answers with what `run` gives; a refusal becomes its code and field, 404 when the thing is not there. */
export async function answerJson(reply: FastifyReply, run: () => Promise<unknown>): Promise<FastifyReply> {
  reply.header('cache-control', 'no-store');
  try {
    return reply.send(await run());
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const problem: PhoneProblem = {
      code: error.code,
      ...(error.field === null ? {} : { field: error.field }),
    };
    return reply.code(error.code === '006_030' ? 404 : 400).send(problem);
  }
}
