import { existsSync, lstatSync, mkdirSync, readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { guarded, LedgerFault } from './fault.ts';
import { isForAnother } from './owner.ts';

const LINKS_MAX = 40;

/**
 * The ledger's own file, whatever name leads to it: the lock stands beside it and must not depend on how somebody wrote
 * the path, nor on a link to the folder or to the file itself. The last part need not exist yet. Root, where the folder
 * is a service's, follows no link to a file.
 */
export function placeOf(file: string): string {
  return guarded(() => {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    let at = file;
    for (let links = 0; links < LINKS_MAX; links += 1) {
      const directory = realpathSync(dirname(at));
      at = join(directory, basename(at));
      if (lstatSync(at, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return at;
      if (isForAnother(directory)) throw new LedgerFault('IO', 'a link stands in its place');
      at = resolve(directory, readlinkSync(at));
      if (!existsSync(dirname(at))) throw new LedgerFault('IO', 'a link to a folder that is not there');
    }
    throw new LedgerFault('IO', 'links that lead to each other');
  });
}
