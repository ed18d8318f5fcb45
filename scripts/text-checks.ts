/** The guards that read the files themselves: exact versions, no addresses, no machine's paths, nothing left undone. */
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface TextFile {
  readonly path: string;
  readonly text: string;
}

const BIGGEST_BYTES = 2_000_000;
const BINARY = /\.(png|jpg|jpeg|gif|webp|ico|woff2?|ttf|otf|wasm|gz|zip|pdf|db|bin)$/;

/** The files that belong to the project: tracked, or new and not ignored. */
export function projectFiles(root: string): TextFile[] {
  const list = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: root,
    encoding: 'utf8',
  });
  const files: TextFile[] = [];
  for (const path of new Set(list.split('\0'))) {
    if (path === '' || BINARY.test(path)) continue;
    const size = statSync(join(root, path), { throwIfNoEntry: false })?.size;
    if (size === undefined || size > BIGGEST_BYTES) continue;
    files.push({ path, text: readFileSync(join(root, path), 'utf8') });
  }
  return files;
}

/** Words are put together here so that this file does not find itself. */
const word = (...parts: string[]): string => parts.join('');

interface Rule {
  readonly name: string;
  readonly pattern: RegExp;
  /** Only files that it matches; absent: all. */
  readonly only?: RegExp;
  readonly except?: RegExp;
}

const CODE = /\.(ts|tsx|mjs|js|css|html|sh)$/;

const RULES: readonly Rule[] = [
  { name: 'a path of one machine', pattern: new RegExp(word('(?<![\\w.-])/', '(work|home/\\w+)/')) },
  {
    name: 'the address of a package registry',
    pattern: new RegExp(word('registry', '\\.npmjs|deb', '\\.debian\\.org'), 'i'),
  },
  {
    name: 'a private key',
    pattern: /-----BEGIN (?:\w+ )?PRIVATE KEY-----\s*\\?n?[A-Za-z0-9+/=]{32}/,
    // Keys of loopback certificates that only the tests trust.
    except: /^test\/.*\/tls\//,
  },
  { name: 'an access key', pattern: /(?<![\w-])[0-9a-f]{7}-(?!0{32})[0-9a-f]{32}(?![\w-])/ },
  { name: 'a note to oneself', pattern: new RegExp(word('\\b(TO', 'DO|FIX', 'ME|XX', 'X:)')), only: CODE },
  {
    name: 'a check switched off',
    pattern: new RegExp(word('@ts-(ign', 'ore|nocheck|expect-error)|biome-', 'ignore|eslint-', 'disable')),
    only: CODE,
  },
  {
    name: 'a test switched off',
    pattern: new RegExp(word('\\b(it|test|describe)\\.(sk', 'ip|on', 'ly|to', 'do)\\b')),
    only: /^test\//,
  },
  {
    name: 'a word about how the text was made',
    pattern: new RegExp(
      word('\\b(cla', 'ude|anthro', 'pic|chat', 'gpt|open', 'ai|large language mo', 'del)\\b'),
      'i',
    ),
  },
];

/** Every place that breaks a rule: `path:line: rule`. */
export function checkTexts(files: readonly TextFile[]): string[] {
  const found: string[] = [];
  for (const { path, text } of files) {
    for (const { name, pattern, only, except } of RULES) {
      if ((only !== undefined && !only.test(path)) || except?.test(path)) continue;
      const match = pattern.exec(text);
      if (match === null) continue;
      const line = text.slice(0, match.index).split('\n').length;
      found.push(`${path}:${line}: ${name}`);
    }
  }
  return found;
}

const EXACT = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/;

/** Dependencies of a package.json that are not one exact version. */
export function checkVersions(packageJson: string): string[] {
  const parsed = JSON.parse(packageJson) as Record<string, Record<string, string> | undefined>;
  const groups = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'];
  return groups.flatMap((group) =>
    Object.entries(parsed[group] ?? {})
      .filter(([, version]) => !EXACT.test(version))
      .map(([name, version]) => `${group}: ${name} ${version}`),
  );
}

/** Packages of a lock file that have a download address, or no checksum to tell a swapped package by. */
export function checkLockFile(lock: string): string[] {
  const { packages } = JSON.parse(lock) as {
    packages: Record<string, { resolved?: string; integrity?: string; link?: boolean }>;
  };
  return Object.entries(packages).flatMap(([path, { resolved, integrity }]) => {
    if (path === '') return [];
    if (resolved !== undefined) return [`${path}: has an address`];
    return integrity === undefined ? [`${path}: has no checksum`] : [];
  });
}
