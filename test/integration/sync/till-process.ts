/**
 * A till without pages, as a process of its own that may be killed at any moment: `node till-process.ts PLAN.json`.
 * In mode "trade" it sells until it is killed, now and then voids or lets a charge be credited later; in mode "settle" it
 * takes no new scans and ends when every intent has, the issuer was asked all that it is to be asked, and its manager has
 * nothing left to do.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileMemory } from '../../../src/agent-memory.ts';
import { issuerOf } from '../../../src/day-issuer.ts';
import type { Actor, CaseReason, Intent, IntentType, OwnCommand } from '../../../src/intent/model.ts';
import { DEFAULT_TIMES } from '../../../src/intent/rules.ts';
import { ended } from '../../../src/intent/state.ts';
import { createKonaPlateClient, type KonaPlateOptions } from '../../../src/konaplate/client.ts';
import { DuplicateScan, openLedger } from '../../../src/ledger/ledger.ts';
import { SystemClock, SystemRandom } from '../../../src/ops/clock.ts';
import { Settlement } from '../../../src/settlement/settlement.ts';
import { startRecovery } from '../../../src/sync/start.ts';
import { SyncWorker } from '../../../src/sync/worker.ts';
import { isAtRest } from './at-rest.ts';
import { diceOf } from './dice.ts';
import { TillManager } from './till-manager.ts';
import { told, waitsFor } from './waits.ts';

export interface Plan {
  readonly mode: 'trade' | 'settle';
  /** What people do follows from it; null: no voids, nothing credited later. */
  readonly seed: number | null;
  /** In mode "settle": says what it waits for and ends when it has not settled after so long; null: waits on. */
  readonly patienceMs: number | null;
  readonly directory: string;
  /** 64 hexadecimal digits, of the hardware: a copy of the disk in another machine has another. */
  readonly machineId: string;
  /** A manager is there; without one nothing is closed and a fenced till stays so. */
  readonly isManaged: boolean;
  readonly client: Omit<KonaPlateOptions, 'clock'>;
  readonly cards: readonly string[];
  /** yyyyMMdd of the business day that a manager closes, whatever is under way; null: none. */
  readonly closes: string | null;
}

const plan: Plan = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
const dice = plan.seed === null ? null : diceOf(plan.seed);
const clock = new SystemClock();
const random = new SystemRandom();
const times = {
  ...DEFAULT_TIMES,
  unansweredMs: 400,
  deadlineMs: 1_500,
  inquiryMs: 300,
  retryBaseMs: 100,
  retryMaxMs: 2_000,
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
const backend = createKonaPlateClient({ ...plan.client, clock });
const memory = fileMemory(`${plan.directory}/sync.json`);
// As the till joins them: before the start writes anything the worker sees where the journal was found to end.
const worker = new SyncWorker({
  ledger,
  backend,
  clock,
  random,
  times,
  identity: { machineId: plan.machineId, agentVersion: 'test' },
  terminalId: plan.client.terminalId,
  found: ledger.head(),
  memory,
  unsealedFrom: () => settlement.unsealedFrom(),
  begunOn: () => settlement.begunOn(),
  onListed: (date, totals) => settlement.listed(date, totals),
  mayDefer: () => dice !== null,
});
startRecovery(ledger, clock.now());
const settlement = new Settlement({
  ledger,
  clock,
  version: 'test',
  store: 'Rounds',
  merchantId: plan.client.merchantId,
  terminalId: plan.client.terminalId,
  verify: async () => ledger.verify(),
  onFault: (fault) => {
    throw fault;
  },
  issuer: issuerOf(worker),
});
const manager = new TillManager({
  ledger,
  settlement,
  worker,
  closes: plan.closes,
  counts: happens(0.5),
  monoMs: () => clock.now().monoMs,
});
/** Cases that a manager closes by looking: the worker goes on by itself, or the void has ended since. */
const SEEN: readonly CaseReason[] = ['NOT_PROCESSED', 'VOID_LATE'];

/** What the ledger refused, and of which payment the last time: one that is pressed again and again never ends. */
const refusals = new Map<string, string>();

function happens(share: number): boolean {
  return dice !== null && dice() < share;
}

/** What the cashier does when a page shows this intent. */
function press(intent: Intent): OwnCommand | null {
  switch (intent.question) {
    case 'RE_IN':
    case 'RE_OUT':
    case 'RE_OUT_EARLY':
      return { kind: 'answer', answer: 'inDrawer' };
    case 'RE_HERE':
      return { kind: 'answer', answer: happens(0.3) ? 'customerGoneLater' : 'customerHere' };
    case 'RE_BACK':
      return { kind: 'answer', answer: 'withCustomer' };
    case 'RE_CLOSED':
      return { kind: 'answer', answer: 'notTaken' };
    case null:
      break;
  }
  if (intent.choosing) return { kind: happens(0.7) ? 'creditLater' : 'cashBack' };
  if (intent.cash === 'return_due') return { kind: 'givenBack' };
  if (intent.cash === 'payout_due') return { kind: 'paidOut' };
  // A withdrawal that was not sent: the customer goes away.
  if (intent.host === 'unsent' && intent.cash === 'none' && intent.notSent === true) return { kind: 'stop' };
  if (isServed(intent) && !intent.acknowledged) return { kind: 'acknowledge' };
  const reason = ended(intent) ? intent.cases.find((open) => SEEN.includes(open)) : undefined;
  return reason === undefined ? null : { kind: 'seen', reason };
}

/** The customer may go: it has ended, or is credited later. */
function isServed(intent: Intent): boolean {
  return ended(intent) || (intent.deferred && intent.cash === 'received');
}

function act(intent: Intent, command: OwnCommand): void {
  const actor: Actor =
    command.kind === 'seen' ? { role: 'manager', id: 'M1' } : { role: 'cashier', id: 'kim' };
  const outcome = ledger.record(intent.sequenceId, command, clock.now(), {
    actor,
    canDefer: dice !== null,
    openBusinessDate: worker.status().businessDate,
  });
  if (!outcome.ok) refusals.set(`${command.kind} ${outcome.refusal}`, intent.sequenceId);
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
    if (plan.isManaged) manager.look(isTillAtRest);
    await pause(5);
  }
}

function isTillAtRest(): boolean {
  return isAtRest({
    attention: ledger.attention(),
    status: worker.status(),
    askedEpoch: memory.read()?.issuerEpoch,
    isPressed: (intent) => press(intent) !== null,
  });
}

async function sell(cardNo: string, type: IntentType): Promise<void> {
  const made = await backend.barcodeSpec({ cardNo, type, amount: 1_000 });
  if (made.class !== 'answered') return;
  const { barcodeSpec } = made.value;
  const sequenceId = newId();
  const accepted = accept(sequenceId, cardNo, type, barcodeSpec);
  if (accepted === null) return;
  act(accepted, type === 'CHARGE' ? { kind: 'received' } : { kind: 'request' });
  const served = await serveOne(sequenceId);
  if (served?.host !== 'approved' || type !== 'CHARGE' || served.deferred || !happens(0.25)) return;
  act(served, { kind: 'void', cancelId: newId(), proof: 'manager', managerId: 'M1' });
  await serveOne(sequenceId);
}

/** null: of a thousand one-time tokens the card got the same again: the customer asks for a new barcode. */
function accept(
  sequenceId: string,
  cardNumber: string,
  type: IntentType,
  barcodeSpec: string,
): Intent | null {
  const scan = {
    sequenceId,
    stationId: '1',
    type,
    amount: 1_000,
    cardNumber,
    barcodeSpec,
    managerNeeded: false,
  };
  try {
    return ledger.accept(scan, clock.now()).intent;
  } catch (error) {
    if (error instanceof DuplicateScan) return null;
    throw error;
  }
}

/** Serves until the payment's customer may go, and gives how it stands then. */
async function serveOne(sequenceId: string): Promise<Intent | null> {
  await serve(() => {
    const present = ledger.get(sequenceId);
    return present === null || (isServed(present) && present.acknowledged);
  });
  return ledger.get(sequenceId);
}

function newId(): string {
  return `${Date.now().toString(36).padStart(10, '0')}${randomBytes(10).toString('hex')}`.toUpperCase();
}

/** Ends a till that does not come to rest, with all that could say why. */
function giveUp(): void {
  const left = ledger.attention().map(told).join('; ');
  const waits = waitsFor(worker.status(), clock.now().wallMs);
  const refused = [...refusals].map(([what, sequenceId]) => `refused: ${what} of ${sequenceId}`);
  const all = ['not settled', left, ...refused, waits, manager.told()].join('; ');
  process.stderr.write(`${all}\n`, () => process.exit(3));
}

// Whoever started it is gone: nobody else would end it.
process.stdin
  .resume()
  .once('close', () => process.exit(1))
  .unref();
worker.start();
settlement.start();
settlement.onChange(() => process.stdout.write('day\n'));
ledger.onCommit(({ record }) => process.stdout.write(`${record.event}\n`));
if (plan.mode === 'trade') {
  for (let at = 0; ; at += 1) {
    // A fenced till takes no scan.
    await serve(() => !worker.status().recovering);
    const cardNo = plan.cards[at % plan.cards.length] ?? '';
    await sell(cardNo, at % 3 === 2 ? 'REFUND' : 'CHARGE');
  }
} else {
  const patience = plan.patienceMs === null ? null : clock.after(plan.patienceMs, giveUp);
  await serve(() => isTillAtRest() && manager.isDone);
  patience?.cancel();
  await Promise.all([settlement.stop(), worker.stop()]);
  await backend.dispose();
  ledger.close();
}
