/** A command line in a folder with a configuration, as a test runs it: what it printed and how it ended. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommandLine } from '../../../src/cli/program.ts';
import { SMALLEST } from '../ops/smallest.ts';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The name by which `runIn` finds it. */
const CONFIGURATION = 'till.jsonc';

/** Runs `kona-till ARGS` with `folder` as its place and, where there is one, the configuration in it. */
export async function runIn(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  let out = '';
  let err = '';
  const code = await runCommandLine(args, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    env: { ...(existsSync(join(folder, CONFIGURATION)) ? { KONA_TILL_CONFIG: CONFIGURATION } : {}), ...env },
    cwd: folder,
    isTty: false,
  });
  return { code, out, err };
}

export interface Configured {
  readonly ledger: { readonly directory: string; readonly vaultKeyFile: string };
  readonly merchantId?: string;
  readonly terminalId?: string;
  /** Port of the agent's pages. */
  readonly port?: number;
  /** What `web` says besides the port. */
  readonly web?: object;
}

/** Writes the smallest configuration of a till; nothing in it is reached but what the test gives. */
export function writeConfiguration(folder: string, configured: Configured, name = CONFIGURATION): void {
  const { ledger, merchantId = 'M'.repeat(15), terminalId = 'T1', port, web } = configured;
  const config = {
    ...SMALLEST,
    environment: 'test',
    platform: { ...SMALLEST.platform, baseUrl: 'http://127.0.0.1:9/open-api', merchantId, terminalId },
    ledger,
    ...(port === undefined ? {} : { web: { port, ...web } }),
  };
  writeFileSync(join(folder, name), JSON.stringify(config));
}
