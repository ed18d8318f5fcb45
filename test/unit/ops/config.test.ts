/** The configuration file: what is accepted, what is refused and how a person is told. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getNodeValue, parseTree, visit } from 'jsonc-parser';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { SUFFIXES } from '../../../drivers/framing.ts';
import { KEYBOARD_LAYOUTS } from '../../../drivers/hid/layouts.ts';
import { DEFAULT_POLICY, RECENT_MAX } from '../../../src/intent/policy.ts';
import { ConfigError, parseConfig, policyOf, readConfig } from '../../../src/ops/config.ts';
import { configSchema } from '../../../src/ops/config-schema.ts';
import { editDistance } from '../../../src/ops/suggest.ts';

const EXAMPLE = join(import.meta.dirname, '../../../config/kona-till.jsonc');

const SMALLEST = {
  environment: 'sandbox',
  platform: {
    baseUrl: 'https://platform.example/open-api',
    aspId: 'A'.repeat(15),
    accessKeyFile: 'keys/access',
    secretKeyFile: 'credential:secret-key',
    cryptoKeyId: '0'.repeat(32),
    serverPublicKeyFile: '/etc/keys/server.pem',
    clientPrivateKeyFile: '/etc/keys/client.pem',
    merchantId: 'M'.repeat(15),
    terminalId: '1',
  },
  ledger: { directory: '/var/lib/till/ledger', vaultKeyFile: '/var/lib/till/vault.key' },
  stations: [{ id: '1' }],
  store: { name: 'Store' },
};

type Change = (config: Record<string, unknown>) => void;

function faultsOf(change: Change): string[] {
  const config = structuredClone(SMALLEST) as Record<string, unknown>;
  change(config);
  try {
    parseConfig(JSON.stringify(config), '/etc/till/till.jsonc');
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.faults.map(({ path, text }) => `${path}: ${text}`);
  }
}

const set =
  (path: string, value: unknown) =>
  (config: Record<string, unknown>): void => {
    const parts = path.split('.');
    let at = config;
    for (const part of parts.slice(0, -1)) {
      at[part] ??= {};
      at = at[part] as Record<string, unknown>;
    }
    at[parts.at(-1) ?? ''] = value;
  };

describe('what decisions ask for', () => {
  it('is 50,000 won and 14 days unless the store says otherwise, and never less than a day', () => {
    const read = (change: Change) => {
      const config = structuredClone(SMALLEST) as Record<string, unknown>;
      change(config);
      return parseConfig(JSON.stringify(config), '/etc/till/till.jsonc').decisions;
    };
    expect(read(() => {})).toEqual({ pinAbove: 50_000, unclaimedAfterMs: 14 * 86_400_000 });
    expect(read(set('decisions.pinAbove', 0)).pinAbove).toBe(0);
    expect(faultsOf(set('decisions.unclaimedAfterMs', 60_000))).toHaveLength(1);
    expect(faultsOf(set('decisions.pinAbove', -1))).toHaveLength(1);
  });
});

describe('the smallest configuration', () => {
  const config = parseConfig(JSON.stringify(SMALLEST), '/etc/till/till.jsonc');

  it('gets the default of everything else', () => {
    expect(policyOf(config)).toEqual(DEFAULT_POLICY);
    expect(config.web).toEqual({
      host: '127.0.0.1',
      port: 8610,
      allowedHosts: [],
      tls: null,
      cashierSecretFile: null,
      darkHours: null,
    });
    expect(config.codeTable).toEqual({ CHARGE: ['CHARGE'], REFUND: ['REFUND'] });
  });

  it('uses the one scanner that is plugged in when it says nothing about scanners', () => {
    expect(config.scanners).toMatchObject([
      { name: 'scanner', driver: 'auto', vendorId: null, portPath: null, suffix: 'auto', layout: 'US' },
    ]);
    expect(config.stations).toEqual([{ id: '1', scanners: [], posPort: null, posSocket: null }]);
    const none = parseConfig(JSON.stringify({ ...SMALLEST, scanners: [] }), '/x.jsonc');
    expect(none.scanners).toEqual([]);
  });

  it('means relative paths from the folder of the file, and leaves credentials alone', () => {
    expect(config.platform.accessKeyFile).toBe('/etc/till/keys/access');
    expect(config.platform.secretKeyFile).toBe('credential:secret-key');
  });

  it('takes the address of the pages as one writes it in a link, and keeps it as one listens on it', () => {
    for (const host of ['::1', '[::1]']) {
      expect(parseConfig(JSON.stringify({ ...SMALLEST, web: { host } }), '/x.jsonc').web.host).toBe('::1');
    }
  });

  it('may hold comments and a comma too many', () => {
    const text = `// first\n${JSON.stringify(SMALLEST).replace(/}$/, ', /* more */ }')}`;
    expect(parseConfig(text, '/x.jsonc').environment).toBe('sandbox');
  });
});

describe('a wrong configuration is refused with the place and the reason', () => {
  it.each<[string, Change, string]>([
    ['a key that is missing', (c) => delete c.store, 'store: is missing'],
    ['a misspelt key', set('web.prot', 80), 'web.prot: unknown key; did you mean "port"?'],
    [
      'a key in other case',
      set('platform.baseURL', 'x'),
      'platform.baseURL: unknown key; did you mean "baseUrl"?',
    ],
    ['a key of nobody', set('somethingElse', 1), 'somethingElse: unknown key'],
    [
      'a misspelt key of a scanner, by its driver',
      set('scanners', [{ name: 'a', driver: 'serial', path: '/dev/x', baudrate: 9600 }]),
      'scanners[0].baudrate: unknown key; did you mean "baudRate"?',
    ],
    [
      'plain http over a network',
      set('platform.baseUrl', 'http://10.1.1.1/x'),
      'plain http is allowed to a loopback',
    ],
    [
      'an address with a password',
      set('platform.baseUrl', 'https://a:b@host/x'),
      'more than an address and a path',
    ],
    ['an unknown scanner', set('stations', [{ id: '1', scanners: ['x'] }]), 'no scanner has this name'],
    ['no station', set('stations', []), 'stations: '],
    [
      'one scanner for two stations',
      (c) => {
        set('scanners', [{ name: 'a', driver: 'tcp', host: '127.0.0.1', port: 9100 }])(c);
        set('stations', [
          { id: '1', scanners: ['a'] },
          { id: '2', scanners: ['a'] },
        ])(c);
      },
      'stations[1].scanners[0]: this scanner belongs to a station already',
    ],
    [
      'a serial scanner that cannot be found',
      set('scanners', [{ name: 'a', driver: 'serial' }]),
      'needs "path"',
    ],
    [
      'a serial scanner by the number of a USB device',
      set('scanners', [{ name: 'a', driver: 'serial', path: '/dev/ttyUSB0' }]),
      'scanners[0].path: is a device number, which changes with every plug',
    ],
    [
      'a keyboard country that the driver does not know',
      set('scanners', [{ name: 'a', driver: 'hid-keyboard', layout: 'JP' }]),
      'scanners[0].layout: ',
    ],
    [
      'line settings on a scanner that has no line',
      set('scanners', [{ name: 'a', driver: 'hid-pos', baudRate: 9600 }]),
      'scanners[0].baudRate: unknown key',
    ],
    [
      'two scanners that could be one device',
      set('scanners', [
        { name: 'a', driver: 'hid-pos', vendorId: '0c2e' },
        { name: 'b', driver: 'hid-pos', vendorId: '0c2e', portPath: '1-2' },
      ]),
      'scanners[1]: could open the same device as "a"',
    ],
    [
      'a scanner by itself beside one that takes any',
      set('scanners', [
        { name: 'a', driver: 'auto' },
        { name: 'b', driver: 'serial', path: '/dev/serial/by-id/x' },
      ]),
      'scanners[1]: could open the same device as "a"',
    ],
    [
      'a virtual port with a name that socat would misread',
      set('stations', [{ id: '1', posPort: { path: '/run/a,b' } }]),
      'stations[0].posPort.path: an absolute path without',
    ],
    [
      'one virtual port for two stations',
      set('stations', [
        { id: '1', posPort: { path: '/run/kona-till/pos' } },
        { id: '2', posPort: { path: '/run/kona-till/pos' } },
      ]),
      'stations[1].posPort.path: is used twice',
    ],
    [
      'a socket in the place of a virtual port',
      set('stations', [{ id: '1', posPort: { path: '/run/pos' }, posSocket: { path: '/run/pos' } }]),
      'stations[0].posSocket.path: is used twice',
    ],
    [
      'a socket whose name is longer than the system takes',
      set('stations', [{ id: '1', posSocket: { path: `/run/${'a'.repeat(100)}` } }]),
      'stations[0].posSocket.path: ',
    ],
    ['a fraction of a won', set('policy.later.each', 1000.5), 'policy.later.each: '],
    ['a negative limit', set('policy.amounts.CHARGE.minimum', -1), 'policy.amounts.CHARGE.minimum: '],
    [
      'a minimum above the maximum',
      set('policy.amounts.REFUND.minimum', 400_000),
      'minimum is above maximum',
    ],
    [
      'a rate of reversals that is judged from more payments on than are kept, and so never',
      set('policy.reversals.rateMinimum', RECENT_MAX + 1),
      'policy.reversals.rateMinimum: ',
    ],
    [
      'a deadline before the two seconds',
      set('times', { unansweredMs: 5000, deadlineMs: 4000 }),
      'times.deadlineMs: ',
    ],
    ['a code of five characters', set('codeTable.CHARGE', ['12345']), 'codeTable.CHARGE[0]: '],
    ['one code for both types', set('codeTable', { CHARGE: ['100010'], REFUND: ['100010'] }), 'codeTable: '],
    ['pages open to the network without TLS', set('web.host', '0.0.0.0'), 'web.host: '],
    [
      'pages open to the network without a secret for the cashier page',
      set('web', { host: '0.0.0.0', tls: { certificateFile: '/c', keyFile: '/k' } }),
      'web.cashierSecretFile: is needed',
    ],
    [
      'a vault key beside the ledger',
      set('ledger.vaultKeyFile', '/var/lib/till/ledger/k'),
      'outside the ledger',
    ],
    ['half a client certificate', set('platform.tls.clientKeyFile', '/k'), 'belong together'],
  ])('%s', (_name, change, expected) => {
    expect(faultsOf(change).join('\n')).toContain(expected);
  });

  it('is right about scanners that cannot be one device', () => {
    const scanners = [
      { name: 'a', driver: 'hid-pos', vendorId: '0c2e', portPath: '1-1' },
      { name: 'b', driver: 'hid-pos', vendorId: '0c2e', portPath: '1-2' },
      { name: 'c', driver: 'hid-keyboard', vendorId: '05e0' },
      { name: 'd', driver: 'serial', path: '/dev/ttyS0' },
      { name: 'e', driver: 'serial', vendorId: '1a86', serialNumber: 'S1' },
      { name: 'f', driver: 'auto', vendorId: '05f9' },
      { name: 'g', driver: 'tcp', port: 9100 },
    ];
    expect(faultsOf(set('scanners', scanners))).toEqual([]);
  });

  it('names several faults at once', () => {
    const faults = faultsOf((config) => {
      set('web.port', 65_536)(config);
      set('environment', 'Two Words')(config);
    });
    expect(faults).toHaveLength(2);
  });

  it('never repeats a value, which may be a secret in the wrong place', () => {
    const faults = faultsOf((config) => {
      set('platform.cryptoKeyId', 'very-secret-value')(config);
      set('platform.aspId', 'very-secret-value')(config);
      set('scanners', [{ name: 'a', driver: 'very-secret-value' }])(config);
    });
    expect(faults.length).toBeGreaterThanOrEqual(3);
    expect(faults.join()).not.toContain('very-secret-value');
  });

  it('says the line of a comma that is missing', () => {
    expect(() => parseConfig('{\n  "environment": "a"\n  "store": {}\n}', '/x.jsonc')).toThrow(/line 3/);
  });

  it('says that there is no such file', () => {
    expect(() => readConfig('/nowhere/x.jsonc')).toThrow('/nowhere/x.jsonc: there is no such file');
  });
});

/** Paths of all keys of a schema; list items are `[]`, members of a union are put together. */
function schemaPaths(schema: z.core.$ZodType, path: string): string[] {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodNullable) {
    return schemaPaths(schema.unwrap(), path);
  }
  if (schema instanceof z.ZodArray) return schemaPaths(schema.element, `${path}[]`);
  if (schema instanceof z.ZodDiscriminatedUnion)
    return schema.options.flatMap((option) => schemaPaths(option, path));
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.shape).flatMap(([key, inner]) => {
    const at = path === '' ? key : `${path}.${key}`;
    return [at, ...schemaPaths(inner as z.core.$ZodType, at)];
  });
}

describe('the example file', () => {
  const text = readFileSync(EXAMPLE, 'utf8');

  it('has a scanner of every driver, and offers every choice that the drivers know', () => {
    const { scanners } = parseConfig(text, EXAMPLE);
    const drivers = scanners.map(({ driver }) => driver);
    expect(new Set(drivers)).toEqual(new Set(['auto', 'hid-pos', 'hid-keyboard', 'serial', 'tcp']));
    for (const choice of [...SUFFIXES, ...KEYBOARD_LAYOUTS]) expect(text).toContain(`"${choice}"`);
    for (const [index, layout] of KEYBOARD_LAYOUTS.entries()) {
      const suffix = SUFFIXES[index % SUFFIXES.length];
      const scanner = { name: 'a', driver: 'hid-keyboard', layout, suffix };
      expect(faultsOf(set('scanners', [scanner]))).toEqual([]);
    }
  });

  it('is a right configuration', () => {
    expect(parseConfig(text, EXAMPLE).environment).toBe('sandbox');
  });

  it('has the default wherever a key may be left out', () => {
    const example = parseConfig(text, EXAMPLE);
    expect(policyOf(example)).toEqual(DEFAULT_POLICY);
    const smallest = parseConfig(JSON.stringify(SMALLEST), EXAMPLE);
    for (const key of ['web', 'receipt', 'log', 'times', 'codeTable'] as const) {
      expect(example[key]).toEqual(smallest[key]);
    }
  });

  it('shows every key, and explains each key name in its section', () => {
    const shown = new Set<string>();
    const explained = new Set<string>();
    const lines = text.split('\n');
    visit(text, {
      onObjectProperty: (property, _offset, _length, line, _character, pathSupplier) => {
        const parts = [...pathSupplier(), property];
        const path = parts.reduce<string>(
          (all, part) => (typeof part === 'number' ? `${all}[]` : all === '' ? part : `${all}.${part}`),
          '',
        );
        shown.add(path);
        const hasComment = /^\s*\/\//.test(lines[line - 1] ?? '');
        if (hasComment) explained.add(`${String(parts[0])}:${property}`);
      },
    });
    // Those that are null by default are shown whole in the comment above them.
    const inComments = [
      'web.tls.',
      'web.darkHours.',
      'stations[].posPort.',
      'stations[].posSocket.',
      'policy.later.smallOnly.',
    ];
    const paths = schemaPaths(configSchema, '').filter(
      (path) => !inComments.some((start) => path.startsWith(start)),
    );
    expect(paths.length).toBeGreaterThan(100);
    expect(paths.filter((path) => !shown.has(path))).toEqual([]);
    const silent = paths.filter((path) => {
      const names = path.split('.');
      const section = names[0]?.replace('[]', '') ?? '';
      const name = names.at(-1)?.replace('[]', '') ?? '';
      return !explained.has(`${section}:${name}`) && name !== 'CHARGE' && name !== 'REFUND';
    });
    expect(silent).toEqual([]);
    expect(getNodeValue(parseTree(text) ?? { type: 'null', offset: 0, length: 0 })).toBeTypeOf('object');
  });
});

describe('the step before the end of the credit-later limits', () => {
  it('reaches the policy that the till works by, whole or not at all', () => {
    const smallOnly = { fromSum: 200_000, each: 10_000 };
    const value = { ...SMALLEST, policy: { later: { smallOnly } } };
    expect(policyOf(parseConfig(JSON.stringify(value), EXAMPLE)).later.smallOnly).toEqual(smallOnly);
    expect(faultsOf(set('policy', { later: { smallOnly: { fromSum: 200_000 } } })).join()).toContain(
      'policy.later.smallOnly.each',
    );
  });
});

describe('the distance between two words', () => {
  it.each([
    ['port', 'prot', 1],
    ['', 'abc', 3],
    ['baudRate', 'baudRate', 0],
    ['kitten', 'sitting', 3],
  ])('%s and %s are %i edits apart', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
    expect(editDistance(b, a)).toBe(distance);
  });
});
