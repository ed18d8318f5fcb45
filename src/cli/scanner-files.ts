/** `scanners sheet FILE` and `scanners recording FILE`: what an installer prints, and what the agent's recorder kept. */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { testSheetHtml } from '../barcode/test-sheet.ts';
import { callAgent } from './control.ts';
import { CommandError, type CommonOptions, EXIT, type Io, print } from './io.ts';

/** Nothing that is there is overwritten. */
function writeNew(io: Io, name: string, text: string): string {
  const file = resolve(io.cwd, name);
  try {
    writeFileSync(file, text, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EEXIST') throw new CommandError(`${file} cannot be written (${code ?? 'unknown error'})`);
    throw new CommandError(`${file} is there already; nothing was written`, EXIT.wrongUse);
  }
  return file;
}

/** Writes the test sheet as one HTML file that fetches nothing: open it in a browser, print it at 100 %. */
export async function scannersSheet(io: Io, name: string, options: CommonOptions): Promise<number> {
  const file = writeNew(io, name, testSheetHtml());
  print(io, options, { file }, `The sheet is ${file}: open it in a browser and print it at 100 %.`);
  return EXIT.done;
}

/** Writes the running agent's recording, masked as it was kept, as one JSON document. */
export async function scannersRecording(io: Io, name: string, options: CommonOptions): Promise<number> {
  const recording = (await callAgent(io, options, 'scanners/recording')) as {
    readonly entries: readonly unknown[];
    readonly lost: number;
  };
  const file = writeNew(io, name, `${JSON.stringify(recording, null, 2)}\n`);
  const count = recording.entries.length;
  print(
    io,
    options,
    { file, entries: count, lost: recording.lost },
    `${count} entries are in ${file}; ${recording.lost} older ones were overwritten.`,
  );
  return EXIT.done;
}
