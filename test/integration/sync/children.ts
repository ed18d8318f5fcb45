/** An issuer on a socket and tills without pages as processes of their own (`till-process.ts`), to be killed at will. */
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fileMemory } from '../../../src/agent-memory.ts';
import type { Intent } from '../../../src/intent/model.ts';
import { DEFAULT_TIMES } from '../../../src/intent/rules.ts';
import { type Issuer, startIssuer } from '../../../src/issuer/issuer.ts';
import type { Storage } from '../../../src/issuer/storage/open.ts';
import { createKonaPlateClient } from '../../../src/konaplate/client.ts';
import type { SettlementItem } from '../../../src/konaplate/settlement.ts';
import { openLedger } from '../../../src/ledger/ledger.ts';
import type { Ledger } from '../../../src/ledger/types.ts';
import { SystemClock, SystemRandom } from '../../../src/ops/clock.ts';
import { readDay } from '../../../src/settlement/read.ts';
import type { Remembered } from '../../../src/sync/memory.ts';
import { agreedAt, datesAt, epochAt, holderAt, knownIndexAt, statesAt } from './issuer-rows.ts';
import type { Plan } from './till-process.ts';

const PROGRAM = fileURLToPath(new URL('./till-process.ts', import.meta.url));
const PAGE = 500;
const DAYS_MAX = 400;
const LIST_TRIES = 5;
/** Tills of one seed: each draws its own. */
const PLANS_MAX = 1_000;

/** Tills are started by the hundred: what the runtime compiled once it need not compile again. */
const COMPILED = mkdtempSync(join(tmpdir(), 'kona-compiled-'));
process.once('exit', () => rmSync(COMPILED, { recursive: true, force: true }));

/** What becomes of a till and its people. */
export interface Wishes {
  /** What people do follows from it; without one they void nothing and let nothing be credited later. */
  readonly seed?: number;
  /** A till that has not settled after so long says what it waits for and ends. */
  readonly patienceMs?: number;
  /** yyyyMMdd of the business day that a manager closes. */
  readonly closes?: string;
  /** The copy of the disk, in another machine; `isTwin`: one that cannot be told apart from the till's. */
  readonly isCopy?: boolean;
  readonly isTwin?: boolean;
  /** Nobody stands at it who could close a day or take a fenced till on again. */
  readonly isUnmanaged?: boolean;
}

/** One till process. */
export interface Child {
  /** Resolves with its exit code, null after a kill. */
  readonly ended: Promise<number | null>;
  readonly isRunning: boolean;
  /** What it wrote to its error stream. */
  readonly trouble: string;
  /** Resolves after so many more commits of payments; rejects when the till ends before, or has ended. */
  steps(count: number): Promise<void>;
  /** How often it said this so far, such as `day` after each entry of a business day. */
  said(word: string): number;
  /** SIGKILL, and resolves when it is gone. */
  kill(): Promise<void>;
}

/** Files of a till's disk beside the key, which is kept elsewhere: ledger and worker's memory. */
const LEDGER_FILES = ['till.db', 'till.db-wal'] as const;
const MEMORY_FILE = 'sync.json';
const KEY_FILE = 'ledger.key';
/** Where the copy of the disk lies. */
const COPY = 'copy';

const MACHINE_ID = 'd'.repeat(64);
const OTHER_MACHINE_ID = 'c'.repeat(64);

/** What a till says beside the commits of payments. */
const SAID_ONLY: readonly string[] = ['day', 'claimed'];

const MEMORY: Storage = { memory: true };

/** A quick pace: what waits for it would be waited for after each round. */
function openIssuer(storage: Storage, port = 0): Promise<Issuer> {
  return startIssuer({ storage, port, policy: { drainPerMinute: 6_000 } });
}

/** Payments of `states` that `others` has not, or has otherwise. */
function changed(
  states: ReadonlyMap<string, string>,
  others: ReadonlyMap<string, string>,
): ReadonlySet<string> {
  const found = [...states].filter(([sequenceId, state]) => others.get(sequenceId) !== state);
  return new Set(found.map(([sequenceId]) => sequenceId));
}

/** A shop with one ledger. */
export class Shop {
  #issuer: Issuer;
  readonly #directory: string;
  readonly #children = new Set<ChildProcess>();
  readonly #hits = new Map<string, number>();
  /** How the issuer had each payment when it was kept. */
  #keptStates: ReadonlyMap<string, string> = new Map();
  /** Where the journal ended when the disk was kept. */
  #keptIndex = 0;
  /** Payments as they were then. */
  keptIntents: readonly Intent[] = [];
  #plans = 0;
  /** Days that were closed, or were about to be. */
  closes = 0;

  private constructor(issuer: Issuer, directory: string) {
    this.#issuer = issuer;
    this.#directory = directory;
  }

  /** `mayGoBack`: its issuer keeps its data in files, so that it can be put back to an earlier point. */
  static async open({ mayGoBack = false } = {}): Promise<Shop> {
    const directory = mkdtempSync(join(tmpdir(), 'kona-children-'));
    try {
      const storage = mayGoBack ? { directory: join(directory, 'issuer') } : MEMORY;
      return new Shop(await openIssuer(storage), directory);
    } catch (fault) {
      rmSync(directory, { recursive: true, force: true });
      throw fault;
    }
  }

  get issuer(): Issuer {
    return this.#issuer;
  }

  async close(): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL');
    await this.issuer.close();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  start(mode: Plan['mode'], wishes: Wishes = {}): Child {
    const child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', PROGRAM, this.#plan(mode, wishes)],
      {
        // Never written to: it closes with this process, however that ends, and the till ends with it.
        stdio: ['pipe', 'pipe', 'pipe'],
        env: { ...process.env, NODE_COMPILE_CACHE: COMPILED },
      },
    );
    this.#children.add(child);
    let trouble = '';
    let steps = 0;
    const words = new Map<string, number>();
    let rest = '';
    const listeners = new Set<() => void>();
    child.stderr?.on('data', (chunk) => {
      trouble += String(chunk);
    });
    child.stdout?.on('data', (chunk) => {
      const lines = `${rest}${chunk}`.split('\n');
      rest = lines.pop() ?? '';
      steps += lines.filter((word) => !SAID_ONLY.includes(word)).length;
      for (const word of lines) words.set(word, (words.get(word) ?? 0) + 1);
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
          look();
        });
      },
      said: (word) => words.get(word) ?? 0,
      kill: async () => {
        child.kill('SIGKILL');
        await ended;
      },
    };
  }

  #plan(mode: Plan['mode'], { seed, patienceMs, closes, isCopy, isTwin, isUnmanaged }: Wishes): string {
    const { cards, ...client } = this.issuer.credentials;
    const usable = cards.filter((card) => card.status === 'active').slice(0, 3);
    const plan: Plan = {
      mode,
      seed: seed === undefined ? null : seed * PLANS_MAX + this.#plans,
      patienceMs: patienceMs ?? null,
      closes: closes ?? null,
      directory: this.#disk(isCopy === true),
      machineId: isCopy === true && isTwin !== true ? OTHER_MACHINE_ID : MACHINE_ID,
      isManaged: isUnmanaged !== true,
      client,
      cards: usable.map((card) => card.cardNo),
    };
    this.#plans += 1;
    const file = join(this.#directory, `plan-${this.#plans}.json`);
    writeFileSync(file, JSON.stringify(plan), { mode: 0o600 });
    return file;
  }

  #disk(isCopy: boolean): string {
    return isCopy ? join(this.#directory, COPY) : this.#directory;
  }

  /** Opens the ledger, or that of the copy, while no till runs on it. */
  ledger<Value>(read: (ledger: Ledger) => Value, isCopy = false): Value {
    const { merchantId, terminalId } = this.issuer.credentials;
    const ledger = openLedger({
      file: join(this.#disk(isCopy), 'till.db'),
      key: join(this.#disk(isCopy), KEY_FILE),
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

  /** Keeps the till's disk as it is, while no till runs. */
  keepLedger(): void {
    for (const name of [...LEDGER_FILES, MEMORY_FILE]) this.#copy(name, `kept-${name}`);
    this.#keptIndex = this.ledger((ledger) => ledger.head().index);
    this.keptIntents = this.intents();
  }

  /** The issuer was told of more of the journal than was kept of it. */
  async knowsMoreThanKept(): Promise<boolean> {
    return (await knownIndexAt(this.#issuer)) > this.#keptIndex;
  }

  /** Another machine with a copy of the disk; nothing runs on either now. */
  copyDisk(): void {
    mkdirSync(this.#disk(true));
    for (const name of [...LEDGER_FILES, MEMORY_FILE, KEY_FILE]) this.#copy(name, join(COPY, name));
  }

  /**
   * The issuer cannot believe the till any more, while no till runs: it believes the machine with the copy, or what it was
   * told by a copy in a machine that it cannot tell apart; or the till has heard of it already.
   */
  async isReplaced(): Promise<boolean> {
    const { epoch, fenced } = this.#remembered();
    if (fenced !== null || (await holderAt(this.#issuer)) !== MACHINE_ID) return true;
    if ((await epochAt(this.#issuer)) !== epoch) return true;
    return (await knownIndexAt(this.#issuer)) > this.ledger((ledger) => ledger.head().index);
  }

  /** What the till's worker keeps beside its ledger. */
  #remembered(): Pick<Remembered, 'epoch' | 'fenced'> {
    const kept = fileMemory(join(this.#directory, MEMORY_FILE)).read();
    return kept ?? { epoch: 0, fenced: null };
  }

  /** An older image of the disk is put back, while no till runs; the whole disk, or the ledger alone. */
  putLedgerBack(isWholeDisk: boolean): void {
    for (const name of LEDGER_FILES) this.#copy(`kept-${name}`, name);
    rmSync(join(this.#directory, 'till.db-shm'), { force: true });
    if (isWholeDisk) this.#copy(`kept-${MEMORY_FILE}`, MEMORY_FILE);
  }

  /** Keeps the issuer's data as they are; it is away meanwhile. */
  async keepIssuer(): Promise<void> {
    this.#keptStates = await statesAt(this.#issuer);
    await this.#awayIssuer(() => this.#copy('issuer', 'kept-issuer'));
  }

  /**
   * The issuer's data are put back, and it says so, as its operator must; it is away meanwhile, and has no faults then.
   * Gives the payments that it had, or had otherwise, before.
   */
  async putIssuerBack(): Promise<ReadonlySet<string>> {
    const before = await statesAt(this.#issuer);
    await this.#awayIssuer(() => this.#copy('kept-issuer', 'issuer'));
    const after = await statesAt(this.#issuer);
    await this.#issuer.restored();
    return changed(before, after);
  }

  /** It holds a payment that was not kept, or holds it otherwise. */
  async hasIssuerGrown(): Promise<boolean> {
    return changed(await statesAt(this.#issuer), this.#keptStates).size > 0;
  }

  /** Tills find it again where it was. */
  async #awayIssuer(meanwhile: () => void): Promise<void> {
    const port = Number(new URL(this.#issuer.url).port);
    this.#keepHits();
    await this.#issuer.close();
    meanwhile();
    this.#issuer = await openIssuer({ directory: join(this.#directory, 'issuer') }, port);
  }

  /** How often each call was hit by each fault, such as `approve delay`; once, when all is over. */
  faultHits(): ReadonlyMap<string, number> {
    this.#keepHits();
    return this.#hits;
  }

  #keepHits(): void {
    for (const [fault, count] of this.#issuer.faults?.hits() ?? [])
      this.#hits.set(fault, (this.#hits.get(fault) ?? 0) + count);
  }

  /** What is not there to be copied is not there afterwards either. */
  #copy(from: string, to: string): void {
    const [source, target] = [join(this.#directory, from), join(this.#directory, to)];
    rmSync(target, { recursive: true, force: true });
    if (existsSync(source)) cpSync(source, target, { recursive: true });
  }

  /** yyyyMMdd of the oldest day that is not sealed here, while no till runs. */
  oldestOpenDay(): string {
    const unsealed = this.ledger((ledger) => ledger.days(DAYS_MAX).filter((day) => day.sealedIndex === null));
    return unsealed.at(-1)?.businessDate ?? this.#issuer.service.today();
  }

  /** A person has closed it, and it is neither sealed nor refused. */
  isCloseUnderWay(date: string): boolean {
    const { phase, sealed } = this.ledger((ledger) => readDay(ledger, date));
    return sealed === null && (phase === 'wanted' || phase === 'agreed');
  }

  /** Everything that the ledger, or that of the copy, holds, newest first. */
  intents(isCopy = false): Intent[] {
    return this.ledger((ledger) => {
      const found: Intent[] = [];
      for (let before: string | null = null; ; ) {
        const page = ledger.list({ limit: PAGE, ...(before === null ? {} : { before }) });
        found.push(...page.intents);
        if (page.older === null) return found;
        before = page.older;
      }
    }, isCopy);
  }

  /** yyyyMMdd of the days that the issuer has agreed to. */
  agreedDays(): Promise<string[]> {
    return agreedAt(this.#issuer);
  }

  /** The issuer's own lists, asked as the terminal that it is: the issuer remembers the head it is told. */
  async items(): Promise<SettlementItem[]> {
    const { cards: _cards, ...options } = this.issuer.credentials;
    const client = createKonaPlateClient({ ...options, clock: new SystemClock() });
    const head = this.ledger((ledger) => ledger.head());
    const context = { epoch: 0, journalIndex: head.index, journalHead: head.hash };
    const items: SettlementItem[] = [];
    for (const businessDate of await datesAt(this.#issuer)) {
      let cursor: string | undefined;
      do {
        const page =
          cursor === undefined ? { businessDate, limit: PAGE } : { businessDate, limit: PAGE, cursor };
        let answer = await client.transactions(page, context);
        // On a machine that is busy with something else a call may come to nothing by itself.
        for (let tries = 1; answer.class !== 'answered' && tries < LIST_TRIES; tries += 1) {
          answer = await client.transactions(page, context);
        }
        if (answer.class !== 'answered') throw new Error(`no list: ${JSON.stringify(answer)}`);
        items.push(...answer.value.items);
        cursor = answer.value.nextCursor;
      } while (cursor !== undefined);
    }
    await client.dispose();
    return items;
  }
}
