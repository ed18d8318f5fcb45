/** `config check [FILE]`: is the configuration file right, and can its secrets be read? */
import { resolve } from 'node:path';
import { ConfigError, readConfig } from '../ops/config.ts';
import type { Config } from '../ops/config-schema.ts';
import type { KeyReport } from '../ops/doctor.ts';
import { isLoopback } from '../ops/loopback.ts';
import { NOT_LOOKED_AT, readSecret, readSecretLine, SecretError } from '../ops/secrets.ts';
import { CASHIER_SECRET_MIN } from '../web/options.ts';
import { type CommonOptions, EXIT, type Io, print } from './io.ts';
import { configFile } from './places.ts';

/** Answers 0 when the file is right, 1 with the list of faults when it is not. */
export async function configCheck(io: Io, file: string | undefined, options: CommonOptions): Promise<number> {
  const path = file === undefined ? configFile(io, options) : resolve(io.cwd, file);
  const { faults, notLookedAt } = checkFile(path, io.env);
  const lines = [
    ...faults.map((fault) => (fault.path === '' ? `  ${fault.text}` : `  ${fault.path}: ${fault.text}`)),
    ...notLookedAt.map((key) => `  ${key}: ${NOT_LOOKED_AT}`),
  ];
  const verdict = faults.length === 0 ? 'right' : `${faults.length} to mend`;
  const text = [`${path}: ${verdict}`, ...lines].join('\n');
  print(io, options, { ok: faults.length === 0, file: path, faults, notLookedAt }, text);
  return faults.length === 0 ? EXIT.done : EXIT.foundWrong;
}

function checkFile(path: string, env: Io['env']): KeyReport {
  try {
    return lookAtKeys(readConfig(path), env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { faults: error.faults, notLookedAt: [] };
  }
}

/**
 * What can be said of the key files from here. The vault key may be absent: the first start makes it. A credential is
 * looked at inside the service alone: nobody else is handed it, so that it cannot be read elsewhere is no fault.
 */
export function lookAtKeys(config: Config, env: Io['env']): KeyReport {
  const faults: { path: string; text: string }[] = [];
  const notLookedAt: string[] = [];
  for (const { key, file, ...wants } of references(config)) {
    if (file === null) continue;
    try {
      const text = faultOf(file, key, wants, env);
      if (text !== null) faults.push({ path: key, text });
    } catch (error) {
      if (!(error instanceof SecretError)) throw error;
      if (wants.mayMiss === true && error.code === 'NOT_FOUND') continue;
      if (error.code === 'NO_CREDENTIALS') notLookedAt.push(key);
      else faults.push({ path: key, text: error.message.slice(key.length + 2) });
    }
  }
  return { faults, notLookedAt };
}

/** What the start of the agent wants of a file. */
interface Wants {
  readonly open?: boolean;
  readonly mayMiss?: boolean;
  /** One line of text, of so many characters at least. */
  readonly line?: number;
}

interface Reference extends Wants {
  readonly key: string;
  readonly file: string | null;
}

function references({ platform, ledger, web }: Config): readonly Reference[] {
  return [
    { key: 'platform.accessKeyFile', file: platform.accessKeyFile, line: 1 },
    { key: 'platform.secretKeyFile', file: platform.secretKeyFile, line: 1 },
    { key: 'platform.serverPublicKeyFile', file: platform.serverPublicKeyFile, open: true },
    { key: 'platform.clientPrivateKeyFile', file: platform.clientPrivateKeyFile },
    { key: 'platform.tls.caFile', file: platform.tls.caFile, open: true },
    { key: 'platform.tls.clientCertificateFile', file: platform.tls.clientCertificateFile, open: true },
    { key: 'platform.tls.clientKeyFile', file: platform.tls.clientKeyFile },
    { key: 'ledger.vaultKeyFile', file: ledger.vaultKeyFile, mayMiss: true },
    { key: 'web.tls.certificateFile', file: web.tls?.certificateFile ?? null, open: true },
    // Nobody is asked for it on a loopback address, however short it is.
    {
      key: 'web.cashierSecretFile',
      file: web.cashierSecretFile,
      line: isLoopback(web.host) ? 1 : CASHIER_SECRET_MIN,
    },
    { key: 'web.tls.keyFile', file: web.tls?.keyFile ?? null },
  ];
}

/** What is wrong with a file that could be read. Throws SecretError where it cannot. */
function faultOf(file: string, key: string, { open, line }: Wants, env: Io['env']): string | null {
  if (line === undefined) {
    readSecret(file, key, { open: open === true, env });
    return null;
  }
  if (readSecretLine(file, key, env).length >= line) return null;
  return `holds fewer than ${line} characters: openssl rand -hex 32 makes it`;
}
