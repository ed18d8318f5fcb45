/** The parts of the bootstrap that the tests look at. */
export function isInstalled(lock: object | null, installed: object | null, omitDev: boolean): boolean;
export function onlyForeignMissing(output: string): boolean;
