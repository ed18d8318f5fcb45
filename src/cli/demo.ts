/** `demo` (= `npm start`): everything on this machine, and a few lines on what to do with it, in Korean and English. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { startAgent } from '../agent.ts';
import { type Demo, PortTaken, startDemo } from '../demo/demo.ts';
import { ensurePages } from '../demo/pages.ts';
import { LedgerFault } from '../ledger/ledger.ts';
import { readConfig } from '../ops/config.ts';
import { openLog } from '../ops/log.ts';
import { agentOptions } from './agent-options.ts';
import { CommandError, type CommonOptions, EXIT, type Io, print } from './io.ts';
import { portOf } from './issuer.ts';
import { DEFAULT_WEB_PORT, DEMO_DIRECTORY, ROOT } from './places.ts';
import { explainListen } from './ports.ts';
import { endWithin, untilStopped } from './stopping.ts';

export interface DemoCommandOptions extends CommonOptions {
  readonly port?: string;
  readonly fresh?: boolean;
  readonly data?: string;
}

const END_MS = 10_000;
const ISSUER_ABOVE = 10;
const SCANNER_ABOVE = 20;

/** 0 gives every part a port of the system's choice. */
function portsOf(web: number): { web: number; issuer: number; scanner: number } {
  if (web === 0) return { web, issuer: 0, scanner: 0 };
  return { web, issuer: web + ISSUER_ABOVE, scanner: web + SCANNER_ABOVE };
}

function explain(error: unknown, web: number): unknown {
  if (error instanceof PortTaken) return explainListen({ code: 'EADDRINUSE' }, error.port, '--port');
  if (error instanceof LedgerFault && error.code === 'LOCKED') {
    return new CommandError('the demo is running already. End it (Ctrl-C there), then start again.');
  }
  if (error instanceof LedgerFault) {
    return new CommandError(`${error.message}. To begin anew: npm start -- --fresh`);
  }
  return explainListen(error, web, '--port');
}

function whatToDo(demo: Demo): string {
  const code = demo.installerCode;
  const manager = code === null ? '' : `   (관리자 등록 코드 / code for the first manager: ${code})`;
  return [
    '',
    '  kona-till 데모가 준비되었습니다 / the demo is ready',
    '',
    `  1  고객 휴대폰   customer's phone   ${demo.phone}`,
    `  2  계산원 화면   cashier            ${demo.cashier}`,
    `  3  관리자 화면   manager            ${demo.manager}${manager}`,
    '',
    '  휴대폰 화면에서 충전 10,000원 바코드를 만들고 [스캐너에 대기]를 누른 뒤, 계산원 화면에서 안내대로 누르세요.',
    '  On the phone make a CHARGE barcode for 10,000 won and hold it under the scanner; then follow the cashier page.',
    '',
    '  장부 / the ledger:  npm run -s till -- ledger list      npm run -s till -- ledger verify',
    '  처음부터 / anew:    npm start -- --fresh                종료 / end: Ctrl-C',
    '',
  ].join('\n');
}

export async function demo(io: Io, options: DemoCommandOptions): Promise<number> {
  const stopped = untilStopped();
  const web = portOf(options.port, DEFAULT_WEB_PORT);
  if (web > 65_535 - SCANNER_ABOVE) throw new CommandError('--port is at most 65515', EXIT.wrongUse);
  await ensurePages(ROOT);
  let fault: (error: unknown) => void = () => undefined;
  const faulted = new Promise<'fault'>((done) => {
    fault = () => done('fault');
  });
  const phoneDirectory = join(ROOT, 'dist', 'phone');
  const running = await startDemo({
    directory: options.data ?? DEMO_DIRECTORY,
    phoneDirectory: existsSync(phoneDirectory) ? phoneDirectory : null,
    ports: portsOf(web),
    fresh: options.fresh === true,
    startAgent: (configFile, machineId) => {
      const config = readConfig(configFile);
      const { log } = openLog(config.log);
      const onFault = (error: unknown): void => {
        log.error({ error }, 'the ledger cannot go on; the next start decides');
        fault(error);
      };
      return startAgent(agentOptions({ config, configFile, log, machineId, onFault }));
    },
  }).catch((error: unknown) => {
    throw explain(error, web);
  });
  const { cashier, manager, phone, configFile, installerCode } = running;
  print(io, options, { cashier, manager, phone, config: configFile, installerCode }, whatToDo(running));
  const why = await Promise.race([stopped, faulted]);
  if (why === 'fault')
    io.err(`kona-till: the ledger failed; see ${join(options.data ?? DEMO_DIRECTORY, 'agent.log')}`);
  endWithin(END_MS, EXIT.couldNotRun);
  await running.close();
  return why === 'fault' ? EXIT.couldNotRun : EXIT.done;
}
