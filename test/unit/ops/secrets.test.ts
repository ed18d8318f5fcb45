import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSecret, readSecretLine, SecretError } from '../../../src/ops/secrets.ts';

let folder = '';
const file = (name: string, content: string, mode: number): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
};
const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof SecretError) return error.code;
    throw error;
  }
  return 'none';
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kona-till-secrets-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('a secret in a file', () => {
  it('is read when only its owner may read it', () => {
    expect(readSecretLine(file('a', 'value\n', 0o600), 'platform.accessKeyFile')).toBe('value');
  });

  it.each([0o640, 0o604, 0o660, 0o644])('is refused when others may read or write it (mode %o)', (mode) => {
    const path = file('open', 'value', mode);
    expect(codeOf(() => readSecret(path, 'key'))).toBe('TOO_OPEN');
    expect(() => readSecret(path, 'key')).toThrow(`chmod 600 ${path}`);
    expect(readSecret(path, 'key', { open: true }).toString()).toBe('value');
  });

  it('comes from the credentials directory of the service when it is named so', () => {
    file('access', 'value', 0o444);
    expect(
      readSecret('credential:access', 'key', { env: { CREDENTIALS_DIRECTORY: folder } }).toString(),
    ).toBe('value');
    expect(codeOf(() => readSecret('credential:access', 'key', { env: {} }))).toBe('NO_CREDENTIALS');
    expect(
      codeOf(() => readSecret('credential:../a', 'key', { env: { CREDENTIALS_DIRECTORY: folder } })),
    ).toBe('BAD_NAME');
    expect(codeOf(() => readSecret('credential:', 'key', { env: {} }))).toBe('BAD_NAME');
  });

  it('is refused when it is missing, empty, too big, no file or several lines', () => {
    expect(codeOf(() => readSecret(join(folder, 'nothing'), 'key'))).toBe('NOT_FOUND');
    expect(codeOf(() => readSecret(file('empty', '', 0o600), 'key'))).toBe('EMPTY');
    expect(codeOf(() => readSecret(file('big', 'x'.repeat(70_000), 0o600), 'key'))).toBe('TOO_BIG');
    expect(codeOf(() => readSecret(folder, 'key', { open: true }))).toBe('IO');
    expect(codeOf(() => readSecretLine(file('two', 'a\nb\n', 0o600), 'key'))).toBe('EMPTY');
  });

  it('never stands in an error', () => {
    const path = file('shown', 'very-secret', 0o644);
    expect(() => readSecret(path, 'key')).not.toThrow(/very-secret/);
  });
});
