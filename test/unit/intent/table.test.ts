import assert from 'node:assert/strict';
import { describe, expect, it } from 'vitest';
import { apply } from '../../../src/intent/apply.ts';
import { decide } from '../../../src/intent/decide.ts';
import type { ExternalEvent, Host, Intent } from '../../../src/intent/model.ts';
import { HOSTS } from '../../../src/intent/model.ts';
import { isReturnDue, isUnclaimed } from '../../../src/intent/state.ts';
import { contextAt, EVENTS, everyIntent, inquiryOf, voidDone, voidRefused } from './make.ts';

/**
 * Section 3 of intent-rules.md, transcribed by hand. `=` nothing changes, `C` a case, a host is where it goes;
 * `a | b`: a for a first attempt, an attended intent, the open cancel id; b otherwise.
 */
const RULES = `
host      ; approved    ; declined ; ambiguous ; nothing left     ; not processed       ; COMPLETED   ; FAILED   ; NOT_FOUND ; PENDING ; REVERSED ; VOIDED   ; net cancel ; void done ; void refused
unsent    ; C           ; =        ; =         ; =                ; =                   ; C           ; =        ; =         ; =       ; C        ; C        ; =          ; =         ; =
sending   ; approved    ; declined ; unknown   ; unsent | unknown ; reversing | unknown ; =           ; =        ; =         ; =       ; =        ; =        ; =          ; =         ; =
unknown   ; approved    ; declined ; =         ; =                ; =                   ; approved    ; declined ; =         ; =       ; reversed ; reversed ; =          ; =         ; =
approved  ; =           ; C        ; =         ; =                ; =                   ; =           ; C        ; C         ; C       ; C        ; C        ; =          ; =         ; =
declined  ; reversing C ; =        ; =         ; =                ; =                   ; reversing C ; =        ; =         ; =       ; =        ; =        ; =          ; =         ; =
reversing ; =           ; =        ; =         ; =                ; =                   ; =           ; =        ; =         ; =       ; reversed ; reversed ; reversed   ; =         ; =
reversed  ; =           ; =        ; =         ; =                ; =                   ; reversing C ; =        ; =         ; =       ; =        ; =        ; =          ; =         ; =
voiding   ; =           ; =        ; =         ; =                ; =                   ; =           ; C        ; C         ; =       ; voided C ; voided   ; =          ; voided    ; approved | =
voided    ; =           ; =        ; =         ; =                ; =                   ; C           ; =        ; =         ; =       ; =        ; =        ; =          ; =         ; =
closed    ; C           ; =        ; =         ; =                ; =                   ; C           ; =        ; =         ; =       ; =        ; =        ; =          ; =         ; =
`;

const [head = [], ...rows] = RULES.trim()
  .split('\n')
  .map((line) => line.split(';').map((cell) => cell.trim()));
const COLUMNS = head.slice(1);

function eventFor(column: string, intent: Intent): ExternalEvent {
  const open = intent.voids.at(-1)?.cancelId ?? 'V0';
  switch (column) {
    case 'approved':
      return EVENTS.approved;
    case 'declined':
      return EVENTS.declined;
    case 'ambiguous':
      return EVENTS.ambiguous;
    case 'nothing left':
      return EVENTS.nothingLeft;
    case 'not processed':
      return EVENTS.notProcessed;
    case 'net cancel':
      return EVENTS.acknowledged;
    case 'void done':
      return voidDone(open);
    case 'void refused':
      return voidRefused(open);
    case 'COMPLETED':
    case 'FAILED':
    case 'NOT_FOUND':
    case 'PENDING':
    case 'REVERSED':
    case 'VOIDED':
      return inquiryOf(intent, column);
    default:
      throw new Error(`no event for the column ${column}`);
  }
}

/** Which half of a split cell this intent falls under. */
function halfOf(cell: string, column: string, intent: Intent): string {
  const [first = '', second] = cell.split('|').map((half) => half.trim());
  if (second === undefined) return first;
  if (column === 'nothing left') return intent.sends <= 1 ? first : second;
  if (column === 'not processed') return intent.deferred ? second : first;
  return first; // void refused: the event is for the open id
}

function step(intent: Intent, event: ExternalEvent): Intent {
  const decision = decide(intent, event, contextAt(50));
  if (!decision.ok) throw new Error('an external event was refused');
  return apply(intent, decision.record);
}

describe('the table of external events, cell by cell', () => {
  const intents = everyIntent().map((intent) => ({ ...intent, cases: [] }));

  it('has a row for every host and the fourteen columns of the rules', () => {
    expect(rows.map(([host]) => host)).toEqual([...HOSTS]);
    expect(COLUMNS).toHaveLength(14);
  });

  for (const [host = '', ...cells] of rows) {
    describe(host, () => {
      it.each(COLUMNS.map((column, index) => [column, cells[index] ?? '']))('%s: %s', (column, cell) => {
        const inRow = intents.filter((intent) => intent.host === (host as Host));
        expect(inRow.length).toBeGreaterThan(0);
        for (const intent of inRow) {
          const after = step(intent, eventFor(column, intent));
          const expected = halfOf(cell, column, intent);
          const words = expected.split(' ').filter((word) => word !== '=' && word !== 'C');
          const isCase = after.cases.some((reason) => reason !== 'LEFT_AT_COUNTER');
          expect(after.host).toBe(words[0] ?? host);
          expect(isCase).toBe(expected.includes('C'));
          if (expected === '=') expect(after.cash).toBe(intent.cash);
        }
      });
    });
  }

  it('changes nothing at all where it says =, but for the version and the answer of a repeated void', () => {
    let cells = 0;
    for (const [host = '', ...line] of rows) {
      for (const [index, column] of COLUMNS.entries()) {
        if (line[index] !== '=') continue;
        cells += 1;
        for (const intent of intents.filter((other) => other.host === host)) {
          const after = step(intent, eventFor(column, intent));
          const expected = { ...intent, version: intent.version + 1 };
          if (host === 'voided') assert.deepEqual({ ...after, voids: [] }, { ...expected, voids: [] });
          else assert.deepEqual(after, expected);
        }
      }
    }
    expect(cells).toBeGreaterThan(80);
  });

  it('sends the same cancelId again when a voided item comes back as completed', () => {
    for (const intent of intents.filter((other) => other.host === 'voided')) {
      const after = step(intent, inquiryOf(intent, 'COMPLETED'));
      expect(after.voids.at(-1)?.cancelId).toBe(intent.voids.at(-1)?.cancelId);
      expect(after.voids.at(-1)?.outcome).toBeUndefined();
    }
  });

  it('lets a void be refused for its own cancelId only', () => {
    for (const intent of intents.filter((other) => other.host === 'voiding')) {
      expect(step(intent, voidRefused('V9')).host).toBe('voiding');
    }
  });

  it('records an inquiry that was sent before the host moved, and changes nothing', () => {
    for (const intent of intents) {
      for (const result of ['COMPLETED', 'FAILED', 'NOT_FOUND', 'PENDING', 'REVERSED', 'VOIDED'] as const) {
        const after = step(intent, inquiryOf(intent, result, true));
        assert.deepEqual(after, { ...intent, version: intent.version + 1 });
      }
    }
  });
});

describe('the last column: a restart', () => {
  const RESTART: Readonly<Record<Host, (intent: Intent) => string>> = {
    unsent: (intent) => (intent.cash === 'none' && !intent.confirmed ? 'closed, asks' : 'unsent, asks'),
    sending: () => 'unknown, asks',
    unknown: () => 'unknown, asks',
    approved: (intent) => {
      const isAsked = intent.cash === 'payout_due' || (!intent.acknowledged && intent.cash !== 'paid_out');
      return isAsked ? 'approved, asks' : 'approved';
    },
    declined: (intent) => (mustAsk(intent) ? 'declined, asks' : 'declined'),
    reversing: (intent) => (mustAsk(intent) ? 'reversing, asks' : 'reversing'),
    reversed: (intent) => (mustAsk(intent) ? 'reversed, asks' : 'reversed'),
    voiding: () => 'voiding, asks',
    voided: (intent) => (mustAsk(intent) ? 'voided, asks' : 'voided'),
    closed: (intent) =>
      mustAsk(intent) || (intent.closedByRestart && !isUnclaimed(intent)) ? 'closed, asks' : 'closed',
  };

  /** `return_due` that somebody may still come for; and section 4: an ended withdrawal whose "pay nothing" nobody was shown. */
  function mustAsk(intent: Intent): boolean {
    return isReturnDue(intent) || (intent.type === 'REFUND' && !intent.acknowledged);
  }

  it.each(HOSTS.map((host) => [host]))('%s', (host) => {
    const inRow = everyIntent().filter((intent) => intent.host === host && intent.question === null);
    for (const intent of inRow) {
      const after = step(intent, EVENTS.restart);
      const isAsked = after.question !== null;
      const isQuietDeferred = intent.deferred && intent.acknowledged && intent.cash === 'received';
      const rule = RESTART[host](intent);
      const expected = isQuietDeferred ? rule.replace(', asks', '') : rule;
      expect(`${after.host}${isAsked ? ', asks' : ''}`).toBe(expected);
    }
  });

  it('asks a question again that was open when the agent went down', () => {
    for (const intent of everyIntent().filter((other) => other.question !== null)) {
      expect(step(intent, EVENTS.restart).question).not.toBeNull();
    }
  });
});
