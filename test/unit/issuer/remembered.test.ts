import { expect, it } from 'vitest';
import { Remembered } from '../../../src/issuer/http/remembered.ts';

const counted = (values: readonly (string | Error)[]) => {
  let reads = 0;
  return {
    reads: () => reads,
    read: async () => {
      const value = values[reads++] ?? new Error('read too often');
      if (value instanceof Error) throw value;
      return value;
    },
  };
};

it('a crowd that asks at once is one reading, and for a while nobody reads again', async () => {
  const { read, reads } = counted(['a', 'b']);
  const known = new Remembered<string>(1_000);
  expect(await Promise.all([known.read(0, read), known.read(1, read), known.read(2, read)])).toEqual([
    'a',
    'a',
    'a',
  ]);
  expect(await known.read(999, read)).toBe('a');
  expect(reads()).toBe(1);
  expect(await known.read(1_000, read)).toBe('b');
});

it('a reading that fails is everyone’s who waited, keeps what was known, and the next call reads again', async () => {
  const { read } = counted(['a', new Error('gone'), 'b']);
  const known = new Remembered<string>(1_000);
  await known.read(0, read);
  const both = await Promise.allSettled([known.read(2_000, read), known.read(2_000, read)]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(known.last).toBe('a');
  expect(await known.read(2_000, read)).toBe('b');
});

it('what was begun before it was called stale does not come back as fresh', async () => {
  const known = new Remembered<string>(1_000);
  let finish: (value: string) => void = () => undefined;
  const old = known.read(0, () => new Promise((resolve) => (finish = resolve)));
  known.stale();
  const { read } = counted(['new']);
  expect(await known.read(0, read)).toBe('new');
  finish('old');
  expect(await old).toBe('old');
  expect(await known.read(1, read)).toBe('new');
});
