/**
 * One seed, one story: customers, cashiers, one till or two, a bad line and an issuer, for a stretch of virtual time with
 * faults, then a stretch in which everything is well again, and at the end the account of every won. A story has chapters,
 * one a customer; what happens in a chapter is drawn from the seed and its number alone, so that a chapter can be left out.
 */
import { join } from 'node:path';
import { BARCODE_LENGTH, DEFAULT_CODE_TABLE, parseBarcode } from '../../src/barcode/parse.ts';
import { isCase } from '../../src/intent/state.ts';
import type { ScanFrame } from '../../src/station/core.ts';
import { BOOKKEEPER_FROM, Bookkeeper, takenOverFault } from './bookkeeper.ts';
import { accountFor, accountForCopy, tokensFault, type Violation } from './check.ts';
import { Counter } from './counter.ts';
import { CARDS, fillBacklog, serve } from './customers.ts';
import { Incidents } from './incidents.ts';
import { IssuerModel } from './issuer-model.ts';
import { IssuerMoods } from './issuer-moods.ts';
import { attend, isUnderWay, leftNotAgreed, proveAnew } from './manager.ts';
import { MOMENTS_FROM, Moments } from './moments.ts';
import { survive } from './mortal.ts';
import { type FaultCounts, tally } from './network.ts';
import { BUSY, type Pace, SLOW, tick } from './pace.ts';
import { policyOf } from './policies.ts';
import { RAIL_FROM, RailGuests } from './rail.ts';
import { RULES_CUSTOMERS_MAX, RULES_FROM, RULES_LIMITS, Rules, smallPolicyOf } from './rules.ts';
import { lookThrough } from './secrets.ts';
import type { Read, ReadOutcome, StoryOptions, StoryResult } from './story.ts';
import { SeededRandom, VirtualClock } from './time.ts';
import { VoucherManager } from './vouchers.ts';
import { changeWeather, type Scene } from './weather.ts';

/** The till's scanner and line come up. */
const START_MS = 10_000;
/** A quiet night in a recording is not lived through. */
const READ_PAUSE_MS_MAX = 600_000;
const REPLAY_BALANCE = 10_000_000;
const PEOPLE_DICE = 0x0c4a_54e5;
const ISSUER_DICE = 0x1550_e201;
const HEAL_MS = 3_600_000;
/** What follows from the last decisions. */
const SETTLE_MS = 20_000;
const SETTLE_ROUNDS = 2;
const END_TRIES = 30;
/** Times that the manager's last work on the books is waited for. */
const CLOSE_TRIES = 180;
/** A busy hour has no more customers, however few of them could pay. */
const CUSTOMERS_MAX = 120;
const STEPS_MAX = 2_000_000;
const VIOLATIONS_MAX = 20;

export class Story {
  readonly clock = new VirtualClock();
  readonly random: SeededRandom;
  /** Dice of their own for the people at the counters. */
  readonly #people: SeededRandom;
  readonly issuer: IssuerModel;
  /** Dice of its own for what the issuer does by itself. */
  readonly #issuers: SeededRandom;
  readonly #moods: IssuerMoods;
  readonly counters: Counter[] = [];
  readonly faults: FaultCounts = {};
  readonly tallies: FaultCounts = {};
  readonly violations: Violation[] = [];
  readonly #options: StoryOptions;
  readonly #without: ReadonlySet<string>;
  readonly #tombstones: boolean;
  readonly #pace: Pace;
  readonly #scene: Scene;
  #customers = 0;
  readonly #bookkeeper: Bookkeeper | null;
  readonly #vouchers: VoucherManager | null;
  readonly #incidents: Incidents;
  readonly #moments: Moments | null;
  readonly #guests: RailGuests | null;
  /** null: no story of limits. */
  readonly #rules: Rules | null;

  constructor(options: StoryOptions) {
    this.#options = options;
    this.#pace = options.customers === null ? BUSY : SLOW;
    this.#without = options.without ?? new Set();
    this.random = new SeededRandom(options.seed);
    this.#people = new SeededRandom(options.seed ^ PEOPLE_DICE);
    this.#tombstones = this.random.chance(0.85);
    this.#issuers = new SeededRandom(options.seed ^ ISSUER_DICE);
    this.#moods = new IssuerMoods({
      random: this.#issuers,
      without: this.#without,
      counts: this.faults,
      say: (words) => this.#say(words),
    });
    this.issuer = new IssuerModel({
      wallMs: () => this.clock.trueMs,
      tombstones: this.#tombstones,
      moods: this.#moods,
      after: (ms, run) => void this.clock.after(ms, run),
    });
    for (const card of CARDS) this.issuer.addCard(card, 200_000);
    const tills = this.random.chance(0.3) ? 2 : 1;
    for (let till = 1; till <= tills; till += 1) this.counters.push(this.#counter(till));
    const { clock, random, issuer, counters } = this;
    this.#scene = {
      clock,
      random,
      issuer,
      counters,
      pace: this.#pace,
      without: this.#without,
      happens: (fault, chance) => this.#happens(fault, chance),
      pass: (ms) => this.#pass(ms),
      isTold: options.tell !== undefined,
      say: (words) => this.#say(words),
    };
    this.#incidents = new Incidents(this.#scene, (origin) =>
      this.#counter(counters.indexOf(origin) + 1, true),
    );
    options.plant?.issuer?.(this.issuer);
    const people = {
      seed: options.seed,
      counts: this.faults,
      tell: (words: string) => this.#say(words),
      violate: (violation: Violation) => this.#violate(violation),
    };
    const isKept = options.seed >= BOOKKEEPER_FROM;
    this.#bookkeeper = isKept ? new Bookkeeper(people) : null;
    const isAtRail = options.seed >= RAIL_FROM;
    this.#vouchers = isKept ? new VoucherManager({ ...people, issuer, isFree: isAtRail }) : null;
    this.#guests = isAtRail ? new RailGuests(people) : null;
    const { seed } = options;
    const incidents = this.#incidents;
    this.#moments =
      seed >= MOMENTS_FROM ? new Moments({ seed, scene: this.#scene, incidents, counts: this.faults }) : null;
    this.#rules = seed >= RULES_FROM ? new Rules({ seed, scene: this.#scene, counts: this.faults }) : null;
  }

  async run(): Promise<StoryResult> {
    const { chapters, customers, day, blow } = this.#options;
    blow?.awaits(this.counters, this.#scene, this.#incidents);
    for (const counter of this.counters) counter.start();
    if (day !== undefined) {
      await day(this.#scene);
      return this.#end();
    }
    for (let chapter = 0; chapter < (customers ?? this.#customersMax); chapter += 1) {
      if (chapters !== undefined && !chapters.has(chapter)) continue;
      if (customers === null && chapters === undefined && this.#isEnough()) break;
      this.#customers = chapter + 1;
      this.random.reseed(this.#options.seed, chapter);
      this.#people.reseed(this.#options.seed ^ PEOPLE_DICE, chapter);
      this.#issuers.reseed(this.#options.seed ^ ISSUER_DICE, chapter);
      await this.#chapter(chapter);
    }
    this.random.reseed(this.#options.seed, -1);
    return this.#end();
  }

  get #customersMax(): number {
    return this.#rules === null ? CUSTOMERS_MAX : RULES_CUSTOMERS_MAX;
  }

  #isEnough(): boolean {
    return this.counters.reduce((sum, { begun }) => sum + begun, 0) >= this.#pace.payments;
  }

  /** Instead of customers and a bad line: the reads of a scanner, with their pauses, and what the till made of each. */
  async replay(reads: readonly Read[]): Promise<StoryResult & { readonly outcomes: readonly ReadOutcome[] }> {
    const outcomes: ReadOutcome[] = [];
    const [counter] = this.counters;
    if (counter === undefined) throw new Error('a story has a till');
    for (const each of this.counters) each.start();
    await this.#pass(START_MS);
    for (const { afterMs, frame } of reads) {
      await this.#pass(Math.min(afterMs, READ_PAUSE_MS_MAX));
      this.#knows(frame);
      const { result, refused } = counter.read(frame);
      outcomes.push({ atMs: this.clock.monoMs, source: frame.source, result, refused });
    }
    return { ...(await this.#end()), outcomes };
  }

  /** A payment of a recording is nobody's: the issuer gets its card and its barcode, once. */
  #knows({ text, symbology }: ScanFrame): void {
    const parsed = parseBarcode(text, DEFAULT_CODE_TABLE, symbology ?? null);
    const barcode = text.slice(-BARCODE_LENGTH);
    if (!parsed.ok || this.issuer.knows(barcode)) return;
    const { type, cardNumber, amount, token } = parsed.spec;
    if (!this.issuer.balances.has(cardNumber)) this.issuer.addCard(cardNumber, REPLAY_BALANCE);
    this.issuer.makeBarcode(type, cardNumber, amount, token);
  }

  /** All is well again; then the account of every won. */
  async #end(): Promise<StoryResult> {
    await this.#options.blow?.atEnd(this.counters, (ms) => this.#pass(ms));
    await this.#heal();
    this.#account();
    return this.#result();
  }

  async #chapter(chapter: number): Promise<void> {
    this.#say(`-- customer ${chapter}`);
    changeWeather(this.#scene);
    this.#moods.change();
    const counter = this.random.pick(this.counters);
    this.#incidents.begin(counter);
    this.#moments?.begin(chapter);
    if (this.#rules !== null) await this.#rules.begin(chapter);
    await serve(this.#scene, this.#moments?.servedAt(counter) ?? counter);
    if (this.#happens('keyOver', 0.002)) await fillBacklog(this.#scene, counter);
    for (const each of this.#staffed()) each.guarded(() => this.#manage(each));
    for (const { terminal } of this.counters)
      if (terminal !== null) this.#bookkeeper?.lookIn(terminal.settlement);
    for (const each of this.counters) {
      this.#vouchers?.lookIn(each);
      this.#guests?.lookIn(each);
    }
  }

  #result(): StoryResult {
    const { seed } = this.#options;
    const byCounter = this.counters.map((counter) => counter.terminal?.books.intents() ?? []);
    const all = byCounter.flat();
    for (const counter of this.counters) counter.terminal?.kill();
    const file = this.#fileOf(1);
    const left = file === null ? [] : lookThrough(file, byCounter[0] ?? []);
    for (const violation of left) this.#violate(violation);
    return {
      seed,
      customers: this.#customers,
      violations: this.violations,
      intents: all.length,
      cases: all.filter(isCase).length,
      crashes: this.counters.reduce((sum, { crashes }) => sum + crashes, 0),
      faults: this.faults,
      tallies: this.tallies,
      states: new Set(this.counters.flatMap(({ watch }) => [...watch.states])),
      faces: new Set(this.counters.flatMap(({ cashier }) => [...cashier.faces])),
      cells: new Set(this.counters.flatMap(({ watch }) => [...watch.cells])),
    };
  }

  #fileOf(till: number): string | null {
    const { folder, seed } = this.#options;
    return folder === null || till > 1 ? null : join(folder, `till-${seed}.db`);
  }

  #counter(till: number, isGhost = false): Counter {
    const { plant, tell, seed } = this.#options;
    const hasRules = seed >= RULES_FROM;
    return new Counter({
      clock: this.clock,
      random: this.random,
      people: this.#people,
      issuer: this.issuer,
      moods: this.#moods,
      terminalId: `T000000${till}`,
      file: isGhost ? null : this.#fileOf(till),
      plant: plant ?? null,
      counts: this.faults,
      tallies: this.tallies,
      without: this.#without,
      policyOf: hasRules ? smallPolicyOf : policyOf,
      limits: hasRules ? RULES_LIMITS : {},
      tombstones: this.#tombstones,
      tell: tell === undefined ? null : (words) => this.#say(isGhost ? `(old machine) ${words}` : words),
      violate: (violation) => this.#violate(violation),
    });
  }

  /** Somebody forgot a promise or a turn that failed: a real process ends of it. */
  uncaught(reason: unknown): void {
    const text = reason instanceof Error ? (reason.stack ?? reason.message) : String(reason);
    this.#violate({ code: 'UNCAUGHT', text });
  }

  #violate(violation: Violation): void {
    this.#say(`VIOLATION ${violation.code}: ${violation.text}`);
    if (this.violations.length < VIOLATIONS_MAX) this.violations.push(violation);
  }

  #say(words: string): void {
    const { tell } = this.#options;
    if (tell === undefined) return;
    const seconds = (this.clock.monoMs / 1000).toFixed(1).padStart(8);
    tell(`${seconds} s  ${words}`);
  }

  // ---------------------------------------------------------------------------------------------- the outside world

  /** True when this happens in this chapter: the dice are thrown in any case. */
  #happens(fault: string, chance: number): boolean {
    if (!this.random.chance(chance) || this.#without.has(fault)) return false;
    this.faults[fault] = (this.faults[fault] ?? 0) + 1;
    return true;
  }

  /** Where people stand. */
  #staffed(): readonly Counter[] {
    const { staffed } = this.#incidents;
    return staffed.size === 0 ? this.counters : [...this.counters, ...staffed.values()];
  }

  /** Now and then a manager comes, takes a fenced till back and goes through the open cases. */
  #manage(counter: Counter): void {
    const { terminal, cashier } = counter;
    const { random } = this;
    if (terminal === null || !random.chance(0.3)) return;
    counter.recover();
    for (const intent of terminal.ledger.open()) {
      const now = this.clock.now();
      if (intent.left) cashier.sawLeave(intent.sequenceId); // it is the manager's: nobody stands there for it any more
      const refused = proveAnew(terminal, intent, now) ?? attend(terminal, cashier, intent, { now, random });
      if (refused !== null) this.#violate(refused);
    }
  }

  /**
   * Time passes: from event to event, never in steps of its own. After each, promises settle, screens are judged, and
   * whoever has something to look at looks.
   */
  async #pass(ms: number): Promise<void> {
    const { clock } = this;
    const endMs = clock.monoMs + ms;
    for (let steps = 0; steps < STEPS_MAX; steps += 1) {
      await this.#pace.settled();
      let nextMs = endMs;
      const staffed = this.#staffed();
      for (const counter of staffed) {
        counter.settle();
        if (counter.looksAtMs !== null) nextMs = Math.min(nextMs, Math.max(counter.looksAtMs, clock.monoMs));
      }
      let ran = false;
      survive(() => {
        ran = clock.step(nextMs);
      });
      if (ran) continue;
      let looked = false;
      for (const counter of staffed) {
        if (counter.looksAtMs === null || counter.looksAtMs > clock.monoMs) continue;
        counter.look();
        looked = true;
      }
      if (!looked && clock.monoMs >= endMs) return;
    }
    throw new Error(`a story without an end: seed ${this.#options.seed}`);
  }

  // ---------------------------------------------------------------------------------------------- the end

  async #heal(): Promise<void> {
    this.#say('-- everything is well again');
    this.#moments?.end();
    this.#rules?.end();
    this.#incidents.end();
    for (const counter of this.counters) counter.heal();
    this.issuer.heal();
    this.clock.setRight();
    const endMs = this.clock.monoMs + HEAL_MS;
    await this.#pass(60_000);
    while (this.clock.monoMs < endMs && !(await this.#isQuiet())) {
      for (const counter of this.counters) {
        counter.recover();
        counter.greets();
        this.#proveAnew(counter);
      }
      this.#catchUp();
      await this.#pass(20_000);
    }
    await this.#settle();
    for (const counter of this.counters) {
      const { terminal, causes } = counter;
      const left = terminal === null ? [] : leftNotAgreed(terminal.settlement, causes);
      for (const violation of left) this.#violate(violation);
      // What the till lost can be taken over only once it is believed: the manager comes back to it.
      if (await this.#closeBooks(counter)) await this.#closeBooks(counter);
    }
    await this.#settle();
  }

  /** Nothing comes any more by itself, nor of a promise that a slow pace has not let settle yet. */
  async #isQuiet(): Promise<boolean> {
    await tick();
    return this.counters.every((counter) => counter.isQuiet());
  }

  #proveAnew({ terminal }: Counter): void {
    for (const intent of terminal?.ledger.open() ?? []) {
      const refused = terminal === null ? null : proveAnew(terminal, intent, this.clock.now());
      if (refused !== null) this.#violate(refused);
    }
  }

  /** What is left on the manager's page is decided as far as the page lets one. */
  async #settle(): Promise<void> {
    if (this.#vouchers === null) return;
    for (let round = 0; round < SETTLE_ROUNDS; round += 1) {
      for (const counter of this.counters) this.#vouchers.settle(counter);
      await this.#pass(SETTLE_MS);
      // What an answer set going comes to its end.
      for (let tries = 0; tries < END_TRIES && !(await this.#isQuiet()); tries += 1) {
        for (const counter of this.counters) {
          counter.recover();
          this.#proveAnew(counter);
        }
        await this.#pass(SETTLE_MS);
      }
    }
  }

  /** True: the till had to be taken back meanwhile. */
  async #closeBooks(counter: Counter): Promise<boolean> {
    const settlement = counter.terminal?.settlement;
    if (this.#bookkeeper === null || settlement === undefined) return false;
    let wasFenced = false;
    let isDone = false;
    void this.#bookkeeper.closeBooks(settlement).then(() => {
      isDone = true;
    });
    const isWaiting = (): boolean => settlement.days().some(({ state }) => isUnderWay(state));
    for (let tries = 0; (!isDone || isWaiting()) && tries < CLOSE_TRIES; tries += 1) {
      await this.#pass(20_000);
      // A greeting may come so late that the issuer takes the till for an old copy, also now.
      wasFenced ||= counter.terminal?.worker.status().recovering === true;
      counter.recover();
    }
    if (wasFenced) await this.#pass(20_000);
    return wasFenced;
  }

  /** A day that a till had before the issuer was put back comes there again. */
  #catchUp(): void {
    const newest =
      this.counters
        .map((counter) => counter.newestDate() ?? '')
        .sort()
        .at(-1) ?? '';
    if (newest > this.issuer.businessDate) this.issuer.cutOver();
  }

  #account(): void {
    const judged = (what: string): void => tally(this.tallies, what);
    for (const counter of this.counters) {
      const { terminal } = counter;
      if (terminal === null) {
        this.#violate({ code: 'NOT_UP', text: 'the till did not come back' });
        continue;
      }
      if (terminal.worker.status().recovering)
        this.#violate({ code: 'NOT_BELIEVED', text: 'a manager cannot take the terminal back' });
      const intents = terminal.books.intents();
      for (const { state } of terminal.settlement.days()) {
        if (state.wanted !== null) tally(this.tallies, 'dayClosed');
        if (state.wanted !== null && state.sealed !== null) tally(this.tallies, 'dayAgreed');
      }
      const { losses, causes } = counter;
      const excused = { restores: this.#incidents.restores, causes, unheard: losses.unheard, judged };
      for (const violation of accountFor(counter, intents, this.issuer, excused)) this.#violate(violation);
      if (this.#bookkeeper !== null) {
        const { terminalId } = counter.world;
        const faults = takenOverFault(terminal, intents, this.issuer, terminalId, excused);
        for (const violation of faults) this.#violate(violation);
      }
      if (counter.world.file === null) counter.watch.secrets.ended(this.clock.monoMs);
    }
    for (const ghost of this.#incidents.copies) {
      for (const violation of accountForCopy(ghost, this.issuer, judged)) this.#violate(violation);
    }
    for (const violation of tokensFault(this.issuer)) this.#violate(violation);
  }
}
