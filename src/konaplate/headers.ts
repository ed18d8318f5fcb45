import { kstSeconds, kstShort } from './kst.ts';

/** Names and forms of the platform's headers (konaplate-api 1). Node gives received names in lower case. */
export const HEADER = {
  aspId: 'X-KM-User-AspId',
  correlationId: 'X-KM-Correlation-Id',
  accessKey: 'X-KM-Access-Key',
  cryptoKeyId: 'X-KM-Crypto-Key-Id',
  tranToken: 'X-KM-Tran-Token',
  tranTime: 'X-KM-Tran-Time',
  timeZone: 'X-KM-Time-Zone',
} as const;

/** What a value of each header must look like to be looked at at all. */
export const HEADER_FORM = {
  aspId: /^[0-9A-Za-z]{15}$/,
  correlationId: /^[0-9]{12}-[0-9a-fA-F]{7}$/,
  accessKey: /^[0-9A-Za-z]{7}-[0-9A-Za-z]{32}$/,
  cryptoKeyId: /^[0-9a-fA-F]{32}$/,
  /** 66 is documented, 67 is what every working client sends: both are taken. */
  tranToken: /^KMV1:[0-9]{17}:[0-9A-Za-z+/]{43}=?$/,
  tranTime: /^[0-9]{14}$/,
  timeZone: /^[A-Z]{3}$/,
} as const;

/** A new correlation id: `yyMMddHHmmss` + `-` + 7 hex digits, 20 characters. `random` gives at least 4 bytes. */
export function correlationId(wallMs: number, random: Uint8Array): string {
  if (random.length < 4) throw new RangeError('four random bytes are needed');
  return `${kstShort(wallMs)}-${Buffer.from(random.subarray(0, 4)).toString('hex').slice(0, 7)}`;
}

export interface RequestHeaderValues {
  readonly aspId: string;
  readonly accessKey: string;
  readonly cryptoKeyId: string;
  readonly correlationId: string;
  readonly tranToken: string;
  readonly wallMs: number;
}

/** Every header of a request but the transport's own. */
export function requestHeaders(values: RequestHeaderValues): Record<string, string> {
  return {
    Accept: 'application/json',
    'Content-Type': 'application/json',
    [HEADER.aspId]: values.aspId,
    [HEADER.correlationId]: values.correlationId,
    [HEADER.accessKey]: values.accessKey,
    [HEADER.cryptoKeyId]: values.cryptoKeyId,
    [HEADER.tranToken]: values.tranToken,
    [HEADER.tranTime]: kstSeconds(values.wallMs),
    [HEADER.timeZone]: 'KST',
  };
}
