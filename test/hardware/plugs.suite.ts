/** Unplugged, replugged, elsewhere, with a twin, without permission: it comes back by itself, and nothing is left behind. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leftBehind } from './guest/holdings.ts';
import { cdc, hidPos, portPathOf, scanText, serialBytes } from './lab/counter.ts';
import { type Gadget, hidPosReports, shell } from './lab/gadgets.ts';
import { FULL } from './lab/lab.ts';
import type { Machine } from './lab/machine.ts';
import { ScanLog } from './lab/scan-log.ts';

/** `KONA_TILL_PLUG_CYCLES` cuts the thousand into shares for a machine that cannot be given away for an hour. */
const CYCLES = Number(process.env.KONA_TILL_PLUG_CYCLES ?? (FULL ? 1_000 : 20));
const CYCLE_MS_MAX = 10_000;
const ROUNDS = FULL ? 12 : 2;
const LOSS_MS_MAX = 1_000;
const RETURN_MS_MAX = 2_000;
/**
 * The guest is emulated on a machine that does other things: a few of its milliseconds may take seconds. The promise is
 * held against the median; the slowest is only bounded.
 */
const SLOWEST_MS_MAX = 15_000;
/** Compiled code and caches grow a little at first; one forgotten connection with its decoder is more than a kilobyte. */
const HEAP_KB_SLACK = 1_024;
const HEAP_KB_PER_CYCLE = 0.3;
const TEST_MS = 600_000;
const KINDS = ['hid-pos', 'cdc-acm'] as const;
type Kind = (typeof KINDS)[number];

interface Plugged {
  readonly gadget: Gadget;
  scan(text: string): Promise<unknown>;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** The names of the kernel's interfaces appear some time after the plug: the return counts from the device node on. */
async function nodeMonoMs(machine: Machine, kind: Kind): Promise<number> {
  const node = kind === 'hid-pos' ? '/dev/hidraw*' : '/dev/ttyACM*';
  const script = `for i in $(busybox seq 2000); do for f in ${node}; do [ -e $f ] && exit 0; done; busybox usleep 5000; done; exit 1`;
  return (await machine.run(['/bin/sh', '-c', script])).endMonoMs;
}

export function describePlugs(booted: () => Machine): void {
  let machine: Machine;
  let log: ScanLog;
  let plugged: Readonly<Record<Kind, Plugged>>;

  beforeAll(async () => {
    machine = booted();
    const pos = await hidPos(machine, 0, '05e0', 'P');
    const acm = await cdc(machine, 1, '05f9', 'C');
    plugged = {
      'hid-pos': { gadget: pos, scan: (text) => machine.reports(pos.port, hidPosReports(text)) },
      'cdc-acm': { gadget: acm, scan: (text) => machine.reports(acm.port, [serialBytes(text)]) },
    };
    // The agent is started before its scanners are plugged in.
    log = await ScanLog.start(machine, [
      { driver: 'hid-pos', name: 'hid-pos', vendorId: '05e0' },
      { driver: 'serial', name: 'cdc-acm', vendorId: '05f9' },
    ]);
    for (const kind of KINDS) await log.state(kind, 'unplugged');
    for (const kind of KINDS) await plugged[kind].gadget.plug();
    for (const kind of KINDS) await log.state(kind, 'ready');
  }, TEST_MS);
  afterAll(async () => {
    await log?.close();
  }, TEST_MS);

  async function replug(kind: Kind): Promise<void> {
    const from = log.events.length;
    await plugged[kind].gadget.plug();
    await log.state(kind, 'ready', from);
  }

  async function scanArrives(kind: Kind, number: number): Promise<void> {
    const from = log.events.length;
    await plugged[kind].scan(scanText(number));
    await log.frame(kind, scanText(number), from);
  }

  it.each(KINDS)(
    `%s, plugged ${CYCLES} times: seen as lost, back by itself, and nothing is left behind`,
    async (kind) => {
      const { gadget } = plugged[kind];
      const [lossMs, returnMs]: number[][] = [[], []];
      const before = await log.holdings();
      for (let cycle = 0; cycle < CYCLES; cycle += 1) {
        const from = log.events.length;
        const pulledMonoMs = await gadget.unplug();
        lossMs?.push((await log.state(kind, 'unplugged', from)).monoMs - pulledMonoMs);
        const again = log.events.length;
        await gadget.plug();
        const thereMonoMs = await nodeMonoMs(machine, kind);
        returnMs?.push((await log.state(kind, 'ready', again)).monoMs - thereMonoMs);
        if (cycle % 50 === 0) await scanArrives(kind, cycle);
      }
      const after = await log.holdings();
      const [loss, back] = [lossMs ?? [], returnMs ?? []];
      process.stdout.write(
        `${kind}, ${CYCLES} plug cycles: loss shown in ${median(loss)} ms (slowest ${Math.max(...loss)}), back ` +
          `${median(back)} ms after the node (slowest ${Math.max(...back)}), emulated; resident memory ` +
          `${before.residentKb} -> ${after.residentKb} KiB, heap ${before.heapKb} -> ${after.heapKb} KiB\n`,
      );
      expect(leftBehind(before, after)).toEqual([]);
      expect(after.heapKb - before.heapKb).toBeLessThan(HEAP_KB_SLACK + CYCLES * HEAP_KB_PER_CYCLE);
      expect(after.statistics[kind]?.connects).toBe((before.statistics[kind]?.connects ?? 0) + CYCLES);
      expect(median(loss)).toBeLessThan(LOSS_MS_MAX);
      expect(median(back)).toBeLessThan(RETURN_MS_MAX);
      expect(Math.max(...loss, ...back)).toBeLessThan(SLOWEST_MS_MAX);
    },
    CYCLES * CYCLE_MS_MAX + TEST_MS,
  );

  it.each(KINDS)(
    '%s, unplugged in mid-frame: the half is dropped and glues to nothing',
    async (kind) => {
      const long = `${scanText(0)}${'9'.repeat(60)}`;
      const half =
        kind === 'hid-pos'
          ? hidPosReports(long).slice(0, 1)
          : [Buffer.from(scanText(0).slice(0, 17), 'latin1').toString('hex')];
      for (let round = 0; round < ROUNDS; round += 1) {
        const from = log.events.length;
        await machine.reports(plugged[kind].gadget.port, half);
        await plugged[kind].gadget.unplug();
        await log.state(kind, 'unplugged', from);
        await replug(kind);
        await scanArrives(kind, round);
        expect(log.texts(kind, from)).toEqual([scanText(round)]);
      }
    },
    TEST_MS,
  );

  it.each(KINDS)(
    '%s, unplugged right after data: noticed, no spinning processor, whole frames only',
    async (kind) => {
      const { gadget } = plugged[kind];
      const pieces = kind === 'hid-pos' ? hidPosReports(scanText(7)) : [serialBytes(scanText(7))];
      const escaped = (pieces[0] ?? '').replace(/../g, '\\x$&');
      for (let round = 0; round < ROUNDS; round += 1) {
        const from = log.events.length;
        await shell(machine, `busybox printf '${escaped}' > ${gadget.port}; ${gadget.unplugCommand}`);
        await log.state(kind, 'unplugged', from);
        const idle = await log.holdings();
        await shell(machine, 'busybox sleep 1');
        const still = await log.holdings();
        expect(still.cpuMs - idle.cpuMs, 'processor time while unplugged').toBeLessThan(
          0.6 * (still.monoMs - idle.monoMs),
        );
        await replug(kind);
        await scanArrives(kind, 100 + round);
        const seen = log.texts(kind, from);
        expect([[scanText(100 + round)], [scanText(7), scanText(100 + round)]]).toContainEqual(seen);
      }
    },
    TEST_MS,
  );

  it(
    'a device that comes back in another socket is found there',
    async () => {
      const { gadget } = plugged['cdc-acm'];
      for (const controller of [2, 1]) {
        const from = log.events.length;
        await gadget.unplug();
        await log.state('cdc-acm', 'unplugged', from);
        const again = log.events.length;
        await gadget.plug(controller);
        await log.state('cdc-acm', 'ready', again);
        await scanArrives('cdc-acm', 200 + controller);
      }
    },
    TEST_MS,
  );

  it(
    'a permission that comes late is waited for; one that stays away is told, and mended without a restart',
    async () => {
      const { gadget } = plugged['cdc-acm'];
      const from = log.events.length;
      await gadget.unplug();
      await log.state('cdc-acm', 'unplugged', from);
      const rule = '/run/udev/rules.d/99-late.rules';
      await machine.write(
        rule,
        'SUBSYSTEM=="tty", ATTRS{idVendor}=="05f9", OWNER="root", GROUP="root", MODE="0000"\n',
      );
      await shell(machine, 'udevadm control --reload');
      const again = log.events.length;
      await gadget.plug();
      const told = await log.state('cdc-acm', 'fault', again);
      expect(told.problem).toBe('PERMISSION');
      await shell(
        machine,
        `rm ${rule}; udevadm control --reload; chown root:kona-till /dev/ttyACM*; chmod 0660 /dev/ttyACM*`,
      );
      await log.state('cdc-acm', 'ready', again);
      await scanArrives('cdc-acm', 300);
    },
    TEST_MS,
  );

  it(
    'the shipped rules are in force on what is plugged in: group, no modem manager, no power saving',
    async () => {
      const lines = [
        'for f in /dev/ttyACM* /dev/hidraw*; do busybox stat -c "%a %G" $f; done',
        'for f in /dev/ttyACM*; do udevadm info -q property -n $f; done',
        'for d in /sys/bus/usb/devices/*; do [ -e $d/idVendor ] || continue; ' +
          'echo "$(cat $d/idVendor) power=$(cat $d/power/control)"; done',
      ];
      const said = await shell(machine, lines.join('; '));
      expect(said.match(/^\d+ \S+$/gm)).toEqual(['660 kona-till', '660 kona-till']);
      expect(said).toContain('ID_MM_DEVICE_IGNORE=1');
      expect(said).toContain('05f9 power=on');
      expect(said).toContain('05e0 power=on');
    },
    TEST_MS,
  );

  describe('two identical scanners', () => {
    it(
      'are told apart by their place, whatever numbers they get; unnamed, neither is opened',
      async () => {
        const places = [await portPathOf(machine, 2), await portPathOf(machine, 3)];
        const twins = [await cdc(machine, 2, '0c2e', 'SAME'), await cdc(machine, 3, '0c2e', 'SAME')];
        const named = await ScanLog.start(machine, [
          { driver: 'serial', name: 'left', vendorId: '0c2e', portPath: places[0] ?? '' },
          { driver: 'serial', name: 'right', vendorId: '0c2e', portPath: places[1] ?? '' },
          { driver: 'serial', name: 'either', vendorId: '0c2e', productId: '0caa' },
        ]);
        const devices: string[][] = [];
        const neitherIsOpened = async (): Promise<void> => {
          const alone = await ScanLog.start(machine, [{ driver: 'serial', name: 'any', vendorId: '0c2e' }]);
          await expect.poll(() => alone.events.at(-1)?.problem).toBe('AMBIGUOUS');
          await alone.close();
        };
        for (const order of [
          [0, 1],
          [1, 0],
        ] as const) {
          const from = named.events.length;
          for (const side of order) await twins[side]?.plug();
          devices.push([]);
          for (const [side, name] of ['left', 'right'].entries()) {
            const { device } = await named.state(name, 'ready', from);
            devices.at(-1)?.push(device ?? '');
            const text = scanText(400 + side);
            await machine.reports(twins[side]?.port ?? '', [serialBytes(text)]);
            await named.frame(name, text, from);
          }
          if (devices.length === 1) await neitherIsOpened();
          const gone = named.events.length;
          for (const twin of twins) await twin.unplug();
          for (const name of ['left', 'right']) await named.state(name, 'unplugged', gone);
        }
        expect(devices[1], 'the numbers were exchanged').toEqual(devices[0]?.toReversed());
        const taken = named.events.filter(({ source, state }) => source === 'either' && state === 'ready');
        expect(taken, 'what others name more exactly is never taken').toEqual([]);
        await named.close();
      },
      TEST_MS,
    );
  });
}
