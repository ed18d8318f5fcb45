/** Reads the configuration file: JSON with comments, checked whole, every fault named with its path. */
import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { type ParseError, parse, printParseErrorCode } from 'jsonc-parser';
import type { z } from 'zod';
import { checkCodeTable } from '../barcode/format.ts';
import type { Policy } from '../intent/policy.ts';
import { type Config, configSchema, type ScannerConfig } from './config-schema.ts';
import { bareHost, isLoopback } from './loopback.ts';
import { suggestKey } from './suggest.ts';

export interface ConfigFault {
  /** `platform.baseUrl`, `scanners[0].port`; empty for the whole file. */
  readonly path: string;
  readonly text: string;
}

/** The file cannot be used; `faults` says why, each with its place. */
export class ConfigError extends Error {
  readonly file: string;
  readonly faults: readonly ConfigFault[];
  constructor(file: string, faults: readonly ConfigFault[]) {
    super(`${file}: ${faults.map(({ path, text }) => (path === '' ? text : `${path}: ${text}`)).join('; ')}`);
    this.name = 'ConfigError';
    this.file = file;
    this.faults = faults;
  }
}

/** Reads and checks a file. Relative paths in it are meant from the file's own folder. Throws ConfigError. */
export function readConfig(file: string): Config {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigError(file, [{ path: '', text: readFault(code) }]);
  }
  return parseConfig(content, file);
}

function readFault(code: string | undefined): string {
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES') return 'no permission to read it';
  return `cannot be read (${code ?? 'unknown error'})`;
}

/** Checks the text of a configuration file. `file` names it in errors and is where relative paths start. */
export function parseConfig(content: string, file: string): Config {
  const errors: ParseError[] = [];
  const value: unknown = parse(content, errors, { allowTrailingComma: true });
  const first = errors[0];
  if (first !== undefined) {
    const line = content.slice(0, first.offset).split('\n').length;
    throw new ConfigError(file, [{ path: '', text: `line ${line}: ${printParseErrorCode(first.error)}` }]);
  }
  const result = configSchema.safeParse(value);
  if (!result.success) {
    throw new ConfigError(
      file,
      result.error.issues.flatMap((issue) => explain(issue, value)),
    );
  }
  const config = withAbsolutePaths(result.data, dirname(resolve(file)));
  const faults = crossCheck(config);
  if (faults.length > 0) throw new ConfigError(file, faults);
  return config;
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at = value;
  for (const part of path) at = (at as Record<PropertyKey, unknown> | undefined)?.[part];
  return at;
}

/** One sentence per fault. A value is never repeated: it may be a secret that was put into the wrong place. */
function explain(issue: z.core.$ZodIssue, value: unknown): ConfigFault[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const near = suggestKey(configSchema, issue.path, key, value);
      const hint = near === null ? '' : `; did you mean "${near}"?`;
      return { path: pathText([...issue.path, key]), text: `unknown key${hint}` };
    });
  }
  const isMissing = issue.code === 'invalid_type' && valueAt(value, issue.path) === undefined;
  return [{ path: pathText(issue.path), text: isMissing ? 'is missing' : issue.message }];
}

function withAbsolutePaths(config: Config, folder: string): Config {
  const absolute = (path: string): string =>
    path.startsWith('credential:') || isAbsolute(path) ? path : resolve(folder, path);
  const orNull = (path: string | null): string | null => (path === null ? null : absolute(path));
  const { platform, ledger, web, log } = config;
  return {
    ...config,
    platform: {
      ...platform,
      accessKeyFile: absolute(platform.accessKeyFile),
      secretKeyFile: absolute(platform.secretKeyFile),
      serverPublicKeyFile: absolute(platform.serverPublicKeyFile),
      clientPrivateKeyFile: absolute(platform.clientPrivateKeyFile),
      tls: {
        ...platform.tls,
        caFile: orNull(platform.tls.caFile),
        clientCertificateFile: orNull(platform.tls.clientCertificateFile),
        clientKeyFile: orNull(platform.tls.clientKeyFile),
      },
    },
    ledger: {
      directory: absolute(ledger.directory),
      vaultKeyFile: absolute(ledger.vaultKeyFile),
      backup: { ...ledger.backup, directory: orNull(ledger.backup.directory) },
    },
    web: {
      ...web,
      cashierSecretFile: orNull(web.cashierSecretFile),
      tls:
        web.tls === null
          ? null
          : { certificateFile: absolute(web.tls.certificateFile), keyFile: absolute(web.tls.keyFile) },
    },
    log: { ...log, file: orNull(log.file) },
  };
}

function crossCheck(config: Config): ConfigFault[] {
  return [
    ...checkPlatform(config),
    ...checkStations(config),
    ...checkScanners(config),
    ...checkPosPorts(config),
    ...checkCodes(config),
    ...checkPlaces(config),
  ];
}

function checkPlatform({ platform }: Config): ConfigFault[] {
  const faults: ConfigFault[] = [];
  const url = new URL(platform.baseUrl);
  if (url.protocol === 'http:' && !isLoopback(bareHost(url.hostname))) {
    faults.push({
      path: 'platform.baseUrl',
      text: 'plain http is allowed to a loopback address only; use https',
    });
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    faults.push({ path: 'platform.baseUrl', text: 'holds more than an address and a path' });
  }
  const { clientCertificateFile, clientKeyFile } = platform.tls;
  if ((clientCertificateFile === null) !== (clientKeyFile === null)) {
    faults.push({ path: 'platform.tls', text: 'clientCertificateFile and clientKeyFile belong together' });
  }
  return faults;
}

function checkStations({ scanners, stations }: Config): ConfigFault[] {
  const faults: ConfigFault[] = [];
  const names = scanners.map(({ name }) => name);
  names.forEach((name, index) => {
    if (names.indexOf(name) !== index)
      faults.push({ path: `scanners[${index}].name`, text: 'is used twice' });
  });
  const ids = stations.map(({ id }) => id);
  const taken = new Set<string>();
  stations.forEach((station, index) => {
    if (ids.indexOf(station.id) !== index)
      faults.push({ path: `stations[${index}].id`, text: 'is used twice' });
    station.scanners.forEach((name, place) => {
      const path = `stations[${index}].scanners[${place}]`;
      if (!names.includes(name)) faults.push({ path, text: 'no scanner has this name' });
      if (taken.has(name)) faults.push({ path, text: 'this scanner belongs to a station already' });
      taken.add(name);
    });
  });
  return faults;
}

type UsbScanner = Exclude<ScannerConfig, { driver: 'tcp' }>;
const USB_PARTS = ['vendorId', 'productId', 'serialNumber', 'portPath'] as const;

function isNamed(scanner: UsbScanner): boolean {
  return scanner.vendorId !== null || scanner.serialNumber !== null || scanner.portPath !== null;
}

/** Could both open the same device? Two lanes on one HID scanner would read everything twice. */
function overlap(one: UsbScanner, other: UsbScanner): boolean {
  if (one.driver !== other.driver && one.driver !== 'auto' && other.driver !== 'auto') return false;
  const paths = [one, other].map((scanner) => (scanner.driver === 'serial' ? scanner.path : null));
  if (paths[0] !== null && paths[1] !== null) return paths[0] === paths[1];
  // A path says nothing about vendor and place: only an entry that would take any device meets it for certain.
  if (paths.some((path) => path !== null)) return !isNamed(paths[0] === null ? one : other);
  return USB_PARTS.every((part) => {
    const [left, right] = [one[part], other[part]];
    return left === null || right === null || left.toLowerCase() === right.toLowerCase();
  });
}

function checkScanners({ scanners }: Config): ConfigFault[] {
  const faults: ConfigFault[] = [];
  const before: UsbScanner[] = [];
  scanners.forEach((scanner, index) => {
    if (scanner.driver === 'tcp') return;
    if (scanner.driver === 'serial' && scanner.path === null && !isNamed(scanner)) {
      faults.push({
        path: `scanners[${index}]`,
        text: 'needs "path", "vendorId", "serialNumber" or "portPath"; or use the driver "auto"',
      });
    }
    const twin = before.find((other) => overlap(scanner, other));
    if (twin !== undefined) {
      faults.push({
        path: `scanners[${index}]`,
        text: `could open the same device as "${twin.name}": name both by "portPath" or "serialNumber"`,
      });
    }
    before.push(scanner);
  });
  return faults;
}

/** Two virtual ports or sockets of one name would take it from each other for ever. */
function checkPosPorts({ stations }: Config): ConfigFault[] {
  const taken = new Set<string>();
  return stations.flatMap((station, index) =>
    (['posPort', 'posSocket'] as const).flatMap((key) => {
      const path = station[key]?.path;
      if (path === undefined) return [];
      const isTaken = taken.has(path);
      taken.add(path);
      return isTaken ? [{ path: `stations[${index}].${key}.path`, text: 'is used twice' }] : [];
    }),
  );
}

function checkCodes({ codeTable }: Config): ConfigFault[] {
  return checkCodeTable(codeTable).map((text) => ({ path: 'codeTable', text }));
}

function checkPlaces({ ledger, web }: Config): ConfigFault[] {
  const faults: ConfigFault[] = [];
  const inside = relative(ledger.directory, ledger.vaultKeyFile);
  if (!ledger.vaultKeyFile.startsWith('credential:') && !inside.startsWith('..')) {
    faults.push({ path: 'ledger.vaultKeyFile', text: 'must be outside the ledger directory' });
  }
  if (!isLoopback(web.host) && web.tls === null) {
    faults.push({ path: 'web.host', text: 'an address other than loopback needs web.tls' });
  }
  if (!isLoopback(web.host) && web.cashierSecretFile === null) {
    faults.push({ path: 'web.cashierSecretFile', text: 'is needed with an address other than loopback' });
  }
  return faults;
}

/** The ledger's database file. */
export function ledgerFileOf(config: Config): string {
  return join(config.ledger.directory, 'ledger.db');
}

/** The store's policy as the rules take it. */
export function policyOf(config: Config): Policy {
  return { ...config.policy, times: config.times };
}
