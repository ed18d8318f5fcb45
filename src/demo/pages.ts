/** Builds the browser pages into dist/ when their sources changed since the last build. */
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The agent's pages (dist/screens) and the customer's phone page (dist/phone). */
const BUILDS = ['vite.config.ts', 'src/issuer/phone/vite.config.ts'];
const SOURCES = [
  'src/screens/**/*.{ts,tsx,css,html,svg,json}',
  'src/issuer/phone/**/*.{ts,tsx,css,html,svg}',
  'src/barcode/*.ts',
  'src/station/snapshot.ts',
  'src/web/api/*.ts',
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
  rmSync(join(root, STAMP), { force: true });
  const { build } = await import('vite');
  for (const configFile of BUILDS) await build({ configFile: join(root, configFile), logLevel: 'warn' });
  mkdirSync(join(root, 'dist'), { recursive: true });
  writeFileSync(join(root, STAMP), sources);
}
