import {
  appendFileSync,
  copyFileSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findSecrets, LedgerFault, newestBackupMs, openLedgerReadOnly } from '../../../src/ledger/ledger.ts';
import { SystemClock } from '../../../src/ops/clock.ts';
import { WebFault } from '../../../src/web/server.ts';
import { CARD, call, Page, startTill, type Till, until } from './harness.ts';

let till: Till;

beforeAll(async () => {
  till = await startTill();
});

afterAll(() => till.close());

const online = (): Promise<Page> => Page.online(till.agent.address);

function files(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

describe('an agent', () => {
  it('leaves nothing behind when it closes: no port, no stream, no timer, no lock', async () => {
    const page = await online();
    const { address } = till.agent;
    const servers = (): number =>
      process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap').length;
    const before = servers();
    await till.agent.close();
    await till.agent.close();
    await until('the stream ended', () => page.reader.ended);
    await until('the port is free', () => servers() === before - 1);
    await expect(call(address, '/healthz')).rejects.toThrow();
    page.close();
    await till.restart();
    expect((await call(till.agent.address, '/healthz')).status).toBe(200);
  });

  it('starts whole or not at all: a taken port is said, and the next start finds the ledger free', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as { port: number };
    const web = { host: '127.0.0.1', port, allowedHosts: [], tls: null, pagesDirectory: null };
    await expect(till.restart({ web })).rejects.toThrow(WebFault);
    await till.restart();
    await new Promise<void>((resolve) => taken.close(() => resolve()));
  });

  it('keeps its files for itself, and no card number or barcode in any of them once a payment has ended', async () => {
    const page = await online();
    const barcode = await till.barcode('CHARGE', 10_000);
    await till.scanner.send(barcode);
    await page.sees('TAKE');
    await page.press('RECEIVED');
    await page.sees('DONE-IN');
    await page.shown();
    page.close();
    till.agent.ledger.sweep({ wallMs: Date.now(), monoMs: Number.MAX_SAFE_INTEGER });
    await till.agent.close();
    for (const file of files(till.directory)) {
      const bytes = readFileSync(file).toString('latin1');
      expect(bytes.includes(CARD), file).toBe(false);
      expect(bytes.includes(barcode), file).toBe(false);
      expect(statSync(file).mode & 0o077, file).toBe(0);
    }
    await till.restart();
  });

  it('leaves no card number, barcode or token in database, WAL, backup, log or event stream, whatever the end', async () => {
    const log = join(till.directory, 'agent.log');
    const copies = join(till.directory, 'traces');
    const ledger = { file: join(till.directory, 'ledger', 'ledger.db'), key: Buffer.alloc(32, 7) };
    const backups = { directory: copies, everyMs: 86_400_000, keep: 2 };
    await till.restart({
      log: (entry) => appendFileSync(log, `${JSON.stringify(entry)}\n`, { mode: 0o600 }),
      ledger: { ...ledger, backups },
    });
    const page = await online();
    const barcodes: string[] = [];
    const scan = async (type: 'CHARGE' | 'REFUND', amount: number): Promise<void> => {
      barcodes.push(await till.barcode(type, amount));
      await till.scanner.send(barcodes.at(-1) ?? '');
    };
    await scan('CHARGE', 30_000);
    await page.sees('TAKE');
    await page.press('RECEIVED');
    await page.sees('DONE-IN');
    await page.shown();
    await page.press('CLOSE');
    await scan('REFUND', 5_000);
    await page.sees('ASK-OUT');
    await page.press('REQUEST');
    await page.sees('PAY');
    await page.press('HANDED');
    await page.sees('DONE-OUT');
    await page.shown();
    await page.press('CLOSE');
    await scan('CHARGE', 500); // not taken by the policy
    await page.sees('REFUSED');
    await till.scanner.send(`${barcodes.at(-1)?.slice(0, 30)}X`); // read badly
    await scan('REFUND', 6_000);
    await page.sees('ASK-OUT');
    await page.press('STOP');
    await page.sees('END-STOP');
    await page.shown();
    await until('a backup', () => newestBackupMs(copies, Date.now()));
    till.agent.ledger.sweep({ wallMs: Date.now(), monoMs: Number.MAX_SAFE_INTEGER });
    const streamed = join(till.directory, 'stream.json');
    writeFileSync(streamed, JSON.stringify(page.reader.events), { mode: 0o600 });
    page.close();
    const wal = join(till.directory, 'wal.copy');
    copyFileSync(`${ledger.file}-wal`, wal);
    await till.agent.close();
    const secrets = [CARD, ...barcodes, ...barcodes.map((barcode) => barcode.slice(6, 25))];
    const searched = files(till.directory).map((file) => basename(file));
    for (const name of ['ledger.db', 'agent.log', 'stream.json', 'wal.copy'])
      expect(searched).toContain(name);
    expect(searched.some((name) => name.endsWith('.backup'))).toBe(true);
    expect(findSecrets([till.directory], secrets)).toEqual([]);
    writeFileSync(streamed, `"${CARD}"`);
    expect(findSecrets([till.directory], secrets)).toHaveLength(1);
    rmSync(streamed);
    await till.restart();
  });

  it('backs its ledger up by itself while it works, and its health says when it could not', async () => {
    const directory = join(till.directory, 'copies');
    const ledger = { file: join(till.directory, 'ledger', 'ledger.db'), key: Buffer.alloc(32, 7) };
    const health = async (): Promise<{ reasons: readonly string[] }> =>
      (await call(till.agent.address, '/healthz')).json();
    await till.restart({ ledger: { ...ledger, backups: { directory, everyMs: 86_400_000, keep: 2 } } });
    const made = await until('a backup', () => newestBackupMs(directory, Date.now()));
    expect(Date.now() - made).toBeLessThan(120_000);
    const [copy = ''] = files(directory);
    expect(statSync(copy).mode & 0o077).toBe(0);
    const reader = openLedgerReadOnly({ file: copy });
    expect(reader.verify()).toMatchObject({ ok: true, faults: [] });
    reader.close();
    expect((await health()).reasons).not.toContain('BACKUP');
    const elsewhere = { directory: copy, everyMs: 86_400_000, keep: 2 }; // a file where a folder should be
    await till.restart({ ledger: { ...ledger, backups: elsewhere } });
    await until('the backup fails', () => till.agent.backups?.isFailing);
    expect((await health()).reasons).toContain('BACKUP');
    await till.restart();
  });

  it('tells the pages and asks to end when the disk fails at the moment that cash was taken', async () => {
    const page = await online();
    await till.scanner.send(await till.barcode('CHARGE', 10_000));
    await page.sees('TAKE');
    const { ledger } = till.agent;
    const { record, note, isBroken } = ledger;
    const broken = (): never => {
      throw new LedgerFault('IO');
    };
    Object.assign(ledger, { record: broken, note: broken, isBroken: () => true });
    await page.press('RECEIVED');
    const told = await page.sees('NOT-RECORDED');
    expect(told.face).toMatchObject({ keys: [], intent: { amount: 10_000 } });
    await until('the agent asks to end', () => till.faults.length > 0);
    expect(till.faults[0]).toBeInstanceOf(LedgerFault);
    expect((await call(till.agent.address, '/healthz')).status).toBe(503);
    Object.assign(ledger, { record, note, isBroken });
    page.close();
    await till.restart();
    const again = new Page(till.agent.address);
    await again.sees('RE-CLOSED');
    again.close();
  });

  it('ends when a screen cannot follow the ledger any more: it would show what is not on disk', async () => {
    const { ledger, stations } = till.agent;
    const before = till.faults.length;
    const stop = stations.get('1')?.onSnapshot(() => {
      throw new Error('a screen that cannot follow');
    });
    const barcodeSpec = await till.barcode('CHARGE', 20_000);
    const scan = { type: 'CHARGE', amount: 20_000, cardNumber: CARD, barcodeSpec } as const;
    ledger.accept(
      { ...scan, sequenceId: '01K0V3M8Q4ZT6W5R2N7QK29XMD', stationId: '1', managerNeeded: false },
      new SystemClock().now(),
    );
    stop?.();
    await until('the agent asks to end', () => till.faults.length > before);
    expect(String(till.faults.at(-1))).toContain('cannot follow');
  });
});
