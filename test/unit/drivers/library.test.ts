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
