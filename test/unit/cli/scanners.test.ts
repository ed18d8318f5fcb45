/** `scanners`: what is plugged in (a small /sys of our own) and the live test (a real scanner on a socket). */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HidSurroundings } from '../../../drivers/hid-scanner.ts';
import { OpenFailure } from '../../../drivers/lane.ts';
import { listScanners } from '../../../drivers/list.ts';
import { DEFAULT_CODE_TABLE } from '../../../src/barcode/parse.ts';
import { TEST_CODES } from '../../../src/barcode/test-sheet.ts';
import type { Io } from '../../../src/cli/io.ts';
import { runCommandLine } from '../../../src/cli/program.ts';
import { CURES, checkKeystrokes } from '../../../src/cli/scanner-findings.ts';
import { type ScannerOutcome, ScannerTrial } from '../../../src/cli/scanner-test.ts';
import { scanners } from '../../../src/cli/scanners.ts';
import { KEYBOARD_DESCRIPTOR, POS_DESCRIPTOR } from '../drivers/hid-reports.ts';
import { SysfsTree } from '../drivers/sysfs-tree.ts';
import { SMALLEST } from '../ops/smallest.ts';

let folder = '';
let tree: SysfsTree;
let surroundings: HidSurroundings;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kona-till-scanners-'));
  tree = new SysfsTree();
  surroundings = {
    roots: tree.roots,
    library: async () => ({ open: () => Promise.reject(new OpenFailure('BUSY', 'not opened here')) }),
  };
});
afterEach(() => {
  tree.remove();
  rmSync(folder, { recursive: true, force: true });
});

function ioOf(): { io: Io; out: () => string; err: () => string } {
  let out = '';
  let err = '';
  const io: Io = {
    out: (text) => {
      out += `${text}\n`;
    },
    err: (text) => {
      err += `${text}\n`;
    },
    env: {},
    cwd: folder,
    isTty: false,
  };
  return { io, out: () => out, err: () => err };
}

/** A configuration file with these scanners. */
function configure(list: readonly unknown[]): string {
  const file = join(folder, 'till.jsonc');
  writeFileSync(file, JSON.stringify({ ...SMALLEST, scanners: list }));
  return file;
}

interface Listed {
  readonly ok: boolean;
  readonly devices: readonly {
    path: string;
    scanner: string | null;
    problems: { code: string; cure: string }[];
  }[];
  readonly scanners: readonly { name: string; state: string; text: string; mend: string | null }[];
}

async function list(configured: readonly unknown[]): Promise<{ code: number; value: Listed; text: string }> {
  const config = configure(configured);
  const json = ioOf();
  const code = await scanners(json.io, { config, json: true }, surroundings);
  const plain = ioOf();
  expect(await scanners(plain.io, { config }, surroundings)).toBe(code);
  return { code, value: JSON.parse(json.out()) as Listed, text: plain.out() };
}

const POS = { port: '1-3', vendor: '05e0', product: '1300' };

describe('scanners', () => {
  it('says by which scanner of the configuration each device would be opened', async () => {
    tree.plugHidraw('hidraw1', POS, POS_DESCRIPTOR);
    tree.plugTty('ttyUSB0', { port: '1-1', vendor: '0403', product: '6001' });
    const { code, value, text } = await list([{ name: 'counter', driver: 'auto' }]);
    expect(code).toBe(0);
    expect(value.ok).toBe(true);
    expect(value.devices.map(({ scanner }) => scanner)).toEqual(['counter', null]);
    expect(value.scanners).toMatchObject([{ name: 'scanner counter', state: 'ok' }]);
    expect(text).toContain('hid-pos');
  });

  it('writes the entry of the configuration for a scanner that it does not name', async () => {
    tree.plugHidraw('hidraw1', POS, POS_DESCRIPTOR);
    const { code, text } = await list([]);
    expect(code).toBe(0);
    expect(text).toContain('{"name":"counter","driver":"hid-pos","vendorId":"05e0","productId":"1300"}');
  });

  it.each<[string, object, string, string]>([
    ['is not there', { driver: 'hid-pos', vendorId: '0c2e' }, 'not plugged in', CURES.NOT_FOUND],
    [
      'offers another interface',
      { driver: 'hid-keyboard', vendorId: '05e0' },
      'offers hid-pos only',
      CURES.WRONG_INTERFACE,
    ],
    ['is one of two', { driver: 'hid-pos', vendorId: '05f9' }, '2 devices', CURES.AMBIGUOUS],
    ['is not told from another', { driver: 'auto' }, 'several scanners', CURES.AMBIGUOUS],
    [
      'has a path where nothing is',
      { driver: 'serial', path: '/dev/serial/by-id/nothing' },
      'is not there',
      CURES.NOT_FOUND,
    ],
  ])(
    'answers 1 and the cure when the scanner of the configuration %s',
    async (_name, scanner, text, cure) => {
      tree.plugHidraw('hidraw1', POS, POS_DESCRIPTOR);
      tree.plugHidraw('hidraw2', { port: '1-4', vendor: '05f9', product: '1' }, POS_DESCRIPTOR);
      tree.plugHidraw('hidraw3', { port: '1-5', vendor: '05f9', product: '1' }, POS_DESCRIPTOR);
      const listed = await list([{ name: 'counter', ...scanner }]);
      expect(listed.code).toBe(1);
      expect(listed.value.scanners).toMatchObject([
        { state: 'bad', text: expect.stringContaining(text), mend: cure },
      ]);
      expect(listed.text).toContain(`-> ${cure}`);
    },
  );

  it('tells two identical scanners apart by their place', async () => {
    tree.plugHidraw('hidraw2', { port: '1-4', vendor: '05f9', product: '1' }, POS_DESCRIPTOR);
    tree.plugHidraw('hidraw3', { port: '1-5', vendor: '05f9', product: '1' }, POS_DESCRIPTOR);
    const { code, value } = await list([
      { name: 'left', driver: 'hid-pos', portPath: '1-4' },
      { name: 'right', driver: 'hid-pos', portPath: '1-5' },
    ]);
    expect(code).toBe(0);
    expect(value.devices.map(({ scanner }) => scanner)).toEqual(['left', 'right']);
  });

  it('answers 1 for a keyboard scanner that types into the screen, until the rule is in force', async () => {
    tree.plugHidraw('hidraw0', { port: '1-2' }, KEYBOARD_DESCRIPTOR, false);
    const leaking = await list([{ name: 'wedge', driver: 'hid-keyboard' }]);
    expect(leaking.code).toBe(1);
    expect(leaking.value.devices[0]?.problems).toMatchObject([
      { code: 'KEYSTROKES_LEAK', cure: CURES.KEYSTROKES_LEAK },
    ]);
    expect(checkKeystrokes(await listScanners(surroundings))).toMatchObject({
      state: 'bad',
      text: expect.stringContaining('1-2'),
    });
    tree.remove();
    tree = new SysfsTree();
    surroundings = { ...surroundings, roots: tree.roots };
    expect(checkKeystrokes(await listScanners(surroundings)).text).toContain(
      'no scanner is in keyboard mode',
    );
    tree.plugHidraw('hidraw0', { port: '1-2' }, KEYBOARD_DESCRIPTOR, true);
    const quiet = await list([{ name: 'wedge', driver: 'hid-keyboard' }]);
    expect(quiet.code).toBe(0);
    expect(quiet.text).toContain('HID-POS'); // there is a better mode
    expect(checkKeystrokes(await listScanners(surroundings)).state).toBe('ok');
  });

  it('has a cure for a missing library', async () => {
    tree.plugHidraw('hidraw1', POS, POS_DESCRIPTOR);
    surroundings = {
      ...surroundings,
      library: async () => {
        throw new OpenFailure('LIBRARY_MISSING', 'libusb-1.0 is missing');
      },
    };
    const { code, text } = await list([{ name: 'counter', driver: 'auto' }]);
    expect(code).toBe(1);
    expect(text).toContain('apt-get install libusb-1.0-0');
  });
});

describe('scanners sheet', () => {
  it('writes the sheet, and overwrites nothing', async () => {
    const { io, out } = ioOf();
    expect(await runCommandLine(['scanners', 'sheet', 'sheet.html', '--json'], io)).toBe(0);
    const { file } = JSON.parse(out()) as { file: string };
    expect(readFileSync(file, 'utf8').match(/<svg/g)).toHaveLength(TEST_CODES.length);
    expect(await runCommandLine(['scanners', 'sheet', 'sheet.html'], io)).toBe(2);
  });
});

/** A scanner with a socket that reads something as soon as the till calls it. */
async function scannerOnSocket(reads: string): Promise<{ server: Server; config: string }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.write(reads);
  });
  server.on('close', () => {
    for (const socket of sockets) socket.destroy();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return { server, config: configure([{ name: 'net', driver: 'tcp', port }]) };
}

const SHEET = TEST_CODES.map(({ identifier, text }) => identifier + text);

async function test(
  reads: string,
  seconds: string,
): Promise<{ code: number; outcome: ScannerOutcome; err: string }> {
  const { server, config } = await scannerOnSocket(reads);
  const { io, out, err } = ioOf();
  const args = ['scanners', 'test', 'net', '--config', config, '--seconds', seconds, '--json'];
  const code = await runCommandLine(args, io);
  server.close();
  const [outcome] = (JSON.parse(out()) as { scanners: ScannerOutcome[] }).scanners;
  if (outcome === undefined) throw new Error('no outcome');
  return { code, outcome, err: err() };
}

describe('scanners test', () => {
  it('answers 0 when the whole sheet was read right by a scanner on a socket', async () => {
    const { code, outcome } = await test(`${SHEET.join('\r')}\r`, '2');
    expect(outcome.faults).toEqual([]);
    expect(outcome.codes.map(({ ok }) => ok)).toEqual(TEST_CODES.map(() => true));
    expect(code).toBe(0);
  });

  it('names what is wrong with a code, and a scanner that repeats itself too soon', async () => {
    const [length = '', ...others] = SHEET;
    const wrong = [
      ...others.slice(0, 1),
      others[1]?.slice(0, -4),
      ...others.slice(2),
      length,
      length,
      length,
    ];
    const { code, outcome, err } = await test(`${wrong.join('\r')}\r`, '60');
    expect(code).toBe(1);
    expect(outcome.codes.find(({ id }) => id === 'signs')?.ok).toBe(false);
    expect(outcome.reread).toMatchObject({ ok: false });
    expect(outcome.faults.join()).toContain('read again');
    expect(err).toContain('characters are missing');
  });

  it('sees a scanner that sends no suffix, and one that reads nothing', async () => {
    const without = await test(SHEET[0] ?? '', '2');
    expect(without.code).toBe(1);
    expect(without.outcome.faults.join()).toContain('without its end');
    const nothing = await test('', '1');
    expect(nothing.code).toBe(1);
    expect(nothing.outcome.faults).toContain('nothing was read');
  });

  it('opens no payment and shows no card', async () => {
    const { code, err } = await test('CHARGE9491330000000016123010000\r', '1');
    expect(code).toBe(1);
    expect(err).toContain('a payment barcode');
    expect(err).not.toContain('9491330000000016');
  });

  it.each([
    [['scanners', 'test', '--seconds', '0'], 2],
    [['scanners', 'test', '--seconds', 'x'], 2],
    [['scanners', 'test', 'nobody', '--config', 'till.jsonc'], 3],
  ])('answers %s with %i', async (args, code) => {
    configure([]);
    expect(await runCommandLine(args, ioOf().io)).toBe(code);
  });

  it('takes a code held still for the time between two reads', () => {
    const trial = new ScannerTrial('net', DEFAULT_CODE_TABLE);
    for (const text of SHEET) trial.take({ source: 'net', text, monoMs: 0 });
    expect(trial.isComplete()).toBe(false);
    for (const monoMs of [1_000, 2_200, 3_500]) {
      trial.take({ source: 'net', text: SHEET[0] ?? '', monoMs });
    }
    expect(trial.isComplete()).toBe(true);
    const dropped = { TOO_LONG: 0, CUT: 0, EMPTY: 0, UNDECODABLE: 0 };
    const outcome = trial.outcome({ frames: 9, dropped, connects: 1, lastFrameMonoMs: 3_500 });
    expect(outcome).toMatchObject({ ok: true, reread: { ok: true, ms: 1_200 } });
    expect(
      trial.outcome({ frames: 9, dropped: { ...dropped, TOO_LONG: 1 }, connects: 1, lastFrameMonoMs: 0 }).ok,
    ).toBe(false);
  });
});
