/** A whole till with a page, whose issuer a test may cut off, overhear or make lie, and what a manager does on a day. */
import type { Actor } from '../../../src/intent/model.ts';
import { createKonaPlateClient, type KonaPlateClient } from '../../../src/konaplate/client.ts';
import type { SettlementBackend, TransactionsAnswer } from '../../../src/konaplate/settlement.ts';
import { SystemClock } from '../../../src/ops/clock.ts';
import type { CountInput } from '../../../src/settlement/count.ts';
import type { DayState } from '../../../src/settlement/day.ts';
import { CATEGORIES } from '../../../src/settlement/matching.ts';
import { CARD, Page, startTill, type Till } from '../agent/harness.ts';

export const BOSS: Actor = { role: 'manager', id: 'Kim' };

export interface DayLab {
  readonly till: Till;
  /** What stands here answers in the issuer's name. */
  readonly lie: { -readonly [Name in keyof SettlementBackend]?: SettlementBackend[Name] };
  readonly honest: KonaPlateClient;
  page: Page;
  /** yyyyMMdd of the last payment. */
  date(): string;
  charge(amount: number, isAcknowledged?: boolean): Promise<string>;
  withdraw(amount: number): Promise<void>;
  /** A booking that this ledger knows nothing of: something else used the terminal's keys. */
  strange(amount: number): Promise<void>;
  /** Counts what should be there, then closes. */
  close(): Promise<DayState>;
  restart(): Promise<void>;
  end(): Promise<void>;
}

export function counted(sum: number): CountInput {
  return { mode: 'separate', pieces: { 10: sum / 10 }, safe: 0, float: 0, posExpected: 0 };
}

/** Categories with something in them. */
export function found(state: DayState): Record<string, number> {
  const sums = state.reconciled?.detail.categories;
  if (sums === undefined) throw new Error('not reconciled');
  const counts = CATEGORIES.map((name) => [name, sums[name].count] as const);
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

/** The issuer's list with something changed, from now on. */
export function changeList(
  { lie, honest }: DayLab,
  change: (value: TransactionsAnswer) => TransactionsAnswer,
): void {
  lie.transactions = async (...call) => {
    const answer = await honest.transactions(...call);
    return answer.class === 'answered' ? { ...answer, value: change(answer.value) } : answer;
  };
}

export async function startDay(): Promise<DayLab> {
  const till = await startTill();
  const { credentials } = till.issuer;
  const lie: DayLab['lie'] = {};
  const clients: KonaPlateClient[] = [];
  const backend = (): SettlementBackend => {
    const client = createKonaPlateClient({ ...credentials, clock: new SystemClock() });
    clients.push(client);
    return new Proxy(client, { get: (target, name) => Reflect.get(name in lie ? lie : target, name) });
  };
  const online = (page: Page): Promise<unknown> => page.lineUp();
  await till.restart({ backend: backend() });
  const lab: DayLab = {
    till,
    lie,
    honest: till.client,
    page: new Page(till.agent.address),
    date: () => till.agent.ledger.days(1)[0]?.businessDate ?? '',
    async charge(amount, isAcknowledged = true) {
      const { page } = lab;
      await till.scanner.send(await till.barcode('CHARGE', amount));
      await page.sees('TAKE', ({ face }) => face.intent?.amount === amount);
      await page.press('RECEIVED');
      const done = await page.sees('DONE-IN', ({ face }) => face.intent?.amount === amount);
      if (isAcknowledged) {
        await page.shown();
        await page.press('CLOSE');
      }
      return done.face.intent?.sequenceId ?? '';
    },
    async withdraw(amount) {
      const { page } = lab;
      await till.scanner.send(await till.barcode('REFUND', amount));
      await page.sees('ASK-OUT', ({ face }) => face.intent?.amount === amount);
      await page.press('REQUEST');
      await page.sees('PAY', ({ face }) => face.intent?.amount === amount);
      await page.press('HANDED');
      await page.sees('DONE-OUT', ({ face }) => face.intent?.amount === amount);
      await page.shown();
      await page.press('CLOSE');
    },
    async strange(amount) {
      const { index, hash } = till.agent.ledger.head();
      const answer = await till.client.approve(
        {
          sequenceId: `01STRANGER${Date.now()}ABCDEF`,
          type: 'CHARGE',
          amount,
          barcodeSpec: await till.barcode('CHARGE', amount),
          bin: CARD.slice(0, 6),
          last4: CARD.slice(-4),
          scannedAtMs: Date.now(),
          deferred: false,
        },
        { epoch: 0, journalIndex: index, journalHead: hash },
      );
      if (answer.class !== 'answered') throw new Error(JSON.stringify(answer));
    },
    async close() {
      const { settlement, ledger } = till.agent;
      const date = lab.date();
      if (settlement.day(date).counts.length === 0) {
        settlement.count(date, counted(ledger.balances().cash_drawer), BOSS);
      }
      return settlement.close(date, BOSS).settled;
    },
    async restart() {
      lab.page.close();
      await till.restart({ backend: backend() });
      lab.page = new Page(till.agent.address);
      await online(lab.page);
    },
    async end() {
      lab.page.close();
      await till.close();
      await Promise.all(clients.map((client) => client.dispose()));
    },
  };
  await online(lab.page);
  return lab;
}
