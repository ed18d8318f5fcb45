import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Issuer, startIssuer } from '../../../src/issuer/issuer.ts';
import { CODES, codeEntry, PUBLISHED_CALLS, SETTLEMENT_CALLS } from '../../../src/konaplate/wire.ts';
import { contentsOf } from './contents.ts';
import { newId, Till } from './till.ts';

let issuer: Issuer;
let till: Till;
const faults: string[] = [];

beforeAll(async () => {
  issuer = await startIssuer({ onFault: (fault) => faults.push(JSON.stringify(fault)) });
  till = new Till(issuer);
});
afterAll(async () => {
  expect(faults).toEqual([]);
  await issuer.close();
});

/** A body that a call would take but for what is changed in it afterwards. */
function likely(path: string): Record<string, unknown> {
  const operation = Object.entries(SETTLEMENT_CALLS).find(([, call]) => call.path === path)?.[0];
  const card = { cardNo: '9491330000000099', type: 'CHARGE', amount: 1 };
  if (operation === undefined) return card;
  return till.caller.stamp(operation, {
    sequenceId: newId(),
    type: 'CHARGE',
    amount: 1,
    cancelId: newId(),
    nrNumber: 'KMN261122000000001',
    businessDate: '20261122',
    limit: 10,
    closeNo: 1,
    totals: [],
    openItems: [],
    itemsDigest: 'a'.repeat(64),
    machineId: 'a'.repeat(64),
    agentVersion: '1',
    backlogCount: 0,
    reason: 'TIMEOUT',
    barcodeSpec: 'CHARGE9491330000000099123000001',
    scannedAt: '20261122000000000',
    deferred: false,
  });
}

/** Members of which a text is made up here. */
const FREE = ['cursor', 'agentVersion', 'operatorId', 'managerId', 'sequenceId', 'cancelId', 'type', 'par'];
/** Codes whose answer is kept and given again. */
const DECLINED: ReadonlySet<string> = new Set(
  CODES.filter((entry) => entry.class === 'declined').map((entry) => entry.code),
);

function shapeOf(path: string): Readonly<Record<string, unknown>> {
  const calls = [...Object.values(PUBLISHED_CALLS), ...Object.values(SETTLEMENT_CALLS)];
  const call = calls.find((one) => one.path === path);
  return call === undefined ? {} : call.request.shape;
}

const PATHS = [...Object.values(PUBLISHED_CALLS), ...Object.values(SETTLEMENT_CALLS)].map(
  (call) => call.path,
);
const junk = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom('\u0000', '\ud800', '1e999', "'; DROP TABLE items; --", '__proto__', '9'.repeat(400)),
  fc.double(),
);

/** The unbent body is full of members that no call has, so every request of this test must be refused. */
const bodies = fc.oneof(
  fc.record({ path: fc.constantFrom(...PATHS), text: fc.string({ unit: 'binary', maxLength: 200 }) }),
  fc.record({ path: fc.constantFrom(...PATHS), text: fc.json({ maxDepth: 6 }) }),
  fc
    .record({
      path: fc.constantFrom(...PATHS),
      changes: fc.array(fc.tuple(fc.nat(30), junk), { minLength: 1, maxLength: 3 }),
    })
    .map(({ path, changes }) => ({ path, changes })),
);

it('no body whatsoever gives a 5xx, an answer outside the envelope, or a changed row', async () => {
  const before = await contentsOf(issuer);
  await fc.assert(
    fc.asyncProperty(bodies, async (made) => {
      let text: string;
      if ('text' in made) text = made.text;
      else {
        const body = likely(made.path);
        const names = Object.keys(body);
        for (const [at, value] of made.changes) body[names[at % names.length] ?? 'x'] = value;
        body.surplus = true;
        text = JSON.stringify(body);
      }
      const reply = await till.caller.post(made.path, {}, { text });
      expect(reply.status).toBe(400);
      expect(codeEntry(reply.code)).toBeDefined();
      expect(reply.code).not.toBe('006_022');
    }),
    { numRuns: 250 },
  );
  expect(await contentsOf(issuer)).toBe(before);
});

/** Texts that fit every schema's free members, and those that just do not. */
const texts = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
  fc.constantFrom(
    '\u0000',
    'a\u0000',
    '\u0000a',
    '\ud800',
    '%',
    "'",
    '0'.repeat(200),
    'S'.repeat(30),
    '\u0001a',
  ),
);

it('a body that reaches the issuer is never answered with a fault, and changes a row only when it is told so', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...PATHS),
      fc.array(fc.tuple(fc.nat(30), texts), { maxLength: 2 }),
      fc.maxSafeNat(),
      async (path, changes, count) => {
        const body = likely(path);
        const known = Object.keys(shapeOf(path));
        for (const name of Object.keys(body)) if (!known.includes(name)) delete body[name];
        const free = FREE.filter((name) => known.includes(name));
        for (const [at, value] of changes) body[free[at % free.length] ?? 'type'] = value;
        if ('journalIndex' in body) body.journalIndex = count;
        const before = await contentsOf(issuer);
        const reply = await till.caller.post(path, body);
        expect(codeEntry(reply.code)).toBeDefined();
        expect({ path, body, code: reply.code }).not.toMatchObject({ code: '006_022' });
        const isKept = reply.code === '000_000' || DECLINED.has(reply.code);
        if (!isKept) expect(await contentsOf(issuer)).toBe(before);
      },
    ),
    { numRuns: 150 },
  );
});

it('no bytes whatsoever, signed or not, give a 5xx or a changed row', async () => {
  const before = await contentsOf(issuer);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...PATHS),
      fc.string({ unit: 'binary', maxLength: 300 }),
      async (path, wire) => {
        const reply = await till.caller.post(path, {}, { wire: () => wire });
        expect(reply.status).toBe(400);
        // The same bytes have the same signature: the second time they are a replay.
        expect(['000_906', '000_903']).toContain(reply.code);
      },
    ),
    { numRuns: 100 },
  );
  expect(await contentsOf(issuer)).toBe(before);
});
