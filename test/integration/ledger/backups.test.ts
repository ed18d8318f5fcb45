/** Backups that the agent makes by itself: when they are due, how many stay, what happens when one cannot be made. */
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Timer } from '../../../src/intent/clock.ts';
import { type BackupLog, Backups, newestBackupMs, restoreLedger } from '../../../src/ledger/ledger.ts';
import type { Ledger } from '../../../src/ledger/types.ts';
import { approveCharge, createShop, SCAN_TIME, type Shop } from './shop.ts';

const DAY_MS = 86_400_000;
let shop: Shop;
let ledger: Ledger;
let directory: string;
let wallMs: number;
let timers: { ms: number; run: () => void }[];
let said: BackupLog[];
let backups: Backups | null;
let free: number;

beforeEach(() => {
  shop = createShop({ ballastBytes: 0 });
  ledger = shop.open();
  approveCharge(ledger, SCAN_TIME, 1);
  directory = join(shop.directory, 'backups');
  wallMs = SCAN_TIME.wallMs;
  timers = [];
  said = [];
  backups = null;
  free = 1024 ** 4;
});
afterEach(async () => {
  await backups?.stop();
  ledger.close();
  shop.remove();
});

function begin(keep = 2): void {
  const clock = {
    now: () => ({ wallMs, monoMs: 0 }),
    after: (ms: number, run: () => void): Timer => {
      timers.push({ ms, run });
      return { cancel: () => undefined };
    },
  };
  const log = (entry: BackupLog): void => {
    said.push(entry);
  };
  backups = new Backups({
    file: shop.file,
    plan: { directory, everyMs: DAY_MS, keep },
    clock,
    log,
    freeBytes: () => free,
  });
  backups.start();
}

/** Lets the timer that was set last ring, and waits for what it says. */
async function ring(): Promise<void> {
  const count = said.length;
  timers.at(-1)?.run();
  await vi.waitFor(() => expect(said.length).toBe(count + 1), { timeout: 30_000 });
}

const names = (): string[] => readdirSync(directory).sort();

describe('backups by themselves', () => {
  it('are not begun on a disk that they could fill: the ledger lives there too', async () => {
    free = 64 * 1024 * 1024;
    begin();
    await ring();
    expect(said).toMatchObject([{ event: 'ledgerBackupFailed', code: 'FULL' }]);
    expect(backups?.isFailing).toBe(true);
    expect(names()).toEqual([]);
    free = 1024 ** 4;
    await ring();
    expect(said.at(-1)?.event).toBe('ledgerBackedUp');
    expect(backups?.isFailing).toBe(false);
  });

  it('are made at once when there is none, then every day, beside the ledger in use, and can be restored', async () => {
    begin();
    expect(timers.at(-1)?.ms).toBe(0);
    await ring();
    expect(names()).toEqual(['ledger-20260723T053205Z.backup']);
    expect(statSync(join(directory, 'ledger-20260723T053205Z.backup')).mode & 0o777).toBe(0o600);
    expect(said[0]).toMatchObject({ event: 'ledgerBackedUp', level: 'info' });
    expect(timers.at(-1)?.ms).toBe(DAY_MS);
    approveCharge(ledger, SCAN_TIME, 2);
    const { head, verified } = restoreElsewhere(join(directory, names()[0] ?? ''));
    expect(verified).toBe(true);
    expect(head).toBeLessThan(ledger.head().index);
  });

  it('keep the newest ones only, and leave other files alone', async () => {
    begin(2);
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'notes.txt'), 'ours');
    for (let day = 0; day < 4; day += 1) {
      await ring();
      wallMs += DAY_MS;
    }
    expect(names()).toEqual([
      'ledger-20260725T053205Z.backup',
      'ledger-20260726T053205Z.backup',
      'notes.txt',
    ]);
  });

  it('wait for their time after a restart, make up for a missed one, and are not put off for ever by a clock set back', async () => {
    begin();
    await ring();
    wallMs += DAY_MS / 4;
    begin();
    expect(timers.at(-1)?.ms).toBe((DAY_MS * 3) / 4);
    wallMs += 2 * DAY_MS;
    begin();
    expect(timers.at(-1)?.ms).toBe(0);
    wallMs -= 10 * DAY_MS;
    begin();
    expect(timers.at(-1)?.ms).toBe(0);
  });

  it('are made of a till that is started every night, beside one of a clock that ran ahead for a moment', async () => {
    wallMs += 3_000 * DAY_MS;
    begin(3);
    await ring();
    wallMs = SCAN_TIME.wallMs;
    expect(newestBackupMs(directory, wallMs)).toBeNull();
    for (let night = 0; night < 3; night += 1) {
      await backups?.stop();
      begin(3);
      expect(timers.at(-1)?.ms).toBe(0);
      await ring();
      expect(newestBackupMs(directory, wallMs)).toBe(wallMs);
      wallMs += DAY_MS;
    }
  });

  it('of a clock that ran ahead are the first to go once it is right again', async () => {
    const nights = async (count: number): Promise<void> => {
      for (let night = 0; night < count; night += 1) {
        await ring();
        wallMs += DAY_MS;
      }
    };
    begin(3);
    await nights(3);
    wallMs += 3_650 * DAY_MS;
    await nights(2);
    wallMs -= 3_652 * DAY_MS;
    await nights(2);
    expect(names()).toEqual([
      'ledger-20260725T053205Z.backup',
      'ledger-20260726T053205Z.backup',
      'ledger-20260727T053205Z.backup',
    ]);
  });

  it('of a clock that lost its battery take the place of the oldest', async () => {
    begin(3);
    for (let night = 0; night < 3; night += 1) {
      await ring();
      wallMs += DAY_MS;
    }
    for (wallMs = 0; wallMs < 2 * DAY_MS; wallMs += DAY_MS) await ring();
    expect(names()).toEqual([
      'ledger-19700101T000000Z.backup',
      'ledger-19700102T000000Z.backup',
      'ledger-20260725T053205Z.backup',
    ]);
  });

  it('that cannot be made are said and tried again soon, and leave nothing half behind', async () => {
    writeFileSync(directory, 'a file where the folder should be');
    begin();
    await ring();
    expect(said[0]).toMatchObject({ level: 'error', event: 'ledgerBackupFailed' });
    expect(timers.at(-1)?.ms).toBe(600_000);
    expect(backups?.isFailing).toBe(true);
    rmSync(directory);
    await ring();
    expect(names()).toHaveLength(1);
    expect(backups?.isFailing).toBe(false);
  });

  it('clear away what a run left that was cut off: half a copy still holds the vault', async () => {
    mkdirSync(directory, { recursive: true });
    const half = 'ledger-20260722T053205Z.backup.partial';
    for (const name of [half, `${half}-journal`, 'other.partial'])
      writeFileSync(join(directory, name), 'half');
    begin();
    await vi.waitFor(() => expect(names()).toEqual(['other.partial']));
    await ring();
    expect(names()).toEqual(['ledger-20260723T053205Z.backup', 'other.partial']);
    wallMs += DAY_MS;
    timers.at(-1)?.run();
    await backups?.stop();
    expect(names()).toEqual(['ledger-20260723T053205Z.backup', 'other.partial']);
  });

  it('keep the one just made, also beside older ones of a clock that ran ahead', async () => {
    wallMs += 3_000 * DAY_MS;
    begin(2);
    await ring();
    wallMs += DAY_MS;
    await ring();
    wallMs = SCAN_TIME.wallMs;
    await ring();
    expect(names()).toHaveLength(2);
    expect(names()).toContain('ledger-20260723T053205Z.backup');
  });
});

function restoreElsewhere(backup: string): { head: number; verified: boolean } {
  const file = join(shop.directory, 'elsewhere', 'till.db');
  const { mark, verified } = restoreLedger({ backup, file, now: SCAN_TIME });
  return { head: mark.head.index, verified: verified.ok };
}
