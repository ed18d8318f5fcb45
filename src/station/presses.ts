/** What people press, show and prove: each checked against the face, the payment and the version that they saw. */
import { isDoubtedPayout } from '../intent/advice.ts';
import type { Intent, OwnCommand } from '../intent/model.ts';
import { isUnclaimed, occupiesStation } from '../intent/state.ts';
import { type StationCore, SYSTEM_FACES, TERMINAL } from './core.ts';
import type { VoidProof } from './desk.ts';
import { keyMeaning } from './keys.ts';
import type { Face, PressBody } from './snapshot.ts';
import { faceNow, isAttended, type VoidFault, voidFault } from './view.ts';

/** What a person saw when they acted. */
export type Seen = Pick<PressBody, 'page' | 'sequenceId' | 'version' | 'face'>;

/** Every call gives null when it was done, else why not; nothing was changed then. */
export class Presses {
  readonly #core: StationCore;

  constructor(core: StationCore) {
    this.#core = core;
  }

  shown(body: Seen): string | null {
    const stale = this.#stale(body);
    if (stale !== null) return stale;
    const { current } = this.#core.desk;
    if (current === null || !this.#core.face().acknowledge) return 'NOTHING_TO_SHOW';
    return this.#core.record(current, { kind: 'acknowledge' }, TERMINAL);
  }

  press(body: PressBody): string | null {
    if (body.key === 'VOID') return this.#askVoid(body);
    if (body.key === 'OPEN') return this.#open(body);
    const stale = this.#stale(body);
    if (stale !== null) return stale;
    const face = this.#core.face();
    if (body.key === 'CLOSE') return this.#closeFace(face);
    if (!face.keys.includes(body.key)) return 'NO_SUCH_KEY';
    const meaning = keyMeaning(face.id, body.key);
    const { current } = this.#core.desk;
    if (meaning === null || current === null) return 'NO_SUCH_KEY';
    switch (meaning.kind) {
      case 'dropVoid':
        this.#core.desk.dropVoidAsk();
        return null;
      case 'void':
        return this.#void(current);
      case 'command':
        if (meaning.command.kind === 'leave' && current.left) {
          this.#core.desk.show(null);
          return null;
        }
        return this.#core.record(current, meaning.command, this.#core.actor());
    }
  }

  /** Why this press does not speak about what is on the screen; null: it does. */
  #stale(body: Seen): string | null {
    if (!this.#core.pages.drives(body.page)) return 'VIEW_ONLY';
    if (this.#core.desk.locked) return 'LOCKED';
    const { id, intent } = this.#core.face();
    const same =
      id === body.face &&
      (intent?.sequenceId ?? null) === body.sequenceId &&
      (intent?.version ?? null) === body.version;
    return same ? null : 'STALE';
  }

  #closeFace(face: Face): string | null {
    if (!face.closable) return 'NO_SUCH_KEY';
    this.#core.desk.refused = null;
    this.#core.desk.show(null);
    return null;
  }

  #open(body: PressBody): string | null {
    const refusal = this.#railRefusal(body);
    if (refusal !== null) return refusal;
    const intent = body.sequenceId === null ? null : this.#core.options.board.get(body.sequenceId);
    if (intent === null || intent.version !== body.version) return 'STALE';
    if (occupiesStation(intent) && !this.#core.options.isMine(intent)) return 'STATION_BUSY';
    if (this.#core.options.board.isAside(intent.sequenceId)) return 'MANAGER_NEEDED';
    if (isDoubtedPayout(intent) || isUnclaimed(intent)) return 'MANAGER_NEEDED';
    this.#core.desk.refused = null;
    this.#core.desk.show(intent, true);
    return null;
  }

  #railRefusal(body: PressBody): string | null {
    if (!this.#core.pages.drives(body.page)) return 'VIEW_ONLY';
    if (this.#core.desk.locked) return 'LOCKED';
    const view = this.#core.view();
    if (isAttended(view) || SYSTEM_FACES.has(faceNow(view).id)) return 'STATION_BUSY';
    return null;
  }

  #askVoid(body: PressBody): string | null {
    const refusal = this.#railRefusal(body);
    if (refusal !== null) return refusal;
    const { last } = this.#core.desk;
    if (last === null || last.intent.sequenceId !== body.sequenceId || last.intent.version !== body.version) {
      return 'STALE';
    }
    if (this.#core.options.board.isAside(last.intent.sequenceId)) return 'MANAGER_NEEDED';
    const fault = voidFault(this.#core.view());
    if (fault === 'NO_SUCH_KEY') return fault;
    if (fault !== null) return this.#refuseVoid(fault);
    this.#core.desk.refused = null;
    this.#core.desk.show(last.intent);
    this.#core.desk.voidAsk = { proof: null };
    return null;
  }

  #void(current: Intent): string | null {
    const { worker, newId, clock } = this.#core.options;
    const proof = this.#core.desk.voidAsk?.proof ?? null;
    if (proof === null) return 'VOID_PROOF';
    const cancelId = newId(clock.now().wallMs);
    const refusal = this.#core.record(current, voidCommand(cancelId, proof), this.#core.actor());
    if (refusal === null && proof.kind === 'card') worker.holdProof(cancelId, proof.barcodeSpec);
    this.#core.desk.dropVoidAsk(); // what follows at the counter is the cashier's
    if (refusal === 'VOID_WINDOW' || refusal === 'VOID_DAY' || refusal === 'VOID_PROOF') {
      this.#refuseVoid(refusal);
    }
    return refusal;
  }

  #refuseVoid<T extends Exclude<VoidFault, 'NO_SUCH_KEY'> | 'VOID_PROOF'>(cause: T): T {
    const minutes = Math.round(this.#core.options.policy.times.voidWindowMs / 60_000);
    const values =
      cause === 'VOID_WINDOW' ? { limit: minutes } : cause === 'LINE_DOWN' ? { type: 'VOID' } : {};
    this.#core.refuse(cause, values);
    return cause;
  }

  pin(body: Seen, managerId: string): string | null {
    const stale = this.#stale(body);
    if (stale !== null) return stale;
    const desk = this.#core.desk;
    if (desk.current === null || !this.#core.face().pinPad) return 'NO_SUCH_KEY';
    if (desk.current.managerNeeded && body.face === 'MANAGER') {
      return this.#core.record(desk.current, { kind: 'managerAllowed' }, { role: 'manager', id: managerId });
    }
    desk.managerId = managerId;
    if (desk.voidAsk !== null) desk.voidAsk.proof = { kind: 'manager', managerId };
    return null;
  }
}

function voidCommand(cancelId: string, proof: VoidProof): OwnCommand {
  return proof.kind === 'manager'
    ? { kind: 'void', cancelId, proof: 'manager', managerId: proof.managerId }
    : { kind: 'void', cancelId, proof: 'card' };
}
