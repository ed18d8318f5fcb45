/** What a command may touch of the world around it, its exit codes, and the errors that carry one. */

/** 0 done, 1 it found something wrong, 2 wrong use, 3 it could not run. */
export const EXIT = { done: 0, foundWrong: 1, wrongUse: 2, couldNotRun: 3 } as const;

export interface Io {
  out(text: string): void;
  err(text: string): void;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly isTty: boolean;
}

/** Options that every command takes. */
export interface CommonOptions {
  readonly config?: string;
  readonly json?: boolean;
}

/** A sentence for the person at the keyboard, with the exit code it ends in. Its text holds no card data. */
export class CommandError extends Error {
  readonly exitCode: number;
  constructor(message: string, exitCode: number = EXIT.couldNotRun) {
    super(message);
    this.name = 'CommandError';
    this.exitCode = exitCode;
  }
}

export function processIo(): Io {
  return {
    out: (text) => process.stdout.write(text.endsWith('\n') ? text : `${text}\n`),
    err: (text) => process.stderr.write(text.endsWith('\n') ? text : `${text}\n`),
    env: process.env,
    cwd: process.cwd(),
    isTty: process.stdout.isTTY === true,
  };
}

/** Prints a value as one JSON document, or its text, as `--json` asks. */
export function print(io: Io, options: CommonOptions, value: unknown, text: string): void {
  io.out(options.json === true ? JSON.stringify(value, null, 2) : text);
}
