/** A manager who closes business days as the pages let one: count, reason, close; and what must hold of them at the end. */
import type { Actor, Intent, Now, OwnCommand } from '../../src/intent/model.ts';
import { isCase } from '../../src/intent/state.ts';
import { LedgerFault } from '../../src/ledger/fault.ts';
import { isLeft, ROUNDS_MAX, tornOff } from '../../src/settlement/anew.ts';
import { COUNTS_MAX } from '../../src/settlement/count.ts';
import { SettlementFault } from '../../src/settlement/fault.ts';
import type { DaySummary, Settlement } from '../../src/settlement/settlement.ts';
import type { Cashier } from './cashier.ts';
import type { Causes } from './causes.ts';
import type { Violation } from './check.ts';
import type { DayLedger } from './disk-days.ts';
import type { IssuerModel } from './issuer-model.ts';
import type { Terminal } from './terminal.ts';
import type { SeededRandom } from './time.ts';
import { isOfVoucher } from './voucher-check.ts';

/** "Not processed" about the request itself (intent-rules 2): where the line says so three times in a row, a person is asked. */
const NOT_TAKEN: ReadonlySet<string> = new Set(['000_002', '006_006', '006_009']);
const BOSS: Actor = { role: 'manager', id: 'M1' };

/**
 * Closes the oldest day that is not closed, now and then the newest; counts before, mostly right. Gives what is to be told;
 * null: there was nothing to close, or the till said why not.
 */
export function closeDay(settlement: Settlement, drawer: number, random: SeededRandom): string | null {
  const wrong = random.chance(0.2) ? random.pick([-1_000, 1_000]) : 0;
  const isCounted = random.chance(0.8);
  const isNewest = random.chance(0.3);
  try {
    const open = settlement.days().filter(({ state }) => state.sealed === null && state.phase !== 'wanted');
    const day = isNewest ? open[0] : open.at(-1);
    if (day === undefined) return null;
    if (isCounted && day.state.counts.length < COUNTS_MAX) count(settlement, day, drawer + wrong);
    takeOver(settlement, day);
    settlement.close(day.date, BOSS, isCounted ? null : 'nobody has the key').settled.catch(() => {});
    return `a manager closes ${day.date}${isCounted ? '' : ' without a count'}`;
  } catch (fault) {
    if (fault instanceof SettlementFault || fault instanceof LedgerFault) return null; // the page says why not
    throw fault;
  }
}

/**
 * What a manager says of a case that the page offers this decision for: it is taken. "Not recorded": the page says so, and the
 * till hears what its ledger met. null: nothing is wrong.
 */
export function decide(
  { ledger, failed }: Pick<Terminal, 'ledger' | 'failed'>,
  sequenceId: string,
  kind: 'givenBack' | 'payBack' | Extract<OwnCommand, { kind: 'void' }>,
  now: Now,
): Violation | null {
  const command = typeof kind === 'string' ? { kind } : kind;
  try {
    const outcome = ledger.record(sequenceId, command, now, { actor: { ...BOSS, reason: 'customer' } });
    return outcome.ok
      ? null
      : { code: 'DECISION_REFUSED', text: `${command.kind} of ${sequenceId}: ${outcome.refusal}` };
  } catch (fault) {
    if (!(fault instanceof LedgerFault)) throw fault;
    failed(fault);
    return null;
  }
}

/**
 * A void whose card was shown has lost its proof with the process that held it: only a manager proves it anew, under its own
 * id, as the page offers it. null: nothing is wrong.
 */
export function proveAnew(
  terminal: Pick<Terminal, 'ledger' | 'failed'>,
  { sequenceId, host, question, voids, left }: Intent,
  now: Now,
): Violation | null {
  const open = voids.at(-1);
  if (open === undefined || open.outcome !== undefined || open.proof !== 'card') return null;
  // While it is under way the customer may still stand there; nobody does for one that was done and is denied.
  if (question !== null || (host === 'voiding' && !left)) return null;
  const { cancelId } = open;
  return decide(terminal, sequenceId, { kind: 'void', cancelId, proof: 'manager', managerId: 'M1' }, now);
}

/** A manager at one open case does what the page offers: hands the cash back, stops a deferred charge. null: nothing is wrong. */
export function attend(
  terminal: Pick<Terminal, 'ledger' | 'failed'>,
  cashier: Cashier,
  { sequenceId, host, cash, question, deferred, left, vouchers }: Intent,
  { now, random }: { readonly now: Now; readonly random: SeededRandom },
): Violation | null {
  if (cash === 'return_due' && (left || deferred)) {
    if (question !== null || vouchers?.includes('returnUnclaimed') === true) return null;
    // The notes first, then the key: the process may die in between.
    const notes = cashier.notes.get(sequenceId);
    // Who got the cash of a deferred charge back has no slip any more, whatever a disk has forgotten (screens 1.4, LATER-BACK).
    if (deferred && notes !== undefined) notes.isKnown = true;
    if (notes !== undefined) cashier.hand(notes, 'giveBack');
    return decide(terminal, sequenceId, 'givenBack', now);
  }
  if (!deferred || cash !== 'received' || !random.chance(0.15) || question !== null) return null;
  const isOffered = host === 'unsent' || host === 'unknown';
  return isOffered ? decide(terminal, sequenceId, 'payBack', now) : null;
}

/** Every second item of the issuer's list that the till lost, by the day's last comparison: the others wait for another day. */
function takeOver(settlement: Settlement, { date, state }: DaySummary): void {
  const taken = new Set(state.missingItems.map(({ detail }) => detail.sequenceId));
  const lost = (state.reconciled?.detail.differences ?? []).filter(
    ({ category, ours, sequenceId }) => category === 'missingHere' && ours === null && !taken.has(sequenceId),
  );
  for (const [place, { sequenceId }] of lost.entries()) {
    if (place % 2 === 0)
      settlement.bookMissing(date, sequenceId, place % 4 === 0 ? 'store' : 'dispute', BOSS);
  }
}

/** All of it out of the safe: what is counted is what the drawer was found to hold. */
function count(settlement: Settlement, { date }: DaySummary, found: number): void {
  const [safe, float] = found >= 0 ? [found, 0] : [0, -found];
  const counted = settlement.count(date, { mode: 'separate', pieces: {}, safe, float, posExpected: 0 }, BOSS);
  const difference = counted.counts.at(-1)?.detail.difference;
  if (difference !== 0) settlement.explain(date, 'OTHER', 'miscounted', BOSS);
}

/** The till goes on with this close by itself: the issuer has not spoken, it is made anew, or a full disk did not take its seal. */
export function isUnderWay(state: DaySummary['state']): boolean {
  return state.sealed === null && isLeft(state);
}

/**
 * It would be made anew if nobody had counted again while it waited for that: then a person closes it. The key names what is
 * over or short, by PIN (screens 3.4), and what was confirmed so was the count before; the till may have ended before the key
 * was pressed again.
 */
function isCountedMeanwhile(state: DaySummary['state']): boolean {
  const since = state.answered?.outcome.index ?? 0;
  const counts = state.counts.filter(({ index }) => index < since);
  return counts.length < state.counts.length && tornOff({ ...state, counts, explained: null }) !== null;
}

/** Why a day stands not agreed that nothing disputes; null: it is agreed, open, or not so for nothing. */
function notAgreedForNothing(state: DaySummary['state'], causes: Causes): string | null {
  if (state.phase !== 'notAgreed' || causes.disputes().length > 0) return null;
  const code = state.answered?.outcome.detail.code ?? 'other figures';
  // A bad line says so; and the issuer of a day that has begun only by a clock that was set, or that slept, here.
  const isExplained = causes.has('line') || causes.has('clock');
  // A payment came into each of its rounds, as the answers of a bad line let them: a person closes the day again.
  const isOverrun = code === 'other figures' && state.rounds >= ROUNDS_MAX && causes.has('line');
  return isOverrun || (NOT_TAKEN.has(code) && isExplained) ? null : code;
}

/** The same of all days, before a manager closes at last what is not agreed: that would hide a close that was never made anew. */
export function leftNotAgreed(settlement: Pick<Settlement, 'days'>, causes: Causes): readonly Violation[] {
  return settlement.days().flatMap(({ date, state }) => {
    const code = isCountedMeanwhile(state) ? null : notAgreedForNothing(state, causes);
    const text = `${date} was left so until a manager closed it again: ${code}`;
    return code === null ? [] : [{ code: 'NOT_AGREED_FOR_NOTHING', text }];
  });
}

/** No close waits for ever, an agreed day is sealed, a sealed one is empty, and both sides agree on which are and on what. */
export function daysFault(
  settlement: Pick<Settlement, 'days'>,
  ledger: Pick<DayLedger, 'dayPosition'>,
  intents: readonly Intent[],
  issuer: IssuerModel,
  terminalId: string,
  causes: Causes,
  judged: (what: string) => void,
): Violation[] {
  const found: Violation[] = [];
  const besides = doubtful(intents, issuer, causes);
  for (const { date, state } of settlement.days()) {
    const { phase, sealed, named } = state;
    const isAgreed = issuer.days.isAgreed(terminalId, date);
    const text = `${date} is ${phase}${sealed === null ? '' : ', sealed'}, names [${named.join(' ')}], issuer ${isAgreed ? 'agreed' : 'did not agree'}`;
    const forNothing = notAgreedForNothing(state, causes);
    if (forNothing !== null) found.push({ code: 'NOT_AGREED_FOR_NOTHING', text: `${text}: ${forNothing}` });
    if (phase === 'wanted') found.push({ code: 'CLOSE_WITHOUT_END', text });
    if (phase === 'agreed' && sealed === null) found.push({ code: 'AGREED_NOT_SEALED', text });
    // The issuer was put back to before its seal; or what this side knew of the day went with its disk, or is a copy's.
    const isExcused =
      sealed === null
        ? isElsewhere(date, issuer, terminalId, causes)
        : issuer.days.hasForgotten(terminalId, date);
    // It was put back and agreed to what it had heard before: the till knows that the day is sealed there over other figures.
    const code = phase === 'notAgreed' ? state.answered?.outcome.detail.code : null;
    const isToldSealed = code === '006_907' && causes.has('issuerRestored');
    if ((sealed !== null) !== isAgreed && phase !== 'wanted' && !isExcused && !isToldSealed)
      found.push({ code: 'ONE_SIDED_SEAL', text });
    if (sealed === null || named.length > 0) continue;
    const { issuerPayable, cashDrawer } = ledger.dayPosition(date);
    if (issuerPayable !== 0 || cashDrawer !== 0)
      found.push({ code: 'SEALED_NOT_EMPTY', text: `${text}: ${issuerPayable} and ${cashDrawer}` });
    const ours = bookedHere(intents, date, besides);
    const theirs = bookedThere(issuer, terminalId, date, besides);
    judged('DAY_FIGURES');
    if (ours !== theirs) found.push({ code: 'DAY_FIGURES', text: `${text}: ${ours} here, ${theirs} there` });
  }
  return found;
}

/**
 * Payments of which both sides may say something else: a case or a voucher is about them, the issuer was put back to before
 * what it knew of them, or it is written where this disk does not have it.
 */
function doubtful(intents: readonly Intent[], issuer: IssuerModel, causes: Causes): ReadonlySet<string> {
  const besides = new Set(issuer.forgotten.keys());
  for (const intent of intents) if (isOfVoucher(intent) || isCase(intent)) besides.add(intent.sequenceId);
  for (const id of issuer.items.keys()) if (causes.isElsewhere(id)) besides.add(id);
  return besides;
}

/** Something of the date, or of a payment of it, is written where this disk does not have it. */
function isElsewhere(date: string, issuer: IssuerModel, terminalId: string, causes: Causes): boolean {
  const items = [...issuer.items.values()].filter((item) => item.terminalId === terminalId);
  const ids = items.filter(({ businessDate }) => businessDate === date).map(({ sequenceId }) => sequenceId);
  return [date, ...ids].some((what) => causes.isElsewhere(what));
}

/** Won that the store owes for a date besides those payments. */
function bookedHere(intents: readonly Intent[], date: string, besides: ReadonlySet<string>): number {
  let sum = 0;
  for (const { sequenceId, businessDate, host, type, amount } of intents) {
    if (businessDate !== date || host !== 'approved' || besides.has(sequenceId)) continue;
    sum += type === 'CHARGE' ? amount : -amount;
  }
  return sum;
}

export function bookedThere(
  issuer: IssuerModel,
  terminalId: string,
  date: string,
  besides: ReadonlySet<string>,
): number {
  let sum = 0;
  for (const item of issuer.items.values()) {
    if (item.state !== 'approved' || item.terminalId !== terminalId || item.businessDate !== date) continue;
    if (besides.has(item.sequenceId)) continue;
    sum += item.type === 'CHARGE' ? item.amount : -item.amount;
  }
  return sum;
}
