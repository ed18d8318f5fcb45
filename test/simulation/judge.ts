/** Judges one till by what befell it: no case, no fence and no end of its process comes of nothing, and no case is left lying. */
import type { Intent } from '../../src/intent/model.ts';
import { LedgerFault } from '../../src/ledger/fault.ts';
import type { RecoveringMark } from '../../src/ledger/types.ts';
import { fenceReasonOf } from '../../src/sync/memory.ts';
import { type CaseStory, isCauseless, isLeftToPeople } from './cases.ts';
import type { Causes } from './causes.ts';
import type { Violation } from './check.ts';
import type { Disk } from './disk.ts';
import type { IssuerModel } from './issuer-model.ts';
import { type FaultCounts, tally } from './network.ts';
import type { TerminalWorld } from './terminal.ts';

export interface JudgeOptions {
  readonly world: TerminalWorld;
  readonly issuer: IssuerModel;
  readonly tallies: FaultCounts;
  /** The till says that it is not believed: what it keeps of that its disk may not have taken. */
  readonly isRecovering: () => boolean;
  readonly violate: (violation: Violation) => void;
}

export class Judge {
  readonly causes: Causes;
  /** Writes that failed, in all runs. */
  diskFaults = 0;
  readonly #options: JudgeOptions;
  /** `sequenceId reason` of every case that was opened. */
  readonly #cases = new Set<string>();
  /** What this run's disk did not take, by the world's doing. */
  readonly #diskFaults = new Set<'full' | 'io'>();
  #hasRun = false;
  #isFenced = false;

  constructor(causes: Causes, options: JudgeOptions) {
    this.causes = causes;
    this.#options = options;
  }

  /** A process starts on the disk. */
  starts(): void {
    if (this.#hasRun) this.causes.add('restart');
    this.#hasRun = true;
    this.#diskFaults.clear();
  }

  /** The world lets a write of this run fail. */
  diskFails(kind: 'full' | 'io'): true {
    this.causes.add('disk');
    this.#diskFaults.add(kind);
    this.diskFaults += 1;
    return true;
  }

  /** The process ends by itself of this: of a disk that failed, or that was full at its start, and of nothing else. */
  ends(fault: unknown, isStarting: boolean): void {
    const code = fault instanceof LedgerFault ? fault.code : null;
    if (code === 'IO' && this.#diskFaults.has('io')) return;
    if (code === 'FULL' && isStarting && this.#diskFaults.has('full')) return;
    const text = fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
    this.#options.violate({ code: 'FAULT', text });
  }

  /** The till goes on from a copy of this disk: its cases are another's, and so is the run before its first start here. */
  inherits(disk: Disk): void {
    this.#hasRun = true;
    for (const { sequenceId, cases } of disk.folded().values())
      for (const reason of cases) this.#cases.add(`${sequenceId} ${reason}`);
  }

  /**
   * A terminal that the issuer does not believe any more, or that does not believe itself, has a reason in the story. A full
   * disk may take the mark only at a later start: the worker's own memory has it at once.
   */
  fence(mark: RecoveringMark | null): void {
    const reason = fenceReasonOf(mark) ?? this.#options.world.memory.read()?.fenced ?? null;
    const isNew = reason !== null && !this.#isFenced;
    this.#isFenced = reason !== null;
    if (!isNew) return;
    const { tallies, violate } = this.#options;
    const causes = this.causes.fences(reason);
    for (const cause of causes) tally(tallies, `fencedBy ${cause}`);
    if (causes.length > 0) return;
    violate({ code: 'FENCED_FOR_NOTHING', text: `${reason}, of a till that was always itself` });
  }

  /** The journal ends before what the till must have kept beside it: it believes itself no more from its start on. */
  saysLoss(isRecovering: boolean): void {
    const { tallies, violate } = this.#options;
    tally(tallies, 'loss kept beside the disk');
    if (!isRecovering)
      violate({ code: 'LOSS_UNSAID', text: 'a till goes on over a journal without its end' });
  }

  /** A case that is new has a reason in what befell this till, its payment or the issuer. */
  cases(intent: Intent): void {
    const { tallies, violate } = this.#options;
    for (const reason of intent.cases) {
      const opened = `${intent.sequenceId} ${reason}`;
      if (this.#cases.has(opened)) continue;
      this.#cases.add(opened);
      tally(tallies, `case ${reason}`);
      if (isCauseless(reason, this.storyOf(intent)))
        violate({
          code: 'CASE_FOR_NOTHING',
          text: `${opened}: ${intent.type} ${intent.host}/${intent.cash}`,
        });
    }
  }

  /** What is known of a payment outside of its till. */
  storyOf(intent: Intent): CaseStory {
    const { world, issuer, isRecovering } = this.#options;
    const { causes } = this;
    const { sequenceId } = intent;
    return {
      intent,
      causes,
      isFenced: world.disk.recovering !== null || isRecovering(),
      item: issuer.items.get(sequenceId),
      isForgotten: issuer.forgotten.has(sequenceId),
      isUnsealed: issuer.unsealed.has(sequenceId),
      isMistaken: issuer.mistook(sequenceId),
      isLost: causes.isElsewhere(sequenceId),
    };
  }

  /** Nothing more comes of this payment without a person. */
  isOver(intent: Intent): boolean {
    const { world, issuer } = this.#options;
    const hasBarcode = world.file !== null || world.disk.vault.has(intent.sequenceId);
    return isLeftToPeople(intent, issuer.items.get(intent.sequenceId), hasBarcode);
  }
}
