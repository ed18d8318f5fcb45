/** A reading command beside or after the load: says whether the ledger verifies and where its head is. */
import { writeSync } from 'node:fs';
import { openLedgerReadOnly } from '../../../src/ledger/ledger.ts';
import type { LoadOrder } from './load-child.ts';

const order = JSON.parse(process.argv[2] ?? '{}') as LoadOrder;
const reader = openLedgerReadOnly({ file: order.file });
const { ok, head } = reader.verify();
writeSync(1, `verified ${ok} ${head.index} ${head.hash}\n`);
reader.close();
