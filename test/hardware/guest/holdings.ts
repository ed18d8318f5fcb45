/** What this process holds, and whether many plugs left something behind. */
import { readdirSync, readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

export interface ProcessHoldings {
  readonly descriptors: number;
  /** Open handles by kind, as Node names them. */
  readonly resources: Readonly<Record<string, number>>;
  /** Listeners on `process` itself. */
  readonly listeners: number;
  readonly threads: number;
  readonly residentKb: number;
  /** Live objects of the JavaScript heap, after a full collection. */
  readonly heapKb: number;
  /** Resident memory that is neither a file's nor the JavaScript heap's, used or kept for later: what libraries in C hold. */
  readonly nativeKb: number;
  readonly cpuMs: number;
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

export function processHoldings(): ProcessHoldings {
  collect();
  const resources: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) resources[kind] = (resources[kind] ?? 0) + 1;
  const status = readFileSync('/proc/self/status', 'utf8');
  const { user, system } = process.cpuUsage();
  const { heapUsed, heapTotal } = process.memoryUsage();
  const numberOf = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
  return {
    // The descriptor of the directory that is being read is not counted.
    descriptors: readdirSync('/proc/self/fd').length - 1,
    resources,
    listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
    threads: numberOf('Threads'),
    residentKb: numberOf('VmRSS'),
    heapKb: Math.round(heapUsed / 1024),
    nativeKb: numberOf('RssAnon') - Math.round(heapTotal / 1024),
    cpuMs: Math.round((user + system) / 1000),
  };
}

/**
 * Timers, a child that sets a line, a look at a folder and a thread that begins or ends come and go with the moment of the look (up to
 * 5 were seen); what a cycle forgets is there once for each cycle.
 */
const MOMENT_SLACK = 6;

/** What has grown by more than a moment explains, such as `descriptors 12 -> 32`; nothing when nothing was left behind. */
export function leftBehind(before: ProcessHoldings, after: ProcessHoldings): readonly string[] {
  const counts = (held: ProcessHoldings): Readonly<Record<string, number>> => ({
    ...held.resources,
    descriptors: held.descriptors,
    threads: held.threads,
  });
  const [then, now] = [counts(before), counts(after)];
  const grown = Object.entries(now).filter(([what, count]) => count > (then[what] ?? 0) + MOMENT_SLACK);
  const listeners: [string, number][] =
    after.listeners > before.listeners ? [['listeners', after.listeners]] : [];
  return [...grown, ...listeners].map(
    ([what, count]) => `${what} ${what === 'listeners' ? before.listeners : (then[what] ?? 0)} -> ${count}`,
  );
}
