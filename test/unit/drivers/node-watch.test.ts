import { closeSync, mkdtempSync, openSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type NodeWatch, watchNode } from '../../../drivers/node-watch.ts';
import { ManualClock } from './manual-clock.ts';

let folder: string;
let node: string;
let clock: ManualClock;
let watch: NodeWatch | null;
let gone: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kona-node-'));
  node = join(folder, 'node');
  writeFileSync(node, '');
  clock = new ManualClock();
  watch = null;
  gone = 0;
});
afterEach(() => {
  watch?.close();
  rmSync(folder, { recursive: true, force: true });
});

const begin = (path: string): NodeWatch => {
  watch = watchNode(path, clock, () => {
    gone += 1;
  });
  return watch;
};

/** A node whose directory never gives notice: an open file under /proc. */
function unnoticed(): { path: string; remove: () => void } {
  const file = openSync(node, 'r');
  return { path: `/proc/self/fd/${file}`, remove: () => closeSync(file) };
}

describe('the watch over a device node', () => {
  it('needs no clock where the directory gives notice', async () => {
    begin(node);
    unlinkSync(node);
    await vi.waitFor(() => expect(gone).toBe(1));
    expect(clock.pending).toBe(0);
  });

  it('finds a node that went without notice, on an idle device with one look on each whole second', () => {
    const { path, remove } = unnoticed();
    clock.advance(345);
    begin(path);
    clock.advance(655);
    remove();
    clock.advance(999);
    expect(gone).toBe(0);
    clock.advance(1);
    expect(gone).toBe(1);
  });

  it('looks every 250 ms for 2 s after data: then an unplug may go unnoticed', () => {
    const { path, remove } = unnoticed();
    const watching = begin(path);
    clock.advance(400);
    watching.touch();
    watching.touch();
    expect(clock.pending).toBe(1);
    for (let looks = 0; looks < 8; looks += 1) {
      clock.advance(250);
    }
    clock.advance(599); // the device is idle again, the next whole second 1 ms away
    expect(clock.pending).toBe(1);
    watching.touch();
    remove();
    clock.advance(249);
    expect(gone).toBe(0);
    clock.advance(1);
    expect(gone).toBe(1);
    watching.touch();
    expect(clock.pending).toBe(0);
  });

  it('takes another device of the same name for a lost one', async () => {
    begin(node);
    writeFileSync(`${node}-other`, '');
    renameSync(`${node}-other`, node);
    await vi.waitFor(() => expect(gone).toBe(1));
  });

  it('says nothing after it was closed', () => {
    const { path, remove } = unnoticed();
    const watching = begin(path);
    watching.close();
    remove();
    clock.advance(5_000);
    expect(clock.pending).toBe(0);
    expect(gone).toBe(0);
  });
});
