/** Which addresses never leave this machine: one definition for what the configuration allows and what the pages' server does. */
import { isIP } from 'node:net';

/** An address as one listens on it or connects to it: IPv6 without the brackets that a link needs. */
export function bareHost(host: string): string {
  return /^\[(.*)\]$/.exec(host)?.[1] ?? host;
}

/** True for a bare host that never leaves this machine. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
