/** The promise of design.md section 1 for every intent, and both books' totals, after the faults have stopped. */
import { type Advice, adviceOf } from '../../src/intent/advice.ts';
import type { Intent } from '../../src/intent/model.ts';
import { ended, isCase } from '../../src/intent/state.ts';
import type { Ledger } from '../../src/ledger/types.ts';
import type { FaceId, Snapshot } from '../../src/station/snapshot.ts';
import type { Notes } from './cashier.ts';
import type { IssuerModel } from './issuer-model.ts';

export interface Violation {
  readonly code: string;
  readonly text: string;
}

function words(intent: Intent, notes: Notes | undefined, issuer: string): string {
  const cash = notes === undefined ? 'never touched' : notes.moved ? 'moved' : 'not moved';
  const flags = `${intent.deferred ? ' deferred' : ''}${intent.question === null ? '' : ` question ${intent.question}`}`;
  return `${intent.sequenceId} ${intent.type} ${intent.amount}: ${intent.host}/${intent.cash}${flags}, cases [${intent.cases.join(' ')}], notes ${cash}, issuer ${issuer}`;
}

/** Issuer approved <=> notes kept (CHARGE) or paid (REFUND), unless a person has it on the manager's screen. */
function accountForOne(intent: Intent, issuer: IssuerModel, notes: Notes | undefined): Violation | null {
  const item = issuer.items.get(intent.sequenceId);
  const approved = item?.state === 'approved';
  const moved = notes?.moved ?? false;
  const text = words(intent, notes, item?.state ?? 'nothing');
  if (!ended(intent) && !isCase(intent)) return { code: 'NO_END', text };
  if (approved === moved || isCase(intent)) return null;
  return { code: approved ? 'APPROVED_WITHOUT_CASH' : 'CASH_WITHOUT_APPROVAL', text };
}

export function accountFor(
  ledger: Ledger,
  issuer: IssuerModel,
  notes: ReadonlyMap<string, Notes>,
): Violation[] {
  const found: Violation[] = [];
  const { intents } = ledger.list({ limit: 500 });
  for (const intent of intents) {
    const violation = accountForOne(intent, issuer, notes.get(intent.sequenceId));
    if (violation !== null) found.push(violation);
  }
  const known = new Set(intents.map((intent) => intent.sequenceId));
  for (const item of issuer.items.values()) {
    if (!known.has(item.sequenceId))
      found.push({ code: 'LOST', text: `${item.sequenceId} is ${item.state} at the issuer, unknown here` });
  }
  for (const [token, count] of issuer.approvalsByToken) {
    if (count > 1)
      found.push({
        code: 'DOUBLE_APPROVAL',
        text: `${count} approvals of one token, issued ${token.issuedAtMs}`,
      });
  }
  const report = ledger.verify();
  for (const fault of report.faults.slice(0, 3))
    found.push({ code: `VERIFY_${fault.code}`, text: fault.text });
  return [...found, ...books(intents, ledger, issuer)];
}

/** With nothing open, what the store owes the issuer is what the issuer booked. */
function books(intents: readonly Intent[], ledger: Ledger, issuer: IssuerModel): Violation[] {
  if (intents.some((intent) => !ended(intent) || isCase(intent))) return [];
  let booked = 0;
  for (const item of issuer.items.values()) {
    if (item.state === 'approved') booked += item.type === 'CHARGE' ? item.amount : -item.amount;
  }
  const balances = ledger.balances();
  const found: Violation[] = [];
  if (-balances.issuer_payable !== booked) {
    found.push({ code: 'BOOKS', text: `issuer_payable ${balances.issuer_payable}, issuer booked ${booked}` });
  }
  if (balances.cash_drawer !== booked)
    found.push({ code: 'DRAWER', text: `cash_drawer ${balances.cash_drawer}, booked ${booked}` });
  if (balances.suspense !== 0 || balances.deferred !== 0 || balances.customer_due !== 0) {
    found.push({ code: 'LEFT_OVER', text: JSON.stringify(balances) });
  }
  return found;
}

/** What each face tells people to do with the cash, written down once more and independently of the station. */
const SAYS: Readonly<Partial<Record<FaceId, readonly Advice[]>>> = {
  TAKE: ['take'],
  'LATER-TAKE': ['take'],
  'LATER-ASK': ['hold', 'take'],
  MANAGER: ['hold'],
  SENDING: ['hold'],
  CHECK: ['hold'],
  'LATER-FAIL': ['hold'],
  'VOID-WAIT': ['hold'],
  'VOID-ASK': ['keep'],
  'VOID-NO': ['keep'],
  'DONE-IN': ['keep'],
  'LATER-OK': ['keep'],
  'LATER-DONE': ['keep'],
  BACK: ['giveBack'],
  'BACK-REV': ['giveBack'],
  'BACK-STOP': ['giveBack'],
  'BACK-VOID': ['giveBack'],
  'LATER-BACK': ['giveBack'],
  PAY: ['payOut'],
  'ASK-OUT': ['hold'],
  'WAIT-OUT': ['hold'],
  'CHECK-OUT': ['hold'],
  'NO-OUT': ['payNothing'],
  'NO-OUT-REV': ['payNothing'],
  'DONE-OUT': ['done'],
  END: ['done'],
  'END-REV': ['done'],
};

/** Invariant 3: what the screen says is on disk, and is what that state means for the cash. null: it is right. */
export function screenFault(snapshot: Snapshot, ledger: Pick<Ledger, 'get'>): Violation | null {
  const { face } = snapshot;
  if (face.intent === null) return null;
  const intent = ledger.get(face.intent.sequenceId);
  if (intent === null) return { code: 'SCREEN_NOT_ON_DISK', text: `${face.id} shows an unknown payment` };
  if (face.intent.version > intent.version) {
    return {
      code: 'SCREEN_NOT_ON_DISK',
      text: `${face.id} shows version ${face.intent.version} of ${intent.version}`,
    };
  }
  const says = face.intent.version === intent.version ? SAYS[face.id] : undefined;
  const advice = adviceOf(intent);
  const isUnderCase = advice === 'manager' && !(says ?? []).includes('payOut');
  if (says === undefined || isUnderCase || says.includes(advice)) return null;
  return {
    code: 'SCREEN_WRONG',
    text: `${face.id} for ${intent.type} ${intent.host}/${intent.cash}: ${advice}`,
  };
}
