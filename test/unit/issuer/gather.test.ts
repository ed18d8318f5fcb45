import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Gather, QueueFull, type Settled } from '../../../src/issuer/storage/gather.ts';

const WAITING_MAX = 4_096;

/** What a batch gives, without leaving the thread: as PGlite does. */
const echoed = (batch: readonly number[]): Settled<number>[] =>
  batch.map((value) => ({ ok: true, value: value * 10 }));

it('inputs that come in one turn of the loop go together, the first one too', async () => {
  const batches: number[][] = [];
  const gather = new Gather<number, number>(async (batch) => {
    batches.push([...batch]);
    return echoed(batch);
  }, 64);
  // Each after the microtasks of the one before it, as requests of several sockets are.
  const results = await Promise.all([
    gather.add(1),
    Promise.resolve()
      .then(() => undefined)
      .then(() => gather.add(2)),
    new Promise<number>((resolve) => process.nextTick(() => void gather.add(3).then(resolve))),
  ]);
  expect(results).toEqual([10, 20, 30]);
  expect(batches).toEqual([[1, 2, 3]]);
});

it('a batch that never leaves the thread lets the loop bring the next inputs in, and they go together', async () => {
  const batches: number[][] = [];
  const gather = new Gather<number, number>(async (batch) => {
    batches.push([...batch]);
    return echoed(batch);
  }, 2);
  const first = [1, 2, 3].map((value) => gather.add(value));
  await first[0];
  const later = gather.add(4);
  await Promise.all([...first, later]);
  expect(batches).toEqual([
    [1, 2],
    [3, 4],
  ]);
});

it('a queue that is full refuses, and what waits in it is still done', async () => {
  const open: { run: () => void } = { run: () => undefined };
  const sizes: number[] = [];
  const gather = new Gather<number, number>(async (batch) => {
    sizes.push(batch.length);
    if (sizes.length === 1) await new Promise<void>((resolve) => (open.run = resolve));
    return echoed(batch);
  }, 64);
  const held = gather.add(0);
  while (sizes.length === 0) await nextTurn();
  const waiting = Array.from({ length: WAITING_MAX }, (_, at) => gather.add(at));
  await expect(gather.add(-1)).rejects.toBeInstanceOf(QueueFull);
  open.run();
  expect(await held).toBe(0);
  expect(await Promise.all(waiting)).toHaveLength(WAITING_MAX);
  expect(Math.max(...sizes)).toBe(64);
  expect(await gather.add(7)).toBe(70);
});

it('one input that fails leaves the others of its batch alone; a batch that fails takes all of it, and the next goes on', async () => {
  let batches = 0;
  const gather = new Gather<number, number>(async (batch) => {
    batches += 1;
    if (batch.includes(13)) throw new Error('the whole batch');
    return batch.map((value) =>
      value < 0 ? { ok: false, error: new Error('this one') } : { ok: true, value },
    );
  }, 64);
  const settled = await Promise.allSettled([gather.add(1), gather.add(-1), gather.add(2)]);
  expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  const failed = await Promise.allSettled([gather.add(13), gather.add(3)]);
  expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await gather.add(4)).toBe(4);
  expect(batches).toBe(3);
});
