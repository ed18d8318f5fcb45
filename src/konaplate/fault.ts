/** What can be wrong with bytes on the wire. The code says it all; a fault never carries a body, key, token or card datum. */
export const WIRE_FAULTS = [
  'JSON_FORM', // not JSON, duplicate keys, too deep
  'ENVELOPE', // not {"encData": "..."}
  'JWE_FORM', // not five well-formed parts, zip, crit or another header we do not take
  'JWE_ALGORITHM', // not RSA-OAEP-256 with A128GCM or A256GCM
  'JWE_KEY', // does not open with this key, or was changed on the way
  'TOO_LARGE',
  'UTF8',
  'KEY_FORM', // a configured key is not an RSA key of at least 2048 bits
] as const;
export type WireFaultCode = (typeof WIRE_FAULTS)[number];

export class WireFault extends Error {
  readonly code: WireFaultCode;
  constructor(code: WireFaultCode) {
    super(code);
    this.name = 'WireFault';
    this.code = code;
  }
}
