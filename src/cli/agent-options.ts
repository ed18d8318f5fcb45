/** From the configuration file to the agent's options: the one place that knows both. */
import { existsSync, mkdirSync, readFileSync, statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { AgentOptions, AgentParts } from '../agent.ts';
import { createKonaPlateClient } from '../konaplate/client.ts';
import type { BackupPlan } from '../ledger/ledger.ts';
import { SystemClock, SystemRandom } from '../ops/clock.ts';
import { ledgerFileOf, policyOf } from '../ops/config.ts';
import type { Config, StationConfig } from '../ops/config-schema.ts';
import { judgeHealth } from '../ops/health.ts';
import type { Log } from '../ops/log.ts';
import { machineId } from '../ops/machine.ts';
import { createMetrics } from '../ops/metrics.ts';
import { readSecret, readSecretLine, secretPath } from '../ops/secrets.ts';
import { ROOT } from './places.ts';
import { platformOptions } from './platform.ts';
import { settingsOf } from './settings.ts';

/** The vault key's place in the configuration, as its SecretError names it. */
export const VAULT_KEY = 'ledger.vaultKeyFile';

/** The version of the program, from its package.json. */
export function programVersion(): string {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  return version;
}

/** The pages as built, or null when they have not been built. */
export function pagesDirectory(): string | null {
  const directory = join(ROOT, 'dist', 'screens');
  return existsSync(directory) ? directory : null;
}

const SUFFIX_CHARACTERS = { CR: '\r', LF: '\n', CRLF: '\r\n', TAB: '\t', none: '' } as const;

function stationOf({ id, scanners, posPort, posSocket }: StationConfig): AgentOptions['stations'][number] {
  return {
    id,
    scanners,
    posPort: posPort === null ? null : { ...posPort, suffix: SUFFIX_CHARACTERS[posPort.suffix] },
    posSocket: posSocket === null ? null : posSocketOf(posSocket),
  };
}

/** An object of JSON ends with LF whatever `suffix` says, and has its identifier apart. */
function posSocketOf({
  path,
  format,
  suffix,
  identifier,
}: NonNullable<StationConfig['posSocket']>): NonNullable<AgentOptions['stations'][number]['posSocket']> {
  if (format === 'json') return { path, form: 'json' };
  return { path, form: identifier ? 'identified' : 'text', suffix: SUFFIX_CHARACTERS[suffix] };
}

function printerOf({ printer, receipt }: Config): NonNullable<AgentOptions['printer']> | null {
  const { kind, path, host, port, language, automatic } = printer;
  const how = { columns: receipt.columns, language, automatic };
  if (kind === 'file' && path !== null) return { ...how, target: { kind, path } };
  if (kind === 'tcp' && host !== null) return { ...how, target: { kind, host, port } };
  return null;
}

/** Where the pages are served, for whoever stands there in the agent's place. Throws SecretError. */
export function webAddress(config: Config): Pick<AgentOptions['web'], 'host' | 'port' | 'tls'> {
  return { host: config.web.host, port: config.web.port, tls: tlsOf(config) };
}

function tlsOf(config: Config): AgentOptions['web']['tls'] {
  const { tls } = config.web;
  if (tls === null) return null;
  return {
    cert: readSecret(tls.certificateFile, 'web.tls.certificateFile', { open: true }),
    key: readSecret(tls.keyFile, 'web.tls.keyFile'),
  };
}

function freeBytes(directory: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize;
  } catch {
    return null;
  }
}

function healthOf(parts: AgentParts, directory: string): ReturnType<typeof judgeHealth> {
  const { wallMs } = parts.clock.now();
  const status = parts.worker.status();
  const faces = [...parts.stations.values()].map((station) => station.snapshot().face.id);
  const fault = faces.find((id) => id === 'NO-ROOM' || id === 'LEDGER') ?? null;
  return judgeHealth({
    ledgerFault: fault,
    diskFreeBytes: freeBytes(directory),
    backupFailing: parts.backups?.isFailing ?? false,
    lateMs: parts.worker.lateMs(),
    line: { state: status.line.state, forMs: Math.max(0, wallMs - status.line.sinceMs) },
    paused: status.paused !== null,
    recovering: status.recovering,
    clockConfirmed: status.clockConfirmed,
    scanners: parts.scanners.list().map((scanner) => ({ state: scanner.status.state })),
    cases: parts.ledger.summary().cases,
  });
}

/** Numbers of a running agent for Prometheus. */
export function metricsOf(parts: AgentParts, directory: string): ReturnType<typeof createMetrics> {
  return createMetrics(() => {
    const summary = parts.ledger.summary();
    const status = parts.worker.status();
    const { depth, depthByHost, oldestAtMs, inFlight } = status.counts;
    const { lateAnswers, faults, attempts, outcomes, latency } = status.counts;
    return {
      ...summary,
      nowMs: parts.clock.now().wallMs,
      journalIndex: parts.ledger.head().index,
      lineState: status.line.state,
      nextTryMs: status.line.nextTryMs,
      breaker: status.breaker,
      drainPerMinute: status.drainPerMinute,
      clockOffsetMs: status.clockOffsetMs,
      ...{ depth, depthByHost, oldestAtMs, inFlight, lateAnswers, ledgerFaults: faults },
      ...{ attempts, outcomes, latency },
      scanners: parts.scanners.list().map(({ status: { name, state }, scanner }) => {
        const statistics = scanner?.statistics();
        const dropped = Object.values(statistics?.dropped ?? {}).reduce((sum, count) => sum + count, 0);
        return { name, ready: state === 'ready', frames: statistics?.frames ?? 0, dropped };
      }),
      healthReasons: healthOf(parts, directory).reasons,
    };
  });
}

export interface AgentSetup {
  readonly config: Config;
  readonly configFile: string;
  readonly log: Log;
  readonly onFault: (fault: unknown) => void;
  /** In place of the hardware's: the demo moves between machines with its folder. */
  readonly machineId?: string;
}

/** The plan of the ledger's own backups; null: `keep` 0 asks for none. */
export function backupPlanOf(config: Config): BackupPlan | null {
  const { directory, everyMs, keep } = config.ledger.backup;
  if (keep === 0) return null;
  return { directory: directory ?? join(config.ledger.directory, 'backups'), everyMs, keep };
}

/** Reads the secrets, makes the data folder (0700) and joins everything. Throws SecretError, KonaPlateOptionFault. */
export function agentOptions(setup: AgentSetup): AgentOptions {
  const { config, configFile, log } = setup;
  const { directory, vaultKeyFile } = config.ledger;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const keyFile = secretPath(vaultKeyFile, VAULT_KEY);
  // A new ledger makes it; one that is there must be as private as every other key.
  if (existsSync(keyFile)) readSecret(vaultKeyFile, VAULT_KEY);
  mkdirSync(dirname(keyFile), { recursive: true, mode: 0o700 });
  const { name, registrationNumber } = config.store;
  const backups = backupPlanOf(config);
  return {
    dataDirectory: directory,
    environment: config.environment,
    merchantId: config.platform.merchantId,
    terminalId: config.platform.terminalId,
    version: programVersion(),
    machineId: setup.machineId ?? machineId().id,
    store: registrationNumber === null ? name : `${name} (${registrationNumber})`,
    ledger: {
      file: ledgerFileOf(config),
      key: keyFile,
      cutOverHour: config.businessDay.cutOverHour,
      ...(backups === null ? {} : { backups }),
    },
    backend: createKonaPlateClient(platformOptions(config)),
    policy: policyOf(config),
    codeTable: config.codeTable,
    scanners: config.scanners,
    stations: config.stations.map(stationOf),
    web: {
      ...webAddress(config),
      allowedHosts: config.web.allowedHosts,
      cashierSecret:
        config.web.cashierSecretFile === null
          ? null
          : readSecretLine(config.web.cashierSecretFile, 'web.cashierSecretFile'),
      pagesDirectory: pagesDirectory(),
    },
    ...config.decisions,
    stationTimes: { darkHours: config.web.darkHours },
    printer: printerOf(config),
    settings: settingsOf(config, configFile),
    clock: new SystemClock(),
    random: new SystemRandom(),
    log: ({ level, event, ...facts }) => log[level](facts, event),
    health: (parts) => () => healthOf(parts, directory),
    metrics: (parts) => {
      const metrics = metricsOf(parts, directory);
      return () => metrics.text();
    },
    onFault: setup.onFault,
  };
}
