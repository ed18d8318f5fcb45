/**
 * The wire format, shared by the client and the issuer: everything about bytes, headers, times, codes and schemas, and
 * nothing about connections.
 */
export * from './calls.ts';
export * from './codes.ts';
export * from './fault.ts';
export * from './headers.ts';
export * from './items-digest.ts';
export * from './json.ts';
export * from './jwe.ts';
export * from './kst.ts';
export * as schemas from './schemas.ts';
export * from './tran-token.ts';
