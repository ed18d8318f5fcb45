/** The scanners of the terminal: whose frames go to which station, their state and counts, and the installer's test mode. */
import type { Frame, Scanner, ScannerStatus } from '../../drivers/scanner.ts';
import { diagnose, diagnoseUnended } from '../barcode/diagnose.ts';
import { judgeTest } from '../barcode/judge-test.ts';
import { maskFrame } from '../barcode/mask.ts';
import { type CodeTable, parseBarcode } from '../barcode/parse.ts';
import type { Clock } from '../intent/clock.ts';
import { kstDate } from './kst.ts';
import type { Snapshot } from './snapshot.ts';
import type { ScanResult, Station } from './station.ts';

/** A test ends by itself: scans in test mode open nothing. */
const TEST_MS = 120_000;

interface Bilingual {
  readonly ko: string;
  readonly en: string;
}

/** What one read was, masked: in test mode, or the newest one that looked like a payment and was none. */
export interface ScanReport {
  readonly scanner: string;
  readonly atMs: number;
  readonly length: number;
  readonly symbology: string | null;
  readonly ok: boolean;
  readonly reason: string | null;
  /** Why it does not parse (`Diagnosis.cause`), with its detail, and what the till reads for a layout. */
  readonly hint: string | null;
  readonly detail: string | null;
  readonly till: string | null;
  /** Page of the setup sheet that mends it. */
  readonly sheetPage: number | null;
  /** A code of the setup sheet, and what is wrong with this read of it; null: it is none. */
  readonly sheet: { readonly title: Bilingual; readonly ok: boolean; readonly text: Bilingual } | null;
  readonly looksLikeOurs: boolean;
  readonly masked: string;
}

export interface ScannerInfo {
  readonly status: ScannerStatus;
  readonly stationId: string;
  readonly sinceAtMs: number;
  readonly lastFrameAtMs: number | null;
  readonly lastUnreadable: ScanReport | null;
  /** Reads since midnight in Korea, tests included, and what became of them. */
  readonly framesToday: number;
  readonly results: Readonly<Record<ScanResult, number>>;
  readonly testUntilMs: number | null;
  readonly scanner: Scanner | null;
}

interface Entry {
  readonly station: Station;
  status: ScannerStatus;
  lastFrameAtMs: number | null;
  lastUnreadable: ScanReport | null;
  sinceAtMs: number;
  testUntilMonoMs: number | null;
  scanner: Scanner | null;
  today: Today;
}

/** Counts of one calendar day. */
interface Today {
  readonly date: string;
  frames: number;
  readonly results: Record<ScanResult, number>;
}

function newDay(date: string): Today {
  return { date, frames: 0, results: { accepted: 0, refused: 0, unreadable: 0, notOurs: 0 } };
}

/** The counts of the present day: yesterday's end with it. */
function todayOf(entry: Entry, wallMs: number): Today {
  const date = kstDate(wallMs);
  if (entry.today.date !== date) entry.today = newDay(date);
  return entry.today;
}

function isTested({ testUntilMonoMs }: Entry, monoMs: number): boolean {
  return testUntilMonoMs !== null && monoMs < testUntilMonoMs;
}

export class ScannerBench {
  readonly #clock: Clock;
  readonly #codeTable: CodeTable;
  readonly #entries = new Map<string, Entry>();
  readonly #changes = new Set<() => void>();
  readonly #tests = new Set<(report: ScanReport) => void>();
  #scans = 0;

  constructor(clock: Clock, codeTable: CodeTable) {
    this.#clock = clock;
    this.#codeTable = codeTable;
  }

  /** Makes a scanner known before it is opened. */
  add(name: string, driver: string, station: Station): void {
    const now = this.#clock.now();
    this.#entries.set(name, {
      station,
      status: { name, driver, state: 'connecting', sinceMonoMs: now.monoMs },
      lastFrameAtMs: null,
      lastUnreadable: null,
      sinceAtMs: now.wallMs,
      testUntilMonoMs: null,
      scanner: null,
      today: newDay(kstDate(now.wallMs)),
    });
    this.#show(station);
  }

  opened(name: string, scanner: Scanner): void {
    const entry = this.#entries.get(name);
    if (entry !== undefined) entry.scanner = scanner;
  }

  /** One complete read: a test shows it, otherwise the station judges it. */
  frame(frame: Frame): void {
    const entry = this.#entries.get(frame.source);
    if (entry === undefined) return;
    this.#scans += 1;
    const now = this.#clock.now();
    entry.lastFrameAtMs = now.wallMs;
    const today = todayOf(entry, now.wallMs);
    today.frames += 1;
    if (isTested(entry, now.monoMs)) {
      this.#tell(this.#report(frame, now.wallMs));
      return;
    }
    const result = entry.station.scan(frame);
    today.results[result] += 1;
    if (result === 'unreadable') {
      entry.lastUnreadable = this.#report(frame, now.wallMs);
      for (const listener of this.#changes) listener();
    } else if (result === 'accepted') entry.lastUnreadable = null;
  }

  /** A read without its end: a test shows it; a payment is explained to the cashier and kept, masked, for the installer. */
  unended(frame: Frame): void {
    const entry = this.#entries.get(frame.source);
    if (entry === undefined) return;
    const now = this.#clock.now();
    const report = this.#unendedReport(frame, now.wallMs);
    if (isTested(entry, now.monoMs)) {
      this.#tell(report);
      return;
    }
    if (entry.station.unended(frame) === 'unreadable') entry.lastUnreadable = report;
    for (const listener of this.#changes) listener();
  }

  status(status: ScannerStatus): void {
    const entry = this.#entries.get(status.name);
    if (entry === undefined) return;
    if (entry.status.state !== status.state) entry.sinceAtMs = this.#clock.now().wallMs;
    entry.status = status;
    this.#show(entry.station);
    for (const listener of this.#changes) listener();
  }

  /** Complete reads of all scanners since the start, whatever became of them. Most of them change nothing else. */
  scans(): number {
    return this.#scans;
  }

  /** False: no such scanner. */
  setTest(name: string, on: boolean): boolean {
    const entry = this.#entries.get(name);
    if (entry === undefined) return false;
    entry.testUntilMonoMs = on ? this.#clock.now().monoMs + TEST_MS : null;
    for (const listener of this.#changes) listener();
    return true;
  }

  list(): readonly ScannerInfo[] {
    const now = this.#clock.now();
    return [...this.#entries.values()].map((entry) => ({
      framesToday: todayOf(entry, now.wallMs).frames,
      results: todayOf(entry, now.wallMs).results,
      status: entry.status,
      stationId: entry.station.stationId,
      sinceAtMs: entry.sinceAtMs,
      lastFrameAtMs: entry.lastFrameAtMs,
      lastUnreadable: entry.lastUnreadable,
      testUntilMs:
        entry.testUntilMonoMs === null || entry.testUntilMonoMs <= now.monoMs
          ? null
          : now.wallMs + entry.testUntilMonoMs - now.monoMs,
      scanner: entry.scanner,
    }));
  }

  onChange(listener: () => void): () => void {
    this.#changes.add(listener);
    return () => {
      this.#changes.delete(listener);
    };
  }

  onTest(listener: (report: ScanReport) => void): () => void {
    this.#tests.add(listener);
    return () => {
      this.#tests.delete(listener);
    };
  }

  /** The strip shows the best of a station's scanners: one that reads is enough. */
  #show(station: Station): void {
    const all = [...this.#entries.values()].filter((entry) => entry.station === station);
    const best =
      all.find(({ status }) => status.state === 'ready' && status.problem === undefined) ??
      all.find(({ status }) => status.state === 'ready') ??
      all[0];
    station.setScanner(best === undefined ? NONE : stripOf(best.status));
  }

  #tell(report: ScanReport): void {
    for (const listener of this.#tests) listener(report);
  }

  #unendedReport(frame: Frame, atMs: number): ScanReport {
    const { cause, detail, till, sheetPage, ours } = diagnoseUnended(frame.text, this.#codeTable);
    const said = { ok: false, reason: null, hint: cause, detail, till, sheetPage, sheet: null } as const;
    return { ...this.#report(frame, atMs), ...said, looksLikeOurs: ours };
  }

  #report(frame: Frame, atMs: number): ScanReport {
    const symbology = frame.symbology ?? null;
    const parsed = parseBarcode(frame.text, this.#codeTable, symbology);
    const diagnosis = parsed.ok ? null : diagnose(frame.text, this.#codeTable, symbology);
    return {
      scanner: frame.source,
      atMs,
      length: frame.text.length,
      symbology: parsed.ok ? parsed.symbology : symbology,
      ok: parsed.ok,
      reason: parsed.ok ? null : parsed.reason,
      hint: diagnosis?.cause ?? null,
      detail: diagnosis?.detail ?? null,
      till: diagnosis?.till ?? null,
      sheetPage: diagnosis?.sheetPage ?? null,
      sheet: parsed.ok ? null : sheetReport(frame.text, symbology),
      looksLikeOurs: parsed.ok || parsed.looksLikeOurs,
      masked: maskFrame(frame.text, this.#codeTable),
    };
  }
}

/** How well a code of the setup sheet was read. */
function sheetReport(text: string, symbology: string | null): ScanReport['sheet'] {
  const { code, findings } = judgeTest(text, symbology);
  if (code === null) return null;
  const wrong = findings.filter(({ ok }) => !ok);
  const told = wrong.length > 0 ? wrong : findings;
  const words = (language: keyof Bilingual): string => told.map((finding) => finding[language]).join('; ');
  return { title: code.title, ok: wrong.length === 0, text: { ko: words('ko'), en: words('en') } };
}

const NONE: Snapshot['strip']['scanner'] = { state: 'none', name: null, problem: null };

function stripOf(status: ScannerStatus): Snapshot['strip']['scanner'] {
  const problem = status.problem?.code ?? null;
  const { name } = status;
  if (status.state === 'ready') return { state: problem === null ? 'ready' : 'checkSetup', name, problem };
  return { state: status.state === 'fault' ? 'notOpen' : 'unplugged', name, problem };
}
