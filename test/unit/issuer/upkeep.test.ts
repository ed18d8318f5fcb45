import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Upkeep } from '../../../src/issuer/upkeep.ts';

const EVERY_MS = 1_000;
let asked: string[];
/** What the next question is answered with. */
let answer: () => Promise<number>;
const faults: unknown[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  faults.length = 0;
  answer = async () => 0;
});
afterEach(() => vi.useRealTimers());

function upkeep(): Upkeep {
  const closeStaleDays = (merchantId: string): Promise<number> => {
    asked.push(merchantId);
    return answer();
  };
  return new Upkeep({ closeStaleDays }, ['M1', 'M2'], (error) => faults.push(error));
}

it('looks over every merchant before it has started, and again as often as was said', async () => {
  const kept = upkeep();
  await kept.start(EVERY_MS);
  expect(asked).toEqual(['M1', 'M2']);
  await vi.advanceTimersByTimeAsync(2 * EVERY_MS);
  expect(asked).toEqual(['M1', 'M2', 'M1', 'M2', 'M1', 'M2']);
  await kept.stop();
  await vi.advanceTimersByTimeAsync(2 * EVERY_MS);
  expect(asked).toHaveLength(6);
});

it('reports a round that failed, and makes the next one', async () => {
  const kept = upkeep();
  const broken = new Error('no database');
  answer = () => Promise.reject(broken);
  await kept.start(EVERY_MS);
  expect(faults).toEqual([broken]);
  answer = async () => 0;
  await vi.advanceTimersByTimeAsync(EVERY_MS);
  expect(asked).toEqual(['M1', 'M1', 'M2']);
  await kept.stop();
});

it('begins no round while one is under way, and its end waits for that one', async () => {
  const kept = upkeep();
  await kept.start(EVERY_MS);
  let finish: (count: number) => void = () => undefined;
  answer = () =>
    new Promise((resolve) => {
      finish = resolve;
    });
  await vi.advanceTimersByTimeAsync(3 * EVERY_MS);
  expect(asked).toEqual(['M1', 'M2', 'M1']);
  let hasStopped = false;
  const stopping = kept.stop().then(() => {
    hasStopped = true;
  });
  await vi.advanceTimersByTimeAsync(EVERY_MS);
  expect(hasStopped).toBe(false);
  answer = async () => 0;
  finish(0);
  await stopping;
  expect(asked).toEqual(['M1', 'M2', 'M1', 'M2']);
});
