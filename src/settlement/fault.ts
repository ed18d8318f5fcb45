/** Why a step of the business day cannot be done now; what the caller may do follows from the code. */
export type SettlementFaultCode =
  | 'NO_DAY' // no such business day here, or one that has not begun
  | 'NO_ENTRY' // the journal has not come to that index yet
  | 'SEALED' // it is closed and agreed
  | 'UNDER_WAY' // its close waits for the issuer already
  | 'COUNT_NEEDED'
  | 'REASON_NEEDED' // the count differs and nobody said why
  | 'COUNTED_TWICE' // one recount, no more
  | 'NOTHING_TO_EXPLAIN'
  | 'NOT_MISSING' // the last comparison does not list that item as unknown here
  | 'ALREADY_BOOKED' // one voucher for one item
  | 'RECOVERING' // what the issuer knows may still change under another holder of this terminal
  | 'NO_ANSWER' // the issuer's list could not be read to its end
  | 'LIST_BROKEN'; // the issuer's list contradicts itself

export class SettlementFault extends Error {
  override readonly name = 'SettlementFault';
  readonly code: SettlementFaultCode;

  constructor(code: SettlementFaultCode, text: string) {
    super(text);
    this.code = code;
  }
}
