/**
 * One scan station: scanner frames and presses of people in, snapshots of one face out. It admits scans, records what
 * people say, and shows what the ledger holds; requests to the issuer are the worker's alone.
 */
import { isDoubtedPayout } from '../intent/advice.ts';
import type { Timer } from '../intent/clock.ts';
import type { Intent } from '../intent/model.ts';
import { isUnclaimed, isVoidBarred, occupiesStation } from '../intent/state.ts';
import type { Committed } from '../ledger/types.ts';
import { type ScanFrame, type ScanResult, StationCore, type StationOptions, TERMINAL } from './core.ts';
import { CLOSABLE, closesAfterMs, faceIdOf } from './faces.ts';
import type { Pages } from './pages.ts';
import { Presses, type Seen } from './presses.ts';
import { Scans } from './scans.ts';
import type { PressAnswer, PressBody, Snapshot } from './snapshot.ts';
import {
  buildSnapshot,
  contextOf,
  isCovered,
  type LedgerTrouble,
  laterAnswer,
  type StartingStep,
  viewOnly,
} from './view.ts';
import { lineUp } from './worker.ts';

export type { ScanFrame, ScanResult, StationOptions } from './core.ts';
export type SnapshotListener = (snapshot: Snapshot) => void;

export class Station {
  readonly stationId: string;
  readonly pages: Pages;
  readonly #core: StationCore;
  readonly #scans: Scans;
  readonly #presses: Presses;
  readonly #listeners = new Set<SnapshotListener>();
  #timer: Timer | null = null;
  /** Outer events under way: the screen is worked out once, at their end. */
  #busy = 0;
  /** Mono ms of the next try to record, after a failed commit. */
  #recordAgainMs: number | null = null;
  #closed = false;

  constructor(options: StationOptions) {
    this.#core = new StationCore(options);
    this.#scans = new Scans(this.#core);
    this.#presses = new Presses(this.#core);
    this.stationId = options.stationId;
    this.pages = this.#core.pages;
    this.#restoreLast();
    this.refresh();
  }

  /** Grows with every change of the screen in this run. */
  get sequence(): number {
    return this.#core.sequence;
  }

  /** The present snapshot for a page; without one, as the driver sees it. */
  snapshot(page: string | null = null): Snapshot {
    return this.#forPage(page, buildSnapshot(this.#core.view()));
  }

  #forPage(page: string | null, snapshot: Snapshot): Snapshot {
    return page === null || this.pages.drives(page) ? snapshot : viewOnly(snapshot);
  }

  /** Called with the driver's snapshot after every change. */
  onSnapshot(listener: SnapshotListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Line, worker, scanner, clock or open matters changed: everything on the screen is worked out again. */
  refresh(): void {
    this.#refreshed();
  }

  /** The snapshot that everybody was told; null: nobody listens, or it is told at the end of the outer event. */
  #refreshed(): Snapshot | null {
    if (this.#busy > 0 || this.#closed) return null;
    this.#settle();
    this.#core.sequence += 1;
    this.#arm();
    if (this.#listeners.size === 0) return null;
    const snapshot = buildSnapshot(this.#core.view());
    for (const listener of this.#listeners) listener(snapshot);
    return snapshot;
  }

  /** A frame from one of this station's scanners. Never throws for what was scanned. */
  scan(frame: ScanFrame): ScanResult {
    return this.#atOnce(() => this.#scans.scan(frame)).result;
  }

  /** A read without its end from one of this station's scanners: explained when it was a payment, never taken. */
  unended(frame: ScanFrame): ScanResult {
    return this.#atOnce(() => this.#scans.unended(frame)).result;
  }

  /** A key of the dock or the rail. Anything but the present face and version gives the present face and changes nothing. */
  press(body: PressBody): PressAnswer {
    return this.#act(body.page, () => this.#presses.press(body));
  }

  /** The page showed the sentence: recorded once, for the version that it showed. */
  shown(body: Seen): PressAnswer {
    return this.#act(body.page, () => this.#presses.shown(body));
  }

  /** A manager gave the PIN on this face (checked by the caller). */
  pinAccepted(body: Seen, managerId: string): PressAnswer {
    return this.#act(body.page, () => this.#presses.pin(body, managerId));
  }

  takeOver(page: string): PressAnswer {
    return this.#act(page, () =>
      this.pages.takeOver(page, this.#core.options.clock.now().monoMs) ? null : 'VIEW_ONLY',
    );
  }

  lock(page: string): PressAnswer {
    return this.#act(page, () => {
      if (!this.pages.drives(page)) return 'VIEW_ONLY';
      this.#core.desk.locked = true;
      return null;
    });
  }

  /** The caller has checked the PIN. */
  unlock(page: string): PressAnswer {
    return this.#act(page, () => {
      this.#core.desk.locked = false;
      return null;
    });
  }

  setCashier(page: string, cashier: string | null): PressAnswer {
    return this.#act(page, () => {
      if (!this.pages.drives(page)) return 'VIEW_ONLY';
      if (this.#core.desk.locked) return 'LOCKED';
      this.#core.desk.cashier = cashier;
      return null;
    });
  }

  setScanner(scanner: Snapshot['strip']['scanner']): void {
    this.#core.scanner = scanner;
    this.refresh();
  }

  setPrinter(printer: 'ready' | 'failed'): void {
    this.#core.printer = printer;
    this.refresh();
  }

  /** A trouble that only a repair ends, such as a verification that failed: no scan opens anything. null: it was repaired. */
  setTrouble(trouble: LedgerTrouble | null): void {
    this.#core.lastingTrouble = trouble;
    this.refresh();
  }

  /**
   * The row of this payment cannot be read any more, and the board knows: it leaves the screen, where it would stand for
   * ever, and does not come back. What could not be recorded of it stands as long as other cash that waits for a person.
   */
  setAside(sequenceId: string): void {
    const { desk, options } = this.#core;
    if (desk.current?.sequenceId === sequenceId) desk.show(null);
    if (desk.notRecorded?.intent.sequenceId === sequenceId) {
      const endsMs = options.clock.now().monoMs + options.policy.times.leaveMs;
      desk.notRecorded = { ...desk.notRecorded, endsMs };
    }
    this.refresh();
  }

  /** null: ready. */
  setStarting(step: StartingStep | null): void {
    this.#core.starting = step;
    this.refresh();
  }

  /** Call it for every commit, after the board was updated. */
  committed({ intent, record }: Committed): void {
    this.#core.trouble = null;
    const desk = this.#core.desk;
    const current = desk.current;
    const now = this.#core.options.clock.now();
    if (current?.sequenceId === intent.sequenceId) {
      if (current.question !== null && intent.question === null) desk.questionsAnswered += 1;
      desk.current = intent;
      // A minute without a choice ends as Stop does: the barcode lives on.
      if (record.event === 'expire')
        desk.expired = current.expiresMs === null || now.monoMs >= current.expiresMs;
      if (intent.host !== 'approved' || isVoidBarred(intent)) desk.dropVoidAsk();
      if (record.event === 'leave') {
        if (current.question !== null) desk.questionsAnswered += 1;
        desk.show(null);
      }
      if (isDoubtedPayout(intent) || isUnclaimed(intent)) desk.show(null);
      if (record.event === 'chooseLater' && intent.host === 'closed')
        desk.limitCause = this.#limitCause(intent);
    }
    if (desk.last?.intent.sequenceId === intent.sequenceId) desk.last.intent = intent;
    if (desk.notRecorded?.intent.sequenceId === intent.sequenceId) {
      desk.notRecorded = { ...desk.notRecorded, intent };
    }
    const news = newsOf(record.set.host, intent);
    if (news === 'LATER-DONE' || (news !== null && desk.current?.sequenceId !== intent.sequenceId)) {
      desk.news = { kind: news, intent, endsMs: now.monoMs + this.#core.options.times.newsMs };
    }
    this.refresh();
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#timer = null;
    this.#listeners.clear();
  }

  #act(page: string, work: () => string | null): PressAnswer {
    this.pages.seen(page, this.#core.options.clock.now().monoMs);
    const { result: refusal, told } = this.#atOnce(work);
    const snapshot = told === null ? this.snapshot(page) : this.#forPage(page, told);
    return { done: refusal === null, refusal, snapshot };
  }

  /** Runs one outer event to its end and shows its result once. */
  #atOnce<T>(work: () => T): { readonly result: T; readonly told: Snapshot | null } {
    let result: T;
    let told: Snapshot | null = null;
    this.#busy += 1;
    try {
      result = work();
    } finally {
      this.#busy -= 1;
      told = this.#refreshed();
    }
    return { result, told };
  }

  /** Ends what time has ended, takes the next payment or question that waits, and notices a new face. */
  #settle(): void {
    const { clock } = this.#core.options;
    const { monoMs } = clock.now();
    const desk = this.#core.desk;
    if (desk.refused !== null && desk.refused.endsMs <= monoMs) desk.refused = null;
    if (desk.band !== null && desk.band.endsMs <= monoMs) desk.band = null;
    if (desk.news !== null && desk.news.endsMs <= monoMs) desk.news = null;
    if (desk.closesMs !== null && desk.closesMs <= monoMs) desk.show(null);
    if (typeof desk.notRecorded?.endsMs === 'number' && desk.notRecorded.endsMs <= monoMs)
      desk.notRecorded = null;
    if (desk.choiceEndsMs !== null && desk.choiceEndsMs <= monoMs) {
      desk.choiceEndsMs = null;
      desk.voidAsk = null;
    }
    this.#followLine();
    if (desk.current === null && desk.notRecorded === null) this.#takeNext();
    this.#noticeFace(monoMs);
  }

  /**
   * Before the cash: "credit later?" is asked while the line is down, and no longer once it is back. Not while nothing can be
   * recorded: each change of the screen would try it anew, and behind another program's lock wait two seconds for it.
   */
  #followLine(): void {
    if (this.#core.trouble !== null) return;
    const { current } = this.#core.desk;
    if (current === null || current.type !== 'CHARGE' || current.question !== null) return;
    if (current.host !== 'unsent' || current.cash !== 'none' || current.laterChosen === true) return;
    const view = this.#core.view();
    const up = lineUp(view.status);
    if (up === !current.choosing) return;
    if (!up && !laterAnswer(current.amount, view, current.sequenceId).ok) return;
    this.#busy += 1;
    try {
      this.#core.record(current, { kind: up ? 'chooseSend' : 'chooseLater' }, TERMINAL);
    } finally {
      this.#busy -= 1;
    }
  }

  #takeNext(): void {
    const { board, isMine } = this.#core.options;
    const [question] = board.questions(isMine);
    const next =
      question ??
      board.select((intent) => isMine(intent) && intent.question === null && occupiesStation(intent))[0] ??
      null;
    if (next !== null) this.#core.desk.refused = null;
    if (next !== null) this.#core.desk.show(next);
    else if (question === undefined) this.#core.desk.questionsAnswered = 0;
  }

  /**
   * A new face starts its own time; an ended one becomes the rail's last result. What stands under a face of the station
   * itself was not seen: its time starts when that one goes.
   */
  #noticeFace(monoMs: number): void {
    const desk = this.#core.desk;
    const { clock, times, policy } = this.#core.options;
    const view = this.#core.view();
    // One that was seen before ends under the cover: it must not stand there for the next customer.
    const isSeen = desk.current?.acknowledged === true && desk.shown.sequenceId === desk.current.sequenceId;
    if (isSeen && isCovered(view)) return;
    if (desk.current === null || isCovered(view)) {
      desk.shown = { face: 'IDLE', sequenceId: null };
      desk.closesMs = null;
      return;
    }
    const face = faceIdOf(desk.current, contextOf(desk.current, view));
    const { sequenceId } = desk.current;
    const isSame = desk.shown.face === face && desk.shown.sequenceId === sequenceId;
    // What was left to the manager has no 180 s of its own any more: opened from the rail, it goes back there.
    const leftMs = desk.current.left ? policy.times.leaveMs : null;
    const closeMs = closesAfterMs(face, times) ?? leftMs;
    // One that nobody was told of comes back when its time is over, and has its time anew.
    if (isSame && (desk.closesMs !== null || closeMs === null)) return;
    desk.shown = { face, sequenceId };
    desk.closesMs = closeMs === null ? null : monoMs + closeMs;
    desk.choiceEndsMs = face === 'VOID-ASK' ? monoMs + times.choiceMs : null;
    if (CLOSABLE.has(face)) {
      desk.last = { intent: desk.current, face, atMs: clock.now().wallMs };
    }
  }

  /** One timer for the next moment at which the screen changes by itself. */
  #arm(): void {
    this.#timer?.cancel();
    this.#timer = null;
    const { clock, times } = this.#core.options;
    const desk = this.#core.desk;
    const { monoMs } = clock.now();
    const moments = [
      desk.refused?.endsMs,
      desk.band?.endsMs,
      desk.news?.endsMs,
      desk.closesMs,
      desk.choiceEndsMs,
      desk.notRecorded?.endsMs,
      this.#core.options.board.recentChangesMs(monoMs),
    ];
    if (desk.current?.host === 'voiding') moments.push(desk.current.enteredMs + times.voidLateMs);
    const isTriedAgain = desk.notRecorded !== null && desk.notRecorded.endsMs === null;
    if (this.#core.trouble === null && !isTriedAgain) this.#recordAgainMs = null;
    else {
      this.#recordAgainMs ??= monoMs + times.recordAgainMs;
      moments.push(this.#recordAgainMs);
    }
    let nextMs = Number.POSITIVE_INFINITY;
    for (const moment of moments) {
      if (typeof moment === 'number' && moment > monoMs && moment < nextMs) nextMs = moment;
    }
    if (nextMs === Number.POSITIVE_INFINITY) return;
    this.#timer = clock.after(nextMs - monoMs, () => this.#woken());
  }

  #woken(): void {
    this.#timer = null;
    const { monoMs } = this.#core.options.clock.now();
    if (this.#recordAgainMs !== null && this.#recordAgainMs <= monoMs) {
      this.#recordAgainMs = null;
      this.#recordAgain();
    }
    this.refresh();
  }

  /** After a failed commit: as soon as the ledger takes records again, the question asks where the cash is. */
  #recordAgain(): void {
    const { ledger, clock } = this.#core.options;
    const desk = this.#core.desk;
    const notRecorded = desk.notRecorded?.endsMs === null ? desk.notRecorded : null;
    this.#busy += 1;
    try {
      if (notRecorded === null) {
        ledger.note('recordsAgain', { stationId: this.stationId }, clock.now(), TERMINAL);
      } else {
        ledger.record(notRecorded.intent.sequenceId, { kind: 'restart' }, clock.now(), { actor: TERMINAL });
        desk.notRecorded = null;
        desk.show(null);
      }
      this.#core.trouble = null;
    } catch (error) {
      this.#core.ledgerFailed(error, notRecorded?.intent.sequenceId ?? null);
    } finally {
      this.#busy -= 1;
    }
  }

  #limitCause(intent: Intent): string | null {
    const later = laterAnswer(intent.amount, this.#core.view(), intent.sequenceId);
    return later.ok ? null : later.cause;
  }

  /** After a restart the rail still shows how the last payment of this station ended, unless very many others came after it. */
  #restoreLast(): void {
    const { ledger, stationId } = this.#core.options;
    const [intent] = ledger.list({ limit: 1, group: 'ended', stationId }).intents;
    if (intent === undefined || intent.question !== null) return;
    const face = faceIdOf(intent, contextOf(intent, this.#core.view()));
    this.#core.desk.last = { intent, face, atMs: intent.scannedAtMs };
  }
}

function newsOf(host: Intent['host'] | undefined, intent: Intent): 'LATER-DONE' | 'REVERSED' | null {
  if (host === 'approved' && intent.deferred) return 'LATER-DONE';
  return host === 'reversed' ? 'REVERSED' : null;
}
