/** What a POS program hears of payments: every change once, in order, over restarts of either side. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { ChangesAnswer, PaymentChange } from '../../../src/web/api/payments.ts';
import { page, restart, startCounter, till } from './counter.ts';
import { call, EventReader, until } from './harness.ts';

const CHANGES = '/api/v1/payments/changes';
const EVENTS = '/api/v1/payments/events';
startCounter();

function changes(reader: EventReader): readonly PaymentChange[] {
  return reader.events.filter(({ event }) => event === 'payment').map(({ data }) => data as PaymentChange);
}

function read(after: number, limit = 200): Promise<ChangesAnswer> {
  return call(till.agent.address, `${CHANGES}?after=${after}&limit=${limit}`).then((answer) => answer.json());
}

async function charge(amount: number): Promise<void> {
  await till.scanner.send(await till.barcode('CHARGE', amount));
  await page.sees('TAKE', ({ face }) => face.intent?.amount === amount);
  await page.press('RECEIVED');
  await page.sees('DONE-IN', ({ face }) => face.intent?.amount === amount);
  await page.shown();
}

describe('the changes of payments', () => {
  it('come as they happen, with who did what and where host and cash went', async () => {
    const reader = new EventReader(till.agent.address, EVENTS);
    await until('the cursor', () => reader.events[0]?.event === 'cursor');
    await charge(10_000);
    await until('acknowledged', () => changes(reader).some(({ event }) => event === 'acknowledge'));
    const seen = changes(reader);
    expect(seen.map(({ event }) => event)).toEqual([
      'scanAccepted',
      'received',
      'send',
      'approved',
      'acknowledge',
    ]);
    expect(seen.map(({ host }) => host).filter((host) => host !== null)).toEqual([
      'unsent',
      'sending',
      'approved',
    ]);
    expect(seen.find(({ event }) => event === 'received')).toMatchObject({ by: 'cashier', cash: 'received' });
    expect(seen.at(-1)?.payment).toMatchObject({ type: 'CHARGE', amount: 10_000, host: 'approved' });
    expect(JSON.stringify(seen)).not.toMatch(/\d{16}/);
    reader.close();
  });

  it('go on after the last one that was read, over a restart of the agent, none left out and none twice', async () => {
    const first = new EventReader(till.agent.address, `${EVENTS}?after=0`);
    await until('the first ones', () => changes(first).length === 5);
    const cursor = first.events.at(-1)?.id ?? '';
    first.close();
    await restart();
    await charge(20_000);
    const again = new EventReader(till.agent.address, EVENTS, { 'last-event-id': cursor });
    await until('the later ones', () => changes(again).some(({ event }) => event === 'acknowledge'));
    expect(changes(again).every(({ payment }) => payment.amount === 20_000)).toBe(true);
    const whole = await read(0);
    expect([...changes(first), ...changes(again)]).toHaveLength(whole.changes.length);
    again.close();
  });

  it('can be asked for page by page, until there is nothing more', async () => {
    const all = await read(0);
    const paged: PaymentChange[] = [];
    let next = 0;
    for (let round = 0; round < 50; round += 1) {
      const answer = await read(next, 3);
      paged.push(...answer.changes);
      if (answer.changes.length === 0) break;
      next = answer.next;
    }
    expect(paged).toEqual(all.changes);
    expect(await read(all.next)).toEqual({ changes: [], next: all.next });
  });

  it('refuse a cursor that this journal never gave', async () => {
    const { next } = await read(0);
    const answer = await call(till.agent.address, `${CHANGES}?after=${next + 1_000}`);
    expect(answer.status).toBe(409);
    const reader = new EventReader(till.agent.address, EVENTS, { 'last-event-id': String(next + 1_000) });
    await until('answered', () => reader.status !== 0);
    expect(reader.status).toBe(409);
    expect((await call(till.agent.address, CHANGES)).status).toBe(400);
  });

  it('reach every program that listens, whole and in order', async () => {
    const { changes: all } = await read(0);
    const readers = Array.from({ length: 4 }, () => new EventReader(till.agent.address, `${EVENTS}?after=0`));
    await until('all have all', () => readers.every((reader) => changes(reader).length === all.length));
    for (const reader of readers) {
      expect(changes(reader).map(({ index }) => index)).toEqual(all.map(({ index }) => index));
      reader.close();
    }
  });

  it('end for the listener at an entry that somebody wrote by hand, and the till goes on', async () => {
    const index = (await read(0)).changes.at(-1)?.index ?? 0;
    const reader = new EventReader(till.agent.address, EVENTS);
    await until('the cursor', () => reader.events[0]?.event === 'cursor');
    const database = new Database(join(till.directory, 'ledger', 'ledger.db'));
    database.exec('DROP TRIGGER journal_is_never_edited');
    database.prepare("UPDATE journal SET body = '{' WHERE idx = ?").run(index);
    const again = new EventReader(till.agent.address, `${EVENTS}?after=${index - 1}`);
    await until('the listener was let go', () => again.ended);
    expect((await call(till.agent.address, `${CHANGES}?after=${index - 1}`)).status).toBeGreaterThanOrEqual(
      500,
    );
    expect((await call(till.agent.address, '/api/v1/stations')).status).toBe(200);
    database.close();
    reader.close();
  });
});
