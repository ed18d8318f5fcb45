import { describe, expect, it } from 'vitest';
import { themeAt } from '../../../src/screens/shared/preferences.ts';

/** A moment of the Korean day, whatever this machine's zone is. */
function korea(hour: number): number {
  return Date.UTC(2026, 6, 23, hour - 9, 30);
}

describe('the theme of a page', () => {
  it('is what a person chose, whatever the hour', () => {
    expect(themeAt('dark', { from: 20, until: 7 }, korea(12))).toBe('dark');
    expect(themeAt('light', { from: 20, until: 7 }, korea(23))).toBe('light');
  });

  it('follows the dark hours of the store over midnight', () => {
    const night = { from: 20, until: 7 };
    const dark = Array.from({ length: 24 }, (_, hour) => hour).filter(
      (hour) => themeAt('hours', night, korea(hour)) === 'dark',
    );
    expect(dark).toEqual([0, 1, 2, 3, 4, 5, 6, 20, 21, 22, 23]);
  });

  it('follows dark hours inside one day, and is light where the store has none', () => {
    const dark = Array.from({ length: 24 }, (_, hour) => hour).filter(
      (hour) => themeAt('hours', { from: 1, until: 5 }, korea(hour)) === 'dark',
    );
    expect(dark).toEqual([1, 2, 3, 4]);
    expect(themeAt('hours', null, korea(2))).toBe('light');
  });
});
