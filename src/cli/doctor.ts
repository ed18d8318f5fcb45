/** `doctor`: looks at the whole machine. Exit 0, or 1 and the list of what to mend. */
import { listScanners } from '../../drivers/list.ts';
import { ConfigError, readConfig } from '../ops/config.ts';
import type { Config } from '../ops/config-schema.ts';
import {
  bad,
  checkClock,
  checkLedgerFolder,
  checkPosPorts,
  checkPosSockets,
  checkPrivacy,
  checkRuntime,
  checkService,
  checkUdevRules,
  checkUsbLibrary,
  checkVaultKey,
  checkWebPort,
  type Finding,
  keyFindings,
  ok,
} from '../ops/doctor.ts';
import { checkBackups } from './backup-finding.ts';
import { lookAtKeys } from './config-check.ts';
import { type CommonOptions, EXIT, type Io, print } from './io.ts';
import { configFile } from './places.ts';
import { checkPlatform } from './platform-finding.ts';
import { checkKeystrokes, checkScanners } from './scanner-findings.ts';

function readConfiguration(file: string): Config | Finding[] {
  try {
    return readConfig(file);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.faults.map(({ path, text }) =>
      bad(path === '' ? 'configuration' : path, text, `edit ${file}, then: kona-till config check`),
    );
  }
}

async function machineFindings(): Promise<Finding[]> {
  return [
    checkRuntime(),
    checkUsbLibrary(),
    checkUdevRules(),
    checkKeystrokes(await listScanners()),
    await checkClock(),
    await checkService(),
  ];
}

async function configFindings(config: Config, file: string, env: Io['env']): Promise<Finding[]> {
  return [
    ok('configuration', file),
    ...keyFindings(lookAtKeys(config, env)),
    ...checkLedgerFolder(config),
    checkPrivacy(config),
    checkVaultKey(config, env),
    checkBackups(config, Date.now()),
    await checkPlatform(config, env),
    await checkWebPort(config),
    ...checkPosPorts(config),
    ...checkPosSockets(config),
    ...(await checkScanners(config, await listScanners())),
  ];
}

export async function doctor(io: Io, options: CommonOptions): Promise<number> {
  const file = configFile(io, options);
  const config = readConfiguration(file);
  const rest = Array.isArray(config) ? config : await configFindings(config, file, io.env);
  const findings = [...(await machineFindings()), ...rest];
  const wrong = findings.filter(({ state }) => state === 'bad').length;
  const mark = { ok: 'ok   ', warn: 'note ', bad: 'WRONG' } as const;
  const lines = findings.map(({ name, state, text, mend }) => {
    const head = `${mark[state]}  ${name}: ${text}`;
    return mend === null ? head : `${head}\n         -> ${mend}`;
  });
  const summary = wrong === 0 ? 'Nothing must be mended.' : `${wrong} to mend.`;
  print(io, options, { ok: wrong === 0, findings }, `${lines.join('\n')}\n${summary}`);
  return wrong === 0 ? EXIT.done : EXIT.foundWrong;
}
