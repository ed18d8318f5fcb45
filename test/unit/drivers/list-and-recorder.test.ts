import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HidSurroundings } from '../../../drivers/hid-scanner.ts';
import { OpenFailure } from '../../../drivers/lane.ts';
import { listScanners } from '../../../drivers/list.ts';
import { createRecorder, replayOf } from '../../../drivers/recorder.ts';
import type { Frame } from '../../../drivers/scanner.ts';
import { maskFrame } from '../../../src/barcode/mask.ts';
import { parseBarcode } from '../../../src/barcode/parse.ts';
import { KEYBOARD_DESCRIPTOR, POS_DESCRIPTOR } from './hid-reports.ts';
import { SysfsTree } from './sysfs-tree.ts';

const VALID = 'CHARGE9410000000000005123010000';

describe('listScanners', () => {
  let tree: SysfsTree;
  let surroundings: HidSurroundings;
  beforeEach(() => {
    tree = new SysfsTree();
    surroundings = {
      roots: tree.roots,
      library: async () => {
        throw new OpenFailure('LIBRARY_MISSING', 'libusb-1.0 is missing');
      },
    };
  });
  afterEach(() => tree.remove());

  it('names each device, the surest first, how it would be opened and what is wrong', async () => {
    tree.plugTty('ttyUSB0', { port: '1-1', vendor: '0403', product: '6001', name: 'FT232R' });
    tree.plugHidraw('hidraw0', { port: '1-2' }, KEYBOARD_DESCRIPTOR, false);
    tree.plugHidraw('hidraw1', { port: '1-3', vendor: '05e0', product: '1300' }, POS_DESCRIPTOR);
    const found = await listScanners(surroundings);
    expect(
      found.map(({ driver, likely, config, problems }) => [
        driver,
        likely,
        config,
        problems.map((p) => p.code),
      ]),
    ).toEqual([
      ['hid-pos', true, { driver: 'hid-pos', vendorId: '05e0', productId: '1300' }, ['LIBRARY_MISSING']],
      [
        'hid-keyboard',
        true,
        { driver: 'hid-keyboard', vendorId: '0c2e', productId: '0b61' },
        ['LIBRARY_MISSING', 'KEYSTROKES_LEAK'],
      ],
      ['serial', false, { driver: 'serial', vendorId: '0403', productId: '6001' }, []],
    ]);
    expect(found[1]?.advice).toMatch(/HID-POS/);
  });

  it('names twins by serial number where they have one each, else by their place', async () => {
    tree.plugTty('ttyACM0', { port: '1-1', serial: 'A' });
    tree.plugTty('ttyACM1', { port: '1-2', serial: 'B' });
    tree.plugTty('ttyUSB0', { port: '1-3', vendor: '1a86', product: '7523' });
    tree.plugTty('ttyUSB1', { port: '1-4', vendor: '1a86', product: '7523' });
    const configs = (await listScanners(surroundings)).map(
      ({ config }) => config.serialNumber ?? config.portPath,
    );
    expect(configs).toEqual(['A', 'B', '1-3', '1-4']);
  });

  it('finds nothing on a machine without any', async () => {
    expect(await listScanners(surroundings)).toEqual([]);
  });
});

describe('the recorder', () => {
  const frame = (text: string, monoMs: number): Frame => ({ source: 's', text, monoMs, symbology: ']C0' });

  it('passes every frame on unmasked, and keeps the newest ones masked', () => {
    const recorder = createRecorder((raw) => maskFrame(raw), 3);
    const passed: string[] = [];
    const listener = recorder.before({ frame: ({ text }) => passed.push(text), status: () => undefined });
    for (let i = 0; i < 5; i += 1) listener.frame(frame(VALID.slice(0, 31 - i), i * 100));
    expect(passed.map((text) => text.length)).toEqual([31, 30, 29, 28, 27]);
    expect(recorder.entries().map((entry) => entry.monoMs)).toEqual([200, 300, 400]);
    expect(recorder.lost()).toBe(2);
    expect(JSON.stringify(recorder.entries())).not.toMatch(/9410000000/);
  });

  it('keeps losses of a scanner beside its frames', () => {
    const recorder = createRecorder((raw) => maskFrame(raw));
    const problem = { code: 'BUSY', text: 'x' } as const;
    const listener = recorder.before({ frame: () => undefined, status: () => undefined });
    listener.status({ name: 's', driver: 'serial', state: 'fault', sinceMonoMs: 5, problem });
    expect(recorder.entries()).toEqual([
      { kind: 'status', source: 's', monoMs: 5, state: 'fault', problem: 'BUSY' },
    ]);
  });

  it('holds no eight digits of a card in a row, whatever was scanned', () => {
    const pan = '9417362850412385';
    fc.assert(
      fc.property(fc.nat({ max: 31 }), fc.nat({ max: 31 }), (from, to) => {
        const recorder = createRecorder((raw) => maskFrame(raw));
        const text = `CHARGE${pan}697010000`;
        recorder
          .before({ frame: () => undefined, status: () => undefined })
          .frame(frame(text.slice(from) + text.slice(0, to), 1));
        const kept = JSON.stringify(recorder.entries());
        for (let at = 0; at + 8 <= pan.length; at += 1) expect(kept).not.toContain(pan.slice(at, at + 8));
      }),
    );
  });

  it('replays a payment as a payment of nobody, at the old pace', () => {
    const recorder = createRecorder((raw) => maskFrame(raw));
    const listener = recorder.before({ frame: () => undefined, status: () => undefined });
    listener.frame(frame(VALID, 100));
    listener.frame(frame('8801234567893', 350));
    const replay = replayOf(recorder.entries());
    expect(replay.map(({ afterMs }) => afterMs)).toEqual([0, 250]);
    expect(parseBarcode(replay[0]?.frame.text ?? '')).toMatchObject({
      ok: true,
      spec: { cardNumber: '9410000000000005', token: '000' },
    });
    expect(replay[1]?.frame).toMatchObject({ text: '8801234567893', symbology: ']C0' });
  });

  it('has a bound', () => {
    expect(() => createRecorder(maskFrame, 0)).toThrow(RangeError);
    expect(() => createRecorder(maskFrame, 1_000_000)).toThrow(RangeError);
  });
});
