/**
 * A shop counter for the kill tests: a real issuer, a scanner on a socket, the agent as a process of its own that can be
 * killed, a cashier page that speaks the real HTTP API, and the notes on the counter, counted apart from any program.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { type DemoScanner, startDemoScanner } from '../../../src/demo/scanner.ts';
import { type Issuer, startIssuer } from '../../../src/issuer/issuer.ts';
import type { CardsAnswer, MadeBarcode } from '../../../src/issuer/phone/api.ts';
import { openLedgerReadOnly } from '../../../src/ledger/ledger.ts';
import type { LedgerReader } from '../../../src/ledger/types.ts';
import type { FaceId, KeyId, PressAnswer, Snapshot } from '../../../src/station/snapshot.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const WAIT_MS = 25_000;
const PAGE = 'page-of-the-test';
const HEARTBEAT_MS = 5_000;
const TRIES_MAX = 5;
/** The newest lines of the agent's log are shown when a wait fails. */
const LOG_LINES = 40;
const STATION = '1';

export type PaymentType = 'CHARGE' | 'REFUND';

/** Waits for a condition by looking again every few milliseconds; fails with what was waited for. */
export async function until<T>(
  what: string | (() => string),
  look: () => T | null | undefined | Promise<T | null | undefined>,
): Promise<T> {
  const endMs = performance.now() + WAIT_MS;
  for (;;) {
    const found = await look();
    if (found !== null && found !== undefined) return found;
    if (performance.now() > endMs)
      throw new Error(`waited in vain for ${typeof what === 'string' ? what : what()}`);
    await new Promise((next) => setTimeout(next, 5));
  }
}

/** What went wrong inside the issuer, for the message of a wait that fails. */
const issuerFaults: string[] = [];
const onFault = (fault: object): void => void issuerFaults.push(JSON.stringify(fault));

/** The cashier's page: the newest snapshot of the event stream, and presses that name what it showed. */
class CashierPage {
  readonly #base: string;
  readonly #abort = new AbortController();
  #heartbeat: NodeJS.Timeout | undefined;
  snapshot: Snapshot | null = null;

  constructor(address: string) {
    this.#base = `${address}/api/v1/stations/${STATION}`;
  }

  async open(): Promise<void> {
    const response = await fetch(`${this.#base}/events?page=${PAGE}`, { signal: this.#abort.signal });
    if (response.body === null || !response.ok) throw new Error(`no event stream: ${response.status}`);
    void this.#read(response.body).catch(() => undefined);
    this.#heartbeat = setInterval(
      () => void this.#post('heartbeat', null).catch(() => undefined),
      HEARTBEAT_MS,
    );
    await until('the first snapshot', () => this.snapshot);
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    let text = '';
    for await (const chunk of body) {
      text += decoder.decode(chunk, { stream: true });
      const events = text.split('\n\n');
      text = events.pop() ?? '';
      for (const event of events) {
        const data = /^data: (.*)$/m.exec(event)?.[1];
        if (data !== undefined && /^event: snapshot$/m.test(event))
          this.snapshot = JSON.parse(data) as Snapshot;
      }
    }
  }

  get face(): FaceId | null {
    return this.snapshot?.face.id ?? null;
  }

  async press(key: KeyId | 'CLOSE'): Promise<PressAnswer> {
    return this.#post('press', { key });
  }

  /** Confirms that the face was shown, as the real page does once per face. */
  async shown(): Promise<void> {
    await this.#post('shown', {});
  }

  /** With `extra` the body names what the page shows; null: the page alone. */
  async #post(path: string, extra: object | null): Promise<PressAnswer> {
    const face = this.snapshot?.face;
    if (face === undefined) throw new Error('no face is shown');
    const shown = {
      sequenceId: face.intent?.sequenceId ?? null,
      version: face.intent?.version ?? null,
      face: face.id,
    };
    const body = { page: PAGE, ...(extra === null ? {} : { ...shown, ...extra }) };
    const response = await fetch(`${this.#base}/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as PressAnswer;
  }

  close(): void {
    clearInterval(this.#heartbeat);
    this.#abort.abort();
  }
}

interface Till {
  readonly child: ChildProcess;
  readonly page: CashierPage;
}

export class Counter {
  issuer: Issuer;
  readonly scanner: DemoScanner;
  readonly folder: string;
  readonly #configFile: string;
  #till: Till | null = null;
  /** Won in the drawer, as somebody would count them: this test's own bookkeeping. */
  drawer = 0;

  private constructor(issuer: Issuer, scanner: DemoScanner, folder: string, configFile: string) {
    this.issuer = issuer;
    this.scanner = scanner;
    this.folder = folder;
    this.#configFile = configFile;
  }

  static async open(times: object = {}, kept: 'inMemory' | 'onDisk' = 'inMemory'): Promise<Counter> {
    const folder = mkdtempSync(join(tmpdir(), 'kona-till-kill-'));
    const scanner = await startDemoScanner({ port: 0 });
    const directory = join(folder, 'issuer');
    const issuer = await startIssuer({
      storage: kept === 'onDisk' ? { directory } : { memory: true },
      onFault,
    });
    const configFile = writeConfig(folder, issuer, scanner.port, times);
    const counter = new Counter(issuer, scanner, folder, configFile);
    await counter.start();
    return counter;
  }

  async close(): Promise<void> {
    await this.kill();
    await this.scanner.close();
    await this.issuer.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #spawn(): ChildProcess {
    return spawn(process.execPath, ['src/main.ts', 'run', '--config', this.#configFile], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  /** Starts the agent, opens the page, waits until the scanner is connected and the issuer was reached. */
  async start(options: { readonly online: boolean } = { online: true }): Promise<void> {
    const child = this.#spawn();
    const log: string[] = [];
    await this.#follow(child, log, await readyAddress(child, log), options.online);
  }

  /** One more start on this ledger, while an agent has it: its exit code and what it said. */
  async startSecond(): Promise<{ readonly code: number | null; readonly said: string }> {
    const child = this.#spawn();
    let said = '';
    child.stderr?.on('data', (text) => {
      said += String(text);
    });
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, said };
  }

  /** Two starts at the same moment: one becomes the agent of this counter. Gives what the other one said as it ended. */
  async startTwo(): Promise<readonly string[]> {
    const both = [this.#spawn(), this.#spawn()].map((child) => ({ child, log: [] as string[] }));
    const starts = await Promise.allSettled(both.map(({ child, log }) => readyAddress(child, log)));
    const refused: string[] = [];
    for (const [at, { child, log }] of both.entries()) {
      const start = starts[at];
      if (start?.status === 'rejected') refused.push(String(start.reason));
      else if (start !== undefined && this.#till === null) await this.#follow(child, log, start.value, true);
      else {
        child.kill('SIGKILL');
        throw new Error('two agents run on one ledger');
      }
    }
    return refused;
  }

  async #follow(
    child: ChildProcess,
    log: readonly string[],
    address: string,
    isOnline: boolean,
  ): Promise<void> {
    const page = new CashierPage(address);
    await page.open();
    this.#till = { child, page };
    const describe = (what: string) => () =>
      `${what}; ${JSON.stringify(page.snapshot?.strip)}\nissuer: ${issuerFaults.join('\n')}\nlog: ${log.join('\n')}`;
    await until(describe('the scanner'), () =>
      page.snapshot?.strip.scanner.state === 'ready' ? true : null,
    );
    if (isOnline) await until(describe('the line'), () => (this.#isLineUp() ? true : null));
  }

  /** Slow is up: on a busy machine the issuer's answers take their time. */
  #isLineUp(): boolean {
    const state = this.page.snapshot?.strip.line.state;
    return state === 'online' || state === 'slow';
  }

  /** The issuer (kept on disk) goes away with every connection, and comes back with its data at the same address. */
  async restartIssuer(meanwhile: () => Promise<void>): Promise<void> {
    const port = Number(new URL(this.issuer.url).port);
    await this.issuer.close();
    await meanwhile();
    this.issuer = await startIssuer({ port, storage: { directory: join(this.folder, 'issuer') }, onFault });
  }

  /** SIGKILL: no handler runs, nothing is flushed. */
  async kill(): Promise<void> {
    const till = this.#till;
    this.#till = null;
    if (till === null) return;
    till.page.close();
    if (till.child.exitCode !== null || till.child.signalCode !== null) return;
    const gone = once(till.child, 'exit');
    till.child.kill('SIGKILL');
    await gone;
  }

  get page(): CashierPage {
    if (this.#till === null) throw new Error('the agent does not run');
    return this.#till.page;
  }

  face(...wanted: readonly FaceId[]): Promise<FaceId> {
    return until(
      () => `one of ${wanted.join(', ')}, there is ${JSON.stringify(this.page.snapshot)}`,
      () => {
        const { face } = this.page;
        return face !== null && wanted.includes(face) ? face : null;
      },
    );
  }

  /** A barcode from the customer's phone, held under the scanner; waits until the cashier page shows it. Answers its id. */
  async scan(type: PaymentType, amount: number): Promise<string> {
    // Lost answers of the last round took the line down; a scan before it is believed again is refused, as it should be.
    await until(
      () => `the line; ${JSON.stringify(this.page.snapshot?.strip)}`,
      () => (this.#isLineUp() ? true : null),
    );
    const wanted = type === 'CHARGE' ? 'TAKE' : 'ASK-OUT';
    // Three digits repeat: a barcode that is the same as one of the last minutes is refused, and the customer makes another.
    for (let tries = 0; tries < TRIES_MAX; tries += 1) {
      const made = await this.#phone<MadeBarcode>('/barcodes', {
        cardRef: await this.#cardRef(),
        type,
        amount,
      });
      this.scanner.send(made.spec);
      if ((await this.face(wanted, 'REFUSED')) === wanted) break;
      if (!/^DUP_/.test(this.page.snapshot?.face.refused?.cause ?? '')) break;
      await this.page.press('CLOSE');
      await this.face('IDLE');
    }
    await this.face(wanted);
    return this.page.snapshot?.face.intent?.sequenceId ?? '';
  }

  /** What the issuer says that the customer has. */
  async balance(): Promise<number> {
    const { cards } = await this.#phone<CardsAnswer>('/cards');
    const card = cards[0];
    if (card === undefined) throw new Error('the issuer has no card');
    return card.balance;
  }

  async #cardRef(): Promise<string> {
    const { cards } = await this.#phone<CardsAnswer>('/cards');
    return cards[0]?.cardRef ?? '';
  }

  async #phone<T>(path: string, body?: object): Promise<T> {
    const response = await fetch(`${this.issuer.url}/phone/api${path}`, {
      ...(body === undefined
        ? {}
        : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  /** Reads the ledger beside the agent. */
  ledger<T>(read: (ledger: LedgerReader) => T): T {
    const ledger = openLedgerReadOnly({ file: join(this.folder, 'ledger', 'ledger.db') });
    try {
      return read(ledger);
    } finally {
      ledger.close();
    }
  }
}

/** The address that the agent says when it is ready; rejects with its errors when it ends before. */
export async function readyAddress(child: ChildProcess, log: string[]): Promise<string> {
  if (child.stdout === null || child.stderr === null) throw new Error('no pipes');
  let errors = '';
  child.stderr.on('data', (text) => {
    errors += String(text);
  });
  const lines = createInterface({ input: child.stdout });
  const ended = once(child, 'exit').then(() => {
    throw new Error(`the agent did not start: ${errors}`);
  });
  ended.catch(() => undefined);
  const ready = new Promise<string>((done) => {
    lines.on('line', (line) => {
      log.push(line);
      if (log.length > LOG_LINES) log.shift();
      const entry = JSON.parse(line) as { sentence?: string; address?: string };
      if (entry.sentence === 'ready' && entry.address !== undefined) done(entry.address);
    });
  });
  return Promise.race([ready, ended]);
}

/** A configuration file with the keys of this issuer; `change` replaces sections of it. */
export function writeConfig(
  folder: string,
  issuer: Issuer,
  scannerPort: number,
  times: object,
  change: object = {},
): string {
  const { credentials } = issuer;
  mkdirSync(join(folder, 'keys'), { mode: 0o700 });
  const key = (name: string, content: string): string => {
    writeFileSync(join(folder, 'keys', name), content, { mode: 0o600 });
    return `keys/${name}`;
  };
  const config = {
    environment: 'test',
    platform: {
      baseUrl: credentials.baseUrl,
      aspId: credentials.aspId,
      accessKeyFile: key('access', credentials.accessKey),
      secretKeyFile: key('secret', credentials.secretKey),
      cryptoKeyId: credentials.cryptoKeyId,
      serverPublicKeyFile: key('server.pem', credentials.serverPublicKey),
      clientPrivateKeyFile: key('client.pem', credentials.clientPrivateKey),
      merchantId: credentials.merchantId,
      terminalId: credentials.terminalId,
    },
    ledger: { directory: 'ledger', vaultKeyFile: 'vault.key' },
    scanners: [{ name: 'demo', driver: 'tcp', port: scannerPort }],
    stations: [{ id: STATION, scanners: ['demo'] }],
    // The share of reversed payments is high here on purpose; it must not stop the test.
    policy: { reversals: { count: 1_000, sum: 100_000_000, rate: 1 } },
    times: { deadlineMs: 3_000, inquiryMs: 500, retryBaseMs: 100, ...times },
    web: { port: 0 },
    store: { name: 'Test' },
    ...change,
  };
  const file = join(folder, 'till.jsonc');
  writeFileSync(file, JSON.stringify(config));
  return file;
}
