/**
 * Papers to the printer: by themselves when a face calls for one (screens.md section 4), and when a person asks. Printing
 * follows the payment and never holds it up; what cannot be printed is still shown on the page.
 */
import type { Printer } from '../../drivers/printer.ts';
import type { Clock } from '../intent/clock.ts';
import type { PaperLine } from '../settlement/sheet.ts';
import { escPos } from './escpos.ts';
import type { PaperKind, PaperLanguage } from './receipt.ts';
import type { FaceId, Snapshot } from './snapshot.ts';

export interface Paper {
  readonly kind: PaperKind;
  readonly lines: readonly PaperLine[];
  /** The store's copy, where the paper has one. */
  readonly storeCopy: readonly PaperLine[] | null;
}

export interface PaperWish {
  readonly language: PaperLanguage;
  readonly columns: number;
  /** Marked as a copy, without the balance. */
  readonly copy: boolean;
}

export interface PrintingOptions {
  readonly printer: Pick<Printer, 'print' | 'status'>;
  readonly clock: Clock;
  /** Characters per line of the printer. */
  readonly columns: number;
  /** Of papers that print by themselves. */
  readonly language: PaperLanguage;
  readonly automatic: readonly PaperKind[];
  /** The paper of a payment's present state. Throws when it has none or the ledger cannot be read. */
  readonly compose: (sequenceId: string, wish: PaperWish) => Paper;
}

interface Watched {
  onSnapshot(listener: (snapshot: Snapshot) => void): () => void;
  setPrinter(state: 'ready' | 'failed'): void;
}

/** The faces with which a paper goes to the customer. */
const PAPER_FACES: ReadonlySet<FaceId> = new Set<FaceId>([
  'DONE-IN',
  'DONE-OUT',
  'LATER-OK',
  'END',
  'END-REV',
  'NO-OUT-REV',
]);
/** Papers that this run remembers as printed; enough for any that a face could show again. */
const REMEMBERED_MAX = 200;

export class Printing {
  readonly #options: PrintingOptions;
  readonly #printed = new Set<string>();
  readonly #stations: Watched[] = [];

  constructor(options: PrintingOptions) {
    this.#options = options;
  }

  /** Prints this station's papers from now on. */
  watch(station: Watched): void {
    this.#stations.push(station);
    station.setPrinter('ready');
    let shown = '';
    station.onSnapshot(({ face }) => {
      const { intent } = face;
      const key = intent === null ? '' : `${intent.sequenceId} ${face.id}`;
      if (key === shown) return;
      shown = key;
      if (intent === null || !PAPER_FACES.has(face.id)) return;
      // After the face is out: reading the ledger for a paper must not delay it.
      this.#options.clock.after(0, () => this.#byItself(intent.sequenceId));
    });
  }

  /** The printer began to fail, or prints again. */
  changed(): void {
    const state = this.fault() === null ? 'ready' : 'failed';
    for (const station of this.#stations) station.setPrinter(state);
  }

  /** One sentence; null when the printer is well as far as it is known. */
  fault(): string | null {
    return this.#options.printer.status().fault;
  }

  /**
   * Prints the paper of a payment; again is always a copy. False: too many papers wait. Throws as `compose` does.
   */
  print(sequenceId: string, wish: Omit<PaperWish, 'columns'>): boolean {
    const { columns } = this.#options;
    const first = this.#options.compose(sequenceId, { ...wish, columns });
    const again = !wish.copy && this.#printed.has(`${sequenceId} ${first.kind}`);
    return this.#send(
      sequenceId,
      again ? this.#options.compose(sequenceId, { ...wish, columns, copy: true }) : first,
    );
  }

  #byItself(sequenceId: string): void {
    const { columns, language, automatic, compose } = this.#options;
    let paper: Paper;
    try {
      paper = compose(sequenceId, { language, columns, copy: false });
    } catch {
      // No paper in this state, or a ledger that cannot be read: the faces tell of that, and the payment goes on.
      return;
    }
    if (!automatic.includes(paper.kind) || this.#printed.has(`${sequenceId} ${paper.kind}`)) return;
    this.#send(sequenceId, paper);
  }

  #send(sequenceId: string, { kind, lines, storeCopy }: Paper): boolean {
    const { printer, columns } = this.#options;
    const papers = [lines, ...(storeCopy === null ? [] : [storeCopy])].map((part) => escPos(part, columns));
    const isTaken = printer.print(Buffer.concat(papers));
    if (isTaken) {
      this.#printed.add(`${sequenceId} ${kind}`);
      const [oldest] = this.#printed;
      if (this.#printed.size > REMEMBERED_MAX && oldest !== undefined) this.#printed.delete(oldest);
    }
    return isTaken;
  }
}
