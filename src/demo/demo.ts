/**
 * `npm start`: issuer, a scanner made of software and the agent on this machine, joined over real sockets. Everything
 * that it keeps lies in one folder, with a configuration file and key files as an installed till has them.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Agent } from '../agent.ts';
import type { Issuer } from '../issuer/issuer.ts';
import type { Credentials } from '../issuer/keys.ts';
import { type LedgerLock, takeLock } from '../ledger/lock.ts';
import { writeWhole } from '../web/whole-file.ts';
import type { DemoScanner } from './scanner.ts';

export interface DemoPorts {
  /** The cashier's and the manager's pages. */
  readonly web: number;
  /** The issuer and the customer's phone page. */
  readonly issuer: number;
  readonly scanner: number;
}

export interface DemoOptions {
  /** What the demo keeps between two starts: the issuer's data, the ledger, keys, the configuration. */
  readonly directory: string;
  /** dist/phone; null: the phone page is not served. */
  readonly phoneDirectory: string | null;
  readonly ports: DemoPorts;
  /** Begin anew: everything in the folder is removed first. */
  readonly fresh: boolean;
  /** Starts the agent with the configuration file that was written. */
  readonly startAgent: (configFile: string, machineId: string) => Promise<Agent>;
}

export interface Demo {
  readonly cashier: string;
  readonly manager: string;
  readonly phone: string;
  readonly configFile: string;
  /** For the first manager; null once there is one. */
  readonly installerCode: string | null;
  readonly agent: Agent;
  readonly issuer: Issuer;
  readonly scanner: DemoScanner;
  /** Idempotent; leaves no port and no process behind. */
  close(): Promise<void>;
}

/** One of the demo's ports is taken. */
export class PortTaken extends Error {
  override readonly name = 'PortTaken';
  readonly port: number;
  constructor(port: number) {
    super(`port ${port} is taken`);
    this.port = port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const probe = createServer();
    probe.once('error', () => done(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => done(true)));
  });
}

/** Looked at before anything is opened: the issuer's storage must never be opened by two processes. */
async function checkPorts(ports: DemoPorts): Promise<void> {
  for (const port of [ports.web, ports.issuer, ports.scanner]) {
    if (port !== 0 && !(await isFree(port))) throw new PortTaken(port);
  }
}

/** Stands for the machine's id: the folder may be carried to another machine without the issuer taking it for a copy. */
function ownMachineId(directory: string): string {
  const file = join(directory, 'machine-id');
  if (!existsSync(file)) writeWhole(file, `${randomBytes(32).toString('hex')}\n`);
  return readFileSync(file, 'utf8').trim();
}

function writeConfiguration(
  directory: string,
  credentials: Credentials,
  ports: { web: number; scanner: number },
): string {
  const keys = join(directory, 'keys');
  mkdirSync(keys, { recursive: true, mode: 0o700 });
  const files = {
    'access-key': credentials.accessKey,
    'secret-key': credentials.secretKey,
    'server-public.pem': credentials.serverPublicKey,
    'client-private.pem': credentials.clientPrivateKey,
  };
  for (const [name, content] of Object.entries(files)) writeWhole(join(keys, name), `${content.trim()}\n`);
  const config = {
    environment: 'demo',
    platform: {
      baseUrl: credentials.baseUrl,
      aspId: credentials.aspId,
      accessKeyFile: 'keys/access-key',
      secretKeyFile: 'keys/secret-key',
      cryptoKeyId: credentials.cryptoKeyId,
      serverPublicKeyFile: 'keys/server-public.pem',
      clientPrivateKeyFile: 'keys/client-private.pem',
      merchantId: credentials.merchantId,
      terminalId: credentials.terminalId,
    },
    ledger: { directory: 'ledger', vaultKeyFile: 'vault.key' },
    scanners: [{ name: 'demo', driver: 'tcp', host: '127.0.0.1', port: ports.scanner }],
    stations: [{ id: '1', scanners: ['demo'] }],
    web: { port: ports.web },
    store: { name: '코나 편의점 데모', registrationNumber: '000-00-00000' },
    log: { file: 'agent.log' },
  };
  const file = join(directory, 'kona-till.jsonc');
  writeWhole(
    file,
    `// Written by "npm start" at each start. config/kona-till.jsonc explains every key.\n${JSON.stringify(config, null, 2)}\n`,
  );
  return file;
}

function installerCodeOf(agent: Agent): string | null {
  const file = agent.installerCodeFile();
  return file === null ? null : readFileSync(file, 'utf8').trim();
}

/** What has been started, to be ended in the opposite order. */
class Running {
  readonly #ends: (() => Promise<unknown>)[] = [];
  #closing: Promise<void> | null = null;

  add<T>(part: T, end: (part: T) => Promise<unknown>): T {
    this.#ends.unshift(() => end(part));
    return part;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    for (const end of this.#ends) await end();
  }
}

/** Starts all parts, or none. Throws PortTaken, LedgerFault (LOCKED: another demo runs on this folder). */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  await checkPorts(options.ports);
  const running = new Running();
  try {
    return await startParts(options, running);
  } catch (error) {
    await running.close();
    throw error;
  }
}

async function startParts(options: DemoOptions, running: Running): Promise<Demo> {
  const { directory, ports } = options;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  running.add(takeLock(join(directory, 'demo')), async (lock: LedgerLock) => lock.release());
  if (options.fresh) forget(directory);
  const [{ startIssuer }, { startDemoScanner }] = await Promise.all([
    import('../issuer/issuer.ts'),
    import('./scanner.ts'),
  ]);
  const scanner = running.add(await startDemoScanner({ port: ports.scanner }), (part) => part.close());
  const issuer = running.add(
    await startIssuer({
      port: ports.issuer,
      storage: { directory: join(directory, 'issuer') },
      admin: true,
      onHold: (png) => scanner.hold(png),
      ...(options.phoneDirectory === null ? {} : { pagesDirectory: options.phoneDirectory }),
    }),
    (part) => part.close(),
  );
  const configFile = writeConfiguration(directory, issuer.credentials, {
    web: ports.web,
    scanner: scanner.port,
  });
  const agent = running.add(await options.startAgent(configFile, ownMachineId(directory)), (part) =>
    part.close(),
  );
  return {
    cashier: `${agent.address}/`,
    manager: `${agent.address}/manager`,
    phone: `${issuer.url}/phone/`,
    configFile,
    installerCode: installerCodeOf(agent),
    agent,
    issuer,
    scanner,
    close: () => running.close(),
  };
}

/** Removes what the demo has kept; the lock that we hold stays. */
function forget(directory: string): void {
  for (const name of [
    'issuer',
    'ledger',
    'keys',
    'vault.key',
    'kona-till.jsonc',
    'machine-id',
    'agent.log',
  ]) {
    rmSync(join(directory, name), { recursive: true, force: true });
  }
}
