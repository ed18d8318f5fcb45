import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { assertThat } from './fault.ts';

const CHUNK_BYTES = 1024 * 1024;
const FILES_MAX = 100_000;

/** Where a secret was found; the secret itself is named by its place in the list only. */
export interface SecretFinding {
  readonly file: string;
  readonly secret: number;
  readonly form: string;
}

interface Needle {
  readonly secret: number;
  readonly form: string;
  readonly bytes: Buffer;
}

/** Base 64 of the same bytes looks different at each of three offsets; the stable middle of each is looked for. */
function base64Forms(plain: Buffer): { form: string; bytes: Buffer }[] {
  return [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), plain]).toString('base64');
    const first = Math.ceil((offset * 8) / 6) + (offset === 0 ? 0 : 1);
    const last = Math.floor(((offset + plain.length) * 8) / 6);
    return { form: `base64+${offset}`, bytes: Buffer.from(text.slice(first, last)) };
  });
}

function needlesOf(secrets: readonly string[]): Needle[] {
  return secrets.flatMap((text, secret) => {
    assertThat(text.length >= 8, 'a secret shorter than 8 characters is found everywhere');
    const plain = Buffer.from(text);
    const forms = [
      { form: 'text', bytes: plain },
      { form: 'utf16', bytes: Buffer.from(text, 'utf16le') },
      { form: 'hex', bytes: Buffer.from(plain.toString('hex')) },
      { form: 'HEX', bytes: Buffer.from(plain.toString('hex').toUpperCase()) },
      ...base64Forms(plain),
    ];
    return forms.map((form) => ({ secret, ...form }));
  });
}

function filesUnder(path: string): string[] {
  if (statSync(path).isFile()) return [path];
  const names = readdirSync(path, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  assertThat(files.length <= FILES_MAX, 'too many files to search');
  return files;
}

function searchFile(file: string, needles: readonly Needle[]): SecretFinding[] {
  const overlap = Math.max(...needles.map((needle) => needle.bytes.length)) - 1;
  const found = new Map<string, SecretFinding>();
  const handle = openSync(file, 'r');
  try {
    let held: Buffer = Buffer.alloc(0);
    for (let at = 0; ; ) {
      const chunk = Buffer.alloc(CHUNK_BYTES);
      const count = readSync(handle, chunk, 0, CHUNK_BYTES, at);
      if (count === 0) break;
      at += count;
      const window = Buffer.concat([held, chunk.subarray(0, count)]);
      for (const { secret, form, bytes } of needles) {
        if (window.includes(bytes)) found.set(`${secret} ${form}`, { file, secret, form });
      }
      held = window.subarray(Math.max(0, window.length - overlap));
    }
  } finally {
    closeSync(handle);
  }
  return [...found.values()];
}

/**
 * The self-test of "leaves no trace": looks for every secret (card numbers, tokens with their card, barcodes; at least 8
 * characters each) in every byte of the files and directories given, as text, UTF-16, hex and base 64. Never inside a
 * process that holds the ledger: it opens and closes its files, which drops that process's own locks (POSIX).
 */
export function findSecrets(paths: readonly string[], secrets: readonly string[]): readonly SecretFinding[] {
  if (secrets.length === 0) return [];
  const needles = needlesOf(secrets);
  return paths.flatMap(filesUnder).flatMap((file) => searchFile(file, needles));
}
