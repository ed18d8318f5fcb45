/** The platform's client out of a configuration or a credentials file: secrets are read here, once. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { KonaPlateOptions } from '../konaplate/client.ts';
import type { TlsOptions } from '../konaplate/connection.ts';
import { SystemClock } from '../ops/clock.ts';
import type { Config } from '../ops/config-schema.ts';
import { readSecret, readSecretLine } from '../ops/secrets.ts';
import { CommandError } from './io.ts';

function readText(file: string, key: string, open: boolean, env: NodeJS.ProcessEnv = process.env): string {
  return readSecret(file, key, { open, env }).toString('utf8');
}

/** Everything that the client needs, its keys read from their files. Throws SecretError. */
export function platformOptions(config: Config): KonaPlateOptions {
  const { platform } = config;
  return {
    baseUrl: platform.baseUrl,
    aspId: platform.aspId,
    accessKey: readSecretLine(platform.accessKeyFile, 'platform.accessKeyFile'),
    secretKey: readSecretLine(platform.secretKeyFile, 'platform.secretKeyFile'),
    cryptoKeyId: platform.cryptoKeyId,
    serverPublicKey: readText(platform.serverPublicKeyFile, 'platform.serverPublicKeyFile', true),
    clientPrivateKey: readText(platform.clientPrivateKeyFile, 'platform.clientPrivateKeyFile', false),
    merchantId: platform.merchantId,
    terminalId: platform.terminalId,
    clock: new SystemClock(),
    tls: platformTls(config),
  };
}

/** How the platform proves itself to the till, and the till to it. Throws SecretError. */
export function platformTls({ platform: { tls } }: Config, env: NodeJS.ProcessEnv = process.env): TlsOptions {
  return {
    ...(tls.caFile === null ? {} : { ca: readText(tls.caFile, 'platform.tls.caFile', true, env) }),
    ...(tls.pins.length === 0 ? {} : { pins: tls.pins }),
    ...(tls.clientCertificateFile === null
      ? {}
      : { cert: readText(tls.clientCertificateFile, 'platform.tls.clientCertificateFile', true, env) }),
    ...(tls.clientKeyFile === null
      ? {}
      : { key: readText(tls.clientKeyFile, 'platform.tls.clientKeyFile', false, env) }),
  };
}

const credentialsSchema = z.object({
  baseUrl: z.string(),
  aspId: z.string(),
  accessKey: z.string(),
  secretKey: z.string(),
  cryptoKeyId: z.string(),
  serverPublicKey: z.string(),
  clientPrivateKey: z.string(),
  merchantId: z.string(),
  terminalId: z.string(),
});

/** The same out of the file that `issuer --credentials FILE` wrote. */
export function credentialOptions(file: string): KonaPlateOptions {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw new CommandError(`${file} cannot be read as credentials; "issuer --credentials FILE" writes them`);
  }
  const parsed = credentialsSchema.safeParse(value);
  if (!parsed.success)
    throw new CommandError(`${file}: ${parsed.error.issues[0]?.path.join('.') ?? ''} is missing or wrong`);
  return { ...parsed.data, clock: new SystemClock() };
}
