import type { Database } from './database.ts';
import { openPglite } from './pglite.ts';
import { migrate } from './schema.ts';

/** Where the issuer keeps its data. */
export type Storage =
  | { readonly memory: true }
  | { readonly directory: string }
  | { readonly connectionString: string };

/** Opens the storage and brings its tables up to this program's schema. */
export async function openStorage(storage: Storage): Promise<Database> {
  const db = await open(storage);
  try {
    await migrate(db);
    return db;
  } catch (error) {
    await db.close();
    throw error;
  }
}

async function open(storage: Storage): Promise<Database> {
  if ('connectionString' in storage) {
    const { openPostgres } = await import('./postgres.ts');
    return openPostgres(storage.connectionString);
  }
  return openPglite('directory' in storage ? storage.directory : null);
}
