/** The screen of one till as it was pushed to its page, judged at every instant, and the hands that press its keys. */
import type { Intent } from '../../src/intent/model.ts';
import type { Policy } from '../../src/intent/policy.ts';
import type { KeyId, PressBody, Snapshot } from '../../src/station/snapshot.ts';
import type { Violation } from './check.ts';
import { Dock, isSameFace, type Seen } from './dock.ts';
import { isIdle, mustBeAsked, occupies, screenFault, stateOf } from './faces.ts';
import { itemsOf, railFault } from './rail.ts';
import { PAGE, type Terminal } from './terminal.ts';
import type { VirtualClock } from './time.ts';

export interface PageOptions {
  readonly clock: VirtualClock;
  /** Writes that this till's disk did not take so far. */
  readonly diskFaults: () => number;
  readonly policy: () => Policy;
  /** A planted bug in what is seen. */
  readonly screen: ((snapshot: Snapshot) => Snapshot) | null;
  /** Hears of everything that a page is sent. */
  readonly pushed: (snapshot: Snapshot) => void;
  readonly violate: (violation: Violation) => void;
}

/** The sentence stands on the screen within this time of any change (design 1, screens 2 rule 1). */
const TOLD_WITHIN_MS = 2_000;
const OTHER_PAGE = 'page-2';

export class Page {
  readonly dock: Dock;
  readonly #options: PageOptions;
  #terminal: Terminal | null = null;
  #pushed: Snapshot | null = null;
  #isChanged = false;
  /** Payments for which the next customer waits. */
  readonly #occupying = new Set<string>();
  /** Payments that have just ended or left the counter, by the version that is still to be shown. */
  readonly #untold = new Map<string, number>();
  /** Since when the screen has said nothing though something is to be told; null: it is as it should be. */
  #silentSinceMs: number | null = null;
  /** "Not recorded" was said of this payment: a question is to follow (screens 1.7). */
  #unrecorded: string | null = null;
  /** The key that was on the screen before the present face. */
  #before: PressBody | null = null;

  constructor(options: PageOptions) {
    const { clock, diskFaults, policy, violate } = options;
    const wallMs = (): number => clock.now().wallMs;
    this.#options = options;
    this.dock = new Dock({ terminal: () => this.#terminal, diskFaults, policy, wallMs, violate });
  }

  get snapshot(): Snapshot | null {
    return this.#pushed;
  }

  /** The till has come up: everything that the law wants asked is asked before anything else happens. */
  started(terminal: Terminal): void {
    this.gone();
    this.#terminal = terminal;
    for (const intent of terminal.books.intents()) {
      if (occupies(intent)) this.#occupying.add(intent.sequenceId);
      if (intent.question === null && mustBeAsked(intent)) {
        const text = `${intent.sequenceId} ${stateOf(intent)} is met by a start without a question`;
        this.#options.violate({ code: 'NOT_ASKED', text });
      }
    }
    this.push(terminal.station.snapshot());
    // A process that has just died says nothing any more.
    terminal.station.onSnapshot((snapshot) => {
      if (this.#terminal === terminal) this.push(snapshot);
    });
  }

  /** The till is down. */
  gone(): void {
    this.#terminal = null;
    this.#pushed = null;
    this.#before = null;
    this.#silentSinceMs = null;
    this.#unrecorded = null;
    this.#occupying.clear();
    this.#untold.clear();
  }

  push(snapshot: Snapshot): void {
    const before = this.#pushed;
    this.#pushed = this.#options.screen?.(snapshot) ?? snapshot;
    this.#options.pushed(this.#pushed);
    this.#isChanged = true;
    const isOther = before !== null && !isSameFace(before.face, this.#pushed.face);
    if (isOther) this.#before = bodyOf(before) ?? this.#before;
  }

  committed(intent: Intent): void {
    const { sequenceId, version, left, acknowledged, question } = intent;
    this.#isChanged = true;
    // It is asked now, at the counter or, once it is left, on a manager's page.
    if (sequenceId === this.#unrecorded && question !== null) this.#unrecorded = null;
    if (occupies(intent)) {
      this.#occupying.add(sequenceId);
      this.#untold.delete(sequenceId);
    } else if (this.#occupying.delete(sequenceId) && !left) this.#untold.set(sequenceId, version);
    else if (left || acknowledged) this.#untold.delete(sequenceId); // or a manager's page showed it
  }

  /** After everything that can run now has run. True: there is something new to look at. */
  judge(): boolean {
    const { clock, violate } = this.#options;
    const sinceMs = this.#silentSinceMs;
    if (sinceMs !== null && clock.monoMs - sinceMs >= TOLD_WITHIN_MS) {
      violate({ code: 'NOT_TOLD', text: this.#whatIsUntold() });
      this.#untold.clear();
      this.#silentSinceMs = null;
    }
    if (!this.#isChanged) return false;
    this.#isChanged = false;
    const terminal = this.#terminal;
    const pushed = this.#pushed;
    if (terminal === null || pushed === null) return false;
    const fault =
      screenFault(pushed, terminal.ledger) ??
      this.#unrecordedFault(pushed) ??
      railFault(pushed, terminal.ledger);
    if (fault !== null) violate(fault);
    const { intent } = pushed.face;
    if (
      intent !== null &&
      (this.#untold.get(intent.sequenceId) ?? Number.POSITIVE_INFINITY) <= intent.version
    )
      this.#untold.delete(intent.sequenceId);
    const isSilent = isIdle(pushed) && this.#occupying.size + this.#untold.size > 0;
    this.#silentSinceMs = isSilent ? (this.#silentSinceMs ?? clock.monoMs) : null;
    return true;
  }

  /** Nobody knows whether the cash that was said to be moved stayed where it is: it is asked for before anything else is said. */
  #unrecordedFault({ face }: Snapshot): Violation | null {
    const sequenceId = face.intent?.sequenceId ?? null;
    if (face.id === 'NOT-RECORDED' || face.id === 'NOT-RECORDED-OUT') {
      this.#unrecorded = sequenceId;
      return null;
    }
    if (sequenceId === null || sequenceId !== this.#unrecorded) return null;
    this.#unrecorded = null;
    if (face.id.startsWith('RE-')) return null;
    return { code: 'NOT_ASKED', text: `${sequenceId} was not recorded, then ${face.id}` };
  }

  #whatIsUntold(): string {
    const ids = [...this.#occupying, ...this.#untold.keys()];
    const states = ids.map((id) => {
      const intent = this.#terminal?.ledger.get(id) ?? null;
      return `${id} ${intent === null ? 'gone' : stateOf(intent)}`;
    });
    return `${this.#pushed?.face.id ?? 'nothing'} stands over ${states.join(', ')}`;
  }

  /** Loaded anew: what it shows then is what it showed before. */
  reload(): void {
    const station = this.#terminal?.station;
    if (station === undefined) return;
    station.pages.closed(PAGE);
    station.pages.opened(PAGE, this.#options.clock.monoMs);
    this.push(station.snapshot(PAGE));
  }

  /** Somebody at a second tab presses what the first one shows; `takesOver`: and uses that one for a moment. */
  pressFromAnotherTab(takesOver: boolean): void {
    const station = this.#terminal?.station;
    const body = this.#pushed === null ? null : bodyOf(this.#pushed);
    if (station === undefined) return;
    station.pages.opened(OTHER_PAGE, this.#options.clock.monoMs);
    if (body !== null) this.dock.lookingOn({ ...body, page: OTHER_PAGE });
    if (takesOver) {
      this.dock.takesOver(OTHER_PAGE);
      if (body !== null) this.dock.lookingOn(body);
      this.dock.takesOver(PAGE);
    }
    station.pages.closed(OTHER_PAGE);
  }

  /** The same key of the same sentence, whatever stands there now. */
  pressAgain(body: PressBody): void {
    if (this.#pushed === null) return;
    if (isFaceOf(this.#pushed, body)) this.press(body);
    else this.dock.stale(body);
  }

  /** Somebody presses what stood there before the present face did. */
  pressBefore(): void {
    const body = this.#before;
    if (body === null || this.#pushed === null) return;
    if (!isFaceOf(this.#pushed, body)) this.dock.stale(body);
  }

  press(body: PressBody): void {
    if (this.#pushed !== null) this.dock.press(body, this.#pushed);
  }

  /** A payment in the lists of the rail. True: it stands on the screen. */
  open(sequenceId: string): boolean {
    this.#terminal?.station.refresh(); // what ends in this very moment has ended
    const pushed = this.#pushed;
    const item = pushed === null ? undefined : itemsOf(pushed).find((each) => each.sequenceId === sequenceId);
    if (pushed === null || item === undefined) return false;
    const { version } = item;
    return this.dock.open({ page: PAGE, key: 'OPEN', sequenceId, version, face: pushed.face.id }, pushed);
  }

  shown(body: Seen): void {
    if (this.#pushed !== null) this.dock.shown(body, this.#pushed);
  }

  pin(body: Seen): void {
    if (this.#pushed !== null) this.dock.pin(body, 'M1', this.#pushed);
  }
}

/** The press speaks about what is on the screen. */
function isFaceOf({ face }: Snapshot, body: PressBody): boolean {
  const { sequenceId, version } = face.intent ?? { sequenceId: null, version: null };
  return body.face === face.id && body.sequenceId === sequenceId && body.version === version;
}

/** The first key of a face, pressed by who sees it; null: it has none. */
function bodyOf({ face }: Snapshot): PressBody | null {
  const { intent, id, keys } = face;
  const [key]: readonly KeyId[] = keys;
  if (key === undefined) return null;
  const { sequenceId, version } = intent ?? { sequenceId: null, version: null };
  return { page: PAGE, key, sequenceId, version, face: id };
}
