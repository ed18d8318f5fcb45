/** Ends this process as SIGTERM does once the pipe is closed at its other end, by force after `endingMs`. Holds nothing up. */
export function endWithStarter(fd: number, endingMs: number): void;
