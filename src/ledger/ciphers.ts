import type { KeyObject } from 'node:crypto';
import type { Random } from '../intent/clock.ts';
import { assertThat } from './fault.ts';
import { type ReadyCipher, readyCipher } from './keys.ts';

const NONCE_BYTES = 12;
/** Nonces by the pool: one call to the generator for many. */
const NONCES = 64;
/** Ready ciphers: a burst may take them all. */
const READY = 32;

/** Ciphers of one key, each with a nonce of its own, for one message each. */
export class Ciphers {
  readonly #key: KeyObject;
  readonly #random: Random;
  readonly #ready: ReadyCipher[] = [];
  #nonces: Uint8Array = new Uint8Array(0);
  #used = 0;

  constructor(key: KeyObject, random: Random) {
    this.#key = key;
    this.#random = random;
  }

  next(): ReadyCipher {
    return this.#ready.pop() ?? this.#make();
  }

  /** Makes what was used up, when the terminal is idle: it is half the cost of sealing, and a scan waits for it. */
  refill(): void {
    while (this.#ready.length < READY) this.#ready.push(this.#make());
  }

  #make(): ReadyCipher {
    if (this.#used === this.#nonces.length) {
      this.#nonces = this.#random.bytes(NONCES * NONCE_BYTES);
      assertThat(this.#nonces.length === NONCES * NONCE_BYTES, 'random bytes for the nonces');
      this.#used = 0;
    }
    this.#used += NONCE_BYTES;
    return readyCipher(this.#key, this.#nonces.subarray(this.#used - NONCE_BYTES, this.#used));
  }
}
