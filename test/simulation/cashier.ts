/**
 * A cashier who obeys the screen, with a customer in front: notes move in the real world first, the key is pressed
 * afterwards, and a crash may come between the two. What the notes did is the truth that the ledger is judged against.
 */
import type { FaceId, KeyId, PressBody, Snapshot } from '../../src/station/snapshot.ts';
import type { Violation } from './check.ts';
import type { Seen } from './dock.ts';
import { Notes } from './notes.ts';
import type { Page } from './page.ts';
import { PAGE } from './terminal.ts';
import type { SeededRandom } from './time.ts';

export interface CashierWorld {
  readonly random: SeededRandom;
  /** For what only an honest till makes no difference to: the story is the same without them. */
  readonly people: SeededRandom;
  readonly page: Page;
  /** The customer of this payment shows the card's barcode anew, mostly of the same card; false: a manager is asked instead. */
  showsCard(sequenceId: string): boolean;
  readonly violate: (violation: Violation) => void;
}

interface Moment {
  readonly key: string;
  readonly sinceMs: number;
}

/** A page says that it showed a sentence so long after it came. */
const SHOWN_MS = 100;
/** The dock's keys are dead for so long. */
const DEAD_MS = 700;
/** Who was interrupted looks again after so long. */
const AGAIN_MS = 200;
const SHOWN_AGAIN_MS = 1_000;
/** How often people do the less usual thing, per face. */
const RARE = 0.08;

export class Cashier {
  readonly notes = new Map<string, Notes>();
  readonly #world: CashierWorld;
  #seen: Moment = { key: '', sinceMs: 0 };
  /** What the page said last that it had shown. */
  #told: Moment = { key: '', sinceMs: 0 };
  #acted = '';
  presses = 0;
  readonly faces = new Set<FaceId>();

  constructor(world: CashierWorld) {
    this.#world = world;
  }

  /**
   * Looks at the screen and does the next thing. Gives the ms after which it is worth looking again while the screen stays
   * as it is; null: nothing is left to do here.
   */
  look(nowMs: number): number | null {
    const { snapshot } = this.#world.page;
    if (snapshot === null) {
      this.#acted = '';
      this.#told = { key: '', sinceMs: 0 };
      return null;
    }
    const { face } = snapshot;
    this.faces.add(face.id);
    const key = `${face.id}|${face.intent?.sequenceId ?? ''}|${face.intent?.version ?? ''}`;
    if (key !== this.#seen.key) this.#seen = { key, sinceMs: nowMs };
    this.#readEnd(snapshot);
    const sinceMs = nowMs - this.#seen.sinceMs;
    if (face.acknowledge && sinceMs < SHOWN_MS) return SHOWN_MS - sinceMs;
    const againMs = face.acknowledge ? this.#tellShown(snapshot, key, nowMs) : null;
    const actMs = this.#act(snapshot, key, sinceMs);
    return againMs === null || actMs === null ? (againMs ?? actMs) : Math.min(againMs, actMs);
  }

  /** As the page does: at once, and every second until it was taken. Gives the ms to the next time. */
  #tellShown(snapshot: Snapshot, key: string, nowMs: number): number {
    const untilMs = this.#told.key === key ? this.#told.sinceMs + SHOWN_AGAIN_MS : nowMs;
    if (untilMs > nowMs) return untilMs - nowMs;
    this.#told = { key, sinceMs: nowMs };
    this.#world.page.shown(this.#body(snapshot));
    return SHOWN_AGAIN_MS;
  }

  #act(snapshot: Snapshot, key: string, sinceMs: number): number | null {
    if (this.#acted === key) return null;
    if (sinceMs < DEAD_MS) return DEAD_MS - sinceMs;
    this.#acted = key;
    if (this.#world.random.chance(0.1)) this.#acted = ''; // presses twice, or comes back to it
    const choice = this.#choose(snapshot);
    this.#wantVoid(snapshot);
    if (choice !== null) this.#press(snapshot, choice);
    return this.#acted === key ? null : AGAIN_MS;
  }

  /** People act while the screen is dark: the customer takes the notes back, or is paid out. */
  actInTheDark(): void {
    for (const [sequenceId, notes] of this.notes) {
      const isCharge = notes.type === 'CHARGE';
      if (notes.moved !== isCharge || !this.#open.has(notes) || !this.#world.random.chance(0.25)) continue;
      this.#move(isCharge ? notes.giveBack() : notes.payOut());
      this.#movedInTheDark.add(sequenceId);
    }
  }

  /** And the machine has not come up since, so that nobody could tell it. */
  hasMovedInTheDark(sequenceId: string): boolean {
    return this.#movedInTheDark.has(sequenceId);
  }

  /** The machine has come up, and asks where the notes are. */
  isAsked(): void {
    this.#movedInTheDark.clear();
  }

  /** A manager saw that the customer of this payment has gone: nobody moves its notes in the dark any more. */
  sawLeave(sequenceId: string): void {
    const notes = this.notes.get(sequenceId);
    if (notes !== undefined) this.#open.delete(notes);
  }

  /** Somebody else stands here from now on: nobody told them what was done, and they believe the screen. */
  isReplaced(): void {
    for (const notes of this.notes.values()) notes.isKnown = notes.isOfTwoMachines;
  }

  /** The same notes lie in one drawer, whichever machine tells of them. */
  shares(other: Cashier): void {
    for (const [sequenceId, notes] of other.notes) {
      notes.isOfTwoMachines = true;
      notes.isKnown = true;
      this.notes.set(sequenceId, notes);
    }
  }

  /** Hands the cash over, or takes it, when that is still to be done, or when only the screen says so. */
  hand(notes: Notes, way: 'take' | 'giveBack' | 'payOut'): void {
    const isDone = way === 'giveBack' ? !notes.moved : notes.moved;
    if (!isDone || !(notes.isKnown || notes.isGone)) this.#move(notes[way]());
    notes.isKnown = true;
  }

  #move(violation: Violation | null): void {
    if (violation !== null) this.#world.violate(violation);
  }

  /** Notes whose customer still stands there. */
  readonly #open = new Set<Notes>();
  /** Payments whose notes were moved so since the machine came up last. */
  readonly #movedInTheDark = new Set<string>();

  #body(snapshot: Snapshot): Seen {
    const { intent, id } = snapshot.face;
    return {
      page: PAGE,
      sequenceId: intent?.sequenceId ?? null,
      version: intent?.version ?? null,
      face: id,
    };
  }

  #notesOf(snapshot: Snapshot): Notes {
    const { intent } = snapshot.face;
    if (intent === null) throw new Error(`face ${snapshot.face.id} has no intent`);
    const known = this.notes.get(intent.sequenceId);
    if (known !== undefined) return known;
    const fresh = new Notes(intent.sequenceId, intent.type, intent.amount);
    this.notes.set(intent.sequenceId, fresh);
    return fresh;
  }

  #press(snapshot: Snapshot, key: KeyId): void {
    if (!snapshot.face.keys.includes(key)) return;
    this.presses += 1;
    const { page, random } = this.#world;
    const body: PressBody = { ...this.#body(snapshot), key };
    page.press(body);
    if (random.chance(0.1)) page.pressAgain(body); // a double click
  }

  /** What this cashier does at this face: moves the notes, then names the key to press; null for none. */
  #choose(snapshot: Snapshot): KeyId | null {
    const { random } = this.#world;
    switch (snapshot.face.id) {
      case 'TAKE':
      case 'LATER-TAKE':
        return this.#take(snapshot);
      case 'MANAGER':
        if (random.chance(0.2)) return 'STOP';
        this.#world.page.pin(this.#body(snapshot));
        return null;
      case 'LATER-ASK':
        return random.chance(0.7) ? 'LATER' : 'STOP';
      case 'LATER-FAIL':
        return random.pick(['LATER', 'LATER', 'STOP', 'REQUEST'] as const);
      case 'ASK-OUT':
        this.#open.add(this.#notesOf(snapshot));
        return random.chance(RARE) ? 'STOP' : 'REQUEST';
      case 'BACK':
      case 'BACK-REV':
      case 'BACK-STOP':
      case 'BACK-VOID':
        return this.#giveBack(snapshot);
      case 'PAY':
        return this.#pay(snapshot);
      case 'VOID-ASK':
        return this.#askVoid(snapshot);
      case 'NOT-RECORDED':
        this.#giveIfTaken(this.#notesOf(snapshot));
        return null;
      case 'NOT-RECORDED-OUT':
        return null; // the cash is with the customer already
      case 'LATER-BACK':
        return this.#giveLaterBack(snapshot);
      case 'VOID-WAIT':
        this.#open.add(this.#notesOf(snapshot)); // from here on a restart asks where the cash is
        return null;
      default:
        return snapshot.face.id.startsWith('RE-') ? this.#answer(snapshot) : null;
    }
  }

  /** Now and then a customer wants the charge undone: the rail's Void, a manager's PIN, [Request]. */
  #wantVoid(snapshot: Snapshot): void {
    const { last } = snapshot.rail;
    const isAsked = snapshot.face.id === 'DONE-IN' && last !== null && last.voidable;
    if (!isAsked || !this.#world.random.chance(0.15)) return;
    const { sequenceId, version } = last;
    // Who took the notes back in the dark asks nobody for them, though the disk that knew of a void was put back since.
    if (this.notes.get(sequenceId)?.moved === false) return;
    this.#world.page.press({ page: PAGE, key: 'VOID', sequenceId, version, face: snapshot.face.id });
  }

  #askVoid(snapshot: Snapshot): KeyId | null {
    if (snapshot.face.keys.includes('REQUEST')) return 'REQUEST';
    const { intent } = snapshot.face;
    if (intent !== null && this.#world.showsCard(intent.sequenceId)) {
      this.#acted = '';
      return null;
    }
    this.#world.page.pin(this.#body(snapshot));
    this.#acted = '';
    return this.#world.random.chance(0.1) ? 'STOP' : null;
  }

  #take(snapshot: Snapshot): KeyId | null {
    const notes = this.#notesOf(snapshot);
    if (!notes.moved && this.#world.random.chance(RARE)) return 'STOP';
    this.hand(notes, 'take');
    this.#open.add(notes);
    if (!this.#world.random.chance(RARE)) return 'RECEIVED';
    this.#acted = ''; // interrupted between the notes and the key
    return null;
  }

  #giveBack(snapshot: Snapshot): KeyId {
    if (this.#world.random.chance(RARE / 2)) return 'LEAVE';
    const notes = this.#notesOf(snapshot);
    this.hand(notes, 'giveBack');
    this.#open.delete(notes);
    return 'HANDED';
  }

  /** The customer has come with the slip, and a manager gives the PIN. */
  #giveLaterBack(snapshot: Snapshot): KeyId | null {
    const { keys } = snapshot.face;
    if (!keys.includes('HANDED')) {
      this.#world.page.pin(this.#body(snapshot));
      this.#acted = '';
      return null;
    }
    const notes = this.#notesOf(snapshot);
    notes.isKnown = true; // who got it back has no slip any more
    this.hand(notes, 'giveBack');
    return 'HANDED';
  }

  #pay(snapshot: Snapshot): KeyId {
    const { random } = this.#world;
    const notes = this.#notesOf(snapshot);
    if (!notes.moved && random.chance(RARE)) return 'STOP';
    if (!notes.moved && random.chance(RARE / 2)) return 'LEAVE';
    this.hand(notes, 'payOut');
    this.#open.delete(notes);
    return 'HANDED';
  }

  /** Restart questions are answered by where the notes are. */
  #answer(snapshot: Snapshot): KeyId {
    const { random } = this.#world;
    const notes = this.#notesOf(snapshot);
    const { moved } = notes;
    if (random.chance(RARE / 4)) return 'LEAVE';
    // Who has answered "not paid" pays only when the screen says so.
    if (notes.type === 'REFUND') this.#open.delete(notes);
    // Who has looked knows; "paid" before the approval goes to the manager, who was not there.
    notes.isKnown = !(snapshot.face.id === 'RE-OUT-EARLY' && moved);
    switch (snapshot.face.id) {
      case 'RE-HERE':
        return random.pick(['REQUEST', 'REQUEST', 'LATER', 'STOP'] as const);
      case 'RE-CLOSED':
        return moved ? 'RECEIVED' : 'STOP';
      case 'RE-OUT':
      case 'RE-OUT-EARLY':
        return moved ? 'HANDED' : 'RECEIVED';
      default:
        return moved ? 'RECEIVED' : 'HANDED';
    }
  }

  /** A sentence that ends the payment was read: from now on nobody moves its cash any more. */
  #readEnd(snapshot: Snapshot): void {
    const { intent, closable, id } = snapshot.face;
    if (!closable || intent === null) return;
    const notes = this.notes.get(intent.sequenceId);
    if (notes === undefined) return;
    this.#open.delete(notes);
    // Cash that was taken for a scan which then expired: the screen says to give it back.
    if (id === 'EXPIRED') this.#giveIfTaken(notes);
  }

  /** "If you took cash, give it back": whoever reads that looks first. */
  #giveIfTaken(notes: Notes): void {
    if (notes.type === 'CHARGE' && notes.moved) this.#move(notes.giveBack());
  }
}
