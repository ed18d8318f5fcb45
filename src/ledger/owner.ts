import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fchownSync,
  lstatSync,
  openSync,
  readSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { LedgerFault } from './fault.ts';

const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = constants;
const CHUNK_BYTES = 1024 * 1024;

function isRoot(): boolean {
  return process.geteuid?.() === 0;
}

/** Root works in a folder that is a service's: what stands there may be a trap. */
export function isForAnother(directory: string): boolean {
  return isRoot() && statSync(directory).uid !== 0;
}

/**
 * Gives an open file the owner of another one. A command that root runs for a service (restore, key rotation) must leave
 * files that the service can open; for anybody else nothing changes, and a file is its maker's. By its handle: the folder is
 * the service's, and a name in it may lead anywhere by now.
 */
export function ownLike(handle: number, other: string): void {
  if (!isRoot()) return;
  const { uid, gid } = statSync(other);
  fchownSync(handle, uid, gid);
}

/** `ownLike` for a directory; throws for a link to one. */
export function ownDirectoryLike(directory: string, other: string): void {
  const handle = openSync(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  try {
    ownLike(handle, other);
  } finally {
    closeSync(handle);
  }
}

/**
 * Makes a new file (0600) that belongs to the owner of `other`, and fills it. Throws when anything has that name already,
 * a link too.
 */
export function makePrivate(file: string, other: string, fill?: (handle: number) => void): void {
  const handle = openSync(file, 'wx', 0o600);
  try {
    ownLike(handle, other);
    fill?.(handle);
  } finally {
    closeSync(handle);
  }
}

/** Copies a file's bytes into a new one (0600) that belongs to the owner of its folder. */
export function copyPrivate(from: string, to: string): void {
  const source = openSync(from, 'r');
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  try {
    makePrivate(to, dirname(to), (handle) => {
      for (let count = readSync(source, chunk); count > 0; count = readSync(source, chunk)) {
        for (let at = 0; at < count; ) at += writeSync(handle, chunk, at, count - at);
      }
    });
  } finally {
    closeSync(source);
  }
}

/**
 * Makes a missing file (0600) before SQLite does it with the umask's mode. An existing one is never opened here: closing
 * any descriptor of a file drops the locks that this process holds on it (POSIX). Root, where the folder is a service's,
 * leaves its mode to the service and follows no link.
 */
export function createPrivate(file: string): void {
  const directory = dirname(file);
  const leavesMode = isForAnother(directory);
  const isLink = lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  if (leavesMode && isLink) throw new LedgerFault('IO', 'a link stands in its place');
  if (!existsSync(file)) makePrivate(file, directory);
  else if (!leavesMode) chmodSync(file, 0o600);
}
