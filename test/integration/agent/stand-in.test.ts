/** A till whose ledger keeps it from starting says so on its own pages, over a real process. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Issuer, startIssuer } from '../../../src/issuer/issuer.ts';
import { writeConfig } from '../kill/counter.ts';
import { call } from './harness.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
let folder: string;
let issuer: Issuer;
let child: ChildProcess | null;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kona-till-stand-in-'));
  issuer = await startIssuer({ storage: { memory: true } });
  child = null;
});
afterEach(async () => {
  if (child !== null && child.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  await issuer.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Starts `run` and gives the port that its log names. */
async function port(config: string): Promise<number> {
  const started = spawn(process.execPath, ['src/main.ts', 'run', '--config', config], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child = started;
  for await (const line of createInterface({ input: started.stdout })) {
    const entry = JSON.parse(line) as { sentence?: string; port?: number };
    if (entry.sentence === 'a page says so' && entry.port !== undefined) return entry.port;
  }
  throw new Error('it ended without a page');
}

describe('a till whose ledger is damaged', () => {
  it('says so in both languages, and what to do, takes nothing, and ends when it is stopped', async () => {
    const config = writeConfig(folder, issuer, 1, {});
    mkdirSync(join(folder, 'ledger'), { mode: 0o700 });
    const damaged = Buffer.from('no ledger at all '.repeat(1_000));
    writeFileSync(join(folder, 'ledger', 'ledger.db'), damaged, { mode: 0o600 });
    const address = `http://127.0.0.1:${await port(config)}`;
    for (const path of ['/', '/manager', '/api/v1/stations/1/events?page=x']) {
      const { status, text, headers } = await call(address, path);
      expect(status).toBe(503);
      expect(text).toContain('현금을 받지 마세요');
      expect(text).toContain('take no cash');
      expect(text).toContain('kona-till ledger restore FILE --yes');
      expect(headers['content-security-policy']).toContain("default-src 'none'");
    }
    const health = await call(address, '/healthz');
    expect([health.status, health.json()]).toEqual([503, { ok: false, reasons: ['LEDGER'] }]);
    const ended = once(child as ChildProcess, 'exit');
    child?.kill('SIGTERM');
    expect((await ended)[0]).toBe(3);
  });
});

describe('a till whose vault key cannot be used', () => {
  it.each([
    ['others can read it', Buffer.alloc(32, 7), 0o644, 'chmod 600 FILE'],
    ['it is empty', Buffer.alloc(0), 0o600, 'kona-till doctor'],
  ])('says so on its pages when %s, and how to mend it', async (_why, content, mode, mend) => {
    const config = writeConfig(folder, issuer, 1, {});
    writeFileSync(join(folder, 'vault.key'), content, { mode });
    const address = `http://127.0.0.1:${await port(config)}`;
    const { status, text } = await call(address, '/');
    expect(status).toBe(503);
    expect(text).toContain(mend);
    expect(text).not.toContain(folder);
    const ended = once(child as ChildProcess, 'exit');
    child?.kill('SIGTERM');
    expect((await ended)[0]).toBe(3);
  });
});
