/**
 * Verifies a ledger in a process of its own or, as the control, holds all its entries. Says the most memory of its own that it
 * had: the pages of the mapped file are the system's and do not count.
 */
import { readFileSync, writeSync } from 'node:fs';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { openLedgerReadOnly } from '../../../src/ledger/ledger.ts';

interface Work {
  readonly file: string;
  readonly how: string;
}

/** Anonymous memory of the process, MiB: heap of both threads and what SQLite allocated. */
function ownMib(): number {
  const found = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
  if (found === null) throw new Error('this system does not say RssAnon');
  return Number(found[1]) / 1_024;
}

function work({ file, how }: Work): { ok: boolean; entries: number; held: number } {
  const reader = openLedgerReadOnly({ file });
  try {
    if (how === 'verify') return { ...reader.verify(), held: 0 };
    const held = [];
    let entries = 0;
    for (let part = reader.entries(1, 1_000); part.length > 0; part = reader.entries(entries + 1, 1_000)) {
      held.push(part);
      entries += part.length;
    }
    return { ok: true, entries, held: held.length };
  } finally {
    reader.close();
  }
}

if (isMainThread) {
  const [file = '', how = ''] = process.argv.slice(2);
  const worker = new Worker(new URL(import.meta.url), {
    workerData: { file, how } satisfies Work,
    resourceLimits: { maxYoungGenerationSizeMb: 2 },
  });
  let peakMib = ownMib();
  const watch = setInterval(() => {
    peakMib = Math.max(peakMib, ownMib());
  }, 2);
  worker.once('message', ({ ok, entries }: ReturnType<typeof work>) => {
    clearInterval(watch);
    peakMib = Math.max(peakMib, ownMib());
    writeSync(1, `${JSON.stringify({ ok, entries, peakMib })}\n`);
  });
} else {
  parentPort?.postMessage(work(workerData as Work));
}
