/** What the cashier sees of the scanners: the face and the strip, as soon as a driver tells. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ScannerStatus } from '../../../drivers/scanner.ts';
import { DEFAULT_CODE_TABLE } from '../../../src/barcode/parse.ts';
import { ScannerBench } from '../../../src/station/scanners.ts';
import { Lab } from './desk-lab.ts';

let lab: Lab;
let bench: ScannerBench;
beforeEach(() => {
  lab = new Lab();
  bench = new ScannerBench(lab.clock, DEFAULT_CODE_TABLE);
  for (const name of ['left', 'right']) bench.add(name, 'serial', lab.station);
});
afterEach(() => lab.close());

const tell = (name: string, state: ScannerStatus['state'], problem?: ScannerStatus['problem']): void =>
  bench.status({
    name,
    driver: 'serial',
    state,
    sinceMonoMs: 0,
    ...(problem === undefined ? {} : { problem }),
  });
const shown = () => [lab.face(), lab.see().strip.scanner.state, lab.see().strip.scanner.name];

describe('the scanners of a station, to the cashier', () => {
  it('are well while one of them reads, and the face says so when none does', () => {
    tell('left', 'ready');
    tell('right', 'unplugged');
    expect(shown()).toEqual(['IDLE', 'ready', 'left']);
    tell('left', 'unplugged');
    expect(shown()).toEqual(['SCANNER', 'unplugged', 'left']);
    tell('right', 'ready');
    expect(shown()).toEqual(['IDLE', 'ready', 'right']);
  });

  it('are lost in the strip only while a payment is on the screen', () => {
    tell('left', 'ready');
    tell('right', 'unplugged');
    lab.scan(lab.barcode('CHARGE', 10_000));
    const face = lab.face();
    tell('left', 'unplugged');
    expect(shown()).toEqual([face, 'unplugged', 'left']);
  });

  it('need a check when one that reads also types into the screen', () => {
    tell('left', 'ready', { code: 'KEYSTROKES_LEAK', text: 'it types' });
    tell('right', 'unplugged');
    expect(shown()).toEqual(['IDLE', 'checkSetup', 'left']);
  });
});
