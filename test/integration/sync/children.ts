/** An issuer on a socket and tills without pages as processes of their own (`till-process.ts`), to be killed at will. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Intent } from '../../../src/intent/model.ts';
import { DEFAULT_TIMES } from '../../../src/intent/rules.ts';
import { type Issuer, startIssuer } from '../../../src/issuer/issuer.ts';
import { createKonaPlateClient } from '../../../src/konaplate/client.ts';
import type { SettlementItem } from '../../../src/konaplate/settlement.ts';
import { openLedger } from '../../../src/ledger/ledger.ts';
import type { Ledger } from '../../../src/ledger/types.ts';
import { SystemClock, SystemRandom } from '../../../src/ops/clock.ts';
import type { Plan } from './till-process.ts';

const PROGRAM = fileURLToPath(new URL('./till-process.ts', import.meta.url));
const PAGE = 500;
const LIST_TRIES = 5;
/** Tills of one seed: each draws its own. */
const PLANS_MAX = 1_000;

/** One till process. */
export interface Child {
  /** Resolves with its exit code, null after a kill. */
  readonly ended: Promise<number | null>;
  readonly isRunning: boolean;
  /** What it wrote to its error stream. */
  readonly trouble: string;
  /** Resolves after so many more commits; rejects when the till ends before. */
  steps(count: number): Promise<void>;
  /** SIGKILL, and resolves when it is gone. */
  kill(): Promise<void>;
}

/** A shop with one ledger. */
export class Shop {
  readonly issuer: Issuer;
  readonly #directory: string;
  readonly #opened: string;
  readonly #children = new Set<ChildProcess>();
  #plans = 0;

  private constructor(issuer: Issuer, directory: string) {
    this.issuer = issuer;
    this.#directory = directory;
    this.#opened = issuer.service.today();
  }

  static async open(): Promise<Shop> {
    return new Shop(await startIssuer(), mkdtempSync(join(tmpdir(), 'kona-children-')));
  }

  async close(): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL');
    await this.issuer.close();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  /** What its people do follows from the seed; without one they void nothing and let nothing be credited later. */
  start(mode: Plan['mode'], seed: number | null = null): Child {
    const child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', PROGRAM, this.#plan(mode, seed)],
      {
        // Never written to: it closes with this process, however that ends, and the till ends with it.
        stdio: ['pipe', 'pipe', 'pipe'],
        // Tills are started by the hundred: what the runtime compiled once it need not compile again.
        env: { ...process.env, NODE_COMPILE_CACHE: join(this.#directory, 'compiled') },
      },
    );
    this.#children.add(child);
    let trouble = '';
    let steps = 0;
    const listeners = new Set<() => void>();
    child.stderr?.on('data', (chunk) => {
      trouble += String(chunk);
    });
    child.stdout?.on('data', (chunk) => {
      steps += String(chunk).split('\n').length - 1;
      for (const listener of listeners) listener();
    });
    const ended = new Promise<number | null>((resolve) =>
      child.once('close', (code) => {
        this.#children.delete(child);
        resolve(code);
        for (const listener of listeners) listener();
      }),
    );
    const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
    return {
      ended,
      get isRunning() {
        return isRunning();
      },
      get trouble() {
        return trouble;
      },
      steps: (count) => {
        const enough = steps + count;
        return new Promise((resolve, reject) => {
          const look = (): void => {
            if (steps >= enough) resolve();
            else if (!isRunning()) reject(new Error(`the till ended: ${trouble}`));
            else return;
            listeners.delete(look);
          };
          listeners.add(look);
        });
      },
      kill: async () => {
        child.kill('SIGKILL');
        await ended;
      },
    };
  }

  #plan(mode: Plan['mode'], seed: number | null): string {
    const { cards, ...client } = this.issuer.credentials;
    const usable = cards.filter((card) => card.status === 'active').slice(0, 3);
    const plan: Plan = {
      mode,
      seed: seed === null ? null : seed * PLANS_MAX + this.#plans,
      directory: this.#directory,
      client,
      cards: usable.map((card) => card.cardNo),
    };
    this.#plans += 1;
    const file = join(this.#directory, `plan-${this.#plans}.json`);
    writeFileSync(file, JSON.stringify(plan), { mode: 0o600 });
    return file;
  }

  /** Opens the ledger while no till runs. */
  ledger<Value>(read: (ledger: Ledger) => Value): Value {
    const { merchantId, terminalId } = this.issuer.credentials;
    const ledger = openLedger({
      file: join(this.#directory, 'till.db'),
      key: join(this.#directory, 'ledger.key'),
      environment: 'test',
      merchantId,
      terminalId,
      times: DEFAULT_TIMES,
      policyHash: 'a'.repeat(64),
      random: new SystemRandom(),
      now: new SystemClock().now(),
      ballastBytes: 0,
    });
    try {
      return read(ledger);
    } finally {
      ledger.close();
    }
  }

  /** Everything that the ledger holds, newest first. */
  intents(): Intent[] {
    return this.ledger((ledger) => {
      const found: Intent[] = [];
      for (let before: string | null = null; ; ) {
        const page = ledger.list({ limit: PAGE, ...(before === null ? {} : { before }) });
        found.push(...page.intents);
        if (page.older === null) return found;
        before = page.older;
      }
    });
  }

  /** The issuer's own list since the shop opened, asked as the terminal that it is: the issuer remembers the head it is told. */
  async items(): Promise<SettlementItem[]> {
    const { cards: _cards, ...options } = this.issuer.credentials;
    const client = createKonaPlateClient({ ...options, clock: new SystemClock() });
    const head = this.ledger((ledger) => ledger.head());
    const context = { epoch: 0, journalIndex: head.index, journalHead: head.hash };
    const items: SettlementItem[] = [];
    // A long run may go over midnight in Korea.
    for (const businessDate of new Set([this.#opened, this.issuer.service.today()])) {
      let cursor: string | undefined;
      do {
        const page =
          cursor === undefined ? { businessDate, limit: PAGE } : { businessDate, limit: PAGE, cursor };
        let answer = await client.transactions(page, context);
        // On a machine that is busy with something else a call may come to nothing by itself.
        for (let tries = 1; answer.class !== 'answered' && tries < LIST_TRIES; tries += 1) {
          answer = await client.transactions(page, context);
        }
        if (answer.class !== 'answered') throw new Error(`no list: ${answer.class}`);
        items.push(...answer.value.items);
        cursor = answer.value.nextCursor;
      } while (cursor !== undefined);
    }
    await client.dispose();
    return items;
  }
}
