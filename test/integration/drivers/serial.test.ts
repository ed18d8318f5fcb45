import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openScanner } from '../../../drivers/open.ts';
import { openSerial, type SerialOptions } from '../../../drivers/serial.ts';
import { type Listening, listening } from './listening.ts';
import { openTtyPair, type TtyPair, until } from './tty-pair.ts';

const CHARGE = 'CHARGE9410000000000005123010000';
const REFUND = 'REFUND9410000000000005456020000';

let pair: TtyPair;
const opened: Listening[] = [];

function open(options: Partial<SerialOptions> = {}): Listening {
  const one = listening((clock, listener) =>
    openScanner(
      { driver: 'serial', name: 'counter', path: pair.tillPath, suffix: 'CR', ...options },
      clock,
      listener,
    ),
  );
  opened.push(one);
  return one;
}

/** Open descriptors of this process that lead to a tty of the pair's kind. */
function ttyDescriptors(): number {
  return readdirSync('/proc/self/fd').length;
}

beforeEach(async () => {
  pair = await openTtyPair();
});
afterEach(async () => {
  for (const { scanner } of opened.splice(0)) await scanner.close();
  await pair.remove();
});

describe('the serial driver over a real tty', () => {
  it('delivers every scan with its source, in order, and counts them', async () => {
    const { scanner, frames, texts, state } = open();
    await until(() => state() === 'ready');
    for (let i = 0; i < 50; i += 1) await pair.write(`${i % 2 === 0 ? CHARGE : REFUND}\r`);
    await until(() => frames.length === 50);
    expect(texts()).toEqual(Array.from({ length: 50 }, (_, i) => (i % 2 === 0 ? CHARGE : REFUND)));
    expect(frames[0]).toMatchObject({ source: 'counter' });
    expect(scanner.statistics()).toMatchObject({ frames: 50, connects: 1, dropped: { CUT: 0, TOO_LONG: 0 } });
    expect(scanner.statistics().lastFrameMonoMs).toBe(frames[49]?.monoMs);
  });

  it('puts a scan together that arrives byte by byte', async () => {
    const { frames, texts, state } = open();
    await until(() => state() === 'ready');
    for (const character of `${CHARGE}\r`) await pair.write(character);
    await until(() => frames.length === 1);
    expect(texts()).toEqual([CHARGE]);
  });

  it('drops a flood without end and reads the next scan', async () => {
    const { scanner, frames, texts, state } = open();
    await until(() => state() === 'ready');
    for (let i = 0; i < 20; i += 1) await pair.write('9'.repeat(500));
    await pair.write(`\r${CHARGE}\r`);
    await until(() => frames.length === 1);
    expect(texts()).toEqual([CHARGE]);
    expect(scanner.statistics().dropped.TOO_LONG).toBe(1);
  });

  it('ends frames by silence where the device sends no suffix', async () => {
    const { frames, texts, state } = open({ suffix: 'none', idleMs: 60 });
    await until(() => state() === 'ready');
    await pair.write(CHARGE);
    await until(() => frames.length === 1);
    await pair.write(REFUND);
    await until(() => frames.length === 2);
    expect(texts()).toEqual([CHARGE, REFUND]);
  });

  it('waits for a scanner that is not there yet', async () => {
    await pair.unplug();
    const { frames, state, scanner } = open();
    await until(() => scanner.status().problem?.code === 'NOT_FOUND');
    expect(state()).toBe('unplugged');
    await pair.plug();
    await until(() => state() === 'ready', 4000);
    await pair.write(`${CHARGE}\r`);
    await until(() => frames.length === 1);
  });

  // The promise is one second and two; the waits leave a busy machine as much again.
  it('shows an unplugged scanner at once and is back soon after its return', async () => {
    const { frames, state, scanner } = open();
    await until(() => state() === 'ready');
    await pair.unplug();
    await until(() => state() === 'unplugged', 2000);
    await pair.plug();
    await until(() => state() === 'ready', 4000);
    await pair.write(`${CHARGE}\r`);
    await until(() => frames.length === 1);
    expect(scanner.statistics().connects).toBe(2);
  });

  it('notices an unplug right after data, 10 times of 10, and loses no finished scan', async () => {
    const { frames, state, scanner } = open();
    for (let round = 1; round <= 10; round += 1) {
      await until(() => state() === 'ready', 4000);
      await pair.write(`${CHARGE}\r`);
      await until(() => frames.length === round);
      await pair.write(CHARGE.slice(0, 9));
      await pair.unplug();
      await until(() => state() === 'unplugged', 2500);
      await pair.plug();
    }
    await until(() => state() === 'ready', 4000);
    await pair.write(`${REFUND}\r`);
    await until(() => frames.length === 11);
    expect(frames.at(-1)?.text).toBe(REFUND);
    expect(frames.every(({ text }) => text.length === 31)).toBe(true);
    expect(scanner.statistics().frames).toBe(11);
  });

  it('never joins half a scan from before an unplug with what comes after it', async () => {
    const { scanner, frames, texts, state } = open();
    await until(() => state() === 'ready');
    await pair.write(CHARGE.slice(0, 20));
    await pair.unplug();
    await until(() => state() === 'unplugged', 2500);
    await pair.plug();
    await until(() => state() === 'ready', 4000);
    await pair.write(`${CHARGE.slice(20)}\r${REFUND}\r`);
    await until(() => frames.length === 2);
    expect(texts()).toEqual([CHARGE.slice(20), REFUND]);
    expect(scanner.statistics().dropped.CUT).toBeLessThanOrEqual(1);
  });

  it('says that another program holds the device, and takes it over when that lets go', async () => {
    const first = open();
    await until(() => first.state() === 'ready');
    const second = open({ name: 'second' });
    await until(() => second.scanner.status().problem?.code === 'BUSY');
    expect(second.state()).toBe('fault');
    await first.scanner.close();
    await until(() => second.state() === 'ready', 4000);
  });

  it('leaves no descriptor, no timer and no call behind when it is closed', async () => {
    const before = ttyDescriptors();
    const { scanner, frames, statuses, state } = open();
    await until(() => state() === 'ready');
    await pair.write(CHARGE.slice(0, 9));
    const closing = scanner.close();
    expect(scanner.close()).toBe(closing);
    await closing;
    const said = statuses.length;
    await pair.unplug();
    await pair.plug();
    await pair.write(`${CHARGE}\r`);
    await until(() => ttyDescriptors() <= before);
    expect(frames).toEqual([]);
    expect(statuses).toHaveLength(said);
    expect(state()).toBe('closed');
  });

  it('can be closed before the first attempt to open it', async () => {
    const { scanner, statuses } = listening((clock, listener) =>
      openSerial({ name: 'counter', path: pair.tillPath }, clock, listener),
    );
    await scanner.close();
    expect(statuses).toEqual([]);
    expect(scanner.status().state).toBe('closed');
  });

  it('does not let go of DTR when it closes: some devices would reset or change their mode', async () => {
    const settings = (): string => execFileSync('stty', ['-F', pair.tillPath, '-a'], { encoding: 'utf8' });
    execFileSync('stty', ['-F', pair.tillPath, 'hupcl']);
    expect(settings()).toMatch(/ hupcl/);
    const { state } = open();
    await until(() => state() === 'ready');
    await until(() => / -hupcl/.test(settings()));
  });
});
