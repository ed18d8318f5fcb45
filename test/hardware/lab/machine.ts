/** One virtual machine: boot, talk to the program inside, plug and unplug, cut the power. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import type { BootFiles } from './image.ts';

export interface RunResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The guest's monotonic clock at the start and at the end of the command. */
  readonly startMonoMs: number;
  readonly endMonoMs: number;
}
export interface MachineOptions {
  readonly boot: BootFiles;
  readonly qemuRoot: string;
  /** Disk image mounted read-write at /data; survives a power cut. */
  readonly dataDisk: string;
  /** Folder for the sockets of this machine. */
  readonly folder: string;
  readonly bootTimeoutMs: number;
  /** TCP port of the host that the guest reaches as 10.0.2.100:9000 (the issuer). */
  readonly issuerPort?: number;
}

type Json = Readonly<Record<string, unknown>>;

class LineChannel {
  #buffer = '';
  readonly socket: Socket;
  constructor(socket: Socket, onLine: (line: Json) => void) {
    this.socket = socket;
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      this.#buffer += text;
      for (;;) {
        const end = this.#buffer.indexOf('\n');
        if (end < 0) return;
        const line = this.#buffer.slice(0, end);
        this.#buffer = this.#buffer.slice(end + 1);
        if (line.startsWith('{')) onLine(JSON.parse(line) as Json);
      }
    });
    socket.on('error', () => socket.destroy());
  }
  send(value: Json): void {
    this.socket.write(`${JSON.stringify(value)}\n`);
  }
}

const CONNECT_MS = 10_000;
/** Emulation on a busy machine is slow; a guest that says nothing for so long has hung. */
const ASK_MS_MAX = 600_000;
const KERNEL_LINE =
  'console=ttyS0 quiet panic=-1 nokaslr mitigations=off random.trust_cpu=on tsc=reliable no_timer_check rcupdate.rcu_expedited=1';

function qemuArguments(options: MachineOptions): string[] {
  const { boot, folder } = options;
  const share = join(options.qemuRoot, 'usr/share');
  const forward =
    options.issuerPort === undefined
      ? ''
      : `,guestfwd=tcp:10.0.2.100:9000-cmd:socat - TCP4:127.0.0.1:${options.issuerPort}`;
  return [
    ['-L', join(share, 'qemu'), '-L', join(share, 'seabios')],
    ['-accel', 'tcg,thread=multi', '-cpu', 'Nehalem,+rdrand', '-smp', '1', '-m', '512'],
    ['-machine', 'q35,i8042=off,smm=off,sata=off,smbus=off,vmport=off,usb=off'],
    ['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot'],
    ['-kernel', boot.kernel, '-initrd', boot.initramfs, '-append', KERNEL_LINE],
    [
      '-drive',
      `file=${boot.root},if=none,id=root,format=raw,readonly=on`,
      '-device',
      'virtio-blk-pci,drive=root',
    ],
    [
      '-drive',
      `file=${options.dataDisk},if=none,id=data,format=raw,cache=writeback`,
      '-device',
      'virtio-blk-pci,drive=data',
    ],
    [
      '-device',
      'virtio-serial-pci',
      '-chardev',
      `socket,id=control,path=${join(folder, 'control')},server=on,wait=off`,
    ],
    ['-device', 'virtserialport,chardev=control,name=kona.control'],
    ['-serial', `file:${join(folder, 'console.log')}`],
    [
      '-chardev',
      `socket,id=rs232,path=${join(folder, 'rs232')},server=on,wait=off`,
      '-serial',
      'chardev:rs232',
    ],
    ['-device', 'qemu-xhci,id=xhci'],
    ['-chardev', `socket,id=ftdi,path=${join(folder, 'ftdi')},server=on,wait=off`],
    ['-netdev', `user,id=net,restrict=on${forward}`, '-device', 'virtio-net-pci,netdev=net,id=nic,romfile='],
    ['-qmp', `unix:${join(folder, 'qmp')},server=on,wait=off`],
  ].flat();
}

async function connectSocket(path: string, deadline: number): Promise<Socket> {
  for (;;) {
    const socket = connect(path);
    const opened = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
    });
    if (opened) return socket;
    if (performance.now() > deadline) throw new Error(`QEMU did not open ${path}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export class Machine {
  readonly #options: MachineOptions;
  #process: ChildProcess | null = null;
  #control: LineChannel | null = null;
  #qmp: LineChannel | null = null;
  #nextId = 1;
  #waiting = new Map<number, (answer: Json) => void>();
  #qmpWaiting: ((answer: Json) => void)[] = [];
  #lineListeners = new Set<(name: string, line: string) => void>();
  #ready: (() => void) | null = null;
  #errors = '';

  constructor(options: MachineOptions) {
    this.#options = options;
  }

  /** Boots and resolves when the program inside answers. */
  async boot(): Promise<void> {
    const { folder, qemuRoot } = this.#options;
    for (const name of ['control', 'qmp', 'rs232', 'ftdi']) rmSync(join(folder, name), { force: true });
    const libraries = ['usr/lib/x86_64-linux-gnu', 'lib/x86_64-linux-gnu']
      .map((path) => join(qemuRoot, path))
      .join(':');
    const child = spawn(join(qemuRoot, 'usr/bin/qemu-system-x86_64'), qemuArguments(this.#options), {
      env: { ...process.env, LD_LIBRARY_PATH: libraries },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#process = child;
    // A test run that is ended by a signal leaves no machine behind.
    const killWithUs = (): void => void child.kill('SIGKILL');
    process.once('exit', killWithUs);
    child.once('exit', () => process.removeListener('exit', killWithUs));
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#errors = (this.#errors + chunk.toString('utf8')).slice(-4096);
    });
    const deadline = performance.now() + this.#options.bootTimeoutMs;
    const ready = new Promise<void>((resolve, reject) => {
      this.#ready = resolve;
      child.once('exit', () => reject(new Error(`QEMU ended during the boot: ${this.#errors}`)));
      setTimeout(
        () => reject(new Error('The virtual machine did not boot in time')),
        this.#options.bootTimeoutMs,
      ).unref();
    });
    ready.catch(() => undefined); // waited for below, when the channels are open
    this.#control = new LineChannel(await connectSocket(join(folder, 'control'), deadline), (line) =>
      this.#onControl(line),
    );
    this.#qmp = new LineChannel(await connectSocket(join(folder, 'qmp'), deadline), (line) =>
      this.#onQmp(line),
    );
    await ready;
    await this.qmp('qmp_capabilities');
  }

  #onControl(line: Json): void {
    if (line.event === 'ready') this.#ready?.();
    else if (line.event === 'line') {
      for (const listener of this.#lineListeners) listener(String(line.name), String(line.line));
    } else if (typeof line.id === 'number') {
      this.#waiting.get(line.id)?.(line);
      this.#waiting.delete(line.id);
    }
  }
  #onQmp(line: Json): void {
    if ('return' in line || 'error' in line) this.#qmpWaiting.shift()?.(line);
  }

  /** One command to QEMU's monitor; throws what it refuses. */
  async qmp(execute: string, parameters: Json = {}): Promise<unknown> {
    const answer = await new Promise<Json>((resolve) => {
      this.#qmpWaiting.push(resolve);
      this.#qmp?.send({ execute, arguments: parameters });
    });
    if ('error' in answer) throw new Error(`QEMU refused ${execute}: ${JSON.stringify(answer.error)}`);
    return answer.return;
  }

  async #ask(request: Json): Promise<Json> {
    const id = this.#nextId++;
    const answer = await new Promise<Json>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        const what = String((request.argv as readonly string[] | undefined)?.join(' ') ?? request.path ?? '');
        reject(new Error(`the guest gave no answer to ${String(request.op)} ${what}`));
      }, ASK_MS_MAX);
      this.#waiting.set(id, (line) => {
        clearTimeout(timer);
        resolve(line);
      });
      this.#control?.send({ id, ...request });
    });
    if (typeof answer.error === 'string') throw new Error(`guest: ${answer.error}`);
    return answer;
  }

  /** Runs a command to its end inside the guest. */
  async run(argv: readonly string[], input?: string): Promise<RunResult> {
    const answer = await this.#ask({ op: 'run', argv, input: input ?? null });
    return {
      status: Number(answer.status),
      stdout: String(answer.stdout),
      stderr: String(answer.stderr),
      startMonoMs: Number(answer.startMonoMs),
      endMonoMs: Number(answer.endMonoMs),
    };
  }
  /** Starts a program inside the guest; its output arrives by `onLine`. */
  async start(name: string, argv: readonly string[], user = 0): Promise<void> {
    await this.#ask({ op: 'start', name, argv, user });
  }
  async kill(name: string, signal = 'SIGKILL'): Promise<void> {
    await this.#ask({ op: 'kill', name, signal });
  }
  async write(path: string, text: string): Promise<void> {
    await this.#ask({ op: 'write', path, text });
  }
  async read(path: string): Promise<string> {
    return String((await this.#ask({ op: 'read', path })).text);
  }
  /** Inside the guest, `port` of the loopback address becomes that port of `host`. */
  async relay(port: number, host: string): Promise<void> {
    await this.#ask({ op: 'relay', port, host });
  }
  /** One line to the standard input of a started program. */
  async input(name: string, line: string): Promise<void> {
    await this.#ask({ op: 'input', name, text: `${line}\n` });
  }
  /**
   * Writes pieces (hex) to a gadget's /dev/hidgN or /dev/ttyGSN, waiting whenever the host side has not fetched the last
   * one. Answers the guest's monotonic clock when the last one was taken.
   */
  async reports(path: string, reports: readonly string[], gapMs = 0): Promise<number> {
    return Number((await this.#ask({ op: 'reports', path, reports, gapMs })).endMonoMs);
  }
  /** The far end of a serial line of the machine: the RS-232 cable, or what hangs on the FTDI adapter. */
  async line232(name: 'rs232' | 'ftdi'): Promise<Socket> {
    const socket = await connectSocket(join(this.#options.folder, name), performance.now() + CONNECT_MS);
    socket.on('error', () => undefined); // the machine has gone; the test sees that elsewhere
    socket.resume();
    return socket;
  }
  onLine(listener: (name: string, line: string) => void): () => void {
    this.#lineListeners.add(listener);
    return () => this.#lineListeners.delete(listener);
  }
  /** The power goes: no flush, no goodbye. The data disk keeps what the guest's kernel had written and flushed. */
  async cutPower(): Promise<void> {
    const child = this.#process;
    if (child === null) return;
    this.#process = null;
    const ended =
      child.exitCode === null && child.signalCode === null ? once(child, 'exit') : Promise.resolve();
    child.kill('SIGKILL');
    await ended;
    this.#control?.socket.destroy();
    this.#qmp?.socket.destroy();
    this.#waiting.clear();
    this.#qmpWaiting = [];
  }
}
