/** How the commands come to the ledger: beside a running agent for reading, alone for writing. */
import { existsSync } from 'node:fs';
import { LedgerFault, openLedgerReadOnly } from '../ledger/ledger.ts';
import type { LedgerFaultCode, LedgerReader } from '../ledger/types.ts';
import { ledgerFileOf, readConfig } from '../ops/config.ts';
import type { Config } from '../ops/config-schema.ts';
import { CommandError, type CommonOptions, type Io } from './io.ts';
import { configFile } from './places.ts';

const SENTENCES: Readonly<Partial<Record<LedgerFaultCode, string>>> = {
  LOCKED: 'the agent has the ledger open. Stop it first (systemctl stop kona-till), or use the manager page.',
  READ_ONLY:
    'the ledger cannot be written (a disk that became read-only, or the rights of its folder), or it is of an older program. Look at the disk first (dmesg, mount); then start the agent once, it brings an older ledger up to date.',
  IO: 'reading or writing the disk failed. Look at the disk (dmesg), then start the agent again.',
  CORRUPT:
    'the ledger file is damaged, or this is no ledger. Put the last backup in its place (kona-till ledger restore FILE --yes); what stands there is kept beside it. Without any backup: kona-till ledger quarantine --yes.',
  NEWER_SCHEMA: 'the ledger was written by a newer program. Install that version again.',
  KEY_MISSING:
    'the key of the vault is missing or not the right one. After a crash within rotate-key: rotate-key again (--key-file FILE where the key is a credential). Otherwise put the key file back; if it is gone for good: kona-till ledger rotate-key --lost.',
  FULL: 'the disk is full.',
  OTHER_ENVIRONMENT: 'the ledger holds open payments of another platform, store or till.',
};

/** A ledger's fault as a sentence for the command line. */
export function explainLedger(error: unknown, file: string): unknown {
  if (!(error instanceof LedgerFault)) return error;
  return new CommandError(
    `${file}: ${SENTENCES[error.code] ?? `the ledger cannot be read (${error.code}).`}`,
  );
}

/** Reads with a ledger beside the agent and closes it again, whatever happens. */
export async function withLedger<T>(
  io: Io,
  options: CommonOptions,
  read: (ledger: LedgerReader, config: Config) => T | Promise<T>,
): Promise<T> {
  const config = readConfig(configFile(io, options));
  const file = ledgerFileOf(config);
  if (!existsSync(file)) throw new CommandError(`there is no ledger yet: ${file}`);
  let ledger: LedgerReader | null = null;
  try {
    ledger = openLedgerReadOnly({ file });
    return await read(ledger, config);
  } catch (error) {
    throw explainLedger(error, file);
  } finally {
    ledger?.close();
  }
}
