/**
 * The issuer beside its floor, in one run: barcode-spec and approve, 32 at once, against a bare HTTP server that opens
 * and closes the same messages with jose and makes each answer durable by a group commit. Requests are made, and answers
 * read, outside the clock. Only ratios inside one run mean anything.
 */
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { closeSync, fdatasync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { Agent, createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CompactEncrypt, compactDecrypt } from 'jose';
import { type Issuer, startIssuer } from '../src/issuer/issuer.ts';
import type { Storage } from '../src/issuer/storage/open.ts';
import { kstMillis, PUBLISHED_CALLS, SETTLEMENT_CALLS } from '../src/konaplate/wire.ts';
import { Caller, type Raw, send } from '../test/integration/issuer/caller.ts';
import { findPostgres, startPostgres } from '../test/integration/issuer/postgres.ts';
import { newId } from '../test/integration/issuer/till.ts';
import type { BenchRow } from './parts/row.ts';

const ROUNDS = 5;
const PER_ROUND = 128;
const AT_ONCE = 32;
const KEPT_MS = 60_000;
const CARDS = Array.from({ length: PER_ROUND }, (_, at) => ({
  cardNo: `9491330${String(1_000_000 + at)}00`,
  balance: 10_000,
  status: 'active' as const,
}));

interface Request {
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: string;
}
interface Timed {
  readonly perSecond: number;
  readonly p50Ms: number;
  /** Processor time of this process, callers included, microseconds a call. */
  readonly cpuUs: number;
  readonly answers: readonly Raw[];
}

/** Sends all of them, 32 at once, over kept connections. */
async function timed(requests: readonly Request[], agent: Agent): Promise<Timed> {
  const answers: Raw[] = [];
  const latencies: number[] = [];
  let next = 0;
  const startMs = performance.now();
  const startCpu = process.cpuUsage();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let at = next++; at < requests.length; at = next++) {
        const request = requests[at];
        if (request === undefined) return;
        const sentMs = performance.now();
        answers[at] = await send(request.url, request.headers, request.body, agent);
        latencies.push(performance.now() - sentMs);
      }
    }),
  );
  const elapsedMs = performance.now() - startMs;
  const { user, system } = process.cpuUsage(startCpu);
  return {
    perSecond: (requests.length / elapsedMs) * 1000,
    p50Ms: median(latencies),
    cpuUs: (user + system) / requests.length,
    answers,
  };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** The floor: no rules at all, but the same bytes opened, an answer of the same size closed, and 4 KiB made durable per group. */
class Floor {
  readonly #server: Server;
  readonly #file: number;
  readonly #directory: string;
  #waiting: (() => void)[] = [];
  #syncing = false;

  constructor(privateKey: KeyObject, publicKey: KeyObject) {
    this.#directory = mkdtempSync(join(tmpdir(), 'issuer-floor-'));
    this.#file = openSync(join(this.#directory, 'log'), 'w');
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        void this.#answer(Buffer.concat(chunks).toString('utf8'), privateKey, publicKey).then((body) => {
          response.writeHead(200, { 'content-type': 'application/json' });
          response.end(body);
        });
      });
    });
    // Longer than making a round's requests takes: a kept connection must not end just as it is used.
    this.#server.keepAliveTimeout = KEPT_MS;
  }

  async #answer(body: string, privateKey: KeyObject, publicKey: KeyObject): Promise<string> {
    const { encData }: { encData: string } = JSON.parse(body);
    const { plaintext } = await compactDecrypt(encData, privateKey);
    await this.#commit();
    const jwe = await new CompactEncrypt(plaintext)
      .setProtectedHeader({ enc: 'A128GCM', alg: 'RSA-OAEP-256' })
      .encrypt(publicKey);
    return JSON.stringify({ encData: jwe });
  }

  #commit(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (!this.#syncing) this.#sync();
    });
  }

  #sync(): void {
    this.#syncing = true;
    const group = this.#waiting.splice(0);
    writeSync(this.#file, Buffer.alloc(4_096), 0, 4_096, 0);
    fdatasync(this.#file, () => {
      this.#syncing = false;
      for (const done of group) done();
      if (this.#waiting.length > 0) this.#sync();
    });
  }

  listen(): Promise<string> {
    return new Promise((resolve) => {
      this.#server.listen(0, '127.0.0.1', () => {
        const address = this.#server.address() as AddressInfo;
        resolve(`http://127.0.0.1:${address.port}`);
      });
    });
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
    closeSync(this.#file);
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

let index = 0;

async function specRequests(issuer: Issuer, caller: Caller): Promise<Request[]> {
  return Promise.all(
    CARDS.map(async ({ cardNo }) => {
      const { path } = PUBLISHED_CALLS.barcodeSpec;
      const made = await caller.prepare(path, { cardNo, type: 'CHARGE', amount: 1_000 });
      return { url: issuer.credentials.baseUrl + path, headers: made.headers, body: made.sent };
    }),
  );
}

async function approveRequests(issuer: Issuer, caller: Caller, specs: readonly Raw[]): Promise<Request[]> {
  const { path } = SETTLEMENT_CALLS.approve;
  return Promise.all(
    specs.map(async (raw) => {
      const spec = String((await caller.read(raw)).body.barcodeSpec);
      index += 1;
      const body = caller.stamp('approve', {
        journalIndex: index,
        journalHead: index.toString(16).padStart(64, '0'),
        sequenceId: newId(),
        type: 'CHARGE',
        amount: 1_000,
        barcodeSpec: spec,
        scannedAt: kstMillis(Date.now()),
        deferred: false,
      });
      const made = await caller.prepare(path, body);
      return { url: issuer.credentials.baseUrl + path, headers: made.headers, body: made.sent };
    }),
  );
}

const onFloor = (requests: readonly Request[], url: string): Request[] =>
  requests.map((request) => ({ ...request, url }));

function assertApproved(answers: readonly Raw[]): void {
  const refused = answers.find((answer) => answer.status !== 200);
  if (refused !== undefined) throw new Error(`the benchmark was refused: ${refused.text}`);
}

async function measure(label: string, storage: Storage): Promise<BenchRow[]> {
  const issuer = await startIssuer({ storage, sampleCards: CARDS });
  const pair = issuer.keys.clients[0]?.cryptoKeys[0];
  if (pair === undefined) throw new Error('no keys');
  const floor = new Floor(createPrivateKey(pair.serverPrivateKey), createPublicKey(pair.clientPublicKey));
  const floorUrl = await floor.listen();
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const caller = new Caller(issuer.credentials);
  const sides = {
    spec: [] as Timed[],
    specFloor: [] as Timed[],
    approve: [] as Timed[],
    approveFloor: [] as Timed[],
  };
  try {
    for (let round = 0; round <= ROUNDS; round += 1) {
      const specs = await specRequests(issuer, caller);
      const specFloor = await timed(onFloor(specs, floorUrl), agent);
      const spec = await timed(specs, agent);
      assertApproved(spec.answers);
      const approves = await approveRequests(issuer, caller, spec.answers);
      const approve = await timed(approves, agent);
      assertApproved(approve.answers);
      const approveFloor = await timed(onFloor(approves, floorUrl), agent);
      // The first round warms both sides up.
      if (round === 0) continue;
      sides.spec.push(spec);
      sides.specFloor.push(specFloor);
      sides.approve.push(approve);
      sides.approveFloor.push(approveFloor);
    }
  } finally {
    agent.destroy();
    floor.close();
    await issuer.close();
  }
  return [
    row(`barcode-spec on ${label}`, sides.spec, sides.specFloor),
    row(`approve on ${label}`, sides.approve, sides.approveFloor),
  ];
}

function row(name: string, product: readonly Timed[], floor: readonly Timed[]): BenchRow {
  const rate = (side: readonly Timed[]): number => median(side.map((round) => round.perSecond));
  const p50 = (side: readonly Timed[]): number => median(side.map((round) => round.p50Ms));
  const cpu = (side: readonly Timed[]): string => median(side.map((round) => round.cpuUs)).toFixed(0);
  const say = (side: readonly Timed[]): string =>
    `${rate(side).toFixed(0)} calls/s, p50 ${p50(side).toFixed(1)} ms at 32 at once, ${cpu(side)} us of this process a call`;
  return {
    name,
    product: say(product),
    floor: `${say(floor)} (bare HTTP + jose + group commit)`,
    ratio: rate(product) / rate(floor),
    target: '>= 0.9',
  };
}

export async function run(): Promise<readonly BenchRow[]> {
  const rows = await measure('PGlite', { memory: true });
  const bin = findPostgres();
  if (bin === null) return rows;
  const server = await startPostgres(bin);
  try {
    return [...rows, ...(await measure(server.version, { connectionString: await server.database() }))];
  } finally {
    await server.stop();
  }
}
