import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ballastFileOf, createBallast } from '../../../src/ledger/ballast.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kona-till-ballast-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a reserve', () => {
  it('that cannot be given away is none: whoever needs it hears of the full disk, not of the file', () => {
    const database = new Database(':memory:');
    const file = join(folder, 'till.db');
    const ballast = createBallast(database, file, 4_096, undefined);
    expect(ballast.isThere()).toBe(true);
    rmSync(ballastFileOf(file));
    mkdirSync(ballastFileOf(file)); // root may delete any file, and nobody a folder in this way
    expect(ballast.release()).toBe(false);
    database.close();
  });
});
