import { chownSync, statSync } from 'node:fs';

/**
 * Gives a file the owner of another one. A command that root runs for a service (restore, key rotation) must leave files that
 * the service can open; for anybody else nothing changes, and a file is its maker's.
 */
export function ownLike(file: string, other: string): void {
  if (process.geteuid?.() !== 0) return;
  const { uid, gid } = statSync(other);
  chownSync(file, uid, gid);
}
