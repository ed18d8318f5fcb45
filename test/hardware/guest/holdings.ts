/** What this process holds: the same count before and after a thousand plugs is the proof that none of them left anything. */
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
  return {
    // The descriptor of the directory that is being read is not counted.
    descriptors: readdirSync('/proc/self/fd').length - 1,
    resources,
    listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
    threads: Number(/^Threads:\s+(\d+)/m.exec(status)?.[1] ?? 0),
    residentKb: Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0),
    heapKb: Math.round(process.memoryUsage().heapUsed / 1024),
    cpuMs: Math.round((user + system) / 1000),
  };
}
