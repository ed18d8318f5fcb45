import type { Now } from '../intent/model.ts';
import { type Agenda, type Entry, LANES, type Lane } from './agenda.ts';
import type { Calls } from './calls.ts';
import type { Delivery } from './delivery.ts';
import type { Liaison } from './liaison.ts';
import type { SyncLimits } from './limits.ts';
import type { Recheck } from './recheck.ts';
import { soonest } from './soonest.ts';

/** The rooms of the worker that it joins. */
export interface DispatchParts {
  readonly agenda: Agenda;
  readonly calls: Calls;
  readonly delivery: Delivery;
  readonly liaison: Liaison;
  readonly recheck: Recheck;
}

/** Which of what is due goes out now: lanes in their order, customers beside the backlog, at the issuer's pace. */
export class Dispatch {
  readonly #limits: SyncLimits;
  readonly #parts: DispatchParts;
  readonly #isRunning: () => boolean;
  /** The last turn left something deferred behind for want of a permit. */
  #isPaced = false;

  constructor(limits: SyncLimits, parts: DispatchParts, isRunning: () => boolean) {
    this.#limits = limits;
    this.#parts = parts;
    this.#isRunning = isRunning;
  }

  /** One turn: sends what may go, most urgent first. */
  run(now: Now): void {
    this.#isPaced = false;
    const { liaison } = this.#parts;
    if (!liaison.mayDispatch()) return;
    this.#parts.recheck.runAsks(() => this.#hasRoom(), !this.#mayAskAgain(now));
    for (const lane of LANES) {
      if (lane === 'deferred' || !this.#laneOpen(lane)) continue;
      this.#lane(lane);
    }
    if (this.#mayAskAgain(now)) this.#askAgain(now);
    if (this.#laneOpen('deferred')) this.#deliver(now);
  }

  /** Mono ms at which something that could not go now may go; null: only an answer or a commit changes that. */
  nextMs(now: Now): number | null {
    const { liaison, recheck } = this.#parts;
    if (!liaison.mayDispatch()) return null;
    // Until then the breaker's own wake is the next.
    const askMs = this.#mayAskAgain(now) ? recheck.nextMs(liaison.session) : null;
    return soonest(askMs, this.#isPaced ? liaison.pacer.nextMs(now.monoMs) : null);
  }

  /** A line that is down is tried by probes: questions, one after the other, would keep a hello from it for as long. */
  #mayAskAgain({ monoMs }: Now): boolean {
    const { breaker } = this.#parts.liaison;
    return breaker.isClosed && !breaker.isAskedToWait(monoMs);
  }

  /**
   * After what is owed: a ledger may hold thousands of payments to be asked about, and an issuer that answers slowly would
   * have all places taken until the last of them. One is left for what is credited later, too.
   */
  #askAgain({ monoMs }: Now): void {
    const { recheck, liaison } = this.#parts;
    const { askPacer, session } = liaison;
    recheck.runAgain(
      session,
      () => this.#hasRoom(1),
      () => (askPacer.take(monoMs) ? 0 : (askPacer.nextMs(monoMs) ?? monoMs)),
    );
  }

  /** A customer's request waits for nothing but the hello that is under way. */
  isCustomerWaiting(): boolean {
    return LANES.some((lane) => {
      if (!this.#laneOpen(lane)) return false;
      for (const entry of this.#parts.agenda.ready(lane).values())
        if (this.#isForCustomer(entry, lane)) return true;
      return false;
    });
  }

  #lane(lane: Lane): void {
    const { agenda, delivery } = this.#parts;
    for (const entry of agenda.ready(lane).values()) {
      if (!this.#isRunning()) return;
      const attended = this.#isForCustomer(entry, lane);
      if (this.#hasPlace(entry, lane, attended) && this.#mayGo(entry, lane, attended))
        delivery.send(entry, attended);
    }
  }

  /**
   * Somebody stands at the counter for this request; or a manager, who asked for this void and hears of its first attempt.
   * Nobody waits for what is repeated when the payment was left to the manager, nor when the void was done and the cash is the
   * customer's (the issuer denies it since); nor for a question in its place, because its barcode is gone.
   */
  #isForCustomer(entry: Entry, lane: Lane): boolean {
    const { host, left, deferred, question } = entry.intent;
    if (lane === 'attended') return true;
    if (lane === 'void' && host === 'voiding' && !left) return true;
    if (lane === 'void') return !isRepeatedVoid(entry, lane) && this.#parts.delivery.hasProof(entry.intent);
    return lane === 'inquiry' && host === 'unknown' && !deferred && question === null;
  }

  /** Customers and first net cancels have places that nothing else takes, and wait for no hello, but for a void's repeats. */
  #hasPlace(entry: Entry, lane: Lane, attended: boolean): boolean {
    const { calls, liaison } = this.#parts;
    const { inFlight, customers } = this.#limits;
    if (isFirstNetCancel(entry, lane)) return calls.backlogItems < inFlight;
    if (!attended) return this.#hasRoom();
    return calls.customers < customers && !(liaison.isHelloFirst && isRepeatedVoid(entry, lane));
  }

  /** Charges to be credited later come last; those for which there is room now share one commit. */
  #deliver(now: Now): void {
    const { agenda, delivery, liaison } = this.#parts;
    const group: Entry[] = [];
    for (const entry of agenda.ready('deferred').values()) {
      if (!this.#isRunning() || !this.#hasRoom(group.length)) break;
      if (!this.#mayGo(entry, 'deferred', false)) continue;
      if (!liaison.mayDeliver(group.length)) break;
      if (!liaison.pacer.take(now.monoMs)) {
        this.#isPaced = true;
        break;
      }
      group.push(entry);
    }
    delivery.sendTogether(group);
  }

  #laneOpen(lane: Lane): boolean {
    const { liaison } = this.#parts;
    if (lane === 'inquiry') return true;
    if (liaison.session.recovering) return false;
    const stops = liaison.pause()?.stops;
    if (lane === 'attended') return stops !== 'approvals';
    if (lane === 'deferred') return stops === undefined && liaison.breaker.isClosed;
    return true;
  }

  #mayGo(entry: Entry, lane: Lane, attended: boolean): boolean {
    const { delivery, liaison } = this.#parts;
    if (delivery.isUnderWay(entry)) return false;
    if (liaison.breaker.isClosed || attended) return true;
    // A line that is known to be down is tried by probes, which leave no trace in the journal; a first attempt is
    // always made, because what it is for may have been applied.
    return isFirstNetCancel(entry, lane);
  }

  /**
   * For what can wait, beside `more` calls of that kind that are about to begin. None of it goes in the turn of an urgent
   * hello: a backlog at a slow issuer would keep it waiting for hours, and the voids of a new business day with it.
   */
  #hasRoom(more = 0): boolean {
    const { calls, liaison } = this.#parts;
    const { inFlight, reserved } = this.#limits;
    return !liaison.isHelloFirst && calls.backlog + more < inFlight - reserved;
  }
}

/** Nothing holds it up but a want of places: what it is for may have been applied. One for each payment, so it ends. */
function isFirstNetCancel(entry: Entry, lane: Lane): boolean {
  return lane === 'netCancel' && entry.intent.netCancels === 0;
}

/** Where nothing is answered, one repeat follows the other for hours, and none leaves a pause for a hello. */
function isRepeatedVoid({ intent }: Entry, lane: Lane): boolean {
  return lane === 'void' && (intent.misses ?? 0) > 0;
}
