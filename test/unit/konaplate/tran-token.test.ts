import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkTranToken,
  makeTranToken,
  parseKst,
  tranSecret,
  tranSignature,
} from '../../../src/konaplate/wire.ts';

interface Vectors {
  secret: string;
  vectors: { time: string; body: string; signature: string }[];
  mustNotMatchFirst: string[];
}
const file: Vectors = JSON.parse(readFileSync(new URL('./vectors/tran-token.json', import.meta.url), 'utf8'));
const secret = tranSecret(file.secret);

describe('the Tran-Token', () => {
  it.each(file.vectors)('is the published one for the body of $time', ({ time, body, signature }) => {
    const timeMs = parseKst(time) ?? Number.NaN;
    const token = makeTranToken(body, secret, timeMs);
    expect(token).toBe(`KMV1:${time}:${signature}`);
    expect(token).toHaveLength(67);
    expect(checkTranToken(token, body, secret)).toEqual({
      ok: true,
      timeMs,
      identity: signature,
    });
  });

  it.each(file.mustNotMatchFirst)('is none of the well-known wrong ways to sign: %s', (wrong) => {
    const first = file.vectors[0];
    if (first === undefined) throw new Error('no vectors');
    expect(tranSignature(first.body, secret).toString('base64')).not.toBe(wrong);
    expect(checkTranToken(`KMV1:${first.time}:${wrong}`, first.body, secret)).toEqual({
      ok: false,
      reason: 'SIGNATURE',
    });
  });

  it('is taken with 66 characters too, and both forms are the same token to a replay memory', () => {
    const token = makeTranToken('{}', secret, 1_790_000_000_000);
    const long = checkTranToken(token, '{}', secret);
    const short = checkTranToken(token.slice(0, 66), '{}', secret);
    expect(short.ok).toBe(true);
    expect(short).toEqual(long);
  });

  it('is the same token to a replay memory whatever time is written in front of it, because the time is not signed', () => {
    const token = makeTranToken('{}', secret, 1_790_000_000_000);
    const rewritten = token.replace(/:[0-9]{17}:/, ':20260101000000000:');
    const [one, other] = [checkTranToken(token, '{}', secret), checkTranToken(rewritten, '{}', secret)];
    expect(one.ok && other.ok && one.identity === other.identity).toBe(true);
  });

  it('does not say yes to a respelt signature whose spare bits differ', () => {
    const token = makeTranToken('{}', secret, 1_790_000_000_000);
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
    const last = alphabet.indexOf(token.charAt(65));
    const respelt = `${token.slice(0, 65)}${alphabet.charAt(last ^ 1)}=`;
    expect(Buffer.from(respelt.slice(23), 'base64')).toEqual(Buffer.from(token.slice(23), 'base64'));
    expect(checkTranToken(respelt, '{}', secret)).toEqual({ ok: false, reason: 'FORM' });
  });

  it.each([
    ['', 'FORM'],
    ['KMV1:20260905143012345:', 'FORM'],
    [`KMV2:20260905143012345:${'A'.repeat(43)}=`, 'FORM'],
    [`KMV1:20261305143012345:${'A'.repeat(43)}=`, 'FORM'],
    [`KMV1:20260905143012345:${'A'.repeat(43)}==`, 'FORM'],
    [`KMV1:20260905143012345:${'A'.repeat(43)}=`, 'SIGNATURE'],
  ])('refuses %j', (token, reason) => {
    expect(checkTranToken(token, '{}', secret)).toEqual({ ok: false, reason });
  });

  it('fails for any other body and any other secret', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string({ minLength: 1 }), (body, other, otherSecret) => {
        const token = makeTranToken(body, secret, 1_790_000_000_000);
        expect(checkTranToken(token, body, secret).ok).toBe(true);
        if (Buffer.from(other).compare(Buffer.from(body)) !== 0) {
          expect(checkTranToken(token, other, secret).ok).toBe(false);
        }
        expect(checkTranToken(token, body, tranSecret(`x${otherSecret}`)).ok).toBe(false);
      }),
    );
  });
});
