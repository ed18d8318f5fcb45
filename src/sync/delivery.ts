import type { CaseReason, Intent, OwnCommand } from '../intent/model.ts';
import { isBorneByStore } from '../intent/state.ts';
import type { Answered, ApproveAnswer, CallContext, CancelRequest } from '../konaplate/settlement.ts';
import { LedgerFault } from '../ledger/fault.ts';
import type { Committed } from '../ledger/types.ts';
import type { Agenda, Entry } from './agenda.ts';
import {
  approveEvent,
  approveRequest,
  cancelEvent,
  cancelRequest,
  inquiryEvent,
  inquiryRequest,
  netCancelEvent,
  netCancelRequest,
} from './answers.ts';
import type { Calls } from './calls.ts';
import { Gathered } from './gathered.ts';
import type { SyncLimits } from './limits.ts';
import type { SyncOptions } from './options.ts';
import { Recent } from './recent.ts';
import { BY_TERMINAL, Records, type RecordsHost } from './records.ts';

/** An approve repeated after its reversal or void (settlement-contract 1): never an approval, and no evidence by itself. */
const UNDONE = '006_905';

const SEND = { kind: 'send' } as const;
/** Answers under way at the same time are few; more than this are recorded at once. */
const TOGETHER_MAX = 64;

/** An answer to an approval, to be recorded. */
interface Heard {
  readonly sent: Intent;
  readonly answer: Answered<ApproveAnswer>;
  readonly barcodeSpec: string;
}

/** What the worker around it decides for a delivery. */
export interface DeliveryHost extends RecordsHost {
  context(): CallContext;
  /** Line, breaker, fencing and clocks learn from every answer. */
  heard(answer: Answered<unknown>, elapsedMs: number): void;
  /** The issuer decided an approval. */
  delivered(): void;
  /** An approval that the issuer says was undone there: its repeats are refused for good, and only asking tells. */
  undone(intent: Intent): void;
  /** Authentic "not processed" for an approval. */
  notProcessed(intent: Intent, code: string, retryAfterMs: number | undefined): void;
}

/** Sends one request for one intent: the attempt is durable first, then the bytes, then the answer is durable. */
export class Delivery {
  readonly #options: SyncOptions;
  readonly #limits: SyncLimits;
  readonly #agenda: Agenda;
  readonly #calls: Calls;
  readonly #host: DeliveryHost;
  readonly #records: Records;
  readonly #balances: Recent<number>;
  readonly #proofs: Recent<string>;
  /** Answers of charges credited later: nobody stands there for them, so those of one moment share a commit. */
  readonly #waiting: Gathered<Heard>;
  lateAnswers = 0;

  constructor(options: SyncOptions, limits: SyncLimits, agenda: Agenda, calls: Calls, host: DeliveryHost) {
    this.#options = options;
    this.#limits = limits;
    this.#agenda = agenda;
    this.#calls = calls;
    this.#host = host;
    this.#records = new Records(options, limits.parkMs, host);
    this.#balances = new Recent(limits.remember);
    this.#proofs = new Recent(limits.remember);
    this.#waiting = new Gathered(options.clock, TOGETHER_MAX, (answers) => this.#approved(answers));
  }

  balanceOf(sequenceId: string): number | null {
    return this.#balances.get(sequenceId) ?? null;
  }

  holdProof(cancelId: string, barcodeSpec: string): void {
    this.#proofs.set(cancelId, barcodeSpec);
  }

  /** The answer of this attempt is on disk. */
  releaseProof(cancelId: string): void {
    this.#proofs.delete(cancelId);
  }

  /** The void of this payment can be sent: it is a manager's, or the card's fresh barcode is still in memory. */
  hasProof(intent: Intent): boolean {
    return this.#cancelRequest(intent) !== null;
  }

  #cancelRequest(intent: Intent): CancelRequest | null {
    return cancelRequest(intent, (cancelId) => this.#proofs.get(cancelId));
  }

  isUnderWay(entry: Entry): boolean {
    return entry.request !== null && this.#calls.has(`${entry.request}:${entry.sequenceId}`);
  }

  /** Runs the intent's own command that the clock gave. */
  command(entry: Entry): void {
    const { command, intent } = entry;
    if (command === null) return;
    const canDefer = command === 'chooseLater' && (this.#options.mayDefer?.(intent) ?? false);
    const committed = this.#records.begin(entry.sequenceId, { kind: command }, { ...BY_TERMINAL, canDefer });
    if (committed === null) {
      this.#agenda.postpone(entry, this.#records.againMs(entry.sequenceId));
    }
  }

  /** Sends what is due for this entry. */
  send(entry: Entry, attended: boolean): void {
    switch (entry.request) {
      case 'approve':
        this.#approve(entry, attended);
        return;
      case 'inquiry':
        this.#inquire(entry, attended);
        return;
      case 'netCancel':
        this.#netCancel(entry);
        return;
      case 'void':
        this.#void(entry, attended);
        return;
      case null:
        return;
    }
  }

  /** An inquiry about this payment is on its way, whoever asked: what its answer says was asked before now. */
  isAsking(sequenceId: string): boolean {
    return this.#calls.has(`inquiry:${sequenceId}`);
  }

  /**
   * Asks about an intent out of turn, of which no inquiry is on its way; `told` hears the result once, null when there was
   * no trustworthy answer, and whether it counts: not when the host axis has moved since it was asked (intent-rules 3).
   */
  ask(intent: Intent, told: (result: string | null, counts: boolean) => void): void {
    const committed = this.#records.begin(intent.sequenceId, { kind: 'inquire' }, BY_TERMINAL);
    if (committed === null) {
      told(null, false);
      return;
    }
    this.#callInquiry(committed.intent, false, told);
  }

  /**
   * Sends a net cancel once more out of turn: the issuer was restored, and may have forgotten that it took it, or why it
   * refused it. One that it never took is an attempt as any other.
   */
  remind(intent: Intent, told: (isDone: boolean) => void): void {
    const key = `netCancel:${intent.sequenceId}`;
    if (this.#calls.has(key)) {
      queueMicrotask(() => told(false)); // one of a kind at a time: again after its answer, in no turn of the caller's
      return;
    }
    const isNew = intent.host === 'reversing';
    if (isNew && this.#records.begin(intent.sequenceId, { kind: 'netCancel' }, BY_TERMINAL) === null) {
      told(false);
      return;
    }
    this.#calls.start({
      kind: 'netCancel',
      key,
      attended: false,
      answerMs: this.#limits.answerMs.netCancel,
      run: (signal) =>
        this.#options.backend.netCancel(netCancelRequest(intent), this.#host.context(), signal),
      done: (answer, elapsedMs) => {
        this.#host.heard(answer, elapsedMs);
        const event = netCancelEvent(answer, this.#options.backend.capabilities);
        const isFinal = answer.class === 'answered' || answer.class === 'refused';
        const isRecorded =
          event !== null && this.#records.one(intent.sequenceId, event, BY_TERMINAL) !== null;
        told(isFinal && isRecorded);
      },
    });
  }

  /** Approvals of charges to be credited later that may go now: one commit for all of them, then their bytes. */
  sendTogether(entries: readonly Entry[]): void {
    const [only] = entries;
    if (only === undefined) return;
    const steps = entries.map(({ sequenceId }) => ({ sequenceId, event: SEND, options: BY_TERMINAL }));
    const isAlone = entries.length === 1 || this.heldUntilMs() !== null;
    const outcomes = isAlone ? null : this.#records.together(steps);
    // Alone, each is judged for itself: one whose barcode cannot be read holds up no other.
    if (outcomes === null) for (const entry of entries) this.#approve(entry, false);
    else
      for (const [place, entry] of entries.entries()) {
        const committed = outcomes[place] ?? null;
        if (committed === null) this.#unsendable(entry, false);
        else this.#sending(committed, false);
      }
  }

  #approve(entry: Entry, attended: boolean): void {
    let isKeyless = false;
    const committed = this.#records.begin(entry.sequenceId, SEND, BY_TERMINAL, () => {
      isKeyless = true;
    });
    if (committed === null) {
      this.#unsendable(entry, isKeyless);
      return;
    }
    this.#sending(committed, attended);
  }

  /** `sending` is on disk: its bytes may leave. */
  #sending({ intent, barcodeSpec }: Committed, attended: boolean): void {
    // An attempt of which nothing left is none to the issuer, but it is one to whoever waits for the credit.
    this.#budget(intent, intent.deferred ? Math.max(intent.sends, intent.misses ?? 0) : intent.sends);
    if (barcodeSpec === undefined) {
      this.#records.one(intent.sequenceId, { kind: 'ambiguous', code: null }, BY_TERMINAL);
      this.openCase(intent, 'RECOVERING');
      return;
    }
    this.#calls.start({
      kind: 'approve',
      key: `approve:${intent.sequenceId}`,
      attended,
      answerMs: this.#limits.answerMs.approve,
      run: (signal) =>
        this.#options.backend.approve(approveRequest(intent, barcodeSpec), this.#host.context(), signal),
      done: (answer, elapsedMs) => {
        this.#host.heard(answer, elapsedMs);
        const heard: Heard = { sent: intent, answer, barcodeSpec };
        if (!intent.deferred) return this.#approved([heard]);
        return this.#waiting.add(heard);
      },
    });
  }

  /**
   * `sending` could not be recorded, so nothing was sent. Without its barcode, as after a restore without the vault, a
   * deferred charge can only be paid back by a manager; an attended one is asked about within its three seconds.
   */
  #unsendable(entry: Entry, isKeyless: boolean): void {
    const { clock } = this.#options;
    const isLost = isKeyless && entry.intent.deferred;
    const lostUntilMs = clock.now().monoMs + this.#limits.parkMs;
    this.#agenda.hold(entry, isLost ? lostUntilMs : this.#records.againMs(entry.sequenceId));
    if (isLost) this.openCase(entry.intent, 'RECOVERING');
  }

  /** Records answers to approvals, several in one commit. */
  #approved(answers: readonly Heard[]): void {
    const steps = answers.map(({ sent: { sequenceId }, answer, barcodeSpec }) => {
      if (answer.class === 'answered' && answer.value.balance !== null) {
        this.#balances.set(sequenceId, answer.value.balance);
      }
      const isAnswer = answer.class !== 'ambiguous' && answer.class !== 'nothingLeft';
      if (isAnswer && this.#isLate(sequenceId)) this.lateAnswers += 1;
      const event = approveEvent(answer);
      const options = event.kind === 'nothingLeft' ? { ...BY_TERMINAL, barcodeSpec } : BY_TERMINAL;
      return { sequenceId, event, options };
    });
    const together = steps.length > 1 ? this.#records.together(steps) : null;
    const outcomes =
      together ??
      steps.map(({ sequenceId, event, options }) => this.#records.one(sequenceId, event, options));
    for (const [place, { sent, answer }] of answers.entries()) {
      // What is not on disk was not said: its repeat hears it again. Acting on it now would only wait for the disk anew.
      if ((outcomes[place] ?? null) === null) continue;
      if (answer.class === 'answered' || answer.class === 'declined') this.#host.delivered();
      if (answer.class === 'notProcessed') this.#host.notProcessed(sent, answer.code, answer.retryAfterMs);
      if (sent.deferred && answer.class === 'ambiguous' && answer.code === UNDONE) this.#host.undone(sent);
    }
  }

  /** For a counter only, which must not cost an answer: what cannot be read now is not late. */
  #isLate(sequenceId: string): boolean {
    try {
      const present = this.#options.ledger.get(sequenceId);
      return present !== null && present.host !== 'sending';
    } catch (fault) {
      if (!(fault instanceof LedgerFault)) throw fault;
      return false;
    }
  }

  #inquire(entry: Entry, attended: boolean): void {
    const committed = this.#attempt(entry, { kind: 'inquire' });
    if (committed === null) return;
    this.#budget(committed.intent, committed.intent.inquiries);
    this.#callInquiry(committed.intent, attended, () => {});
  }

  #callInquiry(
    intent: Intent,
    attended: boolean,
    told: (result: string | null, counts: boolean) => void,
  ): void {
    const { answerMs, patienceMs } = this.#limits;
    // Before a deadline, or one that begins with the answer to a question, the next inquiry is worth more than a slow one.
    const hasDeadline = intent.host === 'unknown' && !intent.deferred;
    this.#calls.start({
      kind: 'inquiry',
      key: `inquiry:${intent.sequenceId}`,
      attended,
      answerMs: hasDeadline ? answerMs.inquiry : Math.max(answerMs.inquiry, patienceMs),
      run: (signal) => this.#options.backend.inquiry(inquiryRequest(intent), this.#host.context(), signal),
      done: (answer, elapsedMs) => {
        this.#host.heard(answer, elapsedMs);
        const event = inquiryEvent(answer, intent.hostVersion);
        // Evidence that the disk did not take is none: whoever asked must ask again.
        const heard = event === null ? null : this.#records.one(intent.sequenceId, event, BY_TERMINAL);
        const isMoved = heard !== null && heard.intent.hostVersion !== intent.hostVersion;
        const counts = heard !== null && (!isMoved || heard.record.set.host !== undefined);
        told(answer.class === 'answered' && heard !== null ? answer.value.result : null, counts);
      },
    });
  }

  #netCancel(entry: Entry): void {
    const committed = this.#attempt(entry, { kind: 'netCancel' });
    if (committed === null) return;
    const { intent } = committed;
    // Of what the store bears nobody has anything to decide, however often it is refused.
    if (!isBorneByStore(intent)) this.#budget(intent, intent.netCancels);
    const { backend } = this.#options;
    this.#calls.start({
      kind: 'netCancel',
      key: `netCancel:${intent.sequenceId}`,
      attended: false,
      answerMs: this.#limits.answerMs.netCancel,
      run: (signal) => backend.netCancel(netCancelRequest(intent), this.#host.context(), signal),
      done: (answer, elapsedMs) => {
        this.#host.heard(answer, elapsedMs);
        const event = netCancelEvent(answer, backend.capabilities);
        if (event !== null) this.#records.one(intent.sequenceId, event, BY_TERMINAL);
      },
    });
  }

  #void(entry: Entry, attended: boolean): void {
    const request = this.#cancelRequest(entry.intent);
    // The card's fresh barcode is gone with the last run: only asking can tell what became of the void.
    if (request === null) {
      if (this.isAsking(entry.sequenceId)) return; // looked at again when its answer is here
      this.#agenda.hold(entry, this.#options.clock.now().monoMs + this.#options.times.retryMaxMs);
      this.#inquireVoid(entry);
      return;
    }
    const committed = this.#attempt(entry, { kind: 'voidSend' });
    if (committed === null) return;
    this.#budget(committed.intent, committed.intent.misses ?? 0);
    this.#calls.start({
      kind: 'void',
      key: `void:${entry.sequenceId}`,
      attended,
      answerMs: this.#limits.answerMs.void,
      run: (signal) => this.#options.backend.cancel(request, this.#host.context(), signal),
      done: (answer, elapsedMs) => {
        this.#host.heard(answer, elapsedMs);
        const event = cancelEvent(answer, request.cancelId);
        if (event !== null) this.#records.one(request.sequenceId, event, BY_TERMINAL);
      },
    });
  }

  #inquireVoid(entry: Entry): void {
    const committed = this.#attempt(entry, { kind: 'inquire' });
    if (committed === null) return;
    this.#budget(committed.intent, committed.intent.misses ?? 0);
    this.#callInquiry(committed.intent, false, () => {});
  }

  /** A budget of attempts that ends makes a case; delivery goes on. */
  #budget(intent: Intent, attempts: number): void {
    if (attempts > 0 && attempts % this.#limits.attemptBudget === 0) this.openCase(intent, 'BUDGET_SPENT');
  }

  /** Somebody must look at it; once is enough. False: it could not be recorded now. */
  openCase(intent: Intent, reason: CaseReason): boolean {
    if (intent.cases.includes(reason)) return true;
    return this.#records.one(intent.sequenceId, { kind: 'openCase', reason }, BY_TERMINAL) !== null;
  }

  /** Makes an attempt durable before it is sent; when that cannot be done now, it is tried again a little later. */
  #attempt(entry: Entry, command: OwnCommand): Committed | null {
    const committed = this.#records.begin(entry.sequenceId, command, BY_TERMINAL);
    if (committed === null) {
      this.#agenda.hold(entry, this.#records.againMs(entry.sequenceId));
    }
    return committed;
  }

  /** See `Records`. */
  heldUntilMs(): number | null {
    return this.#records.heldUntilMs();
  }
}
