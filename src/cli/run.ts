/** `run`: the agent, until a signal or until the ledger says that only a new start can judge. */
import { startAgent } from '../agent.ts';
import { LedgerFault } from '../ledger/ledger.ts';
import { ledgerFileOf, readConfig } from '../ops/config.ts';
import type { Config } from '../ops/config-schema.ts';
import { type Log, openLog } from '../ops/log.ts';
import { SecretError } from '../ops/secrets.ts';
import { agentOptions, programVersion, VAULT_KEY, webAddress } from './agent-options.ts';
import { type CommonOptions, EXIT, type Io } from './io.ts';
import { explainLedger } from './ledger-access.ts';
import { configFile } from './places.ts';
import { explainListen } from './ports.ts';
import { type StandInCode, standIn } from './stand-in.ts';
import { endWithin, untilStopped } from './stopping.ts';

const END_MS = 10_000;
/** So long a page says what is wrong; then the process ends, and the next start tries again. */
const STAND_IN_MS = 30_000;

interface Ending {
  readonly exitCode: number;
  readonly why: string;
}

/** What a page can say of it; null: neither the ledger nor its key file. */
function standInCode(error: unknown): StandInCode | null {
  if (error instanceof LedgerFault) return error.code;
  if (!(error instanceof SecretError) || error.key !== VAULT_KEY) return null;
  return error.code === 'TOO_OPEN' ? 'KEY_TOO_OPEN' : 'KEY_UNREADABLE';
}

/** Tells the pages why the till does not start, for a while or until it is stopped. */
async function tell(error: unknown, config: Config, log: Log, stopped: Promise<unknown>): Promise<void> {
  const code = standInCode(error);
  if (code === null) return;
  log.error({ code }, 'the ledger keeps the till from starting');
  const waited = Promise.race([stopped, new Promise((done) => setTimeout(done, STAND_IN_MS).unref())]);
  await standIn(webAddress(config), code, waited, (port) => log.info({ port }, 'a page says so'));
}

export async function run(io: Io, options: CommonOptions): Promise<number> {
  const stopped = untilStopped();
  const file = configFile(io, options);
  const config = readConfig(file);
  const { log, close: closeLog } = openLog(config.log);
  let faulted: (ending: Ending) => void = () => undefined;
  const fault = new Promise<Ending>((done) => {
    faulted = done;
  });
  const onFault = (error: unknown): void => {
    log.error({ error }, 'the ledger cannot go on; the next start decides');
    faulted({ exitCode: EXIT.couldNotRun, why: 'fault' });
  };
  const begin = async () => startAgent(agentOptions({ config, configFile: file, log, onFault }));
  const agent = await begin().catch(async (error: unknown) => {
    await tell(error, config, log, stopped);
    const explained = explainLedger(error, ledgerFileOf(config));
    throw explainListen(explained, config.web.port, 'web.port in the configuration');
  });
  const version = programVersion();
  log.info({ address: agent.address, run: agent.run, pid: process.pid, version }, 'ready');
  const codeFile = agent.installerCodeFile();
  if (codeFile !== null)
    log.info({ file: codeFile }, "the first manager needs the installer's code in this file");
  const ending = await Promise.race([
    stopped.then((signal): Ending => ({ exitCode: EXIT.done, why: signal })),
    fault,
  ]);
  endWithin(END_MS, EXIT.couldNotRun);
  log.info({ why: ending.why }, 'ending');
  await agent.close();
  log.info({}, 'ended');
  closeLog();
  return ending.exitCode;
}
