import { commandDue, requestDue } from '../intent/due.ts';
import { type Due, HOSTS, type Host, type Intent, type IntentTimes } from '../intent/model.ts';
import { isBorneByStore } from '../intent/state.ts';
import { Heap } from './heap.ts';
import type { RequestKind } from './types.ts';

/**
 * The order of requests: net cancels, inquiries, voids, attended approvals, deferred approvals (issue: delivery). A lane
 * is one of these; inside a lane it is first come, first served.
 */
export const LANES = ['netCancel', 'inquiry', 'void', 'attended', 'deferred'] as const;
export type Lane = (typeof LANES)[number];

export interface Entry {
  readonly sequenceId: string;
  /** Grows from entry to entry: who came first goes first. */
  readonly age: number;
  intent: Intent;
  request: RequestKind | null;
  lane: Lane | null;
  /** Mono ms at which the request may go, as the intent's own rules say. */
  requestAtMs: number;
  /** Mono ms before which the worker itself holds the request back (a failed record, a void without its proof). */
  holdUntilMs: number;
  command: Extract<Due, { kind: 'command' }>['command'] | null;
  commandAtMs: number;
  /** Grows with every change: heap entries of an earlier one are stale. */
  stamp: number;
}

interface Wake {
  readonly entry: Entry;
  readonly stamp: number;
  readonly what: 'request' | 'command';
}

function laneOf(request: RequestKind, intent: Intent): Lane {
  if (request === 'approve') return intent.deferred ? 'deferred' : 'attended';
  return request;
}

/**
 * A request is due or waited for, or its answer is. What the store bears is asked for now and then all the same, but nobody
 * waits for it: it would stand in what is told of the backlog for ever, as its oldest.
 */
function needsIssuer({ request, intent }: Entry): boolean {
  return (request !== null || intent.host === 'sending') && !isBorneByStore(intent);
}

/**
 * What is due when, for every intent that still needs something. A copy of nothing but what `requestDue` and
 * `commandDue` say of the ledger's intents; rebuilt at each start.
 */
export class Agenda {
  readonly #times: IntentTimes;
  readonly #entries = new Map<string, Entry>();
  readonly #heap = new Heap<Wake>();
  readonly #ready: Readonly<Record<Lane, Map<string, Entry>>> = {
    netCancel: new Map(),
    inquiry: new Map(),
    void: new Map(),
    attended: new Map(),
    deferred: new Map(),
  };
  readonly depth: Record<RequestKind, number> = { approve: 0, inquiry: 0, netCancel: 0, void: 0 };
  /** The same payments, and those whose request is under way, by what the issuer may know of them. */
  readonly depthByHost: Record<Host, number>;
  deferred = 0;
  #age = 0;

  constructor(times: IntentTimes) {
    this.#times = times;
    this.depthByHost = Object.fromEntries(HOSTS.map((host) => [host, 0])) as Record<Host, number>;
  }

  get size(): number {
    return this.#entries.size;
  }

  entries(): IterableIterator<Entry> {
    return this.#entries.values();
  }

  get(sequenceId: string): Entry | undefined {
    return this.#entries.get(sequenceId);
  }

  /** Takes over the newest state of an intent. An older one is ignored: commits are heard in order, answers are not. */
  put(intent: Intent): void {
    const request = requestDue(intent);
    const command = commandDue(intent, this.#times);
    const known = this.#entries.get(intent.sequenceId);
    if (known !== undefined && known.intent.version > intent.version) return;
    if (known !== undefined) this.#count(known, -1);
    if (request === null && command === null && intent.host !== 'sending') {
      if (known !== undefined) this.#forget(known);
      return;
    }
    const entry: Entry = known ?? {
      sequenceId: intent.sequenceId,
      age: this.#age,
      intent,
      request: null,
      lane: null,
      requestAtMs: 0,
      holdUntilMs: 0,
      command: null,
      commandAtMs: 0,
      stamp: 0,
    };
    if (known === undefined) {
      this.#age += 1;
      this.#entries.set(intent.sequenceId, entry);
    }
    this.#unready(entry);
    entry.intent = intent;
    // A hold was for the request it was put on, not for what the intent needs next.
    if (entry.request !== (request?.request ?? null)) entry.holdUntilMs = 0;
    entry.request = request?.request ?? null;
    entry.lane = entry.request === null ? null : laneOf(entry.request, intent);
    entry.requestAtMs = request?.atMs ?? 0;
    entry.command = command?.command ?? null;
    entry.commandAtMs = command?.atMs ?? 0;
    this.#count(entry, 1);
    this.#schedule(entry);
  }

  /** The worker holds the request of this entry back until then. */
  hold(entry: Entry, untilMs: number): void {
    entry.holdUntilMs = untilMs;
    this.#unready(entry);
    this.#schedule(entry);
  }

  /** What the worker held this intent back for is over; call it before `put` of the newer state. */
  release(sequenceId: string): void {
    const entry = this.#entries.get(sequenceId);
    if (entry !== undefined) entry.holdUntilMs = 0;
  }

  /** The command was refused or could not be recorded: not again before then. */
  postpone(entry: Entry, untilMs: number): void {
    entry.commandAtMs = untilMs;
    this.#schedule(entry);
  }

  /** Everything waits no longer (a person asked for it). */
  hurry(nowMs: number): void {
    for (const entry of this.#entries.values()) {
      if (entry.request === null) continue;
      entry.requestAtMs = Math.min(entry.requestAtMs, nowMs);
      entry.holdUntilMs = 0;
      this.#unready(entry);
      this.#schedule(entry);
    }
  }

  /** Moves what has become due; returns the entries whose own command is due now. */
  advance(nowMs: number): Entry[] {
    const commands: Entry[] = [];
    for (let wake = this.#heap.popDue(nowMs); wake !== null; wake = this.#heap.popDue(nowMs)) {
      const { entry } = wake;
      if (wake.stamp !== entry.stamp || this.#entries.get(entry.sequenceId) !== entry) continue;
      if (wake.what === 'command') commands.push(entry);
      else if (entry.lane !== null) this.#ready[entry.lane].set(entry.sequenceId, entry);
    }
    return commands;
  }

  ready(lane: Lane): ReadonlyMap<string, Entry> {
    return this.#ready[lane];
  }

  /** Mono ms of the next thing that becomes due; null: nothing waits for a time. */
  nextMs(): number | null {
    return this.#heap.firstMs;
  }

  /** What hello tells of what waits here. */
  backlog(): { readonly count: number; readonly oldestAtMs: number | null } {
    const { approve, inquiry, netCancel, void: voids } = this.depth;
    return { count: approve + inquiry + netCancel + voids, oldestAtMs: this.oldestAtMs() };
  }

  /** UTC ms of the oldest scan that still needs the issuer: a payment that opens again stands behind newer ones here. */
  oldestAtMs(): number | null {
    let oldestAtMs: number | null = null;
    for (const entry of this.#entries.values()) {
      if (!needsIssuer(entry)) continue;
      const { intent } = entry;
      oldestAtMs = Math.min(oldestAtMs ?? intent.scannedAtMs, intent.scannedAtMs);
    }
    return oldestAtMs;
  }

  #schedule(entry: Entry): void {
    entry.stamp += 1;
    const { stamp } = entry;
    if (entry.request !== null) {
      const atMs = Math.max(entry.requestAtMs, entry.holdUntilMs);
      this.#heap.push(atMs, entry.age, { entry, stamp, what: 'request' });
    }
    if (entry.command !== null) {
      this.#heap.push(entry.commandAtMs, entry.age, { entry, stamp, what: 'command' });
    }
  }

  #unready(entry: Entry): void {
    if (entry.lane !== null) this.#ready[entry.lane].delete(entry.sequenceId);
  }

  #count(entry: Entry, step: 1 | -1): void {
    const { intent } = entry;
    if (needsIssuer(entry)) {
      if (entry.request !== null) this.depth[entry.request] += step;
      this.depthByHost[intent.host] += step;
    }
    if (intent.deferred && ['unsent', 'sending', 'unknown'].includes(intent.host)) this.deferred += step;
  }

  #forget(entry: Entry): void {
    this.#unready(entry);
    this.#entries.delete(entry.sequenceId);
    entry.stamp += 1;
  }
}
