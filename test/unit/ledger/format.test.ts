import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apply } from '../../../src/intent/apply.ts';
import { accept } from '../../../src/intent/decide.ts';
import type { DecisionRecord, Intent } from '../../../src/intent/model.ts';
import { DEFAULT_TIMES } from '../../../src/intent/rules.ts';
import { canonicalJson, chainHash, GENESIS } from '../../../src/ledger/canonical.ts';
import { expand, stateText } from '../../../src/ledger/compact.ts';
import { faultOf, LedgerFault } from '../../../src/ledger/fault.ts';
import { koreanDate } from '../../../src/ledger/intents.ts';
import { decisionBody } from '../../../src/ledger/journal.ts';
import { createKeyedHash, deriveKeys, newKey, seal, unseal } from '../../../src/ledger/keys.ts';

function newRecord(stationId = '1'): DecisionRecord {
  return accept(
    {
      sequenceId: '01K0V3M8Q4ZT6W5R2N7QK29XMD',
      environment: 'test',
      merchantId: 'M00000000000001',
      terminalId: 'T0000001',
      stationId,
      type: 'CHARGE',
      amount: 10_000,
      bin: '941000',
      last4: '0005',
      managerNeeded: false,
    },
    {
      times: DEFAULT_TIMES,
      now: { wallMs: 1, monoMs: 2.5 },
      actor: { role: 'terminal' },
      policyHash: 'p',
      canDefer: false,
    },
  );
}

function newIntent(): Intent {
  return apply(null, newRecord());
}

describe('canonical JSON', () => {
  it('is the same text for the same value, whatever the order of its members', () => {
    const value = { b: [1, { d: null, c: 'x' }], a: '"\n가', n: 1.5, gone: undefined };
    expect(canonicalJson(value)).toBe('{"a":"\\"\\n가","b":[1,{"c":"x","d":null}],"n":1.5}');
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })), (object) => {
        const turned = Object.fromEntries(Object.entries(object).reverse());
        expect(canonicalJson(turned)).toBe(canonicalJson(object));
        expect(canonicalJson(JSON.parse(canonicalJson(object)))).toBe(canonicalJson(object));
      }),
    );
  });

  it('refuses what has no one text', () => {
    expect(() => canonicalJson({ a: Number.NaN })).toThrow(/finite/);
    expect(() => canonicalJson({ a: () => 1 })).toThrow(/no JSON/);
    const deep = Array.from({ length: 20 }).reduce<unknown>((inner) => [inner], 1);
    expect(() => canonicalJson(deep)).toThrow(/deep/);
  });
});

describe('the chain hash', () => {
  it('can be computed by anybody from the document', () => {
    const entry = { index: 1, atMs: 1_784_784_725_000, kind: 'agentStarted', sequenceId: null, body: '{}' };
    // printf '1\n1784784725000\nagentStarted\n\n%s\n{}' "$(printf '0%.0s' $(seq 64))" | sha256sum
    expect(chainHash(entry, GENESIS)).toBe(
      'a8d7490a7bfce5c4229a7f400fe5de8762c173f6db1f5c0c424b36bf6a40600a',
    );
  });

  it('changes with every field', () => {
    const entry = { index: 7, atMs: 5, kind: 'send', sequenceId: 'ABC', body: '{"a":1}' };
    const changed = [
      { ...entry, index: 8 },
      { ...entry, atMs: 6 },
      { ...entry, kind: 'sent' },
      { ...entry, sequenceId: null },
      { ...entry, body: '{"a":2}' },
    ];
    const hashes = changed.map((one) => chainHash(one, GENESIS));
    expect(new Set([...hashes, chainHash(entry, GENESIS), chainHash(entry, 'f'.repeat(64))]).size).toBe(7);
  });
});

describe('a compact intent', () => {
  it('leaves out what is at rest and comes back whole', () => {
    const intent = newIntent();
    const text = stateText(intent);
    const small = JSON.parse(text) as Readonly<Record<string, unknown>>;
    expect(canonicalJson(small)).toBe(text);
    expect(small).not.toHaveProperty('approval');
    expect(small).not.toHaveProperty('cases');
    expect(expand(small)).toEqual(intent);
    const busy: Intent = {
      ...intent,
      cases: ['LEFT_AT_COUNTER'],
      sends: 2,
      host: 'sending',
      cash: 'received',
    };
    expect(expand(JSON.parse(stateText(busy)))).toEqual(busy);
    expect(canonicalJson(JSON.parse(stateText(busy)))).toBe(stateText(busy));
    expect(() => stateText({ ...busy, enteredMs: Number.NaN })).toThrow(/finite/);
    expect(text.length * 1.5).toBeLessThan(JSON.stringify(intent).length);
  });

  it('stands in the entry that accepted it without its version, as canonical JSON', () => {
    for (const stationId of ['1', ',"version":1', '\\","version":1,"']) {
      const record = newRecord(stationId);
      const body = decisionBody(record, {}, stateText(apply(null, record)));
      expect(canonicalJson(JSON.parse(body))).toBe(body);
      const { set } = JSON.parse(body) as { readonly set: Readonly<Record<string, unknown>> };
      expect({ ...expand(set) }).toEqual(record.set);
    }
  });

  it('never changes its meaning: the values at rest are part of the file format', () => {
    expect(canonicalJson(expand({}))).toBe(
      '{"acknowledged":false,"approval":null,"businessDate":null,"bytesMayHaveLeft":false,"cases":[],"choosing":false,' +
        '"closedByRestart":false,"confirmed":false,"deadlineMs":null,"declineCode":null,"deferred":false,' +
        '"firstSendMs":null,"hostVersion":0,"inquiries":0,"left":false,"managerNeeded":false,"netCancelReason":null,' +
        '"netCancels":0,"notProcessedCode":null,"question":null,"quietSinceMs":null,"sends":0,"voids":[]}',
    );
  });
});

describe('a sealed barcode', () => {
  const nonce = new Uint8Array(12).fill(3);
  const { vault, hash } = deriveKeys(new Uint8Array(32).fill(1));

  it('opens only with its key, for its name, unchanged', () => {
    const sealed = seal(vault, 'CHARGE', 'A', nonce);
    expect(unseal(vault, sealed, 'A')?.toString()).toBe('CHARGE');
    expect(unseal(vault, sealed, 'B')).toBeNull();
    expect(unseal(deriveKeys(newKey()).vault, sealed, 'A')).toBeNull();
    expect(unseal(vault, sealed.subarray(0, 20), 'A')).toBeNull();
    for (let place = 0; place < sealed.length; place += 1) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8((changed.readUInt8(place) + 1) % 256, place);
      expect(unseal(vault, changed, 'A'), `byte ${place}`).toBeNull();
    }
  });

  it('has hashes that differ by key and purpose', () => {
    const card = createKeyedHash(hash, 'card')('9410001234567788');
    expect(card).toHaveLength(16);
    expect(createKeyedHash(hash, 'barcode')('9410001234567788').equals(card)).toBe(false);
    const other = createKeyedHash(deriveKeys(newKey()).hash, 'card');
    expect(other('9410001234567788').equals(card)).toBe(false);
  });

  it('has hashes that are the first half of an HMAC-SHA-256, whatever was hashed before', () => {
    const ofBarcode = createKeyedHash(hash, 'barcode');
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => {
        const expected = createHmac('sha256', hash).update(`barcode\n${text}`).digest().subarray(0, 16);
        expect(ofBarcode(text)).toEqual(expected);
      }),
      { numRuns: 50 },
    );
    expect(() => ofBarcode('7'.repeat(200))).toThrow(/short/);
  });

  it('needs a key of 32 bytes', () => {
    expect(() => deriveKeys(new Uint8Array(31))).toThrow(expect.objectContaining({ code: 'KEY_MISSING' }));
  });
});

describe('faults', () => {
  it.each([
    ['SQLITE_FULL', 'FULL'],
    ['SQLITE_READONLY_DIRECTORY', 'READ_ONLY'],
    ['SQLITE_CORRUPT_INDEX', 'CORRUPT'],
    ['SQLITE_NOTADB', 'CORRUPT'],
    ['SQLITE_IOERR_FSYNC', 'IO'],
    ['SQLITE_CANTOPEN', 'IO'],
    ['SQLITE_BUSY', 'LOCKED'],
    ['ENOSPC', 'FULL'],
    ['EROFS', 'READ_ONLY'],
    ['EIO', 'IO'],
  ])('%s means %s to the caller', (code, fault) => {
    expect(faultOf(Object.assign(new Error('x'), { code }))).toMatchObject({
      name: 'LedgerFault',
      code: fault,
    });
  });

  it('leave other errors and faults as they are', () => {
    const mistake = new TypeError('ours');
    expect(faultOf(mistake)).toBe(mistake);
    const fault = new LedgerFault('FULL');
    expect(faultOf(fault)).toBe(fault);
    expect(faultOf(Object.assign(new Error('x'), { code: 'SQLITE_CONSTRAINT' }))).not.toBeInstanceOf(
      LedgerFault,
    );
  });
});

describe('the Korean business date', () => {
  it('begins at the cut-over hour', () => {
    const threeInTheMorning = Date.UTC(2026, 6, 22, 18, 0, 0);
    expect(koreanDate(threeInTheMorning, 0)).toBe('20260723');
    expect(koreanDate(threeInTheMorning, 4)).toBe('20260722');
    expect(koreanDate(threeInTheMorning + 3_600_000, 4)).toBe('20260723');
    expect(koreanDate(threeInTheMorning - 3 * 3_600_000 - 1, 0)).toBe('20260722');
  });
});
