import { describe, expect, it, vi } from 'vitest';
import { SystemClock, SystemRandom } from '../../../src/ops/clock.ts';

const clock = new SystemClock();
const wait = (ms: number): Promise<number> => {
  const start = clock.monoMs();
  return new Promise((done) => {
    clock.after(ms, () => done(clock.monoMs() - start));
  });
};

describe("the machine's clock", () => {
  it('reads UTC for people and whole monotonic milliseconds for waits', () => {
    const { wallMs, monoMs } = clock.now();
    expect(Math.abs(wallMs - Date.now())).toBeLessThan(1_000);
    expect(Number.isSafeInteger(monoMs)).toBe(true);
    expect(clock.monoMs()).toBeGreaterThanOrEqual(monoMs);
  });

  it('never ends a wait early', async () => {
    const waits = await Promise.all(
      Array.from({ length: 40 }, (_, index) => wait(index % 7).then((took) => took - (index % 7))),
    );
    // Both readings are cut to whole milliseconds, so that one of them may be missing.
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(-1);
  });

  it('needs one timer of the runtime for one wait: an idle till is woken once for each', async () => {
    const timers = vi.spyOn(globalThis, 'setTimeout');
    const lengths = Array.from({ length: 40 }, (_, index) => 5 + index);
    await Promise.all(lengths.map(wait));
    expect(timers).toHaveBeenCalledTimes(lengths.length);
  });

  it('runs nothing inside the call, even for no wait at all', async () => {
    let ran = false;
    const done = new Promise<void>((resolve) => {
      clock.after(0, () => {
        ran = true;
        resolve();
      });
    });
    expect(ran).toBe(false);
    await done;
    expect(ran).toBe(true);
  });

  it('runs nothing after it was cancelled, and cancelling again does nothing', async () => {
    let ran = false;
    const timer = clock.after(1, () => {
      ran = true;
    });
    timer.cancel();
    timer.cancel();
    await wait(5);
    expect(ran).toBe(false);
  });

  it('takes waits longer than a timer of the runtime can hold', async () => {
    let ran = false;
    const timer = clock.after(40 * 24 * 3_600_000, () => {
      ran = true;
    });
    await wait(3);
    timer.cancel();
    expect(ran).toBe(false);
  });
});

describe('randomness', () => {
  it('gives as many bytes as asked for and fractions from 0 up to, not including, 1', () => {
    const random = new SystemRandom();
    expect(random.bytes(16)).toHaveLength(16);
    const fractions = Array.from({ length: 2_000 }, () => random.fraction());
    expect(Math.min(...fractions)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...fractions)).toBeLessThan(1);
    expect(new Set(fractions).size).toBe(2_000);
  });

  it('gives nothing twice, whatever the sizes asked for', () => {
    const random = new SystemRandom();
    const texts = Array.from({ length: 3_000 }, (_, at) => {
      const size = [10, 12, 8, 64, 65, 768][at % 6] ?? 0;
      return Buffer.from(random.bytes(size)).toString('hex').slice(0, 16);
    });
    expect(new Set(texts).size).toBe(3_000);
    expect(texts).not.toContain('0'.repeat(16));
  });
});
