/**
 * One scan station: scanner frames and presses of people in, snapshots of one face out. It admits scans, records what
 * people say, and shows what the ledger holds; requests to the issuer are the worker's alone.
 */
import { diagnose } from '../barcode/diagnose.ts';
import { type CodeTable, parseBarcode } from '../barcode/parse.ts';
import type { Clock, Timer } from '../intent/clock.ts';
import type { Actor, Intent, OwnCommand } from '../intent/model.ts';
import { admit, type Policy } from '../intent/policy.ts';
import { occupiesStation } from '../intent/state.ts';
import { DuplicateScan, LedgerFault } from '../ledger/fault.ts';
import type { Committed, Ledger, Outcome } from '../ledger/types.ts';
import type { Board } from './board.ts';
import { Desk, type VoidProof } from './desk.ts';
import { CLOSABLE, closesAfterMs, faceIdOf } from './faces.ts';
import { cashOf, keyMeaning } from './keys.ts';
import { Pages } from './pages.ts';
import { refusedByDiagnosis, refusedByPolicy, UnreadableCount } from './refused.ts';
import type { Face, PressAnswer, PressBody, RefusedCause, Snapshot } from './snapshot.ts';
import type { StationTimes } from './times.ts';
import {
  buildSnapshot,
  contextOf,
  faceNow,
  isAttended,
  isVoidable,
  type LedgerTrouble,
  laterAnswer,
  type StartingStep,
  type ViewInput,
  viewOnly,
} from './view.ts';
import { lineUp, type StationWorker } from './worker.ts';

/** One complete read, as a driver gives it. */
export interface ScanFrame {
  readonly source: string;
  readonly text: string;
  readonly symbology?: string;
}

export type StationLedger = Pick<Ledger, 'accept' | 'record' | 'note' | 'facts' | 'get' | 'list'>;

export interface StationOptions {
  readonly stationId: string;
  readonly terminalId: string;
  /** Random id of the agent's run. */
  readonly run: string;
  readonly ledger: StationLedger;
  readonly board: Board;
  readonly worker: StationWorker;
  readonly policy: Policy;
  readonly codeTable: CodeTable;
  readonly clock: Clock;
  readonly times: StationTimes;
  /** Makes ids of intents and void attempts. */
  readonly newId: (wallMs: number) => string;
  /** Whose questions this station asks; the first station also takes those of stations that no longer exist. */
  readonly isMine: (intent: Intent) => boolean;
  /** Scans that are not ours, for a POS program. */
  readonly forward: (frame: ScanFrame) => void;
  /** The ledger cannot be trusted to go on: the agent ends. */
  readonly onLedgerFault: (fault: LedgerFault) => void;
}

/** What became of a frame, for the scanner's statistics. */
export type ScanResult = 'accepted' | 'refused' | 'unreadable' | 'notOurs';

export type SnapshotListener = (snapshot: Snapshot) => void;

const NO_SCANNER: Snapshot['strip']['scanner'] = { state: 'none', name: null, problem: null };
/** Refused scans of one cause are noted in the journal at most this often: a hands-free scanner repeats itself. */
const NOTE_EVERY_MS = 10_000;

export class Station {
  readonly stationId: string;
  readonly pages: Pages;
  readonly #options: StationOptions;
  readonly #desk = new Desk();
  readonly #unreadable: UnreadableCount;
  readonly #listeners = new Set<SnapshotListener>();
  readonly #notedMs = new Map<RefusedCause, number>();
  #sequence = 0;
  #scanner = NO_SCANNER;
  #trouble: LedgerTrouble | null = null;
  #lastingTrouble: LedgerTrouble | null = null;
  #starting: StartingStep | null = null;
  #timer: Timer | null = null;
  #busy = 0;
  /** Mono ms of the next try to record, after a failed commit. */
  #recordAgainMs: number | null = null;
  #closed = false;

  constructor(options: StationOptions) {
    this.#options = options;
    this.stationId = options.stationId;
    this.pages = new Pages(options.times.pageGoneMs);
    this.#unreadable = new UnreadableCount(options.times.unreadableMs);
    this.#restoreLast();
    this.refresh();
  }

  // ------------------------------------------------------------------------------------------------ what pages see

  /** The present snapshot for a page; without one, as the driver sees it. */
  snapshot(page: string | null = null): Snapshot {
    const snapshot = buildSnapshot(this.#view());
    return page === null || this.pages.drives(page) ? snapshot : viewOnly(snapshot);
  }

  /** Called with the driver's snapshot after every change. */
  onSnapshot(listener: SnapshotListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Line, worker, scanner, clock or open matters changed: everything on the screen is worked out again. */
  refresh(): void {
    if (this.#busy > 0 || this.#closed) return;
    this.#settle();
    this.#sequence += 1;
    this.#arm();
    if (this.#listeners.size === 0) return;
    const snapshot = buildSnapshot(this.#view());
    for (const listener of this.#listeners) listener(snapshot);
  }

  get sequence(): number {
    return this.#sequence;
  }

  setScanner(scanner: Snapshot['strip']['scanner']): void {
    this.#scanner = scanner;
    this.refresh();
  }

  /** A trouble that only a repair ends, such as a verification that failed: no scan opens anything. */
  setTrouble(trouble: LedgerTrouble): void {
    this.#lastingTrouble = trouble;
    this.refresh();
  }

  /** null: ready. */
  setStarting(step: StartingStep | null): void {
    this.#starting = step;
    this.refresh();
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#timer = null;
    this.#listeners.clear();
  }

  // ------------------------------------------------------------------------------------------------ the ledger's word

  /** Call it for every commit, after the board was updated. */
  committed({ intent, record }: Committed): void {
    this.#trouble = null;
    const desk = this.#desk;
    const current = desk.current;
    const now = this.#options.clock.now();
    if (current?.sequenceId === intent.sequenceId) {
      if (current.question !== null && intent.question === null) desk.questionsAnswered += 1;
      desk.current = intent;
      if (record.event === 'expire') desk.expired = true;
      if (record.event === 'leave') desk.show(null);
      if (record.event === 'chooseLater' && intent.host === 'closed')
        desk.limitCause = this.#limitCause(intent);
    }
    if (desk.last?.intent.sequenceId === intent.sequenceId) desk.last.intent = intent;
    const news = newsOf(record.set.host, intent);
    if (news === 'LATER-DONE' || (news !== null && desk.current?.sequenceId !== intent.sequenceId)) {
      desk.news = { kind: news, intent, endsMs: now.monoMs + this.#options.times.newsMs };
    }
    this.refresh();
  }

  // ------------------------------------------------------------------------------------------------ scans

  /** A frame from one of this station's scanners. Never throws for what was scanned. */
  scan(frame: ScanFrame): ScanResult {
    return this.#atOnce(() => this.#scan(frame));
  }

  #scan(frame: ScanFrame): ScanResult {
    const { codeTable, clock } = this.#options;
    const symbology = frame.symbology ?? null;
    const parsed = parseBarcode(frame.text, codeTable, symbology);
    if (!parsed.ok) {
      const found = parsed.looksLikeOurs
        ? refusedByDiagnosis(diagnose(frame.text, codeTable, symbology))
        : null;
      if (found === null) {
        if (frame.text !== '') this.#options.forward(frame);
        return 'notOurs';
      }
      this.#refuse(found.cause, found.values);
      return 'unreadable';
    }
    this.#unreadable.clear();
    const barcodeSpec = frame.text.slice(-31);
    const { spec } = parsed;
    const blocked = this.#blockedBy();
    if (blocked !== null) return this.#refuse(blocked);
    if (this.#isProof(spec.cardNumber, barcodeSpec)) return 'accepted';
    const now = clock.now();
    const facts = this.#options.ledger.facts(barcodeSpec, spec.cardNumber, now);
    const { current } = this.#desk;
    if (current !== null && facts.same?.sequenceId === current.sequenceId && isAttended(this.#view())) {
      return this.#refuse('DUP_OPEN');
    }
    if (this.#options.board.questions(this.#options.isMine).length > 0) return this.#refuse('RESTART_OPEN');
    if (isAttended(this.#view())) return this.#refuse('STATION_BUSY');
    const admission = admit(spec, facts, this.#admitContext(now.wallMs), this.#options.policy);
    if (!admission.ok) {
      const { cause, values } = refusedByPolicy(admission.cause, admission.values);
      return this.#refuse(cause, values);
    }
    return this.#accept(
      { type: spec.type, amount: spec.amount, cardNumber: spec.cardNumber, barcodeSpec },
      admission.managerNeeded,
    );
  }

  #accept(
    scan: Pick<Parameters<StationLedger['accept']>[0], 'type' | 'amount' | 'cardNumber' | 'barcodeSpec'>,
    managerNeeded: boolean,
  ): ScanResult {
    const { ledger, clock, newId, stationId } = this.#options;
    const now = clock.now();
    try {
      const { intent } = ledger.accept(
        { ...scan, stationId, managerNeeded, sequenceId: newId(now.wallMs) },
        now,
      );
      this.#desk.refused = null;
      this.#desk.show(intent);
      return 'accepted';
    } catch (error) {
      if (error instanceof DuplicateScan) return this.#refuse('DUP_OPEN');
      this.#ledgerFailed(error);
      return this.#refuse(this.#trouble?.face === 'NO-ROOM' ? 'NO_ROOM' : 'LEDGER');
    }
  }

  /** Why no payment scan may open anything now, whatever it says. */
  #blockedBy(): RefusedCause | null {
    const { clock, worker } = this.#options;
    if (this.#desk.locked) return 'LOCKED';
    if (this.#starting !== null) return 'STARTING';
    if (this.#desk.notRecorded !== null || this.#lastingTrouble !== null) return 'LEDGER';
    if (worker.status().recovering) return 'RECOVERING';
    return this.pages.isWatched(clock.now().monoMs) ? null : 'NO_PAGE';
  }

  #admitContext(wallMs: number): Parameters<typeof admit>[2] {
    const status = this.#options.worker.status();
    return {
      wallMs,
      stationId: this.stationId,
      line: lineUp(status) ? 'online' : 'down',
      clockConfirmed: status.clockConfirmed,
      answeredSinceStart: status.onlineSinceStart,
      issuerEnabled: status.enabled,
      recent: this.#options.board.recent(),
    };
  }

  /** A scan while VOID-ASK waits: the same card's fresh barcode is the proof. */
  #isProof(cardNumber: string, barcodeSpec: string): boolean {
    const { voidAsk, current } = this.#desk;
    if (voidAsk === null || current === null || voidAsk.proof !== null) return false;
    const same = this.#options.ledger
      .list({ limit: 1, cardNumber, text: current.sequenceId })
      .intents.some((intent) => intent.sequenceId === current.sequenceId);
    if (same) voidAsk.proof = { kind: 'card', barcodeSpec };
    else this.#refuse('VOID_PROOF');
    return true;
  }

  /** Shows a refusal: on the face in progress as a band, else as a face of its own. */
  #refuse(cause: RefusedCause, values: Readonly<Record<string, string | number>> = {}): ScanResult {
    const { clock, times } = this.#options;
    const { monoMs } = clock.now();
    const desk = this.#desk;
    const scan = this.#unreadable.add(cause, values, monoMs);
    this.#noteRefusal(cause);
    const view = this.#view();
    const onTop = isAttended(view) || SYSTEM_FACES.has(faceNow(view).id) || ON_TOP.has(cause);
    if (onTop) desk.band = { cause, values, endsMs: monoMs + times.bandMs };
    else {
      desk.show(null);
      desk.refused = { scan, endsMs: monoMs + times.refusedMs };
    }
    return 'refused';
  }

  #noteRefusal(cause: RefusedCause): void {
    const { ledger, clock } = this.#options;
    const now = clock.now();
    const notedMs = this.#notedMs.get(cause);
    if (notedMs !== undefined && now.monoMs - notedMs < NOTE_EVERY_MS) return;
    this.#notedMs.set(cause, now.monoMs);
    try {
      ledger.note('scanRefused', { cause, stationId: this.stationId }, now, { role: 'terminal' });
    } catch (error) {
      this.#ledgerFailed(error);
    }
  }

  // ------------------------------------------------------------------------------------------------ presses

  /** A key of the dock or the rail. Anything but the present face and version gives the present face and changes nothing. */
  press(body: PressBody): PressAnswer {
    return this.#atOnce(
      () => this.#press(body),
      (refusal) => this.#answer(body.page, refusal),
    );
  }

  /** The page showed the sentence: recorded once, for the version that it showed. */
  shown(body: Pick<PressBody, 'page' | 'sequenceId' | 'version' | 'face'>): PressAnswer {
    return this.#atOnce(
      () => {
        const stale = this.#stale(body);
        if (stale !== null) return stale;
        const { current } = this.#desk;
        if (current === null || !this.#face().acknowledge) return 'NOTHING_TO_SHOW';
        return this.#record(current, { kind: 'acknowledge' }, TERMINAL);
      },
      (refusal) => this.#answer(body.page, refusal),
    );
  }

  /** A manager gave the PIN on this face (checked by the caller). */
  pinAccepted(body: Omit<PressBody, 'key'>, managerId: string): PressAnswer {
    return this.#atOnce(
      () => this.#pin(body, managerId),
      (refusal) => this.#answer(body.page, refusal),
    );
  }

  takeOver(page: string): PressAnswer {
    this.pages.takeOver(page, this.#options.clock.now().monoMs);
    this.refresh();
    return this.#answer(page, null);
  }

  lock(page: string): PressAnswer {
    if (!this.pages.drives(page)) return this.#answer(page, 'VIEW_ONLY');
    this.#desk.locked = true;
    this.refresh();
    return this.#answer(page, null);
  }

  unlock(page: string): PressAnswer {
    this.#desk.locked = false;
    this.refresh();
    return this.#answer(page, null);
  }

  setCashier(page: string, cashier: string | null): PressAnswer {
    if (!this.pages.drives(page)) return this.#answer(page, 'VIEW_ONLY');
    this.#desk.cashier = cashier;
    this.refresh();
    return this.#answer(page, null);
  }

  #press(body: PressBody): string | null {
    if (body.key === 'VOID') return this.#askVoid(body);
    if (body.key === 'OPEN') return this.#open(body);
    const stale = this.#stale(body);
    if (stale !== null) return stale;
    const face = this.#face();
    if (body.key === 'CLOSE') return this.#closeFace(face);
    if (!face.keys.includes(body.key)) return 'NO_SUCH_KEY';
    const meaning = keyMeaning(face.id, body.key);
    const { current } = this.#desk;
    if (meaning === null || current === null) return 'NO_SUCH_KEY';
    switch (meaning.kind) {
      case 'dropVoid':
        this.#desk.voidAsk = null;
        return null;
      case 'void':
        return this.#void(current);
      case 'command':
        if (meaning.command.kind === 'leave' && current.left) {
          this.#desk.show(null);
          return null;
        }
        return this.#record(current, meaning.command, this.#actor());
    }
  }

  /** Why this press does not speak about what is on the screen; null: it does. */
  #stale(body: Pick<PressBody, 'page' | 'sequenceId' | 'version' | 'face'>): string | null {
    if (!this.pages.drives(body.page)) return 'VIEW_ONLY';
    if (this.#desk.locked) return 'LOCKED';
    const { id, intent } = this.#face();
    const same =
      id === body.face &&
      (intent?.sequenceId ?? null) === body.sequenceId &&
      (intent?.version ?? null) === body.version;
    return same ? null : 'STALE';
  }

  #closeFace(face: Face): string | null {
    if (!face.closable) return 'NO_SUCH_KEY';
    this.#desk.refused = null;
    this.#desk.show(null);
    return null;
  }

  #open(body: PressBody): string | null {
    const refusal = this.#railRefusal(body);
    if (refusal !== null) return refusal;
    const intent = body.sequenceId === null ? null : this.#options.board.get(body.sequenceId);
    if (intent === null || intent.version !== body.version) return 'STALE';
    if (occupiesStation(intent) && !this.#options.isMine(intent)) return 'STATION_BUSY';
    this.#desk.refused = null;
    this.#desk.show(intent, true);
    return null;
  }

  #railRefusal(body: PressBody): string | null {
    if (!this.pages.drives(body.page)) return 'VIEW_ONLY';
    if (this.#desk.locked) return 'LOCKED';
    const view = this.#view();
    if (isAttended(view) || SYSTEM_FACES.has(faceNow(view).id)) return 'STATION_BUSY';
    return null;
  }

  #askVoid(body: PressBody): string | null {
    const refusal = this.#railRefusal(body);
    if (refusal !== null) return refusal;
    const { last } = this.#desk;
    if (last === null || last.intent.sequenceId !== body.sequenceId || last.intent.version !== body.version) {
      return 'STALE';
    }
    if (!isVoidable(this.#view())) {
      const sameDay = last.intent.approval?.businessDate === this.#options.worker.status().businessDate;
      this.#refuse(sameDay ? 'VOID_WINDOW' : 'VOID_DAY');
      return sameDay ? 'VOID_WINDOW' : 'VOID_DAY';
    }
    this.#desk.refused = null;
    this.#desk.show(last.intent);
    this.#desk.voidAsk = { proof: null };
    return null;
  }

  #void(current: Intent): string | null {
    const { worker, newId, clock } = this.#options;
    const proof = this.#desk.voidAsk?.proof ?? null;
    if (proof === null) return 'VOID_PROOF';
    const cancelId = newId(clock.now().wallMs);
    if (proof.kind === 'card') worker.holdProof(cancelId, proof.barcodeSpec);
    const refusal = this.#record(current, voidCommand(cancelId, proof), this.#actor());
    if (refusal !== null && proof.kind === 'card') worker.releaseProof(cancelId);
    this.#desk.voidAsk = null;
    if (refusal === 'VOID_WINDOW' || refusal === 'VOID_DAY' || refusal === 'VOID_PROOF')
      this.#refuse(refusal);
    return refusal;
  }

  #pin(body: Omit<PressBody, 'key'>, managerId: string): string | null {
    const stale = this.#stale(body);
    if (stale !== null) return stale;
    const desk = this.#desk;
    if (desk.current === null || !this.#face().pinPad) return 'NO_SUCH_KEY';
    if (desk.current.managerNeeded && body.face === 'MANAGER') {
      return this.#record(desk.current, { kind: 'managerAllowed' }, { role: 'manager', id: managerId });
    }
    desk.managerId = managerId;
    if (desk.voidAsk !== null) desk.voidAsk.proof = { kind: 'manager', managerId };
    return null;
  }

  /** Records one command of a person. null: done. A failed commit at the moment that cash moves shows NOT-RECORDED. */
  #record(intent: Intent, command: OwnCommand, actor: Actor): string | null {
    const { ledger, clock, worker } = this.#options;
    try {
      const outcome: Outcome = ledger.record(intent.sequenceId, command, clock.now(), {
        actor,
        expectedVersion: intent.version,
        canDefer: laterAnswer(intent.amount, this.#view()).ok,
        openBusinessDate: worker.status().businessDate,
      });
      if (outcome.ok) return null;
      if (this.#desk.current?.sequenceId === intent.sequenceId) this.#desk.current = outcome.intent;
      return outcome.refusal;
    } catch (error) {
      const cash = cashOf(command);
      if (cash !== null) {
        this.#desk.notRecorded = { face: cash === 'in' ? 'NOT-RECORDED' : 'NOT-RECORDED-OUT', intent };
      }
      this.#ledgerFailed(error);
      return 'LEDGER';
    }
  }

  #actor(): Actor {
    const { managerId, cashier } = this.#desk;
    if (managerId !== null) return { role: 'manager', id: managerId };
    return cashier === null ? { role: 'cashier' } : { role: 'cashier', id: cashier };
  }

  #answer(page: string, refusal: string | null): PressAnswer {
    return { done: refusal === null, refusal, snapshot: this.snapshot(page) };
  }

  // ------------------------------------------------------------------------------------------------ inside

  /** Runs one outer event to its end and shows its result once. */
  #atOnce<T>(work: () => T): T;
  #atOnce<T>(work: () => string | null, answer: (refusal: string | null) => T): T;
  #atOnce<T>(work: () => T | string | null, answer?: (refusal: string | null) => T): T {
    this.#busy += 1;
    let result: T | string | null;
    try {
      result = work();
    } finally {
      this.#busy -= 1;
    }
    this.refresh();
    return answer === undefined ? (result as T) : answer(result as string | null);
  }

  #view(): ViewInput {
    const { board, worker, policy, times, clock, stationId, terminalId, run, isMine } = this.#options;
    return {
      desk: this.#desk,
      board,
      status: worker.status(),
      policy,
      times,
      now: clock.now(),
      stationId,
      terminalId,
      run,
      sequence: this.#sequence,
      scanner: this.#scanner,
      trouble: this.#lastingTrouble ?? this.#trouble,
      starting: this.#starting,
      isMine,
      balanceOf: (sequenceId) => worker.balanceOf(sequenceId),
    };
  }

  #face(): Face {
    return faceNow(this.#view());
  }

  /** Ends what time has ended, takes the next payment or question that waits, and notices a new face. */
  #settle(): void {
    const { clock } = this.#options;
    const { monoMs } = clock.now();
    const desk = this.#desk;
    if (desk.refused !== null && desk.refused.endsMs <= monoMs) desk.refused = null;
    if (desk.band !== null && desk.band.endsMs <= monoMs) desk.band = null;
    if (desk.news !== null && desk.news.endsMs <= monoMs) desk.news = null;
    if (desk.closesMs !== null && desk.closesMs <= monoMs) desk.show(null);
    if (desk.choiceEndsMs !== null && desk.choiceEndsMs <= monoMs) {
      desk.choiceEndsMs = null;
      desk.voidAsk = null;
    }
    this.#followLine();
    if (desk.current === null && desk.notRecorded === null) this.#takeNext();
    this.#noticeFace(monoMs);
  }

  /** Before the cash: "credit later?" is asked while the line is down, and no longer once it is back. */
  #followLine(): void {
    const { current } = this.#desk;
    if (current === null || current.type !== 'CHARGE' || current.question !== null) return;
    if (current.host !== 'unsent' || current.cash !== 'none' || current.laterChosen === true) return;
    const view = this.#view();
    const up = lineUp(view.status);
    if (up === !current.choosing) return;
    if (!up && !laterAnswer(current.amount, view).ok) return;
    this.#busy += 1;
    this.#record(current, { kind: up ? 'chooseSend' : 'chooseLater' }, TERMINAL);
    this.#busy -= 1;
  }

  #takeNext(): void {
    const { board, isMine } = this.#options;
    const [question] = board.questions(isMine);
    const next =
      question ??
      board.select((intent) => isMine(intent) && intent.question === null && occupiesStation(intent))[0] ??
      null;
    if (next !== null) this.#desk.refused = null;
    if (next !== null) this.#desk.show(next);
    else if (question === undefined) this.#desk.questionsAnswered = 0;
  }

  /** A new face starts its own time; an ended one becomes the rail's last result. */
  #noticeFace(monoMs: number): void {
    const desk = this.#desk;
    const { clock, times } = this.#options;
    if (desk.current === null) {
      desk.shown = { face: 'IDLE', sequenceId: null };
      return;
    }
    const face = faceIdOf(desk.current, contextOf(desk.current, this.#view()));
    const { sequenceId } = desk.current;
    if (desk.shown.face === face && desk.shown.sequenceId === sequenceId) return;
    desk.shown = { face, sequenceId };
    const closeMs = closesAfterMs(face, times);
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
    const { clock, times } = this.#options;
    const desk = this.#desk;
    const { monoMs } = clock.now();
    const moments = [
      desk.refused?.endsMs,
      desk.band?.endsMs,
      desk.news?.endsMs,
      desk.closesMs,
      desk.choiceEndsMs,
    ];
    if (desk.current?.host === 'voiding') moments.push(desk.current.enteredMs + times.voidLateMs);
    if (this.#trouble === null && desk.notRecorded === null) this.#recordAgainMs = null;
    else {
      this.#recordAgainMs ??= monoMs + times.recordAgainMs;
      moments.push(this.#recordAgainMs);
    }
    const future = moments.filter((moment) => typeof moment === 'number' && moment > monoMs) as number[];
    if (future.length === 0) return;
    this.#timer = clock.after(Math.min(...future) - monoMs, () => this.#woken());
  }

  #woken(): void {
    this.#timer = null;
    const { monoMs } = this.#options.clock.now();
    if (this.#recordAgainMs !== null && this.#recordAgainMs <= monoMs) {
      this.#recordAgainMs = null;
      this.#recordAgain();
    }
    this.refresh();
  }

  /** After a failed commit: as soon as the ledger takes records again, the question asks where the cash is. */
  #recordAgain(): void {
    const { ledger, clock } = this.#options;
    const desk = this.#desk;
    this.#busy += 1;
    try {
      const { notRecorded } = desk;
      if (notRecorded === null) {
        ledger.note('recordsAgain', { stationId: this.stationId }, clock.now(), TERMINAL);
      } else {
        ledger.record(notRecorded.intent.sequenceId, { kind: 'restart' }, clock.now(), { actor: TERMINAL });
        desk.notRecorded = null;
        desk.show(null);
      }
      this.#trouble = null;
    } catch (error) {
      this.#ledgerFailed(error);
    } finally {
      this.#busy -= 1;
    }
  }

  #ledgerFailed(error: unknown): void {
    if (!(error instanceof LedgerFault)) throw error;
    this.#trouble = { face: error.code === 'FULL' ? 'NO-ROOM' : 'LEDGER', code: error.code };
    this.#options.onLedgerFault(error);
  }

  #limitCause(intent: Intent): string | null {
    const later = laterAnswer(intent.amount, this.#view());
    return later.ok ? null : later.cause;
  }

  /** After a restart the rail still shows how the last payment of this station ended. */
  #restoreLast(): void {
    const { ledger, stationId } = this.#options;
    const [intent] = ledger.list({ limit: 1, group: 'ended', stationId }).intents;
    if (intent === undefined || intent.question !== null) return;
    const face = faceIdOf(intent, contextOf(intent, this.#view()));
    this.#desk.last = { intent, face, atMs: intent.scannedAtMs };
  }
}

const TERMINAL: Actor = { role: 'terminal' };

/** Faces over which a refused scan is only a band. */
const SYSTEM_FACES: ReadonlySet<Face['id']> = new Set<Face['id']>([
  'NOT-RECORDED',
  'NOT-RECORDED-OUT',
  'STARTING',
  'RECOVERING',
]);
/** Causes that have a face of their own, or nobody to see one. */
const ON_TOP: ReadonlySet<RefusedCause> = new Set<RefusedCause>([
  'LOCKED',
  'NO_PAGE',
  'NO_ROOM',
  'LEDGER',
  'RECOVERING',
  'STARTING',
]);

function newsOf(host: Intent['host'] | undefined, intent: Intent): 'LATER-DONE' | 'REVERSED' | null {
  if (host === 'approved' && intent.deferred) return 'LATER-DONE';
  return host === 'reversed' ? 'REVERSED' : null;
}

function voidCommand(cancelId: string, proof: VoidProof): OwnCommand {
  return proof.kind === 'manager'
    ? { kind: 'void', cancelId, proof: 'manager', managerId: proof.managerId }
    : { kind: 'void', cancelId, proof: 'card' };
}
