/**
 * What of a card may be kept, and where: closing rule 9 and section 5 of intent-rules, read here once more. The ledger's own
 * functions say nothing in it, because what they keep is what is judged.
 */
import { rmSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { Host, Intent } from '../../src/intent/model.ts';
import type { Violation } from './check.ts';
import type { Disk } from './disk.ts';

/** Hosts from which a barcode may still go out (intent-rules 3b, "send" and "repeat, same id"). */
const STILL_SENT: Readonly<Partial<Record<Host, 'always' | 'deferred'>>> = {
  unsent: 'always',
  sending: 'deferred',
  unknown: 'deferred',
};
const ENDS: ReadonlySet<Host> = new Set(['approved', 'declined', 'reversed', 'voided', 'closed']);
/** The token's life: so long an ended payment answers for its barcode. */
const WINDOW_MS = 300_000;
/** What is over is erased once a minute, by a till that is up. */
const SWEPT_WITHIN_MS = 61_000;

/** Token and amount, as they stand in a barcode; of a longer number, such as a time, nine digits are no part of one. */
const NINE_DIGITS = /(?<!\d)\d{9}(?!\d)/g;

function mayStillBeSent({ host, deferred }: Intent): boolean {
  const when = STILL_SENT[host];
  return when === 'always' || (when === 'deferred' && deferred);
}

/** Nothing is owed, asked or on its way: from here on the window runs. */
function isOver(intent: Intent): boolean {
  const { host, cash, question, vouchers, voids } = intent;
  const isOwed =
    cash === 'payout_due' || (cash === 'return_due' && vouchers?.includes('returnUnclaimed') !== true);
  const last = voids.at(-1);
  const isVoidedAnew = host === 'voided' && last !== undefined && last.outcome === undefined;
  return question === null && !isOwed && !isVoidedAnew && ENDS.has(host);
}

/** What one till keeps of its cards while it works, and what it shows and says of them. */
export class SecretKeeper {
  readonly #disk: () => Disk;
  readonly #found: (violation: Violation) => void;
  /** Mono ms at which a payment ended; again, after it was open again. */
  readonly #overAtMs = new Map<string, number>();
  /** Of these the hash may be gone although they are open: they were over before. */
  readonly #wereOver = new Set<string>();
  /** A running process takes the windows that it finds for new. */
  #startedMs = 0;
  /** What a page is sent is looked through once for each face. */
  readonly #shown = new Set<string>();
  /** Text that must stand nowhere: card numbers, and what follows them in a barcode. */
  readonly #cards = new Set<string>();
  readonly #tails = new Set<string>();

  constructor(disk: () => Disk, found: (violation: Violation) => void) {
    this.#disk = disk;
    this.#found = found;
  }

  /** A barcode came by that nothing may repeat. */
  scanned(text: string): void {
    if (!/^(CHARGE|REFUND)\d{25}$/.test(text)) return;
    this.#cards.add(text.slice(6, 22));
    this.#tails.add(text.slice(22));
  }

  /** A restart may have opened again what was over. */
  started(open: readonly Intent[], nowMs: number): void {
    this.#startedMs = nowMs;
    for (const { sequenceId } of open) this.#overAtMs.delete(sequenceId);
  }

  /** Another disk: its windows begin anew, and what was erased since may be gone from it. */
  putBack(nowMs: number): void {
    this.#overAtMs.clear();
    for (const [sequenceId, intent] of this.#disk().folded()) {
      this.#wereOver.add(sequenceId);
      if (isOver(intent)) this.#overAtMs.set(sequenceId, nowMs);
    }
  }

  committed(intent: Intent, event: string, nowMs: number): void {
    const { sequenceId } = intent;
    const disk = this.#disk();
    const isIn = disk.vault.has(sequenceId);
    const mayLack = disk.restoredTo > 0; // a backup has no vault
    if (isIn && !mayStillBeSent(intent)) this.#tell(`${nameOf(intent)} keeps its barcode`);
    if (!isIn && mayStillBeSent(intent) && !mayLack) this.#tell(`${nameOf(intent)} lost its barcode`);
    const isHashed = disk.hashes.has(sequenceId);
    if (isOver(intent)) {
      if (!this.#overAtMs.has(sequenceId)) this.#overAtMs.set(sequenceId, nowMs);
      this.#wereOver.add(sequenceId);
      if (isHashed && intent.host === 'closed') this.#tell(`${nameOf(intent)} keeps its hash`);
    } else {
      this.#overAtMs.delete(sequenceId);
      if (!isHashed && !mayLack && !this.#wereOver.has(sequenceId))
        this.#tell(`${nameOf(intent)} lost its hash`);
    }
    if (event === 'scanAccepted') this.windows(nowMs);
  }

  /** No hash is kept longer than its window. */
  windows(nowMs: number): void {
    for (const sequenceId of this.#disk().hashes.keys()) {
      const overAtMs = this.#overAtMs.get(sequenceId);
      if (overAtMs === undefined) continue;
      const lateMs = nowMs - Math.max(overAtMs, this.#startedMs) - WINDOW_MS - SWEPT_WITHIN_MS;
      if (lateMs > 0) this.#tell(`${sequenceId} keeps its hash ${lateMs / 1000} s past its window`);
    }
  }

  /** After every end: the vault holds what may still be sent, and nothing else. */
  ended(nowMs: number): void {
    const disk = this.#disk();
    const intents = disk.folded();
    for (const sequenceId of disk.vault.keys()) {
      const intent = intents.get(sequenceId);
      if (intent === undefined || !mayStillBeSent(intent)) this.#tell(`${sequenceId} left its barcode`);
    }
    this.windows(nowMs);
    this.#look('the journal', journalOf(disk));
  }

  /** What a page is sent. */
  pushed(face: string, snapshot: unknown): void {
    if (this.#shown.has(face)) return;
    this.#shown.add(face);
    this.#look(`what a page is sent at ${face}`, snapshot);
  }

  logged(line: unknown): void {
    this.#look('a line of the log', line);
  }

  /** The POS program got a scan that is not ours. */
  forwarded(text: string): void {
    this.#look('what goes to the POS program', text);
  }

  #look(where: string, what: unknown): void {
    const text = JSON.stringify(what);
    for (const card of this.#cards) if (text.includes(card)) this.#tell(`a card number stands in ${where}`);
    for (const [digits] of text.matchAll(NINE_DIGITS))
      if (this.#tails.has(digits)) this.#tell(`a token stands in ${where}`);
  }

  #tell(text: string): void {
    this.#found({ code: 'SECRET', text });
  }
}

/** The rest of an entry is its place, its hash and the policy's. */
function journalOf(disk: Disk): unknown {
  return disk.entries.map(({ kind, detail, record, day }) => [
    kind,
    detail,
    day,
    record?.event,
    record?.detail,
    record?.set,
    record?.actor,
  ]);
}

function nameOf({ sequenceId, type, host, cash, deferred }: Intent): string {
  return `${sequenceId} ${type} ${host}/${cash}${deferred ? ' deferred' : ''}`;
}

interface PendingRow {
  readonly sequence_id: string;
  readonly has_barcode: 0 | 1;
}

/** The same of a real ledger file that nobody holds open; takes the file away. */
export function lookThrough(file: string, intents: readonly Intent[]): Violation[] {
  const database = new Database(file, { readonly: true });
  try {
    const rows = database
      .prepare<[], PendingRow>(
        'SELECT sequence_id, barcode IS NOT NULL AS has_barcode FROM pending JOIN intents USING (number)',
      )
      .all();
    const held = new Set(rows.filter((row) => row.has_barcode === 1).map((row) => row.sequence_id));
    return intents.flatMap((intent) => {
      const isIn = held.has(intent.sequenceId);
      if (isIn === mayStillBeSent(intent)) return [];
      return [{ code: 'SECRET', text: `${nameOf(intent)} ${isIn ? 'left' : 'lost'} its barcode on file` }];
    });
  } finally {
    database.close();
    for (const suffix of ['', '-wal', '-shm', '.lock', '-journal']) rmSync(file + suffix, { force: true });
  }
}
