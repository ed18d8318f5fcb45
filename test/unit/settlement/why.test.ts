import { describe, expect, it } from 'vitest';
import { isNewWhy } from '../../../src/settlement/why.ts';

/** What is told of these, in order, when each try ends with the next. */
function toldOf(whys: readonly string[]): readonly string[] {
  const told: string[] = [];
  for (const why of whys) if (isNewWhy(why, told)) told.push(why);
  return told;
}

describe('why a close has no answer is told', () => {
  it('once while it stays: ways in which a line fails are one reason, codes of the issuer another', () => {
    expect(toldOf(['CONNECT_FAILED', 'TIMEOUT', 'RESET', '000_908', '000_909', '000_908'])).toEqual([
      'CONNECT_FAILED',
      '000_908',
    ]);
  });

  it('anew when what a person had to mend is mended, whatever was told before', () => {
    const flaps = Array.from({ length: 50 }, () => ['TIMEOUT', 'ASKED_TO_WAIT']).flat();
    expect(toldOf([...flaps, 'RECOVERING', 'TIMEOUT']).slice(-2)).toEqual(['RECOVERING', 'TIMEOUT']);
  });

  it.each([
    [['LEDGER', 'RECOVERING']],
    [['LEDGER', 'TIMEOUT', 'RECOVERING', 'ASKED_TO_WAIT', 'BUSY', '000_908', '006_907', 'LIST_BROKEN']],
  ])('a few times at most, however often it comes and goes: %j', (whys) => {
    const told = toldOf(Array.from({ length: 1_000 }, () => whys).flat());
    expect(told.length).toBeLessThan(33);
    expect(new Set(told)).toEqual(new Set(whys));
  });
});
