import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Issuer, startIssuer } from '../../../src/issuer/issuer.ts';
import type { Storage } from '../../../src/issuer/storage/open.ts';
import { newId, Till } from './till.ts';

/** The payments of one issuer, the same on every storage. */
export function paymentsSuite(storage: () => Promise<Storage>): void {
  let issuer: Issuer;
  let till: Till;
  const faults: string[] = [];
  let nowMs = Date.UTC(2026, 10, 22, 3, 0, 0);
  const now = (): number => nowMs;

  /** Indices into the sample cards. */
  const RICH = 2;
  const NEAR_CAP = 3;
  const SUSPENDED = 4;
  const TERMINATED = 5;
  const EXPIRED = 6;
  const NOT_READY = 7;

  beforeAll(async () => {
    issuer = await startIssuer({
      storage: await storage(),
      clock: { nowMs: now },
      onFault: (fault) => faults.push(JSON.stringify(fault)),
    });
    till = new Till(issuer, now);
  });
  afterAll(async () => {
    expect(faults).toEqual([]);
    const { accounts, wrongCards } = await issuer.service.trialBalance(issuer.credentials.merchantId);
    expect(wrongCards).toBe(0);
    expect([...accounts.values()].reduce((sum, balance) => sum + balance, 0)).toBe(0);
    await issuer.close();
  });

  async function balance(at: number): Promise<number> {
    return (await till.balance(till.card(at))) ?? Number.NaN;
  }

  describe('an approval', () => {
    it('is given once: the same id gives the same answer, the balance moves once', async () => {
      const card = till.card();
      const before = await balance(0);
      const spec = await till.barcode('CHARGE', card, 10_000);
      const sequenceId = newId();
      const first = await till.approve(spec, { sequenceId });
      expect(first).toMatchObject({ status: 200, code: '000_000', signed: true, encrypted: true });
      expect(first.body).toMatchObject({
        operation: 'approve',
        sequenceId,
        type: 'CHARGE',
        amount: 10_000,
        bin: card.slice(0, 6),
        last4: card.slice(12),
        balance: before + 10_000,
        businessDate: '20261122',
      });
      expect(first.body.nrNumber).toMatch(/^KMN261122[0-9]{9}$/);
      nowMs += 1_000;
      const second = await till.approve(spec, { sequenceId });
      const { requestedAt: _first, ...firstBody } = first.body;
      const { requestedAt: _second, ...secondBody } = second.body;
      expect(secondBody).toEqual(firstBody);
      expect(await balance(0)).toBe(before + 10_000);
    });

    it('of a withdrawal takes the amount from the card, and is declined when the card has too little', async () => {
      const before = await balance(0);
      expect(await till.approve(await till.barcode('REFUND', till.card(), 5_000))).toMatchObject({
        code: '000_000',
      });
      expect(await balance(0)).toBe(before - 5_000);
      expect(await till.approve(await till.barcode('REFUND', till.card(), 900_000))).toMatchObject({
        code: '006_007',
        status: 400,
        signed: true,
        encrypted: false,
      });
      expect(await balance(0)).toBe(before - 5_000);
    });

    it('of an id that stands with other content is refused with 006_021 and changes nothing', async () => {
      const spec = await till.barcode('CHARGE', till.card(1), 3_000);
      const sequenceId = newId();
      expect((await till.approve(spec, { sequenceId })).code).toBe('000_000');
      const other = await till.barcode('CHARGE', till.card(1), 3_000);
      expect((await till.approve(other, { sequenceId })).code).toBe('006_021');
      const [, otherTerminal] = issuer.keys.clients[0]?.terminals ?? [];
      expect((await till.approve(spec, { sequenceId, terminalId: otherTerminal })).code).toBe('006_021');
      expect(await balance(1)).toBe(3_000);
      // The other barcode was never presented as far as the issuer is concerned: it still works.
      expect((await till.approve(other)).code).toBe('000_000');
    });

    it('is refused when the request says another type or amount than the barcode', async () => {
      const spec = await till.barcode('CHARGE', till.card(1), 3_000);
      expect(await till.approve(spec, { amount: 4_000 })).toMatchObject({ code: '000_002' });
      expect((await till.approve(spec, { amount: 4_000 })).description).toContain('amount');
      expect((await till.approve(spec, { type: 'REFUND' })).description).toContain('type');
      const sequenceId = newId();
      expect((await till.approve(spec, { sequenceId })).code).toBe('000_000');
    });

    it.each([
      [SUSPENDED, '006_012'],
      [TERMINATED, '003_022'],
      [EXPIRED, '006_011'],
      [NOT_READY, '003_012'],
      [NEAR_CAP, '007_901'],
    ])('for sample card %i is declined with %s, the same for ever', async (card, code) => {
      const spec = await till.barcode('CHARGE', till.card(card), 10_000);
      const sequenceId = newId();
      expect((await till.approve(spec, { sequenceId })).code).toBe(code);
      expect((await till.approve(spec, { sequenceId })).code).toBe(code);
      expect((await till.inquiry(sequenceId)).body).toMatchObject({ result: 'FAILED', declineCode: code });
    });

    it('of 0 won, and of a card that nobody has, is declined', async () => {
      expect((await till.approve(await till.barcode('CHARGE', till.card(1), 0))).code).toBe('006_007');
      expect((await till.approve('CHARGE9491330000009998123010000')).code).toMatch(/^(003_001|006_008)$/);
    });
  });

  describe('a one-time token', () => {
    it('belongs to the first id that presents it, declined or reversed ones too', async () => {
      const spec = await till.barcode('REFUND', till.card(1), 900_000);
      expect((await till.approve(spec)).code).toBe('006_007');
      expect((await till.approve(spec)).code).toBe('006_902');
    });

    it('expires, and is replaced by a newer one of the same card', async () => {
      const old = await till.barcode('CHARGE', till.card(RICH), 1_000);
      nowMs += 300_000;
      expect((await till.approve(old)).code).toBe('006_901');
      const replaced = await till.barcode('CHARGE', till.card(RICH), 1_100);
      await till.barcode('CHARGE', till.card(RICH), 1_200);
      expect((await till.approve(replaced)).code).toBe('006_901');
    });

    /** The same barcode with another token. */
    const guess = (spec: string, digits: number): string =>
      spec.slice(0, 22) +
      String((Number(spec.slice(22, 25)) + digits) % 1000).padStart(3, '0') +
      spec.slice(25);

    it('cannot be guessed under ids that are dead already: those guesses count too', async () => {
      const spec = await till.barcode('CHARGE', till.card(RICH), 2_500);
      for (const digits of [1, 2, 3]) {
        const sequenceId = newId();
        await till.netCancel(sequenceId, 'CHARGE', 2_500);
        expect((await till.approve(guess(spec, digits), { sequenceId })).code).toBe('006_905');
      }
      expect((await till.approve(spec)).code).toBe('006_904');
      nowMs += 300_000;
    });

    it('that is guessed wrong three times locks the tokens of its card for a while', async () => {
      const spec = await till.barcode('CHARGE', till.card(RICH), 2_000);
      const wrong = (digits: number): string => guess(spec, digits);
      for (const digits of [1, 2, 3]) expect((await till.approve(wrong(digits))).code).toBe('006_903');
      expect((await till.approve(spec)).code).toBe('006_904');
      nowMs += 300_000;
      const fresh = await till.barcode('CHARGE', till.card(RICH), 2_000);
      expect((await till.approve(fresh)).code).toBe('000_000');
    });

    it('of another amount is a wrong one', async () => {
      const spec = await till.barcode('CHARGE', till.card(1), 2_000);
      expect((await till.approve(`${spec.slice(0, 25)}900000`)).code).toBe('006_903');
      expect((await till.approve(spec)).code).toBe('000_000');
    });
  });

  describe('a net cancel', () => {
    it('takes an approval back, gives its first answer again, and is final', async () => {
      const before = await balance(RICH);
      const spec = await till.barcode('CHARGE', till.card(RICH), 7_000);
      const sequenceId = newId();
      await till.approve(spec, { sequenceId });
      const first = await till.netCancel(sequenceId, 'CHARGE', 7_000);
      expect(first).toMatchObject({
        code: '000_000',
        signed: true,
        body: { result: 'REVERSED', sequenceId },
      });
      nowMs += 5_000;
      const second = await till.netCancel(sequenceId, 'CHARGE', 7_000);
      expect(second.body.reversedAt).toBe(first.body.reversedAt);
      expect(await balance(RICH)).toBe(before);
      expect((await till.approve(spec, { sequenceId })).code).toBe('006_905');
      expect((await till.approve(spec)).code).toBe('006_902');
      expect((await till.inquiry(sequenceId)).body).toMatchObject({ result: 'REVERSED' });
    });

    it('before its approve leaves a tombstone: the approve is refused for ever', async () => {
      const before = await balance(RICH);
      const spec = await till.barcode('CHARGE', till.card(RICH), 7_000);
      const sequenceId = newId();
      expect((await till.netCancel(sequenceId, 'CHARGE', 7_000)).body).toMatchObject({ result: 'NOT_FOUND' });
      expect((await till.inquiry(sequenceId)).body).toMatchObject({ result: 'REVERSED' });
      expect((await till.approve(spec, { sequenceId })).code).toBe('006_905');
      expect((await till.approve(spec, { sequenceId })).code).toBe('006_905');
      expect((await till.netCancel(sequenceId, 'CHARGE', 7_000)).body).toMatchObject({ result: 'NOT_FOUND' });
      expect((await till.approve(spec)).code).toBe('006_902');
      expect(await balance(RICH)).toBe(before);
    });

    it('of a declined id says NOT_APPROVED; of another type or amount is refused and leaves nothing', async () => {
      const spec = await till.barcode('CHARGE', till.card(SUSPENDED), 1_000);
      const sequenceId = newId();
      await till.approve(spec, { sequenceId });
      expect((await till.netCancel(sequenceId, 'CHARGE', 2_000)).code).toBe('006_906');
      expect((await till.netCancel(sequenceId, 'REFUND', 1_000)).code).toBe('006_906');
      expect((await till.netCancel(sequenceId, 'CHARGE', 1_000)).body).toMatchObject({
        result: 'NOT_APPROVED',
      });
      expect((await till.inquiry(sequenceId)).body).toMatchObject({ result: 'FAILED' });
    });

    it('succeeds when the balance is spent: the shortfall is a receivable', async () => {
      const { merchantId } = issuer.credentials;
      const card = till.card(1);
      const spec = await till.barcode('CHARGE', card, 50_000);
      const sequenceId = newId();
      await till.approve(spec, { sequenceId });
      await issuer.service.spend(merchantId, card, (await balance(1)) - 20_000);
      expect((await till.netCancel(sequenceId, 'CHARGE', 50_000)).body).toMatchObject({ result: 'REVERSED' });
      expect(await balance(1)).toBe(0);
      const { accounts } = await issuer.service.trialBalance(merchantId);
      const receivable = [...accounts].filter(([account]) => account.startsWith('receivable:'));
      expect(receivable.map(([, sum]) => sum)).toEqual([-30_000]);
    });

    it('of an approval tells the card holder, once; of what was never approved nobody', async () => {
      const told = async (sequenceId: string) =>
        issuer.service.domain.db.query<{ kind: string; at_ms: number }>(
          `SELECT kind, at_ms FROM notices WHERE sequence_id = $1`,
          [sequenceId],
        );
      const approved = newId();
      await till.approve(await till.barcode('CHARGE', till.card(RICH), 3_000), { sequenceId: approved });
      expect(await told(approved)).toEqual([]);
      await till.netCancel(approved, 'CHARGE', 3_000);
      const atMs = nowMs;
      nowMs += 1_000;
      await till.netCancel(approved, 'CHARGE', 3_000);
      expect(await told(approved)).toEqual([{ kind: 'REVERSED', at_ms: atMs }]);
      const declined = newId();
      await till.approve(await till.barcode('CHARGE', till.card(SUSPENDED), 1_000), { sequenceId: declined });
      for (const sequenceId of [declined, newId()]) {
        await till.netCancel(sequenceId, 'CHARGE', 1_000);
        expect(await told(sequenceId)).toEqual([]);
      }
    });

    it('gives a withdrawal back to the card', async () => {
      const before = await balance(RICH);
      const spec = await till.barcode('REFUND', till.card(RICH), 8_000);
      const sequenceId = newId();
      await till.approve(spec, { sequenceId });
      expect(await balance(RICH)).toBe(before - 8_000);
      await till.netCancel(sequenceId, 'REFUND', 8_000);
      expect(await balance(RICH)).toBe(before);
    });
  });

  describe('an inquiry', () => {
    it('knows what was approved and what was never heard of', async () => {
      const spec = await till.barcode('CHARGE', till.card(RICH), 1_000);
      const sequenceId = newId();
      expect((await till.inquiry(sequenceId)).body).toMatchObject({ result: 'NOT_FOUND', sequenceId });
      const approved = await till.approve(spec, { sequenceId });
      const { nrNumber, approvalCode, approvedAt, bin, last4 } = approved.body;
      expect((await till.inquiry(sequenceId)).body).toMatchObject({
        result: 'COMPLETED',
        type: 'CHARGE',
        amount: 1_000,
        nrNumber,
        approvalCode,
        approvedAt,
        bin,
        last4,
      });
    });
  });

  describe('a void', () => {
    async function approved(amount: number) {
      const sequenceId = newId();
      const reply = await till.approve(await till.barcode('CHARGE', till.card(RICH), amount), { sequenceId });
      expect(reply.code).toBe('000_000');
      return { sequenceId, nrNumber: reply.body.nrNumber, type: 'CHARGE', amount };
    }

    it("with the manager's word takes the charge back once", async () => {
      const before = await balance(RICH);
      const item = await approved(4_000);
      const body = { ...item, cancelId: newId(), managerId: 'manager-1' };
      const first = await till.call('cancel', body);
      expect(first).toMatchObject({ code: '000_000', body: { cancelId: body.cancelId } });
      expect((await till.call('cancel', body)).body.cancelNrNumber).toBe(first.body.cancelNrNumber);
      expect(await balance(RICH)).toBe(before);
      expect((await till.inquiry(item.sequenceId)).body).toMatchObject({
        result: 'VOIDED',
        voids: [{ cancelId: body.cancelId, done: true }],
      });
      expect((await till.call('cancel', { ...body, cancelId: newId() })).code).toBe('007_030');
    });

    it('with a fresh barcode of the same card uses that barcode up; of another card is refused for ever', async () => {
      const item = await approved(4_000);
      const foreign = await till.barcode('CHARGE', till.card(0), 4_000);
      const refused = { ...item, cancelId: newId(), cardProof: foreign };
      expect((await till.call('cancel', refused)).code).toBe('007_030');
      expect((await till.call('cancel', refused)).code).toBe('007_030');
      const own = await till.barcode('REFUND', till.card(RICH), 1);
      expect((await till.call('cancel', { ...item, cancelId: newId(), cardProof: own })).code).toBe(
        '000_000',
      );
      expect((await till.approve(own)).code).toBe('006_902');
    });

    it('that is proven anew under its id gives its first answer, done or refused', async () => {
      const item = await approved(4_000);
      const foreign = await till.barcode('CHARGE', till.card(0), 4_000);
      const refused = { ...item, cancelId: newId() };
      expect((await till.call('cancel', { ...refused, cardProof: foreign })).code).toBe('007_030');
      expect((await till.call('cancel', { ...refused, managerId: 'manager-1' })).code).toBe('007_030');
      const done = { ...item, cancelId: newId() };
      const own = await till.barcode('REFUND', till.card(RICH), 1);
      const first = await till.call('cancel', { ...done, cardProof: own });
      const second = await till.call('cancel', { ...done, managerId: 'manager-1' });
      expect(second).toMatchObject({
        code: '000_000',
        body: { cancelNrNumber: first.body.cancelNrNumber },
      });
      expect((await till.call('cancel', { ...done, amount: 4_001, managerId: 'manager-1' })).code).toBe(
        '006_021',
      );
    });

    it('is refused when the balance is spent, and its refusal never changes', async () => {
      const { merchantId } = issuer.credentials;
      const item = await approved(4_000);
      const card = till.card(RICH);
      const spent = (await balance(RICH)) - 1_000;
      await issuer.service.spend(merchantId, card, spent);
      const body = { ...item, cancelId: newId(), managerId: 'manager-1' };
      expect((await till.call('cancel', body)).code).toBe('007_030');
      expect((await till.approve(await till.barcode('CHARGE', card, 100_000))).code).toBe('000_000');
      expect((await till.call('cancel', body)).code).toBe('007_030');
      expect((await till.call('cancel', { ...body, cancelId: newId() })).code).toBe('000_000');
    });

    it('stands when a net cancel comes after it: no money moves twice, and inquiries go on to confirm it', async () => {
      const before = await balance(RICH);
      const item = await approved(4_000);
      const body = { ...item, cancelId: newId(), managerId: 'manager-1' };
      const first = await till.call('cancel', body);
      const undone = await till.netCancel(item.sequenceId, 'CHARGE', 4_000);
      expect(undone).toMatchObject({ code: '000_000', body: { result: 'REVERSED' } });
      expect((await till.netCancel(item.sequenceId, 'CHARGE', 4_000)).body).toMatchObject({
        reversedAt: undone.body.reversedAt,
      });
      const { body: known } = await till.inquiry(item.sequenceId);
      expect(known).toMatchObject({ result: 'VOIDED', voids: [{ cancelId: body.cancelId, done: true }] });
      expect(known.reversedAt).toBeUndefined();
      expect((await till.call('cancel', body)).body).toMatchObject({
        cancelNrNumber: first.body.cancelNrNumber,
        canceledAt: first.body.canceledAt,
      });
      expect(await balance(RICH)).toBe(before);
    });

    it('of an unknown id is open (006_030), of a reversed one refused', async () => {
      const body = { nrNumber: 'KMN261122000000001', type: 'CHARGE', amount: 1, managerId: 'm' };
      expect((await till.call('cancel', { ...body, sequenceId: newId(), cancelId: newId() })).code).toBe(
        '006_030',
      );
      const item = await approved(2_000);
      await till.netCancel(item.sequenceId, 'CHARGE', 2_000);
      expect((await till.call('cancel', { ...item, cancelId: newId(), managerId: 'm' })).code).toBe(
        '007_030',
      );
    });
  });
}
