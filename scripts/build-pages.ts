/** `npm run build:pages`: builds the browser pages into dist/ when their sources changed. */
import { resolve } from 'node:path';
import { ensurePages, pagesAreFresh } from '../src/demo/pages.ts';

const root = resolve(import.meta.dirname, '..');
await ensurePages(root);
process.stdout.write(pagesAreFresh(root) ? 'The pages in dist/ are up to date.\n' : 'The pages are stale.\n');
