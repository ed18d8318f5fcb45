/** Builds the browser pages into dist/ when their sources changed since the last build. */
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const SOURCES = [
  'src/screens/**/*.{ts,tsx,css,html,svg,json}',
  'src/issuer/phone/**/*.{ts,tsx,css,html,svg}',
  'src/barcode/*.ts',
  'src/station/snapshot.ts',
  'src/web/api.ts',
  'vite.config.ts',
  'package-lock.json',
];
const STAMP = 'dist/.sources';

/** One digest over the names and bytes of everything that the pages are built from. */
export function pageSources(root: string): string {
  const digest = createHash('sha256');
  for (const file of globSync(SOURCES, { cwd: root }).sort()) {
    const bytes = readFileSync(join(root, file));
    digest.update(`${file}\0${bytes.length}\0`).update(bytes);
  }
  return digest.digest('hex');
}

/** True when dist/ was built from the present sources. */
export function pagesAreFresh(root: string): boolean {
  const stamp = join(root, STAMP);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === pageSources(root);
}

/** Builds the pages when they are stale. Needs the development packages; throws what Vite throws. */
export async function ensurePages(root: string): Promise<void> {
  if (pagesAreFresh(root)) return;
  const sources = pageSources(root);
  const { build } = await import('vite');
  await build({ root, configFile: join(root, 'vite.config.ts'), logLevel: 'warn' });
  writeFileSync(join(root, STAMP), sources);
}
