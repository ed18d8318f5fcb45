/** Are the agent's own backups made? Judged by the files, so that the answer is right without a running agent. */
import { existsSync } from 'node:fs';
import { newestBackupMs } from '../ledger/ledger.ts';
import { ledgerFileOf } from '../ops/config.ts';
import type { Config } from '../ops/config-schema.ts';
import { type Finding, ok, warn } from '../ops/doctor.ts';
import { backupPlanOf } from './agent-options.ts';

const NAME = 'backups';
/** One may be missed: the machine was off, or it is tried again. */
const LATE = 2;
const HOUR_MS = 3_600_000;

/** `wallMs`: now, UTC ms. */
export function checkBackups(config: Config, wallMs: number): Finding {
  const plan = backupPlanOf(config);
  if (plan === null) return warn(NAME, 'are not made', 'set ledger.backup.keep to 1 or more');
  const { directory, everyMs } = plan;
  const newestMs = newestBackupMs(directory, wallMs);
  const mend = `is there room, and a right to write, in ${directory}? The agent's log says why (ledgerBackupFailed)`;
  if (newestMs === null) {
    return existsSync(ledgerFileOf(config))
      ? warn(NAME, `there is none in ${directory}`, mend)
      : ok(NAME, 'will be made once there is a ledger');
  }
  const newest = `the newest is of ${new Date(newestMs).toISOString().slice(0, 16)}Z`;
  if (wallMs - newestMs <= LATE * everyMs) return ok(NAME, newest);
  return warn(NAME, `${newest}, one every ${Math.round(everyMs / HOUR_MS)} h is planned`, mend);
}
