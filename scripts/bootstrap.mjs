// Runs a script of this project on the project's own Node, and first installs what is missing.
//
//   node scripts/bootstrap.mjs FILE [ARGUMENT...]
//
// Plain JavaScript without dependencies, because it must run on any Node from 18 up before anything is installed.
// It says what is wrong in sentences; it passes the ending signals on and leaves no process behind, even when it is killed (with-starter.mjs).
import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const MODULES = join(ROOT, 'node_modules');
const NODE = join(MODULES, `node-linux-${process.arch}`, 'bin', 'node');
/** Exit code "it could not run" of the command line. */
const COULD_NOT_RUN = 3;
/** A child that has not ended this long after it was asked is killed. */
const ENDING_MS = 12_000;
/** How often a start by npm looks whether npm is still there. */
const PARENT_EVERY_MS = 500;
const OLDEST_NODE = 18;
const CPUS = ['x64', 'arm64'];

class Problem extends Error {}

/** Somebody asked us to end while we were getting ready. */
class Stopped extends Error {
  constructor(signal) {
    super(`stopped by ${signal}`);
    this.exitCode = 128 + (constants.signals[signal] ?? constants.signals.SIGTERM);
  }
}

function say(text) {
  process.stderr.write(`kona-till: ${text}\n`);
}

function checkMachine() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < OLDEST_NODE) {
    throw new Problem(
      `this is Node ${process.versions.node}; the start needs Node ${OLDEST_NODE} or later (any: the program itself runs on its own Node 24).`,
    );
  }
  if (process.platform !== 'linux' || !CPUS.includes(process.arch)) {
    throw new Problem(
      `this machine is ${process.platform} on ${process.arch}; kona-till runs on Linux with an x64 or arm64 processor.`,
    );
  }
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}

/**
 * Whether node_modules holds what package-lock.json asks for, by npm's own record of its last complete install.
 * Packages for other machines and, with `omitDev`, packages for development only may be absent.
 */
export function isInstalled(lock, installed, omitDev) {
  if (lock === null || installed === null) return false;
  for (const [path, wanted] of Object.entries(lock.packages ?? {})) {
    if (path === '' || wanted.link === true) continue;
    const have = installed.packages?.[path];
    if (have === undefined) {
      const mayMiss = wanted.optional === true || wanted.devOptional === true || wanted.peer === true;
      if (mayMiss || (omitDev && wanted.dev === true)) continue;
      return false;
    }
    if (have.version !== wanted.version || have.integrity !== wanted.integrity) return false;
  }
  return true;
}

/** The npm that called us, on the Node that runs it; else the one on the PATH. Never a Node inside node_modules. */
function npmCommand() {
  const paths = (process.env.PATH ?? '').split(delimiter).filter((path) => !path.includes('node_modules'));
  const node = [process.env.npm_node_execpath, process.execPath, ...paths.map((path) => join(path, 'node'))]
    .filter((path) => path !== undefined && !path.includes('node_modules'))
    .find((path) => existsSync(path));
  const npm = process.env.npm_execpath;
  if (node !== undefined && npm?.endsWith('.js') && existsSync(npm)) return { command: node, first: [npm] };
  return { command: 'npm', first: [], path: paths.join(delimiter) };
}

const NETWORK =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|ENOTCACHED/;

function explainInstall(output, status) {
  if (NETWORK.test(output)) {
    return 'the packages could not be fetched: the npm registry cannot be reached. The first start needs the network once; later ones do not. Check the network (or the proxy of npm) and start again.';
  }
  if (/EACCES|EPERM/.test(output)) {
    return `no permission to write into ${MODULES}. Start as the owner of this folder, or mend its owner, and start again.`;
  }
  if (/ENOSPC/.test(output))
    return 'the disk is full; the packages need about 600 MB. Make room and start again.';
  if (/EINTEGRITY/.test(output)) {
    return 'a package is not the one that package-lock.json names (EINTEGRITY). Nothing was started. Run "npm cache verify" and start again; if it stays, do not use that registry.';
  }
  if (/can only install|in sync|EUSAGE/.test(output)) {
    return 'package.json and package-lock.json do not belong together. Take both from one commit and start again.';
  }
  const line = output.split('\n').find((text) => /npm (ERR!|error)/.test(text));
  return `npm could not install the packages (exit code ${status})${line === undefined ? '.' : `: ${line.trim()}`}`;
}

/** A lock against two first starts at once: each would remove the other's half-installed packages. */
function lockInstall() {
  const path = join(ROOT, '.cache', 'install.pid');
  mkdirSync(dirname(path), { recursive: true });
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      writeFileSync(path, String(process.pid), { flag: 'wx' });
      return () => rmSync(path, { force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw new Problem(`cannot write into ${dirname(path)} (${error.code}).`);
      const holder = Number(readFileSync(path, 'utf8'));
      if (Number.isInteger(holder) && holder > 0 && existsSync(`/proc/${holder}`)) {
        throw new Problem(
          `another start (process ${holder}) is installing the packages right now. Wait for it, then start again.`,
        );
      }
      rmSync(path, { force: true });
    }
  }
  throw new Problem('another start is installing the packages right now. Wait for it, then start again.');
}

/** One run of npm; nothing of a package is run at its installation. */
function npm(command, omitDev, ...more) {
  const { command: program, first, path } = npmCommand();
  const args = [
    ...first,
    command,
    '--ignore-scripts',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    ...more,
  ];
  if (omitDev) args.push('--omit=dev');
  const env = { ...process.env, npm_config_loglevel: 'error', npm_config_fetch_retries: '1' };
  if (path !== undefined) env.PATH = path;
  return run(program, args, { cwd: ROOT, env, capture: true });
}

/**
 * npm 11 refuses a lock file without the packages for other machines (Windows, macOS), which a registry may not have had
 * when the lock file was written. It names them without a version; any other difference has one.
 */
export function onlyForeignMissing(output) {
  const complaints = output.match(/(?:Missing|Invalid): .*/g) ?? [];
  return complaints.length > 0 && complaints.every((line) => /^Missing: \S+@ from lock file/.test(line));
}

async function install(omitDev) {
  const unlock = lockInstall();
  try {
    say('installing the packages (first start, or package-lock.json changed); this takes up to a minute ...');
    let result = await npm('ci', omitDev);
    // --no-save leaves package-lock.json as it is; what it names is installed, with its checksums.
    if (result.status !== 0 && onlyForeignMissing(result.output))
      result = await npm('install', omitDev, '--no-save');
    if (result.missing)
      throw new Problem('npm was not found. Install npm (Debian: apt-get install npm) and start again.');
    if (result.asked !== null) throw new Stopped(result.asked);
    if (result.status !== 0) throw new Problem(explainInstall(result.output, result.status));
  } finally {
    unlock();
  }
  checkRuntime();
  linkRuntime();
}

/** npm 9 takes node_modules/.bin/node away again when it skips the package of the other processor: put it there. */
function linkRuntime() {
  const link = join(MODULES, '.bin', 'node');
  const target = join('..', `node-linux-${process.arch}`, 'bin', 'node');
  try {
    if (readlinkSync(link) === target) return;
  } catch {
    // Not there, or not a link.
  }
  rmSync(link, { force: true });
  symlinkSync(target, link);
}

function checkRuntime() {
  const probe = existsSync(NODE) ? spawnSync(NODE, ['--version'], { encoding: 'utf8' }) : null;
  if (probe !== null && probe.status === 0) return;
  throw new Problem(
    'the packages are installed, but their Node 24 does not run here. It needs glibc (Debian, Ubuntu, Fedora; not Alpine) and must have been installed with optional packages (no "omit=optional").',
  );
}

/**
 * Runs a child, passes INT, TERM and HUP on to it, and kills it when it does not end in time. Descriptor 3 of a child that
 * is not captured is a pipe that closes when we are gone (`with-starter.mjs`).
 */
function run(command, args, { cwd, env, capture }) {
  return new Promise((done) => {
    const stdio = capture ? ['ignore', 'pipe', 'pipe'] : ['inherit', 'inherit', 'inherit', 'pipe'];
    const child = spawn(command, args, { cwd, env, stdio });
    let output = '';
    for (const stream of capture ? [child.stdout, child.stderr] : []) {
      stream.setEncoding('utf8');
      stream.on('data', (text) => {
        output = (output + text).slice(-100_000);
      });
    }
    let killer = null;
    let asked = null;
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    const end = (signal) => {
      asked ??= signal;
      // From a terminal the child has had SIGINT already. The same ending asked twice changes nothing.
      child.kill('SIGTERM');
      killer ??= setTimeout(() => child.kill('SIGKILL'), ENDING_MS);
    };
    for (const signal of signals) process.on(signal, end);
    // npm that was killed could pass nothing on. Only npm is watched: a shell may go and leave us running.
    const parent = process.ppid;
    const watch = setInterval(() => {
      if (process.env.npm_lifecycle_event !== undefined && process.ppid !== parent) end('SIGHUP');
    }, PARENT_EVERY_MS);
    const finish = (result) => {
      clearInterval(watch);
      clearTimeout(killer);
      for (const signal of signals) process.off(signal, end);
      done({ asked, ...result });
    };
    child.once('error', (error) =>
      finish({
        missing: error.code === 'ENOENT',
        status: COULD_NOT_RUN,
        signal: null,
        output: String(error),
      }),
    );
    child.once('close', (status, signal) => finish({ missing: false, status, signal, output }));
  });
}

async function main() {
  const [file, ...rest] = process.argv.slice(2);
  if (file === undefined) throw new Problem('use: node scripts/bootstrap.mjs FILE [ARGUMENT...]');
  checkMachine();
  const omitDev = process.env.KONA_TILL_OMIT_DEV === '1';
  const lock = readJson(join(ROOT, 'package-lock.json'));
  const ready = () =>
    existsSync(NODE) && isInstalled(lock, readJson(join(MODULES, '.package-lock.json')), omitDev);
  if (lock === null)
    throw new Problem('package-lock.json is missing or broken. Take it from the repository and start again.');
  if (!ready()) await install(omitDev);
  if (file === '--install-only') return 0;

  const env = { ...process.env };
  env.PATH = [join(MODULES, '.bin'), env.PATH ?? ''].join(delimiter);
  // With io_uring a serial port may never close again on some kernels.
  env.UV_USE_IO_URING ??= '0';
  env.KONA_TILL_STARTER_FD = '3';
  const script = [
    '--import',
    new URL('with-starter.mjs', import.meta.url).href,
    resolve(ROOT, file),
    ...rest,
  ];
  const result = await run(NODE, script, { cwd: process.cwd(), env, capture: false });
  if (result.missing) checkRuntime();
  if (result.signal !== null) return new Stopped(result.signal).exitCode;
  return result.status ?? COULD_NOT_RUN;
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  main().then(
    (code) => {
      process.exitCode = code;
    },
    (error) => {
      if (!(error instanceof Stopped)) {
        say(error instanceof Problem ? error.message : `the start failed: ${error?.message ?? error}`);
      }
      process.exitCode = error.exitCode ?? COULD_NOT_RUN;
    },
  );
}
