/** NOT-RECORDED with a disk that is really full: a small disk of its own under the ledger, filled to the last byte. */
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
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
  closeSync(handle);
}

/** The disk loses all room, also the room that is kept for open payments. */
function noRoom(): void {
  rmSync(join(disk, 'ledger.db.ballast'), { force: true });
  fill();
}

async function question(face: string): Promise<void> {
  rmSync(filler);
  await counter.page.locator(`section.face[data-face="${face}"]`).waitFor({ timeout: WAIT_MS });
}

describe('a full disk', () => {
  it('never lets [Received] or [Paid out] look recorded; with room again the question asks where the cash is', async () => {
    // Where this user may not mount a disk, the ledger's own tests with a limited file are all there is.
    if (mounted === null) return expect(process.getuid?.()).not.toBe(0);
    await counter.scan('CHARGE', 1_000, 0, 'TAKE');
    noRoom();
    await counter.press('RECEIVED');
    await counter.face('NOT-RECORDED');
    const headline = (): Promise<string> => counter.page.locator('section.face h1').innerText();
    expect(await headline()).toMatch(/기록 안 됨:\s*1,000원 돌려주세요/);
    await question('RE-CLOSED');
    await counter.press('STOP');
    await counter.face('END-STOP');
    await counter.press('CLOSE');
    await counter.face('IDLE');

    await counter.scan('REFUND', 2_000, 0, 'ASK-OUT');
    await counter.press('REQUEST');
    await counter.face('PAY');
    noRoom();
    await counter.press('HANDED');
    await counter.face('NOT-RECORDED-OUT');
    expect(await headline()).toMatch(/기록 안 됨:\s*2,000원 메모하세요/);
    await question('RE-OUT');
    await counter.press('HANDED');
    await counter.face('DONE-OUT');
    return undefined;
  });
});
