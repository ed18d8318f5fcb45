/** Reads secrets from files that only the agent's own user may read. */
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const CREDENTIAL = 'credential:';
const BIGGEST_BYTES = 65_536;
const OTHERS = 0o077;

export type SecretFault =
  | 'NOT_FOUND'
  | 'NO_PERMISSION'
  | 'TOO_OPEN'
  | 'EMPTY'
  | 'TOO_BIG'
  | 'BAD_NAME' // no credential can be called so
  | 'NO_CREDENTIALS' // this is no service that systemd gave credentials to
  | 'IO';

/** The file of a secret cannot be used. The message names the key of the configuration and the file, never its content. */
export class SecretError extends Error {
  readonly code: SecretFault;
  readonly key: string;
  constructor(code: SecretFault, key: string, message: string) {
    super(`${key}: ${message}`);
    this.name = 'SecretError';
    this.code = code;
    this.key = key;
  }
}

/** What is said of a key that NO_CREDENTIALS keeps from whoever asks outside of the service: no fault of the key. */
export const NOT_LOOKED_AT = 'not looked at here: only a service started by systemd gets it';

/** Turns `credential:NAME` into the file that systemd put into the service's credentials directory. */
export function secretPath(reference: string, key: string, env: NodeJS.ProcessEnv = process.env): string {
  if (!reference.startsWith(CREDENTIAL)) return reference;
  const name = reference.slice(CREDENTIAL.length);
  if (name === '' || name.includes('/')) {
    throw new SecretError('BAD_NAME', key, `"${reference}" names no credential; write credential:NAME`);
  }
  const directory = env.CREDENTIALS_DIRECTORY;
  if (directory === undefined || directory === '') {
    throw new SecretError(
      'NO_CREDENTIALS',
      key,
      `"${reference}" needs a service started by systemd with LoadCredential=${name}`,
    );
  }
  return join(directory, name);
}

/**
 * Reads a secret's bytes. `key` is the place in the configuration, for the error. The file may be readable by its owner
 * only; a public key, which is no secret, may be open.
 */
export function readSecret(
  reference: string,
  key: string,
  options: { readonly open?: boolean; readonly env?: NodeJS.ProcessEnv } = {},
): Buffer {
  const path = secretPath(reference, key, options.env);
  let handle: number;
  try {
    handle = openSync(path, constants.O_RDONLY);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new SecretError('NOT_FOUND', key, `there is no file ${path}`);
    if (code === 'EACCES') throw new SecretError('NO_PERMISSION', key, `no permission to read ${path}`);
    throw new SecretError('IO', key, `${path} cannot be read (${code ?? 'unknown error'})`);
  }
  try {
    const stat = fstatSync(handle);
    if (!stat.isFile()) throw new SecretError('IO', key, `${path} is not a file`);
    const isCredential = reference.startsWith(CREDENTIAL);
    if (options.open !== true && !isCredential && (stat.mode & OTHERS) !== 0) {
      const mode = (stat.mode & 0o777).toString(8).padStart(4, '0');
      throw new SecretError(
        'TOO_OPEN',
        key,
        `${path} can be read by others (mode ${mode}); run: chmod 600 ${path}`,
      );
    }
    if (stat.size > BIGGEST_BYTES) throw new SecretError('TOO_BIG', key, `${path} is too big for a key`);
    const bytes = readFileSync(handle);
    if (bytes.length === 0) throw new SecretError('EMPTY', key, `${path} is empty`);
    return bytes;
  } finally {
    closeSync(handle);
  }
}

/** A secret that is one line of text, such as an access key. */
export function readSecretLine(reference: string, key: string, env?: NodeJS.ProcessEnv): string {
  const line = readSecret(reference, key, env === undefined ? {} : { env })
    .toString('utf8')
    .trim();
  if (line === '' || line.includes('\n')) throw new SecretError('EMPTY', key, 'the file must hold one line');
  return line;
}
