/** Numbers for Prometheus, read when they are asked for: nothing runs between two readings. */
import { Counter, Gauge, type Metric, Registry } from 'prom-client';

interface CountAndSum {
  readonly count: number;
  readonly sum: number;
}

export interface CallHistogram {
  readonly boundsMs: readonly number[];
  /** One more than bounds; not cumulative. */
  readonly counts: readonly number[];
  readonly sumMs: number;
  readonly count: number;
}

export interface MetricFacts {
  /** UTC ms by the clock that dates the scans. */
  readonly nowMs: number;
  readonly journalIndex: number;
  readonly open: number;
  readonly cases: number;
  readonly payoutDue: CountAndSum;
  readonly returnDue: CountAndSum;
  readonly deferred: CountAndSum;
  readonly reversing: CountAndSum;
  readonly lineState: string;
  /** UTC ms of the next try of the line; null: nothing waits for one. */
  readonly nextTryMs: number | null;
  readonly breaker: { readonly state: string; readonly failures: number };
  /** As the issuer set it. */
  /** null: the issuer has not said so yet. */
  readonly drainPerMinute: number | null;
  readonly clockOffsetMs: number | null;
  /** Payments that need the issuer, by the request that is due or waited for. */
  readonly depth: Readonly<Record<string, number>>;
  /** The same payments, and those whose request is under way, by what the issuer may know of them. */
  readonly depthByHost: Readonly<Record<string, number>>;
  /** UTC ms of the scan of the oldest payment that needs the issuer. */
  readonly oldestAtMs: number | null;
  readonly inFlight: number;
  readonly lateAnswers: number;
  /** Commits that the disk did not take and that were tried again. */
  readonly ledgerFaults: number;
  /** Calls that went out, by call. */
  readonly attempts: Readonly<Record<string, number>>;
  /** By call and outcome. */
  readonly outcomes: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly latency: Readonly<Record<string, CallHistogram>>;
  readonly scanners: readonly {
    readonly name: string;
    readonly ready: boolean;
    readonly frames: number;
    readonly dropped: number;
  }[];
  readonly healthReasons: readonly string[];
}

const LINE_STATES = ['online', 'slow', 'down', 'paused'] as const;
const BREAKER_STATES = ['closed', 'open', 'halfOpen'] as const;

type Fill = (facts: MetricFacts) => void;

function gauge(registry: Registry, name: string, help: string, labels: readonly string[] = []): Gauge {
  return new Gauge({ name: `kona_till_${name}`, help, labelNames: [...labels], registers: [registry] });
}

/** Counts that are kept elsewhere: a reading begins at 0 (`reset`) and adds what they have come to. */
function counter(registry: Registry, name: string, help: string, labels: readonly string[] = []): Counter {
  return new Counter({ name: `kona_till_${name}`, help, labelNames: [...labels], registers: [registry] });
}

interface HistogramLine {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

function linesOf(name: string, call: string, histogram: CallHistogram): readonly HistogramLine[] {
  let below = 0;
  const buckets = histogram.counts.map((number, place): HistogramLine => {
    below += number;
    const le = String(histogram.boundsMs[place] ?? '+Inf');
    return { metricName: `${name}_bucket`, labels: { call, le }, value: below };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels: { call }, value: histogram.sumMs },
    { metricName: `${name}_count`, labels: { call }, value: histogram.count },
  ];
}

/** By call, of counts that are kept elsewhere: the library's own histogram takes in nothing but single observations. */
function histogram(
  registry: Registry,
  ownName: string,
  help: string,
): (facts: MetricFacts['latency']) => void {
  const name = `kona_till_${ownName}`;
  let values: readonly HistogramLine[] = [];
  const metric = { name, get: async () => ({ name, help, type: 'histogram', values }) };
  // What the registry asks of a metric when it writes its text.
  registry.registerMetric(metric as unknown as Metric);
  return (latency) => {
    values = Object.entries(latency).flatMap(([call, each]) => linesOf(name, call, each));
  };
}

function moneyGauges(registry: Registry): Fill {
  const journal = gauge(registry, 'journal_index', 'Index of the newest journal entry');
  const open = gauge(registry, 'open_payments', 'Payments that have not ended');
  const cases = gauge(registry, 'cases', 'Payments that a manager must look at');
  const owedCount = gauge(registry, 'owed_count', 'Payments by what is owed', ['kind']);
  const owedWon = gauge(registry, 'owed_won', 'Won by what is owed', ['kind']);
  return (facts) => {
    journal.set(facts.journalIndex);
    open.set(facts.open);
    cases.set(facts.cases);
    for (const kind of ['payoutDue', 'returnDue', 'deferred', 'reversing'] as const) {
      owedCount.set({ kind }, facts[kind].count);
      owedWon.set({ kind }, facts[kind].sum);
    }
  };
}

function lineMetrics(registry: Registry): Fill {
  const line = gauge(registry, 'line', '1 for the state that the line is in', ['state']);
  const offset = gauge(registry, 'clock_offset_ms', "The issuer's clock minus ours");
  const calls = counter(registry, 'calls_total', 'Answers of the issuer since the start', [
    'call',
    'outcome',
  ]);
  const duration = histogram(registry, 'call_duration_ms', 'Time of the calls since the start');
  return (facts) => {
    for (const state of LINE_STATES) line.set({ state }, facts.lineState === state ? 1 : 0);
    if (facts.clockOffsetMs !== null) offset.set(facts.clockOffsetMs);
    calls.reset();
    for (const [call, outcomes] of Object.entries(facts.outcomes)) {
      for (const [outcome, number] of Object.entries(outcomes)) calls.inc({ call, outcome }, number);
    }
    duration(facts.latency);
  };
}

function breakerGauges(registry: Registry): Fill {
  const breaker = gauge(registry, 'breaker', '1 for the state of the breaker before what can wait', [
    'state',
  ]);
  const failures = gauge(registry, 'breaker_failures', 'Calls in a row without an answer to be trusted');
  const next = gauge(
    registry,
    'line_next_try_seconds',
    'Until the line is tried again; 0: now, or nothing waits',
  );
  const pace = gauge(
    registry,
    'drain_per_minute',
    'Charges left for later that the issuer takes in a minute',
  );
  return ({ breaker: { state, failures: inARow }, nextTryMs, drainPerMinute, nowMs }) => {
    for (const each of BREAKER_STATES) breaker.set({ state: each }, state === each ? 1 : 0);
    failures.set(inARow);
    next.set(nextTryMs === null ? 0 : Math.max(0, nextTryMs - nowMs) / 1_000);
    // No value is not 0: at 0 the issuer takes none.
    if (drainPerMinute === null) pace.remove();
    else pace.set(drainPerMinute);
  };
}

function deliveryMetrics(registry: Registry): Fill {
  const depth = gauge(registry, 'delivery_depth', 'Payments that need the issuer, by request', ['request']);
  const byHost = gauge(registry, 'delivery_depth_by_host', 'Payments that need the issuer, by host state', [
    'host',
  ]);
  const oldest = gauge(
    registry,
    'delivery_oldest_age_seconds',
    'Since the scan of the oldest of them; 0: none',
  );
  const inFlight = gauge(registry, 'calls_in_flight', 'Calls under way');
  const attempts = counter(registry, 'call_attempts_total', 'Calls that went out since the start', ['call']);
  const late = counter(registry, 'late_answers_total', 'Answers to approvals that came after two seconds');
  const faults = counter(registry, 'ledger_faults_total', 'Commits that had to be tried again');
  return (facts) => {
    for (const [request, count] of Object.entries(facts.depth)) depth.set({ request }, count);
    for (const [host, count] of Object.entries(facts.depthByHost)) byHost.set({ host }, count);
    oldest.set(facts.oldestAtMs === null ? 0 : Math.max(0, facts.nowMs - facts.oldestAtMs) / 1_000);
    inFlight.set(facts.inFlight);
    for (const each of [attempts, late, faults]) each.reset();
    for (const [call, count] of Object.entries(facts.attempts)) attempts.inc({ call }, count);
    late.inc(facts.lateAnswers);
    faults.inc(facts.ledgerFaults);
  };
}

function machineMetrics(registry: Registry): Fill {
  const ready = gauge(registry, 'scanner_ready', '1 when the scanner can be used', ['scanner']);
  const frames = counter(registry, 'scanner_frames_total', 'Reads since the start', ['scanner']);
  const dropped = counter(registry, 'scanner_dropped_total', 'Pieces of reads that were dropped', [
    'scanner',
  ]);
  const unwell = gauge(registry, 'unwell', '1 for each reason why the till is not well', ['reason']);
  const memory = gauge(registry, 'resident_memory_bytes', 'Memory of the process');
  const cpu = counter(registry, 'cpu_seconds_total', 'Processor time of the process');
  const uptime = gauge(registry, 'uptime_seconds', 'Since the start of the process');
  return (facts) => {
    for (const each of [frames, dropped, cpu]) each.reset();
    for (const scanner of facts.scanners) {
      ready.set({ scanner: scanner.name }, scanner.ready ? 1 : 0);
      frames.inc({ scanner: scanner.name }, scanner.frames);
      dropped.inc({ scanner: scanner.name }, scanner.dropped);
    }
    unwell.reset();
    for (const reason of facts.healthReasons) unwell.set({ reason }, 1);
    const { user, system } = process.cpuUsage();
    memory.set(process.memoryUsage.rss());
    cpu.inc((user + system) / 1_000_000);
    uptime.set(process.uptime());
  };
}

export interface Metrics {
  text(): Promise<{ readonly contentType: string; readonly text: string }>;
}

/** `read` is called once per reading. */
export function createMetrics(read: () => MetricFacts): Metrics {
  const registry = new Registry();
  const fills = [
    moneyGauges(registry),
    lineMetrics(registry),
    breakerGauges(registry),
    deliveryMetrics(registry),
    machineMetrics(registry),
  ];
  return {
    text: async () => {
      const facts = read();
      for (const fill of fills) fill(facts);
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}
