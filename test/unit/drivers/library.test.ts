import { EventEmitter } from 'node:events';
import { afterEach, describe, expect, it, vi } from 'vitest';

/** The loader's own words on a machine without the system library. */
const ABSENT = 'libusb-1.0.so.0: cannot open shared object file: No such file or directory';

afterEach(() => {
  vi.doUnmock('node-hid');
  vi.resetModules();
});

describe('node-hid', () => {
  it('is loaded when the first HID scanner is opened, and says in one sentence what is missing', async () => {
    let loads = 0;
    vi.doMock('node-hid', () => ({
      default: {
        setDriverType: () => undefined,
        getHidapiVersion: () => {
          loads += 1;
          throw new Error(`${ABSENT}\n    at somewhere`);
        },
      },
    }));
    const { loadNodeHid } = await import('../../../drivers/hid/library.ts');
    expect(loads).toBe(0);
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await expect(loadNodeHid()).rejects.toMatchObject({
        problem: {
          code: 'LIBRARY_MISSING',
          text: `USB-HID scanners are off: the system library libusb-1.0 is missing (apt-get install libusb-1.0-0). ${ABSENT}`,
        },
      });
    }
    expect(loads).toBe(1);
  });

  it('has begun to read before the handle is given out: closed at once, it would bring the process down', async () => {
    // As node-hid does it: the first listener starts the reading in the next tick, which throws once the device is closed.
    class Device extends EventEmitter {
      isClosed = false;
      isReading = false;
      constructor() {
        super();
        this.on('newListener', (name) => {
          if (name === 'data') process.nextTick(() => this.resume());
        });
      }
      resume(): void {
        if (this.isClosed) throw new TypeError('device has been closed');
        this.isReading = true;
      }
      async close(): Promise<void> {
        this.isClosed = true;
      }
    }
    const device = new Device();
    vi.doMock('node-hid', () => ({
      default: {
        setDriverType: () => undefined,
        getHidapiVersion: () => '0.15.0',
        HIDAsync: { open: async () => device },
      },
    }));
    const { loadNodeHid } = await import('../../../drivers/hid/library.ts');
    const library = await loadNodeHid();
    const handle = await library.open('/dev/hidraw0', { report: () => undefined, failed: () => undefined });
    await handle.close();
    expect(device.isReading).toBe(true);
  });

  it('keeps what a listener throws out of the hands of the device', async () => {
    const listeners = new Map<string, (value: unknown) => void>();
    vi.doMock('node-hid', () => ({
      default: {
        setDriverType: () => undefined,
        getHidapiVersion: () => '0.15.0',
        HIDAsync: {
          open: async () => ({
            on: (event: string, run: (value: unknown) => void) => listeners.set(event, run),
            close: async () => undefined,
          }),
        },
      },
    }));
    const { loadNodeHid } = await import('../../../drivers/hid/library.ts');
    const failures: string[] = [];
    const reports: Uint8Array[] = [];
    const library = await loadNodeHid();
    await library.open('/dev/hidraw0', {
      report: (bytes) => reports.push(bytes),
      failed: (text) => failures.push(text),
    });
    listeners.get('data')?.(Buffer.from([1]));
    expect(reports).toHaveLength(0); // not inside node-hid's own try
    await Promise.resolve();
    expect(reports).toHaveLength(1);
    listeners.get('error')?.('could not read from HID device');
    expect(failures).toEqual(['could not read from HID device']);
  });
});
