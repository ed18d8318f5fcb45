/** Looks at what an installer would ask about. Each check answers with a sentence, and with what to do when it is wrong. */
import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, lstatSync, readFileSync, statfsSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import type { Config } from './config-schema.ts';
import { isLoopback } from './loopback.ts';
import { NOT_LOOKED_AT, readSecret, SecretError } from './secrets.ts';

export interface Finding {
  readonly name: string;
  /** bad: the till will not work. warn: it works, but somebody should know. */
  readonly state: 'ok' | 'warn' | 'bad';
  readonly text: string;
  /** What to do about it; null when nothing is. */
  readonly mend: string | null;
}

const CONNECT_MS = 3_000;
const COMMAND_MS = 3_000;
const ROOM_BYTES = 500 * 1024 * 1024;
const RUNTIME = 24;
const LIBUSB = ['/lib', '/usr/lib'].flatMap((folder) => [
  folder,
  join(folder, 'x86_64-linux-gnu'),
  join(folder, 'aarch64-linux-gnu'),
]);
/** File systems on which a power cut or a second machine may take away what was synced (statfs(2) numbers). */
const UNSAFE_FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0x01021994, 'memory (tmpfs)'],
  [0x6969, 'a network (NFS)'],
  [0xff534d42, 'a network (CIFS)'],
  [0xfe534d42, 'a network (SMB2)'],
]);

export function ok(name: string, text: string): Finding {
  return { name, state: 'ok', text, mend: null };
}
export function warn(name: string, text: string, mend: string): Finding {
  return { name, state: 'warn', text, mend };
}
export function bad(name: string, text: string, mend: string): Finding {
  return { name, state: 'bad', text, mend };
}

export function checkRuntime(version = process.versions.node): Finding {
  const major = Number(version.split('.')[0]);
  return major === RUNTIME
    ? ok('runtime', `Node ${version}`)
    : bad(
        'runtime',
        `Node ${version}`,
        `start it by the installed command "kona-till": it brings Node ${RUNTIME}`,
      );
}

/** The folder itself, or the nearest one above that exists: where it would be made. */
function nearest(path: string): string {
  let at = path;
  while (!existsSync(at) && at !== dirname(at)) at = dirname(at);
  return at;
}

/** The ledger's folder: can it be written, is there room, does it survive a power cut? */
export function checkLedgerFolder(config: Config): Finding[] {
  const folder = config.ledger.directory;
  const place = nearest(folder);
  const findings: Finding[] = [];
  try {
    accessSync(place, constants.W_OK | constants.X_OK);
    findings.push(
      ok('ledger folder', existsSync(folder) ? folder : `${folder} will be made by the first start`),
    );
  } catch {
    findings.push(
      bad('ledger folder', `no right to write into ${place}`, `give ${place} to the user of the agent`),
    );
  }
  const { type, bavail, bsize } = statfsSync(place);
  const free = bavail * bsize;
  const room = `${Math.floor(free / 1024 / 1024)} MiB free`;
  findings.push(
    free >= ROOM_BYTES
      ? ok('room on the disk', room)
      : warn('room on the disk', room, 'make room: 500 MiB at least'),
  );
  const unsafe = UNSAFE_FILE_SYSTEMS.get(type);
  if (unsafe !== undefined) {
    findings.push(bad('disk', `${place} is on ${unsafe}`, 'put ledger.directory on a local disk'));
  }
  return findings;
}

function vaultKeyMend({ ledger }: Config, { code }: SecretError): string {
  const file = ledger.vaultKeyFile;
  if (code === 'TOO_OPEN') return `chmod 600 ${file}`;
  if (code === 'NO_PERMISSION') return `give ${file} to the user of the agent: chown, then chmod 600`;
  if (code === 'BAD_NAME') return 'name it as LoadCredential= of the service does, without "/"';
  return 'bring the key file back; without it waiting barcodes cannot be sent';
}

export function checkVaultKey(config: Config, env: NodeJS.ProcessEnv = process.env): Finding {
  const name = 'vault key';
  try {
    readSecret(config.ledger.vaultKeyFile, 'ledger.vaultKeyFile', { env });
    return ok(name, 'can be read by the agent only');
  } catch (error) {
    if (!(error instanceof SecretError)) throw error;
    if (error.code === 'NO_CREDENTIALS') return ok(name, NOT_LOOKED_AT);
    const hasLedger = existsSync(join(config.ledger.directory, 'ledger.db'));
    if (error.code === 'NOT_FOUND' && !hasLedger) return ok(name, 'will be made by the first start');
    return bad(name, error.message, vaultKeyMend(config, error));
  }
}

function run(command: string, args: readonly string[]): Promise<string | null> {
  return new Promise((done) => {
    execFile(command, args, { timeout: COMMAND_MS }, (error, stdout) =>
      done(error === null ? stdout.trim() : null),
    );
  });
}

/** Charges are credited later only with a clock that was confirmed; the day's totals need a right one. */
export async function checkClock(): Promise<Finding> {
  const answer = await run('timedatectl', ['show', '--property=NTPSynchronized', '--value']);
  if (answer === 'yes') return ok('clock', 'set by a time server');
  const mend = 'run a time service: apt-get install systemd-timesyncd';
  return answer === 'no'
    ? warn('clock', 'not set by a time server', mend)
    : warn('clock', 'this system does not tell whether its clock is set', mend);
}

/** The pages' port: free, or already used by a running agent. */
export function checkWebPort(config: Config): Promise<Finding> {
  const { host, port } = config.web;
  const target = isLoopback(host) ? host : '127.0.0.1';
  return new Promise((done) => {
    const socket = connect({ host: target, port });
    const finish = (finding: Finding): void => {
      socket.destroy();
      done(finding);
    };
    socket.setTimeout(CONNECT_MS, () => finish(ok('pages', `port ${port} is taken`)));
    socket.once('connect', () =>
      finish(ok('pages', `something answers at port ${port}: the running agent, if it is ours`)),
    );
    socket.on('error', () => finish(ok('pages', `port ${port} is free`)));
  });
}

export function checkUsbLibrary(folders: readonly string[] = LIBUSB): Finding {
  return folders.some((folder) => existsSync(join(folder, 'libusb-1.0.so.0')))
    ? ok('libusb', 'is there')
    : warn('libusb', 'is missing: scanners in HID mode are off', 'apt-get install libusb-1.0-0');
}

const RULES = ['/etc/udev/rules.d', '/usr/lib/udev/rules.d', '/lib/udev/rules.d'];

/** The file as udev finds it; whether it is in force for a device is another check's matter. */
export function checkUdevRules(folders: readonly string[] = RULES): Finding {
  const name = 'udev rules';
  const mend = 'run scripts/install-kiosk.sh, then plug the scanners in again';
  const file = folders.map((folder) => join(folder, '70-kona-till-scanners.rules')).find(existsSync);
  if (file === undefined) return warn(name, 'for scanners are not installed', mend);
  return /ATTR\{inhibited\}="1"/.test(readFileSync(file, 'utf8'))
    ? ok(name, 'are installed')
    : warn(name, 'are of an older version: keyboard scanners would type into the screen', mend);
}

/** The virtual serial port is made by socat. */
export function checkPosPorts(config: Config, path = process.env.PATH ?? ''): Finding[] {
  const ports = config.stations.filter(({ posPort }) => posPort !== null);
  if (ports.length === 0) return [];
  const isThere = path.split(delimiter).some((folder) => folder !== '' && existsSync(join(folder, 'socat')));
  return [
    isThere
      ? ok('POS port', 'can be made')
      : bad('POS port', 'cannot be made: socat is missing', 'apt-get install socat'),
  ];
}

/** Can the socket of each station be made where the configuration wants it? */
export function checkPosSockets({ stations }: Config): Finding[] {
  return stations.flatMap(({ posSocket }) => (posSocket === null ? [] : [posSocketFinding(posSocket.path)]));
}

function posSocketFinding(path: string): Finding {
  const name = 'POS socket';
  const at = lstatSync(path, { throwIfNoEntry: false });
  if (at !== undefined && !at.isSocket()) {
    return bad(
      name,
      `${path} is a file of something else`,
      'take it away, or name another path in "posSocket"',
    );
  }
  const folder = dirname(path);
  // systemd makes this one when the service starts.
  if (existsSync(folder) || folder === '/run/kona-till') return ok(name, `${path} can be made`);
  return bad(
    name,
    `cannot be made: there is no folder ${folder}`,
    `make it, writable for the user kona-till`,
  );
}

/** Does the service start by itself after a power cut? */
export async function checkService(): Promise<Finding> {
  const state = await run('systemctl', ['is-enabled', 'kona-till.service']);
  return state === 'enabled'
    ? ok('service', 'starts by itself')
    : warn('service', 'does not start by itself', 'systemctl enable --now kona-till');
}

/** What was found about the key files: faults with their place in the configuration, and the places that only the service sees. */
export interface KeyReport {
  readonly faults: readonly { readonly path: string; readonly text: string }[];
  readonly notLookedAt: readonly string[];
}

/** One finding for all keys that can be read, one for all that only the service sees, one for each that cannot be read. */
export function keyFindings({ faults, notLookedAt }: KeyReport): Finding[] {
  const handedOver = notLookedAt.length > 0;
  const rest = handedOver ? [ok('keys by credential', `${notLookedAt.join(', ')}: ${NOT_LOOKED_AT}`)] : [];
  if (faults.length === 0) {
    return [ok('keys', handedOver ? 'in files of their own can be read' : 'can be read'), ...rest];
  }
  return [...faults.map(({ path, text }) => bad(path, text, 'see docs/installer.md, "Configure"')), ...rest];
}

/** The mode of the ledger's folder: nobody else may look into it. */
export function checkPrivacy(config: Config): Finding {
  const folder = config.ledger.directory;
  if (!existsSync(folder)) return ok('privacy', `${folder} is not in use yet`);
  const mode = statSync(folder).mode & 0o777;
  return (mode & 0o077) === 0
    ? ok('privacy', 'the ledger folder is closed to others')
    : bad('privacy', `others can look into ${folder} (mode ${mode.toString(8)})`, `chmod 700 ${folder}`);
}
