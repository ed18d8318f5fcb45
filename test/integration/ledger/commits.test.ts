import { execFileSync } from 'node:child_process';
import { getEventListeners } from 'node:events';
import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { DuplicateScan, LedgerFault, openLedgerReadOnly, verifyApart } from '../../../src/ledger/ledger.ts';
import type { Committed, Step } from '../../../src/ledger/types.ts';
import { ledger, openAgain, openShop, shop } from './open-shop.ts';
import {
  approvalOf,
  approveCharge,
  CASHIER,
  later,
  MANAGER,
  must,
  SCAN_TIME,
  scanOf,
  sendCharge,
  TERMINAL,
} from './shop.ts';

const CHILD = fileURLToPath(new URL('./load-child.ts', import.meta.url));

openShop();

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

describe('a commit', () => {
  it('makes a scan durable as unsent with nothing in the drawer', () => {
    const scan = scanOf({ amount: 30_000 });
    const committed = ledger.accept(scan, SCAN_TIME);
    expect(committed.intent).toMatchObject({ host: 'unsent', cash: 'none', amount: 30_000, version: 1 });
    expect(committed.journalIndex).toBe(1);
    expect(ledger.head()).toEqual({ index: 1, hash: committed.journalHash });
    expect(ledger.get(scan.sequenceId)).toEqual(committed.intent);
    expect(ledger.open()).toEqual([committed.intent]);
  });

  it('of a scan writes four pages, of a burst hardly more', () => {
    const framesOf = (work: () => void): number => {
      const database = new Database(shop.file);
      try {
        database.pragma('wal_checkpoint(PASSIVE)'); // all is home: the next commit begins the log anew
        work();
        const [state] = database.pragma('wal_checkpoint(PASSIVE)') as { log: number }[];
        return state?.log ?? Number.NaN;
      } finally {
        database.close();
      }
    };
    ledger.accept(scanOf(), SCAN_TIME); // opens the day
    const each = Array.from({ length: 8 }, () => framesOf(() => ledger.accept(scanOf(), SCAN_TIME)));
    expect(Math.min(...each)).toBe(4);
    // A page that is full brings a new one and the two that name it.
    expect(each.reduce((sum, frames) => sum + frames, 0)).toBeLessThanOrEqual(8 * 6);
    const burst = Array.from({ length: 32 }, () => scanOf());
    expect(framesOf(() => ledger.acceptMany(burst, SCAN_TIME))).toBeLessThanOrEqual(20);
  });

  it('counts a scan from the first moment, and its day with it, also before anybody acts on it', () => {
    const scan = scanOf({ amount: 30_000 });
    ledger.accept(scan, SCAN_TIME);
    const untouched = { 'CHARGE.unsent.none': { count: 1, sum: 30_000 } };
    expect(ledger.summary()).toMatchObject({ open: 1, byState: untouched });
    const [day] = ledger.days(10);
    if (day === undefined) throw new Error('the day of an untouched scan is a day');
    expect(ledger.summary(day.businessDate).byState).toEqual(untouched);
    expect(ledger.summary('20200101').byState).toEqual({});
    must(ledger, scan, { kind: 'received' }, SCAN_TIME);
    expect(ledger.summary().byState).toEqual({ 'CHARGE.unsent.received': { count: 1, sum: 30_000 } });
  });

  it('survives closing and opening with state, head and balances', () => {
    const done = approveCharge(ledger, SCAN_TIME, 1);
    const sent = sendCharge(ledger, SCAN_TIME).intent;
    const before = { head: ledger.head(), balances: ledger.balances(), summary: ledger.summary() };
    ledger.close();
    openAgain();
    expect({ head: ledger.head(), balances: ledger.balances(), summary: ledger.summary() }).toEqual(before);
    expect(ledger.get(done.sequenceId)).toEqual(done);
    expect(ledger.open()).toEqual([sent]);
    expect(ledger.verify()).toMatchObject({ ok: true, faults: [], intents: 2 });
  });

  it('moves the balances by position', () => {
    approveCharge(ledger, SCAN_TIME, 1, { amount: 10_000 });
    expect(ledger.balances()).toMatchObject({ cash_drawer: 10_000, issuer_payable: -10_000, suspense: 0 });
    sendCharge(ledger, SCAN_TIME, { amount: 5_000 });
    expect(ledger.balances()).toMatchObject({
      cash_drawer: 15_000,
      issuer_payable: -10_000,
      suspense: -5_000,
    });
  });

  it('refuses a press that names an older version, and writes nothing', () => {
    const { intent } = ledger.accept(scanOf(), SCAN_TIME);
    must(ledger, intent, { kind: 'received' }, SCAN_TIME, { expectedVersion: 1 });
    const head = ledger.head();
    const again = ledger.record(intent.sequenceId, { kind: 'received' }, SCAN_TIME, {
      actor: CASHIER,
      expectedVersion: 1,
    });
    expect(again).toMatchObject({ ok: false, refusal: 'STALE', intent: { cash: 'received' } });
    expect(ledger.head()).toEqual(head);
  });

  it('refuses an own command that the state does not allow, and writes nothing', () => {
    const { intent } = ledger.accept(scanOf(), SCAN_TIME);
    const head = ledger.head();
    const outcome = ledger.record(intent.sequenceId, { kind: 'givenBack' }, SCAN_TIME, { actor: CASHIER });
    expect(outcome).toMatchObject({ ok: false, refusal: 'NOT_IN_THIS_STATE' });
    expect(ledger.head()).toEqual(head);
  });

  it('records an external event that changes nothing', () => {
    const { intent } = ledger.accept(scanOf(), SCAN_TIME);
    const { version } = must(
      ledger,
      intent,
      { kind: 'voidRefused', cancelId: 'X', code: '007_030' },
      SCAN_TIME,
    ).intent;
    expect(version).toBe(2);
    expect(ledger.timeline(intent.sequenceId).map((entry) => entry.kind)).toEqual([
      'scanAccepted',
      'voidRefused',
    ]);
  });

  it('takes a burst in one commit, each intent with an entry of its own', () => {
    const scans = Array.from({ length: 32 }, () => scanOf());
    const committed = ledger.acceptMany(scans, SCAN_TIME);
    expect(committed.map((one) => one.journalIndex)).toEqual(scans.map((_, place) => place + 1));
    expect(ledger.open()).toHaveLength(32);
    expect(ledger.verify()).toMatchObject({ ok: true, entries: 32 });
  });

  it('takes nothing of a burst when one scan of it cannot be', () => {
    const scan = scanOf();
    expect(() => ledger.acceptMany([scanOf(), scan, scan], SCAN_TIME)).toThrow(DuplicateScan);
    expect(ledger.open()).toEqual([]);
    expect(ledger.head().index).toBe(0);
    ledger.accept(scan, SCAN_TIME);
    expect(ledger.verify().ok).toBe(true);
  });

  it('notes what belongs to no intent in the same chain', () => {
    const before = ledger.accept(scanOf(), SCAN_TIME);
    const head = ledger.note('agentStarted', { version: '0.1.0' }, SCAN_TIME, TERMINAL);
    expect(head.index).toBe(before.journalIndex + 1);
    expect(ledger.verify()).toMatchObject({ ok: true, entries: 2, head });
  });

  it('masks a card number or a barcode in a note: a text that only looks like one stops nothing', () => {
    const scan = scanOf();
    const grouped = `\n${scan.cardNumber.replace(/\d{4}(?!$)/g, '$& ')}`;
    const detail = {
      run: '8213046597013248',
      text: scan.cardNumber,
      grouped,
      read: `read ${scan.barcodeSpec}`,
    };
    ledger.note('agentStarted', detail, SCAN_TIME, { role: 'manager', id: scan.cardNumber });
    const body = ledger.entries(1, 1)[0]?.body ?? '';
    expect(JSON.parse(body)).toEqual({
      actor: { role: 'manager', id: `****${scan.cardNumber.slice(-4)}` },
      detail: {
        run: '****3248',
        text: `****${scan.cardNumber.slice(-4)}`,
        grouped: `\n****${scan.cardNumber.slice(-4)}`,
        read: 'read ****',
      },
    });
  });

  it('keeps what a manager gave as a reason, without the card number in it', () => {
    const { intent } = ledger.accept(scanOf(), SCAN_TIME);
    const typed = { LEFT_AT_COUNTER: '9410001234567788', VOID_LATE: '9410 0012 3456 7788' };
    for (const reason of ['LEFT_AT_COUNTER', 'VOID_LATE'] as const) {
      const actor = { ...MANAGER, reason: `손님 카드 ${typed[reason]} 오류` };
      must(ledger, intent, { kind: 'openCase', reason }, SCAN_TIME, { actor });
    }
    const bodies = ledger.timeline(intent.sequenceId).map((entry) => entry.body);
    expect(bodies.filter((body) => body.includes('손님 카드 ****7788 오류'))).toHaveLength(2);
  });

  it('takes hashes and ids in a note for what they are', () => {
    const machineId = `a1234567890123456b${'0'.repeat(46)}`;
    ledger.note('hello', { machineId, nrNumber: 'KMN260723000000123' }, SCAN_TIME, TERMINAL);
    expect(ledger.head().index).toBe(1);
  });

  it('books a voucher although its reason has a card number in it, without that', () => {
    const { sequenceId } = approveCharge(ledger, SCAN_TIME, 1);
    const entries = { issuer_payable: 10_000, dispute: -10_000 };
    ledger.voucher(
      { caseNumber: 'C-1', sequenceId, reason: '9410001234567788', entries },
      SCAN_TIME,
      MANAGER,
    );
    const booked = ledger.entries(1, 100).find(({ kind }) => kind === 'voucher');
    expect(JSON.parse(booked?.body ?? '')).toMatchObject({ voucher: { reason: '****7788', entries } });
    expect(ledger.verify().ok).toBe(true);
  });

  it('books a voucher of a manager and keeps the balances explained', () => {
    const { sequenceId } = approveCharge(ledger, SCAN_TIME, 1);
    const entries = { issuer_payable: 10_000, dispute: -10_000 };
    const voucher = { caseNumber: 'C-0001', sequenceId, reason: '매장에 없음', entries };
    ledger.voucher(voucher, SCAN_TIME, MANAGER);
    expect(ledger.balances()).toMatchObject({ issuer_payable: 0, dispute: -10_000, cash_drawer: 10_000 });
    expect(ledger.verify()).toMatchObject({ ok: true });
    const lopsided = { ...voucher, entries: { dispute: 1 } };
    expect(() => ledger.voucher(lopsided, SCAN_TIME, MANAGER)).toThrow(/balance/);
  });

  it('lets a scan be judged by the drawer on the disk, also after one that failed with its money booked', () => {
    approveCharge(ledger, SCAN_TIME, 1, { amount: 10_000 });
    const { intent } = sendCharge(ledger, SCAN_TIME, { amount: 5_000 });
    const { barcodeSpec, cardNumber } = scanOf();
    const drawer = (): number => ledger.facts(barcodeSpec, cardNumber, SCAN_TIME).drawer;
    expect(drawer()).toBe(15_000);
    const voucher = {
      caseNumber: 'C-0001',
      sequenceId: null,
      reason: '매장 부담',
      entries: { cash_drawer: -1_000, store: 1_000 },
    };
    // Without its barcode the request cannot be taken back: the whole commit is.
    expect(() =>
      ledger.record(intent.sequenceId, { kind: 'nothingLeft' }, later(SCAN_TIME, 30), {
        actor: TERMINAL,
        voucher,
      }),
    ).toThrow(/barcode must come back/);
    expect(drawer()).toBe(15_000);
    expect(ledger.balances().cash_drawer).toBe(15_000);
    ledger.close();
    openAgain();
    expect(drawer()).toBe(15_000);
  });
});

describe('listeners', () => {
  it('hear every commit in commit order, also the commits that a listener makes', () => {
    const heard: number[] = [];
    ledger.onCommit(({ intent, record }) => {
      if (record.event === 'scanAccepted') must(ledger, intent, { kind: 'received' }, SCAN_TIME);
    });
    const off = ledger.onCommit((committed) => heard.push(committed.journalIndex));
    ledger.acceptMany([scanOf(), scanOf()], SCAN_TIME);
    expect(heard).toEqual([1, 2, 3, 4]);
    off();
    ledger.accept(scanOf(), SCAN_TIME);
    expect(heard).toEqual([1, 2, 3, 4]);
  });

  it('cannot break a commit and never see the barcode', () => {
    const heard: Committed[] = [];
    ledger.onCommit(() => {
      throw new Error('page gone');
    });
    ledger.onCommit((committed) => heard.push(committed));
    const sent = sendCharge(ledger, SCAN_TIME);
    expect(sent.barcodeSpec).toHaveLength(31);
    expect(heard).toHaveLength(3);
    expect(JSON.stringify(heard)).not.toContain(sent.barcodeSpec);
  });
});

describe('the file', () => {
  it('is open to its owner only, in a directory of its owner only', () => {
    ledger.accept(scanOf(), SCAN_TIME);
    expect(modeOf(dirname(shop.file))).toBe('700');
    for (const suffix of ['', '-wal', '-shm', '.lock', '.ballast']) {
      expect(modeOf(shop.file + suffix), suffix).toBe('600');
    }
    expect(modeOf(String(shop.options.key))).toBe('600');
  });

  it('is held by one agent; another is refused until the first has gone', () => {
    expect(() => shop.open()).toThrow(expect.objectContaining({ code: 'LOCKED' }));
    ledger.close();
    openAgain();
  });

  it('is read by commands beside the agent, which go on seeing one moment', () => {
    approveCharge(ledger, SCAN_TIME, 1);
    const reader = openLedgerReadOnly({ file: shop.file });
    expect(reader.verify()).toMatchObject({ ok: true, intents: 1 });
    sendCharge(ledger, SCAN_TIME);
    expect(reader.verify()).toMatchObject({ ok: true, intents: 2 });
    expect(reader.head()).toEqual(ledger.head());
    expect(reader.list({ limit: 10 }).intents).toHaveLength(2);
    reader.close();
  });

  it('stays held against other processes, also after a second opening in the same one was refused', () => {
    expect(() => shop.open()).toThrow(expect.objectContaining({ code: 'LOCKED' }));
    const order = { file: shop.file, key: shop.options.key, seed: 1, steps: 1, ballastBytes: 0 };
    const output = execFileSync(process.execPath, [CHILD, JSON.stringify(order)], { encoding: 'utf8' });
    expect(output).toBe('fault LOCKED\n');
  });

  it('is verified in a thread of its own while the agent goes on', async () => {
    approveCharge(ledger, SCAN_TIME, 1);
    const running = verifyApart({ file: shop.file, verify: { knownHead: ledger.head() } });
    sendCharge(ledger, SCAN_TIME);
    expect(await running).toMatchObject({ ok: true, faults: [] });
    await expect(verifyApart({ file: `${shop.file}.none` })).rejects.toThrow(
      expect.objectContaining({ code: 'IO' }),
    );
  });

  it('leaves no listener on the signal that may give a check up, and begins none that was given up', async () => {
    const ending = new AbortController();
    const job = { file: shop.file };
    await verifyApart(job, ending.signal);
    expect(getEventListeners(ending.signal, 'abort')).toEqual([]);
    ending.abort();
    await expect(verifyApart(job, ending.signal)).rejects.toThrow('given up');
  });

  it('refuses open intents of another environment, and opens once they have ended', () => {
    const { intent } = ledger.accept(scanOf(), SCAN_TIME);
    ledger.close();
    expect(() => shop.open({ environment: 'production' })).toThrow(
      expect.objectContaining({ code: 'OTHER_ENVIRONMENT' }),
    );
    openAgain();
    must(ledger, intent, { kind: 'stop' }, SCAN_TIME);
    must(ledger, intent, { kind: 'answer', answer: 'notTaken' }, SCAN_TIME);
    ledger.close();
    openAgain({ environment: 'production' });
  });

  it('refuses a newer schema and a database that is no ledger', () => {
    ledger.close();
    const database = new Database(shop.file);
    database.pragma('user_version = 99');
    database.close();
    expect(() => shop.open()).toThrow(expect.objectContaining({ code: 'NEWER_SCHEMA' }));
    expect(() => openLedgerReadOnly({ file: shop.file })).toThrow(LedgerFault);
    const other = new Database(`${shop.file}.other`);
    other.exec('CREATE TABLE shopping (list TEXT)');
    other.close();
    expect(() => shop.open({ file: `${shop.file}.other` })).toThrow(
      expect.objectContaining({ code: 'CORRUPT' }),
    );
  });
});

describe('the restart list', () => {
  it('holds open intents, and ended ones whose sentence no page acknowledged', () => {
    const shown = approveCharge(ledger, SCAN_TIME, 1);
    const sent = sendCharge(ledger, SCAN_TIME).intent;
    const unseen = must(
      ledger,
      sendCharge(ledger, SCAN_TIME).intent,
      { kind: 'approved', approval: approvalOf(2) },
      later(SCAN_TIME, 30),
    ).intent;
    const ids = ledger.attention().map((intent) => intent.sequenceId);
    expect(ids).toEqual([sent.sequenceId, unseen.sequenceId]);
    expect(ids).not.toContain(shown.sequenceId);
    expect(ledger.open().map((intent) => intent.sequenceId)).toEqual([sent.sequenceId]);
  });
});

describe('a commit of several steps', () => {
  function received(): Committed {
    const { intent } = ledger.accept(scanOf(), SCAN_TIME);
    return must(ledger, intent, { kind: 'received' }, SCAN_TIME);
  }
  const send = ({ intent: { sequenceId } }: Committed): Step => ({
    sequenceId,
    event: { kind: 'send' },
    options: { actor: TERMINAL },
  });

  it('decides each on what the one before left, and gives each barcode to send to its caller alone', () => {
    const [one, other] = [received(), received()];
    const told: Committed[] = [];
    ledger.onCommit((committed) => told.push(committed));
    const declined = { kind: 'declined', code: '006_901', businessDate: null } as const;
    const last = { ...send(one), event: declined };
    const outcomes = ledger.recordMany([send(one), send(other), last], SCAN_TIME);
    expect(outcomes.map(({ ok, intent }) => [ok, intent.host])).toEqual([
      [true, 'sending'],
      [true, 'sending'],
      [true, 'declined'],
    ]);
    const barcodes = outcomes.map((outcome) => outcome.ok && outcome.barcodeSpec);
    expect(new Set(barcodes.slice(0, 2)).size).toBe(2);
    expect(told.map(({ journalIndex }) => journalIndex)).toEqual([5, 6, 7]);
    expect(told.every((committed) => !('barcodeSpec' in committed))).toBe(true);
    expect(ledger.verify().faults).toEqual([]);
  });

  it('leaves nothing of what the rules refuse, and takes the others', () => {
    const ended = approveCharge(ledger, SCAN_TIME, 1);
    const other = received();
    const before = ledger.head().index;
    const outcomes = ledger.recordMany(
      [{ ...send(other), sequenceId: ended.sequenceId }, send(other)],
      SCAN_TIME,
    );
    expect(outcomes.map(({ ok }) => ok)).toEqual([false, true]);
    expect(ledger.head().index).toBe(before + 1);
  });

  it('is not there at all when one of them fails: nothing is told, and each may be tried alone', () => {
    const [whole, lost] = [received(), received()];
    const database = new Database(shop.file);
    database.exec('UPDATE pending SET barcode = NULL WHERE number = (SELECT max(number) FROM intents)');
    database.close();
    const told: Committed[] = [];
    ledger.onCommit((committed) => told.push(committed));
    const before = ledger.head();
    expect(() => ledger.recordMany([send(whole), send(lost)], SCAN_TIME)).toThrow(LedgerFault);
    expect(ledger.head()).toEqual(before);
    expect(told).toEqual([]);
    expect(ledger.get(whole.intent.sequenceId)?.host).toBe('unsent');
    expect(must(ledger, whole.intent, { kind: 'send' }, SCAN_TIME).barcodeSpec).toBeDefined();
  });
});
