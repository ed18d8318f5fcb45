import { describe, expect, it } from 'vitest';
import { commandDue } from '../../../src/intent/due.ts';
import { DEFAULT_TIMES as TIMES } from '../../../src/intent/rules.ts';
import { isCase } from '../../../src/intent/state.ts';
import { AS_MANAGER, deferredCharge, EVENTS, sentCharge, sentRefund } from './make.ts';

describe('cases', () => {
  it('left at "give back" after 180 s, and closed by itself when the cash is given back', () => {
    const story = sentCharge().do(EVENTS.declined);
    expect(commandDue(story.intent, TIMES)).toMatchObject({ command: 'leave', atMs: story.monoMs + 180_000 });
    story.wait(180_000).do('leave');
    expect(story.refusal('leave')).toBe('NOT_IN_THIS_STATE');
    expect(story.do('givenBack').intent.cases).toEqual([]);
  });

  it('a late approval of a declined charge is undone again, and the manager sees it once it is', () => {
    const story = sentCharge().do(EVENTS.declined).do('givenBack').do(EVENTS.approved);
    expect(story.state).toBe('reversing/returned');
    expect(story.intent.cases).toEqual(['LATE_APPROVAL']);
    const seen = { kind: 'seen', reason: 'LATE_APPROVAL' } as const;
    expect(story.refusal(seen, AS_MANAGER)).toBe('NOT_IN_THIS_STATE');
    story.do(EVENTS.acknowledged);
    expect(story.refusal(seen)).toBe('MANAGER_NEEDED');
    expect(story.do(seen, AS_MANAGER).intent.cases).toEqual([]);
  });

  it('content that conflicts (006_021) is a case besides what the table says', () => {
    const story = sentCharge().do({ kind: 'ambiguous', code: '006_021' });
    expect(story.state).toBe('unknown/received');
    expect(story.intent.cases).toEqual(['CONTENT_CONFLICT']);
  });

  it('overdue is told once while a charge waits to be credited, and once more while it is undone', () => {
    const overdue = { kind: 'openCase', reason: 'OVERDUE' } as const;
    const seen = { kind: 'seen', reason: 'OVERDUE' } as const;
    const story = deferredCharge().do('send').do(EVENTS.ambiguous).do(overdue);
    expect(story.intent.cases).toEqual(['OVERDUE']);
    story.do(seen, AS_MANAGER);
    expect(story.refusal(overdue)).toBe('NOT_IN_THIS_STATE');
    story.do('payBack', AS_MANAGER);
    expect(story.do(overdue).intent.cases).toContain('OVERDUE');
    expect(story.do(EVENTS.acknowledged).intent.cases).not.toContain('OVERDUE');
    expect(story.refusal(overdue)).toBe('NOT_IN_THIS_STATE');
    const paidBack = deferredCharge().do('send').do(EVENTS.ambiguous).do(overdue).do('payBack', AS_MANAGER);
    expect(paidBack.intent.cases).not.toContain('OVERDUE');
    const borne = sentCharge()
      .do(EVENTS.notProcessed)
      .do('netCancel')
      .do(EVENTS.netCancelRefused)
      .do(overdue);
    const book = {
      kind: 'seen',
      reason: 'NET_CANCEL_REFUSED',
      caseNumber: 'C-1',
      voucher: 'daySealed',
    } as const;
    expect(borne.do(book, AS_MANAGER).intent.cases).toEqual([]);
  });

  it.each(['BUDGET_SPENT', 'OVERDUE'] as const)(
    'a question of a payment that was left is a case of its own once %s, which stood beside it, is seen',
    (reason) => {
      const story = sentRefund().do(EVENTS.approved).do('leave').do('notPaid');
      story.do({ kind: 'openCase', reason }).do(EVENTS.restart);
      expect(story.intent).toMatchObject({ question: 'RE_OUT_EARLY', cases: [reason] });
      story.do({ kind: 'seen', reason }, AS_MANAGER);
      expect(story.intent.cases).toEqual(['LEFT_AT_COUNTER']);
      expect(story.answer('inDrawer').intent.cases).toEqual([]);
    },
  );

  it('a return that nobody claims is closed with a voucher only', () => {
    const story = sentCharge().do(EVENTS.declined).do('leave');
    expect(story.refusal({ kind: 'seen', reason: 'LEFT_AT_COUNTER' }, AS_MANAGER)).toBe('NOT_IN_THIS_STATE');
    story.do({ kind: 'seen', reason: 'LEFT_AT_COUNTER', caseNumber: 'C-0012' }, AS_MANAGER);
    expect(isCase(story.intent)).toBe(false);
  });
});
