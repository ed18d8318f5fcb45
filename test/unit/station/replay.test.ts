/** What the recorder of one till kept is scanned again on another one: the same outcomes, with nobody's card. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRecorder, replayOf } from '../../../drivers/recorder.ts';
import { maskFrame } from '../../../src/barcode/mask.ts';
import type { ScanFrame } from '../../../src/station/core.ts';
import type { ScanResult } from '../../../src/station/station.ts';
import { Lab, PAGE } from './desk-lab.ts';

let shop: Lab;
let desk: Lab;
beforeEach(() => {
  shop = new Lab();
  desk = new Lab();
});
afterEach(() => {
  shop.close();
  desk.close();
});

/** Scans with the page seen and whatever the last one opened put away, as on a quiet till. */
function scanOn(lab: Lab, frame: ScanFrame): { result: ScanResult; cause: string | null } {
  lab.station.pages.seen(PAGE, lab.clock.now().monoMs);
  const result = lab.station.scan(frame);
  const cause = lab.see().face.refused?.cause ?? null;
  // "Stop", then "no, the cash was not taken"; whatever still stands there is closed.
  for (const key of ['STOP', 'STOP', 'CLOSE'] as const) lab.press(key);
  return { result, cause };
}

describe('a recording replayed through a station', () => {
  it('opens, refuses and passes on as the scans did, with the same pauses', () => {
    const recorder = createRecorder((raw) => maskFrame(raw));
    const outcomes: unknown[] = [];
    const listener = recorder.before({
      frame: (frame) => outcomes.push(scanOn(shop, frame)),
      status: () => undefined,
    });
    const scans: readonly (readonly [string, string?])[] = [
      [shop.barcode('CHARGE', 10_000)],
      ['8801234567893', ']E0'],
      [shop.barcode('CHARGE', 500)],
      [shop.barcode('REFUND', 20_000).slice(0, 27)],
      [shop.barcode('REFUND', 20_000), ']C1'],
      ['WIFI:S:shop;;', ']Q1'],
      [shop.barcode('REFUND', 30_000), ']C0'],
    ];
    for (const [text, symbology] of scans) {
      shop.clock.pass(1_500);
      const frame = { source: 'counter', text, monoMs: shop.clock.now().monoMs };
      listener.frame(symbology === undefined ? frame : { ...frame, symbology });
    }
    const results = outcomes.map((outcome) => (outcome as { result: ScanResult }).result);
    expect(results).toEqual([
      'accepted',
      'notOurs',
      'refused',
      'unreadable',
      'unreadable',
      'notOurs',
      'accepted',
    ]);
    const replay = replayOf(recorder.entries());
    expect(replay.map(({ afterMs }) => afterMs)).toEqual([0, ...Array(6).fill(1_500)]);
    const again = replay.map(({ afterMs, frame }) => {
      desk.clock.pass(afterMs);
      return scanOn(desk, frame);
    });
    expect(again).toEqual(outcomes);
    expect(desk.newest().amount).toBe(30_000);
  });

  it('replays whatever was scanned without a fault, and never opens what was not opened', () => {
    const piece = fc.oneof(
      fc.string({ maxLength: 40, unit: 'binary-ascii' }),
      fc.nat({ max: 31 }).map((length) => 'CHARGE9491330000000016123010000'.slice(0, length)),
      fc.constant('8801234567893'),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 4 }), (texts) => {
        const recorder = createRecorder((raw) => maskFrame(raw));
        const results: ScanResult[] = [];
        const listener = recorder.before({
          frame: (frame) => results.push(scanOn(shop, frame).result),
          status: () => undefined,
        });
        for (const text of texts) listener.frame({ source: 'counter', text, monoMs: 0 });
        const opened = replayOf(recorder.entries()).map(({ frame }) => scanOn(desk, frame).result);
        expect(opened.map((result) => result === 'accepted')).toEqual(
          results.map((result) => result === 'accepted'),
        );
      }),
      { numRuns: 200 },
    );
  });
});
