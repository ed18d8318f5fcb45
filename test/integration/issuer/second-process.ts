import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { IssuerOptions } from '../../../src/issuer/issuer.ts';

/** What a process of its own can be told: plain values only. */
export type PlainOptions = Pick<IssuerOptions, 'storage' | 'admin' | 'policy' | 'limits' | 'sampleCards'>;

export interface SecondProcess {
  readonly baseUrl: string;
  stop(): Promise<void>;
}

/** Another issuer in a process of its own, on the same database as the first. Resolves when it answers. */
export async function secondProcess(options: PlainOptions): Promise<SecondProcess> {
  const script = new URL('./issuer-child.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, JSON.stringify(options)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  const [baseUrl] = await once(lines, 'line');
  return {
    baseUrl: String(baseUrl),
    async stop() {
      const exited = once(child, 'exit');
      child.stdin.end();
      await exited;
    },
  };
}
