/**
 * Managers of the store: names and PINs (scrypt), kept in one small file beside the ledger, mode 0600. The first manager is
 * made with the installer's code, which lies in a file of its own until then; there is no default PIN.
 */
import { randomInt, scrypt, timingSafeEqual } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Clock, Random } from '../intent/clock.ts';
import { writeWhole } from './whole-file.ts';

export interface ManagersOptions {
  /** Where `managers.json` and `installer-code` lie; must exist. */
  readonly directory: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Wrong PINs in a row until a name is locked. Default 5. */
  readonly triesMax?: number;
  /** Default 10 minutes. */
  readonly lockedMs?: number;
}

export type PinAnswer =
  | { readonly ok: true; readonly name: string }
  | { readonly ok: false; readonly error: 'WRONG_PIN'; readonly triesLeft: number }
  | { readonly ok: false; readonly error: 'LOCKED_OUT'; readonly leftMs: number; readonly justNow: boolean }
  | { readonly ok: false; readonly error: 'TOO_MANY' };

export type MakeAnswer =
  | { readonly ok: true; readonly name: string }
  | {
      readonly ok: false;
      readonly error: 'WRONG_CODE' | 'ALREADY_SET_UP' | 'WEAK_PIN' | 'LOCKED_OUT' | 'TOO_MANY';
    };

/** The managers' file cannot be read or written. */
export class ManagersFault extends Error {
  override readonly name = 'ManagersFault';
}

const MANAGERS_MAX = 10;
/** PIN checks that may wait for their turn: each takes some 50 ms of one core. */
const CHECKS_MAX = 8;
const HASH_BYTES = 32;
const SCRYPT = { N: 16_384, r: 8, p: 1 };
const CODE_DIGITS = 8;

const stored = z.strictObject({
  managers: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(40),
        salt: z.string().regex(/^[0-9a-f]{32}$/),
        hash: z.string().regex(/^[0-9a-f]{64}$/),
      }),
    )
    .max(MANAGERS_MAX),
});
type StoredManager = z.infer<typeof stored>['managers'][number];

interface Tries {
  wrong: number;
  lockedUntilMs: number;
}

export class Managers {
  readonly #options: ManagersOptions;
  readonly #file: string;
  readonly #codeFile: string;
  readonly #tries = new Map<string, Tries>();
  #managers: readonly StoredManager[];
  #checks = 0;
  #turn: Promise<unknown> = Promise.resolve();

  /** Reads the file; at the very first start writes the installer's code. Throws ManagersFault. */
  constructor(options: ManagersOptions) {
    this.#options = options;
    this.#file = join(options.directory, 'managers.json');
    this.#codeFile = join(options.directory, 'installer-code');
    this.#managers = readManagers(this.#file);
    if (this.isEmpty() && !existsSync(this.#codeFile)) writeWhole(this.#codeFile, `${newCode()}\n`);
  }

  isEmpty(): boolean {
    return this.#managers.length === 0;
  }

  /** Where an installer finds the code; null once there is a manager. */
  installerCodeFile(): string | null {
    return this.isEmpty() ? this.#codeFile : null;
  }

  /** Makes the first manager; the code is worthless afterwards. */
  async makeFirst(code: string, name: string, pin: string): Promise<MakeAnswer> {
    if (!this.isEmpty()) return { ok: false, error: 'ALREADY_SET_UP' };
    const locked = this.#lockedMs('installer');
    if (locked !== null) return { ok: false, error: 'LOCKED_OUT' };
    if (!sameText(code, readFileSync(this.#codeFile, 'utf8').trim())) {
      this.#countWrong('installer');
      return { ok: false, error: 'WRONG_CODE' };
    }
    if (isWeakPin(pin)) return { ok: false, error: 'WEAK_PIN' };
    const made = await this.#make(name, pin);
    if (made.ok) rmSync(this.#codeFile, { force: true });
    return made;
  }

  /** One more manager; the caller has checked who asks. A PIN that another manager has is refused as weak. */
  async add(name: string, pin: string): Promise<MakeAnswer> {
    if (this.#managers.length >= MANAGERS_MAX || this.#find(name) !== null) {
      return { ok: false, error: 'ALREADY_SET_UP' };
    }
    if (isWeakPin(pin)) return { ok: false, error: 'WEAK_PIN' };
    for (const manager of this.#managers) {
      if (await this.#inTurn(() => matches(manager, pin))) return { ok: false, error: 'WEAK_PIN' };
    }
    return this.#make(name, pin);
  }

  /** Checks the PIN of one manager. An unknown name takes as long and counts as one. */
  check(name: string, pin: string): Promise<PinAnswer> {
    const manager = this.#find(name);
    return this.#judge(manager === null ? 'unknown' : `name:${manager.name}`, async () =>
      (await matches(manager, pin)) ? (manager?.name ?? null) : null,
    );
  }

  /** Whose PIN this is, for a PIN pad without a name; tries are counted for `place`. */
  checkAny(pin: string, place: string): Promise<PinAnswer> {
    return this.#judge(`place:${place}`, async () => {
      let found: string | null = null;
      for (const manager of this.#managers) if (await matches(manager, pin)) found ??= manager.name;
      return found;
    });
  }

  async #judge(key: string, find: () => Promise<string | null>): Promise<PinAnswer> {
    if (this.#checks >= CHECKS_MAX) return { ok: false, error: 'TOO_MANY' };
    return this.#inTurn(async () => {
      const leftMs = this.#lockedMs(key);
      if (leftMs !== null) return { ok: false, error: 'LOCKED_OUT', leftMs, justNow: false };
      const name = await find();
      if (name !== null) {
        this.#tries.delete(key);
        return { ok: true, name };
      }
      const triesLeft = this.#countWrong(key);
      if (triesLeft > 0) return { ok: false, error: 'WRONG_PIN', triesLeft };
      return { ok: false, error: 'LOCKED_OUT', leftMs: this.#lockedMs(key) ?? 0, justNow: true };
    });
  }

  /** One check at a time: guesses cannot race past the count. */
  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    this.#checks += 1;
    const before = this.#turn;
    const done = before.then(work, work);
    this.#turn = done.catch(() => undefined);
    try {
      return await done;
    } finally {
      this.#checks -= 1;
    }
  }

  #lockedMs(key: string): number | null {
    const until = this.#tries.get(key)?.lockedUntilMs ?? 0;
    const leftMs = until - this.#options.clock.now().monoMs;
    return until > 0 && leftMs > 0 ? leftMs : null;
  }

  #countWrong(key: string): number {
    const max = this.#options.triesMax ?? 5;
    const tries = this.#tries.get(key) ?? { wrong: 0, lockedUntilMs: 0 };
    tries.wrong += 1;
    if (tries.wrong >= max) {
      tries.wrong = 0;
      tries.lockedUntilMs = this.#options.clock.now().monoMs + (this.#options.lockedMs ?? 600_000);
      this.#tries.set(key, tries);
      return 0;
    }
    this.#tries.set(key, tries);
    return max - tries.wrong;
  }

  #find(name: string): StoredManager | null {
    return this.#managers.find((manager) => manager.name === name.trim()) ?? null;
  }

  async #make(name: string, pin: string): Promise<MakeAnswer> {
    const salt = Buffer.from(this.#options.random.bytes(16)).toString('hex');
    const hash = (await derive(pin, salt)).toString('hex');
    const made = { name: name.trim(), salt, hash };
    if (this.#find(made.name) !== null) return { ok: false, error: 'ALREADY_SET_UP' };
    const managers = [...this.#managers, made];
    writeWhole(this.#file, `${JSON.stringify({ managers }, null, 2)}\n`);
    this.#managers = managers;
    return { ok: true, name: made.name };
  }
}

/** 4 to 8 digits that are neither all equal nor a run up or down. */
export function isWeakPin(pin: string): boolean {
  if (!/^\d{4,8}$/.test(pin)) return true;
  const steps = new Set<number>();
  for (let index = 1; index < pin.length; index += 1) steps.add(Number(pin[index]) - Number(pin[index - 1]));
  const [step] = steps;
  return steps.size === 1 && (step === 0 || step === 1 || step === -1);
}

function readManagers(file: string): readonly StoredManager[] {
  if (!existsSync(file)) return [];
  try {
    return stored.parse(JSON.parse(readFileSync(file, 'utf8'))).managers;
  } catch (error) {
    throw new ManagersFault(
      `${file} cannot be used: ${error instanceof z.ZodError ? 'wrong shape' : 'unreadable'}`,
    );
  }
}

function newCode(): string {
  return String(randomInt(10 ** CODE_DIGITS)).padStart(CODE_DIGITS, '0');
}

function sameText(left: string, right: string): boolean {
  const a = Buffer.from(left);
  const b = Buffer.from(right);
  return a.length === b.length && timingSafeEqual(a, b);
}

const NOBODY: StoredManager = { name: '', salt: '00'.repeat(16), hash: '00'.repeat(HASH_BYTES) };

async function matches(manager: StoredManager | null, pin: string): Promise<boolean> {
  const { salt, hash } = manager ?? NOBODY;
  const derived = await derive(pin, salt);
  return timingSafeEqual(derived, Buffer.from(hash, 'hex')) && manager !== null;
}

function derive(pin: string, salt: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(pin, Buffer.from(salt, 'hex'), HASH_BYTES, SCRYPT, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}
