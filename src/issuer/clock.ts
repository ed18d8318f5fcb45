/** The issuer's time: UTC milliseconds. Everything it decides by time reads this and nothing else. */
export interface IssuerClock {
  nowMs(): number;
}

export const machineClock: IssuerClock = { nowMs: () => Date.now() };
