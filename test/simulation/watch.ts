/** Judges one till at every commit, request and snapshot of it, while the story goes on. */
import { isExternal } from '../../src/intent/decide.ts';
import type { Intent, IntentEvent } from '../../src/intent/model.ts';
import { columnOf } from '../../src/intent/table.ts';
import type { Answered, CancelRequest } from '../../src/konaplate/settlement.ts';
import type { ScanFrame } from '../../src/station/core.ts';
import type { Snapshot } from '../../src/station/snapshot.ts';
import { DEFAULT_LIMITS } from '../../src/sync/limits.ts';
import { Backoff } from './backoff.ts';
import { Budget } from './budget.ts';
import { Caps } from './caps.ts';
import type { Violation } from './check.ts';
import { Exposure } from './exposure.ts';
import { askedAgainFault } from './faces.ts';
import { LineShown } from './line-shown.ts';
import { RetryAfter } from './retry-after.ts';
import { SecretKeeper } from './secrets.ts';
import { Switches } from './switches.ts';
import type { Terminal, TerminalWorld } from './terminal.ts';
import type { VirtualClock } from './time.ts';
import { UrgentCalls } from './urgent.ts';
import { Waits } from './waits.ts';
import { type CallName, type Try, Wire } from './wire.ts';

/** An attempt that the disk did not take is made again within this time. */
const ASK_AGAIN_MS = 1_500;

export interface WatchOptions {
  readonly clock: VirtualClock;
  world(): TerminalWorld;
  /** null: it is down. */
  terminal(): Terminal | null;
  readonly violate: (violation: Violation) => void;
  /** The till has, or had, to ask everything again: an issuer or its disk was put back, after a claim, without its memory. */
  readonly asksAgain: () => boolean;
  /** Counts what was there to be judged. */
  readonly judged: (what: string) => void;
}

export class Watch {
  readonly states = new Set<string>();
  /** Cells of the table of intent-rules 3 that were met. */
  readonly cells = new Set<string>();
  readonly secrets: SecretKeeper;
  readonly #options: WatchOptions;
  readonly #wire: Wire;
  readonly #waits: Waits;
  /** What was committed last of each payment. */
  readonly #seen = new Map<string, Intent>();
  readonly backoff: Backoff;
  readonly retryAfter: RetryAfter;
  readonly switches: Switches;
  readonly #exposure: Exposure;
  readonly #line: LineShown;
  readonly #urgent: UrgentCalls;
  readonly #caps: Caps;
  readonly #budget: Budget;
  /** Mono ms at which the disk last did not take that a payment is asked about. */
  readonly #unaskedAtMs = new Map<string, number>();
  /** When the disk last took a step of a payment. */
  #committedAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: WatchOptions) {
    const { world, violate, asksAgain, judged } = options;
    this.#options = options;
    this.secrets = new SecretKeeper(() => world().disk, violate);
    this.#wire = new Wire(violate);
    this.#waits = new Waits(violate);
    this.backoff = new Backoff(violate, asksAgain);
    this.retryAfter = new RetryAfter(violate, judged);
    this.switches = new Switches(violate, judged);
    this.#exposure = new Exposure(violate, judged);
    this.#line = new LineShown(violate, judged);
    this.#urgent = new UrgentCalls(violate, judged);
    this.#caps = new Caps(violate, judged);
    this.#budget = new Budget(violate, judged);
  }

  get #attemptBudget(): number {
    return this.#options.world().limits.attemptBudget ?? DEFAULT_LIMITS.attemptBudget;
  }

  get #nowMs(): number {
    return this.#options.clock.monoMs;
  }

  started({ ledger }: Terminal): void {
    this.#wire.started();
    this.retryAfter.started(this.#nowMs);
    this.switches.started(this.#nowMs);
    this.#exposure.started();
    this.#line.started();
    this.#budget.anew();
    this.#waits.stopped(); // also what the disk before this one held
    const open = ledger.open();
    this.#seen.clear();
    for (const intent of open) this.#seen.set(intent.sequenceId, intent);
    this.secrets.started(open, this.#nowMs);
    this.backoff.started(open);
    this.#urgent.started(open, this.#nowMs, (intent) => this.#isSendable(intent));
    for (const intent of open) this.#wait(intent, 'restart');
  }

  stopped(): void {
    this.#waits.stopped();
    this.#urgent.stopped();
  }

  /** Another disk is in the machine. */
  putBack(): void {
    this.#wire.putBack();
    this.secrets.putBack(this.#nowMs);
  }

  diskFailed(): void {
    this.#waits.diskFailed(this.#nowMs);
    this.#budget.anew();
    this.#urgent.held(this.#nowMs);
  }

  unasked(sequenceId: string): void {
    this.#unaskedAtMs.set(sequenceId, this.#nowMs);
  }

  met(intent: Intent, event: IntentEvent): void {
    if (isExternal(event)) this.cells.add(`${intent.host} ${columnOf(event) ?? 'restart'}`);
  }

  committed(intent: Intent, event: string): void {
    const { violate, world } = this.#options;
    this.states.add(`${intent.type} ${intent.host}/${intent.cash}${intent.deferred ? ' deferred' : ''}`);
    this.#wait(intent, event);
    this.backoff.committed(intent, event, this.#nowMs, world().policy.times);
    if (event === 'scanAccepted') this.switches.opened(intent);
    if (world().file === null) this.secrets.committed(intent, event, this.#nowMs);
    const before = this.#seen.get(intent.sequenceId) ?? null;
    this.#takesOn(before, intent, event);
    this.#urgent.committed(intent, this.#nowMs, this.#isSendable(intent));
    this.#seen.set(intent.sequenceId, intent);
    const fault = askedAgainFault(before, intent);
    if (fault !== null) violate(fault);
    // That it was unknown no disk may have taken before its deadline: whether that is too late, the waits tell.
    const wasUnknown = before !== null && this.#nowMs - before.enteredMs >= ASK_AGAIN_MS;
    if (event === 'deadline' && intent.inquiries === 0 && wasUnknown && this.#couldAsk(intent))
      violate({ code: 'NEVER_ASKED', text: `${intent.sequenceId} was reversed unasked` });
    this.#committedAtMs = this.#nowMs;
  }

  /** A backup that was put back has no barcodes. */
  #isSendable({ sequenceId }: Intent): boolean {
    const { file, disk } = this.#options.world();
    return file !== null || disk.vault.has(sequenceId);
  }

  #takesOn(before: Intent | null, intent: Intent, event: string): void {
    const { clock, world } = this.#options;
    const { later, reversals } = world().policy;
    const { trueMs, wallErrorMs } = clock;
    const payments = this.#seen.values();
    if (event === 'scanAccepted') this.#caps.opened(intent, payments, reversals);
    else this.#exposure.committed(before, intent, payments, { trueMs, wallErrorMs, later });
  }

  #wait(intent: Intent, event: string): void {
    this.#waits.committed(intent, event, this.#nowMs, this.#options.world().policy.times.deadlineMs);
  }

  /** Until this deadline: there was an issuer to ask, and a disk that took the attempt, without which nothing is sent. */
  #couldAsk({ sequenceId }: Intent): boolean {
    const unaskedAtMs = this.#unaskedAtMs.get(sequenceId) ?? Number.NEGATIVE_INFINITY;
    if (this.#nowMs - unaskedAtMs < ASK_AGAIN_MS) return false;
    // Nor has it taken anything since: a disk that was full past the deadline takes that it is over before any question.
    if (this.#committedAtMs <= unaskedAtMs) return false;
    return this.#options.terminal()?.worker.status().onlineSinceStart === true;
  }

  tries(made: Try): void {
    const terminal = this.#options.terminal();
    const { file, disk } = this.#options.world();
    const { sequenceId } = made;
    // The disk itself, not the program's way to read it.
    const intent = file === null ? disk.folded().get(sequenceId) : terminal?.ledger.get(sequenceId);
    const isFenced = (): boolean => terminal?.worker.status().recovering === true;
    const trying = { nowMs: this.#nowMs, intent: intent ?? null, isFenced };
    this.#wire.tries(made, trying);
    this.retryAfter.tries(made, trying);
    this.switches.tries(made, trying);
    this.#urgent.tries(made);
    this.#budget.tries(made, trying, this.#attemptBudget);
  }

  ended(call: CallName, sequenceId: string, answer: Answered<unknown>): void {
    this.#wire.ended(call, sequenceId, answer);
    this.retryAfter.ended(call, sequenceId, answer, this.#nowMs);
    this.switches.ended(call, answer, this.#nowMs);
    this.#exposure.ended(answer);
    this.#line.ended(answer, this.#nowMs);
    this.#urgent.ended(call, answer, this.#nowMs);
    this.#budget.ended(call, sequenceId, answer);
  }

  /** A void leaves under the id and with the proof that are on disk for it (intent-rules 4): a fresh barcode of the same card, or that manager. */
  voids({ sequenceId, cancelId, proof }: CancelRequest): void {
    const intent = this.#options.terminal()?.ledger.get(sequenceId) ?? null;
    const attempt = intent?.voids.find((each) => each.cancelId === cancelId);
    if (intent === null || attempt === undefined) {
      this.#options.violate({ code: 'VOID_UNPROVEN', text: `${sequenceId}: ${cancelId} is not on disk` });
      return;
    }
    const isProven =
      'managerId' in proof
        ? attempt.proof === 'manager' && attempt.managerId === proof.managerId
        : attempt.proof === 'card' && isOfCard(proof.barcodeSpec, intent);
    if (isProven) return;
    this.#options.violate({
      code: 'VOID_UNPROVEN',
      text: `${sequenceId}: the proof is another than ${attempt.proof}'s`,
    });
  }

  /** A till that is up, and not about to end, has had until now. */
  passed(shown: Snapshot | null): void {
    if (this.#options.terminal()?.worker.status().recovering === true) this.#urgent.held(this.#nowMs);
    this.#urgent.passed(this.#nowMs);
    if (shown !== null) this.#line.shows(shown, this.#nowMs);
    this.#waits.passed(this.#nowMs);
    this.retryAfter.passed(this.#nowMs);
    this.switches.passed(this.#nowMs);
  }

  scanned({ text }: ScanFrame): void {
    this.secrets.scanned(text);
  }

  pushed(snapshot: Snapshot): void {
    this.secrets.pushed(snapshot.face.id, snapshot);
  }
}

/** Card numbers are sixteen digits behind the code of the type. */
function isOfCard(barcode: string, { bin, last4 }: Intent): boolean {
  return barcode.slice(6, 12) === bin && barcode.slice(18, 22) === last4;
}
