/**
 * What a till costs while nobody does anything: the installed program (`run` with a configuration file) with a serial scanner
 * open and one page connected, beside a bare HTTP server that pings one page, in the same minute. `KONA_TILL_IDLE_MS` shortens it.
 */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, get, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startIssuer } from '../src/issuer/issuer.ts';
import type { Credentials } from '../src/issuer/keys.ts';
import type { BenchRow } from './parts/row.ts';
import { openTty } from './parts/tty.ts';

const MINUTE_MS = 60_000;
const WATCHED_MS = Number(process.env.KONA_TILL_IDLE_MS ?? MINUTE_MS);
/** What starts late (the first greeting, a look at the line, collected garbage) is over by then. */
const SETTLED_MS = 45_000;
const START_MS_MAX = 30_000;
/** As the cashier's page does it. */
const HEARTBEAT_EVERY_MS = 5_000;
const PAGE = 'bench-page-0001';
const ROOT = resolve(import.meta.dirname, '..');

interface Used {
  readonly cpuMs: number;
  /** Times that the main thread was woken. */
  readonly wakeUps: number;
}

interface Process {
  readonly child: ChildProcess;
  readonly url: string;
}

/** Of the kernel's own books: processor time of every thread in nanoseconds, voluntary switches of the first. */
function used(pid: number): Used {
  const tasks = readdirSync(`/proc/${pid}/task`);
  const ns = tasks.map((task) =>
    Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]),
  );
  return {
    cpuMs: ns.reduce((sum, each) => sum + each, 0) / 1e6,
    wakeUps: statusOf(pid, 'voluntary_ctxt_switches'),
  };
}

function statusOf(pid: number, name: string): number {
  const status = readFileSync(`/proc/${pid}/task/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? Number.NaN);
}

/** A configuration as an installer writes it. */
function writeConfig(folder: string, credentials: Credentials, tty: string): string {
  const keys = {
    'access-key': credentials.accessKey,
    'secret-key': credentials.secretKey,
    'server-public.pem': credentials.serverPublicKey,
    'client-private.pem': credentials.clientPrivateKey,
  };
  for (const [name, text] of Object.entries(keys)) {
    writeFileSync(join(folder, name), `${text.trim()}\n`, { mode: 0o600 });
  }
  const { baseUrl, aspId, cryptoKeyId, merchantId, terminalId } = credentials;
  const config = {
    environment: 'bench',
    platform: {
      ...{ baseUrl, aspId, cryptoKeyId, merchantId, terminalId },
      accessKeyFile: 'access-key',
      secretKeyFile: 'secret-key',
      serverPublicKeyFile: 'server-public.pem',
      clientPrivateKeyFile: 'client-private.pem',
    },
    ledger: { directory: 'ledger', vaultKeyFile: 'vault.key' },
    scanners: [{ name: 'counter', driver: 'serial', path: tty }],
    stations: [{ id: '1', scanners: ['counter'] }],
    web: { port: 0 },
    store: { name: 'bench' },
    log: { file: 'agent.log' },
  };
  const file = join(folder, 'kona-till.jsonc');
  writeFileSync(file, JSON.stringify(config));
  return file;
}

/** Options of the runtime and environment, as the service file gives them. */
function serviceOf(): {
  readonly options: readonly string[];
  readonly env: Readonly<Record<string, string>>;
} {
  const text = readFileSync(join(ROOT, 'systemd/kona-till.service'), 'utf8');
  const options = /^ExecStart=\S+ (.*?)\S+main\.ts/m.exec(text)?.[1]?.split(' ').filter(Boolean);
  if (options === undefined) throw new Error('the service file starts no program');
  const env = [...text.matchAll(/^Environment=(\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [
    name,
    value,
  ]);
  return { options, env: Object.fromEntries(env) as Record<string, string> };
}

/** The program, started as its service file starts it. */
async function startTill(folder: string, config: string): Promise<Process> {
  const service = serviceOf();
  rmSync(join(folder, 'agent.log'), { force: true });
  const child = spawn(
    process.execPath,
    [...service.options, join(ROOT, 'src/main.ts'), 'run', '--config', config],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        ...process.env,
        ...service.env,
        NODE_COMPILE_CACHE: join(folder, 'compile'),
      },
    },
  );
  const endMs = performance.now() + START_MS_MAX;
  for (;;) {
    const address = addressIn(join(folder, 'agent.log'));
    if (address !== null) return { child, url: `${address}/api/v1/stations/1/` };
    if (child.exitCode !== null || performance.now() > endMs) throw new Error('the till did not start');
    await pause(50);
  }
}

function addressIn(log: string): string | null {
  try {
    return /"address":"([^"]+)"/.exec(readFileSync(log, 'utf8'))?.[1] ?? null;
  } catch {
    return null;
  }
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill();
  await ended;
}

async function startBare(): Promise<Process> {
  const child = fork(join(import.meta.dirname, 'parts/bare-server.ts'), { execArgv: ['--no-warnings'] });
  const [port] = (await once(child, 'message')) as [number];
  return { child, url: `http://127.0.0.1:${port}/` };
}

/** What the cashier's page does when nothing happens: it reads its stream and says every five seconds that it is there. */
async function openPage(url: string): Promise<() => void> {
  const agent = new Agent({ keepAlive: true });
  const stream = get(new URL(`events?page=${PAGE}`, url), { agent: false });
  const [response] = await once(stream, 'response');
  response.resume();
  const beat = setInterval(() => {
    const call = request(new URL('heartbeat', url), {
      method: 'POST',
      agent,
      headers: { 'content-type': 'application/json' },
    });
    call.on('response', (answer) => answer.resume()).on('error', () => undefined);
    call.end(JSON.stringify({ page: PAGE }));
  }, HEARTBEAT_EVERY_MS);
  return () => {
    clearInterval(beat);
    response.destroy();
    agent.destroy();
  };
}

function rows(till: Used, bare: Used, tillKb: number, bareKb: number): readonly BenchRow[] {
  const perMinute = (value: number): number => (value * MINUTE_MS) / WATCHED_MS;
  const perSecond = (value: number): number => (value * 1_000) / WATCHED_MS;
  return [
    {
      name: 'idle, scanner open and one page connected: processor time in a minute / a bare server with that page',
      product: `${perMinute(till.cpuMs).toFixed(0)} ms`,
      floor: `${perMinute(bare.cpuMs).toFixed(0)} ms`,
      ratio: till.cpuMs / bare.cpuMs,
      target: '<= 30 ms',
    },
    {
      name: 'idle: wake-ups of the main thread in a second / the bare server',
      product: `${perSecond(till.wakeUps).toFixed(2)}/s`,
      floor: `${perSecond(bare.wakeUps).toFixed(2)}/s`,
      ratio: till.wakeUps / bare.wakeUps,
      target: '<= 2/s',
    },
    {
      name: 'resident memory after the start / the bare server',
      product: `${(tillKb / 1024).toFixed(0)} MB`,
      floor: `${(bareKb / 1024).toFixed(0)} MB`,
      ratio: tillKb / bareKb,
      target: '<= 1.3',
    },
  ];
}

/** Watches both for a minute; takes a minute and a half. */
export async function run(): Promise<readonly BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'kona-bench-idle-'));
  const ttyFolder = join(folder, 'tty');
  mkdirSync(ttyFolder);
  const issuer = await startIssuer({ storage: { memory: true } });
  const tty = await openTty(ttyFolder);
  const started: Process[] = [];
  const pages: (() => void)[] = [];
  try {
    const config = writeConfig(folder, issuer.credentials, tty.path);
    // The first start fills the compile cache, as the first start after an installation does.
    await stop((await startTill(folder, config)).child);
    const till = await startTill(folder, config);
    started.push(till);
    const bare = await startBare();
    started.push(bare);
    for (const { url } of started) pages.push(await openPage(url));
    await pause(SETTLED_MS);
    const pids = started.map(({ child }) => child.pid ?? 0);
    const before = pids.map(used);
    await pause(WATCHED_MS);
    const [forTill, forBare] = pids.map((pid, at) => {
      const [now, then] = [used(pid), before[at]];
      return { cpuMs: now.cpuMs - (then?.cpuMs ?? 0), wakeUps: now.wakeUps - (then?.wakeUps ?? 0) };
    });
    const [tillKb = Number.NaN, bareKb = Number.NaN] = pids.map((pid) => statusOf(pid, 'VmRSS'));
    if (forTill === undefined || forBare === undefined) throw new Error('two processes are watched');
    return rows(forTill, forBare, tillKb, bareKb);
  } finally {
    for (const close of pages) close();
    for (const { child } of started) await stop(child);
    tty.close();
    await issuer.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
