import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { due } from '../../../src/intent/due.ts';
import type { ExternalEvent, OwnCommand } from '../../../src/intent/model.ts';
import { occupiesStation } from '../../../src/intent/state.ts';
import { LedgerFault } from '../../../src/ledger/ledger.ts';
import { keyMeaning } from '../../../src/station/keys.ts';
import { FACES, KEYS, type KeyId } from '../../../src/station/snapshot.ts';
import { APPROVAL, CARD, Lab, ONLINE, OTHER_CARD } from './desk-lab.ts';

type Step =
  | {
      readonly do: 'scan';
      readonly type: 'CHARGE' | 'REFUND';
      readonly amount: number;
      readonly other: boolean;
    }
  | { readonly do: 'again' | 'close' | 'shown' | 'restart' | 'open' | 'void' | 'pin' }
  | { readonly do: 'press'; readonly key: KeyId }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'line'; readonly up: boolean }
  | { readonly do: 'disk'; readonly ok: boolean }
  | { readonly do: 'answer'; readonly event: ExternalEvent };

const ANSWERS: readonly ExternalEvent[] = [
  { kind: 'approved', approval: APPROVAL },
  { kind: 'declined', code: '006_007', businessDate: null },
  { kind: 'ambiguous', code: null },
  { kind: 'notProcessed', code: '000_908' },
  { kind: 'netCancelAcknowledged', result: 'REVERSED', tombstone: true, businessDate: null },
];

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant('scan' as const),
    type: fc.constantFrom('CHARGE' as const, 'REFUND' as const),
    amount: fc.constantFrom(1_000, 10_000, 250_000, 500),
    other: fc.boolean(),
  }),
  fc.record({ do: fc.constantFrom('again', 'close', 'shown', 'restart', 'open', 'void', 'pin') }),
  { weight: 4, arbitrary: fc.record({ do: fc.constant('press' as const), key: fc.constantFrom(...KEYS) }) },
  fc.record({
    do: fc.constant('wait' as const),
    ms: fc.constantFrom(10, 800, 3_500, 16_000, 61_000, 181_000),
  }),
  fc.record({ do: fc.constant('line' as const), up: fc.boolean() }),
  fc.record({ do: fc.constant('disk' as const), ok: fc.boolean() }),
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('answer' as const), event: fc.constantFrom(...ANSWERS) }),
  },
);

/** What the worker does by itself at this moment: commands that are due, and the durable beginning of a request. */
function work(lab: Lab): void {
  if (lab.failing !== null) return;
  for (const intent of lab.ledger.open()) {
    const now = lab.clock.now();
    const next = due(intent, now, lab.policy.times);
    if (next.kind === 'nothing' || next.atMs > now.monoMs) continue;
    let command: OwnCommand | null = null;
    if (next.kind === 'command') command = { kind: next.command };
    else if (next.request === 'approve' && lab.status === ONLINE) command = { kind: 'send' };
    if (command === null) continue;
    lab.ledger.record(intent.sequenceId, command, now, { actor: { role: 'terminal' }, canDefer: true });
  }
}

function perform(lab: Lab, last: { text: string }, each: Step): void {
  switch (each.do) {
    case 'scan':
      last.text = lab.barcode(each.type, each.amount, each.other ? OTHER_CARD : CARD);
      lab.scan(last.text);
      return;
    case 'again':
      lab.scan(last.text);
      return;
    case 'press':
      lab.press(each.key);
      return;
    case 'close':
      lab.press('CLOSE');
      return;
    case 'shown':
      lab.shown();
      return;
    case 'restart':
      lab.restart();
      return;
    case 'open': {
      const { rail } = lab.see();
      const item = [...rail.payoutDue, ...rail.returnDue, ...rail.cases, ...rail.later][0];
      if (item !== undefined) lab.press('OPEN', { sequenceId: item.sequenceId, version: item.version });
      return;
    }
    case 'void': {
      const { last: result } = lab.see().rail;
      if (result !== null) lab.press('VOID', { sequenceId: result.sequenceId, version: result.version });
      return;
    }
    case 'pin': {
      const { face } = lab.see();
      lab.station.pinAccepted(
        {
          page: 'page-0001',
          sequenceId: face.intent?.sequenceId ?? null,
          version: face.intent?.version ?? null,
          face: face.id,
        },
        'Kim',
      );
      return;
    }
    case 'wait':
      lab.clock.pass(each.ms);
      return;
    case 'line':
      lab.status = each.up ? ONLINE : { ...ONLINE, line: { ...ONLINE.line, state: 'down' } };
      lab.station.refresh();
      return;
    case 'disk':
      lab.failing = each.ok ? null : new LedgerFault('FULL');
      return;
    case 'answer': {
      const flying = lab.ledger.open().findLast(({ bytesMayHaveLeft }) => bytesMayHaveLeft);
      if (flying === undefined) return;
      lab.ledger.record(flying.sequenceId, each.event, lab.clock.now(), { actor: { role: 'terminal' } });
    }
  }
}

/** What must hold of the screen after anything that may happen. */
function check(lab: Lab): void {
  const { face, rail } = lab.see();
  expect(FACES).toContain(face.id);
  for (const key of face.keys) expect(keyMeaning(face.id, key), `${face.id} ${key}`).not.toBeNull();
  expect(face.closable && face.keys.length > 0, face.id).toBe(false);
  if (face.intent !== null) {
    const onDisk = lab.ledger.get(face.intent.sequenceId);
    expect(onDisk?.version, face.id).toBe(face.intent.version);
    expect(onDisk?.amount).toBe(face.intent.amount);
  }
  const busy = lab.ledger.open().filter((intent) => occupiesStation(intent) && intent.question === null);
  expect(busy.length, 'payments at one counter').toBeLessThanOrEqual(1);
  const [first] = busy;
  const covered = ['NOT-RECORDED', 'NOT-RECORDED-OUT'].includes(face.id);
  if (first !== undefined && !covered) expect(face.intent?.sequenceId, face.id).toBe(first.sequenceId);
  for (const item of rail.returnDue) expect(item.sequenceId).not.toBe(face.intent?.sequenceId);
}

describe('a station, whatever happens', () => {
  it('shows what is on disk, one payment at a time, and never loses one that waits', {
    timeout: 60_000,
  }, () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 10, maxLength: 40 }), (steps) => {
        const lab = new Lab();
        const last = { text: '8801234567893' };
        try {
          for (const each of steps) {
            perform(lab, last, each);
            work(lab);
            check(lab);
          }
          expect(lab.ledger.verify().faults).toEqual([]);
        } finally {
          lab.close();
        }
      }),
      { numRuns: 40 },
    );
  });
});
