import { describe, expect, it } from 'vitest';
import { Disk } from './disk.ts';
import { dayAfter } from './issuer-days.ts';

function write(disk: Disk, ...kinds: readonly string[]): void {
  for (const kind of kinds) disk.append(kind, 0, {}, null, null);
}

describe('an image of the disk', () => {
  it('never ends within a commit: a booking on a sealed day and the lines that name it, a group of payments', () => {
    const disk = new Disk();
    write(disk, 'daySealed');
    disk.together(() => write(disk, 'approved', 'dayLateBooking', 'dayLateBooking'));
    disk.together(() => {
      write(disk, 'send');
      disk.together(() => write(disk, 'send'));
    });
    write(disk, 'voided');
    expect([1, 2, 3, 4, 5, 6, 7].map((index) => disk.at(index).head.index)).toEqual([1, 1, 1, 4, 4, 6, 7]);
    expect(disk.restoredAt(3, 0)).toMatchObject({ restoredTo: 1 });
  });

  it('that is written on begins a commit of its own', () => {
    const disk = new Disk();
    disk.together(() => write(disk, 'send', 'send'));
    const image = disk.at(2);
    write(image, 'approved');
    expect([2, 3].map((index) => image.at(index).head.index)).toEqual([2, 3]);
  });

  it('writes on after a commit that failed', () => {
    const disk = new Disk();
    const fails = (): void => {
      throw new Error('the rules refused it');
    };
    expect(() => disk.together(fails)).toThrow('refused');
    write(disk, 'send', 'approved');
    expect(disk.at(1).head.index).toBe(1);
  });
});

it("the day after a month's last one is the first of the next", () => {
  expect(['20260723', '20260731', '20261231'].map(dayAfter)).toEqual(['20260724', '20260801', '20270101']);
});
