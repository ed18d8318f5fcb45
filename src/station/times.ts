/** The station's own times (screens 2 rule 9); the intent's times are `IntentTimes` of src/intent. */
export interface StationTimes {
  /** Refused scans, and a barcode whose life is over. */
  readonly refusedMs: number;
  /** END and END-STOP. */
  readonly endMs: number;
  /** END-REV: the notice has to be handed over. */
  readonly endReversalMs: number;
  /** Ended well, or no cash to move. */
  readonly doneMs: number;
  /** LATER-ASK and VOID-ASK without an answer. */
  readonly choiceMs: number;
  /** A refused scan over a face in progress. */
  readonly bandMs: number;
  readonly newsMs: number;
  /** VOID-WAIT: from then on it may be left to the manager. */
  readonly voidLateMs: number;
  /** Dock keys are dead after a change of the sentence. */
  readonly deadMs: number;
  /** A page without a sign of the agent covers itself. */
  readonly heartbeatMs: number;
  /** A page without stream and heartbeat is gone. */
  readonly pageGoneMs: number;
  /** After NOT-RECORDED: how often the agent tries whether it can record again. */
  readonly recordAgainMs: number;
  /** Three unreadable scans inside it ask for a new barcode. */
  readonly unreadableMs: number;
  /** Korean hours in which a page that follows the store's hours is dark; null: never. */
  readonly darkHours: DarkHours | null;
}

/** From the one hour on until the other, 0 to 23, over midnight when `from` is the later one. */
export interface DarkHours {
  readonly from: number;
  readonly until: number;
}

export const DEFAULT_STATION_TIMES: StationTimes = {
  refusedMs: 8_000,
  endMs: 4_000,
  endReversalMs: 8_000,
  doneMs: 20_000,
  choiceMs: 60_000,
  bandMs: 3_000,
  newsMs: 10_000,
  voidLateMs: 15_000,
  deadMs: 700,
  heartbeatMs: 2_000,
  pageGoneMs: 15_000,
  recordAgainMs: 2_000,
  unreadableMs: 60_000,
  darkHours: null,
};
