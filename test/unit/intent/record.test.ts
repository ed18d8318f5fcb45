import { describe, expect, it } from 'vitest';
import { apply } from '../../../src/intent/apply.ts';
import { accept } from '../../../src/intent/decide.ts';
import { IntentFault } from '../../../src/intent/positions.ts';
import {
  AS_MANAGER,
  approvedCharge,
  charge,
  contextAt,
  EVENTS,
  type Story,
  scanned,
  scanOf,
  voidDone,
} from './make.ts';

describe('the record', () => {
  it('names who, when and under which policy, and keeps the event but for its name', () => {
    const story = charge().do(EVENTS.restart).do({ kind: 'answer', answer: 'withCustomer' }, AS_MANAGER);
    expect(story.records.at(-1)).toMatchObject({
      event: 'answer',
      detail: { answer: 'withCustomer' },
      actor: { role: 'manager', id: 'm1', reason: 'test' },
      policyHash: 'policy',
    });
  });

  it('folds again to the same intent', () => {
    const story = approvedCharge()
      .do({ kind: 'void', cancelId: 'V0', proof: 'card' })
      .do(voidDone('V0'))
      .do('givenBack');
    let folded = null as Story['intent'] | null;
    for (const record of story.records) folded = apply(folded, record);
    expect(folded).toEqual(story.intent);
  });

  it('is refused by apply when it would change what is fixed, or belongs elsewhere', () => {
    const [first] = charge().records;
    if (first === undefined) throw new Error('no record');
    const intent = scanned('CHARGE');
    expect(() => apply(intent, first)).toThrow(IntentFault);
    expect(() => apply(null, { ...first, event: 'received' })).toThrow(IntentFault);
    expect(() => apply(intent, { ...first, event: 'received', set: { amount: 1 } })).toThrow(IntentFault);
    expect(() => apply(intent, { ...first, event: 'received', set: {}, sequenceId: 'X' })).toThrow(
      IntentFault,
    );
    expect(() => apply(intent, { ...first, event: 'received', set: { cash: 'paid_out' } })).toThrow(
      IntentFault,
    );
  });

  it('is not made for a scan that could not be one', () => {
    for (const wrong of [
      { amount: -1 },
      { amount: 1_000_000 },
      { amount: 0.5 },
      { bin: '9410' },
      { last4: 'x005' },
      { sequenceId: '' },
    ]) {
      expect(() => accept({ ...scanOf('CHARGE'), ...wrong }, contextAt(0))).toThrow(IntentFault);
    }
  });
});
