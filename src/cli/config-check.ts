/** `config check [FILE]`: is the configuration file right, and can its secrets be read? */
import { resolve } from 'node:path';
import { ConfigError, readConfig } from '../ops/config.ts';
import type { Config } from '../ops/config-schema.ts';
import { readSecret, SecretError } from '../ops/secrets.ts';
import { type CommonOptions, EXIT, type Io, print } from './io.ts';
import { configFile } from './places.ts';

/** Answers 0 when the file is right, 1 with the list of faults when it is not. */
export async function configCheck(io: Io, file: string | undefined, options: CommonOptions): Promise<number> {
  const path = file === undefined ? configFile(io, options) : resolve(io.cwd, file);
  const faults: { path: string; text: string }[] = [];
  try {
    const config = readConfig(path);
    faults.push(...secretFaults(config));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    faults.push(...error.faults);
  }
  const lines = faults.map((fault) =>
    fault.path === '' ? `  ${fault.text}` : `  ${fault.path}: ${fault.text}`,
  );
  const text =
    faults.length === 0 ? `${path}: right` : `${path}: ${faults.length} to mend\n${lines.join('\n')}`;
  print(io, options, { ok: faults.length === 0, file: path, faults }, text);
  return faults.length === 0 ? EXIT.done : EXIT.foundWrong;
}

/** The secrets that cannot be read. The vault key may be absent: the first start makes it. */
export function secretFaults(config: Config): { path: string; text: string }[] {
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
  for (const { key, file, open, mayMiss } of references) {
    if (file === null) continue;
    try {
      readSecret(file, key, { open: open === true });
    } catch (error) {
      if (!(error instanceof SecretError)) throw error;
      if (mayMiss === true && error.code === 'NOT_FOUND') continue;
      faults.push({ path: key, text: error.message.slice(key.length + 2) });
    }
  }
  return faults;
}
