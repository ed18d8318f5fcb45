/**
 * The page's line to the agent: the event stream, the presses, the acknowledgements, and the judgement whether the page
 * may be trusted at this moment (screens 1.7, NOT-READY). It decides nothing about a payment.
 */
import type { PressAnswer, PressBody, Snapshot } from '../../station/snapshot.ts';
import type { HeartbeatAnswer, Ping } from '../../web/api/cashier.ts';
import { CallRefused, get, post } from '../shared/http.ts';
import { sentenceKey } from './sentence.ts';

export interface Pending {
  readonly key: PressBody['key'];
  readonly sinceMs: number;
  readonly amount: number | null;
}

/** Everything the page draws from. Times are milliseconds of the page's monotonic clock. */
export interface PageState {
  readonly snapshot: Snapshot | null;
  readonly receivedMs: number;
  /** Set while the page covers itself: since when, and the amount of an unanswered [Received]. */
  readonly cover: { readonly sinceMs: number; readonly heldAmount: number | null } | null;
  /** False: the agent listens beyond this machine and this browser never opened the installer's link. */
  readonly isLetIn: boolean;
  readonly pending: Pending | null;
  readonly deadUntilMs: number;
  /** Why the last press did nothing: said in the rail for some seconds. */
  readonly notice: { readonly refusal: string; readonly atMs: number } | null;
  readonly nowMs: number;
}

const TICK_MS = 250;
/** After a broken stream; and after one that has not said anything yet. */
const RECONNECT_BROKEN_MS = 500;
const RECONNECT_SILENT_MS = 2_000;
const HEARTBEAT_EVERY_MS = 5_000;
const IDENTIFY_AGAIN_MS = 1_000;
const PRESS_TIMEOUT_MS = 2_000;
const SLEPT_MS = 2_000;
const SHOWN_AGAIN_MS = 1_000;
/** Before the first snapshot has told the store's own value. */
const HEARTBEAT_DEFAULT_MS = 2_000;

/** Which station this page drives, and under which name. */
export interface Identity {
  readonly station: string;
  readonly page: string;
}

export class Link {
  readonly #identify: () => Promise<Identity>;
  #identity: Identity | null = null;
  #state: PageState;
  #stream: EventSource | null = null;
  #connectedAtMs = 0;
  #aliveMs: number;
  #tickMs: number;
  #heartbeatMs = Number.NEGATIVE_INFINITY;
  #broken = false;
  #shownKey = '';
  #shownAtMs = Number.NEGATIVE_INFINITY;
  #listener: (state: PageState) => void = () => undefined;

  /** `identify` is asked until it answers: the page covers itself meanwhile. */
  constructor(identify: () => Promise<Identity>) {
    this.#identify = identify;
    const now = performance.now();
    this.#aliveMs = now;
    this.#tickMs = now;
    this.#state = {
      snapshot: null,
      receivedMs: now,
      cover: { sinceMs: now, heldAmount: null },
      isLetIn: true,
      pending: null,
      deadUntilMs: now,
      notice: null,
      nowMs: now,
    };
  }

  get state(): PageState {
    return this.#state;
  }

  /** Starts the stream and the page's one timer; `listener` gets every new state. */
  start(listener: (state: PageState) => void): void {
    this.#listener = listener;
    this.#begin();
    setInterval(() => this.#tick(), TICK_MS);
  }

  #begin(): void {
    this.#identify().then(
      (identity) => {
        this.#identity = identity;
        this.#connect();
      },
      (error: unknown) => {
        this.#refused(error);
        setTimeout(() => this.#begin(), IDENTIFY_AGAIN_MS);
      },
    );
  }

  /** Only a call tells why the agent refuses: the event stream says no more than that it broke. */
  #refused(error: unknown): void {
    if (error instanceof CallRefused && error.code === 'SIGNED_OUT') this.#set({ isLetIn: false });
  }

  get #page(): string {
    return this.#identity?.page ?? '';
  }

  #path(name: string): string {
    return `/api/v1/stations/${encodeURIComponent(this.#identity?.station ?? '')}/${name}`;
  }

  #set(change: Partial<PageState>): void {
    this.#state = { ...this.#state, ...change };
    this.#listener(this.#state);
  }

  #connect(): void {
    if (this.#identity === null) return;
    this.#stream?.close();
    this.#connectedAtMs = performance.now();
    this.#broken = false;
    const stream = new EventSource(`${this.#path('events')}?page=${encodeURIComponent(this.#page)}`);
    this.#stream = stream;
    stream.addEventListener('snapshot', (event) => {
      if (this.#stream === stream) this.accept(JSON.parse(event.data) as Snapshot);
    });
    stream.addEventListener('error', () => {
      if (this.#stream === stream) this.#broken = true;
    });
    stream.addEventListener('ping', (event) => {
      if (this.#stream === stream) this.#ping(JSON.parse(event.data) as Ping);
    });
  }

  /** A sign of life. One that names a snapshot we never got means a lost event: connect afresh. */
  #ping(ping: Ping): void {
    const { snapshot, cover } = this.#state;
    this.#aliveMs = performance.now();
    if (cover !== null || snapshot === null) return;
    if (ping.run !== snapshot.run) this.#lose();
    else if (ping.sequence > snapshot.sequence) this.#connect();
  }

  /** Takes a snapshot from the stream or from an answer; older ones of the same run are ignored. */
  accept(snapshot: Snapshot): void {
    const now = performance.now();
    this.#aliveMs = now;
    const before = this.#state.snapshot;
    if (before !== null && before.run === snapshot.run && snapshot.sequence < before.sequence) return;
    const isNewSentence =
      this.#state.cover !== null ||
      before === null ||
      sentenceKey(before.face) !== sentenceKey(snapshot.face);
    this.#set({
      snapshot,
      receivedMs: now,
      nowMs: now,
      cover: null,
      isLetIn: true,
      deadUntilMs: isNewSentence ? now + snapshot.times.deadMs : this.#state.deadUntilMs,
    });
    if (before !== null && before.run !== snapshot.run) this.#signOnAgain(before, snapshot);
  }

  /** The agent keeps the cashier's number in memory only: after its restart this page, which stayed, says it again. */
  #signOnAgain({ strip: { cashier } }: Snapshot, now: Snapshot): void {
    if (cashier === null || now.strip.cashier !== null || now.control !== 'here') return;
    this.ask<PressAnswer>('cashier', { cashier })
      .then(({ snapshot }) => this.accept(snapshot))
      .catch(() => undefined);
  }

  #tick(): void {
    const now = performance.now();
    const slept = now - this.#tickMs > SLEPT_MS;
    this.#tickMs = now;
    const limitMs = this.#state.snapshot?.times.heartbeatMs ?? HEARTBEAT_DEFAULT_MS;
    if (this.#state.cover === null && (slept || now - this.#aliveMs > limitMs)) this.#lose();
    const reconnectMs = this.#broken ? RECONNECT_BROKEN_MS : RECONNECT_SILENT_MS;
    const mayConnect = now - this.#connectedAtMs > reconnectMs;
    if (mayConnect && (this.#broken || this.#state.cover !== null)) this.#connect();
    const isDue = this.#identity !== null && now - this.#heartbeatMs > HEARTBEAT_EVERY_MS;
    if (isDue && document.visibilityState === 'visible') {
      this.#heartbeatMs = now;
      post<HeartbeatAnswer>(this.#path('heartbeat'), { page: this.#page }).catch((error: unknown) =>
        this.#refused(error),
      );
    }
    this.#set({ nowMs: now });
  }

  /** The page may not be trusted: cover, and ask for a fresh snapshot over a new connection. */
  #lose(): void {
    const now = performance.now();
    const { pending, cover } = this.#state;
    const heldAmount = pending?.key === 'RECEIVED' ? pending.amount : (cover?.heldAmount ?? null);
    this.#set({ cover: { sinceMs: cover?.sinceMs ?? this.#aliveMs, heldAmount }, nowMs: now });
    this.#connect();
  }

  /** True when a key of the dock would act now. */
  canPress(): boolean {
    const { cover, pending, deadUntilMs, snapshot } = this.#state;
    return snapshot !== null && cover === null && pending === null && performance.now() >= deadUntilMs;
  }

  /** Sends a press for the face on the screen, or for a payment of the rail. Ignored while keys are dead. */
  async press(key: PressBody['key'], target?: { sequenceId: string; version: number }): Promise<void> {
    const { snapshot } = this.#state;
    if (snapshot === null || !this.canPress()) return;
    const intent = target ?? snapshot.face.intent;
    const body: PressBody = {
      page: this.#page,
      key,
      sequenceId: intent?.sequenceId ?? null,
      version: intent?.version ?? null,
      face: snapshot.face.id,
    };
    await this.#command('press', body, key, snapshot.face.intent?.amount ?? null);
  }

  /** Take over, lock: commands of the page without a payment. */
  async control(name: 'take-over' | 'lock'): Promise<void> {
    if (this.#state.pending === null) await this.#command(name, { page: this.#page }, 'OPEN', null);
  }

  async #command(name: string, body: unknown, key: PressBody['key'], amount: number | null): Promise<void> {
    this.#set({ pending: { key, sinceMs: performance.now(), amount } });
    try {
      const answer = await post<PressAnswer>(this.#path(name), body, PRESS_TIMEOUT_MS);
      this.#set({ pending: null, notice: noticeOf(answer.refusal) });
      this.accept(answer.snapshot);
    } catch (error) {
      if (error instanceof CallRefused) this.#set({ notice: noticeOf(error.detail.refusal ?? error.code) });
      else this.#lose();
      this.#set({ pending: null });
    }
  }

  /** A PIN for the face on the screen, or to unlock. Throws `CallRefused` or `NoAnswer`. */
  async pin(pin: string): Promise<void> {
    const { snapshot } = this.#state;
    if (snapshot === null) return;
    const { face } = snapshot;
    const name = snapshot.control === 'locked' || face.id === 'LOCKED' ? 'unlock' : 'pin';
    const answer = await post<PressAnswer>(this.#path(name), {
      page: this.#page,
      pin,
      sequenceId: face.intent?.sequenceId ?? null,
      version: face.intent?.version ?? null,
      face: face.id,
    });
    this.accept(answer.snapshot);
  }

  /** Any other call of this station. Throws `CallRefused` or `NoAnswer`. */
  ask<Answer>(name: string, body: Readonly<Record<string, unknown>>): Promise<Answer> {
    return post<Answer>(this.#path(name), { page: this.#page, ...body });
  }

  /**
   * Called when the browser has painted this face: two animation frames after it was drawn. Sent once per face and
   * version, repeated every second until it was taken.
   */
  painted(snapshot: Snapshot): void {
    const { face } = snapshot;
    if (!face.acknowledge || face.intent === null || document.visibilityState !== 'visible') return;
    if (this.#state.cover !== null || this.#state.snapshot !== snapshot) return;
    const key = `${snapshot.run} ${face.id} ${face.intent.sequenceId} ${face.intent.version}`;
    const now = performance.now();
    if (key === this.#shownKey && now - this.#shownAtMs < SHOWN_AGAIN_MS) return;
    this.#shownKey = key;
    this.#shownAtMs = now;
    const { sequenceId, version } = face.intent;
    post<PressAnswer>(this.#path('shown'), { page: this.#page, sequenceId, version, face: face.id })
      .then((answer) => this.accept(answer.snapshot))
      .catch(() => undefined);
  }
}

/** The stations of this agent, for a page that was opened without naming one. */
export async function firstStation(): Promise<string> {
  const { stations } = await get<{ stations: readonly { stationId: string; hasPage: boolean }[] }>(
    '/api/v1/stations',
  );
  const free = stations.find((each) => !each.hasPage) ?? stations[0];
  if (free === undefined) throw new CallRefused({ error: 'NOT_FOUND', text: 'no station' });
  return free.stationId;
}

function noticeOf(refusal: string | null): PageState['notice'] {
  return refusal === null ? null : { refusal, atMs: performance.now() };
}
