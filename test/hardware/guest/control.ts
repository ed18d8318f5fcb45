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
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';

interface Request {
  readonly id: number;
  readonly op: string;
  readonly name?: string;
  readonly argv?: readonly string[];
  readonly user?: number;
  readonly input?: string | null;
  readonly gapMs?: number;
  readonly port?: number;
  readonly host?: string;
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
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(request.user === undefined || request.user === 0 ? {} : { uid: request.user, gid: request.user }),
  });
  children.set(name, child);
  child.stdin.on('error', () => undefined); // it has ended; the exit says so
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => send({ event: 'line', name, line }));
  }
  child.on('exit', (code, signal) => send({ event: 'line', name, line: `[exit ${code ?? signal}]` }));
  child.on('error', (error) => send({ event: 'line', name, line: `[error ${error.message}]` }));
}

function run(request: Request): void {
  const [command = '', ...args] = request.argv ?? [];
  const startMonoMs = monoMs();
  const child = execFile(command, args, { cwd: '/app', maxBuffer: 16 << 20 }, (error, stdout, stderr) => {
    const status = error === null ? 0 : typeof error.code === 'number' ? error.code : 255;
    send({
      id: request.id,
      status,
      startMonoMs,
      endMonoMs: monoMs(),
      stdout,
      stderr: error !== null && stderr === '' ? error.message : stderr,
    });
  });
  if (typeof request.input === 'string') child.stdin?.end(request.input);
}

/** CLOCK_MONOTONIC, the clock of every program in this guest: times from different programs can be compared. */
function monoMs(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}

const WRITE_MS_MAX = 20_000;

/**
 * Writes pieces to a gadget, one by one, `gapMs` apart. EAGAIN means that the host's side has not fetched the last one
 * (HID) or that the line's buffer is full (serial): the piece is offered again for at most WRITE_MS_MAX.
 */
async function writePieces(request: Request): Promise<void> {
  const file = openSync(request.path ?? '', constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  try {
    for (const piece of request.reports ?? []) {
      await writeAll(file, Buffer.from(piece, 'hex'));
      if (request.gapMs !== undefined && request.gapMs > 0) await pause(request.gapMs);
    }
  } finally {
    closeSync(file);
  }
}

async function writeAll(file: number, bytes: Buffer): Promise<void> {
  const endMs = monoMs() + WRITE_MS_MAX;
  for (let offset = 0; offset < bytes.length; ) {
    try {
      offset += writeSync(file, bytes, offset);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN' || monoMs() > endMs) throw error;
      await pause(1);
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Passes on what is called at a port of the loopback address to the same port of another host. */
function relay(request: Request): Promise<void> {
  const { port: at = 0, host = '' } = request;
  const server = createServer((caller) => {
    const far = connect(at, host);
    const end = (): void => {
      caller.destroy();
      far.destroy();
    };
    caller.on('error', end).on('close', end);
    far.on('error', end).on('close', end);
    caller.pipe(far).pipe(caller);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(at, '127.0.0.1', resolve);
  });
}

async function handle(request: Request): Promise<void> {
  if (request.op === 'run') return run(request);
  if (request.op === 'start') start(request);
  else if (request.op === 'kill') children.get(request.name ?? '')?.kill(request.signal ?? 'SIGKILL');
  else if (request.op === 'write') writeFileSync(request.path ?? '', request.text ?? '');
  else if (request.op === 'read')
    return send({ id: request.id, text: readFileSync(request.path ?? '', 'utf8') });
  else if (request.op === 'reports') await writePieces(request);
  else if (request.op === 'input') children.get(request.name ?? '')?.stdin?.write(request.text ?? '');
  else if (request.op === 'relay') await relay(request);
  else throw new Error(`unknown operation ${request.op}`);
  send({ id: request.id, endMonoMs: monoMs() });
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
