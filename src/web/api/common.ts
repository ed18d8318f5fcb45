/**
 * Every HTTP call of the cashier's and the manager's pages: paths, bodies, answers. Types only, shared with the browser
 * code. A POS program in place of our pages uses the same calls; `GET /api/v1/openapi.json` describes them.
 *
 * Rules for all of them: JSON both ways, `content-type: application/json` on every POST, same origin only. A refusal is a
 * 4xx or 5xx with an `ApiError`; a press that came too late is no error: it is a 200 with `done: false` and the present
 * snapshot. Times named ...AtMs are UTC milliseconds; ...Ms without At are lengths. Money is integer won.
 */
import type { PaperKind } from '../../station/snapshot.ts';

export type Language = 'ko' | 'en';

/** One paper as lines of text, Hangul counted 2. `big` lines are printed in double size. */
export interface PaperLine {
  readonly text: string;
  readonly big?: boolean;
}

export interface ReceiptAnswer {
  readonly kind: PaperKind;
  readonly columns: number;
  readonly lines: readonly PaperLine[];
  /** The store's copy with a line for the signature, where the paper has one. */
  readonly storeCopy: readonly PaperLine[] | null;
  readonly copy: boolean;
}

export interface CountSum {
  readonly count: number;
  readonly sum: number;
}

export interface PinBody {
  readonly pin: string;
}

export interface DoneAnswer {
  readonly done: true;
}
