import type { KeyObject } from 'node:crypto';
import {
  importPrivateKey,
  importPublicKey,
  tranSecret,
  type Unwrap,
  unwrapAside,
} from '../../konaplate/wire.ts';
import type { CryptoKeyPair, IssuerKeys } from '../keys.ts';

/** One crypto key id: requests open with the server's private key, answers are closed with the client's public key. */
export interface CryptoPair {
  readonly cryptoKeyId: string;
  readonly serverPrivate: KeyObject;
  readonly unwrap: Unwrap;
  readonly clientPublic: KeyObject;
}

/** A client as the gate knows it; keys are imported once. */
export interface KnownClient {
  readonly aspId: string;
  readonly accessKey: string;
  readonly merchantId: string;
  readonly terminals: ReadonlySet<string>;
  readonly secret: KeyObject;
  /** By crypto key id in lower case; retired ones are not in it. */
  readonly pairs: ReadonlyMap<string, CryptoPair>;
}

function imported(pair: CryptoKeyPair): CryptoPair {
  const serverPrivate = importPrivateKey(pair.serverPrivateKey);
  return {
    cryptoKeyId: pair.cryptoKeyId,
    serverPrivate,
    unwrap: unwrapAside(serverPrivate),
    clientPublic: importPublicKey(pair.clientPublicKey),
  };
}

/** Clients by access key. Throws WireFault KEY_FORM for a key that is no RSA key of 2048 bits or more. */
export function directoryOf(keys: IssuerKeys): ReadonlyMap<string, KnownClient> {
  return new Map(
    keys.clients.map((client) => [
      client.accessKey,
      {
        aspId: client.aspId,
        accessKey: client.accessKey,
        merchantId: client.merchantId,
        terminals: new Set(client.terminals),
        secret: tranSecret(client.secretKey),
        pairs: new Map(
          client.cryptoKeys
            .filter((pair) => pair.retired !== true)
            .map((pair) => [pair.cryptoKeyId.toLowerCase(), imported(pair)]),
        ),
      },
    ]),
  );
}
