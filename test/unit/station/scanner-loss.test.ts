/** What the cashier sees of the scanners: the face and the strip, as soon as a driver tells. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ScannerStatus } from '../../../drivers/scanner.ts';
import { DEFAULT_CODE_TABLE } from '../../../src/barcode/parse.ts';
import { sentenceOf } from '../../../src/screens/cashier/sentence.ts';
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

  it('stop new payments when one is plugged in and cannot be opened, and say what keeps it', () => {
    tell('left', 'fault', { code: 'BUSY', text: 'another program has it' });
    tell('right', 'unplugged');
    expect(shown()).toEqual(['SCANNER', 'notOpen', 'left']);
    const moment = { wallMs: 0, leftMs: null, elapsedMs: 0 };
    const said = (['ko', 'en'] as const).map((each) => sentenceOf(lab.see(), each, moment).instruction);
    expect(said).toEqual([
      '다른 프로그램이 스캐너를 쓰고 있습니다. 점장을 부르세요.',
      'Another program has the scanner open. Call the manager.',
    ]);
    expect(sentenceOf(lab.see(), 'en', moment).headline).toBe('Scanner not working');
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
