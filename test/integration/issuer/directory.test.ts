import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Issuer, startIssuer } from '../../../src/issuer/issuer.ts';
import { newId, Till } from './till.ts';

let parent: string;
let directory: string;
/** The issuer of the first test: its keys stay with the directory. */
let closed: Issuer;

beforeAll(() => {
  parent = mkdtempSync(join(tmpdir(), 'issuer-directory-'));
  directory = join(parent, 'data');
});
afterAll(() => rmSync(parent, { recursive: true, force: true }));

it('keeps keys, cards, epoch and payments in its directory, which is private', async () => {
  const first = await startIssuer({ storage: { directory } });
  const till = new Till(first);
  const sequenceId = newId();
  const spec = await till.barcode('CHARGE', till.card(0), 10_000);
  const approved = await till.approve(spec, { sequenceId });
  await first.close();
  closed = first;
  expect(statSync(directory).mode & 0o077).toBe(0);

  const second = await startIssuer({ storage: { directory } });
  try {
    const again = new Till(second);
    const { baseUrl: _first, ...before } = first.credentials;
    const { baseUrl: _second, ...after } = second.credentials;
    expect(after).toEqual(before);
    expect(await again.balance(again.card(0))).toBe(60_000);
    const repeated = await again.approve(spec, { sequenceId });
    expect(repeated.body.nrNumber).toBe(approved.body.nrNumber);
    expect(repeated.body.issuerEpoch).toBe(approved.body.issuerEpoch);
  } finally {
    await second.close();
  }
});

it('survives kill -9: what it answered stands after the next start', async () => {
  const script = new URL('./issuer-child.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, JSON.stringify({ storage: { directory } })], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [baseUrl] = await once(createInterface({ input: child.stdout }), 'line');
  const sequenceId = newId();
  const till = new Till({ ...closed, credentials: { ...closed.credentials, baseUrl: String(baseUrl) } });
  const spec = await till.barcode('CHARGE', till.card(0), 1_000);
  expect((await till.approve(spec, { sequenceId })).code).toBe('000_000');
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;

  const after = await startIssuer({ storage: { directory } });
  try {
    expect(after.credentials.accessKey).toBe(closed.credentials.accessKey);
    expect((await new Till(after).inquiry(sequenceId)).body).toMatchObject({ result: 'COMPLETED' });
    expect((await after.service.trialBalance(after.credentials.merchantId)).wrongCards).toBe(0);
  } finally {
    await after.close();
  }
});
