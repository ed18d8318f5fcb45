/** `sync status / pause / now / resume` against a running agent and its issuer, over the address that the command line uses. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { metricsOf } from '../../../src/cli/agent-options.ts';
import { SystemClock } from '../../../src/ops/clock.ts';
import { lineUp } from '../../../src/station/worker.ts';
import type { SyncAnswer } from '../../../src/web/api/terminal.ts';
import { runIn, writeConfiguration } from '../../unit/cli/command-line.ts';
import { CASHIER, must, scanOf, TERMINAL } from '../ledger/shop.ts';
import { CARD, call, startTill, type Till, until } from './harness.ts';

let till: Till;

/** What the command prints; it must end well. */
async function printed(...args: string[]): Promise<string> {
  const { code, out, err } = await runIn(till.directory, ['sync', ...args]);
  expect([code, err]).toEqual([0, '']);
  return out;
}

async function sync(...args: string[]): Promise<SyncAnswer> {
  return JSON.parse(await printed(...args, '--json')) as SyncAnswer;
}

/** The numbers of `/metrics` by name and labels. */
async function metrics(): Promise<ReadonlyMap<string, number>> {
  const { text } = await call(till.agent.address, '/metrics');
  const lines = text.split('\n').filter((line) => line.startsWith('kona_till_'));
  return new Map(
    lines.map((line) => [line.slice(10, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]),
  );
}

/** Where the commands find the agent. */
function configure(): void {
  const { merchantId, terminalId } = till.issuer.credentials;
  writeConfiguration(till.directory, {
    ledger: { directory: till.directory, vaultKeyFile: '/nowhere/vault.key' },
    merchantId,
    terminalId,
    port: Number(new URL(till.agent.address).port),
  });
}

beforeAll(async () => {
  till = await startTill({ agent: { metrics: (parts) => metricsOf(parts, tmpdir()).text } });
  configure();
  await until('the line is up', () => lineUp(till.agent.worker.status()));
}, 120_000);
afterEach(() => till.issuer.faults?.clear());
afterAll(() => till.close());

describe('the sync commands', () => {
  it('and the metrics show the breaker, its failures in a row, the next try, and the pace that the issuer sets', async () => {
    const { worker } = till.agent;
    const { drainPerMinute } = worker.status();
    expect(await sync('status')).toMatchObject({ breaker: { state: 'closed', failures: 0 }, drainPerMinute });
    expect(await printed('status')).toContain(
      `breaker  closed\npace     ${drainPerMinute} a minute of what was left for later\n`,
    );
    expect((await metrics()).get('breaker{state="closed"}')).toBe(1);
    till.issuer.faults?.set({ call: '*', kind: 'dropBefore' });
    worker.now();
    await until('the breaker is open', () => worker.status().breaker.state === 'open');
    const { breaker, line } = await sync('status');
    expect(breaker.state).not.toBe('closed');
    expect(breaker.failures).toBeGreaterThanOrEqual(3);
    expect(line.nextTryMs).not.toBeNull();
    const text = await printed('status');
    expect(text).toMatch(/^line {5}.* since 20.*, next try (now|20\d\d-\d\d-\d\d \d\d:\d\d:\d\d)\n/);
    expect(text).toMatch(/\nbreaker {2}(open|half-open), \d+ failures in a row\n/);
    const seen = await metrics();
    expect(seen.get('breaker{state="closed"}')).toBe(0);
    expect(seen.get('breaker_failures')).toBeGreaterThanOrEqual(3);
    expect(seen.get('line_next_try_seconds')).toBeGreaterThanOrEqual(0);
    expect(seen.get('drain_per_minute')).toBe(drainPerMinute);
    till.issuer.faults?.clear();
    worker.now();
    await until(
      'the line is up',
      () => lineUp(worker.status()) && worker.status().breaker.state === 'closed',
    );
    expect((await sync('status')).breaker).toEqual({ state: 'closed', failures: 0 });
  });

  it('tell the state of the running worker, stop it with a reason, and let it go on', async () => {
    expect(await sync('status')).toMatchObject({
      line: { state: expect.stringMatching(/^(online|slow)$/) },
      paused: false,
      due: [],
    });
    expect(await sync('pause', '--reason', 'settlement check')).toMatchObject({
      paused: true,
      pauseReason: 'settlement check',
    });
    expect(till.agent.worker.status().paused).toMatchObject({ by: 'manager', stops: 'approvals' });
    const before = till.agent.worker.status().lastAnsweredAtMs ?? 0;
    expect(await sync('now')).toMatchObject({ paused: true });
    await until('the line was tried', () => (till.agent.worker.status().lastAnsweredAtMs ?? 0) > before);
    expect(await sync('resume')).toMatchObject({ paused: false });
    expect(till.agent.worker.status().paused).toBeNull();
    const kinds = till.agent.ledger.entries(1, 1_000).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind.startsWith('sync'))).toEqual(['syncPaused', 'syncResumed']);
  });

  it('say of a pause, and of its end, that the disk did not take it, and end with 3', async () => {
    const inTheWay = join(till.directory, 'sync.json.tmp');
    mkdirSync(inTheWay);
    const pause = await runIn(till.directory, ['sync', 'pause', '--reason', 'disk full']);
    expect(pause).toMatchObject({ code: 3, err: expect.stringContaining('not on disk yet') });
    expect(pause.out).toMatch(
      /delivery paused by a manager: disk full, not on disk yet: a restart goes back/,
    );
    expect(await sync('status')).toMatchObject({ paused: true, pauseKept: false });
    expect((await metrics()).get('line{state="paused"}')).toBe(1);
    rmSync(inTheWay, { recursive: true });
    await sync('now');
    await until('the pause is on disk', () => till.agent.worker.status().pauseKept);
    expect(await printed('status')).not.toContain('not on disk');
    mkdirSync(inTheWay);
    expect(await runIn(till.directory, ['sync', 'resume'])).toMatchObject({ code: 3 });
    rmSync(inTheWay, { recursive: true });
    expect(await sync('resume')).toMatchObject({ paused: false, pauseKept: true });
  });

  it('and the metrics tell what waits, since when, and what became of the calls once it goes on', async () => {
    await sync('pause', '--reason', 'backlog wanted');
    const { ledger, worker } = till.agent;
    const barcodeSpec = await till.barcode('CHARGE', 10_000);
    const now = new SystemClock().now();
    const { intent } = ledger.accept({ ...scanOf({ amount: 10_000, cardNumber: CARD }), barcodeSpec }, now);
    must(ledger, intent, { kind: 'received', creditLater: true }, now, { actor: CASHIER, canDefer: true });
    must(ledger, intent, { kind: 'acknowledge' }, now, { actor: TERMINAL });
    const waiting = await metrics();
    expect(waiting.get('delivery_depth{request="approve"}')).toBe(1);
    expect(waiting.get('delivery_depth_by_host{host="unsent"}')).toBe(1);
    expect(waiting.get('delivery_depth_by_host{host="sending"}')).toBe(0);
    expect(waiting.get('owed_won{kind="deferred"}')).toBe(10_000);
    expect(waiting.get('delivery_oldest_age_seconds')).toBeGreaterThan(0);
    expect(waiting.get('call_attempts_total{call="approve"}')).toBe(0);
    expect(await sync('status')).toMatchObject({
      oldestAtMs: Math.trunc(now.wallMs),
      due: [{ host: 'unsent' }],
    });
    expect(await printed('status')).toMatch(
      /paused by a manager: backlog wanted[\s\S]*10,000 won[\s\S]*oldest {3}scanned 20/,
    );
    till.issuer.faults?.set({ call: 'approve', kind: 'delay', ms: 1_500, times: 1 });
    await sync('resume');
    await until('it is under way', () => ledger.get(intent.sequenceId)?.host === 'sending');
    const underWay = await metrics();
    expect(underWay.get('delivery_depth_by_host{host="unsent"}')).toBe(0);
    expect(underWay.get('delivery_depth_by_host{host="sending"}')).toBe(1);
    till.issuer.faults?.clear();
    await until('it is decided', () => ledger.get(intent.sequenceId)?.host === 'approved');
    await until('its answer was counted', () => worker.status().counts.outcomes.approve.answered === 1);
    const done = await metrics();
    expect(done.get('delivery_depth{request="approve"}')).toBe(0);
    expect(done.get('delivery_depth_by_host{host="sending"}')).toBe(0);
    expect(done.get('delivery_oldest_age_seconds')).toBe(0);
    expect(done.get('call_attempts_total{call="approve"}')).toBe(1);
    expect(done.get('calls_total{call="approve",outcome="answered"}')).toBe(1);
    expect(done.get('call_duration_ms_count{call="approve"}')).toBe(1);
    expect(done.get('call_duration_ms_bucket{call="approve",le="+Inf"}')).toBe(1);
  });

  it('and the metrics name no pace before the issuer has set one', async () => {
    till.issuer.faults?.set({ call: '*', kind: 'dropBefore' });
    await till.restart();
    configure();
    expect((await sync('status')).drainPerMinute).toBeNull();
    expect(await printed('status')).toContain('\npace     not told yet\n');
    expect((await metrics()).has('drain_per_minute')).toBe(false);
  });

  it('are forgotten with a memory that cannot be read any more, and the log says so', async () => {
    const log: string[] = [];
    await till.agent.close();
    writeFileSync(join(till.directory, 'sync.json'), '{"epoch": 0, "pau');
    await till.restart({ log: ({ event }) => void log.push(event) });
    expect(log.filter((event) => event === 'memoryUnreadable')).toHaveLength(1);
    expect(till.agent.worker.status().paused).toBeNull();
    rmSync(join(till.directory, 'sync.json'));
    log.length = 0;
    await till.restart({ log: ({ event }) => void log.push(event) });
    expect(log).not.toContain('memoryUnreadable');
  });
});
