/** A whole till in the virtual machine: agent, ledger on the data disk, HID-POS scanner, cashier page; the issuer outside. */
import type { Issuer } from '../../../src/issuer/issuer.ts';
import type { CardsAnswer, MadeBarcode } from '../../../src/issuer/phone/api.ts';
import type { FaceId, KeyId } from '../../../src/station/snapshot.ts';
import { NewBarcodes } from '../../integration/issuer/new-barcodes.ts';
import { hidPos, installRules } from './counter.ts';
import { type Gadget, hidPosReports, shell } from './gadgets.ts';
import type { Lab } from './lab.ts';
import type { Machine, RunResult } from './machine.ts';

export interface Shown {
  readonly event: 'snapshot' | 'answer';
  readonly face: FaceId;
  readonly acknowledge: boolean;
  readonly closable: boolean;
  readonly sequenceId: string | null;
  readonly scanner: string;
  readonly line: string;
}
/** One row of `ledger list --json`. */
export interface LedgerRow {
  readonly sequenceId: string;
  readonly type: string;
  readonly amount: number;
  readonly host: string;
  readonly cash: string;
}

/** An agent's start takes 10 s emulated, and a minute or two when the machine is busy. */
const WAIT_MS = 600_000;
const CONFIG = '/data/till/till.jsonc';
/** "slow": the issuer answers, and the emulated processor takes its time over the encryption. */
const ANSWERS: readonly string[] = ['online', 'slow'];
const ADDRESS = 'http://127.0.0.1:8610';
const KEPT_LINES = 12;

/** Emulated, a start of the program is half a minute of compiling; the cache on the data disk outlives the power cut. */
function asTill(command: string): readonly string[] {
  const cached = `NODE_COMPILE_CACHE=/data/till/compiled exec ${command}`;
  return ['/bin/busybox', 'su', '-s', '/bin/sh', 'kona-till', '-c', cached];
}

export class TillInMachine {
  readonly #lab: Lab;
  readonly #issuer: Issuer;
  #machine: Machine | null = null;
  #scanner: Gadget | null = null;
  readonly #lines: string[] = [];
  #shown: Shown | null = null;
  readonly #barcodes = new NewBarcodes();
  #answers: string[] = [];

  constructor(lab: Lab, issuer: Issuer) {
    this.#lab = lab;
    this.#issuer = issuer;
  }

  get machine(): Machine {
    if (this.#machine === null) throw new Error('the machine is off');
    return this.#machine;
  }
  get shown(): Shown | null {
    return this.#shown;
  }

  /** Switches the machine on; the agent is not started yet. */
  async switchOn(): Promise<void> {
    this.#machine = this.#lab.machine(Number(new URL(this.#issuer.url).port));
    await this.#machine.boot();
    this.#machine.onLine((name, line) => this.#take(name, line));
    await installRules(this.#machine);
    // The agent speaks plain HTTP to a loopback address only: what it calls there is passed on to the issuer's host.
    await this.#machine.relay(9000, '10.0.2.100');
    this.#scanner = await hidPos(this.#machine, 0, '05e0', 'TILL');
    await this.#scanner.plug();
  }

  async #commission(): Promise<void> {
    const { credentials } = this.#issuer;
    await shell(this.machine, 'mkdir -p /data/till/keys');
    const keys = {
      access: credentials.accessKey,
      secret: credentials.secretKey,
      'server.pem': credentials.serverPublicKey,
      'client.pem': credentials.clientPrivateKey,
    };
    for (const [name, text] of Object.entries(keys))
      await this.machine.write(`/data/till/keys/${name}`, text);
    const { pathname } = new URL(credentials.baseUrl);
    const config = {
      environment: 'test',
      platform: {
        baseUrl: `http://127.0.0.1:9000${pathname}`,
        aspId: credentials.aspId,
        accessKeyFile: 'keys/access',
        secretKeyFile: 'keys/secret',
        cryptoKeyId: credentials.cryptoKeyId,
        serverPublicKeyFile: 'keys/server.pem',
        clientPrivateKeyFile: 'keys/client.pem',
        merchantId: credentials.merchantId,
        terminalId: credentials.terminalId,
      },
      ledger: { directory: 'ledger', vaultKeyFile: 'vault.key' },
      scanners: [{ name: 'counter', driver: 'hid-pos', vendorId: '05e0' }],
      stations: [{ id: '1', scanners: ['counter'] }],
      policy: { reversals: { count: 1_000, sum: 100_000_000, rate: 1 } },
      // Emulation is slow: no deadline may pass while the test looks.
      times: { deadlineMs: 100_000, leaveMs: 600_000 },
      web: { port: 8610 },
      store: { name: 'Test' },
    };
    await this.machine.write(CONFIG, JSON.stringify(config));
    const folder = '/data/till';
    await shell(this.machine, `chown -R 900:900 ${folder}; chmod -R go-rwx ${folder}; busybox sync`);
  }

  /** Starts agent and page; resolves when the scanner is open and the issuer has answered. */
  async startAgent(first: boolean): Promise<void> {
    if (first) await this.#commission();
    this.#shown = null;
    this.#lines.length = 0;
    await this.machine.start(
      'agent',
      asTill(`/bin/node --no-warnings /app/src/main.ts run --config ${CONFIG}`),
    );
    await this.machine.start(
      'page',
      asTill(`/bin/node --no-warnings /app/test/hardware/guest/cashier.ts ${ADDRESS}`),
    );
    await this.until(
      'scanner and line',
      (shown) => shown.scanner === 'ready' && ANSWERS.includes(shown.line),
    );
  }

  #take(name: string, line: string): void {
    if (name === 'page' && line.startsWith('{')) {
      const value = JSON.parse(line) as Shown;
      if (value.event === 'snapshot') this.#shown = value;
      else this.#answers.push(line);
      if (value.event === 'snapshot') return;
    }
    this.#lines.push(`${name}: ${line}`);
    if (this.#lines.length > KEPT_LINES) this.#lines.shift();
  }

  async #wait<T>(what: string, look: () => T | null): Promise<T> {
    const endMs = performance.now() + WAIT_MS;
    for (;;) {
      const found = look();
      if (found !== null) return found;
      const ended = this.#lines.some((line) => line.startsWith('agent: [exit'));
      if (ended || performance.now() > endMs) {
        const last = [JSON.stringify(this.#shown), ...this.#lines].join('\n');
        throw new Error(`waited in vain for ${what}; last:\n${last}`);
      }
      await new Promise((next) => setTimeout(next, 20));
    }
  }

  until(what: string, fits: (shown: Shown) => boolean): Promise<Shown> {
    return this.#wait(what, () => (this.#shown !== null && fits(this.#shown) ? this.#shown : null));
  }
  face(...faces: readonly FaceId[]): Promise<Shown> {
    return this.until(faces.join(' or '), ({ face }) => faces.includes(face));
  }

  /** Waits for the agent's answer; false: what was shown had changed meanwhile. */
  async press(key: KeyId | 'CLOSE' | 'shown'): Promise<boolean> {
    this.#answers = [];
    await this.machine.input('page', key === 'shown' ? 'shown' : `press ${key}`);
    const answer = await this.#wait(`the answer to ${key}`, () => this.#answers[0] ?? null);
    return (JSON.parse(answer) as { answer?: { done?: boolean } }).answer?.done === true;
  }

  /** A barcode of the issuer's sample card under the scanner. Answers its sequence id when the page shows it. */
  async scan(type: 'CHARGE' | 'REFUND', amount: number): Promise<string> {
    const { cards } = await this.#phone<CardsAnswer>('/cards');
    const body = { cardRef: cards[0]?.cardRef ?? '', type, amount };
    const spec = await this.#barcodes.next(
      async () => (await this.#phone<MadeBarcode>('/barcodes', body)).spec,
    );
    await this.machine.reports(this.#scanner?.port ?? '', hidPosReports(spec));
    return (await this.face(type === 'CHARGE' ? 'TAKE' : 'ASK-OUT')).sequenceId ?? '';
  }

  /** What the issuer says that the customer has. */
  async balance(): Promise<number> {
    return (await this.#phone<CardsAnswer>('/cards')).cards[0]?.balance ?? Number.NaN;
  }

  async #phone<T>(path: string, body?: object): Promise<T> {
    const response = await fetch(`${this.#issuer.url}/phone/api${path}`, {
      ...(body === undefined
        ? {}
        : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  #ledger(what: string): Promise<RunResult> {
    return this.machine.run(
      asTill(`/bin/node --no-warnings /app/src/main.ts ledger ${what} --json --config ${CONFIG}`),
    );
  }

  /** `ledger verify` inside the machine: null when it finds nothing wrong, else what it says. */
  async wrongInLedger(): Promise<string | null> {
    const { status, stdout, stderr } = await this.#ledger('verify');
    return status === 0 ? null : `${stdout}${stderr}`;
  }

  /** The rows of `ledger list`. */
  async payments(): Promise<readonly LedgerRow[]> {
    const { status, stdout, stderr } = await this.#ledger('list');
    if (status !== 0) throw new Error(`ledger list: ${stderr}`);
    return (JSON.parse(stdout) as { readonly intents: readonly LedgerRow[] }).intents;
  }

  async cutPower(): Promise<void> {
    await this.#machine?.cutPower();
    this.#machine = null;
  }
}
