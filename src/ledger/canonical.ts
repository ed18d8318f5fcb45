import { hash } from 'node:crypto';
import { assertThat } from './fault.ts';

const DEPTH_MAX = 8;

/**
 * JSON with sorted keys and no blanks: one text for one value, so that it can be hashed and compared. Absent and
 * undefined members are the same. Numbers must be finite.
 */
export function canonicalJson(value: unknown): string {
  return write(value, 0);
}

function write(value: unknown, depth: number): string {
  assertThat(depth < DEPTH_MAX, 'a journal body is nested too deeply');
  if (typeof value === 'number') {
    assertThat(Number.isFinite(value), 'a journal body holds a number that is not finite');
    return String(value === 0 ? 0 : value);
  }
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) {
    return `[${value.map((inner) => write(inner === undefined ? null : inner, depth + 1)).join(',')}]`;
  }
  assertThat(typeof value === 'object', 'a journal body holds something that is no JSON');
  return writeObject(value, depth);
}

function writeObject(value: object, depth: number): string {
  const keys = Object.keys(value).sort();
  let text = '';
  for (const key of keys) {
    const inner: unknown = value[key as keyof typeof value];
    if (inner === undefined) continue;
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${write(inner, depth + 1)}`;
  }
  return `{${text}}`;
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
