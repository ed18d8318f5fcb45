import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openAuto } from '../../../drivers/auto.ts';
import type { HidEvents, HidLibrary } from '../../../drivers/hid/library.ts';
import { type HidSurroundings, openHidKeyboard, openHidPos } from '../../../drivers/hid-scanner.ts';
import { OpenFailure } from '../../../drivers/lane.ts';
import { type Listening, listening } from '../../integration/drivers/listening.ts';
import { until } from '../../integration/drivers/tty-pair.ts';
import { KEYBOARD_DESCRIPTOR, POS_DESCRIPTOR, posReports, typed } from './hid-reports.ts';
import { SysfsTree } from './sysfs-tree.ts';

const VALID = 'CHARGE9410000000000005123010000';

/** Stands in for the kernel's hidraw, which this machine does not have; the hardware tests use the real one. */
class FakeHid implements HidLibrary {
  readonly opened: { path: string; events: HidEvents; closed: boolean; features: (readonly number[])[] }[] =
    [];

  async open(path: string, events: HidEvents) {
    const device = { path, events, closed: false, features: [] as (readonly number[])[] };
    this.opened.push(device);
    return {
      sendFeature: async (report: readonly number[]) => {
        device.features.push(report);
        throw new Error('the device does not know it');
      },
      close: async () => {
        device.closed = true;
      },
    };
  }

  get last() {
    const device = this.opened.at(-1);
    if (device === undefined) throw new RangeError('nothing was opened');
    return device;
  }
}

let tree: SysfsTree;
let hid: FakeHid;
let surroundings: HidSurroundings;
const opened: Listening[] = [];

beforeEach(() => {
  tree = new SysfsTree();
  hid = new FakeHid();
  surroundings = { roots: tree.roots, library: async () => hid };
});
afterEach(async () => {
  for (const { scanner } of opened.splice(0)) await scanner.close();
  tree.remove();
});

function keep(one: Listening): Listening {
  opened.push(one);
  return one;
}
const pos = (match = {}) =>
  keep(listening((clock, listener) => openHidPos({ name: 'pos', ...match }, clock, listener, surroundings)));
const keyboard = (match = {}) =>
  keep(
    listening((clock, listener) =>
      openHidKeyboard({ name: 'wedge', ...match }, clock, listener, surroundings),
    ),
  );
const auto = (match = {}) =>
  keep(listening((clock, listener) => openAuto({ name: 'auto', ...match }, clock, listener, surroundings)));
const problem = (one: Listening) => one.scanner.status().problem?.code;

describe('the hid-pos driver', () => {
  it('opens the scanner wherever it is and delivers its reads with their symbology', async () => {
    tree.plugHidraw('hidraw4', { port: '1-2' }, POS_DESCRIPTOR);
    const one = pos();
    await until(() => one.state() === 'ready');
    expect(hid.last.path).toBe(join(tree.roots.dev, 'hidraw4'));
    expect(hid.last.features).toEqual([[254, 1]]);
    for (const report of posReports(VALID)) hid.last.events.report(report);
    expect(one.frames).toMatchObject([{ source: 'pos', text: VALID, symbology: ']C0' }]);
  });

  it('comes back under another number, and half a read dies with the first connection', async () => {
    tree.plugHidraw('hidraw0', { port: '1-2' }, POS_DESCRIPTOR);
    const one = pos({ vendorId: '0c2e' });
    await until(() => one.state() === 'ready');
    const first = hid.last;
    first.events.report(posReports('x'.repeat(100))[0] ?? Buffer.alloc(0));
    tree.unplug('hidraw', 'hidraw0');
    first.events.failed('could not read from HID device');
    expect(one.state()).toBe('unplugged');
    await until(() => first.closed);
    tree.plugHidraw('hidraw9', { port: '1-3' }, POS_DESCRIPTOR);
    await until(() => one.state() === 'ready', 4000);
    expect(hid.last.path).toMatch(/hidraw9$/);
    for (const report of posReports(VALID)) hid.last.events.report(report);
    first.events.report(posReports(VALID)[0] ?? Buffer.alloc(0));
    expect(one.texts()).toEqual([VALID]);
    expect(one.scanner.statistics()).toMatchObject({ connects: 2, dropped: { CUT: 1 } });
  });

  it('notices by its node that the device is gone when nothing else tells', async () => {
    tree.plugHidraw('hidraw0', { port: '1-2' }, POS_DESCRIPTOR);
    const one = pos();
    await until(() => one.state() === 'ready');
    tree.unplug('hidraw', 'hidraw0');
    await until(() => one.state() === 'unplugged', 2000);
    expect(hid.last.closed).toBe(true);
  });

  it('says that the scanner is in keyboard mode', async () => {
    tree.plugHidraw('hidraw0', { port: '1-2' }, KEYBOARD_DESCRIPTOR, true);
    const one = pos({ vendorId: '0c2e' });
    await until(() => problem(one) === 'WRONG_INTERFACE');
    expect(one.state()).toBe('fault');
    expect(one.scanner.status().problem?.text).toMatch(/keyboard/);
    expect(one.scanner.status().problem?.values).toMatchObject({ is: 'hid-keyboard', wanted: 'hid-pos' });
  });

  it('takes no keyboard in the store for a scanner in the wrong mode', async () => {
    tree.plugHidraw('hidraw0', { port: '1-2', vendor: '05e0' }, KEYBOARD_DESCRIPTOR, true);
    const one = pos();
    await until(() => problem(one) === 'NOT_FOUND');
    expect(one.state()).toBe('unplugged');
  });

  it('does not guess between two of the same kind', async () => {
    tree.plugHidraw('hidraw0', { port: '1-2' }, POS_DESCRIPTOR);
    tree.plugHidraw('hidraw1', { port: '1-3' }, POS_DESCRIPTOR);
    const one = pos();
    await until(() => problem(one) === 'AMBIGUOUS');
    const named = pos({ portPath: '1-3' });
    await until(() => named.state() === 'ready');
    expect(hid.last.path).toMatch(/hidraw1$/);
  });

  it('says in one sentence that the library is missing, and leaves everything else alone', async () => {
    tree.plugHidraw('hidraw0', { port: '1-2' }, POS_DESCRIPTOR);
    surroundings = {
      ...surroundings,
      library: async () => {
        throw new OpenFailure('LIBRARY_MISSING', 'libusb-1.0 is missing');
      },
    };
    const one = pos();
    await until(() => problem(one) === 'LIBRARY_MISSING');
    expect(one.statuses).toHaveLength(1);
  });
});

describe('the hid-keyboard driver', () => {
  it('reads a wedge scanner by its layout and ends a read at Enter', async () => {
    tree.plugHidraw('hidraw0', { port: '1-2' }, KEYBOARD_DESCRIPTOR, true);
    const one = keyboard({ layout: 'FR' });
    await until(() => one.state() === 'ready');
    for (const report of typed(`${VALID}\r`, 'FR')) hid.last.events.report(report);
    expect(one.texts()).toEqual([VALID]);
    expect(problem(one)).toBeUndefined();
  });

  it('tells that keystrokes leak, and stops telling when the udev rule is in force', async () => {
    tree.plugHidraw('hidraw0', { port: '1-2' }, KEYBOARD_DESCRIPTOR, false);
    const one = keyboard();
    await until(() => one.state() === 'ready');
    expect(problem(one)).toBe('KEYSTROKES_LEAK');
    tree.setInhibited(join(tree.root, 'sys/devices/pci0/usb1/1-2/1-2:1.0/0003:0C2E:0B61.0000'), true);
    await until(() => problem(one) === undefined, 4000);
    expect(one.state()).toBe('ready');
  });

  it('tells it also on a kernel that cannot keep keystrokes away', async () => {
    tree.plugHidraw('hidraw0', { port: '1-2' }, KEYBOARD_DESCRIPTOR, null);
    const one = keyboard();
    await until(() => problem(one) === 'KEYSTROKES_LEAK');
  });

  it('never takes the keyboard of a person for a scanner', async () => {
    tree.plugHidraw(
      'hidraw0',
      { port: '1-1', vendor: '046d', name: 'USB Keyboard' },
      KEYBOARD_DESCRIPTOR,
      false,
    );
    const one = keyboard();
    await until(() => problem(one) === 'NOT_FOUND');
    expect(hid.opened).toHaveLength(0);
  });
});

describe('the auto driver', () => {
  it('prefers HID-POS over a keyboard of the same device, and a scanner over a serial adapter', async () => {
    tree.plugTty('ttyUSB0', { port: '1-1', vendor: '0403', name: 'FT232R' });
    tree.plugHidraw('hidraw0', { port: '1-2' }, KEYBOARD_DESCRIPTOR, true);
    tree.plugHidraw('hidraw1', { port: '1-2' }, POS_DESCRIPTOR);
    const one = auto();
    await until(() => one.state() === 'ready');
    expect(hid.last.path).toMatch(/hidraw1$/);
  });

  it('opens nothing that is not surely a scanner', async () => {
    tree.plugTty('ttyUSB0', { port: '1-1', vendor: '0403', name: 'FT232R' });
    tree.plugHidraw(
      'hidraw0',
      { port: '1-3', vendor: '046d', name: 'USB Keyboard' },
      KEYBOARD_DESCRIPTOR,
      false,
    );
    const one = auto();
    await until(() => problem(one) === 'NOT_FOUND');
    expect(hid.opened).toHaveLength(0);
  });

  it('does not guess between two scanners', async () => {
    tree.plugHidraw('hidraw0', { port: '1-2' }, POS_DESCRIPTOR);
    tree.plugHidraw('hidraw1', { port: '1-3', vendor: '05e0' }, POS_DESCRIPTOR);
    const one = auto();
    await until(() => problem(one) === 'AMBIGUOUS');
    const zebra = auto({ vendorId: '05e0' });
    await until(() => zebra.state() === 'ready');
  });
});
