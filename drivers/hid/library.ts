/**
 * The one place that touches node-hid. It is loaded when the first HID scanner is opened: without the system library
 * libusb-1.0 it cannot be loaded at all, and everything else must run.
 */
import { OpenFailure } from '../lane.ts';

export interface HidHandle {
  /** Rejects when the device does not know the report; never a reason to close. */
  sendFeature(report: readonly number[]): Promise<void>;
  /** Must be called after a failure too, or the replugged device gets another number. */
  close(): Promise<void>;
}

export interface HidEvents {
  report(bytes: Uint8Array): void;
  failed(text: string): void;
}

export interface HidLibrary {
  /** Opens a hidraw node and starts reading it. */
  open(path: string, events: HidEvents): Promise<HidHandle>;
}

type NodeHid = typeof import('node-hid');
let loading: Promise<NodeHid> | undefined;

/** Throws `OpenFailure` LIBRARY_MISSING, again and again, until the library is there and the agent restarts. */
export async function loadNodeHid(): Promise<HidLibrary> {
  loading ??= load();
  const hid = await loading;
  return { open: (path, events) => openNode(hid, path, events) };
}

async function load(): Promise<NodeHid> {
  try {
    const imported: NodeHid & { readonly default?: NodeHid } = await import('node-hid');
    const hid = imported.default ?? imported;
    hid.setDriverType('hidraw');
    hid.getHidapiVersion(); // the native part is loaded by its first use
    return hid;
  } catch (error) {
    const text = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new OpenFailure(
      'LIBRARY_MISSING',
      `USB-HID scanners are off: the system library libusb-1.0 is missing (apt-get install libusb-1.0-0). ${text}`,
    );
  }
}

async function openNode(hid: NodeHid, path: string, events: HidEvents): Promise<HidHandle> {
  const device = await hid.HIDAsync.open(path);
  // node-hid turns whatever its listeners throw into a device error; a failed commit must end the process instead.
  device.on('data', (bytes: Uint8Array) => queueMicrotask(() => events.report(bytes)));
  // The error arrives as a string.
  device.on('error', (error: unknown) =>
    events.failed(error instanceof Error ? error.message : String(error)),
  );
  // The library starts to read in the next tick and throws there, where nobody can catch it, when the device was closed meanwhile.
  await new Promise<void>((begun) => process.nextTick(begun));
  return {
    sendFeature: async (report) => {
      await device.sendFeatureReport([...report]);
    },
    close: () => device.close(),
  };
}
