import { hash } from 'node:crypto';
import { assertThat } from './fault.ts';

const DEPTH_MAX = 8;

/**
 * JSON with sorted keys and no blanks: one text for one value, so that it can be hashed and compared. Absent and
 * undefined members are the same. Numbers must be finite.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(value, 0));
}

function sorted(value: unknown, depth: number): unknown {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'number') {
    assertThat(Number.isFinite(value), 'a journal body holds a number that is not finite');
    return value;
  }
  assertThat(depth < DEPTH_MAX, 'a journal body is nested too deeply');
  if (Array.isArray(value)) return value.map((inner) => sorted(inner ?? null, depth + 1));
  assertThat(typeof value === 'object', 'a journal body holds something that is no JSON');
  return sortedObject(value, depth);
}

function isPlain(value: unknown): boolean {
  return (
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    value === null ||
    (typeof value === 'number' && Number.isFinite(value))
  );
}

/** Most objects are written in order and hold no other: they need no copy. */
function isSortedAlready(members: Readonly<Record<string, unknown>>, keys: readonly string[]): boolean {
  let last = '';
  for (const key of keys) {
    if (key < last || !isPlain(members[key])) return false;
    last = key;
  }
  return true;
}

function sortedObject(value: object, depth: number): Readonly<Record<string, unknown>> {
  const members = value as Readonly<Record<string, unknown>>;
  const keys = Object.keys(members);
  if (isSortedAlready(members, keys)) return members;
  const result: Record<string, unknown> = {};
  for (const key of keys.sort()) {
    const inner = members[key];
    if (inner !== undefined) result[key] = sorted(inner, depth + 1);
  }
  return result;
}

/** What the hash of one journal entry covers. */
export interface ChainedFields {
  readonly index: number;
  readonly atMs: number;
  readonly kind: string;
  readonly sequenceId: string | null;
  readonly body: string;
}

/** The hash before the first entry. */
export const GENESIS: string = '0'.repeat(64);

/**
 * SHA-256, 64 hex digits, over UTF-8 bytes: index, time, kind, sequence id (empty when none), previous hash and body,
 * each but the last followed by LF. None of the fields before the body can hold an LF, so no two entries share bytes.
 */
export function chainHash(entry: ChainedFields, previousHash: string): string {
  const head = `${entry.index}\n${entry.atMs}\n${entry.kind}\n${entry.sequenceId ?? ''}\n${previousHash}\n`;
  return hash('sha256', head + entry.body, 'hex');
}
