/**
 * The first program of the hardware lab's guest: takes JSON lines from the host over a virtio serial port and runs,
 * kills, reads and writes what they name. Test equipment; never part of an installation.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import {
  closeSync,
  constants,
  openSync,
  read,
  readdirSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createInterface } from 'node:readline';

interface Request {
  readonly id: number;
  readonly op: string;
  readonly name?: string;
  readonly argv?: readonly string[];
  readonly user?: number;
  readonly input?: string | null;
  readonly signal?: NodeJS.Signals;
  readonly path?: string;
  readonly text?: string;
  readonly reports?: readonly string[];
}

const portName = readdirSync('/dev').find((name) => name.startsWith('vport')) ?? 'vport0p1';
const port = openSync(`/dev/${portName}`, 'r+');
const children = new Map<string, ChildProcess>();

function send(value: Readonly<Record<string, unknown>>): void {
  const bytes = Buffer.from(`${JSON.stringify(value)}\n`, 'utf8');
  for (let offset = 0; offset < bytes.length; ) offset += writeSync(port, bytes, offset);
}

function start(request: Request): void {
  const name = request.name ?? '';
  const [command = '', ...args] = request.argv ?? [];
  const child = spawn(command, args, {
    cwd: '/app',
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(request.user === undefined || request.user === 0 ? {} : { uid: request.user, gid: request.user }),
  });
  children.set(name, child);
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => send({ event: 'line', name, line }));
  }
  child.on('exit', (code, signal) => send({ event: 'line', name, line: `[exit ${code ?? signal}]` }));
  child.on('error', (error) => send({ event: 'line', name, line: `[error ${error.message}]` }));
}

function run(request: Request): void {
  const [command = '', ...args] = request.argv ?? [];
  const child = execFile(command, args, { cwd: '/app', maxBuffer: 16 << 20 }, (error, stdout, stderr) => {
    const status = error === null ? 0 : typeof error.code === 'number' ? error.code : 255;
    send({
      id: request.id,
      status,
      stdout,
      stderr: error !== null && stderr === '' ? error.message : stderr,
    });
  });
  if (typeof request.input === 'string') child.stdin?.end(request.input);
}

/** A gadget's report is taken one at a time: EAGAIN means the last one still waits to be fetched. */
async function writeReports(request: Request): Promise<void> {
  const file = openSync(request.path ?? '', constants.O_WRONLY | constants.O_NONBLOCK);
  try {
    for (const report of request.reports ?? []) {
      const bytes = Buffer.from(report, 'hex');
      for (let tries = 0; ; tries += 1) {
        try {
          writeSync(file, bytes);
          break;
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'EAGAIN' || tries > 20_000) throw error;
          await new Promise((resolve) => setImmediate(resolve));
        }
      }
    }
  } finally {
    closeSync(file);
  }
}

async function handle(request: Request): Promise<void> {
  if (request.op === 'run') return run(request);
  if (request.op === 'start') start(request);
  else if (request.op === 'kill') children.get(request.name ?? '')?.kill(request.signal ?? 'SIGKILL');
  else if (request.op === 'write') writeFileSync(request.path ?? '', request.text ?? '');
  else if (request.op === 'read')
    return send({ id: request.id, text: readFileSync(request.path ?? '', 'utf8') });
  else if (request.op === 'reports') await writeReports(request);
  else throw new Error(`unknown operation ${request.op}`);
  send({ id: request.id });
}

let pending = '';
const chunk = Buffer.alloc(65_536);
function listen(): void {
  read(port, chunk, 0, chunk.length, null, (error, count) => {
    // 0 bytes: nobody is connected at the host's end yet.
    if (error !== null || count === 0) {
      setTimeout(listen, 20);
      return;
    }
    pending += chunk.toString('utf8', 0, count);
    for (let end = pending.indexOf('\n'); end >= 0; end = pending.indexOf('\n')) {
      const request = JSON.parse(pending.slice(0, end)) as Request;
      pending = pending.slice(end + 1);
      handle(request).catch((failure: unknown) =>
        send({ id: request.id, error: failure instanceof Error ? failure.message : String(failure) }),
      );
    }
    listen();
  });
}
send({ event: 'ready' });
listen();
