/**
 * One till with its people: the machine and its disk, the cable, the screen as it was pushed to the page, the cashier.
 * It dies, is upgraded, put back to an older disk and moved to another machine, and every screen that it pushes is judged.
 */

import type { Intent } from '../../src/intent/model.ts';
import type { Policy } from '../../src/intent/policy.ts';
import { LedgerFault } from '../../src/ledger/fault.ts';
import type { ScanFrame, ScanResult } from '../../src/station/core.ts';
import type { Snapshot } from '../../src/station/snapshot.ts';
import type { Remembered } from '../../src/sync/memory.ts';
import { Cashier } from './cashier.ts';
import { Causes } from './causes.ts';
import { brokenFault } from './check.ts';
import type { CounterOptions } from './counter-options.ts';
import { Disk, type Entry } from './disk.ts';
import { Judge } from './judge.ts';
import { KeptMemory, type WriteFate } from './kept-memory.ts';
import { Kills } from './kills.ts';
import { LOST_MAX, Losses, putBack, sequenceIdsOf } from './losses.ts';
import { closeDay, isUnderWay } from './manager.ts';
import { Crashed, survive } from './mortal.ts';
import { NO_FAULTS, SimulatedNetwork, tally } from './network.ts';
import { Page } from './page.ts';
import { PAGE, startTerminal, type Terminal, type TerminalWorld } from './terminal.ts';
import type { SeededRandom } from './time.ts';
import { Volume } from './volume.ts';
import { Watch } from './watch.ts';
import { wordsOf } from './words.ts';

/** The pages get so long to show what is wrong before the process ends. */
const FAULT_TELL_MS = 250;
/** How often somebody else stands at the counter after a crash. */
const NEW_CASHIER = 0.3;

/** What stays in the old machine when the disk goes into another one. */
export interface LeftBehind {
  readonly disk: Disk;
  readonly machineId: string;
  readonly remembered: Remembered | null;
}

export class Counter {
  readonly network: SimulatedNetwork;
  readonly cashier: Cashier;
  readonly page: Page;
  readonly world: TerminalWorld;
  readonly watch: Watch;
  terminal: Terminal | null = null;
  crashes = 0;
  readonly losses = new Losses();
  readonly causes = new Causes();
  readonly judge: Judge;
  readonly #options: CounterOptions;
  readonly #kills: Kills;
  /** Payments that its disk knows. */
  #begun = new Set<string>();
  /** Payments that began before this machine's disk was copied. */
  readonly #shared = new Set<string>();
  /** Of this till's disk, in another machine at which people stand. */
  #copy: Counter | null = null;
  readonly #copies: Counter[] = [];
  #looksAtMs: number | null = null;
  #machines = 1;
  /** An old machine has a copy of the disk's journal, and none of the file beside it. */
  #isWithoutMemory = false;
  #isStarting = false;
  /** Mono ms at which this run began. */
  #upMs = 0;
  #isRetiring = false;
  /** Deaths so far: a start that did not survive itself is noticed by it. */
  #deaths = 0;

  constructor(options: CounterOptions) {
    this.#options = options;
    const { clock, random, issuer, moods, terminalId, plant, counts, tallies, without } = options;
    const { tombstones, file } = options;
    const machineId = `${terminalId}-machine-1`;
    this.network = new SimulatedNetwork({
      clock,
      random,
      issuer,
      moods,
      machineId,
      terminalId,
      counts,
      tallies,
      causes: this.causes,
      without,
      tombstones,
    });
    this.watch = new Watch({
      clock,
      world: () => this.world,
      terminal: () => this.terminal,
      violate: options.violate,
      asksAgain: () => this.#asksAgain(),
      judged: (what) => tally(tallies, what),
    });
    this.network.onTry = (made) => this.watch.tries(made);
    this.network.onEnd = (call, sequenceId, answer) => this.watch.ended(call, sequenceId, answer);
    this.network.onVoid = (request) => this.watch.voids(request);
    this.world = {
      clock,
      random,
      backend: this.network,
      file,
      disk: new Disk(),
      terminalId,
      machineId,
      policy: options.policyOf(random),
      limits: options.limits,
      volume: new Volume(),
      memory: new KeptMemory(() => this.#memoryFate()),
      plant,
      faults: { crash: 0, full: 0, io: 0, memory: 0 },
      killIn: null,
      doom: null,
      onCrash: () => this.#died('crash'),
      mayDie: () => !options.without.has('crash'),
      onDiskFault: (kind, fault) => {
        if (!this.#count(fault)) return false;
        if (kind === 'memory') return this.#memoryFailed();
        this.watch.diskFailed();
        return this.judge.diskFails(kind);
      },
      onUnasked: (sequenceId) => this.watch.unasked(sequenceId),
      onFault: (fault) => this.#gaveUp(fault),
      onCommit: (intent, event) => this.#committed(intent, event),
      onEvent: (intent, event) => this.watch.met(intent, event),
      onLog: (line) => this.watch.secrets.logged(line),
      onForward: ({ text }) => this.watch.secrets.forwarded(text),
    };
    const { violate, people } = options;
    this.#kills = new Kills({ clock, world: this.world, tallies, kill: () => this.#died('killed') });
    const isRecovering = (): boolean => this.terminal?.worker.status().recovering === true;
    this.judge = new Judge(this.causes, { world: this.world, issuer, tallies, isRecovering, violate });
    const screen = plant?.screen ?? null;
    const pushed = (snapshot: Snapshot): void => this.watch.pushed(snapshot);
    const diskFaults = (): number => this.judge.diskFaults;
    const policy = (): Policy => this.world.policy;
    this.page = new Page({ clock, diskFaults, policy, screen, pushed, violate });
    const showsCard = (sequenceId: string): boolean => this.#showsCard(sequenceId);
    this.cashier = new Cashier({ random, people, page: this.page, showsCard, violate });
  }

  /** Virtual ms at which the cashier looks again; null: when the screen changes. */
  get looksAtMs(): number | null {
    return this.#looksAtMs;
  }

  /** Payments begun here and not lost with a disk. */
  get begun(): number {
    return this.#begun.size;
  }

  /** The till is up, and its screen would take another payment. */
  get isFree(): boolean {
    const face = this.page.snapshot?.face;
    if (face === undefined || face.id === 'STARTING' || face.id === 'RECOVERING') return false;
    return face.intent === null || face.closable;
  }

  /** The till whose pages a manager can use; null: it is down, or about to end. */
  get managed(): Terminal | null {
    return this.#isRetiring ? null : this.terminal;
  }

  /** The screen says that there is no line. */
  get isOffline(): boolean {
    return this.page.snapshot?.strip.line.state === 'down';
  }

  /** Runs one thing of the outside world; a crash in it ends there. */
  guarded(run: () => void): void {
    survive(run);
  }

  start(): void {
    if (this.terminal !== null || this.#isStarting) return;
    this.#isStarting = true;
    this.#isRetiring = false;
    const deaths = this.#deaths;
    this.judge.starts();
    this.#kills.starts(() => this.#deaths);
    try {
      this.network.connect();
      const terminal = startTerminal(this.world);
      if (deaths !== this.#deaths) {
        terminal.kill();
        return;
      }
      this.terminal = terminal;
      this.watch.started(terminal);
      this.#upMs = this.#options.clock.monoMs;
      this.losses.interrupted();
      if (this.losses.takeToSay()) this.judge.saysLoss(terminal.worker.status().recovering);
      this.page.started(terminal);
      this.cashier.isAsked();
      this.#tell('the till starts');
    } catch (error) {
      if (!(error instanceof Crashed) && !(error instanceof LedgerFault)) throw error;
      if (!(error instanceof LedgerFault)) return;
      this.judge.ends(error, true);
      this.#died('diskError');
    } finally {
      this.#isStarting = false;
    }
  }

  scan(text: string): void {
    this.read({ source: 'scanner', text });
  }

  /** One read of the scanner, and what the till made of it; null: it was down. */
  read(frame: ScanFrame): { readonly result: ScanResult | null; readonly refused: string | null } {
    this.watch.scanned(frame);
    this.terminal?.station.pages.seen(PAGE, this.#options.clock.monoMs);
    const before = this.page.snapshot?.face.refused ?? null;
    let result: ScanResult | null = null;
    this.guarded(() => {
      result = this.terminal?.station.scan(frame) ?? null;
    });
    const refused = this.page.snapshot?.face.refused ?? null;
    // What stood there before is of an earlier scan, before the issuer may have said otherwise.
    const isNew = result === 'refused' && refused !== before;
    if (isNew && refused !== null) this.watch.switches.refused(refused, frame.text);
    return { result, refused: refused?.cause ?? null };
  }

  /** A customer who wants a charge undone proves it with a fresh barcode of the card, now and then of another one. */
  #showsCard(sequenceId: string): boolean {
    const { issuer, moods } = this.#options;
    const item = issuer.items.get(sequenceId);
    if (item === undefined || !moods.hit('shownAgain', 0.6)) return false;
    this.scan(issuer.makeBarcode('CHARGE', moods.cardLike(item.cardNumber), 1_000, moods.digits()));
    return true;
  }

  /** People at the page besides the cashier's work: a second tab, and a finger that comes too late. */
  fiddle(): void {
    const { people } = this.#options;
    const takesOver = people.chance(0.5);
    const isLate = people.chance(0.5);
    this.guarded(() => {
      this.page.pressFromAnotherTab(takesOver && this.#count('tabTakesOver'));
      if (isLate && this.#count('pressedLate')) this.page.pressBefore();
    });
  }

  /** Power cut: the process ends wherever it is. False: none runs that could. */
  powerCut(): boolean {
    if (this.terminal === null || this.#isRetiring || this.#options.without.has('powerCut')) return false;
    this.#died('powerCut');
    return true;
  }

  /** From now on it is killed so many times, within seconds of each start or while it starts. False: it is not. */
  killAgain(times: number, dice: SeededRandom): boolean {
    if (this.#isRetiring) return false;
    this.#kills.begin(times, dice);
    if (this.terminal !== null) this.#died('killed');
    return true;
  }

  /** The agent is stopped as a service is, and a newer program with another policy starts on the same ledger. */
  upgrade(): void {
    const { terminal } = this;
    if (terminal === null || this.#isRetiring || !this.#count('upgrade')) return;
    this.#isRetiring = true;
    this.#tell('an upgrade: the till stops and comes back as a newer program');
    const { clock, random, policyOf } = this.#options;
    const over = (): void => {
      if (this.terminal !== terminal) return;
      this.#end(terminal);
      this.world.policy = policyOf(random);
      clock.after(500 + random.below(3_000), () => this.start());
    };
    terminal.stop().then(over, over);
  }

  /**
   * The disk as it was at an earlier index of its journal comes back: an image, or a log that was lost. `done`: told once it
   * has, for no journal may be whole so far back.
   */
  rollBack(
    kind: 'oldImage' | 'restore',
    cut: (disk: Disk) => number = this.#anyCut,
    done: () => void = () => {},
  ): void {
    if (this.#options.without.has(kind)) return;
    // Of an image, the worker's small memory may be gone as well.
    const isBare = (): boolean => kind === 'oldImage' && this.#options.random.chance(0.3);
    this.putBack(kind, cut, isBare, () => {
      this.#count(kind);
      done();
    });
  }

  /** The same, whatever the story leaves out. `isBare`: without what the worker keeps beside the ledger. */
  putBack(
    kind: 'oldImage' | 'restore',
    cut: (disk: Disk) => number,
    isBare: () => boolean,
    done: () => void,
  ): void {
    const { index } = this.world.disk.head;
    if (this.world.file !== null || index < 3 || this.#isRetiring) return;
    const lost = index - cut(this.world.disk);
    this.#withoutPower(() => {
      const { world, causes } = this;
      const to = world.disk.wholeTo(world.disk.head.index - lost);
      if (to < 1) return;
      done();
      this.#tallyCut(world.disk, to);
      const behind = putBack(world, kind, to);
      this.watch.putBack();
      causes.add('putBack');
      causes.writtenElsewhere(() => behind);
      this.#copy?.causes.writtenElsewhere(() => behind);
      if (isBare()) {
        world.memory.isLost();
        this.losses.forgets();
      }
      const isTold = kind === 'restore' || (world.memory.read()?.knownIndex ?? 0) > to;
      this.losses.putBack(to, sequenceIdsOf(behind), isTold);
      this.judgeLost();
      this.#begun = new Set(this.world.disk.folded().keys());
      this.#tell(
        `${kind === 'restore' ? 'a backup' : 'an old image'} of the disk is put back: ${behind.length} entries are gone`,
      );
    });
  }

  readonly #anyCut = ({ head }: Disk): number =>
    head.index - 1 - this.#options.random.below(Math.min(head.index - 1, LOST_MAX));

  /** How evenly the journal is cut: before which steps, and how far back. */
  #tallyCut({ entries, head }: Disk, to: number): void {
    const { tallies } = this.#options;
    tally(tallies, `cut before ${entries[to]?.kind ?? 'nothing'}`);
    const lost = head.index - to;
    tally(tallies, `cut of ${lost <= 5 ? 'up to 5' : lost <= 40 ? 'up to 40' : 'more'}`);
  }

  /** The disk or the issuer was put back: it may know too little to tell that the journal's end is gone. */
  judgeLost(): void {
    const { issuer, terminalId } = this.#options;
    this.losses.judge(issuer.knownIndex(terminalId));
  }

  /** The disk goes into another machine. Gives a copy of it, which stays in the old one; null: it does not happen. */
  moveToAnotherMachine(): LeftBehind | null {
    if (this.world.file !== null || this.#isRetiring || !this.#count('moved')) return null;
    const { machineId, memory } = this.world;
    this.#withoutPower(() => {
      this.#machines += 1;
      this.world.machineId = `${this.#options.terminalId}-machine-${this.#machines}`;
      this.network.machineId = this.world.machineId;
      this.causes.add('moved');
      this.#tell('the disk goes into another machine');
    });
    return { disk: this.world.disk.at(this.world.disk.head.index), machineId, remembered: memory.read() };
  }

  /** The power goes, and something is done to the machine once no process runs, one that just started neither. */
  #withoutPower(work: () => void): void {
    this.#died(null);
    this.#options.clock.after(1, () => {
      if (this.terminal !== null) this.#died(null);
      work();
    });
  }

  /** This counter is an old machine with a copy of a disk, and nobody stands at it. `origin`: whose disk it was. */
  haunt({ disk, machineId }: LeftBehind, origin: Counter): void {
    const from = disk.entries.length;
    this.#isWithoutMemory = true;
    this.causes.inherit(origin.causes);
    for (const { causes } of [this, origin]) causes.writtenElsewhere(() => disk.entries.slice(from));
    this.#isCopyOf(disk, machineId, origin);
  }

  /** The same, but people stand at it as they do at the other one, and serve customers. */
  standIn({ disk, machineId, remembered }: LeftBehind, origin: Counter): void {
    const from = disk.entries.length;
    this.causes.inherit(origin.causes);
    origin.causes.writtenElsewhere(() => disk.entries.slice(from));
    origin.#copy = this;
    origin.#copies.push(this);
    // Its journal may be put back to before the copy was made, and go on from there.
    const isCopied = ({ index, chain }: Entry): boolean => disk.entries[index - 1]?.chain === chain;
    this.causes.writtenElsewhere(() => origin.world.disk.entries.filter((entry) => !isCopied(entry)));
    this.network.onClaimed = () => origin.causes.add('copied');
    origin.network.onClaimed = () => this.causes.add('copied');
    this.world.memory.isCopyOf(remembered);
    this.cashier.shares(origin.cashier);
    for (const sequenceId of disk.folded().keys()) this.#shared.add(sequenceId);
    this.#isCopyOf(disk, machineId, origin);
  }

  #isCopyOf(disk: Disk, machineId: string, origin: Counter): void {
    for (const { causes } of [this, origin]) causes.add('copied');
    // What this machine sent while the till was still in it comes late to the issuer as a call of its own.
    const { onLate } = origin.network;
    origin.network.onLate = (sender) => {
      onLate(sender);
      if (sender === machineId) this.causes.add('lateHello');
    };
    this.judge.inherits(disk);
    this.world.disk = disk;
    this.watch.putBack();
    this.world.machineId = machineId;
    this.network.machineId = machineId;
    this.start();
  }

  /** What the copies of this disk that ran in another machine have of a payment. */
  atCopies(sequenceId: string): readonly Intent[] {
    return this.#copies.flatMap(({ world }) => world.disk.folded().get(sequenceId) ?? []);
  }

  /** Of a copy: its payments that the other machine does not know. */
  ownPayments(): readonly Intent[] {
    return [...this.world.disk.folded().values()].filter(({ sequenceId }) => !this.#shared.has(sequenceId));
  }

  /** Switched off for good. */
  switchOff(): void {
    if (this.terminal !== null) this.#end(this.terminal);
    this.#isRetiring = true;
    this.#isStarting = true;
  }

  /** A manager at the till that says it is recovering: asks the issuer to believe it again. */
  recover(): void {
    const worker = this.terminal?.worker;
    if (worker?.status().recovering !== true) return;
    this.#tell('a manager takes the terminal back: the next epoch is claimed');
    this.watch.retryAfter.claimed(this.#options.clock.monoMs);
    worker.claimEpoch('M1').catch(() => {});
  }

  /** The issuer believes another machine than the one that goes on with this till's disk, which may not have heard of it. */
  get isReplaced(): boolean {
    const { holder } = this.#options.issuer.standing(this.#options.terminalId);
    return holder !== null && holder !== this.world.machineId;
  }

  /** "Sync now", by a manager who knows that another machine was used: the till greets, and hears who is believed. */
  greets(): void {
    const worker = this.terminal?.worker;
    if (worker === undefined || worker.status().recovering || !this.isReplaced) return;
    this.#tell('a manager has it greet the issuer, which believes another machine');
    this.watch.backoff.hurried();
    this.guarded(() => worker.now());
  }

  /** A manager closes a business day, whatever goes on at the counter. False: there is none to close, or nobody could. */
  closeDay(): boolean {
    const { terminal } = this;
    if (terminal === null || this.#isRetiring || this.#options.without.has('dayClosed')) return false;
    let isDone = false;
    this.guarded(() => {
      const drawer = terminal.books.balances().cash_drawer ?? 0;
      const told = closeDay(terminal.settlement, drawer, this.#options.random);
      if (told === null) return;
      isDone = this.#count('dayClosed');
      this.#tell(told);
    });
    return isDone;
  }

  /** yyyyMMdd of the newest business day on its disk; null: none, or the till is down. */
  newestDate(): string | null {
    return this.terminal?.settlement.days()[0]?.date ?? null;
  }

  #asksAgain(): boolean {
    const { causes, world } = this;
    const isForgetful = causes.has('memory') || causes.has('putBack') || this.#isWithoutMemory;
    return causes.has('issuerRestored') || isForgetful || world.memory.read()?.epoch !== 0;
  }

  isQuiet(): boolean {
    const { terminal } = this;
    if (terminal === null || this.network.inFlight > 0 || terminal.worker.status().recovering) return false;
    if (this.isReplaced || terminal.ledger.open().some((intent) => !this.judge.isOver(intent))) return false;
    // What the issuer had not decided is asked about once more, within an hour.
    if ((this.world.memory.read()?.undecided ?? []).length > 0) return false;
    return !terminal.settlement.days().some(({ state }) => isUnderWay(state));
  }

  heal(): void {
    this.network.faults = NO_FAULTS;
    this.network.up = true;
    this.network.oneWay = false;
    this.network.refusesAll = null;
    this.network.keyLasts = null;
    this.#kills.end();
    Object.assign(this.world.faults, { crash: 0, full: 0, io: 0, memory: 0 });
    this.world.volume.mended();
  }

  /** After everything that can run now has run: what stands on the screen is what stands on the disk. */
  settle(): void {
    const { terminal } = this;
    const broken = terminal === null || this.#isRetiring ? null : brokenFault(terminal);
    if (broken !== null) this.#options.violate(broken);
    if (terminal !== null && !this.#isRetiring && !terminal.isFaulted())
      this.watch.passed(this.page.snapshot);
    if (terminal !== null && terminal.worker.businessDate() !== null) this.losses.greeted();
    if (terminal !== null) this.#judgeBelief(terminal);
    if (this.page.judge()) this.#looksAtMs = this.#options.clock.monoMs;
  }

  #judgeBelief({ ledger }: Terminal): void {
    const { clock } = this.#options;
    const mark = ledger.recovering();
    this.judge.fence(mark);
    if (mark !== null || this.causes.fences().length > 0) this.losses.forgets();
    else this.losses.offline(() => ledger.head().index, this.#upMs, this.network.answeredMs, clock.monoMs);
  }

  look(): void {
    this.#looksAtMs = null;
    this.terminal?.station.pages.seen(PAGE, this.#options.clock.monoMs);
    this.guarded(() => {
      const afterMs = this.cashier.look(this.#options.clock.monoMs);
      if (afterMs !== null) this.#looksAtMs = this.#options.clock.monoMs + afterMs;
    });
  }

  /** What becomes of one write of the small file beside the ledger. */
  #memoryFate(): WriteFate {
    const { faults, volume, onDiskFault } = this.world;
    const { random } = this.#options;
    const isHit = faults.memory > 0 && random.chance(faults.memory);
    if (!isHit && !volume.isFull && !volume.isBroken) return 'kept';
    if (!onDiskFault('memory', 'memoryFails')) return 'kept';
    return random.chance(0.7) ? 'failed' : 'told';
  }

  /** What it would have kept nobody can ask it for before it is tried again. */
  #memoryFailed(): true {
    this.causes.add('memory');
    this.losses.interrupted();
    return true;
  }

  /** The small file beside the ledger cannot be read any more; no process runs. */
  loseMemory(): void {
    if (this.#isRetiring || !this.#count('memoryLost')) return;
    this.#withoutPower(() => {
      this.world.memory.isLost();
      this.losses.forgets();
      this.causes.add('memory');
      this.#tell('the file beside the ledger is gone');
    });
  }

  #gaveUp(fault: unknown): void {
    this.judge.ends(fault, false);
    this.#options.clock.after(FAULT_TELL_MS, () => this.#died('gaveUp'));
  }

  #end(dead: Terminal): void {
    this.terminal = null;
    this.page.gone();
    this.watch.stopped();
    this.network.forget();
    dead.kill();
  }

  #died(fault: string | null): void {
    this.#deaths += 1;
    if (fault !== null) {
      this.crashes += 1;
      this.#count(fault);
      this.#tell(
        fault === 'gaveUp' || fault === 'diskError' ? 'the till ends: its disk failed' : 'the till dies',
      );
    }
    const { clock, random } = this.#options;
    const dead = this.terminal;
    this.terminal = null;
    this.page.gone();
    this.watch.stopped();
    this.network.forget();
    // The world goes on one turn later: what was running has thrown by then.
    if (dead !== null) clock.after(0, () => dead.kill());
    const isNew = this.#options.people.chance(NEW_CASHIER) && this.#count('newCashier');
    clock.after(random.below(1000) + 1, () => {
      this.cashier.actInTheDark();
      if (isNew) this.cashier.isReplaced();
    });
    clock.after(this.#kills.pauseMs() ?? 1_500 + random.below(30_000), () => this.start());
  }

  /** Counts a fault; false: the shrunk story leaves it out. */
  #count(fault: string): boolean {
    if (this.#options.without.has(fault)) return false;
    tally(this.#options.counts, fault);
    return true;
  }

  #tell(words: string): void {
    this.#options.tell?.(`till ${this.#options.terminalId.slice(-1)}: ${words}`);
  }

  #committed(intent: Intent, event: string): void {
    this.page.committed(intent);
    if (event === 'scanAccepted') this.#begun.add(intent.sequenceId);
    this.#kills.committed(intent, event);
    this.watch.committed(intent, event);
    if (this.#options.tell !== null) this.#tell(wordsOf(intent, event));
    if (intent.cases.length > 0) this.judge.cases(intent);
  }
}
