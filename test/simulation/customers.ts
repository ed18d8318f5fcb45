/** The customers of a story: they show barcodes, wait, come too late and spend money elsewhere. */
import type { Counter } from './counter.ts';
import type { Scene } from './weather.ts';

/** Their cards. */
export const CARDS = ['9491330000000009', '9410000000000005', '9491331111111118'] as const;
/** A customer goes away when the till is not free by then. */
const WAITS_MAX_MS = 30_000;
const LOOKS_EVERY_MS = 2_000;
const CALLS_MANAGER = 0.2;
/** Customers of that hour: some forty let their charge be credited later. */
const BACKLOG = 56;

/** One customer at that counter: shows a barcode, stays for a while, and may come back with it. */
export async function serve(scene: Scene, counter: Counter): Promise<void> {
  const { random, issuer, pace } = scene;
  if (pace.waits > 0 && random.chance(pace.waits)) await wait(scene, counter);
  const card = random.pick(CARDS);
  const isCharge = random.chance(0.6) || (pace.readsScreen && counter.isOffline);
  const type = isCharge ? 'CHARGE' : 'REFUND';
  const amount = random.pick([1_000, 5_000, 10_000, 10_000, 50_000, 150_000, 300_000]);
  const digits = String(random.below(1000)).padStart(3, '0');
  spend(scene, card);
  const barcode = issuer.makeBarcode(type, card, amount, digits);
  if (scene.isTold) scene.say(`a customer shows ${type} ${amount.toLocaleString('en')}`);
  if (scene.happens('barcodeTooOld', pace.tooOld)) await scene.pass(310_000);
  if (scene.happens('barcodeReplaced', 0.04))
    issuer.makeBarcode(type, card, amount, String((Number(digits) + 1) % 1000).padStart(3, '0'));
  const scans = scene.happens('handsFree', 0.2) ? pace.repeats : 1;
  for (let scan = 0; scan < scans; scan += 1) {
    counter.scan(barcode);
    await scene.pass(500);
  }
  const other = scene.counters.find((each) => each !== counter);
  if (other !== undefined && scene.happens('twoTills', 0.15)) other.scan(barcode);
  if (scene.random.chance(0.05)) counter.powerCut();
  await scene.pass(random.pick(pace.staysMs));
  if (scene.happens('scannedAgain', 0.1)) counter.scan(barcode);
  if (scene.happens('scannedLate', pace.late)) {
    await scene.pass(310_000);
    counter.scan(barcode);
  }
  await scene.pass(pace.betweenMs);
}

/** The customer lets the till come up and the payment before end; a manager is called to a fenced till. */
async function wait(scene: Scene, counter: Counter): Promise<void> {
  for (let waitedMs = 0; waitedMs < WAITS_MAX_MS && !counter.isFree; waitedMs += LOOKS_EVERY_MS) {
    if (scene.random.chance(CALLS_MANAGER)) counter.guarded(() => counter.recover());
    await scene.pass(LOOKS_EVERY_MS);
  }
}

/** A busy hour without a line; then it comes back, and in the middle of the backlog the till's key is over. */
export async function fillBacklog(scene: Scene, counter: Counter): Promise<void> {
  const { random, clock, issuer } = scene;
  const { network } = counter;
  network.up = false;
  await scene.pass(100_000);
  for (let customer = 0; customer < BACKLOG; customer += 1) {
    const digits = String(customer).padStart(3, '0');
    counter.scan(issuer.makeBarcode('CHARGE', random.pick(CARDS), 1_000, digits));
    await scene.pass(8_000);
  }
  network.keyLasts = random.below(BACKLOG);
  network.up = true;
  await scene.pass(random.below(120_000));
  clock.after(random.below(600_000), () => {
    network.keyLasts = null;
  });
}

/** The card holder buys something elsewhere, or is paid: withdrawals may fail, voids and reversals leave a shortfall. */
function spend({ random, issuer }: Scene, card: string): void {
  if (!random.chance(0.2)) return;
  const balance = issuer.balances.get(card) ?? 0;
  issuer.balances.set(card, random.chance(0.5) ? Math.min(balance, 2_000) : balance + 100_000);
}
