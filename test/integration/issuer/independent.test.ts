import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Issuer, startIssuer } from '../../../src/issuer/issuer.ts';
import {
  itemsDigest,
  kstMillis,
  PUBLISHED_CALLS,
  SETTLEMENT_CALLS,
  schemas,
} from '../../../src/konaplate/wire.ts';
import { newId, Till } from './till.ts';

const SCRIPT = new URL('../../../docs/examples/konaplate-call.sh', import.meta.url).pathname;
const GUIDE = new URL('../../../docs/integrator.md', import.meta.url).pathname;
const CLIENT = new URL('../../../docs/examples/konaplate.py', import.meta.url).pathname;
const FLOW = new URL('./foreign_flow.py', import.meta.url).pathname;
/** Debian's own: the package belongs to it, whatever other python3 is first on the path. */
const PYTHON = '/usr/bin/python3';

let issuer: Issuer;
let till: Till;
let directory: string;

beforeAll(async () => {
  issuer = await startIssuer({ policy: { answerEncryption: 'A256GCM' } });
  till = new Till(issuer);
  directory = mkdtempSync(join(tmpdir(), 'issuer-openssl-'));
  writeFileSync(join(directory, 'credentials.json'), JSON.stringify(issuer.credentials, null, 2));
});
afterAll(async () => {
  await issuer.close();
  rmSync(directory, { recursive: true, force: true });
});

function shell(
  path: string,
  body: unknown,
  credentials = join(directory, 'credentials.json'),
): Promise<{ code: number; json: Record<string, unknown>; stderr: string }> {
  return new Promise((resolve) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    execFile(SCRIPT, [credentials, path, text], (error, stdout, stderr) => {
      const json: unknown = stdout === '' ? {} : JSON.parse(stdout);
      resolve({
        code: typeof error?.code === 'number' ? error.code : 0,
        json: typeof json === 'object' && json !== null ? Object.fromEntries(Object.entries(json)) : {},
        stderr,
      });
    });
  });
}

/** The guide's examples of calls, in its order. */
const EXAMPLES = [
  ...readFileSync(GUIDE, 'utf8').matchAll(/konaplate-call\.sh credentials\.json (\S+) \\\n +'([^']+)'/g),
].map(([, path = '', body = '']) => ({ path, body }));

describe('curl and openssl alone', () => {
  /** What the names in the examples stand for; each answer may add some for the next. */
  const values: Record<string, string> = { CANCEL: newId(), SEQUENCE: newId() };

  it("stand in the integrator's guide once for every call", () => {
    const calls = [...Object.values(PUBLISHED_CALLS), ...Object.values(SETTLEMENT_CALLS)];
    const paths = EXAMPLES.map(({ path }) => path);
    expect(paths.sort()).toEqual(calls.map(({ path }) => path).sort());
  });

  it.each(EXAMPLES)("run the guide's example of $path", async ({ path, body }) => {
    const nowMs = Date.now();
    Object.assign(values, {
      MERCHANT: issuer.credentials.merchantId,
      TERMINAL: issuer.credentials.terminalId,
      NOW: kstMillis(nowMs),
      DAY: kstMillis(nowMs).slice(0, 8),
    });
    if (path === SETTLEMENT_CALLS.cancel.path) Object.assign(values, await anotherApproval());
    if (body.includes('SPEC')) values.SPEC = await till.barcode('CHARGE', till.card(2), 10_000);
    const filled = Object.entries(values).reduce((text, [name, value]) => text.replaceAll(name, value), body);
    const { code, json, stderr } = await shell(path, filled);
    expect({ path, code, stderr }).toEqual({ path, code: 0, stderr: '' });
    expect(json.response).toMatchObject({ code: '000_000' });
    if (typeof json.par === 'string') values.PAR = json.par;
    if (path === SETTLEMENT_CALLS.transactions.path) Object.assign(values, figuresOf(json));
    if (path === SETTLEMENT_CALLS.close.path) expect(json.result).toBe('AGREED');
  });

  /** A payment that can be voided: approved at the terminal of the examples, under the index that the void will say too. */
  async function anotherApproval(): Promise<{ SEQUENCE: string; NUMBER: string }> {
    const sequenceId = newId();
    const stamp = { journalIndex: 4, journalHead: '4'.repeat(64) };
    const reply = await till.approve(await till.barcode('CHARGE', till.card(2), 10_000), {
      sequenceId,
      ...stamp,
    });
    return { SEQUENCE: sequenceId, NUMBER: String(reply.body.nrNumber) };
  }

  /** Totals and digest of a list, the digest by the guide's own command. */
  function figuresOf(list: Record<string, unknown>): { TOTALS: string; DIGEST: string } {
    const items = schemas.transactionsAnswer.shape.items.parse(list.items);
    const lines = items.map((item) =>
      [item.sequenceId, item.type, item.amount, item.state, item.businessDate].join('|'),
    );
    writeFileSync(join(directory, 'items.txt'), `${lines.reverse().join('\n')}\n`);
    const [command = ''] = /^.*openssl dgst -sha256 -r.*$/m.exec(readFileSync(GUIDE, 'utf8')) ?? [];
    const digest = execFileSync('sh', ['-c', command], { cwd: directory, encoding: 'utf8' }).trim();
    expect(digest).toBe(itemsDigest(items));
    return { TOTALS: JSON.stringify(list.totals), DIGEST: digest };
  }

  it('read a refusal, and its exit code says so', async () => {
    const { code, json } = await shell(PUBLISHED_CALLS.barcodeSpec.path, {
      cardNo: '9410000000000005',
      type: 'CHARGE',
      amount: -1,
    });
    expect(code).toBe(1);
    expect(json.response).toMatchObject({ code: '000_002' });
  });

  it('notice an answer that the issuer did not sign', async () => {
    const stamp = till.caller.stamp('inquiry', { sequenceId: newId() });
    issuer.faults?.set({ call: 'inquiry', kind: 'wrongToken', times: 1 });
    const { code, stderr } = await shell(SETTLEMENT_CALLS.inquiry.path, stamp);
    expect({ code, stderr: stderr.trim() }).toEqual({
      code: 2,
      stderr: 'the answer is not signed by the issuer',
    });
  });

  it("believe nothing of the store's side that is not signed at all, and show what it says", async () => {
    const body = { ...till.caller.stamp('inquiry', { sequenceId: newId() }) };
    const file = join(directory, 'unknown.json');
    writeFileSync(
      file,
      JSON.stringify({ ...issuer.credentials, accessKey: `0000000-${'0'.repeat(32)}` }, null, 2),
    );
    const { code, stderr } = await shell(SETTLEMENT_CALLS.inquiry.path, body, file);
    expect(code).toBe(2);
    expect(stderr).toContain('000_904');
  });
});

function python(
  args: readonly string[],
  input = '',
): Promise<{ status: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(PYTHON, [...args], (error, stdout, stderr) =>
      resolve({ status: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    );
    child.stdin?.end(input);
  });
}

describe('python3-jwcrypto', () => {
  beforeAll(() => {
    try {
      execFileSync(PYTHON, ['-c', 'import jwcrypto.jwe'], { stdio: 'ignore' });
    } catch {
      throw new Error("these tests need Debian's python3-jwcrypto: node scripts/test-tools.ts installs it");
    }
  });

  it.each(['A128GCM', 'A256GCM'])(
    'carries a store through its day with a client of another make and %s, and reads every answer',
    async (enc) => {
      const [, second = '', third = ''] = issuer.keys.clients[0]?.terminals ?? [];
      const terminal = enc === 'A128GCM' ? second : third;
      const { stdout, stderr } = await python(
        [FLOW],
        JSON.stringify({ ...issuer.credentials, enc, terminal }),
      );
      expect(stderr).toBe('');
      const lines = stdout.trim().split('\n');
      const figures: unknown = JSON.parse(lines.pop() ?? '');
      expect(figures).toEqual({
        moved: 11_000,
        states: ['CHARGE 10000 APPROVED', 'CHARGE 7000 VOIDED', 'REFUND 5000 REVERSED'],
        history: [
          [1_000, false],
          [10_000, false],
        ],
        total: expect.any(Number),
      });
      expect(lines.filter((line) => !line.includes(' 200 000_000')).map((line) => line.trim())).toEqual([
        'netcancel 400 006_907',
      ]);
      const said = lines
        .map((line) => line.trim().split(' '))
        .filter(([, , , result]) => result !== undefined);
      expect(said.map(([name, , , result]) => `${name} ${result}`)).toEqual([
        'inquiry COMPLETED',
        'netcancel REVERSED',
        'close NOT_AGREED',
        'close AGREED',
      ]);
    },
  );

  it('as a command prints the answer, and its exit code tells success, refusal and distrust apart', async () => {
    const credentials = join(directory, 'credentials.json');
    const run = (path: string, body: unknown) => python([CLIENT, credentials, path, JSON.stringify(body)]);
    const card = { cardNo: '9410000000000005' };
    const good = await run(PUBLISHED_CALLS.cardInfo.path, card);
    expect({ status: good.status, stderr: good.stderr }).toEqual({ status: 0, stderr: '' });
    expect(JSON.parse(good.stdout)).toMatchObject({ response: { code: '000_000' }, cardStatus: 'ACTIVE' });
    expect((await run(PUBLISHED_CALLS.cardInfo.path, { cardNo: '1' })).status).toBe(1);
    issuer.faults?.set({ call: 'inquiry', kind: 'wrongToken', times: 1 });
    const forged = await run(
      SETTLEMENT_CALLS.inquiry.path,
      till.caller.stamp('inquiry', { sequenceId: newId() }),
    );
    expect({ status: forged.status, stdout: forged.stdout }).toEqual({ status: 2, stdout: '' });
  });
});
