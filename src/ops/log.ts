/** The program's log: one JSON object per line, bounded, without card data. */
import { type DestinationStream, pino, stdTimeFunctions } from 'pino';
import { LogFile } from './log-file.ts';
import { scrub, scrubText } from './scrub.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Facts first, then a sentence. Facts are plain values; an error stands under `error`. */
export type LogCall = (facts: Readonly<Record<string, unknown>>, sentence: string) => void;

export interface Log {
  readonly debug: LogCall;
  readonly info: LogCall;
  readonly warn: LogCall;
  readonly error: LogCall;
  /** The same log with facts of its own in each line. */
  child(facts: Readonly<Record<string, unknown>>): Log;
}

export interface LogOptions {
  readonly level: LogLevel;
  /** null: standard output. */
  readonly file: string | null;
  readonly maximumBytes: number;
  readonly files: number;
}

export interface OpenLog {
  readonly log: Log;
  close(): void;
}

/** Opens the log. Throws when its file cannot be opened; writing never throws. */
export function openLog(options: LogOptions): OpenLog {
  if (options.file === null) {
    const out: DestinationStream = { write: (line) => void process.stdout.write(line) };
    return { log: logTo(out, options.level), close: () => undefined };
  }
  const file = new LogFile({ path: options.file, maximumBytes: options.maximumBytes, files: options.files });
  return { log: logTo(file, options.level), close: () => file.close() };
}

/** A log on any stream of lines; the tests' way in. */
export function logTo(stream: DestinationStream, level: LogLevel): Log {
  const logger = pino(
    {
      level,
      base: null,
      messageKey: 'sentence',
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    stream,
  );
  return wrap((at, facts, sentence) => logger[at](facts, sentence), {});
}

type Write = (level: LogLevel, facts: object, sentence: string) => void;

function wrap(write: Write, own: Readonly<Record<string, unknown>>): Log {
  const call =
    (level: LogLevel): LogCall =>
    (facts, sentence) =>
      write(level, scrub({ ...own, ...facts }) as object, scrubText(sentence));
  return {
    debug: call('debug'),
    info: call('info'),
    warn: call('warn'),
    error: call('error'),
    child: (facts) => wrap(write, { ...own, ...facts }),
  };
}
