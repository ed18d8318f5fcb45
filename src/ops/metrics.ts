/** Numbers for Prometheus, read when they are asked for: nothing runs between two readings. */
import { Gauge, Registry } from 'prom-client';

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
  readonly journalIndex: number;
  readonly open: number;
  readonly cases: number;
  readonly payoutDue: CountAndSum;
  readonly returnDue: CountAndSum;
  readonly deferred: CountAndSum;
  readonly reversing: CountAndSum;
  readonly lineState: string;
  readonly clockOffsetMs: number | null;
  /** Payments that need the issuer, by the request that is due or waited for. */
  readonly depth: Readonly<Record<string, number>>;
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

type Fill = (facts: MetricFacts) => void;

function gauge(registry: Registry, name: string, help: string, labels: readonly string[] = []): Gauge {
  return new Gauge({ name: `kona_till_${name}`, help, labelNames: [...labels], registers: [registry] });
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

function lineGauges(registry: Registry): Fill {
  const line = gauge(registry, 'line', '1 for the state that the line is in', ['state']);
  const offset = gauge(registry, 'clock_offset_ms', "The issuer's clock minus ours");
  const calls = gauge(registry, 'calls_total', 'Answers of the issuer since the start', ['call', 'outcome']);
  const bucket = gauge(registry, 'call_duration_ms_bucket', 'Calls that took at most le', ['call', 'le']);
  const sum = gauge(registry, 'call_duration_ms_sum', 'Time of all calls', ['call']);
  const count = gauge(registry, 'call_duration_ms_count', 'Number of calls', ['call']);
  return (facts) => {
    for (const state of LINE_STATES) line.set({ state }, facts.lineState === state ? 1 : 0);
    if (facts.clockOffsetMs !== null) offset.set(facts.clockOffsetMs);
    for (const [call, outcomes] of Object.entries(facts.outcomes)) {
      for (const [outcome, number] of Object.entries(outcomes)) calls.set({ call, outcome }, number);
    }
    for (const [call, histogram] of Object.entries(facts.latency)) {
      let below = 0;
      histogram.counts.forEach((number, place) => {
        below += number;
        bucket.set({ call, le: String(histogram.boundsMs[place] ?? '+Inf') }, below);
      });
      sum.set({ call }, histogram.sumMs);
      count.set({ call }, histogram.count);
    }
  };
}

function deliveryGauges(registry: Registry): Fill {
  const depth = gauge(registry, 'delivery_depth', 'Payments that need the issuer, by request', ['request']);
  const oldest = gauge(
    registry,
    'delivery_oldest_age_seconds',
    'Since the scan of the oldest of them; 0: none',
  );
  const inFlight = gauge(registry, 'calls_in_flight', 'Calls under way');
  const attempts = gauge(registry, 'call_attempts_total', 'Calls that went out since the start', ['call']);
  const late = gauge(registry, 'late_answers_total', 'Answers to approvals that came after two seconds');
  const faults = gauge(registry, 'ledger_faults_total', 'Commits that had to be tried again');
  return (facts) => {
    for (const [request, count] of Object.entries(facts.depth)) depth.set({ request }, count);
    oldest.set(facts.oldestAtMs === null ? 0 : Math.max(0, Date.now() - facts.oldestAtMs) / 1_000);
    inFlight.set(facts.inFlight);
    for (const [call, count] of Object.entries(facts.attempts)) attempts.set({ call }, count);
    late.set(facts.lateAnswers);
    faults.set(facts.ledgerFaults);
  };
}

function machineGauges(registry: Registry): Fill {
  const ready = gauge(registry, 'scanner_ready', '1 when the scanner can be used', ['scanner']);
  const frames = gauge(registry, 'scanner_frames_total', 'Reads since the start', ['scanner']);
  const dropped = gauge(registry, 'scanner_dropped_total', 'Pieces of reads that were dropped', ['scanner']);
  const unwell = gauge(registry, 'unwell', '1 for each reason why the till is not well', ['reason']);
  const memory = gauge(registry, 'resident_memory_bytes', 'Memory of the process');
  const cpu = gauge(registry, 'cpu_seconds_total', 'Processor time of the process');
  const uptime = gauge(registry, 'uptime_seconds', 'Since the start of the process');
  return (facts) => {
    for (const scanner of facts.scanners) {
      ready.set({ scanner: scanner.name }, scanner.ready ? 1 : 0);
      frames.set({ scanner: scanner.name }, scanner.frames);
      dropped.set({ scanner: scanner.name }, scanner.dropped);
    }
    unwell.reset();
    for (const reason of facts.healthReasons) unwell.set({ reason }, 1);
    const { user, system } = process.cpuUsage();
    memory.set(process.memoryUsage.rss());
    cpu.set((user + system) / 1_000_000);
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
    lineGauges(registry),
    deliveryGauges(registry),
    machineGauges(registry),
  ];
  return {
    text: async () => {
      const facts = read();
      for (const fill of fills) fill(facts);
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}
