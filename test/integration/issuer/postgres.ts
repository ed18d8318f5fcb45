import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A PostgreSQL server of the tests' own: a private cluster in a temporary directory, on a unix socket only. */
export interface PostgresServer {
  readonly version: string;
  /** A new, empty database. */
  database(): Promise<string>;
  /** Ends it without any tidying, as a crash does, and starts it again on the same data. */
  crash(): Promise<void>;
  stop(): Promise<void>;
}

const ROOT = '/usr/lib/postgresql';
const INSTALL_TIMEOUT_MS = 180_000;
const READY_MS = 20_000;

function binaries(): string | null {
  if (!existsSync(ROOT)) return null;
  const versions = readdirSync(ROOT)
    .filter((name) => existsSync(join(ROOT, name, 'bin', 'initdb')))
    .sort((a, b) => Number(b) - Number(a));
  return versions[0] === undefined ? null : join(ROOT, versions[0], 'bin');
}

/** The directory of the server's programs: installed when missing and we may; otherwise null, and it is said aloud. */
export function findPostgres(): string | null {
  const found = binaries();
  if (found !== null) return found;
  try {
    execFileSync('apt-get', ['install', '-y', '--no-install-recommends', 'postgresql'], {
      timeout: INSTALL_TIMEOUT_MS,
      stdio: 'ignore',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  } catch {
    // Said below: without it the races stay untested on this machine.
  }
  const installed = binaries();
  if (installed === null) {
    process.stderr.write(
      '\nNO POSTGRESQL on this machine (apt-get install postgresql): tests on it did not run.\n',
    );
  }
  return installed;
}

/** PostgreSQL refuses to run as root: then it runs as the user postgres, or nobody. */
function account(): { uid: number; gid: number; name: string } | null {
  if (process.getuid?.() !== 0) return null;
  for (const name of ['postgres', 'nobody']) {
    try {
      const id = (flag: string): number =>
        Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: 'pipe' }));
      return { uid: id('-u'), gid: id('-g'), name };
    } catch {
      // That user does not exist here.
    }
  }
  throw new Error('neither a user postgres nor nobody');
}

export async function startPostgres(bin: string): Promise<PostgresServer> {
  const directory = mkdtempSync(join(tmpdir(), 'issuer-pg-'));
  const user = account();
  if (user !== null) chownSync(directory, user.uid, user.gid);
  const as = user === null ? {} : { uid: user.uid, gid: user.gid };
  const data = join(directory, 'data');
  execFileSync(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'till', '-A', 'trust', '--no-sync', '-E', 'UTF8', '--locale=C'],
    {
      ...as,
      cwd: directory,
      stdio: 'pipe',
      env: { PATH: process.env.PATH },
    },
  );
  const start = async (): Promise<ChildProcess> => {
    const child = spawn(
      join(bin, 'postgres'),
      [
        '-D',
        data,
        '-k',
        directory,
        '-c',
        'listen_addresses=',
        '-c',
        'max_connections=80',
        '-c',
        'shared_buffers=32MB',
      ],
      { ...as, cwd: directory, stdio: ['ignore', 'ignore', 'pipe'], env: { PATH: process.env.PATH } },
    );
    await ready(child);
    return child;
  };
  let server = await start();
  const url = (name: string): string => `postgres://till@${encodeURIComponent(directory)}/${name}`;
  let made = 0;
  return {
    version: execFileSync(join(bin, 'postgres'), ['--version'], { encoding: 'utf8' }).trim(),
    async database() {
      made += 1;
      const name = `issuer${made}`;
      execFileSync(join(bin, 'createdb'), ['-h', directory, '-U', 'till', name], {
        ...as,
        cwd: directory,
        stdio: 'pipe',
      });
      return url(name);
    },
    async crash() {
      await stopped(server);
      server = await start();
    },
    async stop() {
      await stopped(server);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function ready(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    const timer = setTimeout(() => reject(new Error(`PostgreSQL did not start: ${said}`)), READY_MS);
    server.once('exit', () => {
      clearTimeout(timer);
      reject(new Error(`PostgreSQL ended: ${said}`));
    });
    server.stderr?.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString('utf8')).slice(-4_000);
      if (!said.includes('ready to accept connections')) return;
      clearTimeout(timer);
      resolve();
    });
  });
}

function stopped(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    server.once('exit', () => resolve());
    // Immediate shutdown: nothing is written any more, the next start recovers from the log.
    server.kill('SIGQUIT');
  });
}
