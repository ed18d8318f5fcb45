import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Random } from '../../../src/intent/clock.ts';
import type { Now } from '../../../src/intent/model.ts';
import { DEFAULT_TIMES } from '../../../src/intent/rules.ts';
import type { HelloAnswer } from '../../../src/konaplate/settlement.ts';
import { Agenda } from '../../../src/sync/agenda.ts';
import { Breaker } from '../../../src/sync/breaker.ts';
import { Counters } from '../../../src/sync/counters.ts';
import { Heap } from '../../../src/sync/heap.ts';
import { DEFAULT_LIMITS } from '../../../src/sync/limits.ts';
import { LineMonitor } from '../../../src/sync/line.ts';
import { type Remembered, type SyncMemory, volatileMemory } from '../../../src/sync/memory.ts';
import { Pacer } from '../../../src/sync/pacer.ts';
import { Session } from '../../../src/sync/session.ts';
import { CALL_KINDS } from '../../../src/sync/types.ts';
import { failureOf, isItemCode, isPassingCode, isUnwillingCode } from '../../../src/sync/verdicts.ts';

const at = (monoMs: number): Now => ({ wallMs: 1_790_000_000_000 + monoMs, monoMs });
const randomOf = (fraction: number): Random => ({
  fraction: () => fraction,
  bytes: (count) => new Uint8Array(count),
});

describe('the heap', () => {
  it('gives everything that is due in order of time, then of age', () => {
    const wishes = fc.array(
      fc.record({ atMs: fc.integer({ min: 0, max: 20 }), age: fc.integer({ min: 0, max: 5 }) }),
    );
    fc.assert(
      fc.property(wishes, fc.integer({ min: 0, max: 20 }), (all, nowMs) => {
        const heap = new Heap<{ atMs: number; age: number }>();
        for (const wish of all) heap.push(wish.atMs, wish.age, wish);
        const given: { atMs: number; age: number }[] = [];
        for (let next = heap.popDue(nowMs); next !== null; next = heap.popDue(nowMs)) given.push(next);
        const due = all.filter((wish) => wish.atMs <= nowMs);
        expect(given).toEqual([...due].sort((one, other) => one.atMs - other.atMs || one.age - other.age));
        expect(heap.size).toBe(all.length - due.length);
        const rest = all.filter((wish) => wish.atMs > nowMs).map((wish) => wish.atMs);
        expect(heap.firstMs).toBe(rest.length === 0 ? null : Math.min(...rest));
      }),
    );
  });
});

describe('the pacer', () => {
  it('never gives more than its rate allows, and loses nothing but what it may not save up', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 600 }),
        fc.array(fc.integer({ min: 1, max: 500 }), { maxLength: 200 }),
        (rate, steps) => {
          const pacer = new Pacer(rate, 0);
          let nowMs = 0;
          let taken = 0;
          for (const step of steps) {
            nowMs += step;
            if (pacer.take(nowMs)) taken += 1;
          }
          expect(taken).toBeLessThanOrEqual(Math.floor((nowMs * rate) / 60_000) + Math.max(1, rate / 300));
        },
      ),
    );
  });

  it('gives nothing at a pace of nothing, whatever was saved up before', () => {
    const pacer = new Pacer(60, 0);
    pacer.perMinute = 0;
    expect(pacer.take(600_000)).toBe(false);
    pacer.perMinute = 60;
    expect(pacer.take(600_000)).toBe(false);
    expect(pacer.take(601_000)).toBe(true);
  });

  it('says when the next one may go', () => {
    const pacer = new Pacer(60, 0);
    expect(pacer.take(0)).toBe(true);
    expect(pacer.take(0)).toBe(false);
    expect(pacer.nextMs(0)).toBe(1_000);
    expect(pacer.take(1_000)).toBe(true);
    pacer.perMinute = 0;
    expect(pacer.nextMs(1_000)).toBeNull();
    expect(pacer.take(1_000_000)).toBe(false);
  });
});

describe('the breaker', () => {
  const limits = { failures: 3, baseMs: 1_000, maxMs: 15_000 };

  it('opens after three failures in a row, waits longer with every failed probe, and never beyond its bound', () => {
    const breaker = new Breaker(limits, randomOf(0.999));
    breaker.failed(0);
    breaker.failed(0);
    expect(breaker.state).toBe('closed');
    breaker.failed(0);
    expect(breaker.state).toBe('open');
    const waits: number[] = [];
    let nowMs = 0;
    for (let probe = 0; probe < 8; probe += 1) {
      waits.push((breaker.untilMs ?? 0) - nowMs);
      nowMs = breaker.untilMs ?? 0;
      breaker.probe();
      expect(breaker.state).toBe('halfOpen');
      breaker.failed(nowMs);
    }
    expect(waits.slice(0, 4)).toEqual([999, 1_998, 3_996, 7_992]);
    expect(Math.max(...waits)).toBeLessThanOrEqual(15_000);
    breaker.succeeded();
    expect(breaker).toMatchObject({ state: 'closed', failures: 0, untilMs: null });
  });

  it('is not pushed away by failures of calls that were already under way', () => {
    const breaker = new Breaker(limits, randomOf(0.5));
    for (let call = 0; call < 3; call += 1) breaker.failed(0);
    const until = breaker.untilMs;
    breaker.failed(400);
    expect(breaker.untilMs).toBe(until);
  });

  it('waits at least as long as the other side asks, whatever a call says that was under way when it did', () => {
    const breaker = new Breaker(limits, randomOf(0));
    breaker.failed(0, 30_000);
    expect(breaker.untilMs).toBe(30_000);
    breaker.failed(10, 1);
    expect(breaker.untilMs).toBe(30_000);
    breaker.probe();
    breaker.failed(30_000, 5_000);
    expect(breaker.untilMs).toBe(35_000);
  });
});

describe('the line', () => {
  const lineAt = () => new LineMonitor(DEFAULT_LIMITS, at(0));

  it('begins down, is online with the first answer, and old news do not keep it so', () => {
    const line = lineAt();
    expect(line.view(at(0))).toMatchObject({ state: 'down', reason: 'START' });
    line.answered(10, at(100));
    expect(line.view(at(100))).toMatchObject({ state: 'online', reason: null, sinceMs: at(100).wallMs });
    expect(line.view(at(100 + DEFAULT_LIMITS.freshMs)).state).toBe('online');
    expect(line.view(at(101 + DEFAULT_LIMITS.freshMs))).toMatchObject({ state: 'down', reason: 'NO_ANSWER' });
  });

  it('does not flicker: one failure is none, one answer is none', () => {
    const line = lineAt();
    line.answered(10, at(0));
    line.failed('NO_ANSWER', null, at(1));
    expect(line.view(at(1)).state).toBe('online');
    line.failed('NOT_SENT', null, at(2));
    expect(line.view(at(2))).toMatchObject({ state: 'down', reason: 'NOT_SENT', sinceMs: at(2).wallMs });
    line.answered(10, at(3));
    expect(line.view(at(3)).state).toBe('down');
    line.answered(10, at(4));
    expect(line.view(at(4)).state).toBe('online');
  });

  it('is slow while the usual answer is slow, with a lower limit on the way back', () => {
    const line = lineAt();
    for (let call = 0; call < 10; call += 1) line.answered(2_000, at(call));
    expect(line.view(at(10))).toMatchObject({ state: 'slow', reason: 'SLOW' });
    line.answered(900, at(11));
    line.answered(900, at(12));
    line.answered(900, at(13));
    expect(line.view(at(13)).state).toBe('slow');
    for (let call = 0; call < 10; call += 1) line.answered(20, at(14 + call));
    expect(line.view(at(30)).state).toBe('online');
  });
});

describe('the session', () => {
  const MACHINE = 'b'.repeat(64);
  const hello: HelloAnswer = {
    serverTimeMs: at(0).wallMs,
    cutOverHour: 0,
    openBusinessDate: '20261122',
    limits: {},
    enabled: { CHARGE: true, REFUND: true },
    drainPerMinute: 60,
    epoch: 0,
    holder: MACHINE,
    knownJournalIndex: 10,
  };
  const meta = {
    issuerEpoch: 'one',
    businessDate: '20261122',
    correlationId: 'x',
    clockOffsetMs: null,
    bytesWritten: 1,
    elapsedMs: 1,
  };
  const sessionOf = (memory = volatileMemory(), foundIndex = 0) =>
    new Session(memory, MACHINE, 10_000, foundIndex);

  /** A disk without room, until somebody makes some. */
  const fullMemory = (): { memory: SyncMemory; mend: () => void; kept: () => Remembered | null } => {
    let isFull = true;
    let kept: Remembered | null = null;
    const memory: SyncMemory = {
      read: () => kept,
      write: (remembered) => {
        if (isFull) throw new Error('ENOSPC');
        kept = remembered;
      },
    };
    const mend = (): void => {
      isFull = false;
    };
    return { memory, mend, kept: () => kept };
  };

  it('keeps the epoch that it was given over a restart; without one it is 0', () => {
    const memory = volatileMemory();
    const first = sessionOf(memory);
    expect(first.greet({ ...hello, epoch: 0 }, null, 10, at(0).wallMs, at(0))).toBeNull();
    first.fence('FENCED');
    expect(first.greet({ ...hello, epoch: 1 }, 1, 10, at(0).wallMs, at(0))).toBeNull();
    const next = sessionOf(memory);
    expect(next.epoch).toBe(1);
    expect(next.greet({ ...hello, epoch: 2 }, null, 10, at(0).wallMs, at(0))).toBe('OTHER_EPOCH');
    expect(sessionOf().greet({ ...hello, epoch: 1 }, null, 10, at(0).wallMs, at(0))).toBe('OTHER_EPOCH');
  });

  it('goes on when its memory cannot be written, and writes it with the next answer', () => {
    const { memory, mend, kept } = fullMemory();
    const session = sessionOf(memory);
    session.greet({ ...hello, epoch: 0 }, null, 10, at(0).wallMs, at(0));
    expect(kept()).toBeNull();
    mend();
    session.heard(meta);
    expect(kept()).toMatchObject({ epoch: 0, issuerEpoch: 'one' });
  });

  it('keeps how long its journal is as soon as its memory can be written, also while nobody answers', () => {
    const { memory, mend, kept } = fullMemory();
    const session = sessionOf(memory);
    session.keepIndex(20);
    mend();
    // No customer came meanwhile: the journal is as long as it was.
    session.keepIndex(20);
    expect(kept()).toMatchObject({ knownIndex: 20 });
  });

  it.each([
    [{ holder: 'c'.repeat(64) }, 'OTHER_HOLDER'],
    [{ knownJournalIndex: 11 }, 'JOURNAL_BEHIND'],
  ])('is fenced by %j', (change, reason) => {
    expect(sessionOf().greet({ ...hello, ...change }, null, 10, at(0).wallMs, at(0))).toBe(reason);
  });

  it('remembers that it is fenced before it forgets where its journal ended', () => {
    const memory = volatileMemory();
    const written: (Remembered | null)[] = [];
    const session = sessionOf({
      read: () => memory.read(),
      write: (remembered) => {
        memory.write(remembered);
        written.push(remembered);
      },
    });
    session.foundAt({ index: 3, hash: 'a'.repeat(64) }, () => null);
    const reason = session.greet(hello, null, 3, at(0).wallMs, at(0));
    session.fence(reason ?? 'FENCED');
    expect(reason).toBe('JOURNAL_BEHIND');
    expect(written.every((each) => each?.found !== null || each.fenced !== null)).toBe(true);
    expect(memory.read()).toMatchObject({ found: null, fenced: 'JOURNAL_BEHIND' });
  });

  it('is fenced when the end that an earlier start found is not in the journal, however long that has grown since', () => {
    const memory = volatileMemory();
    const lost = { index: 46, hash: 'a'.repeat(64) };
    const here = { index: 46, hash: 'b'.repeat(64) };
    const now = { index: 48, hash: 'c'.repeat(64) };
    expect(sessionOf(memory).foundAt(lost, () => null)).toEqual(lost);
    expect(sessionOf(memory).foundAt(now, () => lost)).toEqual(lost);
    const session = sessionOf(memory);
    expect(session.foundAt(now, () => here)).toEqual(here);
    expect(session.fenceReason).toBe('JOURNAL_BEHIND');
    expect(memory.read()).toMatchObject({ fenced: 'JOURNAL_BEHIND', issuerEpoch: '', found: here });
  });

  it('is not fenced by an entry that cannot be read where an earlier start found the end', () => {
    const memory = volatileMemory();
    const earlier = { index: 46, hash: 'a'.repeat(64) };
    sessionOf(memory).foundAt(earlier, () => null);
    const session = sessionOf(memory);
    expect(session.foundAt({ index: 48, hash: 'c'.repeat(64) }, () => null)).toEqual(earlier);
    expect(session.recovering).toBe(false);
  });

  it('ends the fence only with the epoch that it claimed', () => {
    const session = sessionOf();
    session.fence('FENCED');
    session.greet(hello, null, 10, at(0).wallMs, at(0));
    expect(session).toMatchObject({ recovering: true, nextEpoch: 1 });
    session.greet({ ...hello, epoch: 1, holder: 'c'.repeat(64) }, 1, 10, at(0).wallMs, at(0));
    expect(session.recovering).toBe(true);
    session.greet({ ...hello, epoch: 1 }, 1, 10, at(0).wallMs, at(0));
    expect(session).toMatchObject({ recovering: false, epoch: 1 });
  });

  it('confirms a clock near the issuer, until somebody sets it', () => {
    const session = sessionOf();
    expect(session.clockConfirmed(at(0))).toBe(false);
    session.greet({ ...hello, serverTimeMs: at(0).wallMs + 9_000 }, null, 10, at(0).wallMs, at(0));
    expect(session.clockConfirmed(at(60_000))).toBe(true);
    expect(session.clockConfirmed({ wallMs: at(0).wallMs, monoMs: 60_000 })).toBe(false);
    session.greet({ ...hello, serverTimeMs: at(0).wallMs + 11_000 }, null, 10, at(0).wallMs, at(0));
    expect(session.clockConfirmed(at(0))).toBe(false);
  });

  it('asks everything again when it has a journal but no memory of the issuer, until that is done', () => {
    const memory = volatileMemory();
    const fresh = sessionOf();
    fresh.heard(meta);
    expect(fresh.issuerChanged).toBe(false);
    const forgetful = sessionOf(memory, 8);
    forgetful.heard(meta);
    expect(forgetful.issuerChanged).toBe(true);
    const afterCrash = sessionOf(memory, 9);
    afterCrash.heard(meta);
    expect(afterCrash.issuerChanged).toBe(true);
    afterCrash.recheckDone(12, []);
    const last = sessionOf(memory, 12);
    last.heard(meta);
    expect(last.issuerChanged).toBe(false);
  });

  it('remembers a changed issuer only when all has been asked again', () => {
    const memory = volatileMemory();
    const session = sessionOf(memory);
    session.heard(meta);
    session.heard({ ...meta, issuerEpoch: 'two' });
    expect(session.issuerChanged).toBe(true);
    const afterCrash = sessionOf(memory);
    expect(afterCrash.issuerEpoch).toBe('one');
    session.recheckDone(20, []);
    expect(sessionOf(memory, 20).issuerEpoch).toBe('two');
  });

  it('is fenced when its journal ends before what it remembers of it, over restarts, until the next epoch is claimed', () => {
    const memory = volatileMemory();
    sessionOf(memory).keepIndex(20);
    // The last entry of the disk is gone; then the start itself made the journal longer again.
    expect(sessionOf(memory, 19).fenceReason).toBe('JOURNAL_BEHIND');
    const later = sessionOf(memory, 21);
    later.keepIndex(25);
    expect(later).toMatchObject({ recovering: true, nextEpoch: 1 });
    expect(later.greet({ ...hello, epoch: 1 }, 1, 21, at(0).wallMs, at(0))).toBeNull();
    later.heard(meta);
    expect(later).toMatchObject({ recovering: false, issuerChanged: true });
    expect(sessionOf(memory, 21).recovering).toBe(false);
    expect(sessionOf(memory, 20).recovering).toBe(true);
  });

  it('names the reason that the ledger itself bears when its journal ends too early', () => {
    const memory = volatileMemory();
    sessionOf(memory).keepIndex(20);
    expect(new Session(memory, MACHINE, 10_000, 19, 'RESTORED').fenceReason).toBe('RESTORED');
  });
});

describe('verdicts', () => {
  it('tell our own limits from a bad line, and a bad line from one that lies', () => {
    const ambiguous = (why: string, more: object = {}, isOfItem = true) =>
      failureOf({ class: 'ambiguous', why, code: null, bytesWritten: 1, ...more }, 10_000, isOfItem);
    const unsent = (why: string) => failureOf({ class: 'nothingLeft', why }, 10_000, true);
    expect(unsent('BUSY')).toBeNull();
    expect(unsent('CONNECT_FAILED')).toBe('NOT_SENT');
    expect(unsent('PIN_MISMATCH')).toBe('NOT_TRUSTED');
    expect(ambiguous('UNLISTED_CODE', { code: '006_021' })).toBeNull();
    expect(ambiguous('UNLISTED_CODE', { code: '006_021' }, false)).toBe('NO_ANSWER');
    expect(ambiguous('UNLISTED_CODE', { code: '006_022' })).toBe('NO_ANSWER');
    expect(ambiguous('DISPOSED', {}, false)).toBeNull();
    expect(ambiguous('RESET')).toBe('NO_ANSWER');
    expect(ambiguous('NOT_JSON')).toBe('NOT_TRUSTED');
    expect(ambiguous('ANSWER_TIME', { clockOffsetMs: 400_000 })).toBe('CLOCK');
  });

  it('sort the "not processed" codes, each into at most one kind', () => {
    const codes = [
      '000_002',
      '006_006',
      '006_009',
      '007_005',
      ...Array.from({ length: 11 }, (_, at) => `000_9${String(at + 1).padStart(2, '0')}`),
    ];
    for (const code of codes) {
      expect([isItemCode(code), isPassingCode(code)].filter(Boolean).length).toBeLessThanOrEqual(1);
      if (isItemCode(code)) expect(isUnwillingCode(code)).toBe(false);
    }
    expect(isUnwillingCode('000_910')).toBe(false);
  });
});

describe('the counters', () => {
  it('count each call once in one bucket', () => {
    const counters = new Counters();
    counters.attempted('approve');
    counters.ended('approve', 'answered', 30);
    counters.ended('approve', 'ambiguous', 60_000);
    const view = counters.view({
      depth: { approve: 0, inquiry: 0, netCancel: 0, void: 0 },
      depthByHost: { ...new Agenda(DEFAULT_TIMES).depthByHost, sending: 1 },
      deferred: 0,
      inFlight: 0,
      oldestAtMs: null,
    });
    expect(view.attempts.approve).toBe(1);
    expect(view.outcomes.approve).toMatchObject({ answered: 1, ambiguous: 1 });
    const { counts, boundsMs, sumMs, count } = view.latency.approve;
    expect(counts).toHaveLength(boundsMs.length + 1);
    expect(counts[boundsMs.indexOf(50)]).toBe(1);
    expect(counts.at(-1)).toBe(1);
    expect([sumMs, count]).toEqual([60_030, 2]);
    expect(Object.keys(view.latency)).toEqual([...CALL_KINDS]);
  });
});
