/** What `npm test` says when programs that the tests use are missing and it may not install them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureTools } from '../../../scripts/test-tools.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kona-till-tools-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('the tools of the tests', () => {
  it('are all there on this machine, or npm test would not have come so far', () => {
    expect(ensureTools(false)).toBeNull();
  });

  it('are named with their package, their use and the command that installs them', () => {
    const sentence = ensureTools(false, { programs: [folder], libraries: [folder] }) ?? '';
    expect(sentence).toContain('Chromium, for the browser tests');
    expect(sentence).toContain('libusb-1.0, for the HID scanner drivers');
    expect(sentence).toMatch(/apt-get update && apt-get install --no-install-recommends chromium .*socat/);
  });

  it('are not asked for when they are there', () => {
    writeFileSync(join(folder, 'chromium'), '');
    const sentence = ensureTools(false, { programs: [folder], libraries: [folder] }) ?? '';
    expect(sentence).not.toContain('chromium');
    expect(sentence).toContain('socat');
  });
});
