/** `config check [FILE]`: is the configuration file right, and can its secrets be read? */
import { resolve } from 'node:path';
import { ConfigError, readConfig } from '../ops/config.ts';
import type { Config } from '../ops/config-schema.ts';
import type { KeyReport } from '../ops/doctor.ts';
import { NOT_LOOKED_AT, readSecret, SecretError } from '../ops/secrets.ts';
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
  const { platform, ledger, web } = config;
  const references: { key: string; file: string | null; open?: boolean; mayMiss?: boolean }[] = [
    { key: 'platform.accessKeyFile', file: platform.accessKeyFile },
    { key: 'platform.secretKeyFile', file: platform.secretKeyFile },
    { key: 'platform.serverPublicKeyFile', file: platform.serverPublicKeyFile, open: true },
    { key: 'platform.clientPrivateKeyFile', file: platform.clientPrivateKeyFile },
    { key: 'platform.tls.caFile', file: platform.tls.caFile, open: true },
    { key: 'platform.tls.clientCertificateFile', file: platform.tls.clientCertificateFile, open: true },
    { key: 'platform.tls.clientKeyFile', file: platform.tls.clientKeyFile },
    { key: 'ledger.vaultKeyFile', file: ledger.vaultKeyFile, mayMiss: true },
    { key: 'web.tls.certificateFile', file: web.tls?.certificateFile ?? null, open: true },
    { key: 'web.cashierSecretFile', file: web.cashierSecretFile },
    { key: 'web.tls.keyFile', file: web.tls?.keyFile ?? null },
  ];
  const faults: { path: string; text: string }[] = [];
  const notLookedAt: string[] = [];
  for (const { key, file, open, mayMiss } of references) {
    if (file === null) continue;
    try {
      readSecret(file, key, { open: open === true, env });
    } catch (error) {
      if (!(error instanceof SecretError)) throw error;
      if (mayMiss === true && error.code === 'NOT_FOUND') continue;
      if (error.code === 'NO_CREDENTIALS') notLookedAt.push(key);
      else faults.push({ path: key, text: error.message.slice(key.length + 2) });
    }
  }
  return { faults, notLookedAt };
}
