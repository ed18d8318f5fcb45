import { describe, expect, it } from 'vitest';
import { leftBehind, type ProcessHoldings } from '../../hardware/guest/holdings.ts';

const CALM: ProcessHoldings = {
  descriptors: 20,
  resources: { Timeout: 3, PipeWrap: 1 },
  listeners: 4,
  threads: 11,
  residentKb: 90_000,
  heapKb: 11_000,
  nativeKb: 20_000,
  cpuMs: 100,
};

describe('what plug cycles left behind', () => {
  it('is nothing when a timer, a child or a thread was there at the moment of one look and not of the other', () => {
    const busy = {
      ...CALM,
      descriptors: 23,
      threads: 12,
      resources: { Timeout: 5, PipeWrap: 1, ProcessWrap: 1 },
    };
    expect(leftBehind(CALM, busy)).toEqual([]);
    expect(leftBehind(busy, CALM)).toEqual([]);
  });

  it('is everything that grew with the cycles, and any listener of the process', () => {
    const after = {
      ...CALM,
      descriptors: 40,
      threads: 31,
      listeners: 5,
      resources: { Timeout: 23, PipeWrap: 1 },
    };
    expect(leftBehind(CALM, after)).toEqual([
      'Timeout 3 -> 23',
      'descriptors 20 -> 40',
      'threads 11 -> 31',
      'listeners 4 -> 5',
    ]);
  });
});
