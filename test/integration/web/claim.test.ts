/** [Go on with this terminal]: what a manager is told when it is not taken on. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiError } from '../../../src/web/api/error.ts';
import type { SyncAnswer } from '../../../src/web/api/terminal.ts';
import { type Answer, CARD, call, startTill, type Till, until } from '../agent/harness.ts';

const PIN = '739155';
const FAR = { epoch: 0, journalIndex: 9_999, journalHead: 'e'.repeat(64) };
let till: Till;
let cookie = '';

beforeAll(async () => {
  till = await startTill();
  // A payment that lies beyond the end of this journal: the terminal has lost its end.
  const barcodeSpec = await till.barcode('CHARGE', 7_000);
  const { status } = till.agent.worker;
  await until('the till is online', () => status.call(till.agent.worker).onlineSinceStart);
  const booked = await till.client.approve(
    {
      sequenceId: '01KY64F6XRVCHH2AJH3EM0W001',
      type: 'CHARGE',
      amount: 7_000,
      barcodeSpec,
      bin: CARD.slice(0, 6),
      last4: CARD.slice(-4),
      scannedAtMs: Date.now(),
      deferred: false,
    },
    FAR,
  );
  expect(booked.class).toBe('answered');
  await till.restart();
  await until('the terminal knows', () => till.agent.worker.status().recovering);
  const code = readFileSync(till.agent.installerCodeFile() ?? '', 'utf8').trim();
  const made = await manager('first', { code, name: 'Kim', pin: PIN });
  cookie = String(made.headers['set-cookie']).split(';', 1)[0] ?? '';
}, 60_000);
afterAll(() => till.close());

function manager(path: string, body: unknown): Promise<Answer> {
  return call(till.agent.address, `/api/v1/manager/${path}`, {
    headers: cookie === '' ? {} : { cookie },
    body,
  });
}

const claim = (): Promise<Answer> => manager('sync/claim', { pin: PIN, reason: 'a new disk' });

describe('a terminal that is recovering', () => {
  it('is not taken on without the list of the issuer, and says so', async () => {
    till.issuer.faults?.set({ call: 'transactions', kind: 'html500', times: 1 });
    const refused = await claim();
    expect(refused.status).toBe(409);
    expect(refused.json<ApiError>()).toMatchObject({ error: 'REFUSED', refusal: 'CLAIM_NO_ANSWER' });
  });

  it('says that the issuer did not grant it where another machine was first', async () => {
    const other = { machineId: 'b'.repeat(64), agentVersion: '0', backlogCount: 0, backlogOldestAtMs: null };
    const taken = await till.client.hello({ ...other, claimEpoch: 1, managerId: 'lee' }, FAR);
    expect(taken.class).toBe('answered');
    expect((await claim()).json<ApiError>()).toMatchObject({
      error: 'REFUSED',
      refusal: 'CLAIM_NOT_GRANTED',
    });
  });

  it('says that the line is down where it is', async () => {
    till.issuer.faults?.set({ call: '*', kind: 'dropBefore' });
    await until('the line is down', () => {
      till.agent.worker.now();
      return till.agent.worker.status().line.state === 'down';
    });
    expect((await claim()).json<ApiError>()).toMatchObject({
      error: 'REFUSED',
      refusal: 'CLAIM_LINE_DOWN',
    });
  });

  it('is taken on once the issuer answers', async () => {
    till.issuer.faults?.clear();
    till.agent.worker.now();
    await until('the line is up', () => till.agent.worker.status().line.state !== 'down');
    const answer = await claim();
    expect(answer.status).toBe(200);
    expect(answer.json<SyncAnswer>()).toMatchObject({ recovering: false, epoch: 2 });
  });
});
