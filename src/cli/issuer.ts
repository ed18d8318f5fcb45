/** `issuer`: the platform's side alone, for a developer's desk or, with keys and PostgreSQL, for a server. */
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pagesAreFresh } from '../demo/pages.ts';
import { type Issuer, IssuerOptionError, type IssuerOptions, startIssuer } from '../issuer/issuer.ts';
import { keysSchema } from '../issuer/keys.ts';
import { type PolicyFile, PolicyFileError, parsePolicyFile } from '../issuer/policy-file.ts';
import { type LedgerLock, takeLock } from '../ledger/lock.ts';
import { writeWhole } from '../web/whole-file.ts';
import { CommandError, type CommonOptions, EXIT, type Io, print } from './io.ts';
import { DEFAULT_ISSUER_PORT, ROOT } from './places.ts';
import { explainListen } from './ports.ts';
import { endWithin, untilStopped } from './stopping.ts';

export interface IssuerCommandOptions extends CommonOptions {
  readonly credentials?: string;
  readonly port?: string;
  readonly host?: string;
  readonly data?: string;
  readonly postgres?: string;
  readonly memory?: boolean;
  readonly admin?: boolean;
  readonly production?: boolean;
  readonly keys?: string;
  readonly policy?: string;
}

const END_MS = 8_000;

function storageOf(io: Io, options: IssuerCommandOptions): NonNullable<IssuerOptions['storage']> {
  if (options.postgres !== undefined) return { connectionString: options.postgres };
  if (options.memory === true) return { memory: true };
  const directory = options.data === undefined ? join(ROOT, 'data', 'issuer') : resolve(io.cwd, options.data);
  mkdirSync(dirname(directory), { recursive: true, mode: 0o700 });
  return { directory };
}

/** The text of a port number on the command line. */
export function portOf(text: string | undefined, usual: number): number {
  if (text === undefined) return usual;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new CommandError('--port is 0 to 65535', EXIT.wrongUse);
  return port;
}

function keysOf(io: Io, file: string): NonNullable<IssuerOptions['keys']> {
  try {
    return keysSchema.parse(JSON.parse(readFileSync(resolve(io.cwd, file), 'utf8')));
  } catch {
    throw new CommandError(`${file} does not hold an issuer's keys`);
  }
}

/** PGlite does not notice a second process on its folder; both would ruin it. */
function lockStorage(storage: NonNullable<IssuerOptions['storage']>): LedgerLock | null {
  if (!('directory' in storage)) return null;
  try {
    return takeLock(storage.directory);
  } catch {
    throw new CommandError(
      `another issuer uses ${storage.directory}. End it, or give this one a folder of its own: --data DIRECTORY`,
    );
  }
}

function policyOf(io: Io, file: string): PolicyFile {
  let text: string;
  try {
    text = readFileSync(resolve(io.cwd, file), 'utf8');
  } catch {
    throw new CommandError(`${file} cannot be read`);
  }
  try {
    return parsePolicyFile(text);
  } catch (error) {
    if (error instanceof PolicyFileError) throw new CommandError(`${file}: ${error.message}`);
    throw error;
  }
}

async function start(
  io: Io,
  options: IssuerCommandOptions,
  port: number,
  storage: NonNullable<IssuerOptions['storage']>,
): Promise<Issuer> {
  try {
    return await startIssuer({
      port,
      host: options.host ?? '127.0.0.1',
      storage,
      mode: options.production === true ? 'production' : 'demo',
      admin: options.admin === true,
      ...(options.keys === undefined ? {} : { keys: keysOf(io, options.keys) }),
      ...(options.policy === undefined ? {} : policyOf(io, options.policy)),
      ...(pagesAreFresh(ROOT) ? { pagesDirectory: join(ROOT, 'dist', 'phone') } : {}),
      onFault: ({ call, name, state }) =>
        io.err(`issuer: ${call}: ${name}${state === null ? '' : ` (${state})`}`),
    });
  } catch (error) {
    if (error instanceof IssuerOptionError) throw new CommandError(error.message, EXIT.wrongUse);
    throw explainListen(error, port, '--port');
  }
}

/** Runs until a signal. The credentials file (0600) appears when the issuer answers. */
export async function issuer(io: Io, options: IssuerCommandOptions): Promise<number> {
  const stopped = untilStopped();
  const port = portOf(options.port, DEFAULT_ISSUER_PORT);
  const storage = storageOf(io, options);
  const lock = lockStorage(storage);
  const running = await start(io, options, port, storage);
  const file = options.credentials === undefined ? null : resolve(io.cwd, options.credentials);
  if (file !== null) writeWhole(file, `${JSON.stringify(running.credentials, null, 2)}\n`);
  const lines = [
    `The issuer answers at ${running.credentials.baseUrl}`,
    ...(file === null ? [] : [`Credentials: ${file}`]),
    'Ctrl-C ends it.',
  ];
  print(
    io,
    options,
    { url: running.url, baseUrl: running.credentials.baseUrl, credentials: file },
    lines.join('\n'),
  );
  await stopped;
  endWithin(END_MS, EXIT.couldNotRun);
  await running.close();
  lock?.release();
  return EXIT.done;
}
