import { ApiFault } from './fault.ts';
import type { PinAnswer } from './managers.ts';
import type { WebOptions } from './options.ts';

/** A PIN that was not accepted, as an answer; a new lock is a journal entry. */
export function pinFault(
  answer: Exclude<PinAnswer, { ok: true }>,
  options: Pick<WebOptions, 'ledger' | 'clock'>,
): ApiFault {
  switch (answer.error) {
    case 'WRONG_PIN':
      return new ApiFault(401, 'WRONG_PIN', 'wrong PIN', { triesLeft: answer.triesLeft });
    case 'LOCKED_OUT':
      if (answer.justNow) options.ledger.note('pinLocked', {}, options.clock.now(), { role: 'terminal' });
      return new ApiFault(429, 'LOCKED_OUT', 'too many wrong PINs', { leftMs: answer.leftMs });
    case 'TOO_MANY':
      return new ApiFault(429, 'TOO_MANY', 'too many PINs are being checked', { leftMs: 1_000 });
  }
}
