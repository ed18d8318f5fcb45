import { describe, expect, it } from 'vitest';
import { Pages } from '../../../src/station/pages.ts';

describe('the pages of a station', () => {
  it('are driven by the first, and by the same one after a reload', () => {
    const pages = new Pages(15_000);
    pages.opened('first-page', 0);
    pages.opened('second-page', 0);
    expect([pages.drives('first-page'), pages.drives('second-page')]).toEqual([true, false]);
    pages.closed('first-page');
    pages.opened('first-page', 100);
    expect(pages.drives('first-page')).toBe(true);
  });

  it('pass to a browser that was started anew after a crash', () => {
    const pages = new Pages(15_000);
    pages.opened('before-crash', 0);
    pages.closed('before-crash');
    pages.opened('after-crash', 1_000);
    expect(pages.drives('after-crash')).toBe(true);
  });

  it('are watched only while the driver shows signs of life', () => {
    const pages = new Pages(15_000);
    expect(pages.isWatched(0)).toBe(false);
    pages.opened('first-page', 0);
    expect(pages.isWatched(15_000)).toBe(true);
    expect(pages.isWatched(15_001)).toBe(false);
    pages.seen('first-page', 14_000);
    expect(pages.isWatched(29_000)).toBe(true);
    pages.closed('first-page');
    expect(pages.isWatched(14_001)).toBe(false);
  });

  it('are at most eight at a time', () => {
    const pages = new Pages(15_000);
    for (let index = 0; index < 8; index += 1) expect(pages.opened(`page-${index}`, 0)).toBe(true);
    expect(pages.opened('page-9', 0)).toBe(false);
    for (let index = 0; index < 8; index += 1) pages.closed(`page-${index}`);
    expect(pages.opened('page-9', 20_000)).toBe(true);
  });

  it('take over only while they are there, so that nothing piles up and no unseen page drives', () => {
    const pages = new Pages(15_000);
    pages.opened('first-page', 0);
    for (let index = 0; index < 100; index += 1) expect(pages.takeOver(`nobody-${index}`, 0)).toBe(false);
    expect(pages.drives('first-page')).toBe(true);
    expect(pages.isWatched(0)).toBe(true);
    pages.opened('second-page', 0);
    expect(pages.takeOver('second-page', 0)).toBe(true);
    expect(pages.drives('second-page')).toBe(true);
  });
});
