/** What the files themselves may say: versions, addresses, paths, secrets, things left undone. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../scripts/checks.ts';
import { checkLockFile, checkTexts, checkVersions, projectFiles } from '../../scripts/text-checks.ts';

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

describe('the texts of the tree', () => {
  it('are read, and hold no machine path, registry address, key, note to oneself or switched-off check', () => {
    const files = projectFiles(ROOT);
    expect(files.map(({ path }) => path)).toContain('src/intent/model.ts');
    expect(checkTexts(files)).toEqual([]);
  });

  it.each([
    ['a path of one machine', 'docs/a.md', `see ${['', 'work', 'main', 'x'].join('/')}`],
    [
      'the address of a package registry',
      'docs/a.md',
      `https://${['registry', 'npmjs', 'org'].join('.')}/pino`,
    ],
    [
      'a private key',
      'test/a.ts',
      `-----BEGIN PRIVATE ${'KEY'}-----\n${'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC'.repeat(2)}`,
    ],
    ['an access key', 'config/a.jsonc', `"${'a1b2c3d'}-${'0123456789abcdef'.repeat(2)}"`],
    ['a note to oneself', 'src/a.ts', `// ${'TO'}${'DO'}: later`],
    ['a check switched off', 'src/a.ts', `// @ts-${'ignore'}`],
    ['a test switched off', 'test/a.test.ts', `it.${'skip'}('x', () => {})`],
  ])('are searched for %s', (name, path, text) => {
    expect(checkTexts([{ path, text: `first line\n${text}\n` }])).toEqual([`${path}:2: ${name}`]);
  });
});

describe('the dependencies', () => {
  it('have exact versions', () => {
    expect(checkVersions(read('package.json'))).toEqual([]);
  });

  it.each(['^1.2.3', '~1.2.3', '1.x', '*', 'latest', '>=1.2.3', 'file:../x', 'github:a/b'])(
    'would be found out with %s',
    (version) => {
      expect(checkVersions(JSON.stringify({ devDependencies: { a: version } }))).toHaveLength(1);
    },
  );

  it('stand in the lock file without an address and with a checksum', () => {
    expect(checkLockFile(read('package-lock.json'))).toEqual([]);
  });

  it('would be found out with an address or without a checksum', () => {
    const packages = {
      '': {},
      'node_modules/a': { resolved: 'https://x/a.tgz', integrity: 'sha512-x' },
      'node_modules/b': {},
    };
    expect(checkLockFile(JSON.stringify({ packages }))).toEqual([
      'node_modules/a: has an address',
      'node_modules/b: has no checksum',
    ]);
  });

  it('agree between package.json and the lock file', () => {
    type Groups = Readonly<
      Record<'dependencies' | 'devDependencies' | 'optionalDependencies', object | undefined>
    >;
    const ours = JSON.parse(read('package.json')) as Groups;
    const root = (JSON.parse(read('package-lock.json')) as { packages: Record<string, Groups> }).packages[''];
    expect(root?.devDependencies).toEqual(ours.devDependencies);
    // Some versions of npm write the optional ones among the others.
    expect({ ...root?.dependencies, ...root?.optionalDependencies }).toEqual({
      ...ours.dependencies,
      ...ours.optionalDependencies,
    });
  });
});
