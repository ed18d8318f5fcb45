/** What a start remembers of its checks and how often it tries again, with a ledger's reports handed in and a virtual clock. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CheckLog, fileVerdict, StartCheck } from '../../../src/agent-check.ts';
import { LedgerFault } from '../../../src/ledger/ledger.ts';
import type { VerifyReport } from '../../../src/ledger/types.ts';
import { VirtualClock } from '../../simulation/time.ts';

type Report = Pick<VerifyReport, 'ok' | 'entries' | 'faults'>;
const WHOLE: Report = { ok: true, entries: 1, faults: [] };
const DAY_MS = 86_400_000;
let folder = '';
let file = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kona-till-check-'));
  file = join(folder, 'ledger-check.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A start, and what it did within a day. */
async function day(whole: () => Promise<Report>, memory = fileVerdict(file)) {
  const clock = new VirtualClock();
  const log: CheckLog[] = [];
  const startedMs: number[] = [];
  let code: string | null = null;
  const station = {
    setTrouble: (trouble: { readonly code: string } | null) => {
      code = trouble?.code ?? null;
    },
  };
  const check = new StartCheck({
    ledger: { days: () => [], head: () => ({ index: 1, hash: '0'.repeat(64) }), verify: () => WHOLE },
    clock,
    stations: new Map([['1', station]]),
    memory,
    verifyApart: () => {
      startedMs.push(clock.monoMs);
      return whole();
    },
    log: (entry) => log.push(entry),
  });
  const atStart = code;
  while (clock.step(DAY_MS)) await new Promise<void>((done) => setImmediate(done));
  check.stop();
  return { atStart, code: code as string | null, startedMs, events: log.map(({ event }) => event) };
}

describe('the check of a start', () => {
  it('that could not be done is tried again, a bounded number of times, and first of all by the next start', async () => {
    const failing = await day(() => Promise.reject(new LedgerFault('IO', 'verify')));
    expect(failing.startedMs).toHaveLength(12);
    expect(failing.startedMs.slice(0, 3)).toEqual([600_000, 1_200_000, 1_800_000]);
    expect([failing.atStart, failing.code]).toEqual([null, null]);
    const next = await day(() => Promise.resolve(WHOLE));
    expect(next.startedMs).toEqual([0]);
    expect((await day(() => Promise.resolve(WHOLE))).startedMs).toEqual([600_000]);
  });

  it('of a file too damaged to be read through is a verdict, and the next start stands still until it is repaired', async () => {
    const damaged = await day(() => Promise.reject(new LedgerFault('CORRUPT', 'verify')));
    expect([damaged.atStart, damaged.code]).toEqual([null, 'CORRUPT']);
    const next = await day(() => Promise.reject(new LedgerFault('IO', 'verify')));
    expect([next.atStart, next.code]).toEqual(['CORRUPT', 'CORRUPT']);
    const repaired = await day(() => Promise.resolve(WHOLE));
    expect([repaired.atStart, repaired.code, repaired.startedMs]).toEqual(['CORRUPT', null, [0]]);
    expect((await day(() => Promise.resolve(WHOLE))).atStart).toBeNull();
  });

  it('with a note of the last one that cannot be read verifies the whole at once', async () => {
    writeFileSync(file, '{"last":');
    expect((await day(() => Promise.resolve(WHOLE))).startedMs).toEqual([0]);
  });

  it('goes on where nothing can be kept, and says so', async () => {
    const full = {
      read: () => null,
      write: () => {
        throw new Error('no space');
      },
    };
    const { events, code } = await day(() => Promise.resolve(WHOLE), full);
    expect(events).toContain('ledgerVerdictNotKept');
    expect(code).toBeNull();
  });

  it('takes nothing back that was found while the whole was read: the next start finds it repaired', async () => {
    const clock = new VirtualClock();
    const memory = fileVerdict(file);
    let code: string | null = null;
    let end: (report: Report) => void = () => {};
    const check = new StartCheck({
      ledger: { days: () => [], head: () => ({ index: 1, hash: '0'.repeat(64) }), verify: () => WHOLE },
      clock,
      stations: new Map([
        ['1', { setTrouble: (trouble: { readonly code: string } | null) => (code = trouble?.code ?? null) }],
      ]),
      memory,
      verifyApart: () =>
        new Promise((done) => {
          end = done;
        }),
    });
    clock.step(600_000);
    check.found('CORRUPT', 'the row of an open payment cannot be read');
    end(WHOLE); // what it read is older than the damage
    await new Promise<void>((done) => setImmediate(done));
    check.stop();
    expect([code, memory.read()]).toEqual(['CORRUPT', { last: 'wrong', code: 'CORRUPT' }]);
    const next = await day(() => Promise.resolve(WHOLE));
    expect([next.atStart, next.code, next.startedMs]).toEqual(['CORRUPT', null, [0]]);
  });
});
