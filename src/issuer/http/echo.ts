import type { z } from 'zod';
import { schemas } from '../../konaplate/wire.ts';

/** Members of a request that come back in every answer of the store's side, as far as they can be read (contract, names). */
const ECHOED = {
  operation: schemas.settlementRefusal.shape.operation,
  requestedAt: schemas.settlementRefusal.shape.requestedAt,
  merchantId: schemas.settlementRefusal.shape.merchantId,
  terminalId: schemas.settlementRefusal.shape.terminalId,
  sequenceId: schemas.settlementRefusal.shape.sequenceId,
  cancelId: schemas.settlementRefusal.shape.cancelId,
} as const;

/** What of the request goes back. A member without its form is left out: the client must not be fed its own rubbish. */
export function echoOf(body: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const echo: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(ECHOED)) {
    const value = body[name];
    if (value !== undefined && schema.safeParse(value).success) echo[name] = value;
  }
  return echo;
}

const FIELD_NAME = /^[0-9A-Za-z_.-]{1,40}$/;

/** The name of the first parameter that a schema refuses; a foreign name is given back only if it looks like one. */
export function fieldOf(error: z.ZodError): string {
  const issue = error.issues[0];
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const name = [...(issue?.path ?? []), ...(unknown === undefined ? [] : [unknown])].map(String).join('.');
  return FIELD_NAME.test(name) ? name : 'unknown';
}
