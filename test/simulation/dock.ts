/**
 * The keys of a page under the eyes of a judge: what the face on the screen has, pressed in time, is done and does what it
 * says; what is pressed twice, too late or at a page that only looks on is answered and changes nothing.
 */
import type { Policy } from '../../src/intent/policy.ts';
import type { Face, KeyId, PressAnswer, PressBody, Snapshot } from '../../src/station/snapshot.ts';
import type { Violation } from './check.ts';
import { isOwed, limitFaults } from './exposure.ts';
import { keyFault } from './faces.ts';
import { openRefusal } from './rail.ts';
import type { Terminal } from './terminal.ts';

export interface DockOptions {
  /** null: the till is down. */
  terminal(): Terminal | null;
  /** Writes that this till's disk did not take so far. */
  diskFaults(): number;
  readonly policy: () => Policy;
  /** By the machine's own clock. */
  readonly wallMs: () => number;
  readonly violate: (violation: Violation) => void;
}

interface Till {
  readonly terminal: Terminal;
  readonly policy: Policy;
  readonly wallMs: number;
}

/** What somebody saw when they acted. */
export type Seen = Omit<PressBody, 'key'>;

type Act = (terminal: Terminal) => PressAnswer;

export class Dock {
  readonly #options: DockOptions;

  constructor(options: DockOptions) {
    this.#options = options;
  }

  /** A key of the present face, in time, then the same again. `shown` is what the person looks at. */
  press(body: PressBody, shown: Snapshot): PressAnswer | null {
    const answer = this.#inTime(body.key, shown, (terminal) => terminal.station.press(body));
    const intent = body.sequenceId === null ? null : this.#options.terminal()?.ledger.get(body.sequenceId);
    if (answer?.done !== true || intent === null || intent === undefined || !isDockKey(body.key))
      return answer;
    this.#tell(keyFault(body.face, body.key, intent));
    return answer;
  }

  /** The page says that it showed the sentence. */
  shown(body: Seen, shown: Snapshot): void {
    this.#inTime('shown', shown, (terminal) => terminal.station.shown(body));
  }

  pin(body: Seen, managerId: string, shown: Snapshot): void {
    this.#inTime('PIN', shown, (terminal) => terminal.station.pinAccepted(body, managerId));
  }

  /** A payment of the rail, over what stands there: it is shown, or the law says why not. True: it is. */
  open(body: PressBody, { face }: Snapshot): boolean {
    const terminal = this.#options.terminal();
    const intent = body.sequenceId === null ? null : (terminal?.ledger.get(body.sequenceId) ?? null);
    if (terminal === null || intent === null) return false;
    const expected = openRefusal(face, intent);
    const { done, refusal, snapshot } = terminal.station.press(body);
    const isShown = snapshot.face.intent?.sequenceId === body.sequenceId;
    if (refusal !== expected || (done && !isShown)) {
      const text = `${body.sequenceId} over ${face.id}: ${refusal ?? 'opened'}, not ${expected ?? 'opened'}, then ${snapshot.face.id}`;
      this.#tell({ code: 'OPEN_WRONG', text });
    }
    return done;
  }

  /** What was on the screen once, pressed now, or the same key a second time. */
  stale(body: PressBody): void {
    this.#changesNothing(body, 'STALE');
  }

  /** A page that does not drive the station. */
  lookingOn(body: PressBody): void {
    this.#changesNothing(body, 'VIEW_ONLY');
  }

  /** A page takes the station over: it shows what the other one showed, and nothing else changes. */
  takesOver(page: string): void {
    const terminal = this.#options.terminal();
    if (terminal === null) return;
    terminal.station.refresh(); // what ends in this very moment has ended
    const before = terminal.station.snapshot().face;
    const { index } = terminal.ledger.head();
    const { done, snapshot } = terminal.station.takeOver(page);
    const isSame = isSameFace(before, snapshot.face) && terminal.ledger.head().index === index;
    if (!done || !isSame)
      this.#tell({ code: 'TAKE_OVER', text: `${page} shows ${snapshot.face.id} after ${before.id}` });
  }

  #inTime(what: string, shown: Snapshot, act: Act): PressAnswer | null {
    const { terminal: till, diskFaults, policy, wallMs } = this.#options;
    const terminal = till();
    if (terminal === null) return null;
    const faultsBefore = diskFaults();
    const answer = act(terminal);
    if (answer.done) return answer;
    const { refusal } = answer;
    const isDisk = refusal === 'LEDGER' && (diskFaults() > faultsBefore || terminal.ledger.isBroken());
    if (
      isDisk ||
      moved(what, refusal, answer.snapshot, { terminal, policy: policy(), wallMs: wallMs() }) !== null
    )
      return answer;
    this.#tell({ code: 'KEY_REFUSED', text: `${what} on ${shown.face.id}: ${refusal}` });
    return answer;
  }

  /** Refused for this reason, answered with the present face, nothing recorded, nothing else on the screen. */
  #changesNothing(body: PressBody, reason: 'STALE' | 'VIEW_ONLY'): void {
    const terminal = this.#options.terminal();
    if (terminal === null) return;
    const { station, ledger } = terminal;
    station.refresh(); // what ends in this very moment has ended
    const before = station.snapshot().face;
    const { index } = ledger.head();
    const { done, refusal, snapshot } = station.press(body);
    const after = station.snapshot().face;
    const isAnswered = snapshot.control === 'viewOnly' || isSameFace(snapshot.face, after);
    const isSame = isSameFace(before, after) && ledger.head().index === index;
    if (!done && refusal === reason && isAnswered && isSame) return;
    this.#tell({
      code: 'PRESS_CHANGED',
      text: `${body.key} on ${body.face} over ${before.id}: ${done ? 'done' : refusal}, then ${snapshot.face.id}`,
    });
  }

  #tell(violation: Violation | null): void {
    if (violation !== null) this.#options.violate(violation);
  }
}

/**
 * What moved between the sentence and the key without a new sentence; null: nothing. A void has its minutes and its day, and
 * credit later its limits, a confirmed clock and a first answer (intent-rules 4).
 */
function moved(what: string, refusal: string | null, answer: Snapshot, till: Till): string | null {
  const isVoid = what === 'VOID' || (what === 'REQUEST' && answer.face.id !== 'ASK-OUT');
  if (isVoid && (refusal === 'VOID_WINDOW' || refusal === 'VOID_DAY'))
    return answer.rail.last?.voidable === true ? null : 'the time of a void';
  if (isVoid && refusal === 'LINE_DOWN') return answer.strip.line.state === 'down' ? 'the line' : null;
  // After a restart the key itself goes with what bars it (RE-HERE).
  const isBarred = refusal === 'LATER_LIMIT' || (refusal === 'NO_SUCH_KEY' && answer.face.id === 'RE-HERE');
  return what === 'LATER' && isBarred ? barsLater(answer.face, till) : null;
}

function barsLater({ intent }: Face, { terminal, policy: { later }, wallMs }: Till): string | null {
  const { clockConfirmed, onlineSinceStart } = terminal.worker.status();
  if (!clockConfirmed || !onlineSinceStart) return 'the clock, or no answer since the start';
  const taken = intent === null ? null : terminal.ledger.get(intent.sequenceId);
  const owed = terminal.ledger.open().filter(isOwed);
  const [fault] = taken === null ? [] : limitFaults(taken, owed, later, wallMs);
  return fault?.text ?? null;
}

function isDockKey(key: PressBody['key']): key is KeyId {
  return key !== 'CLOSE' && key !== 'VOID' && key !== 'OPEN';
}

/** The same sentence about the same state of the same payment. */
export function isSameFace(one: Face, other: Face): boolean {
  const isSamePayment = one.intent?.sequenceId === other.intent?.sequenceId;
  return one.id === other.id && isSamePayment && one.intent?.version === other.intent?.version;
}
