/** `run`: the agent, until a signal or until the ledger says that only a new start can judge. */
import { startAgent } from '../agent.ts';
import { LedgerFault } from '../ledger/ledger.ts';
import { readConfig } from '../ops/config.ts';
import { openLog } from '../ops/log.ts';
import { agentOptions } from './agent-options.ts';
import { type CommonOptions, EXIT, type Io } from './io.ts';
import { explainLedger } from './ledger-access.ts';
import { configFile } from './places.ts';
import { explainListen } from './ports.ts';
import { standIn } from './stand-in.ts';
import { endWithin, untilStopped } from './stopping.ts';

const END_MS = 10_000;
/** So long a page says what is wrong; then the process ends, and the next start tries again. */
const STAND_IN_MS = 30_000;

interface Ending {
  readonly exitCode: number;
  readonly why: string;
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
  const setup = agentOptions({
    config,
    configFile: file,
    log,
    onFault: (error) => {
      log.error({ error }, 'the ledger cannot go on; the next start decides');
      faulted({ exitCode: EXIT.couldNotRun, why: 'fault' });
    },
  });
  const agent = await startAgent(setup).catch(async (error: unknown) => {
    if (error instanceof LedgerFault) {
      log.error({ code: error.code }, 'the ledger keeps the till from starting');
      const waited = Promise.race([stopped, new Promise((done) => setTimeout(done, STAND_IN_MS).unref())]);
      await standIn(setup.web, error.code, waited, (port) => log.info({ port }, 'a page says so'));
    }
    throw explainListen(
      explainLedger(error, setup.ledger.file),
      config.web.port,
      'web.port in the configuration',
    );
  });
  log.info({ address: agent.address, run: agent.run, pid: process.pid, version: setup.version }, 'ready');
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
