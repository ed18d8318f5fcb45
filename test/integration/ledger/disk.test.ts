import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { faultOf } from '../../../src/ledger/fault.ts';
import { LedgerFault } from '../../../src/ledger/ledger.ts';
import type { Committed, Ledger } from '../../../src/ledger/types.ts';
import { createChance, loadStep } from './load.ts';
import type { LoadOrder } from './load-child.ts';
import { approvalOf, createShop, later, must, SCAN_TIME, type Shop, scanOf, sendCharge } from './shop.ts';

const CHECK = fileURLToPath(new URL('./check-child.ts', import.meta.url));
const CHILD = fileURLToPath(new URL('./load-child.ts', import.meta.url));
let shop: Shop;

beforeEach(() => {
  shop = createShop();
});
afterEach(() => {
  shop.remove();
});

function orderFor(seed: number): string {
  const order: LoadOrder = {
    file: shop.file,
    key: String(shop.options.key),
    seed,
    steps: 5_000,
    ballastBytes: 0,
  };
  return JSON.stringify(order);
}

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
    for (let room = 0; room < 8; room += 1) {
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
    const script = `trap '' XFSZ; ulimit -f ${kibibytes}; exec "$0" "$@"`;
    const { stdout, stderr } = spawnSync(
      'bash',
      ['-c', script, process.execPath, CHILD, orderFor(kibibytes)],
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
    for (const kibibytes of [8, 130, 320]) {
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

describe('in a file system of its own', () => {
  /** Runs a script as root of a private mount namespace, with DIR as a place to mount on. null: the kernel forbids it. */
  function inNamespace(script: string): string | null {
    const unshare = (command: string) =>
      spawnSync('unshare', ['-Urm', 'bash', '-ec', command], {
        encoding: 'utf8',
        env: {
          ...process.env,
          DIR: shop.directory,
          NODE: process.execPath,
          CHILD,
          CHECK,
          ORDER: orderFor(1),
        },
      });
    if (unshare('mount -t tmpfs -o size=4k none "$DIR"').status !== 0) return null;
    const { stdout, stderr } = unshare(script);
    expect(stderr).toBe('');
    return stdout;
  }

  /** Where the kernel forbids it, the same code path is shown by the codes that SQLite would give. */
  function expectMapped(sqliteCode: string, code: string): void {
    const error = Object.assign(new Error('as SQLite says it'), { code: sqliteCode });
    expect(faultOf(error)).toMatchObject({ name: 'LedgerFault', code });
  }

  it('that is full, nothing acknowledged is lost, and with room again it goes on by itself', () => {
    const output = inNamespace(`mount -t tmpfs -o size=600k none "$DIR"; "$NODE" "$CHILD" "$ORDER"
      mount -o remount,size=64m "$DIR"; "$NODE" "$CHECK" "$ORDER"; "$NODE" "$CHILD" "\${ORDER/5000/20}"; "$NODE" "$CHECK" "$ORDER"`);
    if (output === null) {
      expectMapped('SQLITE_FULL', 'FULL');
      return;
    }
    const lines = output.split('\n');
    expect(lines).toContain('fault FULL');
    const full = lines.lastIndexOf('fault FULL');
    const last = lines.slice(0, full).findLast((line) => line.startsWith('ok '));
    const checks = lines.filter((line) => line.startsWith('verified '));
    expect(checks).toHaveLength(2);
    expect(checks[0]).toBe(`verified true ${last?.split(' ').slice(1, 3).join(' ')}`);
    expect(checks[1]).toMatch(/^verified true /);
    expect(checks[1]).not.toBe(checks[0]);
  });

  it('that became read-only, new work is refused with READ_ONLY and reading goes on', () => {
    const output =
      inNamespace(`mount -t tmpfs -o size=16m none "$DIR"; "$NODE" "$CHILD" "\${ORDER/5000/40}" >/dev/null
      mount -o remount,ro "$DIR"; "$NODE" "$CHILD" "$ORDER"; "$NODE" "$CHECK" "$ORDER"`);
    if (output === null) {
      expectMapped('SQLITE_READONLY_DBMOVED', 'READ_ONLY');
      return;
    }
    expect(output).toMatch(/^fault READ_ONLY\nverified true [1-9]/);
  });
});
