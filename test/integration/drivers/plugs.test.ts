/**
 * Plugged again and again, every driver at once: nothing is left behind. Serial over real ttys, tcp over real sockets, HID
 * over a tree of our own with a stand-in for node-hid (the hardware tests use the kernel's own devices).
 * `npm test` runs a short share, `npm run prove -- plugs` a thousand cycles of each.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import type { HidEvents, HidLibrary } from '../../../drivers/hid/library.ts';
import { type HidSurroundings, openHidKeyboard, openHidPos } from '../../../drivers/hid-scanner.ts';
import { openSerial } from '../../../drivers/serial.ts';
import { openTcp } from '../../../drivers/tcp.ts';
import { leftBehind, type ProcessHoldings, processHoldings } from '../../hardware/guest/holdings.ts';
import { KEYBOARD_DESCRIPTOR, POS_DESCRIPTOR, posReports, typed } from '../../unit/drivers/hid-reports.ts';
import { SysfsTree } from '../../unit/drivers/sysfs-tree.ts';
import { type Listening, listening } from './listening.ts';
import { openTtyPair, until } from './tty-pair.ts';

const CYCLES = Number(process.env.KONA_TILL_PLUG_CYCLES ?? 40);
const SHARES = 4;
/** What is compiled, cached and allocated once is so after these. */
const WARM_UP_CYCLES = 10;
/** A scan is made in every so many cycles, and half of one before every other unplug. */
const SCAN_EVERY = 10;
const CYCLE_MS_MAX = 20_000;
/** One forgotten connection with its framer is more than a kilobyte. */
const HEAP_KB_SLACK = 768;
const HEAP_KB_PER_CYCLE = 0.3;
/** Resident memory is judged where the runtime's young generation is as small as the service's: it keeps a large one. */
const IS_RESIDENT_JUDGED = (process.env.NODE_OPTIONS ?? '').includes('--max-semi-space-size=2');
/** After the first quarter: 3.3 MB were seen in 900 cycles of four scanners. */
const RESIDENT_KB_GROWTH_MAX = 12_288;
/** What was closed is gone when nothing has changed for so long. */
const SETTLED_MS = 500;
const SCAN = 'CHARGE9410000000000005123010000';

interface Plug {
  readonly till: Listening;
  plug(cycle: number): Promise<void>;
  unplug(cycle: number): Promise<void>;
  scan(): Promise<void>;
  half(): Promise<void>;
  /** Connections of the device's side that the till has not closed. */
  leftOpen(): number;
}

const undo: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

async function serialPlug(): Promise<Plug> {
  const pair = await openTtyPair();
  undo.push(() => pair.remove());
  const till = listening((clock, listener) =>
    openSerial({ name: 'serial', path: pair.tillPath }, clock, listener),
  );
  return {
    till,
    plug: () => pair.plug(),
    unplug: () => pair.unplug(),
    scan: () => pair.write(`${SCAN}\r`),
    half: () => pair.write(SCAN.slice(0, 9)),
    leftOpen: () => 0,
  };
}

async function tcpPlug(): Promise<Plug> {
  let server: Server | null = null;
  const sockets = new Set<Socket>();
  let port = 0;
  const plug = async (): Promise<void> => {
    const made = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.once('close', () => sockets.delete(socket));
    });
    server = made;
    await new Promise<void>((resolve) => made.listen(port, '127.0.0.1', resolve));
    const address = made.address();
    if (address !== null && typeof address !== 'string') port = address.port;
  };
  const unplug = async (): Promise<void> => {
    const made = server;
    server = null;
    if (made === null) return;
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => made.close(resolve));
  };
  await plug();
  undo.push(unplug);
  const till = listening((clock, listener) =>
    openTcp({ name: 'tcp', host: '127.0.0.1', port }, clock, listener),
  );
  const write = async (text: string): Promise<void> => {
    for (const socket of sockets) socket.write(text);
  };
  return {
    till,
    plug,
    unplug,
    scan: () => write(`${SCAN}\r`),
    half: () => write(SCAN.slice(0, 9)),
    leftOpen: () => 0,
  };
}

/** Stands in for node-hid: remembers the open handles and nothing else. */
class OpenHandles implements HidLibrary {
  readonly held = new Set<HidEvents>();

  async open(_path: string, events: HidEvents) {
    this.held.add(events);
    return {
      sendFeature: async () => undefined,
      close: async () => {
        this.held.delete(events);
      },
    };
  }

  report(bytes: Uint8Array): void {
    for (const events of this.held) events.report(bytes);
  }
}

function hidPlug(kind: 'pos' | 'keyboard'): Plug {
  const tree = new SysfsTree();
  const handles = new OpenHandles();
  undo.push(() => tree.remove());
  const surroundings: HidSurroundings = { roots: tree.roots, library: async () => handles };
  // The kernel gives the lowest free number, which is not always the one before.
  const node = (cycle: number): string => `hidraw${cycle % 3}`;
  const descriptor = kind === 'pos' ? POS_DESCRIPTOR : KEYBOARD_DESCRIPTOR;
  const plug = async (cycle: number): Promise<void> =>
    tree.plugHidraw(node(cycle), { port: '1-2' }, descriptor, true);
  const open = kind === 'pos' ? openHidPos : openHidKeyboard;
  void plug(0);
  const till = listening((clock, listener) =>
    open({ name: kind, vendorId: '0c2e' }, clock, listener, surroundings),
  );
  // New ones for each read: the decoder wipes what it has read.
  const reports = (): Buffer[] => (kind === 'pos' ? posReports(SCAN) : typed(`${SCAN}\r`, 'US'));
  const unfinished = (): Buffer[] =>
    kind === 'pos' ? posReports('x'.repeat(100)).slice(0, 1) : reports().slice(0, 9);
  return {
    till,
    plug: (cycle) => plug(cycle + 1),
    unplug: async (cycle) => tree.unplug('hidraw', node(cycle)),
    scan: async () => {
      for (const report of reports()) handles.report(report);
    },
    half: async () => {
      for (const report of unfinished()) handles.report(report);
    },
    leftOpen: () => handles.held.size,
  };
}

async function cycleOnce(plug: Plug, cycle: number): Promise<void> {
  const { till } = plug;
  if (cycle % SCAN_EVERY === 0) {
    const before = till.frames.length;
    await plug.scan();
    await until(() => till.frames.length === before + 1);
  } else if (cycle % 2 === 0) await plug.half();
  await plug.unplug(cycle);
  await until(() => till.state() === 'unplugged');
  await plug.plug(cycle);
  await until(() => till.state() === 'ready');
}

/** Runs cycles of all devices side by side: one that is held up by another is found, too. */
async function run(plugs: readonly Plug[], from: number, count: number): Promise<void> {
  await Promise.all(
    plugs.map(async (plug) => {
      for (let cycle = from; cycle < from + count; cycle += 1) {
        await cycleOnce(plug, cycle);
        plug.till.statuses.length = 0; // the test's own memory is not the drivers'
      }
    }),
  );
}

/** When nothing is on its way any more: handles that were closed have their `close` behind them. */
async function settled(plugs: readonly Plug[]): Promise<ProcessHoldings> {
  await until(() => plugs.every(({ till }) => till.state() === 'ready'));
  let last = processHoldings();
  let sinceMs = performance.now();
  await until(() => {
    const now = processHoldings();
    const isSame =
      now.descriptors === last.descriptors &&
      JSON.stringify(now.resources) === JSON.stringify(last.resources);
    last = now;
    if (!isSame) sinceMs = performance.now();
    return performance.now() - sinceMs >= SETTLED_MS;
  });
  return last;
}

it(
  `a serial, a network, a HID-POS and a keyboard scanner, plugged ${CYCLES} times each: nothing is left behind`,
  async () => {
    const plugs = [await serialPlug(), await tcpPlug(), hidPlug('pos'), hidPlug('keyboard')];
    undo.push(async () => {
      for (const { till } of plugs) await till.scanner.close();
    });
    await until(() => plugs.every(({ till }) => till.state() === 'ready'));
    await run(plugs, 0, WARM_UP_CYCLES);
    const before = await settled(plugs);
    const shares = [before];
    for (let share = 0; share < SHARES; share += 1) {
      await run(plugs, WARM_UP_CYCLES + (share * CYCLES) / SHARES, CYCLES / SHARES);
      shares.push(await settled(plugs));
    }
    const after = shares.at(-1) ?? before;
    const each = (what: (held: ProcessHoldings) => number): string => shares.map(what).join(' ');
    process.stdout.write(
      `${CYCLES} plug cycles of four scanners, at their begin and after each quarter: descriptors ` +
        `${each((held) => held.descriptors)}, resident memory ${each((held) => held.residentKb)} KiB, heap ` +
        `${each((held) => held.heapKb)} KiB, libraries ${each((held) => held.nativeKb)} KiB, processor time ${after.cpuMs - before.cpuMs} ms\n`,
    );
    expect(leftBehind(before, after)).toEqual([]);
    expect(after.heapKb - before.heapKb).toBeLessThan(HEAP_KB_SLACK + CYCLES * HEAP_KB_PER_CYCLE);
    if (IS_RESIDENT_JUDGED) {
      const growthKb = after.residentKb - (shares[1] ?? before).residentKb;
      expect(growthKb, 'growth of resident memory after the first quarter').toBeLessThan(
        RESIDENT_KB_GROWTH_MAX,
      );
    }
    for (const { till, leftOpen } of plugs) {
      expect(till.scanner.statistics().connects, till.scanner.name).toBe(1 + WARM_UP_CYCLES + CYCLES);
      expect(leftOpen()).toBeLessThanOrEqual(1);
      expect(new Set(till.texts()), till.scanner.name).toEqual(new Set([SCAN]));
    }
  },
  CYCLES * CYCLE_MS_MAX + 120_000,
);
