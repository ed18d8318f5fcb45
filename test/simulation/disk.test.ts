import { describe, expect, it } from 'vitest';
import { Disk, type Entry } from './disk.ts';
import { dayAfter } from './issuer-days.ts';

function entry(index: number, kind: string): Entry {
  return { index, chain: index, hash: String(index), kind, detail: {}, record: null, atMs: 0, day: null };
}

describe('an image of the disk', () => {
  it('never ends between a booking on a sealed day and the line that names it: they are one commit', () => {
    const disk = new Disk();
    disk.entries.push(entry(1, 'daySealed'), entry(2, 'approved'), entry(3, 'dayLateBooking'));
    expect([1, 2, 3].map((index) => disk.at(index).head.index)).toEqual([1, 1, 3]);
    expect(disk.restoredAt(2, 0)).toMatchObject({ restoredTo: 1 });
  });
});

it("the day after a month's last one is the first of the next", () => {
  expect(['20260723', '20260731', '20261231'].map(dayAfter)).toEqual(['20260724', '20260801', '20270101']);
});
