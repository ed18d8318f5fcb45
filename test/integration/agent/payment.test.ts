import { describe, expect, it } from 'vitest';
import { page, startCounter, till } from './counter.ts';
import { until } from './harness.ts';

startCounter();

describe('a payment over real HTTP, from the scanner to the issuer', () => {
  it('charges: scan, take the cash, received, done, and the balance rose', async () => {
    await page.sees('IDLE');
    await till.scanner.send(await till.barcode('CHARGE', 10_000));
    const take = await page.sees('TAKE');
    expect(take.face.intent).toMatchObject({ type: 'CHARGE', amount: 10_000, last4: '0016', balance: null });
    expect(take.face.countdown?.kind).toBe('barcodeLife');
    expect((await page.press('RECEIVED')).done).toBe(true);
    const done = await page.sees('DONE-IN');
    expect(done.face.intent?.balance).toBe(60_000);
    expect(done.face.intent?.approvalCode).toHaveLength(6);
    expect((await page.shown()).done).toBe(true);
    const last = await page.sees('DONE-IN', ({ face }) => !face.acknowledge);
    expect(last.rail.last).toMatchObject({ face: 'DONE-IN', voidable: true, receipt: true });
  });

  it('shows the same face, version and countdown after a reload', async () => {
    const before = page.latest();
    page.reload();
    const after = await page.sees('DONE-IN');
    expect(after.face.intent).toEqual(before?.face.intent);
    expect(after.sequence).toBeGreaterThanOrEqual(before?.sequence ?? 0);
    expect((await page.press('CLOSE')).done).toBe(true);
    await page.sees('IDLE');
  });

  it('pays out: scan, request, pay, paid out', async () => {
    await till.scanner.send(await till.barcode('REFUND', 5_000));
    await page.sees('ASK-OUT');
    await page.press('REQUEST');
    const pay = await page.sees('PAY');
    expect(pay.face.keys).toEqual(['STOP', 'LEAVE', 'HANDED']);
    await page.press('HANDED');
    const done = await page.sees('DONE-OUT');
    expect(done.face.intent?.balance).toBe(55_000);
    await page.shown();
    await page.press('CLOSE');
    const idle = await page.sees('IDLE');
    expect(idle.rail.last?.face).toBe('DONE-OUT');
  });

  it('tells a barcode that was already charged, and opens nothing', async () => {
    const barcode = await till.barcode('CHARGE', 3_000);
    await till.scanner.send(barcode);
    await page.sees('TAKE');
    await till.scanner.send(barcode);
    await until('the band', () => page.latest()?.band?.cause === 'DUP_OPEN');
    await page.press('RECEIVED');
    await page.sees('DONE-IN');
    await till.scanner.send(barcode);
    await until('the band', () => page.latest()?.band?.cause === 'DUP_DONE');
    await page.press('CLOSE');
    await page.sees('IDLE');
    await till.scanner.send(barcode);
    const refused = await page.sees('REFUSED');
    expect(refused.face.refused).toMatchObject({ cause: 'DUP_DONE', values: { amount: 3_000 } });
  });

  it('is told for good also when a late answer about it came just as the page showed its end', async () => {
    await page.press('CLOSE');
    await till.scanner.send(await till.barcode('CHARGE', 4_000));
    await page.sees('TAKE');
    await page.press('RECEIVED');
    const { face } = await page.sees('DONE-IN');
    const id = face.intent?.sequenceId ?? '';
    const { ledger } = till.agent;
    const now = { wallMs: Date.now(), monoMs: performance.now() };
    ledger.record(id, { kind: 'ambiguous', code: null }, now, { actor: { role: 'terminal' } });
    const told = await page.shown();
    expect(told.done).toBe(true);
    expect(told.snapshot.face.intent?.version).toBeGreaterThan((face.intent?.version ?? 0) + 1);
    expect(ledger.get(id)).toMatchObject({ host: 'approved', acknowledged: true });
  });

  it('leaves a ledger that verifies', () => {
    expect(till.agent.ledger.verify()).toMatchObject({ ok: true, faults: [] });
  });
});
