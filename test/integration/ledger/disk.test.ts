import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LedgerFault } from '../../../src/ledger/ledger.ts';
import type { Committed, Ledger } from '../../../src/ledger/types.ts';
import { createChance, loadStep } from './load.ts';
import type { LoadOrder } from './load-child.ts';
import { approvalOf, createShop, later, must, SCAN_TIME, type Shop, scanOf, sendCharge } from './shop.ts';

const CHILD = fileURLToPath(new URL('./load-child.ts', import.meta.url));
let shop: Shop;

beforeEach(() => {
  shop = createShop();
});
afterEach(() => {
  shop.remove();
});

function codeOf(work: () => unknown): string | null {
  try {
    work();
    return null;
  } catch (error) {
    if (error instanceof LedgerFault) return error.code;
    throw error;
  }
}

/** Load until the disk is full; every acknowledged commit is given back. */
function fill(ledger: Ledger, seed: number): Committed[] {
  const chance = createChance(seed);
  const done: Committed[] = [];
  for (let step = 0; step < 3_000; step += 1) {
    const code = codeOf(() => {
      const committed = loadStep(ledger, chance, later(SCAN_TIME, step * 10));
      if (committed !== null) done.push(committed);
    });
    if (code === null) continue;
    expect(code).toBe('FULL');
    return done;
  }
  throw new Error('the disk was never full');
}

describe('a full disk', () => {
  it('at every page from the first write on loses nothing acknowledged and leaves a ledger that verifies', () => {
    shop.open().close();
    const pages = Math.ceil(statSync(shop.file).size / 4096);
    for (let room = 0; room < 12; room += 1) {
      const small = shop.open({ maxPages: pages + room, ballastBytes: 0 });
      const done = fill(small, room);
      expect(small.verify().faults).toEqual([]);
      small.close();
      const roomy = shop.open();
      const last = done.at(-1);
      expect(
        roomy.verify(
          last === undefined ? {} : { knownHead: { index: last.journalIndex, hash: last.journalHash } },
        ).faults,
      ).toEqual([]);
      for (const { intent } of done)
        expect(roomy.get(intent.sequenceId)?.version).toBeGreaterThanOrEqual(intent.version);
      roomy.close();
      rmSync(dirname(shop.file), { recursive: true });
      shop.open().close();
    }
  });

  it('takes no new scan once the reserve is touched, and still ends every open intent', () => {
    shop.open().close();
    const pages = Math.ceil(statSync(shop.file).size / 4096);
    const ledger = shop.open({ maxPages: pages + 10, ballastBytes: 64 * 4096 });
    const open: Committed[] = [];
    expect(
      codeOf(() => {
        for (let turn = 0; turn < 1_000; turn += 1) open.push(sendCharge(ledger, SCAN_TIME));
      }),
    ).toBe('FULL');
    expect(open.length).toBeGreaterThan(2);
    for (const [number, { intent }] of open.entries()) {
      must(ledger, intent, { kind: 'approved', approval: approvalOf(number) }, SCAN_TIME);
      must(ledger, intent, { kind: 'acknowledge' }, SCAN_TIME);
    }
    expect(codeOf(() => ledger.accept(scanOf(), SCAN_TIME))).toBe('FULL');
    expect(ledger.verify().faults).toEqual([]);
    ledger.close();
  });

  it('keeps a real file as its reserve, gives it away, and takes it back when there is room', () => {
    const ballast = `${shop.file}.ballast`;
    let ledger = shop.open({ ballastBytes: 128 * 1024 });
    expect(statSync(ballast).size).toBe(128 * 1024);
    ledger.close();
    rmSync(ballast);
    ledger = shop.open({ ballastBytes: 128 * 1024 });
    expect(statSync(ballast).size).toBe(128 * 1024);
    ledger.accept(scanOf(), SCAN_TIME);
    ledger.close();
    // A disk with less room than the reserve needs: no reserve, hence no new scan, but everything else.
    rmSync(ballast);
    ledger = shop.open({ ballastBytes: 2 ** 50 });
    expect(existsSync(ballast)).toBe(false);
    expect(codeOf(() => ledger.accept(scanOf(), SCAN_TIME))).toBe('FULL');
    const [open] = ledger.open();
    if (open === undefined) throw new Error('one is open');
    must(ledger, open, { kind: 'received' }, SCAN_TIME);
    ledger.close();
  });
});

describe('an I/O error at a write', () => {
  /** A limit on the size of files makes every write beyond it fail: SQLite sees EFBIG, an I/O error. */
  function runLimited(kibibytes: number): { said: string[]; fault: string | null } {
    const order: LoadOrder = {
      file: shop.file,
      key: String(shop.options.key),
      seed: kibibytes,
      steps: 5_000,
      ballastBytes: 0,
    };
    const script = `trap '' XFSZ; ulimit -f ${kibibytes}; exec "$0" "$@"`;
    const { stdout, stderr } = spawnSync(
      'bash',
      ['-c', script, process.execPath, CHILD, JSON.stringify(order)],
      { encoding: 'utf8' },
    );
    const lines = stdout.split('\n');
    expect(stderr).toBe('');
    return {
      said: lines.filter((line) => line.startsWith('ok ')),
      fault: lines.find((line) => line.startsWith('fault '))?.slice('fault '.length) ?? null,
    };
  }

  it('ends the process, and the next start finds everything that was acknowledged', () => {
    let acknowledged = 0;
    for (const kibibytes of [8, 60, 130, 200, 320]) {
      const { said, fault } = runLimited(kibibytes);
      expect(fault).toBe('IO');
      acknowledged += said.length;
      const ledger = shop.open();
      const [, index, hash] = said.at(-1)?.split(' ') ?? [];
      const known = index === undefined ? {} : { knownHead: { index: Number(index), hash: hash ?? '' } };
      expect(ledger.verify(known).faults).toEqual([]);
      ledger.close();
    }
    expect(acknowledged).toBeGreaterThan(20);
  });
});

describe('a ledger that cannot be written', () => {
  it('refuses new work with READ_ONLY and goes on showing', () => {
    const ledger = shop.open();
    const { intent } = ledger.accept(scanOf(), SCAN_TIME);
    ledger.close();
    const script = `
      import { openLedgerReadOnly } from '${fileURLToPath(new URL('../../../src/ledger/ledger.ts', import.meta.url))}';
      const reader = openLedgerReadOnly({ file: ${JSON.stringify(shop.file)} });
      process.stdout.write(String(reader.verify().ok) + ' ' + reader.open().length);`;
    chmodSync(shop.file, 0o400);
    const shown = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
    expect(shown).toBe('true 1');
    chmodSync(shop.file, 0o600);
    const again = shop.open();
    expect(again.get(intent.sequenceId)).toEqual(intent);
    again.close();
  });
});
