import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Issuer, IssuerOptionError, startIssuer } from '../../../src/issuer/issuer.ts';
import { generateKeys } from '../../../src/issuer/keys.ts';
import { FAULT_KINDS } from '../../../src/issuer/phone/api.ts';
import { newId, Till } from './till.ts';

const RICH = 2;
let issuer: Issuer;
let till: Till;
const faults: string[] = [];

beforeAll(async () => {
  issuer = await startIssuer({ admin: true, onFault: (fault) => faults.push(JSON.stringify(fault)) });
  till = new Till(issuer);
});
afterEach(() => issuer.faults?.clear());
afterAll(async () => {
  expect(faults).toEqual([]);
  await issuer.close();
});

async function admin(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${issuer.url}/admin${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    headers: { ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
  });
  const answer: unknown = await response.json();
  return { status: response.status, answer };
}

/** One charge under a fault that was set over the interface: what the caller saw, and what the card saw. */
async function under(fault: Record<string, unknown>) {
  const card = till.card(RICH);
  const before = (await till.balance(card)) ?? 0;
  const spec = await till.barcode('CHARGE', card, 1_000);
  expect((await admin('PUT', '/faults', { call: 'approve', times: 1, ...fault })).status).toBe(200);
  const sequenceId = newId();
  const startMs = performance.now();
  const seen = await till.approve(spec, { sequenceId }).catch((error: NodeJS.ErrnoException) => error.code);
  return {
    seen,
    sequenceId,
    spec,
    tookMs: performance.now() - startMs,
    moved: ((await till.balance(card)) ?? 0) - before,
  };
}

describe('a fault on demand', () => {
  it('drops the request before any effect', async () => {
    const { seen, moved, sequenceId } = await under({ kind: 'dropBefore' });
    expect({ seen, moved }).toEqual({ seen: 'ECONNRESET', moved: 0 });
    expect((await till.inquiry(sequenceId)).body.result).toBe('NOT_FOUND');
  });

  it('drops the answer after the effect; the same id gets it the next time', async () => {
    const { seen, moved, sequenceId, spec } = await under({ kind: 'dropAfter' });
    expect({ seen, moved }).toEqual({ seen: 'ECONNRESET', moved: 1_000 });
    expect((await till.approve(spec, { sequenceId })).code).toBe('000_000');
  });

  it('resets the socket', async () => {
    expect(await under({ kind: 'reset' })).toMatchObject({ seen: 'ECONNRESET', moved: 0 });
  });

  it('delays the answer, not the effect', async () => {
    const { seen, moved, tookMs } = await under({ kind: 'delay', ms: 400 });
    expect(seen).toMatchObject({ code: '000_000' });
    expect(moved).toBe(1_000);
    expect(tookMs).toBeGreaterThanOrEqual(390);
  });

  it('trickles the answer byte by byte', async () => {
    const { seen, tookMs } = await under({ kind: 'trickle', ms: 400 });
    expect(seen).toMatchObject({ code: '000_000', signed: true });
    expect(tookMs).toBeGreaterThanOrEqual(300);
  });

  it('processes the request twice, and it moves money once', async () => {
    const { seen, moved } = await under({ kind: 'duplicate' });
    expect(seen).toMatchObject({ code: '000_000' });
    expect(moved).toBe(1_000);
  });

  it('answers with garbage, with HTML and 500, with a token that is not ours', async () => {
    expect(await under({ kind: 'garbage' })).toMatchObject({
      seen: { code: '', signed: false },
      moved: 1_000,
    });
    expect(await under({ kind: 'html500' })).toMatchObject({
      seen: { status: 500, signed: false },
      moved: 0,
    });
    expect(await under({ kind: 'wrongToken' })).toMatchObject({ seen: { signed: false }, moved: 1_000 });
  });

  it('closes the answer with a key that the caller does not have', async () => {
    expect(await under({ kind: 'wrongKey' })).toMatchObject({ seen: 'JWE_KEY', moved: 1_000 });
  });

  it('runs with a clock that is wrong: a token of now is out of tolerance', async () => {
    const { seen, moved } = await under({ kind: 'clockSkew', ms: 3_600_000 });
    expect(seen).toMatchObject({ code: '000_902' });
    expect(moved).toBe(0);
  });

  it('hits a share of the calls when it has a probability', async () => {
    issuer.faults?.set({ call: 'inquiry', kind: 'html500', probability: 0.5 });
    const seen = new Set<number>();
    for (let tries = 0; tries < 60 && seen.size < 2; tries += 1)
      seen.add((await till.inquiry(newId())).status);
    expect([...seen].sort()).toEqual([200, 500]);
  });
});

describe('every kind of fault', () => {
  it('is known by name: before and after the commit, slow, doubled, unreadable, unsigned, broken, with a wrong clock', () => {
    expect([...FAULT_KINDS].sort()).toEqual([
      'clockSkew',
      'delay',
      'dropAfter',
      'dropBefore',
      'duplicate',
      'garbage',
      'html500',
      'reset',
      'trickle',
      'wrongKey',
      'wrongToken',
    ]);
  });

  it.each(FAULT_KINDS)('%s can be switched for one call, so often, and by probability', async (kind) => {
    const good = async (): Promise<boolean> => {
      const reply = await till.inquiry(newId()).catch(() => null);
      return reply?.code === '000_000' && reply.signed;
    };
    const ms = kind === 'delay' || kind === 'trickle' ? 400 : undefined;
    await admin('PUT', '/faults', { call: 'inquiry', kind, ms, probability: 0 });
    expect(await good()).toBe(true);
    await admin('PUT', '/faults', { call: 'approve', kind, ms });
    expect(await good()).toBe(true);
    const set = await admin('PUT', '/faults', { call: 'inquiry', kind, ms, times: 1, probability: 1 });
    expect(set.answer).toMatchObject({ faults: [{ call: 'approve' }, { call: 'inquiry', times: 1 }] });
    const startMs = performance.now();
    const isGood = await good();
    const isHit = ms === undefined ? !isGood : performance.now() - startMs >= 300;
    // A request that is processed twice looks like any other, which is the point of ids.
    expect(isHit).toBe(kind !== 'duplicate');
    expect((await admin('GET', '/faults')).answer).toMatchObject({ faults: [{ call: 'approve', kind }] });
    expect(await good()).toBe(true);
  });
});

describe('the admin interface', () => {
  it('refuses what it does not know and other types', async () => {
    expect(await admin('PUT', '/faults', { call: 'approve', kind: 'explode' })).toMatchObject({
      status: 400,
      answer: { code: '000_002', field: 'kind' },
    });
    expect((await admin('PUT', '/faults', { call: 'approve', kind: 'delay', ms: 10_000_000 })).status).toBe(
      400,
    );
    expect((await admin('PUT', '/faults', { call: 'x' }, { 'Content-Type': 'text/plain' })).status).toBe(400);
  });

  it('spends from a card, never more than it has', async () => {
    const cardNo = till.card(0);
    expect((await admin('POST', '/spend', { cardNo, amount: 1_000 })).answer).toEqual({ balance: 49_000 });
    expect(await admin('POST', '/spend', { cardNo, amount: 49_001 })).toMatchObject({
      status: 400,
      answer: { code: '006_007' },
    });
    expect(await till.balance(cardNo)).toBe(49_000);
  });

  it('shows the ledger in balance', async () => {
    expect((await admin('GET', '/trial-balance')).answer).toMatchObject({ wrongCards: 0 });
  });

  it('does not exist in a demo that did not ask for it', async () => {
    const plain = await startIssuer({ keys: issuer.keys });
    try {
      for (const path of ['/admin/faults', '/admin/switches', '/admin/spend', '/phone/api/faults']) {
        for (const method of ['GET', 'PUT', 'POST', 'DELETE']) {
          const body = method === 'GET' ? {} : { body: '{}' };
          const headers = { 'Content-Type': 'application/json' };
          expect((await fetch(plain.url + path, { method, headers, ...body })).status).toBe(404);
        }
      }
    } finally {
      await plain.close();
    }
  });

  it('does not exist unless asked for, never in production mode, never beyond loopback', async () => {
    await expect(startIssuer({ mode: 'production', admin: true, keys: issuer.keys })).rejects.toThrow(
      IssuerOptionError,
    );
    await expect(startIssuer({ admin: true, host: '0.0.0.0' })).rejects.toThrow(IssuerOptionError);
    await expect(startIssuer({ mode: 'production' })).rejects.toThrow(IssuerOptionError);
    const production = await startIssuer({ mode: 'production', keys: await generateKeys(['T1']) });
    try {
      expect(production.faults).toBeNull();
      for (const path of ['/admin/faults', '/phone/api/cards', '/phone/api/faults']) {
        expect((await fetch(production.url + path)).status).toBe(404);
      }
      expect(production.credentials.cards).toEqual([]);
    } finally {
      await production.close();
    }
  });
});
