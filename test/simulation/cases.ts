/**
 * What a case may come of and what it may excuse, reason by reason (intent-rules 2 to 5, settlement-contract 3 to 6): a
 * till that makes a case of a payment for no reason, or leaves one lying because it is a case, is found out.
 */
import { openVoid } from '../../src/intent/external.ts';
import type { CaseReason, Intent } from '../../src/intent/model.ts';
import { owesPerson } from '../../src/intent/move.ts';
import { ended, isCase } from '../../src/intent/state.ts';
import type { Causes } from './causes.ts';
import type { ModelItem } from './issuer-model.ts';
import { isBorne } from './voucher-check.ts';

/** What is known outside of the till of one payment that is a case. */
export interface CaseStory {
  readonly intent: Intent;
  readonly causes: Causes;
  /** The terminal is not believed. */
  readonly isFenced: boolean;
  readonly item: ModelItem | undefined;
  /** The issuer was put back to before it knew what it had known of this payment. */
  readonly isForgotten: boolean;
  /** And it was inside of a sealed day then. */
  readonly isUnsealed: boolean;
  /** The issuer took what it was told of this payment for another one's. */
  readonly isMistaken: boolean;
  /** Records of it went with a disk that was put back, or a copy of the disk did more for it. */
  readonly isLost: boolean;
}

export type Mismatch = 'APPROVED_WITHOUT_CASH' | 'CASH_WITHOUT_APPROVAL';

interface Rule {
  /** This may have been opened, as far as the world outside is concerned. */
  readonly mayOpen: (story: CaseStory) => boolean;
  /** Cash and issuer may differ so at the end, because a person still has to decide about just that. */
  readonly excuses: (story: CaseStory, mismatch: Mismatch) => boolean;
}

const NEVER = (): boolean => false;
const isChanged = ({ isForgotten, isLost }: CaseStory): boolean => isForgotten || isLost;

const RULES: Readonly<Record<CaseReason, Rule>> = {
  // People do that.
  LEFT_AT_COUNTER: { mayOpen: () => true, excuses: NEVER },
  // "Paid" is said of a withdrawal that is not approved only in answer to the question of a restart.
  PAID_WITHOUT_APPROVAL: {
    mayOpen: ({ intent, causes }) => intent.type === 'REFUND' && causes.has('restart'),
    excuses: ({ intent }, mismatch) => intent.host !== 'approved' && mismatch === 'CASH_WITHOUT_APPROVAL',
  },
  // It is undone again by itself, so at the end nothing differs.
  LATE_APPROVAL: { mayOpen: isChanged, excuses: NEVER },
  ISSUER_CONTRADICTS: {
    mayOpen: isChanged,
    excuses: ({ intent }, mismatch) => intent.host === 'approved' && mismatch === 'CASH_WITHOUT_APPROVAL',
  },
  APPROVED_NEVER_SENT: {
    mayOpen: ({ isLost }) => isLost,
    excuses: ({ intent }, mismatch) => intent.host === 'closed' && mismatch === 'APPROVED_WITHOUT_CASH',
  },
  REVERSED_ELSEWHERE: {
    mayOpen: isChanged,
    excuses: ({ intent }, mismatch) => intent.host === 'approved' && mismatch === 'CASH_WITHOUT_APPROVAL',
  },
  // An id never stands with another content here: the issuer is wrong about it, for a while.
  CONTENT_CONFLICT: { mayOpen: ({ isMistaken }) => isMistaken, excuses: NEVER },
  NET_CANCEL_REFUSED: {
    // The refusal may be the last word of an issuer that was put back before it came.
    mayOpen: ({ item, isMistaken, isUnsealed }) => item?.sealed === true || isMistaken || isUnsealed,
    excuses: ({ item }, mismatch) => item?.sealed === true && mismatch === 'APPROVED_WITHOUT_CASH',
  },
  BOOKED_AFTER_SEAL: {
    // A till finds the day sealed there, too, by the close of a copy of its disk.
    mayOpen: ({ causes }) => causes.has('agreed') || causes.has('sealed') || causes.has('copied'),
    excuses: NEVER,
  },
  // The void is done here and denied there, or the other way round what it was to undo.
  VOID_CONFLICT: {
    mayOpen: isChanged,
    excuses: ({ intent }, mismatch) =>
      mismatch === (intent.host === 'voided' ? 'APPROVED_WITHOUT_CASH' : 'CASH_WITHOUT_APPROVAL'),
  },
  // It is repeated until it is answered; an issuer that lost what it is to void answers none.
  VOID_LATE: {
    mayOpen: ({ causes, isForgotten }) =>
      isForgotten || causes.has('line') || causes.has('disk') || causes.has('restart'),
    excuses: NEVER,
  },
  // Delivery goes on once somebody mended what stopped it.
  NOT_PROCESSED: { mayOpen: ({ intent, causes }) => intent.deferred && causes.has('line'), excuses: NEVER },
  // Attempts are counted on disk, answered ones too, and the deadline of a process that dies begins afresh with the next one;
  // an issuer that lost what it is to void answers none.
  BUDGET_SPENT: {
    mayOpen: ({ causes, isForgotten }) =>
      isForgotten || causes.has('line') || causes.has('disk') || causes.has('restart'),
    excuses: NEVER,
  },
  // Answers that do not come, or none that is to be had; and a clock that was set makes what an earlier run left older than it is.
  OVERDUE: {
    mayOpen: ({ causes, isFenced }) =>
      isFenced || causes.has('line') || causes.has('disk') || causes.has('clock'),
    excuses: NEVER,
  },
  // A fence has reasons of its own, which are judged when it comes, also where the disk has no room for its mark. What the
  // journal lost a person has to find out.
  RECOVERING: {
    mayOpen: ({ isFenced }) => isFenced,
    excuses: ({ isLost }) => isLost,
  },
};

/** Nothing that befell this till or the issuer can have made this case. */
export function isCauseless(reason: CaseReason, story: CaseStory): boolean {
  return !RULES[reason].mayOpen(story);
}

/**
 * It is a case, and a person still owes an act or an answer (no answer is a case, never a guess), or the only thing that can
 * end it; or one of its cases is about just this.
 */
export function isOfCase(mismatch: Mismatch, story: CaseStory): boolean {
  const { intent } = story;
  if (!isCase(intent)) return false;
  const isReversing = intent.host === 'reversing' && !owesPerson(intent);
  if (!ended(intent) && !isReversing) return true;
  return intent.cases.some((reason) => RULES[reason].excuses(story, mismatch));
}

/** It is inside of a sealed day there: no net cancel undoes it. */
function isRefusedThere(item: ModelItem | undefined): boolean {
  return item !== undefined && item.state === 'approved' && item.sealed;
}

/**
 * Nothing more comes of it without a person: it has ended, or it is a case of which the rest is a person's. Inquiries, net
 * cancels, voids and delivery never stop for a case (intent-rules 3), unless the issuer really refuses. So what the store
 * bears is not over at an issuer that was put back to before its seal: the till asks it for that again (settlement-contract 5).
 */
export function isLeftToPeople(intent: Intent, item: ModelItem | undefined, hasBarcode: boolean): boolean {
  if (ended(intent) || (isBorne(intent) && isRefusedThere(item))) return true;
  if (!isCase(intent)) return false;
  if (intent.question !== null) return true;
  switch (intent.host) {
    case 'unsent':
    case 'sending':
    case 'unknown':
      // Without its barcode it cannot be sent: only a manager can end it, by paying it back.
      return intent.deferred && !hasBarcode;
    case 'reversing':
      return isRefusedThere(item);
    case 'voiding':
    case 'voided':
      // An issuer that was put back and has nothing to void answers no void: its inquiry made it a case, before it or after.
      if (openVoid(intent) !== null) return item === undefined && isDenied(intent);
      return intent.host === 'voided';
    default:
      return true;
  }
}

/** The issuer has said of this void, or of what it is to undo, that it does not know it. */
export function isDenied({ cases }: Intent): boolean {
  return cases.includes('VOID_CONFLICT') || cases.includes('ISSUER_CONTRADICTS');
}
