/** `ledger rotate-key` and `ledger quarantine`: the key file and the damaged file, with the agent stopped. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { quarantineLedger, rotateLedgerKey } from '../ledger/ledger.ts';
import { SystemClock } from '../ops/clock.ts';
import { ledgerFileOf, readConfig } from '../ops/config.ts';
import { secretPath } from '../ops/secrets.ts';
import { CommandError, type CommonOptions, EXIT, type Io, print } from './io.ts';
import { explainLedger } from './ledger-access.ts';
import { configFile } from './places.ts';

export interface RotateKeyCommandOptions extends CommonOptions {
  readonly lost?: boolean;
  readonly keyFile?: string;
  readonly yes?: boolean;
}

/** The agent's ledger file. Throws CommandError when there is none. */
function ledgerThere(file: string): string {
  if (!existsSync(file)) throw new CommandError(`there is no ledger yet: ${file}`);
  return file;
}

/**
 * Gives the ledger a new key. `--lost`: the old one is gone for good, so what only it could open is erased; that asks for
 * --yes. `--key-file` names the file behind a systemd credential, which only the service sees by its own name.
 */
export async function ledgerRotateKey(io: Io, options: RotateKeyCommandOptions): Promise<number> {
  const config = readConfig(configFile(io, options));
  const file = ledgerThere(ledgerFileOf(config));
  if (options.lost === true && options.yes !== true) {
    throw new CommandError(
      'this erases the barcodes that wait to be sent: their payments can then only be stopped and their cash given back, and older payments are no longer found by card number. If the key file is gone for good: --yes',
      EXIT.wrongUse,
    );
  }
  const keyFile =
    options.keyFile === undefined
      ? secretPath(config.ledger.vaultKeyFile, 'ledger.vaultKeyFile', io.env)
      : resolve(io.cwd, options.keyFile);
  try {
    const now = new SystemClock().now();
    const report = rotateLedgerKey({ file, keyFile, now, isLost: options.lost === true });
    const { resealed, erased } = report;
    const text = `${keyFile} holds a new key. Barcodes sealed anew: ${resealed}; rows erased that nobody could open: ${erased}.`;
    print(io, options, { keyFile, ...report }, text);
    return EXIT.done;
  } catch (error) {
    throw explainLedger(error, file);
  }
}

export interface QuarantineCommandOptions extends CommonOptions {
  readonly yes?: boolean;
}

/** Sets a damaged ledger aside where there is no backup to restore: the next start makes an empty one. Asks for --yes. */
export async function ledgerQuarantine(io: Io, options: QuarantineCommandOptions): Promise<number> {
  const file = ledgerThere(ledgerFileOf(readConfig(configFile(io, options))));
  if (options.yes !== true) {
    throw new CommandError(
      `this sets ${file} aside; the till then begins with an empty ledger, and the issuer knows what it was sent only: charges still to be credited, and cash still owed to customers, are then written nowhere but in the file set aside. List them first (ledger list), if it can be read. Where there is a backup, restore it instead (ledger restore FILE). If that is meant: --yes`,
      EXIT.wrongUse,
    );
  }
  try {
    const quarantined = quarantineLedger(file, new SystemClock().now().wallMs);
    print(io, options, { quarantined }, `The ledger is set aside, whole: ${quarantined}`);
    return EXIT.done;
  } catch (error) {
    throw explainLedger(error, file);
  }
}
