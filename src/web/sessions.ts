/** Sessions of signed-in managers: a random token in a cookie, its digest here, ended by ten idle minutes. */
import { createHash } from 'node:crypto';
import type { Clock, Random } from '../intent/clock.ts';

const SESSIONS_MAX = 20;

export interface Session {
  readonly name: string;
  readonly idleLeftMs: number;
}

export class Sessions {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #idleMs: number;
  readonly #sessions = new Map<string, { readonly name: string; seenMs: number }>();

  constructor(clock: Clock, random: Random, idleMs = 600_000) {
    this.#clock = clock;
    this.#random = random;
    this.#idleMs = idleMs;
  }

  /** The new session's token. The oldest of too many ends. */
  begin(name: string): string {
    this.#endIdle();
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size >= SESSIONS_MAX && oldest !== undefined) this.#sessions.delete(oldest);
    const token = Buffer.from(this.#random.bytes(32)).toString('hex');
    this.#sessions.set(digest(token), { name, seenMs: this.#clock.now().monoMs });
    return token;
  }

  /** The session of a token; null when there is none or it was idle too long. `touch` begins the idle time anew. */
  find(token: string | undefined, touch: boolean): Session | null {
    if (token === undefined || !/^[0-9a-f]{64}$/.test(token)) return null;
    this.#endIdle();
    const session = this.#sessions.get(digest(token));
    if (session === undefined) return null;
    const { monoMs } = this.#clock.now();
    if (touch) session.seenMs = monoMs;
    return { name: session.name, idleLeftMs: this.#idleMs - (monoMs - session.seenMs) };
  }

  end(token: string | undefined): void {
    if (token !== undefined) this.#sessions.delete(digest(token));
  }

  #endIdle(): void {
    const { monoMs } = this.#clock.now();
    for (const [key, session] of this.#sessions) {
      if (monoMs - session.seenMs >= this.#idleMs) this.#sessions.delete(key);
    }
  }
}

function digest(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
