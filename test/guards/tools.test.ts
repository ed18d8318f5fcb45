/** Types, format and lint, layers, dead code: the tree is clean, and each tool notices a planted violation. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkDeadCode, checkLayers, checkStyle, checkTypes, ROOT } from '../../scripts/checks.ts';

let folder = '';

/** A project of one file or two with our own tools' configuration. */
function plant(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kona-till-guard-'));
  for (const file of ['.dependency-cruiser.mjs', 'tsconfig.json', 'package.json']) {
    cpSync(join(ROOT, file), join(folder, file));
  }
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('types', () => {
  it('hold in the whole tree', async () => {
    const { ok, output } = await checkTypes(ROOT);
    expect(output).toBe('');
    expect(ok).toBe(true);
  });

  it('are missed nowhere: a possibly missing element is noticed', async () => {
    plant({ 'src/ops/planted.ts': 'export const first = (list: string[]): string => list[0];\n' });
    const { ok, output } = await checkTypes(folder);
    expect(ok).toBe(false);
    expect(output).toContain('src/ops/planted.ts');
    expect(output).toContain('TS2322');
  });

  it('cannot use syntax that type stripping does not understand', async () => {
    plant({ 'src/ops/planted.ts': 'export enum Colour {\n  red,\n}\n' });
    expect((await checkTypes(folder)).output).toContain('TS1294');
  });
});

describe('format and lint', () => {
  /** Biome's own configuration asks git for the ignored files; a planted folder has no git. */
  const biome = { $schema: undefined, formatter: { indentStyle: 'space' }, linter: { rules: {} } };

  it('hold in the whole tree', async () => {
    const { ok, output } = await checkStyle(ROOT);
    expect(ok, output).toBe(true);
  });

  it.each([
    ['an any', 'export function planted(value: any): void {\n  void value;\n}\n', 'noExplicitAny'],
    [
      'a promise nobody waits for',
      'async function later(): Promise<void> {}\nlater();\n',
      'noFloatingPromises',
    ],
    [
      'a bold assertion',
      'export const size = (list?: string[]): number => list!.length;\n',
      'noNonNullAssertion',
    ],
    ['a wrong indent', 'export function planted(): number {\n      return 1;\n}\n', 'format'],
  ])('notice %s', async (_name, text, rule) => {
    const { default: ours } = await import('../../biome.json', { with: { type: 'json' } });
    plant({
      'biome.json': JSON.stringify({
        ...biome,
        ...ours,
        $schema: undefined,
        vcs: { enabled: false },
        root: true,
      }),
      'src/ops/planted.ts': text,
    });
    const { ok, output } = await checkStyle(join(folder, 'src'));
    expect(ok).toBe(false);
    expect(output).toContain(rule);
  });
});

describe('layers', () => {
  it('hold in the whole tree, and the check sees its modules and their imports', async () => {
    const { violations, modules, imports } = await checkLayers(ROOT);
    expect(violations).toEqual([]);
    expect(modules).toContain('src/intent/decide.ts');
    expect(modules).toContain('src/ops/config.ts');
    expect(modules.length).toBeGreaterThan(60);
    expect(imports).toBeGreaterThan(modules.length);
  });

  it.each([
    ['the rules importing the ledger', 'src/intent/planted.ts', '../ledger/target.ts', 'layer src/intent'],
    ['a type from above', 'src/barcode/planted.ts', '../intent/target.ts', 'layer src/barcode'],
    ['a driver that knows of payments', 'drivers/planted.ts', '../src/intent/target.ts', 'layer drivers'],
    [
      'the client importing the issuer',
      'src/konaplate/planted.ts',
      '../issuer/target.ts',
      'layer src/konaplate',
    ],
    ['the issuer importing the ledger', 'src/issuer/planted.ts', '../ledger/target.ts', 'layer src/issuer'],
    [
      'the issuer importing the client',
      'src/issuer/planted.ts',
      '../konaplate/client.ts',
      'never the client',
    ],
    ['the agent importing the issuer', 'src/agent.ts', './issuer/target.ts', 'never import the issuer'],
    ['a page importing a room', 'src/screens/planted.ts', '../ledger/target.ts', 'layer src/screens'],
    ['the pages reading the configuration', 'src/web/planted.ts', '../ops/config.ts', 'layer src/web'],
    ['a room reading the configuration', 'src/sync/planted.ts', '../ops/config.ts', 'layer src/sync'],
  ])('notice %s', async (_name, from, specifier, rule) => {
    const isType = _name.startsWith('a type');
    plant({
      [from]: `import ${isType ? 'type ' : ''}{ target } from '${specifier}';\nexport const use = ${isType ? '0 as unknown as typeof target' : 'target'};\n`,
      [join(dirname(from), specifier)]: 'export const target = 1;\n',
      'drivers/other.ts': 'export const other = 1;\n',
      'src/other.ts': 'export const other = 1;\n',
    });
    const { violations } = await checkLayers(folder);
    expect(violations.join('\n')).toContain(rule);
  });

  it('notice values that a page takes from the terminal', async () => {
    plant({
      'src/screens/planted.ts':
        "import { FACES } from '../station/snapshot.ts';\nexport const use = FACES;\n",
      'src/station/snapshot.ts': 'export const FACES = [];\n',
      'drivers/other.ts': 'export const other = 1;\n',
    });
    expect((await checkLayers(folder)).violations.join('\n')).toContain('pages take types only');
  });

  it('notice a circle', async () => {
    plant({
      'src/ops/one.ts': "import { two } from './two.ts';\nexport const one = (): unknown => two;\n",
      'src/ops/two.ts': "import { one } from './one.ts';\nexport const two = (): unknown => one;\n",
      'drivers/other.ts': 'export const other = 1;\n',
    });
    expect((await checkLayers(folder)).violations.join('\n')).toContain('no circles');
  });
});

describe('dead code', () => {
  it('is nowhere in the tree', async () => {
    const { ok, output } = await checkDeadCode(ROOT);
    expect(ok, output).toBe(true);
  });

  it('is noticed: a file and an export that nothing uses, a package that nothing imports', async () => {
    plant({
      'knip.json': JSON.stringify({ entry: ['src/main.ts'], project: ['src/**/*.ts'] }),
      'package.json': JSON.stringify({ name: 'planted', type: 'module', dependencies: { pino: '10.4.0' } }),
      'src/main.ts': "import { used } from './half.ts';\nprocess.stdout.write(used);\n",
      'src/half.ts': "export const used = 'a';\nexport const unused = 'b';\n",
      'src/alone.ts': 'export const alone = 1;\n',
    });
    const { ok, output } = await checkDeadCode(folder);
    expect(ok).toBe(false);
    expect(output).toContain('src/alone.ts');
    expect(output).toContain('unused');
    expect(output).toContain('pino');
  });
});
