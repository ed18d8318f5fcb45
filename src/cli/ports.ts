/** Why a server could not listen, in a sentence. */
import { CommandError } from './io.ts';

interface Listening {
  readonly code?: unknown;
  readonly address?: unknown;
}

/** Turns "the port is taken" and "not allowed" into what a person can do; every other error stays as it is. */
export function explainListen(error: unknown, port: number, option: string): unknown {
  const { code } = (error ?? {}) as Listening;
  if (code === 'EADDRINUSE' || code === 'PORT_TAKEN') {
    return new CommandError(
      `port ${port} is taken by another program (perhaps this one, started before). End it, or choose another port: ${option} NUMBER`,
    );
  }
  if (code === 'EACCES')
    return new CommandError(`port ${port} needs more rights; choose one above 1023: ${option} NUMBER`);
  if (code === 'EADDRNOTAVAIL')
    return new CommandError('this machine does not have the address to listen on');
  return error;
}
