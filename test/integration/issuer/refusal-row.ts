import type { Credentials, CryptoKeyPair } from '../../../src/issuer/keys.ts';
import type { Bent } from './caller.ts';

/** One refused request to barcode-spec: how it is bent, the code, and the name in the answer where there is one. */
export interface Row {
  readonly name: string;
  readonly bent: Bent;
  readonly code: string;
  readonly field?: string;
}

/** Whose requests the rows are: one client with two crypto key ids in use and one retired, and another client beside it. */
export interface World {
  readonly credentials: Credentials;
  readonly second: CryptoKeyPair;
  readonly retired: CryptoKeyPair;
  readonly other: Credentials;
}

/** The request that every row bends. */
export const SPEC = '{"cardNo":"9410000000000005","type":"CHARGE","amount":10000}';
