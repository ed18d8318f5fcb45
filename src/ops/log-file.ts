/** A log file that cannot fill the disk: at its size limit it is closed, numbered and a new one begun. */
import { closeSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

export interface LogFileOptions {
  readonly path: string;
  readonly maximumBytes: number;
  /** Closed files that are kept: PATH.1 (newest) to PATH.N. */
  readonly files: number;
}

/** Appends whole lines. It never throws after the opening: a log that cannot be written must not stop a payment. */
export class LogFile {
  readonly #options: LogFileOptions;
  #handle: number;
  #size: number;
  #lost = 0;

  /** Opens (or makes, mode 0600) the file. Throws what the file system throws. */
  constructor(options: LogFileOptions) {
    this.#options = options;
    mkdirSync(dirname(options.path), { recursive: true });
    this.#handle = openSync(options.path, 'a', 0o600);
    this.#size = fstatSync(this.#handle).size;
  }

  /** Lines that could not be written, since the opening. */
  get lost(): number {
    return this.#lost;
  }

  write(line: string): void {
    const bytes = Buffer.from(line);
    try {
      if (this.#size > 0 && this.#size + bytes.length > this.#options.maximumBytes) this.#turn();
      writeSync(this.#handle, bytes);
      this.#size += bytes.length;
    } catch {
      this.#lost += 1;
    }
  }

  #turn(): void {
    const { path, files } = this.#options;
    closeSync(this.#handle);
    rmSync(`${path}.${files}`, { force: true });
    for (let number = files - 1; number >= 1; number -= 1)
      renameIfThere(`${path}.${number}`, `${path}.${number + 1}`);
    renameIfThere(path, `${path}.1`);
    this.#handle = openSync(path, 'a', 0o600);
    this.#size = fstatSync(this.#handle).size;
  }

  close(): void {
    closeSync(this.#handle);
  }
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
