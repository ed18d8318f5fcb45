/**
 * One seed, one story: customers, a cashier, a till, a bad line and an issuer, for a stretch of virtual time with faults,
 * then a stretch in which everything is well again, and at the end the account of every won.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { BARCODE_LENGTH, DEFAULT_CODE_TABLE, parseBarcode } from '../../src/barcode/parse.ts';
import type { Intent } from '../../src/intent/model.ts';
import { DEFAULT_POLICY, type Policy } from '../../src/intent/policy.ts';
import { ended, isCase } from '../../src/intent/state.ts';
import type { ScanFrame } from '../../src/station/core.ts';
import type { Snapshot } from '../../src/station/snapshot.ts';
import type { ScanResult } from '../../src/station/station.ts';
import { volatileMemory } from '../../src/sync/memory.ts';
import { Cashier } from './cashier.ts';
import { accountFor, screenFault, type Violation } from './check.ts';
import { IssuerModel } from './issuer-model.ts';
import { type FaultCounts, type NetworkFaults, NO_FAULTS, SimulatedNetwork } from './network.ts';
import type { Plant } from './plants.ts';
import {
  Crashed,
  MACHINE,
  PAGE,
  STATION,
  startTerminal,
  TERMINAL,
  type Terminal,
  type TerminalWorld,
} from './terminal.ts';
import { SeededRandom, VirtualClock } from './time.ts';

export interface StoryOptions {
  readonly seed: number;
  /** Folder for the ledger file; memory-backed is quickest. */
  readonly folder: string;
  readonly customers: number;
  readonly plant?: Plant;
  readonly tell?: (line: string) => void;
}

export interface StoryResult {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly intents: number;
  readonly cases: number;
  readonly crashes: number;
  readonly faults: FaultCounts;
  readonly states: ReadonlySet<string>;
  readonly faces: ReadonlySet<string>;
}

/** One read of a recording, as `replayOf` gives it. */
export interface Read {
  readonly afterMs: number;
  readonly frame: ScanFrame;
}

export interface ReadOutcome {
  readonly atMs: number;
  readonly source: string;
  /** null: the till was down. */
  readonly result: ScanResult | null;
  /** Why it opened nothing, as the screen says it. */
  readonly refused: string | null;
}

/** The till's scanner and line come up. */
const START_MS = 10_000;
/** A quiet night in a recording is not lived through. */
const READ_PAUSE_MS_MAX = 600_000;
const REPLAY_BALANCE = 10_000_000;
const CARDS = ['9491330000000009', '9410000000000005', '9491331111111118'] as const;
const HEAL_MS = 3_600_000;
const LOOK_MS = 200;
const STEPS_MAX = 2_000_000;
const VIOLATIONS_MAX = 20;

export class Story {
  readonly clock = new VirtualClock();
  readonly random: SeededRandom;
  readonly issuer: IssuerModel;
  readonly network: SimulatedNetwork;
  readonly cashier: Cashier;
  readonly world: TerminalWorld;
  readonly faults: FaultCounts = {};
  readonly violations: Violation[] = [];
  readonly states = new Set<string>();
  terminal: Terminal | null = null;
  crashes = 0;
  readonly #replayed = new Set<string>();
  readonly #options: StoryOptions;
  readonly #tell: (line: string) => void;

  constructor(options: StoryOptions) {
    this.#options = options;
    this.#tell = options.tell ?? (() => {});
    this.random = new SeededRandom(options.seed);
    this.issuer = new IssuerModel({
      wallMs: () => this.clock.now().wallMs - this.clock.wallShiftMs,
      merchantTerminal: TERMINAL,
    });
    this.network = new SimulatedNetwork(this.clock, this.random, this.issuer, MACHINE, this.faults);
    for (const card of CARDS) this.issuer.addCard(card, 200_000);
    this.world = {
      clock: this.clock,
      random: this.random,
      backend: this.network,
      file: join(options.folder, `till-${options.seed}.db`),
      policy: policyOf(this.random),
      memory: volatileMemory(),
      plant: options.plant ?? null,
      crashAtCommit: 0,
      onCrash: () => this.#crashed(),
      onFault: (fault) => this.violations.push({ code: 'FAULT', text: String(fault) }),
      onCommit: (intent) => this.#committed(intent),
    };
    this.cashier = new Cashier({
      random: this.random,
      page: PAGE,
      snapshot: () => this.#screen(),
      press: (body) => this.terminal?.station.press(body) ?? null,
      shown: (body) => void this.terminal?.station.shown(body),
      pin: (body) => void this.terminal?.station.pinAccepted(body, 'M1'),
    });
    this.network.onBytes = (sequenceId, call) => this.#bytesLeave(sequenceId, call);
    options.plant?.issuer?.(this.issuer);
  }

  async run(): Promise<StoryResult> {
    this.#start();
    for (let customer = 0; customer < this.#options.customers; customer += 1) {
      this.#weather();
      await this.#serve();
      this.#guarded(() => this.#manage());
    }
    return this.#end();
  }

  /** Instead of customers and a bad line: the reads of a scanner, with their pauses, and what the till made of each. */
  async replay(reads: readonly Read[]): Promise<StoryResult & { readonly outcomes: readonly ReadOutcome[] }> {
    const outcomes: ReadOutcome[] = [];
    this.#start();
    await this.#pass(START_MS);
    for (const { afterMs, frame } of reads) {
      await this.#pass(Math.min(afterMs, READ_PAUSE_MS_MAX));
      this.#knows(frame);
      this.#guarded(() => {
        const result = this.terminal?.station.scan(frame) ?? null;
        const refused = this.#screen()?.face.refused?.cause ?? null;
        outcomes.push({ atMs: this.clock.monoMs, source: frame.source, result, refused });
      });
    }
    return { ...(await this.#end()), outcomes };
  }

  /** A payment of a recording is nobody's: the issuer gets its card and its barcode, once. */
  #knows({ text, symbology }: Read['frame']): void {
    const parsed = parseBarcode(text, DEFAULT_CODE_TABLE, symbology ?? null);
    if (!parsed.ok || this.#replayed.has(text.slice(-BARCODE_LENGTH))) return;
    const { type, cardNumber, amount, token } = parsed.spec;
    if (!this.issuer.balances.has(cardNumber)) this.issuer.addCard(cardNumber, REPLAY_BALANCE);
    this.#replayed.add(this.issuer.makeBarcode(type, cardNumber, amount, token));
  }

  /** All is well again; then the account of every won. */
  async #end(): Promise<StoryResult> {
    await this.#heal();
    this.#account();
    const intents = this.terminal?.ledger.list({ limit: 500 }).intents ?? [];
    this.terminal?.kill();
    for (const suffix of ['', '-wal', '-shm', '.lock', '-journal'])
      rmSync(this.world.file + suffix, { force: true });
    return {
      seed: this.#options.seed,
      violations: this.violations,
      intents: intents.length,
      cases: intents.filter(isCase).length,
      crashes: this.crashes,
      faults: this.faults,
      states: this.states,
      faces: this.cashier.faces,
    };
  }

  // ---------------------------------------------------------------------------------------------- the outside world

  /** Between customers the line, the power and the clock change their mood. */
  #weather(): void {
    const { random, network } = this;
    if (random.chance(0.4)) {
      network.faults = random.chance(0.4) ? NO_FAULTS : badLine(random);
      network.up = random.chance(0.85);
      network.oneWay = random.chance(0.08);
      this.world.crashAtCommit = random.chance(0.35) ? 0.05 : 0;
      this.#tell(`weather: line ${network.up ? 'up' : 'down'}, crash ${this.world.crashAtCommit}`);
    }
    if (random.chance(0.03)) {
      const byMs = random.pick([-3_600_000, 3_600_000, -60_000]);
      this.clock.shiftWall(byMs);
      this.#count('clockShift');
      this.clock.after(random.below(60_000), () => this.clock.shiftWall(-byMs));
    }
  }

  async #serve(): Promise<void> {
    const { random } = this;
    const card = random.pick(CARDS);
    const type = random.chance(0.6) ? 'CHARGE' : 'REFUND';
    const amount = random.pick([1_000, 5_000, 10_000, 10_000, 50_000, 150_000, 300_000]);
    const digits = String(random.below(1000)).padStart(3, '0');
    this.#spend(card);
    const barcode = this.issuer.makeBarcode(type, card, amount, digits);
    if (random.chance(0.06)) await this.#pass(310_000); // the barcode is too old by now
    if (random.chance(0.04))
      this.issuer.makeBarcode(type, card, amount, String((Number(digits) + 1) % 1000).padStart(3, '0'));
    const scans = random.chance(0.2) ? 3 : 1;
    for (let scan = 0; scan < scans; scan += 1) {
      this.#guarded(() => this.terminal?.station.scan({ source: 'scanner', text: barcode }));
      await this.#pass(500);
    }
    if (random.chance(0.05)) this.#powerCut();
    await this.#pass(random.pick([4_000, 8_000, 25_000, 70_000, 200_000]));
    if (random.chance(0.1))
      this.#guarded(() => this.terminal?.station.scan({ source: 'scanner', text: barcode }));
    await this.#pass(3_000);
  }

  /** The card holder buys something elsewhere, or is paid: withdrawals may fail, voids and reversals leave a shortfall. */
  #spend(card: string): void {
    if (!this.random.chance(0.2)) return;
    const balance = this.issuer.balances.get(card) ?? 0;
    this.issuer.balances.set(card, this.random.chance(0.5) ? Math.min(balance, 2_000) : balance + 100_000);
  }

  /** A manager looks at the open cases and does what the pages offer: hands cash back, stops a deferred charge. */
  #manage(): void {
    const { terminal, random, cashier } = this;
    if (terminal === null || !random.chance(0.3)) return;
    const actor = { role: 'manager', id: 'M1', reason: 'customer' } as const;
    for (const intent of terminal.ledger.open()) {
      const record = (kind: 'givenBack' | 'payBack'): boolean =>
        terminal.ledger.record(intent.sequenceId, { kind }, this.clock.now(), { actor }).ok;
      if (intent.cash === 'return_due' && (intent.left || intent.deferred)) {
        const notes = cashier.notes.get(intent.sequenceId);
        if (record('givenBack') && notes !== undefined) notes.moved = false;
      } else if (intent.deferred && intent.cash === 'received' && random.chance(0.15)) record('payBack');
    }
  }

  /** Time passes: events run, the cashier looks at the screen, promises settle in between. */
  async #pass(ms: number): Promise<void> {
    const endMs = this.clock.monoMs + ms;
    let looksMs = this.clock.monoMs;
    for (let steps = 0; steps < STEPS_MAX; steps += 1) {
      if (this.clock.monoMs >= looksMs) {
        looksMs = this.clock.monoMs + LOOK_MS;
        this.terminal?.station.pages.seen(PAGE, this.clock.monoMs);
        this.#guarded(() => this.cashier.look(this.clock.monoMs));
      }
      await settled();
      let ran = false;
      this.#guarded(() => {
        ran = this.clock.step(Math.min(endMs, looksMs));
      });
      if (!ran && this.clock.monoMs >= endMs) return;
    }
    throw new Error('a story without an end');
  }

  #guarded(run: () => void): void {
    try {
      run();
    } catch (error) {
      if (!(error instanceof Crashed)) throw error;
    }
  }

  #powerCut(): void {
    if (this.terminal === null) return;
    this.#crashed();
  }

  #crashed(): void {
    this.crashes += 1;
    this.#count('crash');
    this.#tell(`crash at ${this.clock.monoMs}`);
    const dead = this.terminal;
    this.terminal = null;
    this.network.generation += 1;
    // The world goes on one turn later: what was running has thrown by then.
    this.clock.after(0, () => dead?.kill());
    this.clock.after(this.random.below(1000) + 1, () => this.cashier.actInTheDark());
    this.clock.after(1_500 + this.random.below(30_000), () => this.#start());
  }

  #start(): void {
    if (this.terminal !== null) return;
    try {
      this.terminal = startTerminal(this.world);
      this.#tell(`start at ${this.clock.monoMs}`);
    } catch (error) {
      if (!(error instanceof Crashed)) throw error;
    }
  }

  #count(fault: string): void {
    this.faults[fault] = (this.faults[fault] ?? 0) + 1;
  }

  /** What the cashier sees. */
  #screen(): Snapshot | null {
    const snapshot = this.terminal?.station.snapshot(PAGE) ?? null;
    if (snapshot === null || this.terminal === null) return null;
    const seen = this.#options.plant?.screen?.(snapshot) ?? snapshot;
    const fault = screenFault(seen, this.terminal.ledger);
    if (fault !== null && this.violations.length < VIOLATIONS_MAX) this.violations.push(fault);
    return seen;
  }

  // ---------------------------------------------------------------------------------------------- the invariants

  #committed(intent: Intent): void {
    this.states.add(`${intent.type} ${intent.host}/${intent.cash}${intent.deferred ? ' deferred' : ''}`);
    this.#tell(
      `${this.clock.monoMs} ${intent.sequenceId.slice(-4)} ${intent.type} ${intent.host}/${intent.cash} v${intent.version}`,
    );
  }

  /** Invariant 2: no byte on the wire without the durable state that allows it. */
  #bytesLeave(sequenceId: string, call: string): void {
    const intent = this.terminal?.ledger.get(sequenceId) ?? null;
    const allowed =
      { approve: ['sending'], netCancel: ['reversing'], cancel: ['voiding', 'voided'] }[call] ?? [];
    if (intent === null || !allowed.includes(intent.host)) {
      this.violations.push({
        code: 'BYTES_BEFORE_RECORD',
        text: `${call} left while ${intent?.host ?? 'no record'} was on disk`,
      });
    }
  }

  async #heal(): Promise<void> {
    this.network.faults = NO_FAULTS;
    this.network.up = true;
    this.network.oneWay = false;
    this.world.crashAtCommit = 0;
    const endMs = this.clock.monoMs + HEAL_MS;
    await this.#pass(60_000);
    while (this.clock.monoMs < endMs && !this.#isQuiet()) await this.#pass(20_000);
  }

  #isQuiet(): boolean {
    if (this.terminal === null || this.network.inFlight > 0) return false;
    return this.terminal.ledger.open().every((intent) => ended(intent) || isCase(intent));
  }

  #account(): void {
    if (this.terminal === null) {
      this.violations.push({ code: 'NOT_UP', text: 'the till did not come back' });
      return;
    }
    this.violations.push(...accountFor(this.terminal.ledger, this.issuer, this.cashier.notes));
    if (this.terminal.station.snapshot(PAGE).stationId !== STATION) {
      this.violations.push({ code: 'SCREEN', text: 'the station shows nothing' });
    }
  }
}

function badLine(random: SeededRandom): NetworkFaults {
  const some = (): number => (random.chance(0.4) ? random.fraction() * 0.3 : 0);
  return {
    nothingLeft: some(),
    requestLost: some(),
    answerLost: some(),
    duplicated: some(),
    late: some(),
    garbled: some(),
    reset: some(),
    serverError: some(),
    notProcessed: random.chance(0.3) ? 0.3 : 0,
    wrongEcho: some(),
  };
}

function policyOf(random: SeededRandom): Policy {
  return {
    ...DEFAULT_POLICY,
    later: { ...DEFAULT_POLICY.later, enabled: random.chance(0.7) },
    reversals: { ...DEFAULT_POLICY.reversals, count: 50, sum: 50_000_000, rate: 1 },
  };
}

/** Lets every promise that can settle do so. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 12; turn += 1) await null;
}
