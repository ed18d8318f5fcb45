/** `ledger restore FILE`: puts a backup in the ledger's place. The agent must not run. */
import { resolve } from 'node:path';
import { restoreLedger } from '../ledger/ledger.ts';
import { SystemClock } from '../ops/clock.ts';
import { ledgerFileOf, readConfig } from '../ops/config.ts';
import { CommandError, type CommonOptions, EXIT, type Io, print } from './io.ts';
import { explainLedger } from './ledger-access.ts';
import { configFile } from './places.ts';

export interface RestoreCommandOptions extends CommonOptions {
  readonly yes?: boolean;
}

/**
 * What stood there is kept beside it. The terminal then is behind what the issuer knows: it starts as recovering and
 * moves no money before a manager goes on. So it asks for --yes.
 */
export async function ledgerRestore(io: Io, name: string, options: RestoreCommandOptions): Promise<number> {
  const config = readConfig(configFile(io, options));
  const file = ledgerFileOf(config);
  if (options.yes !== true) {
    throw new CommandError(
      `this puts the backup in the place of ${file}; of payments made after it the issuer knows what it was sent only: charges still to be credited, and cash still owed to customers, are then written nowhere but in the file set aside. List them first (ledger list), if it can be read. A manager must go on by hand. If that is meant: --yes`,
      EXIT.wrongUse,
    );
  }
  try {
    const report = restoreLedger({
      backup: resolve(io.cwd, name),
      file,
      now: new SystemClock().now(),
    });
    const kept = report.quarantined === null ? '' : `\nWhat stood there: ${report.quarantined}`;
    const { index, hash } = report.mark.head;
    print(
      io,
      options,
      report,
      `Restored ${file}, head ${index}:${hash}.${kept}\nThe next start is a recovery: see the manager page.`,
    );
    return EXIT.done;
  } catch (error) {
    throw explainLedger(error, file);
  }
}
