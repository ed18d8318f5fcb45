/** Route descriptions for OpenAPI, made of the same schemas that check what comes in. */
import { z } from 'zod';

export interface Described {
  readonly schema: Readonly<Record<string, unknown>>;
}

type Tag = 'cashier' | 'pos' | 'manager' | 'control' | 'operations';

/** Describes one call. The body's shape is in the description; zod checks it, so nothing is checked twice. */
export function described(
  summary: string,
  tag: Tag,
  shapes: { readonly body?: z.ZodType; readonly query?: z.ZodType } = {},
): Described {
  return {
    schema: {
      summary,
      tags: [tag],
      ...(shapes.body === undefined ? {} : { body: jsonSchema(shapes.body) }),
      ...(shapes.query === undefined ? {} : { querystring: jsonSchema(shapes.query) }),
    },
  };
}

function jsonSchema(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { target: 'draft-7', io: 'input' }) as Record<
    string,
    unknown
  >;
  return rest;
}
