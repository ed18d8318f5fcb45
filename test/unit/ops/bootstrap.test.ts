/** The start on a machine where nothing is installed yet: what it does, what it says, and that it leaves nothing behind. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isInstalled, onlyForeignMissing } from '../../../scripts/bootstrap.mjs';
import { outcomeOf } from './child.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const LOCK = { packages: { '': {}, 'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' } } };
let folder = '';

const write = (path: string, content: string): void => {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
};

/** Stands for npm: it fails with the given output, or installs the runtime (a link to the one of this test). */
const npmThatFails = (output: string): string =>
  `process.stderr.write(${JSON.stringify(output)}); process.exitCode = 1;`;
const NPM_THAT_INSTALLS = `
  const { mkdirSync, symlinkSync, writeFileSync, readFileSync, appendFileSync } = require('node:fs');
  appendFileSync('calls', process.argv.slice(2).join(' ') + '\\n');
  mkdirSync('node_modules/.bin', { recursive: true });
  mkdirSync('node_modules/node-linux-' + process.arch + '/bin', { recursive: true });
  symlinkSync(process.env.TEST_RUNTIME, 'node_modules/node-linux-' + process.arch + '/bin/node');
  writeFileSync('node_modules/.package-lock.json', readFileSync('package-lock.json'));
`;

function start(npm: string, args: readonly string[], nodeOptions = ''): ChildProcess {
  write('npm-cli.js', npm);
  return spawn(process.execPath, [join(folder, 'scripts/bootstrap.mjs'), ...args], {
    cwd: folder,
    env: {
      PATH: '/usr/bin:/bin',
      npm_execpath: join(folder, 'npm-cli.js'),
      npm_node_execpath: join(folder, 'npm-node'),
      TEST_RUNTIME: process.execPath,
      ...(nodeOptions === '' ? {} : { NODE_OPTIONS: nodeOptions }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kona-till-start-'));
  mkdirSync(join(folder, 'scripts'));
  for (const script of ['bootstrap.mjs', 'with-starter.mjs'])
    cpSync(join(ROOT, 'scripts', script), join(folder, 'scripts', script));
  symlinkSync(process.execPath, join(folder, 'npm-node'));
  write('package-lock.json', JSON.stringify(LOCK));
  write('hello.js', 'process.stdout.write("hello " + process.argv.slice(2)); process.exitCode = 7;');
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('the first start', () => {
  it('installs what the lock file names, runs nothing of the packages, then runs the program and hands on its exit code', async () => {
    const { code, out, err } = await outcomeOf(start(NPM_THAT_INSTALLS, ['hello.js', 'a', 'b']));
    expect({ code, out }).toEqual({ code: 7, out: 'hello a,b' });
    expect(err).toContain('installing the packages');
    expect(readFileSync(join(folder, 'calls'), 'utf8')).toContain('ci --ignore-scripts');
    expect(existsSync(join(folder, 'node_modules/.bin/node'))).toBe(true);
  });

  it('is the only one that installs; it happens again when the lock file changes', async () => {
    await outcomeOf(start(NPM_THAT_INSTALLS, ['hello.js']));
    const second = await outcomeOf(start(npmThatFails('not wanted'), ['hello.js']));
    expect(second).toMatchObject({ code: 7, err: '' });
    write('package-lock.json', JSON.stringify(LOCK).replace('1.0.0', '1.0.1'));
    expect(await outcomeOf(start(npmThatFails('npm error code EUSAGE'), ['hello.js']))).toMatchObject({
      code: 3,
    });
  });

  it.each([
    ['no network', 'npm error code ENOTFOUND\nnpm error network', 'cannot be reached'],
    ['no network, npm 9', 'npm ERR! code EAI_AGAIN', 'cannot be reached'],
    ['a folder of somebody else', 'npm error code EACCES', 'no permission to write'],
    ['a full disk', 'npm error code ENOSPC', 'the disk is full'],
    [
      'a package that was swapped',
      'npm error code EINTEGRITY',
      'is not the one that package-lock.json names',
    ],
    ['anything else', 'npm error something odd', 'npm error something odd'],
  ])('says in a sentence: %s', async (_name, output, sentence) => {
    const { code, out, err } = await outcomeOf(start(npmThatFails(output), ['hello.js']));
    expect(code).toBe(3);
    expect(out).toBe('');
    expect(err).toContain(sentence);
    expect(err).not.toMatch(/\n\s+at /);
    expect(existsSync(join(folder, '.cache/install.pid'))).toBe(false);
  });

  it('says that the runtime does not run here', async () => {
    const { code, err } = await outcomeOf(
      start("require('node:fs').mkdirSync('node_modules')", ['hello.js']),
    );
    expect(code).toBe(3);
    expect(err).toContain('It needs glibc');
  });

  it('waits for no other: a second first start is told that one is under way, a dead one is forgotten', async () => {
    write('.cache/install.pid', String(process.pid));
    const { code, err } = await outcomeOf(start(NPM_THAT_INSTALLS, ['hello.js']));
    expect(code).toBe(3);
    expect(err).toContain('is installing the packages right now');
    write('.cache/install.pid', '4194999');
    expect(await outcomeOf(start(NPM_THAT_INSTALLS, ['hello.js']))).toMatchObject({ code: 7 });
  });
});

describe('a machine that cannot run it', () => {
  const pretend = (code: string): string => `--import=data:text/javascript,${encodeURIComponent(code)}`;

  it.each([
    ['another processor', "Object.defineProperty(process, 'arch', { value: 'riscv64' })", 'on riscv64'],
    ['another system', "Object.defineProperty(process, 'platform', { value: 'win32' })", 'win32'],
    [
      'a Node that is too old',
      "Object.defineProperty(process.versions, 'node', { value: '16.20.0' })",
      'needs Node 18',
    ],
  ])('is told so: %s', async (_name, code, sentence) => {
    const ran = await outcomeOf(start(NPM_THAT_INSTALLS, ['hello.js'], pretend(code)));
    expect(ran.code).toBe(3);
    expect(ran.err).toContain(sentence);
    expect(existsSync(join(folder, 'calls'))).toBe(false);
  });
});

describe('stopping', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('by %s ends the program too', async (signal) => {
    write(
      'serve.js',
      `process.on('SIGTERM', () => { process.stdout.write('ended'); process.exit(0); });
       process.on('SIGINT', () => {});
       setInterval(() => {}, 1000);
       process.stdout.write(process.pid + ' ');`,
    );
    const child = start(NPM_THAT_INSTALLS, ['serve.js']);
    const ended = outcomeOf(child);
    const [first] = (await once(child.stdout ?? child, 'data')) as [Buffer];
    child.kill(signal);
    const { code, out } = await ended;
    expect(code).toBe(0);
    expect(out).toContain('ended');
    expect(existsSync(`/proc/${Number.parseInt(first.toString(), 10)}`)).toBe(false);
  });

  it('by SIGKILL, which no starter can pass on, ends the program too', async () => {
    write(
      'serve.js',
      `process.on('SIGTERM', () => { require('node:fs').writeFileSync('ended', ''); process.exit(0); });
       setInterval(() => {}, 1000);
       process.stdout.write('serves');`,
    );
    const child = start(NPM_THAT_INSTALLS, ['serve.js']);
    await once(child.stdout ?? child, 'data');
    // The output closes with the last process that has it: the program is gone too.
    const ended = once(child, 'close');
    child.kill('SIGKILL');
    await ended;
    expect(existsSync(join(folder, 'ended'))).toBe(true);
  });

  it('kills a program that does not end with its starter', async () => {
    const program = `const { endWithStarter } = await import(process.argv[1]);
      process.on('SIGTERM', () => process.stdout.write('asked'));
      setInterval(() => {}, 1000);
      endWithStarter(3, 20);
      process.stdout.write('serves ');`;
    const args = ['--input-type=module', '-e', program, join(ROOT, 'scripts/with-starter.mjs')];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit', 'pipe'] });
    const ended = outcomeOf(child);
    await once(child.stdout ?? child, 'data');
    (child.stdio[3] as Writable).destroy();
    expect((await ended).out).toContain('asked');
    expect(child.signalCode).toBe('SIGKILL');
  });

  it('by its own end: the pipe to the starter holds no program up, and no child of it has it', async () => {
    write(
      'hello.js',
      `const { spawnSync } = require('node:child_process');
       const child = spawnSync(process.execPath, [...process.execArgv, '-p', 'process.env.KONA_TILL_STARTER_FD']);
       process.stdout.write(String(child.stdout)); process.exitCode = 7;`,
    );
    const { code, out } = await outcomeOf(start(NPM_THAT_INSTALLS, ['hello.js']));
    expect({ code, out: out.trim() }).toEqual({ code: 7, out: 'undefined' });
  });

  it('while npm installs ends npm and does not start the program', async () => {
    const child = start("require('node:fs').writeFileSync('npm-runs', ''); setInterval(() => {}, 1000)", [
      'hello.js',
    ]);
    const ended = outcomeOf(child);
    while (!existsSync(join(folder, 'npm-runs'))) await new Promise((next) => setTimeout(next, 10));
    child.kill('SIGINT');
    const { code, out } = await ended;
    expect(code).toBeGreaterThan(128);
    expect(out).toBe('');
    expect(existsSync(join(folder, '.cache/install.pid'))).toBe(false);
  });
});

describe('a lock file that lacks packages for other machines', () => {
  const refusal =
    'npm error code EUSAGE\nnpm error `npm ci` can only install packages when ... are in sync.\nnpm error';
  const foreign = `${refusal}\nnpm error Missing: @swc/core-win32-x64-msvc@ from lock file\n`;

  it('is installed all the same, as it is', async () => {
    const fails = `if (process.argv[2] === 'ci') { ${npmThatFails(foreign)} } else { ${NPM_THAT_INSTALLS} }`;
    expect(await outcomeOf(start(fails, ['hello.js']))).toMatchObject({ code: 7 });
    expect(readFileSync(join(folder, 'calls'), 'utf8')).toMatch(/^install --ignore-scripts .*--no-save/);
  });

  it('is told from one that does not belong to package.json', async () => {
    expect(onlyForeignMissing(foreign)).toBe(true);
    expect(onlyForeignMissing(refusal)).toBe(false);
    expect(onlyForeignMissing(`${foreign}npm error Missing: pino@10.4.0 from lock file`)).toBe(false);
    expect(
      onlyForeignMissing(`${foreign}npm error Invalid: lock file's a@1.0.0 does not satisfy a@2.0.0`),
    ).toBe(false);
    const { code, err } = await outcomeOf(
      start(npmThatFails(`${refusal}\nnpm error Missing: pino@10.4.0 from lock file`), ['hello.js']),
    );
    expect(code).toBe(3);
    expect(err).toContain('do not belong together');
  });
});

describe('what counts as installed', () => {
  const entry = { version: '1.0.0', integrity: 'sha512-a' };
  const lock = (packages: object): object => ({ packages: { '': {}, ...packages } });

  it.each([
    ['the same packages', { a: entry }, { a: entry }, false, true],
    ['another version', { a: entry }, { a: { ...entry, version: '1.0.1' } }, false, false],
    [
      'the same version with another content',
      { a: entry },
      { a: { ...entry, integrity: 'sha512-b' } },
      false,
      false,
    ],
    ['a missing package', { a: entry, b: entry }, { a: entry }, false, false],
    [
      'a missing package for another processor',
      { a: entry, b: { ...entry, optional: true } },
      { a: entry },
      false,
      true,
    ],
    [
      'missing development packages on a kiosk',
      { a: entry, b: { ...entry, dev: true } },
      { a: entry },
      true,
      true,
    ],
    [
      'missing development packages elsewhere',
      { a: entry, b: { ...entry, dev: true } },
      { a: entry },
      false,
      false,
    ],
  ])('%s', (_name, wanted, have, omitDev, expected) => {
    expect(isInstalled(lock(wanted), lock(have), omitDev)).toBe(expected);
  });

  it('nothing does when npm has left no record of a complete install', () => {
    expect(isInstalled(lock({}), null, false)).toBe(false);
  });
});
