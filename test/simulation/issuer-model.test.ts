import { describe, expect, it } from 'vitest';
import { tokensFault } from './check.ts';
import { IssuerModel } from './issuer-model.ts';
import { noMoods } from './issuer-moods.ts';

const CARD = '9491330000000009';

describe('the approvals that the simulated issuer counts', () => {
  it('of a barcode issued again in the same words are not those of the former, also after the issuer was put back', () => {
    const issuer = new IssuerModel({
      wallMs: () => Date.UTC(2026, 6, 23),
      tombstones: true,
      moods: noMoods(),
      after: () => {},
    });
    issuer.addCard(CARD, 0);
    const pay = (sequenceId: string, barcodeSpec: string): string =>
      issuer.approve('T0000001', {
        sequenceId,
        type: 'CHARGE',
        amount: 10_000,
        bin: CARD.slice(0, 6),
        last4: CARD.slice(-4),
        barcodeSpec,
        scannedAtMs: Date.UTC(2026, 6, 23),
        deferred: false,
      }).kind;
    expect(pay('FIRST', issuer.makeBarcode('CHARGE', CARD, 10_000, '123'))).toBe('answered');
    const again = issuer.makeBarcode('CHARGE', CARD, 10_000, '123');
    issuer.copy()();
    expect(pay('SECOND', again)).toBe('answered');
    expect(tokensFault(issuer)).toEqual([]);
  });
});
