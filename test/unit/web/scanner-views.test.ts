/** The scanners as the manager sees them: today's counts, how each is connected, and what is plugged in beside them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PluggedDevice } from '../../../drivers/list.ts';
import { DEFAULT_CODE_TABLE } from '../../../src/barcode/parse.ts';
import { ScannerBench } from '../../../src/station/scanners.ts';
import { lookNowAndThen, scannersAnswer } from '../../../src/web/scanner-views.ts';
import { Lab, PAGE } from '../station/desk-lab.ts';

const KEYBOARD: PluggedDevice = {
  driver: 'hid-keyboard',
  path: '/dev/hidraw3',
  usb: {
    vendorId: '0c2e',
    productId: '0b81',
    serialNumber: null,
    manufacturer: 'Honeywell',
    product: 'Scanner',
    portPath: '1-1.2',
    interfaceNumber: null,
  },
  score: 100,
  reasons: [],
  leaks: true,
  likely: true,
  config: { driver: 'hid-keyboard' },
  problems: [{ code: 'KEYSTROKES_LEAK', text: 'it types' }],
  advice: null,
};
const BOARD_PORT: PluggedDevice = {
  ...KEYBOARD,
  driver: 'serial',
  path: '/dev/ttyS0',
  usb: null,
  leaks: false,
  likely: false,
  problems: [],
};

let lab: Lab;
let bench: ScannerBench;
beforeEach(() => {
  lab = new Lab();
  bench = new ScannerBench(lab.clock, DEFAULT_CODE_TABLE);
  bench.add('counter', 'auto', lab.station);
});
afterEach(() => lab.close());

const answer = (devices: readonly PluggedDevice[]) =>
  scannersAnswer({
    scanners: bench,
    posFeed: { list: () => [] },
    clock: lab.clock,
    plugged: () => Promise.resolve(devices),
  });
const ready = (device: string): void =>
  bench.status({ name: 'counter', driver: 'auto', state: 'ready', sinceMonoMs: 0, device });

describe("the manager's scanners", () => {
  it('say what the automatic driver found, by its USB ids, and that a keyboard types into pages', async () => {
    ready('/dev/hidraw3');
    const { scanners, plugged } = await answer([KEYBOARD, BOARD_PORT]);
    expect(scanners).toMatchObject([
      { connection: 'hid-keyboard', usb: '0c2e:0b81', device: '/dev/hidraw3', typesIntoPages: true },
    ]);
    expect(plugged).toEqual([
      {
        connection: 'serial',
        device: '/dev/ttyS0',
        usb: null,
        product: null,
        likely: false,
        problem: null,
      },
    ]);
  });

  it('show what the system sees while none of it is in use', async () => {
    const { scanners, plugged } = await answer([KEYBOARD]);
    expect(scanners).toMatchObject([{ connection: 'auto', usb: null, device: null, typesIntoPages: null }]);
    expect(plugged).toMatchObject([
      { product: 'Scanner', usb: '0c2e:0b81', likely: true, problem: { code: 'KEYSTROKES_LEAK' } },
    ]);
  });

  it('name a problem by its code and values: the words are for the page to choose', async () => {
    const problem = { code: 'IO', text: 'a read failed: EIO', values: { system: 'EIO' } } as const;
    bench.status({ name: 'counter', driver: 'auto', state: 'fault', sinceMonoMs: 0, problem });
    const { scanners, plugged } = await answer([KEYBOARD]);
    expect(scanners[0]?.problem).toEqual({ code: 'IO', values: { system: 'EIO' } });
    expect(plugged[0]?.problem).toEqual({ code: 'KEYSTROKES_LEAK', values: {} });
  });

  it("count today's reads, and begin again at midnight in Korea", async () => {
    ready('/dev/hidraw3');
    lab.station.pages.seen(PAGE, lab.clock.now().monoMs);
    const read = (text: string) => bench.frame({ source: 'counter', text, monoMs: lab.clock.now().monoMs });
    read('8801234567893');
    read('CHARGE9410000000');
    expect((await answer([])).scanners).toMatchObject([{ framesToday: 2, notOurs: 1, unreadable: 1 }]);
    // 14:30 in Korea: ten hours later it is the next day.
    lab.clock.pass(10 * 3_600_000);
    expect((await answer([])).scanners).toMatchObject([{ framesToday: 0, notOurs: 0, unreadable: 0 }]);
    read('8801234567893');
    expect((await answer([])).scanners).toMatchObject([{ framesToday: 1, notOurs: 1, unreadable: 0 }]);
  });
});

describe('the look through the system', () => {
  it('is taken at most every three seconds, whoever asks, and shows nothing when it fails', async () => {
    let looks = 0;
    const look = lookNowAndThen(() => {
      looks += 1;
      return looks === 1 ? Promise.resolve([KEYBOARD]) : Promise.reject(new Error('no /sys'));
    }, lab.clock);
    expect(await Promise.all([look(), look()])).toEqual([[KEYBOARD], [KEYBOARD]]);
    lab.clock.pass(2_999);
    expect(await look()).toEqual([KEYBOARD]);
    expect(looks).toBe(1);
    lab.clock.pass(1);
    expect(await look()).toEqual([]);
    expect(looks).toBe(2);
  });
});
