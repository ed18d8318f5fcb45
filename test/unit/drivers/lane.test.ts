import { describe, expect, it } from 'vitest';
import { type Link, type LinkEvents, OpenFailure, openLane, problemOf } from '../../../drivers/lane.ts';
import type { Frame, ScannerProblem, ScannerStatus } from '../../../drivers/scanner.ts';
import { ManualClock } from './manual-clock.ts';

/** Lets every promise that is ready run on. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

function laneOf(open: (events: LinkEvents, attempt: number) => Promise<Link>) {
  const clock = new ManualClock();
  const frames: Frame[] = [];
  const statuses: ScannerStatus[] = [];
  let attempts = 0;
  const scanner = openLane(
    {
      name: 'one',
      driver: 'test',
      open: (events) => {
        attempts += 1;
        return open(events, attempts);
      },
    },
    clock,
    { frame: (frame) => frames.push(frame), status: (status) => statuses.push(status) },
  );
  const advance = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 50) {
      clock.advance(50);
      await settle();
    }
  };
  return { clock, frames, statuses, scanner, advance, attempts: () => attempts };
}

const failing = (code: ScannerProblem) => async (): Promise<Link> => {
  throw new OpenFailure(code, 'why');
};

describe('a lane', () => {
  it('tries for ever, never further apart than a second', async () => {
    const lane = laneOf(failing('NOT_FOUND'));
    await lane.advance(60_000);
    expect(lane.attempts()).toBeGreaterThan(55);
    expect(lane.statuses.map(({ state }) => state)).toEqual(['unplugged']);
    expect(lane.clock.pending).toBe(1);
  });

  it('is silent about a permission that comes half a second late, and tells one that does not come', async () => {
    const late = laneOf(async (_events, attempt) => {
      if (attempt < 5) throw new OpenFailure('PERMISSION', 'why');
      return { device: 'd', close: async () => undefined };
    });
    await late.advance(1000);
    expect(late.statuses.map(({ state }) => state)).toEqual(['ready']);
    const never = laneOf(failing('PERMISSION'));
    await never.advance(3000);
    expect(never.statuses.map(({ state, problem }) => [state, problem?.code])).toEqual([
      ['fault', 'PERMISSION'],
    ]);
  });

  it('goes on after a close that never ends', async () => {
    const lane = laneOf(async (events, attempt) => {
      if (attempt === 1) queueMicrotask(() => setImmediate(() => events.lost(null)));
      return { device: `d${attempt}`, close: () => new Promise<void>(() => undefined) };
    });
    await lane.advance(2500);
    expect(lane.scanner.status()).toMatchObject({ state: 'ready', device: 'd2' });
  });

  it('hears nothing of a connection that is over', async () => {
    const all: LinkEvents[] = [];
    const lane = laneOf(async (events) => {
      all.push(events);
      return { device: 'd', close: async () => undefined };
    });
    await lane.advance(50);
    all[0]?.frame('first');
    all[0]?.lost(null);
    all[0]?.frame('ghost');
    await lane.advance(500);
    all[0]?.lost(null);
    all[0]?.frame('ghost');
    all[0]?.problem({ code: 'IO', text: '' });
    all[1]?.frame('second', ']C0');
    expect(lane.frames.map(({ text }) => text)).toEqual(['first', 'second']);
    expect(lane.scanner.status()).toMatchObject({ state: 'ready' });
    expect(lane.scanner.status().problem).toBeUndefined();
  });

  it('cleans up a connection that was lost while it was being opened', async () => {
    let closed = 0;
    const lane = laneOf(async (events, attempt) => {
      if (attempt === 1) events.lost(null);
      return {
        device: `d${attempt}`,
        close: async () => {
          closed += 1;
        },
      };
    });
    await lane.advance(1000);
    expect(closed).toBe(1);
    expect(lane.scanner.status().device).toBe('d2');
  });

  it('tries again after an opening that was reported lost and then failed', async () => {
    const lane = laneOf(async (events, attempt) => {
      if (attempt > 1) return { device: 'd', close: async () => undefined };
      events.lost(null);
      throw new OpenFailure('IO', 'why');
    });
    await lane.advance(1000);
    expect(lane.scanner.status().state).toBe('ready');
  });

  it('closes what opens only after it was closed, and leaves no timer', async () => {
    let finish: (link: Link) => void = () => undefined;
    let closed = 0;
    const lane = laneOf(() => new Promise<Link>((resolve) => (finish = resolve)));
    await lane.advance(50);
    const closing = lane.scanner.close();
    finish({
      device: 'd',
      close: async () => {
        closed += 1;
      },
    });
    await closing;
    expect(closed).toBe(1);
    expect(lane.clock.pending).toBe(0);
    expect(lane.statuses).toEqual([]);
    expect(lane.scanner.status().state).toBe('closed');
  });

  it('leaves an opening that hangs alone, tries again, and closes what opens too late', async () => {
    const finish: ((link: Link) => void)[] = [];
    let closed = 0;
    const lane = laneOf((_events, attempt) => {
      if (attempt > 1) return Promise.resolve({ device: 'second', close: async () => undefined });
      return new Promise<Link>((resolve) => finish.push(resolve));
    });
    await lane.advance(9_900);
    expect(lane.statuses).toEqual([]);
    await lane.advance(1_000);
    expect(lane.statuses.map(({ state }) => state)).toEqual(['fault', 'ready']);
    finish[0]?.({
      device: 'first',
      close: async () => {
        closed += 1;
      },
    });
    await lane.advance(5_000);
    expect(closed).toBe(1);
    expect(lane.attempts()).toBe(2);
    expect(lane.scanner.status()).toMatchObject({ state: 'ready', device: 'second' });
  });

  it('can be closed while an opening hangs', async () => {
    const lane = laneOf(() => new Promise<Link>(() => undefined));
    await lane.advance(50);
    let over = false;
    const closing = lane.scanner.close().then(() => {
      over = true;
    });
    await lane.advance(1_000);
    expect(over).toBe(true);
    await closing;
    await lane.advance(20_000);
    expect(lane.statuses).toEqual([]);
    expect(lane.scanner.status().state).toBe('closed');
    expect(lane.clock.pending).toBe(0);
  });

  it('survives a thousand plug cycles with one timer at most', async () => {
    const current: LinkEvents[] = [];
    const lane = laneOf(async (events) => {
      current[0] = events;
      return { device: 'd', close: async () => undefined };
    });
    for (let cycle = 0; cycle < 1000; cycle += 1) {
      await lane.advance(150);
      current[0]?.lost(null);
      expect(lane.clock.pending).toBeLessThanOrEqual(2);
    }
    expect(lane.scanner.statistics().connects).toBe(1000);
  });
});

describe('problemOf', () => {
  it.each([
    [Object.assign(new Error('x'), { code: 'ENOENT' }), 'NOT_FOUND'],
    [new Error('Error: Permission denied, cannot open /dev/ttyACM0'), 'PERMISSION'],
    [new Error('Error Resource temporarily unavailable Cannot lock port'), 'BUSY'],
    ['a string', 'IO'],
    [null, 'IO'],
  ])('%s is %s', (error, code) => {
    expect(problemOf(error).code).toBe(code);
  });
});
