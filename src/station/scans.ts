/** From a frame to an intent, a refusal, or a scan for the POS program. */
import { diagnose, diagnoseUnended } from '../barcode/diagnose.ts';
import { parseBarcode } from '../barcode/parse.ts';
import { openVoid } from '../intent/external.ts';
import type { Intent, Now } from '../intent/model.ts';
import { admit } from '../intent/policy.ts';
import { DuplicateScan, LedgerFault } from '../ledger/fault.ts';
import type { ScanFrame, ScanResult, StationCore, StationLedger } from './core.ts';
import { refusedByDiagnosis, refusedByPolicy } from './refused.ts';
import type { RefusedCause } from './snapshot.ts';
import { isAttended } from './view.ts';
import { lineNow } from './worker.ts';

export class Scans {
  readonly #core: StationCore;

  constructor(core: StationCore) {
    this.#core = core;
  }

  /** Judges one frame. Never throws for what was scanned. */
  scan(frame: ScanFrame): ScanResult {
    try {
      return this.#scan(frame);
    } catch (error) {
      if (!(error instanceof LedgerFault)) throw error;
      this.#core.ledgerFailed(error);
      return this.#core.refuse('LEDGER');
    }
  }

  /** Explains a read that had no end, if it was a payment. It opens nothing and passes to nobody. */
  unended(frame: ScanFrame): ScanResult {
    const found = refusedByDiagnosis(diagnoseUnended(frame.text, this.#core.options.codeTable));
    if (found === null) return 'notOurs';
    this.#core.refuse(found.cause, found.values);
    return 'unreadable';
  }

  #scan(frame: ScanFrame): ScanResult {
    const { codeTable, clock } = this.#core.options;
    const symbology = frame.symbology ?? null;
    const parsed = parseBarcode(frame.text, codeTable, symbology);
    if (!parsed.ok) {
      // Not by the parser's look alone: typed under another layout a payment has none of its letters left, and the POS
      // program would get a card number.
      const found = refusedByDiagnosis(diagnose(frame.text, codeTable, symbology));
      if (found === null) {
        if (frame.text !== '') this.#core.options.forward(frame);
        return 'notOurs';
      }
      this.#core.refuse(found.cause, found.values);
      return 'unreadable';
    }
    this.#core.unreadable.clear();
    const barcodeSpec = frame.text.slice(-31);
    const { spec } = parsed;
    const blocked = this.#blockedBy();
    if (blocked !== null) return this.#core.refuse(blocked);
    if (this.#isProof(spec.cardNumber, barcodeSpec)) return 'accepted';
    if (this.#isLateVoid()) return this.#proveAgain(spec.cardNumber, barcodeSpec);
    const now = clock.now();
    const facts = this.#core.options.ledger.facts(barcodeSpec, spec.cardNumber, now);
    const { current } = this.#core.desk;
    if (current !== null && facts.same?.sequenceId === current.sequenceId && isAttended(this.#core.view())) {
      return this.#core.refuse('DUP_OPEN');
    }
    if (this.#core.options.board.questions(this.#core.options.isMine).length > 0)
      return this.#core.refuse('RESTART_OPEN');
    if (isAttended(this.#core.view())) return this.#core.refuse('STATION_BUSY');
    const admission = admit(spec, facts, this.#admitContext(now), this.#core.options.policy);
    if (!admission.ok) {
      const { cause, values } = refusedByPolicy(admission.cause, admission.values, facts.same);
      // A hands-free scanner reads the same phone again every half second: its own last sentence stays on the screen.
      const isItsOwn = current !== null && facts.same?.sequenceId === current.sequenceId;
      return this.#core.refuse(cause, values, isItsOwn);
    }
    return this.#accept(
      { type: spec.type, amount: spec.amount, cardNumber: spec.cardNumber, barcodeSpec },
      admission.managerNeeded,
    );
  }

  #accept(
    scan: Pick<Parameters<StationLedger['accept']>[0], 'type' | 'amount' | 'cardNumber' | 'barcodeSpec'>,
    managerNeeded: boolean,
  ): ScanResult {
    const { ledger, clock, newId, stationId } = this.#core.options;
    const now = clock.now();
    const { cashier } = this.#core.desk;
    try {
      const { intent } = ledger.accept(
        {
          ...scan,
          stationId,
          managerNeeded,
          sequenceId: newId(now.wallMs),
          ...(cashier === null ? {} : { actor: { role: 'cashier', id: cashier } as const }),
        },
        now,
      );
      this.#core.desk.refused = null;
      // No question is open here: one that comes later is the first of its own.
      this.#core.desk.questionsAnswered = 0;
      this.#core.desk.show(intent);
      return 'accepted';
    } catch (error) {
      if (error instanceof DuplicateScan) return this.#core.refuse('DUP_OPEN');
      this.#core.ledgerFailed(error);
      return this.#core.refuse(this.#core.trouble?.face === 'NO-ROOM' ? 'NO_ROOM' : 'LEDGER');
    }
  }

  /** Why no payment scan may open anything now, whatever it says. */
  #blockedBy(): RefusedCause | null {
    const { clock, worker } = this.#core.options;
    if (this.#core.desk.locked) return 'LOCKED';
    if (this.#core.starting !== null) return 'STARTING';
    if (this.#core.desk.notRecorded !== null || this.#core.lastingTrouble !== null) return 'LEDGER';
    if (worker.status().recovering) return 'RECOVERING';
    return this.#core.pages.isWatched(clock.now().monoMs) ? null : 'NO_PAGE';
  }

  #admitContext({ wallMs, monoMs }: Now): Parameters<typeof admit>[2] {
    const status = this.#core.options.worker.status();
    return {
      wallMs,
      stationId: this.#core.options.stationId,
      line: lineNow(status),
      clockConfirmed: status.clockConfirmed,
      answeredSinceStart: status.onlineSinceStart,
      issuerEnabled: status.enabled,
      spokenFor: this.#core.options.board.totals().spokenFor.sum,
      recent: this.#core.options.board.recent(monoMs),
    };
  }

  /** A scan while VOID-ASK waits: the same card's fresh barcode is the proof. */
  #isProof(cardNumber: string, barcodeSpec: string): boolean {
    const { voidAsk, current } = this.#core.desk;
    if (voidAsk === null || current === null || voidAsk.proof !== null) return false;
    if (this.#isCardOf(current, cardNumber)) voidAsk.proof = { kind: 'card', barcodeSpec };
    else this.#core.refuse('VOID_PROOF');
    return true;
  }

  #isCardOf({ sequenceId }: Intent, cardNumber: string): boolean {
    const { intents } = this.#core.options.ledger.list({ limit: 1, cardNumber, text: sequenceId });
    return intents.some((intent) => intent.sequenceId === sequenceId);
  }

  /** A void on a card's barcode has no answer: the barcode may have died with the last run's memory. */
  #isLateVoid(): boolean {
    const { current } = this.#core.desk;
    if (current === null || current.host !== 'voiding' || current.question !== null) return false;
    const { clock, times } = this.#core.options;
    const isLate = clock.now().monoMs - current.enteredMs >= times.voidLateMs;
    return isLate && openVoid(current)?.proof === 'card';
  }

  /** The same card's fresh barcode proves the void under way anew, under its own id. */
  #proveAgain(cardNumber: string, barcodeSpec: string): ScanResult {
    const { current } = this.#core.desk;
    const attempt = current === null ? null : openVoid(current);
    if (current === null || attempt === null || !this.#isCardOf(current, cardNumber)) {
      return this.#core.refuse('VOID_PROOF');
    }
    const { worker } = this.#core.options;
    const { cancelId } = attempt;
    const refusal = this.#core.record(current, { kind: 'void', cancelId, proof: 'card' }, this.#core.actor());
    if (refusal !== null) return this.#core.refuse('VOID_PROOF');
    // Only now: one that is not recorded takes the place of no barcode that goes on proving the attempt.
    worker.holdProof(cancelId, barcodeSpec);
    return 'accepted';
  }
}
