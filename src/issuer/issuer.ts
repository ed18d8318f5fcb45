import { isIP } from 'node:net';
import { BASE_PATH } from '../konaplate/wire.ts';
import { type IssuerClock, machineClock } from './clock.ts';
import { Hashes } from './domain/hashes.ts';
import { directoryOf } from './http/directory.ts';
import { FaultPlan } from './http/faults.ts';
import { Gateway } from './http/gateway.ts';
import { PhoneBook } from './http/phone-book.ts';
import type { OnHold } from './http/phone-routes.ts';
import { RateLimit } from './http/rate-limit.ts';
import { ReplayGuard } from './http/replay-guard.ts';
import { buildServer } from './http/server.ts';
import { type Credentials, credentialsOf, type IssuerKeys, keysSchema, storedKeys } from './keys.ts';
import {
  DEFAULT_LIMITS,
  DEFAULT_POLICY,
  type IssuerLimits,
  type IssuerPolicy,
  SAMPLE_CARDS,
  type SampleCard,
} from './options.ts';
import { Service } from './service.ts';
import { type Database, sqlState } from './storage/database.ts';
import { openStorage, type Storage } from './storage/open.ts';
import { Upkeep } from './upkeep.ts';

export interface IssuerOptions {
  /** 0 = one that the system gives. */
  readonly port?: number;
  /** Loopback by default. */
  readonly host?: string;
  /** In memory by default. */
  readonly storage?: Storage;
  readonly clock?: IssuerClock;
  /** Made on the first start and kept with the storage when absent; production mode insists on them. */
  readonly keys?: IssuerKeys;
  /** Terminals of the generated client; the first one is in the credentials. */
  readonly terminals?: readonly string[];
  readonly sampleCards?: readonly SampleCard[];
  readonly limits?: Partial<IssuerLimits>;
  readonly cutOverHour?: number;
  readonly tokenLifeMs?: number;
  readonly toleranceMs?: number;
  /** Everything else that the platform leaves to its operator. */
  readonly policy?: Partial<Omit<IssuerPolicy, 'limits'>>;
  /**
   * demo: phone page and, with `admin`, faults on demand. production: calls only, keys from a file of the operator's, and
   * an error when `admin` is asked for.
   */
  readonly mode?: 'demo' | 'production';
  /** The interface for faults, switches and cards; off by default. */
  readonly admin?: boolean;
  /** Built files of the phone page; not served when it does not exist. */
  readonly pagesDirectory?: string;
  /** The demo's scanner. */
  readonly onHold?: OnHold;
  /** What went wrong inside: names only, no bodies and no values. */
  readonly onFault?: (fault: { call: string; name: string; state: string | null }) => void;
}

/** A running issuer. */
export interface Issuer {
  /** Without the base path, such as `http://127.0.0.1:41234`. */
  readonly url: string;
  readonly credentials: Credentials;
  readonly keys: IssuerKeys;
  readonly service: Service;
  /** Faults on demand of this process; null in production mode. */
  readonly faults: FaultPlan | null;
  /** Names a new history, as after a restore of the issuer's data. */
  restored(): Promise<string>;
  /** Stops listening, cuts what is under way, closes the storage. */
  close(): Promise<void>;
}

const LOOPBACK = '127.0.0.1';
const DEFAULT_TERMINALS = ['T000000001', 'T000000002', 'T000000003', 'T000000004'];

/** A wrong combination of options; the message is for the person who starts the issuer. */
export class IssuerOptionError extends Error {
  override readonly name = 'IssuerOptionError';
}

/**
 * Starts the platform's side: storage, keys, sample cards and the listening server. Rejects when the storage cannot be
 * opened, the port is taken, or the options contradict each other; nothing is left behind then.
 */
export async function startIssuer(options: IssuerOptions = {}): Promise<Issuer> {
  const mode = options.mode ?? 'demo';
  if (mode === 'production' && options.admin === true) {
    throw new IssuerOptionError('the admin interface is never served in production mode');
  }
  if (mode === 'production' && options.keys === undefined) {
    throw new IssuerOptionError('production mode needs the keys given; it does not make or store any');
  }
  if (options.admin === true && !isLoopback(options.host ?? LOOPBACK)) {
    throw new IssuerOptionError('the admin interface is served on a loopback address only');
  }
  const db = await openStorage(options.storage ?? { memory: true });
  try {
    return await startOn(db, mode, options);
  } catch (error) {
    await db.close();
    throw error;
  }
}

function policyOf(options: IssuerOptions): IssuerPolicy {
  return {
    ...DEFAULT_POLICY,
    ...options.policy,
    ...(options.cutOverHour === undefined ? {} : { cutOverHour: options.cutOverHour }),
    ...(options.tokenLifeMs === undefined ? {} : { tokenLifeMs: options.tokenLifeMs }),
    ...(options.toleranceMs === undefined ? {} : { toleranceMs: options.toleranceMs }),
    limits: { ...DEFAULT_LIMITS, ...options.limits },
  };
}

async function startOn(db: Database, mode: 'demo' | 'production', options: IssuerOptions): Promise<Issuer> {
  const keys =
    options.keys === undefined
      ? await storedKeys(db, options.terminals ?? DEFAULT_TERMINALS)
      : keysSchema.parse(options.keys);
  const [client] = keys.clients;
  if (client === undefined) throw new IssuerOptionError('at least one client is needed');
  const policy = policyOf(options);
  const service = new Service({
    db,
    clock: options.clock ?? machineClock,
    policy,
    hashes: new Hashes(keys.hashKey),
  });
  await ensureClients(db, keys);
  await service.begin();
  const samples = options.sampleCards ?? (mode === 'demo' ? SAMPLE_CARDS : []);
  await service.ensureCards(client.merchantId, samples);
  const faults = mode === 'demo' ? new FaultPlan() : null;
  const onFault = options.onFault ?? (() => undefined);
  const gateway = new Gateway({
    service,
    directory: directoryOf(keys),
    guard: new ReplayGuard(db, policy.toleranceMs),
    rateLimit: new RateLimit(policy.requestsPerMinute),
    onFault,
  });
  const host = options.host ?? LOOPBACK;
  const restored = async (): Promise<string> => {
    const epoch = await service.restored();
    gateway.forget();
    return epoch;
  };
  const server = await buildServer({
    gateway,
    service,
    faults,
    admin: options.admin === true && mode === 'demo' ? { merchantId: client.merchantId, restored } : null,
    phone: mode === 'demo' ? new PhoneBook(service, client.merchantId, samples) : null,
    onHold: options.onHold ?? null,
    pagesDirectory: options.pagesDirectory ?? null,
    loopbackOnly: isLoopback(host),
  });
  const url = await server.listen(host, options.port ?? 0);
  const merchants = keys.clients.map(({ merchantId }) => merchantId);
  const upkeep = new Upkeep(service, merchants, (error) =>
    onFault({
      call: 'upkeep',
      name: error instanceof Error ? error.name : typeof error,
      state: sqlState(error),
    }),
  );
  await upkeep.start();
  return {
    url,
    credentials: credentialsOf(client, url + BASE_PATH, samples),
    keys,
    service,
    faults,
    restored,
    async close() {
      await server.close();
      await upkeep.stop();
      await db.close();
    },
  };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** Merchants and terminals of every client; those that are there stay as they are. */
async function ensureClients(db: Database, keys: IssuerKeys): Promise<void> {
  for (const client of keys.clients) {
    await db.query(`INSERT INTO merchants (merchant_id) VALUES ($1) ON CONFLICT (merchant_id) DO NOTHING`, [
      client.merchantId,
    ]);
    await db.query(
      `INSERT INTO terminals (merchant_id, terminal_id) SELECT $1, unnest($2::text[])
       ON CONFLICT (merchant_id, terminal_id) DO NOTHING`,
      [client.merchantId, client.terminals],
    );
  }
}
