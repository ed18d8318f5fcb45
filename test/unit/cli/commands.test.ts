/** The commands that need no running till: what they print and the exit code they end in. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decode } from '../../../src/cli/decode.ts';
import { SMALLEST } from '../ops/smallest.ts';
import { type Ran, runIn } from './command-line.ts';

let folder = '';

const till = (...args: string[]) => runIn(folder, args);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kona-till-cli-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('decode', () => {
  // Without one of its own it would take whatever this machine or this checkout has.
  const own = (): string => join(folder, 'till.jsonc');
  beforeAll(() => writeFileSync(own(), JSON.stringify(SMALLEST)));
  afterAll(() => rmSync(own()));

  it('explains a payment barcode and shows BIN and last four only', async () => {
    const { code, out } = await till('decode', 'CHARGE9410000000000005123010000');
    expect(code).toBe(0);
    expect(out).toContain('CHARGE');
    expect(out).toContain('10,000 won');
    expect(out).toContain('9410 00** **** 0005');
    expect(out).not.toMatch(/123|9410000000000005/);
  });

  it('says the same as JSON', async () => {
    const { code, out } = await till('decode', '--json', ']C0REFUND9410000000000005123000500');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({ ok: true, type: 'REFUND', amount: 500, bin: '941000', last4: '0005' });
  });

  it('answers 1 with the reason for anything else, and keeps the digits of a damaged one to itself', async () => {
    const { code, out } = await till('decode', '--json', 'CHARGE941000000000000512301000');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ ok: false, reason: 'LENGTH', looksLikeOurs: true });
    const text = await till('decode', 'CHARGE941000000000000512301000');
    expect(text.out).not.toContain('9410000000000005');
  });

  it('takes an empty scan for an empty scan', async () => {
    expect(JSON.parse((await till('decode', '--json', '')).out)).toMatchObject({
      reason: 'EMPTY',
      looksLikeOurs: false,
    });
  });

  describe('on a till, told of no configuration', () => {
    const OWN = 'TOPUP19410000000000005123010000';
    const codeTable = { CHARGE: ['TOPUP1'], REFUND: ['PAYOUT'] };
    const decodeWith = async (file: string): Promise<Ran> => {
      let out = '';
      let err = '';
      const io = {
        ...{ out: (text: string) => (out += text), err: (text: string) => (err += text) },
        ...{ env: {}, cwd: folder, isTty: false },
      };
      const code = await decode(io, OWN, { json: true }, join(folder, file));
      return { code, out, err };
    };

    it("takes the till's own code table", async () => {
      writeFileSync(join(folder, 'own.jsonc'), JSON.stringify({ ...SMALLEST, codeTable }));
      const { code, out, err } = await decodeWith('own.jsonc');
      expect([code, err]).toEqual([0, '']);
      expect(JSON.parse(out)).toMatchObject({ ok: true, type: 'CHARGE', amount: 10_000 });
    });

    it('takes the default one where there is no configuration or a wrong one, and says so beside the answer', async () => {
      writeFileSync(join(folder, 'wrong.jsonc'), JSON.stringify({ ...SMALLEST, codeTabel: codeTable }));
      for (const [file, why] of [
        ['nowhere.jsonc', 'there is no such file'],
        ['wrong.jsonc', 'codeTabel: unknown key'],
      ] as const) {
        const { code, out, err } = await decodeWith(file);
        expect(code).toBe(1);
        expect(JSON.parse(out)).toMatchObject({ ok: false });
        expect(err).toContain('the default code table is used');
        expect(err).toContain(why);
      }
    });
  });

  it('uses the code table of the configuration file', async () => {
    const { code, err } = await till('decode', '--config', 'missing.jsonc', 'X');
    expect(code).toBe(3);
    expect(err).toContain('there is no such file');
  });
});

/** A configuration with keys that systemd hands to the service. */
const HANDED_OVER = {
  ...SMALLEST,
  platform: {
    ...SMALLEST.platform,
    accessKeyFile: 'credential:access-key',
    secretKeyFile: 'credential:secret-key',
  },
  ledger: { ...SMALLEST.ledger, vaultKeyFile: 'credential:vault-key' },
};

function writeKeys(names: readonly string[]): void {
  for (const name of names) {
    writeFileSync(join(folder, name), 'key');
    chmodSync(join(folder, name), 0o600);
  }
}

describe('config check', () => {
  it('answers 1 and the list of what to mend', async () => {
    writeFileSync(join(folder, 'bad.jsonc'), '{ "enviroment": "x" }');
    const { code, out } = await till('config', 'check', '--json', 'bad.jsonc');
    expect(code).toBe(1);
    const { ok, faults } = JSON.parse(out) as { ok: boolean; faults: { path: string; text: string }[] };
    expect(ok).toBe(false);
    expect(faults).toContainEqual({ path: 'enviroment', text: 'unknown key; did you mean "environment"?' });
    expect(faults).toContainEqual({ path: 'platform', text: 'is missing' });
  });

  it('answers 0 for a right file whose keys can be read, and 1 when a key is open to others', async () => {
    writeKeys(['access', 'secret', 'server', 'client']);
    writeFileSync(join(folder, 'good.jsonc'), JSON.stringify(SMALLEST));
    expect(await till('config', 'check', 'good.jsonc')).toMatchObject({ code: 0 });
    chmodSync(join(folder, 'client'), 0o644);
    const { code, out } = await till('config', 'check', '--config', 'good.jsonc');
    expect(code).toBe(1);
    expect(out).toContain('platform.clientPrivateKeyFile');
    expect(out).toContain('chmod 600');
  });

  it('does not look at keys that systemd hands over outside of the service, says so, and finds nothing to mend', async () => {
    writeKeys(['server', 'client']);
    writeFileSync(join(folder, 'handed.jsonc'), JSON.stringify(HANDED_OVER));
    const { code, out } = await till('config', 'check', 'handed.jsonc');
    expect(code).toBe(0);
    expect(out).toContain(': right\n');
    for (const key of ['platform.accessKeyFile', 'platform.secretKeyFile', 'ledger.vaultKeyFile']) {
      expect(out).toContain(`${key}: not looked at here: only a service started by systemd gets it`);
    }
    const json = await till('config', 'check', '--json', 'handed.jsonc');
    expect(JSON.parse(json.out)).toMatchObject({
      ok: true,
      faults: [],
      notLookedAt: ['platform.accessKeyFile', 'platform.secretKeyFile', 'ledger.vaultKeyFile'],
    });
    chmodSync(join(folder, 'client'), 0o644);
    expect(await till('config', 'check', 'handed.jsonc')).toMatchObject({ code: 1 });
  });

  it('misses inside the service what systemd did not hand over', async () => {
    writeKeys(['server', 'client']);
    writeFileSync(join(folder, 'handed.jsonc'), JSON.stringify(HANDED_OVER));
    const credentials = join(folder, 'credentials');
    mkdirSync(credentials);
    writeFileSync(join(credentials, 'access-key'), 'key');
    writeFileSync(join(credentials, 'vault-key'), 'key');
    const env = { CREDENTIALS_DIRECTORY: credentials };
    const missing = await runIn(folder, ['config', 'check', '--json', 'handed.jsonc'], env);
    expect(missing.code).toBe(1);
    expect(JSON.parse(missing.out)).toMatchObject({
      faults: [{ path: 'platform.secretKeyFile' }],
      notLookedAt: [],
    });
    writeFileSync(join(credentials, 'secret-key'), 'key');
    expect(await runIn(folder, ['config', 'check', 'handed.jsonc'], env)).toMatchObject({ code: 0 });
  });

  it('finds a key of several lines wrong, and a secret of the cashier page that is too short, as the start would', async () => {
    writeKeys(['access', 'secret', 'server', 'client', 'pages.key', 'pages.pem', 'cashier']);
    writeFileSync(join(folder, 'access'), 'first\nsecond\n');
    const tls = { certificateFile: 'pages.pem', keyFile: 'pages.key' };
    const web = { host: '0.0.0.0', tls, cashierSecretFile: 'cashier' };
    writeFileSync(join(folder, 'open.jsonc'), JSON.stringify({ ...SMALLEST, web }));
    const { code, out } = await till('config', 'check', '--json', 'open.jsonc');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      faults: [
        { path: 'platform.accessKeyFile', text: 'the file must hold one line' },
        {
          path: 'web.cashierSecretFile',
          text: 'holds fewer than 32 characters: openssl rand -hex 32 makes it',
        },
      ],
    });
    writeKeys(['access']);
    writeFileSync(join(folder, 'cashier'), `${'a5'.repeat(16)}\n`);
    expect(await till('config', 'check', 'open.jsonc')).toMatchObject({ code: 0 });
    // On a loopback address nobody asks for it.
    writeKeys(['cashier']);
    writeFileSync(
      join(folder, 'open.jsonc'),
      JSON.stringify({ ...SMALLEST, web: { cashierSecretFile: 'cashier' } }),
    );
    expect(await till('config', 'check', 'open.jsonc')).toMatchObject({ code: 0 });
  });

  it('finds a name that no credential can have wrong wherever it is asked', async () => {
    const platform = { ...HANDED_OVER.platform, accessKeyFile: 'credential:../access-key' };
    writeFileSync(join(folder, 'named.jsonc'), JSON.stringify({ ...HANDED_OVER, platform }));
    const { code, out } = await till('config', 'check', 'named.jsonc');
    expect(code).toBe(1);
    expect(out).toContain('platform.accessKeyFile: "credential:../access-key" names no credential');
  });
});

describe('wrong use', () => {
  it.each([['unknown'], ['decode'], ['decode', 'a', 'b'], ['decode', '--what', 'x'], ['config', 'chekc']])(
    'answers 2: %s %s',
    async (...args) => {
      const { code, err } = await till(...args);
      expect(code).toBe(2);
      expect(err).not.toBe('');
      expect(err).not.toContain('at ');
    },
  );

  it('is not asking for help', async () => {
    expect(await till('--help')).toMatchObject({ code: 0 });
    expect((await till()).out).toContain('decode');
  });
});
