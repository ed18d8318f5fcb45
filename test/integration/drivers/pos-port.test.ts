import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  openPosPort,
  type PosPort,
  type PosPortOptions,
  type PosPortState,
} from '../../../drivers/pos-port.ts';
import { openSerial } from '../../../drivers/serial.ts';
import { type Listening, listening, realClock } from './listening.ts';
import { until } from './tty-pair.ts';

const CARTON = '8801234567893';
let folder: string;
let path: string;
let states: PosPortState[];
const undo: (() => Promise<void>)[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kona-pos-'));
  path = join(folder, 'pos-scanner');
  states = [];
});
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
  rmSync(folder, { recursive: true, force: true });
});

function port(options: Partial<PosPortOptions> = {}): PosPort {
  const made = openPosPort({ path, ...options }, realClock, (state) => states.push(state));
  undo.push(() => made.close());
  return made;
}

/** A POS program that opens the port as it would a scanner's. */
function posProgram(): Listening {
  const pos = listening((clock, listener) =>
    openSerial({ name: 'pos', path, suffix: 'CR' }, clock, listener),
  );
  undo.push(() => pos.scanner.close());
  return pos;
}

describe('the virtual serial port', () => {
  it('gives a POS program what the till passes on, as a scanner would', async () => {
    const made = port();
    const pos = posProgram();
    await until(() => made.state() === 'open');
    expect(made.send(CARTON)).toBe(true);
    expect(made.send('two\r\nlines')).toBe(true);
    await until(() => pos.frames.length === 2);
    expect(pos.texts()).toEqual([CARTON, 'twolines']);
    expect([made.sent(), made.dropped()]).toEqual([2, 0]);
  });

  it('keeps nothing for a POS program that is not there', async () => {
    const made = port();
    await until(() => existsSync(path));
    expect(made.send('old')).toBe(false);
    const pos = posProgram();
    await until(() => made.state() === 'open');
    made.send(CARTON);
    await until(() => pos.frames.length === 1);
    expect(pos.texts()).toEqual([CARTON]);
    expect(made.dropped()).toBe(1);
  });

  it('is there again after the POS program was ended and started', async () => {
    const made = port();
    for (let round = 1; round <= 3; round += 1) {
      const pos = posProgram();
      await until(() => made.state() === 'open');
      made.send(`${CARTON}${round}`);
      await until(() => pos.frames.length === 1);
      expect(pos.texts()).toEqual([`${CARTON}${round}`]);
      await pos.scanner.close();
      await until(() => made.state() === 'waiting');
    }
    expect(states.filter((state) => state === 'open')).toHaveLength(3);
  });

  it('says that it cannot be made, and takes its name away when it is closed', async () => {
    const broken = port({ command: join(folder, 'no-such-program') });
    await until(() => broken.state() === 'unavailable');
    expect(broken.send(CARTON)).toBe(false);
    const made = port();
    await until(() => existsSync(path));
    await made.close();
    await made.close();
    expect(existsSync(path)).toBe(false);
    expect(made.state()).toBe('closed');
  });

  it('refuses a path that socat would take for options', () => {
    expect(() => port({ path: '/tmp/x,exec=y' })).toThrow(RangeError);
  });
});
