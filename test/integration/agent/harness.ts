/** A whole till in one process: issuer, agent, a scanner on a socket, and a page that speaks HTTP. */
import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Agent, type AgentOptions, startAgent } from '../../../src/agent.ts';
import { DEFAULT_CODE_TABLE } from '../../../src/barcode/parse.ts';
import { DEFAULT_POLICY, type Policy } from '../../../src/intent/policy.ts';
import { type Issuer, type IssuerOptions, startIssuer } from '../../../src/issuer/issuer.ts';
import { createKonaPlateClient, type KonaPlateClient } from '../../../src/konaplate/client.ts';
import { LedgerFault } from '../../../src/ledger/fault.ts';
import { SystemClock, SystemRandom } from '../../../src/ops/clock.ts';
import type { FaceId, PressAnswer, PressBody, Snapshot } from '../../../src/station/snapshot.ts';
import { NewBarcodes } from '../issuer/new-barcodes.ts';
import { type StreamEvent, storyOf } from './story.ts';

export const CARD = '9491330000000016';
/** Generous: the machine may be busy with other tests. */
const WAIT_MS = 25_000;

/** Waits until `check` gives something; fails with `what` when it takes too long. */
export async function until<T>(what: string, check: () => T | null | undefined | false): Promise<T> {
  const endMs = Date.now() + WAIT_MS;
  for (;;) {
    const found = check();
    if (found !== null && found !== undefined && found !== false) return found;
    if (Date.now() > endMs) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A network scanner: the driver calls it, it sends what was "read". */
export class FakeScanner {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  static async start(): Promise<FakeScanner> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new FakeScanner(server);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  send(text: string): Promise<void> {
    return this.sendRaw(`${text}\r`);
  }

  /** Just these characters, no suffix after them. */
  async sendRaw(text: string): Promise<void> {
    const socket = await until('a driver connected to the scanner', () => [...this.#sockets][0]);
    socket.write(text);
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  /** After `close`: it is there again, under its old number. */
  async reopen(port: number): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
  }
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  json<T>(): T;
}

/** One HTTP call with full control over headers, as a page or an attacker would make it. */
export function call(
  address: string,
  path: string,
  options: {
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: unknown;
    readonly raw?: string;
  } = {},
): Promise<Answer> {
  const url = new URL(path, address);
  const body = options.raw ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
  const headers: Record<string, string> = {
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...options.headers,
  };
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        host: url.hostname,
        port: url.port,
        path: url.pathname + url.search,
        method: options.method ?? (body === undefined ? 'GET' : 'POST'),
        headers,
        agent: false,
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => {
          text += part;
        });
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text,
            json: <T>() => JSON.parse(text) as T,
          }),
        );
        response.on('error', reject);
      },
    );
    request.on('error', reject);
    if (body !== undefined) request.write(body);
    request.end();
  });
}

/** One event stream, parsed. */
export class EventReader {
  readonly events: StreamEvent[] = [];
  status = 0;
  ended = false;
  readonly #request;

  constructor(address: string, path: string, headers: Readonly<Record<string, string>> = {}) {
    const url = new URL(path, address);
    this.#request = httpRequest(
      { host: url.hostname, port: url.port, path: url.pathname + url.search, headers, agent: false },
      (response) => {
        this.status = response.statusCode ?? 0;
        let waiting = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => {
          waiting += part;
          for (let end = waiting.indexOf('\n\n'); end >= 0; end = waiting.indexOf('\n\n')) {
            this.#take(waiting.slice(0, end));
            waiting = waiting.slice(end + 2);
          }
        });
        response.on('close', () => {
          this.ended = true;
        });
        response.on('error', () => undefined);
      },
    );
    this.#request.on('error', () => {
      this.ended = true;
    });
    this.#request.end();
  }

  #take(block: string): void {
    const lines = new Map(block.split('\n').map((line) => line.split(/: ?(.*)/s, 2) as [string, string]));
    const event = lines.get('event');
    if (event === undefined) return;
    const data: unknown = JSON.parse(lines.get('data') ?? 'null');
    this.events.push({ event, id: lines.get('id') ?? null, data, atMs: performance.now() });
  }

  close(): void {
    this.#request.destroy();
  }
}

/** A cashier page without a browser: it renders nothing, but obeys the same rules. */
export class Page {
  readonly page: string;
  readonly #address: string;
  readonly #station: string;
  #reader: EventReader;
  #answered: Snapshot | null = null;
  readonly #heartbeat: NodeJS.Timeout;

  constructor(address: string, page = 'test-page-0001', station = '1') {
    this.#address = address;
    this.page = page;
    this.#station = station;
    this.#reader = this.#open();
    this.#heartbeat = setInterval(() => {
      this.post('heartbeat', {}).catch(() => undefined);
    }, 3_000);
  }

  /** A page of a till that has come online: its agent has heard of the issuer. */
  static async online(...given: ConstructorParameters<typeof Page>): Promise<Page> {
    const page = new Page(...given);
    await page.lineUp();
    return page;
  }

  /** Waits for a line that an approval can be asked on. Slow is up: on a busy machine the answers take their time. */
  lineUp(): Promise<Snapshot> {
    return this.untilSeen('a line that is up', ({ strip: { line } }) => /^(online|slow)$/.test(line.state));
  }

  #open(): EventReader {
    return new EventReader(this.#address, `/api/v1/stations/${this.#station}/events?page=${this.page}`);
  }

  get reader(): EventReader {
    return this.#reader;
  }

  /** The newest snapshot, from the stream or from an answer. */
  latest(): Snapshot | null {
    const streamed = this.#reader.events.findLast(({ event }) => event === 'snapshot')?.data as
      | Snapshot
      | undefined;
    const answered = this.#answered;
    if (streamed === undefined) return null;
    const isNewer = answered?.run === streamed.run && answered.sequence > streamed.sequence;
    return isNewer ? answered : streamed;
  }

  /** Whether the page was ever sent this face: short ones may be gone before a busy machine looks. */
  saw(face: FaceId): boolean {
    return this.#reader.events.some(
      ({ event, data }) => event === 'snapshot' && (data as Snapshot).face.id === face,
    );
  }

  /** Waits for one of these faces. */
  async sees(
    face: FaceId | readonly FaceId[],
    where: (snapshot: Snapshot) => boolean = () => true,
  ): Promise<Snapshot> {
    const faces: readonly FaceId[] = typeof face === 'string' ? [face] : face;
    return this.untilSeen(
      `face ${faces.join(' or ')}`,
      (snapshot) => faces.includes(snapshot.face.id) && where(snapshot),
    );
  }

  /** Waits for a snapshot of which `where` holds; in vain, the error tells what page, scanner, line and journal say. */
  async untilSeen(what: string, where: (snapshot: Snapshot) => boolean): Promise<Snapshot> {
    try {
      return await until(what, () => {
        const snapshot = this.latest();
        return snapshot !== null && where(snapshot) ? snapshot : null;
      });
    } catch (error) {
      const story = storyOf(tills.get(this.#address) ?? null, this.#reader);
      throw new Error(`${(error as Error).message}; the page shows ${this.latest()?.face.id}\n  ${story}`);
    }
  }

  /** Presses what is on the screen. What a test changes of it is said once, as it is. */
  press(key: PressBody['key'], change: Partial<PressBody> = {}): Promise<PressAnswer> {
    return this.#say('press', { key, ...change }, Object.keys(change).length > 0);
  }

  /** Confirms that the face was shown, as the real page does for every version of it until it was taken. */
  shown(): Promise<PressAnswer> {
    return this.#say('shown', {});
  }

  /**
   * Says it of the face and version that it sees. When the payment moved on meanwhile while its face stayed, as a late
   * answer about it makes it, it says it again, a few times.
   */
  async #say(path: string, more: Partial<PressBody>, once = false): Promise<PressAnswer> {
    for (let again = 0; ; again += 1) {
      const snapshot = this.latest();
      if (snapshot === null) throw new Error('no snapshot yet');
      const { face } = snapshot;
      const answer = await this.post(path, {
        sequenceId: face.intent?.sequenceId ?? null,
        version: face.intent?.version ?? null,
        face: face.id,
        ...more,
      });
      const said = answer.json<PressAnswer>();
      this.#answered = said.snapshot;
      const isMoved = said.refusal === 'STALE' && said.snapshot.face.id === face.id;
      if (!isMoved || again === 5 || once) return said;
    }
  }

  post(path: string, body: Readonly<Record<string, unknown>>): Promise<Answer> {
    return call(this.#address, `/api/v1/stations/${this.#station}/${path}`, {
      body: { page: this.page, ...body },
    });
  }

  reload(): void {
    this.#reader.close();
    this.#reader = this.#open();
  }

  close(): void {
    clearInterval(this.#heartbeat);
    this.#reader.close();
  }
}

export interface Till {
  readonly issuer: Issuer;
  readonly client: KonaPlateClient;
  readonly scanner: FakeScanner;
  readonly directory: string;
  agent: Agent;
  readonly faults: unknown[];
  barcode(type: 'CHARGE' | 'REFUND', amount: number, card?: string): Promise<string>;
  /** Ends the agent and starts another one on the same ledger. */
  restart(change?: Partial<AgentOptions>): Promise<void>;
  close(): Promise<void>;
}

/** The agents that run, by the address of their pages. */
const tills = new Map<string, Agent>();

async function start(options: AgentOptions): Promise<Agent> {
  const agent = await startAgent(options);
  tills.set(agent.address, agent);
  return agent;
}

function end(agent: Agent): Promise<void> {
  tills.delete(agent.address);
  return agent.close();
}

/** Making RSA keys takes seconds: the issuers of one test file share them. */
let keys: Issuer['keys'] | undefined;

export async function startTill(
  change: {
    readonly agent?: Partial<AgentOptions>;
    readonly issuer?: IssuerOptions;
    readonly policy?: Partial<Policy>;
  } = {},
): Promise<Till> {
  const directory = mkdtempSync(join(tmpdir(), 'kona-till-agent-'));
  const issuer = await startIssuer({
    admin: true,
    ...(keys === undefined ? {} : { keys }),
    ...change.issuer,
  });
  keys ??= issuer.keys;
  const scanner = await FakeScanner.start();
  const clock = new SystemClock();
  const { credentials } = issuer;
  const client = createKonaPlateClient({ ...credentials, clock });
  const faults: unknown[] = [];
  const options = (): AgentOptions => ({
    dataDirectory: directory,
    environment: 'test',
    merchantId: credentials.merchantId,
    terminalId: credentials.terminalId,
    version: '0.0.0-test',
    machineId: '5a'.repeat(32),
    store: '가나편의점 중앙점 000-00-00000',
    ledger: { file: join(directory, 'ledger', 'ledger.db'), key: Buffer.alloc(32, 7), ballastBytes: 65_536 },
    backend: createKonaPlateClient({ ...credentials, clock }),
    policy: { ...DEFAULT_POLICY, ...change.policy },
    codeTable: DEFAULT_CODE_TABLE,
    scanners: [{ driver: 'tcp', name: 'counter', host: '127.0.0.1', port: scanner.port, suffix: 'CR' }],
    stations: [{ id: '1', scanners: ['counter'] }],
    web: { host: '127.0.0.1', port: 0, allowedHosts: [], tls: null, pagesDirectory: null },
    settings: { file: null, fileAtMs: null, rows: [] },
    clock,
    random: new SystemRandom(),
    onFault: (fault) => faults.push(fault),
    ...change.agent,
  });
  const barcodes = new NewBarcodes();
  const till: Till = {
    issuer,
    client,
    scanner,
    directory,
    faults,
    agent: await start(options()),
    barcode(type, amount, card = CARD) {
      return barcodes.next(async () => {
        const answer = await client.barcodeSpec({ cardNo: card, type, amount });
        if (answer.class !== 'answered') throw new Error(`no barcode: ${JSON.stringify(answer)}`);
        return answer.value.barcodeSpec;
      });
    },
    async restart(again = {}) {
      await end(till.agent);
      till.agent = await start({ ...options(), ...again });
    },
    async close() {
      await end(till.agent);
      await scanner.close();
      await client.dispose();
      await issuer.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
  return till;
}

/**
 * What made the till ask to end; null: nothing did so far. It asks a moment after the fault and names the first one only: one
 * that is planted now is that first one, or was not.
 */
export async function askedToEnd(till: Till): Promise<unknown> {
  const planted = new LedgerFault('IO', 'planted');
  const broken = (): never => {
    throw planted;
  };
  Object.assign(till.agent.ledger, { changes: broken, isBroken: () => true });
  await call(till.agent.address, '/api/v1/payments/changes?after=0');
  const first = await until('the agent asks to end', () => till.faults[0]);
  return first === planted ? null : first;
}
