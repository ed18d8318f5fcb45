/** What can happen next in the explored world: people, the agent, the network, the issuer, the clock, a crash. */
import type { Intent } from '../../../../src/intent/model.ts';
import type { Intents, Known, StepName } from './intents.ts';
import type { RulesOut } from './without.ts';
import type { Item, Result, Shown, World } from './world.ts';
import { ITEMS, itemOf, notesOf, RESULTS, SHOWN, shownOf } from './world.ts';

/** Receives one successor. A fault is what must not be needed to reach an end. */
export type Emit = (label: string, world: World, isFault: boolean) => void;

export interface Model {
  readonly intents: Intents;
  readonly out: RulesOut;
  readonly crashesMax: number;
  /** How often people move the cash in one dark. */
  readonly darkActsMax: number;
  /** What the backend's adapter says of it. */
  readonly hasTombstones: boolean;
}

const indexOfItem = (item: Item): number => ITEMS.indexOf(item);
const indexOfShown = (shown: Shown): number => SHOWN.indexOf(shown);

function isSameSentence(before: Intent, after: Intent): boolean {
  return (
    before.host === after.host &&
    before.cash === after.cash &&
    before.question === after.question &&
    before.choosing === after.choosing
  );
}

/** One turn of the exploration: the state that is left, what is known of its intent, where successors go. */
class Turn {
  readonly known: Known;
  readonly intent: Intent;
  readonly world: World;
  readonly model: Model;
  readonly #emit: Emit;

  constructor(world: World, model: Model, emit: Emit) {
    this.world = world;
    this.model = model;
    this.known = model.intents.at(world.intent);
    this.intent = this.known.intent;
    this.#emit = emit;
  }

  /** A change of the world alone. */
  go(label: string, changes: Partial<World>, isFault = false): void {
    this.#emit(label, { ...this.world, ...changes }, isFault);
  }

  /** The world after a step of the intent; null when the rules refuse it. */
  after(name: StepName, changes: Partial<World> = {}): World | null {
    const to = this.model.intents.step(this.world.intent, name);
    if (to === null) return null;
    const next = this.model.intents.at(to).intent;
    const moved: World = { ...this.world, ...changes, intent: to };
    if (!isSameSentence(this.intent, next)) moved.isCurrent = 0;
    if (next.host !== this.intent.host) {
      // What was asked before is stale now, and so will be the answer to it.
      if (moved.fresh !== 0) moved.stale = moved.fresh;
      moved.fresh = 0;
      moved.inquirySent = 0;
    }
    return moved;
  }

  step(name: StepName, changes: Partial<World> = {}, isFault = false): void {
    const next = this.after(name, changes);
    if (next !== null) this.#emit(name, next, isFault);
  }

  /** A press: the page answers with the new state, which is not yet drawn. */
  press(name: StepName): void {
    // "Paid" before the approval goes to the manager, who was not there.
    const isForManager = this.intent.question === 'RE_OUT_EARLY' && name === 'answer withCustomer';
    const learnt = name.startsWith('answer') ? { knows: isForManager ? 0 : 1 } : {};
    const proven = name.startsWith('void') ? { proofLost: 0 } : {};
    this.step(name, { shown: 0, isCurrent: 0, ...learnt, ...proven });
  }
}

function questionPresses(turn: Turn): void {
  const notes = notesOf(turn.world);
  const isCharge = turn.intent.type === 'CHARGE';
  const isInDrawer = isCharge ? notes === 1 : notes === 0;
  if (turn.intent.question === 'RE_HERE') {
    turn.press('answer customerHere');
    turn.press('answer customerGoneLater');
    turn.press('answer customerGone');
  } else if (turn.intent.question === 'RE_CLOSED') {
    if (isInDrawer) turn.press('answer inDrawer');
    else {
      turn.press('answer notTaken');
      turn.press('answer withCustomer');
    }
  } else {
    turn.press(isInDrawer ? 'answer inDrawer' : 'answer withCustomer');
  }
  turn.press('leave');
}

/** What people press, reading the sentence of the present state. */
function presses(turn: Turn): void {
  const { world, intent } = turn;
  if (world.isCurrent === 0) return;
  if (!intent.acknowledged) turn.step('acknowledge');
  if (intent.question !== null) {
    questionPresses(turn);
    return;
  }
  const notes = notesOf(world);
  const shown = shownOf(world);
  const hasHanded = world.knows === 1 && notes === (shown === 'payOut' ? -1 : 0);
  if (shown === 'giveBack') {
    if (hasHanded) turn.press('given back');
    turn.press('leave');
  } else if (shown === 'payOut') {
    if (hasHanded) turn.press('paid out');
    else turn.press('not paid');
    turn.press('leave');
  } else if (shown === 'manager' && intent.cash === 'payout_due') {
    turn.press(notes === -1 ? 'paid out' : 'not paid');
  } else if (shown === 'take' || shown === 'hold' || shown === 'keep') {
    if (notes === 1) {
      turn.press('received');
      turn.press('received, limits full');
    }
    for (const name of OTHER_PRESSES) turn.press(name);
    if (world.sealed === 0) {
      if (intent.voids.length === 0) turn.press('void 0');
      else if (intent.voids.length === 1 && intent.host === 'approved') turn.press('void 1');
    }
  }
}

const OTHER_PRESSES: readonly StepName[] = [
  'manager allows',
  'stop',
  'cash back',
  'ask later',
  'credit later',
  'send after all',
  'request',
  'pay back',
  'leave',
];

/**
 * The hands obey the last sentence that the eyes saw, be it old. Who knows where the cash is moves it once; a new cashier
 * believes the sentence.
 */
function hands(turn: Turn): void {
  const { world } = turn;
  const shown = shownOf(world);
  const notes = notesOf(world);
  const believes = world.knows === 0;
  if (shown === 'take' && (believes || notes === 0)) {
    turn.go('takes the cash', { notes: world.notes + 1, knows: 1 });
  }
  if (shown === 'giveBack' && (believes || notes === 1)) {
    turn.go('gives the cash back', { notes: world.notes - 1, knows: 1 });
  }
  if (shown === 'payOut' && (believes || notes === 0)) {
    turn.go('pays the cash out', { notes: world.notes - 1, knows: 1 });
  }
  const isDenied = turn.intent.cases.includes('ISSUER_CONTRADICTS') && turn.intent.cash === 'received';
  if (shown === 'manager' && isDenied && notes === 1) {
    turn.go('manager gives the cash back by voucher', { notes: world.notes - 1, knows: 1 });
  }
}

function page(turn: Turn): void {
  const { world, known } = turn;
  if (world.isCurrent === 1) return;
  turn.go('page shows the sentence', { shown: indexOfShown(known.advice), isCurrent: 1 });
}

/** The worker runs what `due` says, and nothing else. */
function agent(turn: Turn): void {
  const { known, world } = turn;
  if (known.hasCommand) {
    turn.step('clock');
    turn.step('clock, limits full');
  }
  if (known.request === 'approve') {
    turn.step('send', { approveSent: 1 });
    // A crash between the durable `sending` and the first byte; or no byte can be handed to the network.
    turn.step('send', {}, true);
  }
  // [Ask the issuer] of the manager's page works in every state.
  const isOut = turn.intent.bytesMayHaveLeft && turn.intent.host !== 'sending';
  if (isOut && world.inquirySent === 0) turn.go('manager asks the issuer', { inquirySent: 1 });
  if (known.request === 'inquiry') turn.step('inquire', { inquirySent: 1 });
  if (known.request === 'netCancel') turn.step('net cancel', { netCancelSent: 1 });
  if (known.request === 'void' && world.proofLost === 1) {
    turn.step('inquire', { inquirySent: 1 });
    const isFirst = turn.intent.voids.length === 1;
    turn.step(isFirst ? 'void 0' : 'void 1', { proofLost: 0 });
  } else if (known.request === 'void') {
    const isFirst = turn.intent.voids.length === 1;
    if (isFirst) turn.step('void sent', { void0: Math.max(world.void0, 1) });
    else turn.step('void sent', { void1: Math.max(world.void1, 1) });
  }
}

function issuerApproves(turn: Turn): void {
  const { world, model } = turn;
  if (world.approveSent === 0) return;
  const isOpen = itemOf(world) === 'none';
  const isForgotten = itemOf(world) === 'declined' && model.out.has('answersAreStored');
  if (isOpen || isForgotten) {
    turn.go('issuer approves', { item: indexOfItem('approved') });
    if (isOpen) turn.go('issuer declines', { item: indexOfItem('declined') });
  }
}

function issuerCancels(turn: Turn): void {
  const { world, model } = turn;
  if (world.netCancelSent === 0) return;
  const item = itemOf(world);
  if (item === 'none') {
    const isLeft = model.hasTombstones && !model.out.has('netCancelLeavesTombstone');
    if (isLeft) turn.go('issuer leaves a tombstone', { netCancelDone: 1, item: indexOfItem('tombstone') });
    else turn.go('issuer finds nothing to cancel', { netCancelDone: model.hasTombstones ? 1 : 2 });
  } else if (item === 'approved') {
    const isRefused = world.sealed === 1 || world.spent === 1;
    if (isRefused) turn.step('net cancel refused');
    else turn.go('issuer reverses', { netCancelDone: 1, item: indexOfItem('reversed') });
  } else if (world.netCancelDone !== 1) {
    turn.go('issuer notes the net cancel', { netCancelDone: 1 });
  }
}

function issuerVoids(turn: Turn): void {
  const { world } = turn;
  for (const field of ['void0', 'void1'] as const) {
    if (world[field] !== 1) continue;
    if (itemOf(world) === 'approved' && world.sealed === 0) {
      turn.go('issuer voids', { [field]: 2, item: indexOfItem('voided') });
    }
    turn.go('issuer refuses the void', { [field]: 3 });
  }
}

const RESULT_OF: Readonly<Record<Item, Result>> = {
  none: 'NOT_FOUND',
  approved: 'COMPLETED',
  declined: 'FAILED',
  reversed: 'REVERSED',
  tombstone: 'REVERSED',
  voided: 'VOIDED',
};

function issuerIsAsked(turn: Turn): void {
  const { world } = turn;
  if (world.inquirySent === 0) return;
  const fresh = RESULTS.indexOf(RESULT_OF[itemOf(world)]) + 1;
  if (fresh !== world.fresh) turn.go('issuer answers the inquiry', { fresh });
}

/** Answers that arrive: any that the issuer ever gave, at any time. */
function answers(turn: Turn): void {
  const { world } = turn;
  const item = itemOf(world);
  if (world.approveSent === 1) {
    const wasApproved = item === 'approved' || item === 'reversed' || item === 'voided';
    if (wasApproved) turn.step('answer approved');
    const isRefused = item !== 'none' && item !== 'approved';
    if (isRefused) turn.step('answer declined');
    turn.step('answer not processed', {}, true);
  }
  if (turn.intent.host === 'sending') turn.step('answer ambiguous', {}, true);
  const isSilent = world.approveSent === 0 || turn.intent.sends > 1;
  if (turn.intent.host === 'sending' && isSilent) turn.step('nothing left', {}, true);
  const fresh = RESULTS[world.fresh - 1];
  if (fresh !== undefined) turn.step(`inquiry says ${fresh}`, { fresh: 0 });
  const stale = RESULTS[world.stale - 1];
  if (stale !== undefined) turn.step(`stale inquiry says ${stale}`, { stale: 0 });
  if (world.netCancelDone === 1) turn.step('net cancel acknowledged');
  if (world.netCancelDone === 2) {
    turn.step(world.isQuiet === 1 ? 'net cancel not found again' : 'net cancel not found');
  }
  if (world.void0 === 2) turn.step('void 0 done');
  if (world.void0 === 3) turn.step('void 0 refused');
  if (world.void1 === 2) turn.step('void 1 done');
  if (world.void1 === 3) turn.step('void 1 refused');
}

/** Without tombstones only time helps: after a minute no old copy is on its way, and the net cancel is sent again. */
function quiet(turn: Turn): void {
  if (turn.intent.quietSinceMs === null || turn.world.isQuiet === 1) return;
  turn.go('a minute of quiet', { isQuiet: 1, approveSent: 0, netCancelSent: 0, netCancelDone: 0 });
}

function dayAndCustomer(turn: Turn): void {
  const { world, known, model } = turn;
  if (itemOf(world) !== 'approved') return;
  const isFree = model.out.has('unacknowledgedKeepsTheDayOpen') ? known.isEnded : !known.keepsDayOpen;
  if (world.sealed === 0 && isFree) turn.go('day is sealed', { sealed: 1 });
  if (world.spent === 0 && model.out.has('netCancelSucceedsWhenSpent') && turn.intent.type === 'CHARGE') {
    turn.go('customer spends the balance', { spent: 1 });
  }
}

/** In the dark people do what the last sentence, or a customer without patience, makes plausible. */
function dark(turn: Turn): void {
  const { world, intent } = turn;
  const notes = notesOf(world);
  const give = (label: string): void =>
    turn.go(label, { notes: world.notes - 1, darkActs: world.darkActs + 1 }, true);
  if (world.darkActs < turn.model.darkActsMax) {
    const shown = shownOf(world);
    if (intent.type === 'CHARGE') {
      const mayReturn = ['take', 'hold', 'question', 'giveBack'].includes(shown);
      if (shown === 'take' && notes === 0) {
        turn.go('takes the cash in the dark', { notes: world.notes + 1, darkActs: world.darkActs + 1 }, true);
      }
      if (mayReturn && notes === 1) give('gives the cash back in the dark');
    } else {
      const mayPay = shown === 'hold' || shown === 'question' || shown === 'payOut';
      if (mayPay && notes === 0) give('pays the cash out in the dark');
    }
  }
  const fresh: Partial<World> = {
    isDown: 0,
    darkActs: 0,
    shown: 0,
    isCurrent: 0,
    knows: 0,
    inquirySent: 0,
    fresh: 0,
    stale: 0,
    isQuiet: 0,
    proofLost: intent.host === 'voiding' ? 1 : world.proofLost,
  };
  if (turn.known.needsRestart) {
    const next = turn.after('restart', fresh);
    if (next !== null) turn.go('restart', { ...next, fresh: 0, stale: 0 });
  } else {
    turn.go('restart', fresh);
  }
}

/** Every successor of one state. */
export function moves(world: World, model: Model, emit: Emit): void {
  const turn = new Turn(world, model, emit);
  issuerApproves(turn);
  issuerCancels(turn);
  issuerVoids(turn);
  if (world.isDown === 1) {
    dark(turn);
    return;
  }
  page(turn);
  hands(turn);
  presses(turn);
  agent(turn);
  issuerIsAsked(turn);
  answers(turn);
  quiet(turn);
  dayAndCustomer(turn);
  if (world.crashes < model.crashesMax) {
    turn.go('crash', { crashes: world.crashes + 1, isDown: 1, darkActs: 0, isCurrent: 0 }, true);
  }
}
