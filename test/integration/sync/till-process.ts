/**
 * A till without pages, as a process of its own that may be killed at any moment: `node till-process.ts PLAN.json`.
 * In mode "trade" it sells until it is killed; in mode "settle" it takes no new scans and ends when every intent has.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Intent, OwnCommand } from '../../../src/intent/model.ts';
import { DEFAULT_TIMES } from '../../../src/intent/rules.ts';
import { ended } from '../../../src/intent/state.ts';
import { createKonaPlateClient, type KonaPlateOptions } from '../../../src/konaplate/client.ts';
import { openLedger } from '../../../src/ledger/ledger.ts';
import { SystemClock, SystemRandom } from '../../../src/ops/clock.ts';
import { startRecovery } from '../../../src/sync/start.ts';
import { SyncWorker } from '../../../src/sync/worker.ts';

export interface Plan {
  readonly mode: 'trade' | 'settle';
  readonly directory: string;
  readonly client: Omit<KonaPlateOptions, 'clock'>;
  readonly cards: readonly string[];
}

const plan: Plan = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
const clock = new SystemClock();
const random = new SystemRandom();
const times = {
  ...DEFAULT_TIMES,
  unansweredMs: 400,
  deadlineMs: 1_500,
  inquiryMs: 300,
  retryBaseMs: 100,
  unsentMs: 600,
};
const ledger = openLedger({
  file: `${plan.directory}/till.db`,
  key: `${plan.directory}/ledger.key`,
  environment: 'test',
  merchantId: plan.client.merchantId,
  terminalId: plan.client.terminalId,
  times,
  policyHash: 'a'.repeat(64),
  random,
  now: clock.now(),
  ballastBytes: 0,
});
startRecovery(ledger, clock.now());
const backend = createKonaPlateClient({ ...plan.client, clock });
const worker = new SyncWorker({
  ledger,
  backend,
  clock,
  random,
  times,
  identity: { machineId: 'd'.repeat(64), agentVersion: 'test' },
});

/** What the cashier does when a page shows this intent. */
function press(intent: Intent): OwnCommand | null {
  switch (intent.question) {
    case 'RE_IN':
    case 'RE_OUT':
    case 'RE_OUT_EARLY':
      return { kind: 'answer', answer: 'inDrawer' };
    case 'RE_HERE':
      return { kind: 'answer', answer: 'customerHere' };
    case 'RE_BACK':
      return { kind: 'answer', answer: 'withCustomer' };
    case 'RE_CLOSED':
      return { kind: 'answer', answer: 'notTaken' };
    case null:
      break;
  }
  if (intent.cash === 'return_due') return { kind: 'givenBack' };
  if (intent.cash === 'payout_due') return { kind: 'paidOut' };
  // A withdrawal that was not sent: the customer goes away.
  if (intent.host === 'unsent' && intent.cash === 'none' && intent.notSent === true) return { kind: 'stop' };
  return ended(intent) && !intent.acknowledged ? { kind: 'acknowledge' } : null;
}

function act(intent: Intent, command: OwnCommand): void {
  ledger.record(intent.sequenceId, command, clock.now(), { actor: { role: 'cashier', id: 'kim' } });
}

async function pause(ms: number): Promise<void> {
  await new Promise<void>((resolve) => {
    clock.after(ms, resolve);
  });
}

async function serve(until: () => boolean): Promise<void> {
  while (!until()) {
    for (const intent of ledger.attention()) {
      const command = press(intent);
      if (command !== null) act(intent, command);
    }
    await pause(5);
  }
}

async function sell(cardNo: string, type: 'CHARGE' | 'REFUND'): Promise<void> {
  const made = await backend.barcodeSpec({ cardNo, type, amount: 1_000 });
  if (made.class !== 'answered') return;
  const { barcodeSpec } = made.value;
  const sequenceId =
    `${Date.now().toString(36).padStart(10, '0')}${randomBytes(10).toString('hex')}`.toUpperCase();
  const { intent } = ledger.accept(
    {
      sequenceId,
      stationId: '1',
      type,
      amount: 1_000,
      cardNumber: cardNo,
      barcodeSpec,
      managerNeeded: false,
    },
    clock.now(),
  );
  act(intent, type === 'CHARGE' ? { kind: 'received' } : { kind: 'request' });
  await serve(() => {
    const present = ledger.get(sequenceId);
    return present === null || (ended(present) && present.acknowledged);
  });
}

worker.start();
ledger.onCommit(({ record }) => process.stdout.write(`${record.event}\n`));
if (plan.mode === 'trade') {
  for (let at = 0; ; at += 1) {
    const cardNo = plan.cards[at % plan.cards.length] ?? '';
    await sell(cardNo, at % 3 === 2 ? 'REFUND' : 'CHARGE');
  }
} else {
  await serve(() => ledger.attention().every((intent) => ended(intent) && intent.acknowledged));
  await worker.stop();
  await backend.dispose();
  ledger.close();
}
