/**
 * Links to the ledger itself, and links that a service, or whoever broke into it, lays where root's commands write. Only
 * root can give files away.
 */
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { quarantineLedger, restoreLedger, rotateLedgerKey } from '../../../src/ledger/ledger.ts';
import { ownDirectoryLike, ownLike } from '../../../src/ledger/owner.ts';
import type { Ledger } from '../../../src/ledger/types.ts';
import { createShop, SCAN_TIME, type Shop, scanOf } from './shop.ts';

const SERVICE = 12_345;
const WORDS = 'what root keeps';
let shop: Shop;
let ledger: Ledger;
let victim: string;

beforeEach(() => {
  shop = createShop();
  ledger = shop.open();
  victim = join(shop.directory, 'victim');
  writeFileSync(victim, WORDS);
  chmodSync(victim, 0o644);
});
afterEach(() => {
  ledger.close();
  shop.remove();
});

/** The agent is stopped, its files are a service's. */
function giveAway(): void {
  ledger.close();
  const lock = `${shop.file}.lock`;
  for (const path of [dirname(shop.file), shop.file, lock, String(shop.options.key)]) {
    if (existsSync(path)) chownSync(path, SERVICE, SERVICE);
  }
}

function expectUntouched(): void {
  const { uid, mode } = statSync(victim);
  expect({ uid, mode: mode & 0o777, words: readFileSync(victim, 'utf8') }).toEqual({
    uid: 0,
    mode: 0o644,
    words: WORDS,
  });
}

describe.runIf(process.geteuid?.() === 0)('what root does for a service', () => {
  it('writes no new key through a link', () => {
    giveAway();
    const keyFile = String(shop.options.key);
    symlinkSync(victim, `${keyFile}.next.new`);
    rotateLedgerKey({ file: shop.file, keyFile, now: SCAN_TIME });
    expectUntouched();
    expect(statSync(keyFile)).toMatchObject({ uid: SERVICE, size: 32 });
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
  });

  it('opens no lock through a link, and changes nothing behind it', () => {
    giveAway();
    const lock = `${shop.file}.lock`;
    unlinkSync(lock);
    symlinkSync(victim, lock);
    const refused = expect.objectContaining({ code: 'IO', message: expect.stringContaining('link') });
    expect(() => quarantineLedger(shop.file, SCAN_TIME.wallMs)).toThrow(refused);
    expectUntouched();
    unlinkSync(lock);
    symlinkSync(join(shop.directory, 'nothing-yet'), lock);
    expect(() => quarantineLedger(shop.file, SCAN_TIME.wallMs)).toThrow(refused);
    expect(existsSync(join(shop.directory, 'nothing-yet'))).toBe(false);
  });

  it('gives away the file that it made, not what took its name since', () => {
    const file = join(dirname(shop.file), 'made');
    const handle = openSync(file, 'wx', 0o600);
    chownSync(dirname(shop.file), SERVICE, SERVICE);
    renameSync(file, `${file}.away`);
    symlinkSync(victim, file);
    ownLike(handle, dirname(shop.file));
    closeSync(handle);
    expectUntouched();
    expect(statSync(`${file}.away`).uid).toBe(SERVICE);
    expect(() => ownDirectoryLike(file, dirname(shop.file))).toThrow();
    expectUntouched();
  });

  it('restores a backup that others can read as a file of the service alone, byte by byte', async () => {
    for (let each = 0; each < 3; each += 1) ledger.accept(scanOf(), SCAN_TIME);
    const backup = join(shop.directory, 'copy.db');
    const { head } = await ledger.backup(backup);
    chmodSync(backup, 0o644);
    giveAway();
    symlinkSync(victim, `${shop.file}.restoring`);
    expect(restoreLedger({ backup, file: shop.file, now: SCAN_TIME })).toMatchObject({
      mark: { head },
      verified: { ok: true },
    });
    expectUntouched();
    const { uid, mode } = statSync(shop.file);
    expect({ uid, mode: mode & 0o777 }).toEqual({ uid: SERVICE, mode: 0o600 });
    ledger = shop.open();
  });

  it('replaces nothing that a link in the place of the ledger leads to', async () => {
    const backup = join(shop.directory, 'copy.db');
    await ledger.backup(backup);
    giveAway();
    renameSync(shop.file, `${shop.file}.away`);
    symlinkSync(victim, shop.file);
    const refused = expect.objectContaining({ code: 'IO', message: expect.stringContaining('link') });
    expect(() => restoreLedger({ backup, file: shop.file, now: SCAN_TIME })).toThrow(refused);
    expect(() => quarantineLedger(shop.file, SCAN_TIME.wallMs)).toThrow(refused);
    expectUntouched();
    expect(existsSync(`${victim}.lock`)).toBe(false);
  });
});

describe('a link to the ledger', () => {
  let link: string;

  beforeEach(() => {
    link = join(shop.directory, 'link.db');
    symlinkSync(shop.file, link);
  });

  it('is the same ledger: a second agent is refused, and whoever rotates its key, restores it or sets it aside', async () => {
    const backup = join(shop.directory, 'copy.db');
    await ledger.backup(backup);
    const keyFile = String(shop.options.key);
    const locked = expect.objectContaining({ code: 'LOCKED' });
    expect(() => shop.open({ file: link })).toThrow(locked);
    expect(() => rotateLedgerKey({ file: link, keyFile, now: SCAN_TIME })).toThrow(locked);
    expect(() => restoreLedger({ backup, file: link, now: SCAN_TIME })).toThrow(locked);
    expect(() => quarantineLedger(link, SCAN_TIME.wallMs)).toThrow(locked);
    ledger.close();
    ledger = shop.open({ file: link });
    expect(() => shop.open()).toThrow(locked);
  });

  it('stays one when the ledger is set aside and replaced: both are the file that it leads to', async () => {
    const kept = ledger.accept(scanOf(), SCAN_TIME).intent;
    const backup = join(shop.directory, 'copy.db');
    await ledger.backup(backup);
    ledger.close();
    const { quarantined } = restoreLedger({ backup, file: link, now: SCAN_TIME });
    expect(dirname(String(quarantined))).toBe(dirname(shop.file));
    expect(readdirSync(String(quarantined))).toContain(basename(shop.file));
    ledger = shop.open();
    expect(ledger.get(kept.sequenceId)).not.toBeNull();
    ledger.close();
    expect(quarantineLedger(link, SCAN_TIME.wallMs)).not.toBeNull();
    ledger = shop.open({ file: link });
    expect(ledger.get(kept.sequenceId)).toBeNull();
    expect(existsSync(shop.file)).toBe(true);
  });

  it('to a folder that is not there, as of a disk that is not mounted, is a fault: no other ledger is begun', () => {
    const away = join(shop.directory, 'disk');
    unlinkSync(link);
    symlinkSync(join(away, 'till.db'), link);
    const refused = expect.objectContaining({ code: 'IO', message: expect.stringContaining('not there') });
    expect(() => shop.open({ file: link })).toThrow(refused);
    expect(existsSync(away)).toBe(false);
    mkdirSync(away);
    const begun = shop.open({ file: link });
    expect(existsSync(join(away, 'till.db'))).toBe(true);
    begun.close();
    unlinkSync(link);
    symlinkSync(link, link);
    expect(() => shop.open({ file: link })).toThrow(expect.objectContaining({ code: 'IO' }));
  });
});
