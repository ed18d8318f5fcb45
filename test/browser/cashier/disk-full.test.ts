/** NOT-RECORDED with a disk that is really full: a small disk of its own under the ledger, filled to the last byte. */
import { openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BrowserCounter, smallDisk, WAIT_MS } from './counter.ts';

const DISK_BYTES = 24 * 1_024 * 1_024;
const disk = join(tmpdir(), `kona-small-disk-${process.pid}`);
const filler = join(disk, 'filler');
let mounted: ReturnType<typeof smallDisk> = null;
let counter: BrowserCounter;

beforeAll(async () => {
  mounted = smallDisk(disk, DISK_BYTES);
  if (mounted !== null) counter = await BrowserCounter.open(disk);
});
afterAll(async () => {
  await counter?.close();
  mounted?.release();
  rmSync(disk, { recursive: true, force: true });
});

/** Every free byte of the disk. */
function fill(): void {
  const handle = openSync(filler, 'a');
  for (let bytes = 65_536; bytes >= 1; ) {
    try {
      writeSync(handle, Buffer.alloc(bytes, 1));
    } catch (error) {
      expect((error as NodeJS.ErrnoException).code).toBe('ENOSPC');
      bytes = Math.floor(bytes / 2);
    }
  }
}

describe('a full disk', () => {
  it('never lets [Received] look recorded; with room again the question asks where the cash is', async () => {
    // Where this user may not mount a disk, the ledger's own tests with a limited file are all there is.
    if (mounted === null) return expect(process.getuid?.()).not.toBe(0);
    await counter.scan('CHARGE', 1_000, 0, 'TAKE');
    fill();
    rmSync(join(disk, 'ledger.db.ballast'), { force: true });
    fill();
    await counter.press('RECEIVED');
    await counter.face('NOT-RECORDED');
    expect(await counter.page.locator('section.face h1').innerText()).toMatch(
      /기록 안 됨:\s*1,000원 돌려주세요/,
    );
    rmSync(filler);
    await counter.page.locator('section.face[data-face="RE-CLOSED"]').waitFor({ timeout: WAIT_MS });
    await counter.press('STOP');
    await counter.face('END-STOP');
    await counter.press('CLOSE');
    await counter.face('IDLE', 'NO-ROOM');
    return undefined;
  });
});
