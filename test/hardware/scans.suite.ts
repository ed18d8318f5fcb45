/** Every scan arrives, in order, without a wrong character: five kinds of scanner, open at once by the agent's user. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { plugOneOfEach, type ScannerOfTheLab, scanText } from './lab/counter.ts';
import { FULL } from './lab/lab.ts';
import type { Machine } from './lab/machine.ts';
import { ScanLog } from './lab/scan-log.ts';

const SCANS = FULL ? 500 : 50;
/** A wedge's read is 64 reports; emulated on a busy machine each may take 40 ms, else 2. */
const SCAN_MS_MAX = 3_000;
const KINDS = ['hid-pos', 'wedge', 'cdc-acm', 'ftdi', 'rs-232'] as const;

const TEST_MS = 600_000;

export function describeScans(booted: () => Machine): void {
  let scanners: readonly ScannerOfTheLab[];
  let unplug: () => Promise<void>;
  let log: ScanLog;

  beforeAll(async () => {
    ({ scanners, unplug } = await plugOneOfEach(booted()));
    log = await ScanLog.start(
      booted(),
      scanners.map(({ config }) => config),
    );
    for (const { config } of scanners) await log.state(config.name, 'ready');
  }, TEST_MS);
  afterAll(async () => {
    await log?.close();
    await unplug?.();
  }, TEST_MS);

  it.each(KINDS)(
    '%s: every scan arrives once, in order, with every character right',
    async (kind) => {
      const scanner = scanners.find(({ config }) => config.name === kind);
      if (scanner === undefined) throw new Error(`no scanner ${kind}`);
      const from = log.events.length;
      const texts = Array.from({ length: SCANS }, (_, i) => scanText(i));
      for (const text of texts) {
        const before = log.events.length;
        await scanner.scan(text);
        await log.frame(kind, text, before);
      }
      expect(log.texts(kind, from)).toEqual(texts);
      const { statistics } = await log.holdings();
      expect(statistics[kind]?.dropped).toEqual({ TOO_LONG: 0, CUT: 0, EMPTY: 0, UNDECODABLE: 0 });
    },
    SCANS * SCAN_MS_MAX,
  );

  it(
    'all five at once: each lane has its own scans, whole and in order',
    async () => {
      const from = log.events.length;
      const each = FULL ? 50 : 5;
      await Promise.all(
        scanners.map(async ({ config, scan }, lane) => {
          for (let i = 0; i < each; i += 1) {
            const text = scanText(1_000 * (lane + 1) + i);
            const before = log.events.length;
            await scan(text);
            await log.frame(config.name, text, before);
          }
        }),
      );
      scanners.forEach(({ config: { name } }, lane) => {
        const wanted = Array.from({ length: each }, (_, i) => scanText(1_000 * (lane + 1) + i));
        expect(log.texts(name, from)).toEqual(wanted);
      });
    },
    TEST_MS,
  );

  it(
    'a HID-POS read longer than one report is put together, with its identifier',
    async () => {
      const pos = scanners.find(({ config }) => config.name === 'hid-pos');
      if (pos === undefined) throw new Error('no HID-POS scanner');
      const text = `${scanText(1)}${'0123456789'.repeat(9)}`;
      const from = log.events.length;
      await pos.scan(text);
      expect((await log.frame('hid-pos', text, from)).symbology).toBe(']C0');
    },
    TEST_MS,
  );
}
