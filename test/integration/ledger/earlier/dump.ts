/**
 * Writes `schema-N.sql` for the present schema N: a ledger with every kind of end, what is still open, a voucher and a
 * rotated key. Run it once, before the next migration is written: `node test/integration/ledger/earlier/dump.ts`. A
 * dump is never made again, because only the program of its time can make it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { voucherPosting } from '../../../../src/intent/vouchers.ts';
import { rotateLedgerKey } from '../../../../src/ledger/ledger.ts';
import { APPLICATION_ID, SCHEMA_VERSION } from '../../../../src/ledger/schema.ts';
import type { Ledger } from '../../../../src/ledger/types.ts';
import {
  approvalOf,
  approveCharge,
  createShop,
  later,
  MANAGER,
  must,
  SCAN_TIME,
  type ScanWish,
  type Shop,
  scanOf,
  sendCharge,
  TERMINAL,
} from '../shop.ts';

const CARDS = ['9410000000000005', '9491330000000009'] as const;
const DAY = '20260723';
let at = SCAN_TIME;
let made = 0;

/** A minute later, the next published test card. */
function next(wish: ScanWish = {}): ScanWish {
  at = later(at, 60_000);
  made += 1;
  return { cardNumber: CARDS[made % 2 === 0 ? 0 : 1], token: String(100 + made), ...wish };
}

function endEachWay(ledger: Ledger): void {
  approveCharge(ledger, at, 1, next());
  const declined = sendCharge(ledger, at, next({ amount: 20_000 })).intent;
  must(ledger, declined, { kind: 'declined', code: '006_005', businessDate: DAY }, at, { actor: TERMINAL });
  must(ledger, declined, { kind: 'givenBack' }, at);
  must(ledger, declined, { kind: 'acknowledge' }, at);
  const reversed = sendCharge(ledger, at, next({ amount: 30_000 })).intent;
  for (const kind of ['unanswered', 'deadline', 'netCancel'] as const) {
    must(ledger, reversed, { kind }, later(at, 20_000), { actor: TERMINAL });
  }
  const undone = {
    kind: 'netCancelAcknowledged',
    result: 'REVERSED',
    tombstone: true,
    businessDate: DAY,
  } as const;
  must(ledger, reversed, undone, later(at, 21_000), { actor: TERMINAL });
  must(ledger, reversed, { kind: 'givenBack' }, later(at, 22_000));
  const paid = withdraw(ledger, 2, 5_000);
  must(ledger, paid, { kind: 'paidOut' }, later(at, 4_000));
  must(ledger, paid, { kind: 'acknowledge' }, later(at, 4_100));
  voidOne(ledger);
  const stopped = ledger.accept(scanOf(next()), at).intent;
  must(ledger, stopped, { kind: 'stop' }, at);
  must(ledger, stopped, { kind: 'answer', answer: 'notTaken' }, at);
}

function withdraw(ledger: Ledger, number: number, amount: number) {
  const { intent } = ledger.accept(scanOf(next({ type: 'REFUND', amount })), at);
  must(ledger, intent, { kind: 'request' }, at);
  must(ledger, intent, { kind: 'send' }, at, { actor: TERMINAL });
  return must(ledger, intent, { kind: 'approved', approval: approvalOf(number) }, at, { actor: TERMINAL })
    .intent;
}

function voidOne(ledger: Ledger): void {
  const cancelId = '01K0VOID0000000000000001';
  const intent = approveCharge(ledger, at, 3, next({ amount: 40_000 }));
  const asked = { kind: 'void', cancelId, proof: 'manager', managerId: 'lee' } as const;
  must(ledger, intent, asked, later(at, 5_000), { actor: MANAGER, openBusinessDate: DAY });
  must(ledger, intent, { kind: 'voidSend' }, later(at, 5_100), { actor: TERMINAL });
  const done = {
    kind: 'voidDone',
    cancelId,
    cancelNrNumber: 'KMN260723000000099',
    businessDate: DAY,
  } as const;
  must(ledger, intent, done, later(at, 5_200), { actor: TERMINAL });
  must(ledger, intent, { kind: 'givenBack' }, later(at, 9_000));
}

function leaveOpen(ledger: Ledger): void {
  const unanswered = sendCharge(ledger, at, next({ amount: 8_000 })).intent;
  must(ledger, unanswered, { kind: 'unanswered' }, later(at, 2_100), { actor: TERMINAL });
  const owed = sendCharge(ledger, at, next({ amount: 9_000 })).intent;
  must(ledger, owed, { kind: 'declined', code: '006_005', businessDate: DAY }, at, { actor: TERMINAL });
  must(ledger, owed, { kind: 'leave' }, later(at, 190_000), { actor: TERMINAL });
  withdraw(ledger, 4, 6_000);
  const taken = ledger.accept(scanOf(next({ amount: 3_000 })), at).intent;
  must(ledger, taken, { kind: 'received' }, at);
  ledger.accept(scanOf(next({ amount: 4_000 })), at);
}

function fill(shop: Shop): void {
  const ledger = shop.open();
  endEachWay(ledger);
  const voucher = {
    kind: 'countShort',
    type: null,
    amount: 1_000,
    loss: 'store',
    caseNumber: 'C-1',
  } as const;
  const entries = voucherPosting(voucher);
  ledger.voucher({ caseNumber: 'C-1', sequenceId: null, reason: 'count', entries }, at, MANAGER);
  ledger.sweep(at);
  const deferred = ledger.accept(scanOf(next({ amount: 7_000 })), at).intent;
  must(ledger, deferred, { kind: 'received' }, at);
  must(ledger, deferred, { kind: 'creditLater' }, at, { canDefer: true });
  ledger.close();
  rotateLedgerKey({ file: shop.file, keyFile: String(shop.options.key), now: at });
  const again = shop.open({ now: at });
  leaveOpen(again);
  again.close();
}

function literal(value: unknown): string {
  if (Buffer.isBuffer(value)) return `X'${value.toString('hex')}'`;
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`;
  return value === null ? 'NULL' : String(value);
}

/** Tables and rows first, triggers last: the journal's would ask about each row. */
function dump(database: Database.Database): string {
  const schema = database
    .prepare<[], { type: string; name: string; sql: string }>(
      "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type = 'trigger', rowid",
    )
    .all();
  const lines = schema.flatMap(({ type, name, sql }) => {
    if (type !== 'table') return [`${sql};`];
    const rows = database.prepare<[], unknown[]>(`SELECT * FROM ${name}`).raw().all();
    const inserts = rows.map((row) => `INSERT INTO ${name} VALUES (${row.map(literal).join(', ')});`);
    return [`${sql};`, ...inserts];
  });
  const version = SCHEMA_VERSION;
  return [
    ...lines,
    `PRAGMA application_id = ${APPLICATION_ID};`,
    `PRAGMA user_version = ${version};`,
    '',
  ].join('\n');
}

const shop = createShop({ ballastBytes: 0 });
fill(shop);
const database = new Database(shop.file);
const { idx, hash } = database
  .prepare<[], { idx: number; hash: Buffer }>('SELECT idx, hash FROM journal ORDER BY idx DESC LIMIT 1')
  .get() ?? { idx: 0, hash: Buffer.alloc(0) };
const head = `-- A ledger of schema ${SCHEMA_VERSION}, made by dump.ts of its time.
-- Key: ${readFileSync(String(shop.options.key)).toString('hex')}
-- Head: ${idx}:${hash.toString('hex')}
`;
writeFileSync(join(import.meta.dirname, `schema-${SCHEMA_VERSION}.sql`), head + dump(database));
database.close();
shop.remove();
