/** Waiting for the end: Ctrl-C, a service manager's signal, or the parent that started us going away. */

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Resolves with the first signal. Later ones change nothing, so that the end which has begun is carried out in order;
 * whoever is in a hurry has SIGKILL.
 */
export function untilStopped(): Promise<NodeJS.Signals> {
  return new Promise((done) => {
    for (const signal of SIGNALS) process.on(signal, () => done(signal));
  });
}

/** Ends the process when an orderly end takes longer than this: nothing hangs for ever. */
export function endWithin(limitMs: number, exitCode: number): void {
  setTimeout(() => process.exit(exitCode), limitMs).unref();
}
