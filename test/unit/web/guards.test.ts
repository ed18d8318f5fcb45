import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { guard, loopbackHosts } from '../../../src/web/guards.ts';

const OPTIONS = { hosts: new Set(loopbackHosts(8610)), scheme: 'http' as const };
const JSON_TYPE = { 'content-type': 'application/json' };

function status(method: string, headers: Readonly<Record<string, string>>, path = '/api/v1/x'): number {
  return guard({ method, path, headers: { host: '127.0.0.1:8610', ...headers } }, OPTIONS)?.status ?? 200;
}

const OWN: ReadonlySet<string> = new Set(loopbackHosts(8610).map((name) => `http://${name}`));
/** Origins made of the parts of our own, of hostile ones, and of what lies between. */
const nearOrigin = fc
  .tuple(
    fc.constantFrom('http://', 'https://', 'HTTP://', 'http:', 'file://', 'null', ''),
    fc.constantFrom('', 'user@', '127.0.0.1:8610@', 'evil.example/', '.', '\0', ' '),
    fc.constantFrom('127.0.0.1', 'localhost', '[::1]', '127.0.0.2', 'localhost.evil.example', 'evil.example'),
    fc.constantFrom('', ':8610', ':8611', ':', ':08610', '.:8610', ':8610.evil.example'),
    fc.constantFrom('', '/', '/x', '#', '?', ' ', '\r\n', ',http://localhost:8610'),
  )
  .map((parts) => parts.join(''));

describe('the guard', () => {
  it('lets own pages and local programs in', () => {
    expect(status('GET', {})).toBe(200);
    expect(status('POST', JSON_TYPE)).toBe(200);
    expect(
      status('POST', { ...JSON_TYPE, origin: 'http://localhost:8610', 'sec-fetch-site': 'same-origin' }),
    ).toBe(200);
  });

  it('knows its names with the port and in any case, and no others', () => {
    expect(status('GET', { host: 'LOCALHOST:8610' })).toBe(200);
    for (const host of [
      'localhost',
      'localhost:8611',
      '127.0.0.1.evil.example:8610',
      'localhost:8610.',
      '',
    ]) {
      expect(status('GET', { host }), host).toBe(403);
    }
  });

  it('never lets a POST in that is not JSON, from whatever text', () => {
    fc.assert(
      fc.property(fc.string(), (type) => {
        const isJson = /^application\/json(?:\s*;\s*charset=utf-8)?$/i.test(type);
        expect(status('POST', { 'content-type': type })).toBe(isJson ? 200 : 415);
      }),
    );
  });

  it('never lets a foreign origin in, from whatever text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), nearOrigin), (origin) => {
        fc.pre(!OWN.has(origin.toLowerCase()));
        expect(status('POST', { ...JSON_TYPE, origin })).toBe(403);
      }),
    );
  });
});
