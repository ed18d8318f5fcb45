import { generateKeyPair, randomBytes, randomInt } from 'node:crypto';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { SampleCard } from './options.ts';
import type { Sql } from './storage/database.ts';

const MODULUS_BITS = 2048;
const generate = promisify(generateKeyPair);

const cryptoKeySchema = z.object({
  cryptoKeyId: z.string().regex(/^[0-9a-fA-F]{32}$/),
  serverPrivateKey: z.string(),
  serverPublicKey: z.string(),
  clientPublicKey: z.string(),
  /** Only when the issuer made the client's pair itself (demo, tests); a real client keeps its own. */
  clientPrivateKey: z.string().optional(),
  retired: z.boolean().optional(),
});
const clientSchema = z.object({
  aspId: z.string().regex(/^[0-9A-Za-z]{15}$/),
  accessKey: z.string().regex(/^[0-9A-Za-z]{7}-[0-9A-Za-z]{32}$/),
  secretKey: z.string().min(16),
  merchantId: z.string().regex(/^[0-9A-Za-z]{15}$/),
  terminals: z.array(z.string().regex(/^[0-9A-Za-z_-]{1,10}$/)).min(1),
  cryptoKeys: z.array(cryptoKeySchema).min(1).max(8),
});
export const keysSchema = z.object({
  clients: z.array(clientSchema).min(1),
  /** Keys the hashes of card numbers, tokens and barcodes; 32 bytes, hex. Losing it makes every card unknown. */
  hashKey: z.string().regex(/^[0-9a-f]{64}$/),
});

/** One pair of pairs: requests are encrypted to the server's public key, answers to the client's. */
export type CryptoKeyPair = z.infer<typeof cryptoKeySchema>;
/** Who may call: an app or a chain of stores. */
export type ClientKeys = z.infer<typeof clientSchema>;
/** Everything secret that the issuer needs. In production it comes from a file of the operator's, never from the database. */
export type IssuerKeys = z.infer<typeof keysSchema>;

/** What `issuer --credentials FILE` writes: all that a foreign client needs, and nothing of other clients. */
export interface Credentials {
  /** With the base path: calls are `baseUrl` + `/api/v1/...`. */
  readonly baseUrl: string;
  readonly aspId: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly cryptoKeyId: string;
  readonly serverPublicKey: string;
  readonly clientPrivateKey: string;
  readonly merchantId: string;
  readonly terminalId: string;
  readonly cards: readonly { readonly cardNo: string; readonly balance: number; readonly status: string }[];
}

async function rsaPair(): Promise<{ publicKey: string; privateKey: string }> {
  return generate('rsa', {
    modulusLength: MODULUS_BITS,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
}

/** A new crypto key id with both pairs. */
export async function generateCryptoKey(): Promise<CryptoKeyPair> {
  const [server, client] = await Promise.all([rsaPair(), rsaPair()]);
  return {
    cryptoKeyId: randomBytes(16).toString('hex'),
    serverPrivateKey: server.privateKey,
    serverPublicKey: server.publicKey,
    clientPublicKey: client.publicKey,
    clientPrivateKey: client.privateKey,
  };
}

function digits(count: number): string {
  return Array.from({ length: count }, () => String(randomInt(10))).join('');
}

/** A client with fresh keys, in the platform's forms (konaplate-api 1). */
export async function generateClient(terminals: readonly string[]): Promise<ClientKeys> {
  return {
    aspId: digits(15),
    accessKey: `${randomBytes(4).toString('hex').slice(0, 7)}-${randomBytes(16).toString('hex')}`,
    secretKey: randomBytes(24).toString('base64url'),
    merchantId: `M${digits(14)}`,
    terminals: [...terminals],
    cryptoKeys: [await generateCryptoKey()],
  };
}

export async function generateKeys(terminals: readonly string[]): Promise<IssuerKeys> {
  return { clients: [await generateClient(terminals)], hashKey: randomBytes(32).toString('hex') };
}

/**
 * The keys that live with the storage, made on its first start: processes on one database agree on them, the first one's
 * win. For the desk and for tests only.
 */
export async function storedKeys(sql: Sql, terminals: readonly string[]): Promise<IssuerKeys> {
  const stored = await readKeys(sql);
  if (stored !== null) return stored;
  const fresh = await generateKeys(terminals);
  await sql.query(`INSERT INTO meta (name, value) VALUES ('keys', $1) ON CONFLICT (name) DO NOTHING`, [
    JSON.stringify(fresh),
  ]);
  return (await readKeys(sql)) ?? fresh;
}

async function readKeys(sql: Sql): Promise<IssuerKeys | null> {
  const rows = await sql.query<{ value: string }>(`SELECT value FROM meta WHERE name = 'keys'`);
  const row = rows[0];
  return row === undefined ? null : keysSchema.parse(JSON.parse(row.value));
}

/** The credentials of one client. `clientPrivateKey` is empty when the client keeps its own. */
export function credentialsOf(keys: ClientKeys, baseUrl: string, cards: readonly SampleCard[]): Credentials {
  const pair = keys.cryptoKeys.find((key) => key.retired !== true);
  const [terminalId] = keys.terminals;
  if (pair === undefined || terminalId === undefined) throw new Error('the client has no usable crypto key');
  return {
    baseUrl,
    aspId: keys.aspId,
    accessKey: keys.accessKey,
    secretKey: keys.secretKey,
    cryptoKeyId: pair.cryptoKeyId,
    serverPublicKey: pair.serverPublicKey,
    clientPrivateKey: pair.clientPrivateKey ?? '',
    merchantId: keys.merchantId,
    terminalId,
    cards: cards.map(({ cardNo, balance, status }) => ({ cardNo, balance, status })),
  };
}
