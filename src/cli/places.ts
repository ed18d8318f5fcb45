/** Where the program's files are when nothing else is said. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { CommonOptions, Io } from './io.ts';

/** The checkout or the installed program. */
export const ROOT = resolve(import.meta.dirname, '../..');

/** The configuration of an installed till. */
export const INSTALLED_CONFIG = '/etc/kona-till/kona-till.jsonc';

/** Where the issuer and the pages listen when nothing else is said. */
export const DEFAULT_ISSUER_PORT = 8_620;
export const DEFAULT_WEB_PORT = 8_610;

/** Everything that the demo keeps between two starts. */
export const DEMO_DIRECTORY = join(ROOT, 'data', 'demo');
export const DEMO_CONFIG = join(DEMO_DIRECTORY, 'kona-till.jsonc');

/**
 * The configuration file that a command works with: `--config`, else KONA_TILL_CONFIG, else the installed one, else the
 * demo's, when it has run in this checkout.
 */
export function configFile(io: Io, options: CommonOptions): string {
  const named = options.config ?? io.env.KONA_TILL_CONFIG;
  if (named !== undefined) return resolve(io.cwd, named);
  return !existsSync(INSTALLED_CONFIG) && existsSync(DEMO_CONFIG) ? DEMO_CONFIG : INSTALLED_CONFIG;
}
