/** Papers of real payments on a printer in the network, and payments without one. */
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { AgentPrinter } from '../../../src/agent-printing.ts';
import type { PrintAnswer } from '../../../src/web/api/cashier.ts';
import type { ApiError } from '../../../src/web/api/error.ts';
import { call, Page, startTill, type Till, until } from './harness.ts';

let till: Till | null = null;
let page: Page | null = null;
let server: Server | null = null;

afterEach(async () => {
  page?.close();
  await till?.close();
  server?.close();
  till = null;
  server = null;
});

/** What came out of the printer, one text per connection. */
async function startPrinter(): Promise<{ readonly papers: readonly string[]; readonly port: number }> {
  const papers: string[] = [];
  server = createServer((socket) => {
    const parts: Buffer[] = [];
    socket.on('data', (part) => parts.push(part));
    socket.on('error', () => undefined);
    socket.on('end', () => papers.push(new TextDecoder('euc-kr').decode(Buffer.concat(parts))));
  });
  const listening = server;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  return { papers, port: (listening.address() as AddressInfo).port };
}

async function open(port: number, change: Partial<AgentPrinter> = {}): Promise<{ till: Till; page: Page }> {
  const logged: string[] = [];
  till = await startTill({
    agent: {
      printer: {
        target: { kind: 'tcp', host: '127.0.0.1', port },
        columns: 42,
        language: 'ko',
        automatic: ['charge', 'withdrawal', 'later', 'reversal', 'return'],
        ...change,
      },
      log: (entry) => logged.push(entry.event),
    },
  });
  page = await Page.online(till.agent.address);
  return { till, page };
}

async function charge(at: { till: Till; page: Page }, amount: number): Promise<string> {
  await at.till.scanner.send(await at.till.barcode('CHARGE', amount));
  await at.page.sees('TAKE', ({ face }) => face.intent?.amount === amount);
  await at.page.press('RECEIVED');
  const done = await at.page.sees('DONE-IN', ({ face }) => face.intent?.amount === amount);
  await at.page.shown();
  return done.face.intent?.sequenceId ?? '';
}

function print(at: { till: Till; page: Page }, sequenceId: string, name = at.page.page) {
  return call(at.till.agent.address, '/api/v1/stations/1/print', {
    body: { page: name, sequenceId, language: 'ko' },
  });
}

describe('a till with a printer', () => {
  it('prints the receipt of a charge by itself, once, and again as a copy when asked', async () => {
    const printer = await startPrinter();
    const at = await open(printer.port);
    const sequenceId = await charge(at, 10_000);
    await until('the receipt came out', () => printer.papers.length === 1);
    expect(printer.papers[0]).toContain('충전 영수증  CHARGE RECEIPT\n');
    expect(printer.papers[0]).toContain('받은 현금 Cash received           10,000원\n');
    expect(printer.papers[0]).not.toContain('COPY');
    await at.page.press('CLOSE');
    expect((await print(at, sequenceId)).json<PrintAnswer>()).toEqual({ queued: true, fault: null });
    await until('the copy came out', () => printer.papers.length === 2);
    expect(printer.papers[1]).toContain('** 재출력 COPY **');
  });

  it('prints a withdrawal only after [Paid out], with the copy that the customer signs', async () => {
    const printer = await startPrinter();
    const at = await open(printer.port);
    await charge(at, 30_000);
    await until('the receipt came out', () => printer.papers.length === 1);
    await at.page.press('CLOSE');
    await at.till.scanner.send(await at.till.barcode('REFUND', 10_000));
    await at.page.sees('ASK-OUT');
    await at.page.press('REQUEST');
    await at.page.sees('PAY');
    expect(printer.papers).toHaveLength(1);
    await at.page.press('HANDED');
    await until('the receipt came out', () => printer.papers.length === 2);
    expect(printer.papers[1]?.split('출금 영수증')).toHaveLength(3);
    expect(printer.papers[1]).toContain('받은 분 서명 Signature');
  });

  it('prints nothing by itself when told so, and a paper that was asked for is no copy then', async () => {
    const printer = await startPrinter();
    const at = await open(printer.port, { automatic: [] });
    const sequenceId = await charge(at, 10_000);
    await at.page.press('CLOSE');
    expect((await print(at, sequenceId, 'another-page')).status).toBe(403);
    expect((await print(at, sequenceId)).status).toBe(200);
    await until('the receipt came out', () => printer.papers.length === 1);
    expect(printer.papers[0]).not.toContain('COPY');
  });
});

describe('a locked station with a printer', () => {
  it('prints no payment before the PIN ends the lock', async () => {
    const printer = await startPrinter();
    const at = await open(printer.port, { automatic: [] });
    const sequenceId = await charge(at, 10_000);
    await at.page.press('CLOSE');
    const code = readFileSync(at.till.agent.installerCodeFile() ?? '', 'utf8').trim();
    const first = { code, name: 'kim', pin: '4829' };
    expect((await call(at.till.agent.address, '/api/v1/manager/first', { body: first })).status).toBe(200);
    await at.page.post('lock', {});
    await at.page.sees('LOCKED');
    const refused = await print(at, sequenceId);
    expect([refused.status, refused.json<ApiError>()]).toMatchObject([403, { refusal: 'LOCKED' }]);
    const unlock = { sequenceId: null, version: null, face: 'LOCKED', pin: first.pin };
    expect((await at.page.post('unlock', unlock)).status).toBe(200);
    expect((await print(at, sequenceId)).status).toBe(200);
    await until('the receipt came out', () => printer.papers.length === 1);
  });
});

describe('a till whose printer is away', () => {
  it('takes payments as ever, shows that the printer fails, and keeps the paper on the page', async () => {
    const printer = await startPrinter();
    const gone = server;
    await new Promise((resolve) => gone?.close(resolve));
    const at = await open(printer.port);
    expect(at.page.latest()?.rail.printer).toBe('ready');
    const first = await charge(at, 10_000);
    await until('the page knows', () => at.page.latest()?.rail.printer === 'failed');
    await at.page.press('CLOSE');
    for (let more = 0; more < 9; more += 1) expect((await print(at, first)).status).toBe(200);
    const full = (await print(at, first)).json<PrintAnswer>();
    expect(full.queued).toBe(false);
    expect(full.fault).toContain('refuses the connection');
    await charge(at, 20_000);
  });
});

describe('a till without a printer', () => {
  it('says so to whoever wants to print', async () => {
    till = await startTill();
    page = await Page.online(till.agent.address);
    expect(page.latest()?.rail.printer).toBe('off');
    const sequenceId = await charge({ till, page }, 10_000);
    expect((await print({ till, page }, sequenceId)).json<ApiError>().error).toBe('NOT_FOUND');
  });
});
