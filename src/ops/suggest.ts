/** Finds the known key that a misspelt one was meant to be. */
import { z } from 'zod';

/** Keys at most this many edits apart count as meant. */
const NEAR = 3;

/** Number of single-character edits (insert, delete, replace, swap neighbours) between two short words. */
export function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (before[j - 2] ?? 0) + 1);
      }
      next.push(best);
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? a.length;
}

/** Takes defaults, nulls and the like off a schema. */
function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  let at = schema;
  for (let depth = 0; depth < 10; depth += 1) {
    if (at instanceof z.ZodDefault || at instanceof z.ZodPrefault || at instanceof z.ZodNullable) {
      at = at.unwrap();
    } else return at;
  }
  return at;
}

/** The schema of a key; of a union the member that the value's discriminator chooses. */
function step(schema: z.core.$ZodType, part: PropertyKey): z.core.$ZodType | null {
  if (schema instanceof z.ZodObject) return schema.shape[String(part)] ?? null;
  if (schema instanceof z.ZodArray) return schema.element;
  return null;
}

function choose(schema: z.core.$ZodType, value: unknown): z.core.$ZodType {
  if (!(schema instanceof z.ZodDiscriminatedUnion)) return schema;
  const driver = (value as { driver?: unknown } | undefined)?.driver;
  const found = schema.options.find((option) => {
    const literal = option instanceof z.ZodObject ? option.shape.driver : undefined;
    return literal instanceof z.ZodLiteral && literal.value === driver;
  });
  return found ?? schema;
}

/** The keys that an object may have at `path` of a value. */
export function knownKeys(root: z.core.$ZodType, path: readonly PropertyKey[], value: unknown): string[] {
  let at = choose(unwrap(root), value);
  let inside = value;
  for (const part of path) {
    const next = step(at, part);
    if (next === null) return [];
    inside = (inside as Record<PropertyKey, unknown> | undefined)?.[part];
    at = choose(unwrap(next), inside);
  }
  return at instanceof z.ZodObject ? Object.keys(at.shape) : [];
}

/** The nearest known key, or null when none is near. */
export function suggestKey(
  root: z.core.$ZodType,
  path: readonly PropertyKey[],
  key: string,
  value: unknown,
): string | null {
  let best: string | null = null;
  let distance = Math.min(NEAR, Math.ceil(key.length / 2)) + 1;
  for (const known of knownKeys(root, path, value)) {
    const d = editDistance(key.toLowerCase(), known.toLowerCase());
    if (d < distance) {
      best = known;
      distance = d;
    }
  }
  return best;
}
