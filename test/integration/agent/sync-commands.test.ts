/** `sync status / pause / now / resume` against a running agent and its issuer, over the address that the command line uses. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../../src/cli/program.ts';
import type { SyncAnswer } from '../../../src/web/api/terminal.ts';
import { startTill, type Till, until } from './harness.ts';

let till: Till;

/** What the command prints as JSON; it must end well. */
async function sync(...args: string[]): Promise<SyncAnswer> {
  let out = '';
  let err = '';
  const code = await runCommandLine(['sync', ...args, '--json'], {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    env: { KONA_TILL_CONFIG: 'till.jsonc' },
    cwd: till.directory,
    isTty: false,
  });
  expect([code, err]).toEqual([0, '']);
  return JSON.parse(out) as SyncAnswer;
}

beforeAll(async () => {
  till = await startTill();
  const { merchantId, terminalId } = till.issuer.credentials;
  const config = {
    environment: 'test',
    platform: {
      baseUrl: 'http://127.0.0.1:9/open-api',
      aspId: 'A'.repeat(15),
      accessKeyFile: 'k',
      secretKeyFile: 'k',
      cryptoKeyId: '0'.repeat(32),
      serverPublicKeyFile: 'k',
      clientPrivateKeyFile: 'k',
      merchantId,
      terminalId,
    },
    ledger: { directory: till.directory, vaultKeyFile: '/nowhere/vault.key' },
    web: { port: Number(new URL(till.agent.address).port) },
    stations: [{ id: '1' }],
    store: { name: 'Store' },
  };
  writeFileSync(join(till.directory, 'till.jsonc'), JSON.stringify(config));
  await until('the line is online', () => till.agent.worker.status().line.state === 'online');
}, 120_000);
afterAll(() => till.close());

describe('the sync commands', () => {
  it('tell the state of the running worker, stop it with a reason, and let it go on', async () => {
    expect(await sync('status')).toMatchObject({ line: { state: 'online' }, paused: false, due: [] });
    expect(await sync('pause', '--reason', 'settlement check')).toMatchObject({
      paused: true,
      pauseReason: 'settlement check',
    });
    expect(till.agent.worker.status().paused).toMatchObject({ by: 'manager', stops: 'approvals' });
    const before = till.agent.worker.status().lastAnsweredAtMs ?? 0;
    expect(await sync('now')).toMatchObject({ paused: true });
    await until('the line was tried', () => (till.agent.worker.status().lastAnsweredAtMs ?? 0) > before);
    expect(await sync('resume')).toMatchObject({ paused: false });
    expect(till.agent.worker.status().paused).toBeNull();
    const kinds = till.agent.ledger.entries(1, 1_000).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind.startsWith('sync'))).toEqual(['syncPaused', 'syncResumed']);
  });
});
