import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Issuer, startIssuer } from '../../../src/issuer/issuer.ts';
import { codeEntry, PUBLISHED_CALLS, SETTLEMENT_CALLS } from '../../../src/konaplate/wire.ts';
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

it('no bytes whatsoever, signed or not, give a 5xx or a changed row', async () => {
  const before = await contentsOf(issuer);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...PATHS),
      fc.string({ unit: 'binary', maxLength: 300 }),
      async (path, wire) => {
        const reply = await till.caller.post(path, {}, { wire: () => wire });
        expect(reply).toMatchObject({ status: 400, code: '000_906' });
      },
    ),
    { numRuns: 100 },
  );
  expect(await contentsOf(issuer)).toBe(before);
});
