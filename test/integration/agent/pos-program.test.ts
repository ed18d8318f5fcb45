/** A POS program beside the till: a virtual serial port or a local socket for it, and what the recorder keeps of it all. */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSerial } from '../../../drivers/serial.ts';
import type { Io } from '../../../src/cli/io.ts';
import { runCommandLine } from '../../../src/cli/program.ts';
import { SMALLEST } from '../../unit/ops/smallest.ts';
import { type Listening, listening } from '../drivers/listening.ts';
import { CARD, startTill, type Till, until } from './harness.ts';

const CARTON = '8801234567893';
let till: Till;
let pos: Listening;

beforeAll(async () => {
  till = await startTill();
  const path = join(till.directory, 'pos-scanner');
  await till.restart({
    stations: [{ id: '1', scanners: ['counter'], posPort: { path, suffix: '\r' } }],
  });
  pos = listening((clock, listener) => openSerial({ name: 'pos', path, suffix: 'CR' }, clock, listener));
  await until('the POS program has its port', () => till.agent.posFeed.list()[0]?.state === 'open');
});

afterAll(async () => {
  await pos.scanner.close();
  await till.close();
});

describe('a POS program with a virtual serial port', () => {
  it('gets what is not ours as from a scanner of its own, and never a payment', async () => {
    await till.scanner.send(await till.barcode('CHARGE', 10_000));
    await till.scanner.send('CHARGE94913300000000161230'); // a damaged one
    await till.scanner.send(`]E0${CARTON}`);
    await until('the carton came', () => pos.frames.length > 0);
    expect(pos.texts()).toEqual([CARTON]);
  });

  it('has its port again after the agent was started anew', async () => {
    const path = join(till.directory, 'pos-scanner');
    await till.restart({ stations: [{ id: '1', scanners: ['counter'], posPort: { path, suffix: '\r' } }] });
    await until('the port is open again', () => till.agent.posFeed.list()[0]?.state === 'open');
    const before = pos.frames.length;
    await till.scanner.send(CARTON);
    await until('a carton came', () => pos.frames.length > before);
    expect(pos.texts().at(-1)).toBe(CARTON);
  });
});

describe('a POS program with a local socket', () => {
  const readers: Socket[] = [];
  const reader = (path: string): { lines: () => string[]; closed: () => boolean } => {
    const socket = connect(path);
    let text = '';
    socket.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    socket.on('error', () => undefined);
    readers.push(socket);
    return { lines: () => text.split('\n').slice(0, -1), closed: () => socket.destroyed };
  };

  afterAll(() => {
    for (const socket of readers) socket.destroy();
  });

  it('gets a line or an object for each scan that is not ours, never a payment, and nothing is left behind', async () => {
    const lines = join(till.directory, 'pos.sock');
    const json = join(till.directory, 'pos-json.sock');
    const stations = [
      { id: '1', scanners: ['counter'], posSocket: { path: lines, form: 'text' } },
      { id: '2', scanners: ['second'], posSocket: { path: json, form: 'json' } },
    ] as const;
    await till.restart({ stations });
    const infos = () => till.agent.posFeed.list().map(({ kind, state, sent }) => ({ kind, state, sent }));
    await until('both wait', () => infos().every(({ state }) => state === 'waiting'));
    expect(statSync(lines).mode & 0o777).toBe(0o660);
    const [pos, other] = [reader(lines), reader(json)];
    await until('both are read', () => infos().every(({ state }) => state === 'open'));
    await till.scanner.send(await till.barcode('CHARGE', 10_000));
    await till.scanner.send('CHARGE94913300000000161230'); // a damaged one
    await till.scanner.send(`]E0${CARTON}`);
    await until('the carton came', () => pos.lines().length > 0);
    expect(pos.lines()).toEqual([CARTON]);
    expect(infos().map(({ sent }) => sent)).toEqual([1, 0]);
    expect(other.lines()).toEqual([]); // of another station
    await till.restart({
      stations: [{ id: '1', scanners: ['counter'], posSocket: { path: json, form: 'json' } }],
    });
    await until('the readers were let go', () => pos.closed() && other.closed());
    expect(existsSync(lines)).toBe(false);
    const again = reader(json);
    await until('it is read', () => infos()[0]?.state === 'open');
    await till.scanner.send(`]E0${CARTON}`);
    await until('the carton came', () => again.lines().length > 0);
    expect(again.lines().map((line) => JSON.parse(line))).toEqual([
      {
        stationId: '1',
        scanner: 'counter',
        text: `]E0${CARTON}`,
        symbology: null,
        atMs: expect.any(Number),
      },
    ]);
  });
});

describe('scanners recording', () => {
  it("writes the agent's last scans, masked, into a new file", async () => {
    await till.scanner.send(await till.barcode('REFUND', 30_000));
    await until('recorded', () =>
      till.agent.recorder.entries().some((entry) => entry.kind === 'frame' && entry.length === 31),
    );
    const config = join(till.directory, 'till.jsonc');
    writeFileSync(config, JSON.stringify(configuration()));
    const said: string[] = [];
    const io: Io = {
      out: (text) => said.push(text),
      err: (text) => said.push(text),
      env: {},
      cwd: till.directory,
      isTty: false,
    };
    const args = ['scanners', 'recording', 'scans.json', '--config', config];
    expect(await runCommandLine(args, io), said.join()).toBe(0);
    const text = readFileSync(join(till.directory, 'scans.json'), 'utf8');
    const { entries } = JSON.parse(text) as { entries: { kind: string; masked?: string }[] };
    expect(entries.map(({ masked }) => masked)).toContainEqual(
      expect.stringMatching(/^REFUND\d{6}\*{6}\d{4}\*{3}030000$/),
    );
    expect(text).not.toContain(CARD);
    expect(await runCommandLine(args, io)).toBe(2);
  });
});

function configuration(): object {
  const { port } = new URL(till.agent.address);
  return {
    ...SMALLEST,
    environment: 'test',
    ledger: { directory: till.directory, vaultKeyFile: '/nowhere/vault.key' },
    web: { port: Number(port) },
  };
}
