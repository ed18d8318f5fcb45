/** What a press does at a station, what it leaves alone, and how the payment's face ends. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Actor, IntentEvent } from '../../../src/intent/model.ts';
import { LedgerFault } from '../../../src/ledger/ledger.ts';
import { bandText } from '../../../src/screens/text/refusals.ts';
import { APPROVAL, CARD, Lab, ONLINE, OTHER_CARD, PAGE, pausedBy } from './desk-lab.ts';

const MANAGER: Actor = { role: 'manager', id: 'M1' };
const DOWN = { ...ONLINE, line: { ...ONLINE.line, state: 'down' as const } };
const PAUSED = pausedBy(MANAGER);

let lab: Lab;

beforeEach(() => {
  lab = new Lab();
});

afterEach(() => lab.close());

describe('a press', () => {
  it('that names another version, payment or face gives the present face and changes nothing', () => {
    lab.scan(lab.barcode('CHARGE', 10_000));
    const before = lab.ledger.head();
    for (const change of [
      { version: 9 },
      { sequenceId: '01AAAAAAAAAAAAAAAAAAAAAAAA' },
      { face: 'PAY' as const },
    ]) {
      const answer = lab.press('RECEIVED', change);
      expect(answer).toMatchObject({ done: false, refusal: 'STALE', snapshot: { face: { id: 'TAKE' } } });
    }
    expect(lab.ledger.head()).toEqual(before);
  });

  it('twice records once', () => {
    lab.scan(lab.barcode('CHARGE', 10_000));
    const { face } = lab.see();
    const body = {
      page: PAGE,
      key: 'RECEIVED' as const,
      sequenceId: face.intent?.sequenceId ?? null,
      version: face.intent?.version ?? null,
      face: face.id,
    };
    expect(lab.station.press(body).done).toBe(true);
    const before = lab.ledger.head();
    expect(lab.station.press(body)).toMatchObject({ done: false, refusal: 'STALE' });
    expect(lab.ledger.head()).toEqual(before);
  });

  it('of a key that the face does not show does nothing', () => {
    lab.scan(lab.barcode('REFUND', 10_000));
    expect(lab.press('RECEIVED').refusal).toBe('NO_SUCH_KEY');
    expect(lab.press('HANDED').refusal).toBe('NO_SUCH_KEY');
    expect(lab.press('CLOSE').refusal).toBe('NO_SUCH_KEY');
  });

  it('counts only from the page that drives, on a station that is not locked', () => {
    lab.scan(lab.barcode('CHARGE', 10_000));
    expect(lab.press('RECEIVED', { page: 'another-page' }).refusal).toBe('VIEW_ONLY');
    expect(lab.station.snapshot('another-page')).toMatchObject({
      control: 'viewOnly',
      face: { id: 'VIEW-ONLY' },
    });
    lab.station.lock(PAGE);
    expect(lab.see()).toMatchObject({ control: 'locked', face: { id: 'LOCKED', pinPad: true } });
    expect(lab.press('RECEIVED').refusal).toBe('LOCKED');
    lab.scan(lab.barcode('CHARGE', 3_000, OTHER_CARD));
    expect(lab.see().band?.cause).toBe('LOCKED');
    lab.station.unlock(PAGE);
    expect(lab.face()).toBe('TAKE');
  });
});

describe('a commit that fails', () => {
  const FULL = new LedgerFault('FULL');

  it('at [Received] says NOT RECORDED, sends nothing, and asks once the ledger records again', () => {
    lab.scan(lab.barcode('CHARGE', 10_000));
    lab.failing = FULL;
    expect(lab.press('RECEIVED')).toMatchObject({ done: false, refusal: 'LEDGER' });
    expect(lab.see().face).toMatchObject({ id: 'NOT-RECORDED', keys: [], intent: { amount: 10_000 } });
    expect(lab.newest()).toMatchObject({ host: 'unsent', cash: 'none' });
    lab.clock.pass(60_000);
    expect(lab.face()).toBe('NOT-RECORDED');
    lab.failing = null;
    lab.clock.pass(2_000);
    expect(lab.face()).toBe('RE-CLOSED');
    lab.press('HANDED');
    expect(lab.newest()).toMatchObject({ host: 'closed', cash: 'returned' });
  });

  it('at [Paid out] says to write it down, and asks whether it was paid', () => {
    lab.scan(lab.barcode('REFUND', 10_000));
    lab.press('REQUEST');
    lab.event({ kind: 'send' });
    lab.event({ kind: 'approved', approval: APPROVAL });
    lab.failing = FULL;
    lab.press('HANDED');
    expect(lab.face()).toBe('NOT-RECORDED-OUT');
    lab.failing = null;
    lab.clock.pass(2_000);
    expect(lab.face()).toBe('RE-OUT');
  });

  it('at [Given back] keeps the payment on the screen, and out of the rail, also when it is left to the manager meanwhile', () => {
    lab.scan(lab.barcode('CHARGE', 10_000));
    lab.press('RECEIVED');
    lab.event({ kind: 'send' });
    lab.event({ kind: 'declined', code: '006_007', businessDate: null });
    lab.failing = FULL;
    lab.press('HANDED');
    lab.event({ kind: 'leave' });
    const { face, rail, strip } = lab.see();
    expect(face).toMatchObject({ id: 'NOT-RECORDED-OUT', intent: { amount: 10_000 } });
    expect([...rail.returnDue, ...rail.cases]).toEqual([]);
    expect(strip).toMatchObject({ returnDue: 0, cases: 1 });
    lab.failing = null;
    lab.clock.pass(2_000);
    expect(lab.face()).toBe('IDLE');
    expect(lab.see().rail.returnDue).toHaveLength(1);
  });

  it('at the scan opens nothing: no room is a face until there is room again', () => {
    lab.failing = FULL;
    expect(lab.scan(lab.barcode('CHARGE', 10_000))).toBe('refused');
    expect(lab.face()).toBe('NO-ROOM');
    lab.failing = null;
    lab.clock.pass(2_000);
    expect(lab.face()).toBe('IDLE');
    expect(lab.scan(lab.barcode('CHARGE', 10_000))).toBe('accepted');
  });

  it('is told once: no second record is tried before the cashier hears of it', () => {
    lab.failing = FULL;
    lab.scan(lab.barcode('CHARGE', 10_000));
    expect(lab.faults).toHaveLength(1);
    expect(lab.see().face.id).toBe('NO-ROOM');
  });

  it('while the line goes down is tried again when the ledger records again, not with every change of the screen', () => {
    lab.scan(lab.barcode('CHARGE', 10_000));
    lab.failing = new LedgerFault('LOCKED');
    lab.status = DOWN;
    for (let changes = 0; changes < 5; changes += 1) lab.station.refresh();
    expect(lab.faults).toHaveLength(1);
    lab.failing = null;
    lab.clock.pass(2_000);
    expect(lab.face()).toBe('LATER-ASK');
  });

  it('with an I/O error is told to the agent, which ends', () => {
    lab.scan(lab.barcode('CHARGE', 10_000));
    lab.failing = new LedgerFault('IO');
    lab.press('RECEIVED');
    expect(lab.faults.map(({ code }) => code)).toEqual(['IO']);
  });
});

describe('a void', () => {
  function ask(): void {
    const last = lab.see().rail.last;
    lab.press('VOID', { sequenceId: last?.sequenceId ?? '', version: last?.version ?? 0 });
  }

  it('ends by itself without a proof, and the charge stands', () => {
    lab.charge();
    lab.shown();
    ask();
    expect(lab.face()).toBe('VOID-ASK');
    lab.clock.pass(60_000);
    expect(lab.face()).toBe('DONE-IN');
    expect(lab.newest().host).toBe('approved');
  });

  it('keeps the proof in memory for the worker, and drops it when the rules refuse', () => {
    lab.charge();
    lab.shown();
    ask();
    const proof = lab.barcode('CHARGE', 1_000);
    expect(lab.scan(proof)).toBe('accepted');
    lab.press('REQUEST');
    expect(lab.face()).toBe('VOID-WAIT');
    expect([...lab.proofs.values()]).toEqual([proof]);
    lab.clock.pass(15_000);
    expect(lab.see().face).toMatchObject({ keys: ['LEAVE'], values: { late: 1 } });
    lab.event({ kind: 'voidRefused', cancelId: lab.newest().voids[0]?.cancelId ?? '', code: '007_030' });
    expect(lab.see().face).toMatchObject({ id: 'VOID-NO', reason: '007_030' });
  });

  it('that a manager asked for, and that was refused while another payment stood there, is told once the station is free', () => {
    lab.charge();
    lab.shown();
    const { sequenceId } = lab.newest();
    lab.scan(lab.barcode('CHARGE', 5_000, OTHER_CARD));
    const record = (event: IntentEvent): void => {
      lab.ledger.record(sequenceId, event, lab.clock.now(), {
        actor: MANAGER,
        openBusinessDate: APPROVAL.businessDate,
      });
    };
    record({ kind: 'void', cancelId: 'V1', proof: 'manager', managerId: 'M1' });
    record({ kind: 'voidRefused', cancelId: 'V1', code: '007_030' });
    expect(lab.face()).toBe('TAKE');
    lab.press('STOP');
    lab.press('STOP');
    expect(lab.face()).toBe('END-STOP');
    lab.press('CLOSE');
    expect(lab.see().face).toMatchObject({ id: 'VOID-NO', intent: { sequenceId }, acknowledge: true });
    lab.shown();
    lab.press('CLOSE');
    expect(lab.face()).toBe('IDLE');
  });

  it('that a manager asks for while the counter asks for its proof takes its place, and a refusal keeps the cash', () => {
    lab.charge();
    lab.shown();
    ask();
    lab.scan(lab.barcode('CHARGE', 1_000));
    expect(lab.see().face).toMatchObject({ id: 'VOID-ASK', keys: ['STOP', 'REQUEST'] });
    const { sequenceId } = lab.newest();
    lab.ledger.record(
      sequenceId,
      { kind: 'void', cancelId: 'V1', proof: 'manager', managerId: 'M1' },
      lab.clock.now(),
      { actor: MANAGER, openBusinessDate: APPROVAL.businessDate },
    );
    expect(lab.face()).toBe('VOID-WAIT');
    lab.event({ kind: 'voidRefused', cancelId: 'V1', code: '007_030' });
    expect(lab.see().face).toMatchObject({ id: 'VOID-NO', intent: { sequenceId }, acknowledge: true });
  });

  it('that is asked for ends when the manager books what the issuer denies: the rules void nothing of it any more', () => {
    lab.charge();
    lab.shown();
    lab.event({ kind: 'inquiry', result: 'NOT_FOUND', sentUnder: lab.newest().hostVersion });
    ask();
    lab.scan(lab.barcode('CHARGE', 1_000));
    lab.ledger.record(
      lab.newest().sequenceId,
      { kind: 'seen', reason: 'ISSUER_CONTRADICTS', caseNumber: 'C-1', voucher: 'issuerDenies' },
      lab.clock.now(),
      { actor: MANAGER },
    );
    expect(lab.face()).toBe('DONE-IN');
  });

  it('is not offered after its window, on another business day, or on one that is sealed', () => {
    lab.charge();
    lab.shown();
    expect(lab.see().rail.last?.voidable).toBe(true);
    lab.status = { ...ONLINE, businessDate: '20260724' };
    expect(lab.see().rail.last?.voidable).toBe(false);
    ask();
    expect(lab.see().face.refused?.cause).toBe('VOID_DAY');
    lab.status = ONLINE;
    lab.sealed = '20260723';
    expect(lab.see().rail.last?.voidable).toBe(false);
    ask();
    expect(lab.see().face.refused?.cause).toBe('VOID_DAY');
    lab.sealed = null;
    lab.clock.pass(1_800_001);
    ask();
    expect(lab.see().face.refused?.cause).toBe('VOID_WINDOW');
  });

  it('is offered under a pause, and begins: a manager stops approvals, not voids', () => {
    lab.charge();
    lab.shown();
    lab.status = PAUSED;
    lab.station.refresh();
    expect(lab.see().rail.last?.voidable).toBe(true);
    ask();
    expect(lab.face()).toBe('VOID-ASK');
    lab.scan(lab.barcode('CHARGE', 1_000));
    lab.press('REQUEST');
    expect(lab.face()).toBe('VOID-WAIT');
  });

  it.each([
    ['the line that is down', DOWN],
    ['the line that is down, also under a pause', { ...DOWN, paused: PAUSED.paused }],
    ['the line, before anybody was greeted', { ...DOWN, businessDate: null }],
  ])('whose press was on its way is refused for %s, not for the time that is left', (_name, status) => {
    lab.charge();
    lab.shown();
    lab.status = status;
    lab.station.refresh();
    expect(lab.see().rail.last?.voidable).toBe(false);
    ask();
    const { cause = '', values = {} } = lab.see().face.refused ?? {};
    expect(bandText(cause, values, 0, 'ko')).toBe('승인 취소 불가 · 통신이 끊겼습니다. 돌아온 뒤에 됩니다.');
    expect(bandText(cause, values, 0, 'en')).toBe('Cannot void · The line is down: once it is back.');
  });
});

describe('a void whose charge nobody was told of', () => {
  it('is not offered before a page has confirmed the sentence, and what presses it all the same changes nothing', () => {
    lab.charge();
    const { sequenceId, version } = lab.newest();
    expect(lab.see()).toMatchObject({ face: { id: 'DONE-IN' }, rail: { last: { voidable: false } } });
    expect(lab.press('VOID', { sequenceId, version }).refusal).toBe('NO_SUCH_KEY');
    expect(lab.see()).toMatchObject({ face: { id: 'DONE-IN', refused: null } });
    lab.shown();
    expect(lab.see().rail.last?.voidable).toBe(true);
  });
});

describe('after a restart', () => {
  it('asks newest first, numbers the questions, and takes no scan before they are answered', () => {
    lab.scan(lab.barcode('CHARGE', 10_000));
    lab.press('RECEIVED');
    lab.event({ kind: 'send' });
    lab.event({ kind: 'declined', code: '006_007', businessDate: null });
    expect(lab.see().face).toMatchObject({ id: 'BACK', reason: '006_007' });
    lab.restart();
    expect(lab.see().face).toMatchObject({ id: 'RE-BACK', question: { number: 1, of: 1 } });
    lab.scan(lab.barcode('CHARGE', 3_000, OTHER_CARD));
    expect(lab.see().band?.cause).toBe('RESTART_OPEN');
    lab.press('RECEIVED');
    expect(lab.face()).toBe('BACK');
    lab.press('HANDED');
    expect(lab.face()).toBe('END');
  });

  it('counts the questions that were answered or left', () => {
    for (const card of [CARD, OTHER_CARD]) {
      lab.scan(lab.barcode('CHARGE', 10_000, card));
      lab.press('RECEIVED');
      lab.event({ kind: 'cashBack' });
      if (card === CARD) lab.event({ kind: 'leave' });
    }
    lab.restart();
    expect(lab.see().face).toMatchObject({ id: 'RE-BACK', question: { number: 1, of: 1 } });
    lab.press('LEAVE');
    expect(lab.see()).toMatchObject({ face: { id: 'IDLE' }, strip: { returnDue: 2, cases: 2 } });
  });

  it('asks again after the next restart, and [Leave] puts it into the rail', () => {
    lab.scan(lab.barcode('CHARGE', 10_000));
    lab.press('RECEIVED');
    lab.restart();
    lab.restart();
    expect(lab.face()).toBe('RE-IN');
    lab.press('LEAVE');
    const idle = lab.see();
    expect(idle.face.id).toBe('IDLE');
    expect(idle.rail.cases).toHaveLength(1);
    const item = idle.rail.cases[0];
    expect(item?.face).toBe('RE-IN');
    lab.press('OPEN', { sequenceId: item?.sequenceId ?? '', version: item?.version ?? 0 });
    expect(lab.face()).toBe('RE-IN');
    lab.press('LEAVE');
    expect(lab.face()).toBe('IDLE');
  });

  it('of a charge whose customer is gone, opened from the rail, offers no key that sends it', () => {
    lab.scan(lab.barcode('CHARGE', 10_000));
    lab.press('RECEIVED');
    lab.restart();
    lab.press('LEAVE');
    const [item] = lab.see().rail.cases;
    lab.press('OPEN', { sequenceId: item?.sequenceId ?? '', version: item?.version ?? 0 });
    lab.press('RECEIVED');
    expect(lab.see().face).toMatchObject({ id: 'RE-HERE', keys: ['STOP', 'LEAVE', 'LATER'] });
    lab.press('STOP');
    expect(lab.face()).toBe('BACK-STOP');
  });

  it('still shows in the rail how the last payment ended', () => {
    lab.charge();
    lab.shown();
    lab.restart();
    expect(lab.see()).toMatchObject({ face: { id: 'IDLE' }, rail: { last: { face: 'DONE-IN' } } });
  });
});

describe('ended faces', () => {
  it('close by themselves: 20 s, 4 s, 8 s, and stay in the rail', () => {
    lab.charge();
    lab.shown();
    lab.clock.pass(19_999);
    expect(lab.face()).toBe('DONE-IN');
    lab.clock.pass(1);
    expect(lab.face()).toBe('IDLE');
    lab.scan(lab.barcode('CHARGE', 3_000, OTHER_CARD));
    lab.press('STOP');
    expect(lab.face()).toBe('RE-CLOSED');
    lab.press('STOP');
    expect(lab.face()).toBe('END-STOP');
    lab.clock.pass(4_000);
    expect(lab.face()).toBe('IDLE');
    expect(lab.see().rail.last?.face).toBe('END-STOP');
  });

  const recovering = (is: boolean): void => {
    lab.status = { ...ONLINE, recovering: is };
    lab.station.refresh();
  };
  const locked = (is: boolean): void => void (is ? lab.station.lock(PAGE) : lab.station.unlock(PAGE));

  it.each([
    ['RECOVERING', recovering],
    ['LOCKED', locked],
  ] as const)('have their time once they can be seen: under %s nobody is told', (cover, covered) => {
    lab.scan(lab.barcode('CHARGE', 10_000));
    lab.press('RECEIVED');
    lab.event({ kind: 'send' });
    covered(true);
    lab.event({ kind: 'approved', approval: APPROVAL });
    lab.clock.pass(60_000);
    expect(lab.face()).toBe(cover);
    covered(false);
    expect(lab.see().face).toMatchObject({ id: 'DONE-IN', acknowledge: true });
    lab.clock.pass(20_000);
    expect(lab.face()).toBe('IDLE');
  });

  it.each([
    ['RECOVERING', recovering],
    ['LOCKED', locked],
  ] as const)('that were seen end under %s, and never come back for another customer', (cover, covered) => {
    lab.scan(lab.barcode('CHARGE', 10_000));
    lab.press('RECEIVED');
    lab.event({ kind: 'send' });
    lab.event({ kind: 'approved', approval: APPROVAL });
    lab.shown();
    covered(true);
    lab.clock.pass(60_000);
    expect(lab.face()).toBe(cover);
    covered(false);
    expect(lab.face()).toBe('IDLE');
  });

  it('say "new barcode" after the barcode ran out', () => {
    lab.scan(lab.barcode('REFUND', 10_000));
    lab.clock.pass(300_000);
    lab.event({ kind: 'expire' });
    expect(lab.face()).toBe('EXPIRED');
    lab.clock.pass(8_000);
    expect(lab.face()).toBe('IDLE');
  });

  it('show the balance of the live answer, and are acknowledged once', () => {
    lab.balance = 53_000;
    lab.charge();
    expect(lab.see().face.intent?.balance).toBe(53_000);
    expect(lab.shown().done).toBe(true);
    expect(lab.newest().acknowledged).toBe(true);
    const before = lab.ledger.head().index;
    expect(lab.shown().done).toBe(false);
    expect(lab.ledger.head().index).toBe(before);
  });
});
