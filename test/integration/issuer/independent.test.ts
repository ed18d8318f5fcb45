import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Issuer, startIssuer } from '../../../src/issuer/issuer.ts';
import {
  encDataOf,
  envelope,
  kstMillis,
  PUBLISHED_CALLS,
  SETTLEMENT_CALLS,
} from '../../../src/konaplate/wire.ts';
import { newId, Till } from './till.ts';

const SCRIPT = new URL('../../../docs/examples/konaplate-call.sh', import.meta.url).pathname;
const GUIDE = new URL('../../../docs/integrator.md', import.meta.url).pathname;
const PEER = new URL('./jose_peer.py', import.meta.url).pathname;
/** Debian's own: the package belongs to it, whatever other python3 is first on the path. */
const PYTHON = '/usr/bin/python3';
const INSTALL_TIMEOUT_MS = 40_000;

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
): Promise<{ code: number; json: Record<string, unknown>; stderr: string }> {
  return new Promise((resolve) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    execFile(SCRIPT, [join(directory, 'credentials.json'), path, text], (error, stdout, stderr) => {
      const json: unknown = stdout === '' ? {} : JSON.parse(stdout);
      resolve({
        code: typeof error?.code === 'number' ? error.code : 0,
        json: typeof json === 'object' && json !== null ? Object.fromEntries(Object.entries(json)) : {},
        stderr,
      });
    });
  });
}

describe('curl and openssl alone', () => {
  it("run every example of the integrator's guide", async () => {
    const guide = readFileSync(GUIDE, 'utf8');
    const examples = [...guide.matchAll(/konaplate-call\.sh credentials\.json (\S+) \\\n +'([^']+)'/g)];
    expect(examples.length).toBeGreaterThanOrEqual(4);
    const sequenceId = newId();
    for (const [, path, body] of examples) {
      const filled = (body ?? '')
        .replaceAll('MERCHANT', issuer.credentials.merchantId)
        .replaceAll('TERMINAL', issuer.credentials.terminalId)
        .replaceAll('NOW', kstMillis(Date.now()))
        .replaceAll('SPEC', await till.barcode('CHARGE', till.card(2), 10_000))
        .replaceAll('SEQUENCE', sequenceId);
      const { code, json, stderr } = await shell(path ?? '', filled);
      expect({ path, code, stderr }).toEqual({ path, code: 0, stderr: '' });
      expect(json.response).toMatchObject({ code: '000_000' });
    }
  });

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
});

/** True when Debian's python3 has jwcrypto; tries to install Debian's package once. A machine without it is told so. */
function hasPeer(): boolean {
  const works = (): boolean => {
    try {
      execFileSync(PYTHON, ['-c', 'import jwcrypto.jwe'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  };
  if (works()) return true;
  try {
    execFileSync('apt-get', ['install', '-y', '--no-install-recommends', 'python3-jwcrypto'], {
      timeout: INSTALL_TIMEOUT_MS,
      stdio: 'ignore',
    });
  } catch {
    // Said below; the openssl tests above are an independent implementation as well.
  }
  if (works()) return true;
  process.stderr.write(
    '\nNO python3-jwcrypto on this machine: the second independent JOSE check did not run.\n',
  );
  return false;
}

function peer(task: Record<string, string>): string {
  return execFileSync(PYTHON, [PEER], { input: JSON.stringify(task), encoding: 'utf8' });
}

if (hasPeer()) {
  describe('python3-jwcrypto', () => {
    it.each(['A128GCM', 'A256GCM'])(
      'writes a request with %s that we accept, and reads our answer',
      async (enc) => {
        const { serverPublicKey, clientPrivateKey } = issuer.credentials;
        const text = JSON.stringify({ cardNo: '9410000000000005', type: 'REFUND', amount: 70_000 });
        const reply = await till.caller.post(
          PUBLISHED_CALLS.barcodeSpec.path,
          {},
          {
            wire: () => envelope(peer({ do: 'encrypt', key: serverPublicKey, text, enc })),
          },
        );
        expect(reply.code).toBe('000_000');
        const jwe = encDataOf(JSON.parse(reply.text)) ?? '';
        expect(JSON.parse(peer({ do: 'decrypt', key: clientPrivateKey, jwe }))).toEqual(reply.body);
      },
    );
  });
}
