/** What a start reads of the journal for the rate of reversals. */
import { describe, expect, it } from 'vitest';
import { RECENT_MAX } from '../../../src/intent/policy.ts';
import { LedgerFault } from '../../../src/ledger/fault.ts';
import type { JournalEntry } from '../../../src/ledger/types.ts';
import { recentOutcomes } from '../../../src/station/recent.ts';

const NOW = { wallMs: Date.UTC(2026, 6, 23, 5), monoMs: 5_000 };

/** One journal entry of a payment: where the issuer's side of it moved to. */
interface Step {
  readonly id: string;
  readonly host?: string;
  readonly agoMs: number;
  readonly body?: string;
}

/** A journal that counts what is read of it. */
function journalOf(steps: readonly Step[]) {
  const entries = steps.map(
    ({ id, host, agoMs, body }, place): JournalEntry => ({
      index: place + 1,
      atMs: NOW.wallMs - agoMs,
      kind: 'step',
      sequenceId: id,
      body: body ?? JSON.stringify({ set: host === undefined ? { sends: 1 } : { host } }),
      previousHash: '',
      hash: '',
    }),
  );
  const journal = {
    read: 0,
    head: () => ({ index: entries.length, hash: '' }),
    entries: (fromIndex: number, limit: number) => {
      journal.read += limit;
      return entries.slice(fromIndex - 1, fromIndex - 1 + limit);
    },
    timeline: (id: string) => entries.filter(({ sequenceId }) => sequenceId === id),
  };
  return journal;
}

function payment(id: string, end: string, agoMs: number): readonly Step[] {
  return [
    { id, host: 'sending', agoMs },
    end === 'reversing'
      ? { id, agoMs, body: JSON.stringify({ set: { host: end, netCancelReason: 'TIMEOUT' } }) }
      : { id, host: end, agoMs },
  ];
}

describe('the outcomes of the last ten minutes', () => {
  it('are those of the journal, oldest first, each as long ago as it was', () => {
    const journal = journalOf([
      ...payment('old', 'reversing', 600_000),
      ...payment('one', 'reversing', 599_999),
      ...payment('two', 'approved', 1_000),
    ]);
    expect(recentOutcomes(journal, NOW)).toEqual([
      { reversed: true, atMs: NOW.monoMs - 599_999 },
      { reversed: false, atMs: NOW.monoMs - 1_000 },
    ]);
  });

  it('are read no further back than the minutes go: nothing of a long journal', () => {
    const old = Array.from({ length: 5_000 }, (_, number) => payment(`P${number}`, 'approved', 3_600_000));
    const journal = journalOf([...old.flat(), ...payment('one', 'declined', 0)]);
    expect(recentOutcomes(journal, NOW)).toHaveLength(1);
    expect(journal.read).toBeLessThanOrEqual(250);
  });

  it('are no more than the rate is judged by, the newest, and are not looked for for ever', () => {
    const many = Array.from({ length: 200 }, (_, number) => payment(`P${number}`, 'approved', 1_000));
    expect(recentOutcomes(journalOf(many.flat()), NOW)).toHaveLength(RECENT_MAX);
    const nothing = Array.from({ length: 20_000 }, (): Step => ({ id: 'repeated', agoMs: 1_000 }));
    const journal = journalOf(nothing);
    expect(recentOutcomes(journal, NOW)).toEqual([]);
    expect(journal.read).toBe(4_000);
  });

  it('are counted without those that cannot be read', () => {
    const journal = journalOf([
      ...payment('one', 'approved', 2_000),
      { id: 'torn', agoMs: 1_500, body: 'no JSON' },
      { id: 'torn', agoMs: 1_500, body: 'null' },
      { id: 'torn', agoMs: 1_500, body: '{"set":null}' },
      ...payment('two', 'reversing', 1_000),
      ...payment('lost', 'reversing', 500),
    ]);
    const { timeline } = journal;
    journal.timeline = (id) => {
      if (id === 'lost') throw new LedgerFault('CORRUPT', 'its chain is broken');
      return timeline(id);
    };
    expect(recentOutcomes(journal, NOW).map(({ reversed }) => reversed)).toEqual([false, true]);
    journal.entries = () => {
      throw new LedgerFault('CORRUPT', 'a page of the file is gone');
    };
    expect(recentOutcomes(journal, NOW)).toEqual([]);
  });
});
