/**
 * Delivery beside its floors, in one run: the drain of a backlog against a bare axios loop of the same concurrency over
 * the same bodies, an attended approval during the drain against one on an idle till, and the processor time of one
 * delivery against one RSA private operation. The issuer is a process of its own that decrypts, signs and encrypts.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { constants, generateKeyPairSync, privateDecrypt, publicEncrypt, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import axios from 'axios';
import type { Intent } from '../src/intent/model.ts';
import { DEFAULT_POLICY, policyHash } from '../src/intent/policy.ts';
import { DEFAULT_TIMES } from '../src/intent/rules.ts';
import {
  createKonaPlateClient,
  type KonaPlateClient,
  type KonaPlateOptions,
} from '../src/konaplate/client.ts';
import {
  decryptText,
  encDataOf,
  encryptText,
  envelope,
  HEADER,
  importPrivateKey,
  importPublicKey,
  kstMillis,
  makeTranToken,
  tranSecret,
} from '../src/konaplate/wire.ts';
import { openLedger } from '../src/ledger/ledger.ts';
import type { Ledger } from '../src/ledger/types.ts';
import { SystemClock, SystemRandom } from '../src/ops/clock.ts';
import { createIds } from '../src/station/ids.ts';
import { SyncWorker } from '../src/sync/worker.ts';
import type { BenchRow } from './parts/row.ts';

/** Intents that wait when the line comes back; fewer with `KONA_BENCH_BACKLOG`. */
const BACKLOG = Number(process.env.KONA_BENCH_BACKLOG ?? '10000');
/** Calls of the bare loop, before the drain and once more after it: its rate does not depend on how many they are. */
const BARE_CALLS = Math.min(BACKLOG, 2_000);
const CONCURRENCY = 6;
const ATTENDED = 40;
const ROUNDS = 7;
const ROUND_CALLS = 400;
const RSA_OPERATIONS = 300;
const SECRET = 'bench-secret';
const MACHINE = 'b'.repeat(64);
const CASHIER = { role: 'cashier', id: 'bench' } as const;

interface Keys {
  readonly serverPublic: string;
  readonly serverPrivate: string;
  readonly clientPublic: string;
  readonly clientPrivate: string;
}

function makeKeys(): Keys {
  const pair = () =>
    generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
  const server = pair();
  const client = pair();
  return {
    serverPublic: server.publicKey,
    serverPrivate: server.privateKey,
    clientPublic: client.publicKey,
    clientPrivate: client.privateKey,
  };
}

type Fields = Record<string, unknown>;

function answerTo(request: Fields, number: number): Fields {
  const { operation, requestedAt, merchantId, terminalId, sequenceId, type, amount } = request;
  const base = {
    response: { code: '000_000', description: 'Success.' },
    operation,
    requestedAt,
    merchantId,
    terminalId,
    sequenceId,
    issuerEpoch: 'bench',
    businessDate: kstMillis(Date.now()).slice(0, 8),
  };
  const time = kstMillis(Date.now());
  if (operation === 'hello') {
    return {
      ...base,
      serverTime: time,
      cutOverHour: 0,
      openBusinessDate: base.businessDate,
      limits: {},
      enabled: { CHARGE: true, REFUND: true },
      drainPerMinute: 100_000,
      epoch: 0,
      holder: MACHINE,
      knownJournalIndex: 0,
    };
  }
  if (operation === 'inquiry') return { ...base, result: 'NOT_FOUND' };
  const card = String(request.barcodeSpec).slice(6, 22);
  return {
    ...base,
    type,
    amount,
    bin: card.slice(0, 6),
    last4: card.slice(12),
    nrNumber: `KMN${String(number).padStart(15, '0')}`,
    approvalCode: '123456',
    approvedAt: time,
    balance: 10_000,
  };
}

/** The issuer's process: answers every body that it can open. */
async function serve(keys: Keys): Promise<void> {
  const privateKey = importPrivateKey(keys.serverPrivate);
  const publicKey = importPublicKey(keys.clientPublic);
  const secret = tranSecret(SECRET);
  let number = 0;
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const jwe = encDataOf(JSON.parse(Buffer.concat(chunks).toString())) ?? '';
    const asked: Fields = JSON.parse(await decryptText(jwe, privateKey, 65_536));
    number += 1;
    const body = envelope(await encryptText(JSON.stringify(answerTo(asked, number)), publicKey));
    response.writeHead(200, {
      'Content-Type': 'application/json',
      [HEADER.tranToken]: makeTranToken(body, secret, Date.now()),
    });
    response.end(body);
  };
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  process.stdout.write(`${typeof address === 'object' && address !== null ? address.port : 0}\n`);
}

async function startServer(keys: Keys): Promise<{ child: ChildProcess; port: number }> {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), 'serve'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, KONA_BENCH_KEYS: JSON.stringify(keys) },
  });
  const port = await new Promise<number>((resolve) => {
    child.stdout?.once('data', (chunk) => resolve(Number(String(chunk))));
  });
  return { child, port };
}

function clientOptions(keys: Keys, port: number): KonaPlateOptions {
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    aspId: '123456789012345',
    accessKey: `1234567-${'a'.repeat(32)}`,
    secretKey: SECRET,
    cryptoKeyId: 'c'.repeat(32),
    serverPublicKey: keys.serverPublic,
    clientPrivateKey: keys.clientPrivate,
    merchantId: 'M00000000000001',
    terminalId: 'T0000001',
    clock: new SystemClock(),
  };
}

/** A till with a real ledger, whose line is up as soon as its worker starts. */
class Till {
  readonly ledger: Ledger;
  readonly worker: SyncWorker;
  readonly #clock = new SystemClock();
  readonly #ids = createIds(new SystemRandom());
  #made = 0;

  constructor(directory: string, backend: KonaPlateClient) {
    const random = new SystemRandom();
    this.ledger = openLedger({
      file: join(directory, 'till.db'),
      environment: 'bench',
      merchantId: 'M00000000000001',
      terminalId: 'T0000001',
      key: join(directory, 'key'),
      times: DEFAULT_TIMES,
      policyHash: policyHash(DEFAULT_POLICY),
      random,
      now: this.#clock.now(),
      ballastBytes: 0,
    });
    this.worker = new SyncWorker({
      ledger: this.ledger,
      backend,
      clock: this.#clock,
      random,
      times: DEFAULT_TIMES,
      identity: { machineId: MACHINE, agentVersion: 'bench' },
      limits: { inFlight: CONCURRENCY + 2, reserved: 2 },
    });
  }

  charge(isDeferred: boolean): Intent {
    this.#made += 1;
    const now = this.#clock.now();
    const cardNumber = `941000${String(this.#made).padStart(10, '0')}`;
    const { sequenceId } = this.ledger.accept(
      {
        sequenceId: this.#ids(now.wallMs),
        stationId: '1',
        type: 'CHARGE',
        amount: 1_000,
        cardNumber,
        barcodeSpec: `CHARGE${cardNumber}123001000`,
        managerNeeded: false,
      },
      now,
    ).intent;
    const received = { kind: 'received', creditLater: isDeferred } as const;
    const outcome = this.ledger.record(sequenceId, received, now, { actor: CASHIER, canDefer: true });
    return outcome.intent;
  }

  /** Resolves with the ms from the press to the durable approval. */
  attended(): Promise<number> {
    const start = performance.now();
    return new Promise((resolve) => {
      let sequenceId = '';
      const end = this.ledger.onCommit(({ intent }) => {
        if (intent.sequenceId !== sequenceId || intent.host !== 'approved') return;
        end();
        resolve(performance.now() - start);
      });
      sequenceId = this.charge(false).sequenceId;
    });
  }

  /** Resolves when so many deferred charges have been approved. */
  approved(count: number): Promise<void> {
    let left = count;
    return new Promise((resolve) => {
      const end = this.ledger.onCommit(({ intent, record }) => {
        if (!intent.deferred || record.event !== 'approved') return;
        left -= 1;
        if (left > 0) return;
        end();
        resolve();
      });
    });
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Bodies like those of the drain, encrypted beforehand: what is left is axios, the wire and the issuer. */
async function bareLoop(keys: Keys, port: number, count: number): Promise<number> {
  const key = importPublicKey(keys.serverPublic);
  const request = {
    operation: 'approve',
    requestedAt: kstMillis(Date.now()),
    merchantId: 'M00000000000001',
    terminalId: 'T0000001',
    epoch: 0,
    journalIndex: 1,
    journalHead: 'a'.repeat(64),
    sequenceId: randomBytes(13).toString('hex'),
    type: 'CHARGE',
    amount: 1_000,
    barcodeSpec: 'CHARGE9410000000000005123001000',
    scannedAt: kstMillis(Date.now()),
    deferred: true,
  };
  const body = envelope(await encryptText(JSON.stringify(request), key));
  const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY });
  const instance = axios.create({ httpAgent: agent, headers: { 'Content-Type': 'application/json' } });
  let left = count;
  const lane = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await instance.post(`http://127.0.0.1:${port}/open-api/api/v1/payment/barcode/approve`, body);
    }
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: CONCURRENCY }, lane));
  agent.destroy();
  return count / ((performance.now() - start) / 1_000);
}

/**
 * Processor microseconds of one RSA-2048 private operation, as OAEP uses it. The padding stands on the key itself: the
 * runtime needs a twentieth more to take it from an object beside the key, and that would flatter the product.
 */
function rsaUs(keys: Keys): number {
  const padding = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };
  const key = Object.assign(importPrivateKey(keys.clientPrivate), padding);
  const sealed = publicEncrypt(Object.assign(importPublicKey(keys.clientPublic), padding), randomBytes(16));
  const before = process.cpuUsage();
  for (let turn = 0; turn < RSA_OPERATIONS; turn += 1) privateDecrypt(key, sealed);
  const used = process.cpuUsage(before);
  return (used.user + used.system) / RSA_OPERATIONS;
}

interface Measured {
  readonly perSecond: number;
  readonly cpuUs: number;
  readonly busyMs: number[];
}

/** Drains a backlog while customers come to the counter. */
async function drain(till: Till): Promise<Measured> {
  for (let made = 0; made < BACKLOG; made += 1) till.charge(true);
  const done = till.approved(BACKLOG);
  const busyMs: number[] = [];
  const cpu = process.cpuUsage();
  const start = performance.now();
  let isOver = false;
  till.worker.start();
  const customers = async (): Promise<void> => {
    while (!isOver && busyMs.length < ATTENDED) {
      await new Promise((resolve) => setTimeout(resolve, 25));
      busyMs.push(await till.attended());
    }
  };
  const counter = customers();
  await done;
  isOver = true;
  const seconds = (performance.now() - start) / 1_000;
  const used = process.cpuUsage(cpu);
  await counter;
  const deliveries = BACKLOG + busyMs.length;
  return { perSecond: deliveries / seconds, cpuUs: (used.user + used.system) / deliveries, busyMs };
}

/** Processor microseconds of one call of the client alone: encrypt, sign, send, verify, decrypt, judge. */
async function clientUs(backend: KonaPlateClient, count: number): Promise<number> {
  const context = { epoch: 0, journalIndex: 1, journalHead: 'a'.repeat(64) };
  const item = { type: 'CHARGE', amount: 1_000, bin: '941000', last4: '0005' } as const;
  let left = count;
  const lane = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const request = {
        ...item,
        sequenceId: `C${left}`,
        barcodeSpec: 'CHARGE9410000000000005123001000',
        scannedAtMs: Date.now(),
        deferred: true,
      };
      const answer = await backend.approve(request, context);
      if (answer.class !== 'answered') throw new Error(`the benchmark's issuer said ${answer.class}`);
    }
  };
  const cpu = process.cpuUsage();
  await Promise.all(Array.from({ length: CONCURRENCY }, lane));
  const used = process.cpuUsage(cpu);
  return (used.user + used.system) / count;
}

/** Runs every comparison; takes a minute or two. */
export async function run(): Promise<readonly BenchRow[]> {
  const directory = mkdtempSync(join(tmpdir(), 'kona-bench-'));
  const keys = makeKeys();
  const { child, port } = await startServer(keys);
  const backend = createKonaPlateClient(clientOptions(keys, port));
  const till = new Till(directory, backend);
  try {
    const before = await bareLoop(keys, port, BARE_CALLS);
    const drained = await drain(till);
    const after = await bareLoop(keys, port, BARE_CALLS);
    await clientUs(backend, ROUND_CALLS);
    const pairs: { call: number; rsa: number }[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      pairs.push({ rsa: rsaUs(keys), call: await clientUs(backend, ROUND_CALLS) });
    }
    const rsa = median(pairs.map((pair) => pair.rsa));
    const call = median(pairs.map((pair) => pair.call));
    const idleMs: number[] = [];
    for (let turn = 0; turn < ATTENDED; turn += 1) {
      await new Promise((resolve) => setTimeout(resolve, 25));
      idleMs.push(await till.attended());
    }
    const bare = (before + after) / 2;
    if (!till.ledger.verify().ok) throw new Error('the ledger of the benchmark does not verify');
    return [
      {
        name: `drain of ${BACKLOG} deferred charges / bare axios loop, ${CONCURRENCY} at once`,
        product: `${drained.perSecond.toFixed(0)}/s`,
        floor: `${bare.toFixed(0)}/s`,
        ratio: drained.perSecond / bare,
        target: '-',
      },
      {
        name: 'attended approval during the drain, p50 / on an idle till',
        product: `${median(drained.busyMs).toFixed(1)} ms`,
        floor: `${median(idleMs).toFixed(1)} ms`,
        ratio: median(drained.busyMs) / median(idleMs),
        target: '-',
      },
      {
        name: 'deliveries per second of processor / RSA private operations',
        product: `${call.toFixed(0)} us`,
        floor: `${rsa.toFixed(0)} us`,
        ratio: median(pairs.map((pair) => pair.rsa / pair.call)),
        target: '>= 0.6',
      },
      {
        name: 'the same with worker and ledger: two durable commits each',
        product: `${drained.cpuUs.toFixed(0)} us`,
        floor: `${rsa.toFixed(0)} us`,
        ratio: rsa / drained.cpuUs,
        target: '-',
      },
    ];
  } finally {
    await till.worker.stop();
    await backend.dispose();
    till.ledger.close();
    child.kill();
    rmSync(directory, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv[2] === 'serve') {
    await serve(JSON.parse(process.env.KONA_BENCH_KEYS ?? '{}'));
  } else {
    for (const row of await run()) {
      process.stdout.write(
        `${row.name}\n  ${row.product} beside ${row.floor}: ${row.ratio.toFixed(2)} (target ${row.target})\n`,
      );
    }
  }
}
