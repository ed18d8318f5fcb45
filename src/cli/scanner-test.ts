/** `scanners test`: a person scans the test sheet, each read is judged, and the outcome is counted in the end. */
import { openScanner } from '../../drivers/open.ts';
import type { Frame, Scanner, ScannerStatistics, ScannerStatus } from '../../drivers/scanner.ts';
import { diagnose } from '../barcode/diagnose.ts';
import { judgeTest, rereadTime, type TestFinding, type TestJudgement } from '../barcode/judge-test.ts';
import { maskFrame } from '../barcode/mask.ts';
import { type CodeTable, DEFAULT_CODE_TABLE, parseBarcode } from '../barcode/parse.ts';
import { TEST_CODES } from '../barcode/test-sheet.ts';
import { SystemClock } from '../ops/clock.ts';
import type { ScannerConfig } from '../ops/config-schema.ts';
import { CommandError, type CommonOptions, EXIT, type Io, print } from './io.ts';
import { CURES } from './scanner-findings.ts';
import { configOrNull } from './scanners.ts';
import { untilStopped } from './stopping.ts';

export interface ScannersTestOptions extends CommonOptions {
  readonly seconds?: string;
}

const SECONDS_DEFAULT = 120;
const SECONDS_MAX = 3_600;
const LOOK_MS = 200;
/** More reads of one code than anybody needs for its re-read time. */
const READS_KEPT = 50;

export interface ScannerOutcome {
  readonly name: string;
  /** Every Code 128 of the sheet was right when it was last read, and nothing was found wrong. */
  readonly ok: boolean;
  readonly codes: readonly {
    readonly id: string;
    /** Null: not scanned. */
    readonly ok: boolean | null;
    readonly findings: readonly TestFinding[];
  }[];
  readonly reread: ReturnType<typeof rereadTime>;
  /** What is wrong beside the codes, one sentence each. */
  readonly faults: readonly string[];
}

/** What one scanner has shown so far. Keeps judgements, never a text. */
export class ScannerTrial {
  readonly name: string;
  readonly #codeTable: CodeTable;
  readonly #judged = new Map<string, TestJudgement>();
  #repeated: { readonly text: string; readonly readsMonoMs: number[] } | null = null;
  #reread: ReturnType<typeof rereadTime> = null;
  #frames = 0;
  #problem: string | null = null;

  constructor(name: string, codeTable: CodeTable) {
    this.name = name;
    this.#codeTable = codeTable;
  }

  /** Judges one read and says it in a sentence that may be shown. */
  take({ text, symbology, monoMs }: Frame): string {
    this.#frames += 1;
    this.#time(text, monoMs);
    const judgement = judgeTest(text, symbology ?? null);
    const { code, findings } = judgement;
    if (code === null) return this.#describeOther(text, symbology ?? null);
    this.#judged.set(code.id, judgement);
    const page = findings.find(({ ok }) => !ok)?.sheetPage ?? null;
    const words = findings.map(({ en }) => en).join('; ');
    const mark = findings.every(({ ok }) => ok) ? 'ok   ' : 'WRONG';
    return `${mark}  ${code.title.en}: ${words}${page === null ? '' : ` (setup sheet, page ${page})`}`;
  }

  status({ state, problem }: ScannerStatus): string {
    this.#problem = problem === undefined ? null : `${problem.text} -> ${CURES[problem.code]}`;
    return problem === undefined ? state : `${state}: ${this.#problem}`;
  }

  /** All codes were scanned and the re-read time is known: nothing more can be learned. */
  isComplete(): boolean {
    return this.#judged.size === TEST_CODES.length && this.#reread !== null;
  }

  outcome({ dropped }: ScannerStatistics): ScannerOutcome {
    const codes = TEST_CODES.map(({ id, symbology }) => {
      const findings = this.#judged.get(id)?.findings ?? null;
      const ok = findings === null ? null : findings.every((finding) => finding.ok);
      return { id, ok, findings: findings ?? [], isNeeded: symbology === 'CODE128' };
    });
    const faults = [
      ...(this.#problem === null ? [] : [this.#problem]),
      ...(this.#frames === 0 ? ['nothing was read'] : []),
      ...(dropped.CUT > 0 ? [NO_END] : []),
      ...(dropped.TOO_LONG > 0 ? ['a read was longer than 256 characters: the suffix is missing'] : []),
      ...(dropped.UNDECODABLE > 0 ? ['the device sent reports that it does not describe'] : []),
      ...(this.#reread?.ok === false ? [this.#reread.en] : []),
      ...codes.filter(({ ok, isNeeded }) => isNeeded && ok === null).map(({ id }) => `${id}: not scanned`),
    ];
    return {
      name: this.name,
      ok: faults.length === 0 && codes.every(({ ok }) => ok !== false),
      codes: codes.map(({ isNeeded, ...code }) => code),
      reread: this.#reread,
      faults,
    };
  }

  #time(text: string, monoMs: number): void {
    if (this.#repeated?.text !== text) this.#repeated = { text, readsMonoMs: [] };
    const { readsMonoMs } = this.#repeated;
    if (readsMonoMs.length < READS_KEPT) readsMonoMs.push(monoMs);
    this.#reread = rereadTime(readsMonoMs) ?? this.#reread;
  }

  #describeOther(text: string, symbology: string | null): string {
    if (parseBarcode(text, this.#codeTable, symbology).ok) return 'a payment barcode: it opens nothing here';
    const { explanation, cure } = diagnose(text, this.#codeTable, symbology);
    return `not of the sheet: ${maskFrame(text, this.#codeTable)}  ${explanation} ${cure}`;
  }
}

const NO_END =
  'a read without its end: set the scanner to send CR, or "suffix" to "none" in the configuration (setup sheet, page 3)';

function secondsOf(text: string | undefined): number {
  const seconds = text === undefined ? SECONDS_DEFAULT : Number(text);
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > SECONDS_MAX) {
    throw new CommandError(`--seconds is a whole number from 1 to ${SECONDS_MAX}`, EXIT.wrongUse);
  }
  return seconds;
}

/** The scanners to test: those of the configuration, or whatever is plugged in when there is none. */
function chosenOf(io: Io, name: string | undefined, options: CommonOptions): [ScannerConfig[], CodeTable] {
  const config = configOrNull(io, options);
  if (config === null) {
    if (name !== undefined) throw new CommandError('there is no configuration that names a scanner');
    return [[AUTO], DEFAULT_CODE_TABLE];
  }
  const chosen = config.scanners.filter((scanner) => name === undefined || scanner.name === name);
  if (chosen.length === 0)
    throw new CommandError(name === undefined ? 'no scanner is configured' : `no scanner is called ${name}`);
  return [chosen, config.codeTable];
}

const AUTO: ScannerConfig = {
  name: 'scanner',
  driver: 'auto',
  vendorId: null,
  productId: null,
  serialNumber: null,
  portPath: null,
  layout: 'US',
  baudRate: 9_600,
  dataBits: 8,
  parity: 'none',
  stopBits: 1,
  rtscts: false,
  xonXoff: false,
  suffix: 'auto',
  prefix: '',
  idleMs: 100,
  partialMs: 1_000,
};

/** Opens the scanners (all, or one by name) and judges reads of the test sheet until all is known, the time is over or Ctrl-C. */
export async function scannersTest(
  io: Io,
  name: string | undefined,
  options: ScannersTestOptions,
): Promise<number> {
  const seconds = secondsOf(options.seconds);
  const [chosen, codeTable] = chosenOf(io, name, options);
  const say = (line: string): void => (options.json === true ? io.err(line) : io.out(line));
  const clock = new SystemClock();
  const open: { trial: ScannerTrial; scanner: Scanner }[] = chosen.map((config) => {
    const trial = new ScannerTrial(config.name, codeTable);
    const scanner = openScanner(config, clock, {
      frame: (frame) => say(`${config.name}: ${trial.take(frame)}`),
      status: (status) => io.err(`${config.name}: ${trial.status(status)}`),
    });
    return { trial, scanner };
  });
  io.err(
    `Scan each code of the sheet (kona-till scanners sheet FILE), and hold one still for three reads. It ends after ${seconds} s or Ctrl-C. ` +
      'The agent must not run meanwhile.',
  );
  await ended(seconds, () => open.every(({ trial }) => trial.isComplete()));
  await Promise.all(open.map(({ scanner }) => scanner.close()));
  const outcomes = open.map(({ trial, scanner }) => trial.outcome(scanner.statistics()));
  const ok = outcomes.every((outcome) => outcome.ok);
  print(io, options, { ok, scanners: outcomes }, outcomes.map(summaryOf).join('\n'));
  return ok ? EXIT.done : EXIT.foundWrong;
}

/** Resolves when it is complete, when the time is over, or at a signal. */
async function ended(seconds: number, isComplete: () => boolean): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let look: NodeJS.Timeout | undefined;
  await Promise.race([
    untilStopped(),
    new Promise<void>((done) => {
      timer = setTimeout(done, seconds * 1_000);
      look = setInterval(() => isComplete() && done(), LOOK_MS);
    }),
  ]);
  clearTimeout(timer);
  clearInterval(look);
}

function summaryOf({ name, ok, codes, reread, faults }: ScannerOutcome): string {
  const right = codes.filter((code) => code.ok === true).length;
  const wrong = codes.filter((code) => code.ok === false).map(({ id }) => id);
  const lines = [
    `${ok ? 'ok   ' : 'WRONG'}  ${name}: ${right} of ${codes.length} codes right${wrong.length === 0 ? '' : `, wrong: ${wrong.join(', ')}`}`,
    ...(reread?.ok === true ? [`       ${reread.en}`] : []),
    ...faults.map((fault) => `       ${fault}`),
  ];
  return lines.join('\n');
}
