import { createHash } from 'node:crypto';
import { mkdirSync, openAsBlob, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PGlite } from '@electric-sql/pglite';

/**
 * A fresh database is the same bytes every time, and making it is most of PGlite's start (2 s of 2.5). So the first start
 * keeps a copy beside the packages, where only who may change the program may write, and later starts load it. It holds
 * the system tables only, no table, key or card. Without a place for it everything works, only slower.
 */
function templatePath(): string | null {
  const index = fileURLToPath(import.meta.resolve('@electric-sql/pglite'));
  const packages = index.lastIndexOf(`${sep}node_modules${sep}`);
  if (packages < 0) return null;
  const version = createHash('sha256').update(readFileSync(join(dirname(index), '..', 'package.json')));
  const name = `pglite-${version.digest('hex').slice(0, 16)}.tar`;
  return join(index.slice(0, packages), 'node_modules', '.cache', 'kona-till', name);
}

/** The kept copy, or null when there is none. */
export async function loadTemplate(): Promise<Blob | null> {
  try {
    const path = templatePath();
    if (path === null || statSync(path).size === 0) return null;
    return await openAsBlob(path);
  } catch {
    return null;
  }
}

/** Keeps a copy of a database in which nothing was made yet. A place that cannot be written is no error. */
export async function keepTemplate(db: PGlite): Promise<void> {
  const path = templatePath();
  if (path === null) return;
  const draft = `${path}.${process.pid}`;
  try {
    const dump = await db.dumpDataDir('none');
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(draft, Buffer.from(await dump.arrayBuffer()), { mode: 0o644 });
    renameSync(draft, path);
  } catch {
    rmSync(draft, { force: true });
  }
}

/** A copy that does not load is thrown away; the next start makes a new one. */
export function dropTemplate(): void {
  const path = templatePath();
  if (path !== null) rmSync(path, { force: true });
}
