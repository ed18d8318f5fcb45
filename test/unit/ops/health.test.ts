import { describe, expect, it } from 'vitest';
import { type HealthFacts, judgeHealth } from '../../../src/ops/health.ts';
import { createMetrics, type MetricFacts } from '../../../src/ops/metrics.ts';

const WELL: HealthFacts = {
  ledgerFault: null,
  diskFreeBytes: 10_000_000_000,
  backupFailing: false,
  lateMs: 0,
  line: { state: 'online', forMs: 60_000 },
  paused: false,
  recovering: false,
  clockConfirmed: true,
  scanners: [{ state: 'ready' }],
  cases: 0,
};

describe('a till', () => {
  it('is well when everything moves', () => {
    expect(judgeHealth(WELL)).toEqual({ ok: true, reasons: [], restartHelps: false });
  });

  it.each<[string, Partial<HealthFacts>]>([
    ['LEDGER', { ledgerFault: 'FULL' }],
    ['DISK_LOW', { diskFreeBytes: 1_000_000 }],
    ['BACKUP', { backupFailing: true }],
    ['WORKER_STUCK', { lateMs: 31_000 }],
    ['LINE_DOWN', { line: { state: 'down', forMs: 61_000 } }],
    ['PAUSED', { paused: true }],
    ['RECOVERING', { recovering: true }],
    ['SCANNER', { scanners: [{ state: 'ready' }, { state: 'unplugged' }] }],
    ['CLOCK', { clockConfirmed: false }],
    ['CASES', { cases: 1 }],
  ])('is not well: %s', (reason, change) => {
    expect(judgeHealth({ ...WELL, ...change })).toMatchObject({ ok: false, reasons: [reason] });
  });

  it('is told of a line that is down and of a pause, not of one of them', () => {
    const facts = { ...WELL, line: { state: 'down', forMs: 61_000 }, paused: true } as const;
    expect(judgeHealth(facts).reasons).toEqual(['LINE_DOWN', 'PAUSED']);
  });

  it('is started again only for what a start can cure', () => {
    expect(judgeHealth({ ...WELL, line: { state: 'down', forMs: 3_600_000 } }).restartHelps).toBe(false);
    expect(judgeHealth({ ...WELL, lateMs: 60_000 }).restartHelps).toBe(true);
  });

  it('is not unwell for a line that is down for a moment', () => {
    expect(judgeHealth({ ...WELL, line: { state: 'down', forMs: 5_000 } }).ok).toBe(true);
  });
});

describe('the metrics', () => {
  const nowMs = Date.UTC(2001, 0, 1); // a clock whose battery was dead
  const facts: MetricFacts = {
    nowMs,
    journalIndex: 12,
    open: 1,
    cases: 2,
    payoutDue: { count: 1, sum: 10_000 },
    returnDue: { count: 0, sum: 0 },
    deferred: { count: 0, sum: 0 },
    reversing: { count: 0, sum: 0 },
    lineState: 'online',
    nextTryMs: nowMs + 4_000,
    breaker: { state: 'halfOpen', failures: 3 },
    drainPerMinute: 30,
    clockOffsetMs: -3,
    depth: { netCancel: 0, approve: 3 },
    depthByHost: { unsent: 3, sending: 2, unknown: 0 },
    oldestAtMs: nowMs - 60_000,
    inFlight: 2,
    lateAnswers: 1,
    ledgerFaults: 4,
    attempts: { approve: 5 },
    outcomes: { approve: { answered: 4, ambiguous: 1 } },
    latency: { approve: { boundsMs: [10, 100], counts: [1, 2, 1], sumMs: 300, count: 4 } },
    scanners: [{ name: 'counter', ready: true, frames: 9, dropped: 1 }],
    healthReasons: ['CASES'],
  };

  it('are readable by Prometheus and say what the facts say', async () => {
    const { contentType, text } = await createMetrics(() => facts).text();
    expect(contentType).toContain('text/plain');
    for (const line of [
      'kona_till_journal_index 12',
      'kona_till_owed_won{kind="payoutDue"} 10000',
      'kona_till_line{state="online"} 1',
      'kona_till_line{state="down"} 0',
      'kona_till_line_next_try_seconds 4',
      'kona_till_breaker{state="closed"} 0',
      'kona_till_breaker{state="open"} 0',
      'kona_till_breaker{state="halfOpen"} 1',
      'kona_till_breaker_failures 3',
      'kona_till_drain_per_minute 30',
      'kona_till_calls_total{call="approve",outcome="ambiguous"} 1',
      'kona_till_call_duration_ms_bucket{call="approve",le="100"} 3',
      'kona_till_call_duration_ms_bucket{call="approve",le="+Inf"} 4',
      'kona_till_call_duration_ms_sum{call="approve"} 300',
      'kona_till_call_duration_ms_count{call="approve"} 4',
      'kona_till_delivery_depth{request="approve"} 3',
      'kona_till_delivery_depth_by_host{host="unsent"} 3',
      'kona_till_delivery_depth_by_host{host="sending"} 2',
      'kona_till_delivery_depth_by_host{host="unknown"} 0',
      'kona_till_calls_in_flight 2',
      'kona_till_call_attempts_total{call="approve"} 5',
      'kona_till_late_answers_total 1',
      'kona_till_ledger_faults_total 4',
      'kona_till_scanner_frames_total{scanner="counter"} 9',
      'kona_till_unwell{reason="CASES"} 1',
    ]) {
      expect(text).toContain(`${line}\n`);
    }
  });

  it('hold no pace before the issuer has set one: 0 says that it takes nothing', async () => {
    const told: (number | null)[] = [null, 30, null];
    const metrics = createMetrics(() => ({ ...facts, drainPerMinute: told.shift() ?? null }));
    const pace = async () => /^kona_till_drain_per_minute .*$/m.exec((await metrics.text()).text)?.[0];
    expect([await pace(), await pace(), await pace()]).toEqual([
      undefined,
      'kona_till_drain_per_minute 30',
      undefined,
    ]);
  });

  it('bear their types: what only grows is a counter, the times of the calls are a histogram, the rest are gauges', async () => {
    const { text } = await createMetrics(() => facts).text();
    const types = new Map<string, string>();
    for (const [, name = '', type = ''] of text.matchAll(/^# TYPE kona_till_(\S+) (\S+)$/gm)) {
      expect(types.has(name)).toBe(false);
      types.set(name, type);
    }
    const named = (type: string): string[] =>
      [...types].filter(([, each]) => each === type).map(([name]) => name);
    expect(named('counter').sort()).toEqual([
      'call_attempts_total',
      'calls_total',
      'cpu_seconds_total',
      'late_answers_total',
      'ledger_faults_total',
      'scanner_dropped_total',
      'scanner_frames_total',
    ]);
    expect(named('histogram')).toEqual(['call_duration_ms']);
    expect(named('gauge').filter((name) => /_(total|bucket|sum)$/.test(name))).toEqual([]);
    expect(types.get('delivery_depth')).toBe('gauge');
    const names = [...text.matchAll(/^kona_till_(\w+)/gm)].map(([, name = '']) => name);
    const typed = (name: string): boolean =>
      types.has(name) || types.get(name.replace(/_(bucket|sum|count)$/, '')) === 'histogram';
    expect(names.filter((name) => !typed(name))).toEqual([]);
  });

  it('say the same when they are read again', async () => {
    const metrics = createMetrics(() => facts);
    const read = async (): Promise<string> =>
      (await metrics.text()).text.replace(/^kona_till_(cpu_|uptime_|resident_).*$/gm, '');
    expect(await read()).toBe(await read());
  });

  it('tell how long it is until the line is tried again, and 0 where it waits for no time', async () => {
    const secondsTo = async (nextTryMs: number | null): Promise<number> => {
      const { text } = await createMetrics(() => ({ ...facts, nextTryMs })).text();
      return Number(/^kona_till_line_next_try_seconds (.*)$/m.exec(text)?.[1]);
    };
    expect(await secondsTo(nowMs + 600_000)).toBe(600);
    expect(await secondsTo(nowMs - 1)).toBe(0); // it is under way
    expect(await secondsTo(null)).toBe(0);
  });

  it('tell the age of the oldest payment that waits, and 0 when none does', async () => {
    const ageOf = async (oldestAtMs: number | null): Promise<number> => {
      const { text } = await createMetrics(() => ({ ...facts, oldestAtMs })).text();
      return Number(/^kona_till_delivery_oldest_age_seconds (.*)$/m.exec(text)?.[1]);
    };
    expect(await ageOf(nowMs - 60_000)).toBe(60);
    expect(await ageOf(nowMs + 60_000)).toBe(0); // scanned before the clock was set back
    expect(await ageOf(null)).toBe(0);
  });

  it('forget a reason that is over', async () => {
    let reasons: readonly string[] = ['LEDGER'];
    const metrics = createMetrics(() => ({ ...facts, healthReasons: reasons }));
    expect((await metrics.text()).text).toContain('reason="LEDGER"');
    reasons = [];
    expect((await metrics.text()).text).not.toContain('reason="LEDGER"');
  });
});
