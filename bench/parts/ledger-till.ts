/** A till's ledger as the benchmarks drive it: a frame becomes a durable intent as a station does it. */
import { join } from 'node:path';
import { parseBarcode } from '../../src/barcode/parse.ts';
import type { Now } from '../../src/intent/model.ts';
import { admit, DEFAULT_POLICY, policyHash } from '../../src/intent/policy.ts';
import { DEFAULT_TIMES } from '../../src/intent/rules.ts';
import { openLedger } from '../../src/ledger/ledger.ts';
import type { Ledger } from '../../src/ledger/types.ts';
import { SystemClock, SystemRandom } from '../../src/ops/clock.ts';
import { createIds } from '../../src/station/ids.ts';

const RANDOM = new SystemRandom();
const CLOCK = new SystemClock();
const CONTEXT = {
  stationId: '1',
  line: 'online',
  clockConfirmed: true,
  answeredSinceStart: true,
  issuerEnabled: { CHARGE: true, REFUND: true },
  spokenFor: 0,
  recent: { outcomes: 0, reversed: 0 },
} as const;

export function now(): Now {
  return CLOCK.now();
}

export class Till {
  readonly ledger: Ledger;
  readonly #ids = createIds(RANDOM);
  #made: number;

  constructor(directory: string, made = 0) {
    this.#made = made;
    this.ledger = openLedger({
      file: join(directory, 'ledger', 'till.db'),
      environment: 'bench',
      merchantId: 'M00000000000001',
      terminalId: 'T0000001',
      key: join(directory, 'key'),
      times: DEFAULT_TIMES,
      policyHash: policyHash(DEFAULT_POLICY),
      random: RANDOM,
      now: now(),
      ballastBytes: 0,
    });
  }

  frame(): string {
    this.#made += 1;
    return `]C0CHARGE941000${String(this.#made).padStart(10, '0')}123010000`;
  }

  /** Frame to durable intent, as a station does it: parse, facts, policy, commit. */
  accept(frame: string): string {
    const parsed = parseBarcode(frame);
    if (!parsed.ok) throw new Error(parsed.reason);
    const { type, amount, cardNumber } = parsed.spec;
    const barcodeSpec = frame.slice(3);
    const moment = now();
    const facts = this.ledger.facts(barcodeSpec, cardNumber, moment);
    const admission = admit(parsed.spec, facts, { ...CONTEXT, wallMs: moment.wallMs }, DEFAULT_POLICY);
    if (!admission.ok) throw new Error(admission.cause);
    const sequenceId = this.#ids(moment.wallMs);
    const { managerNeeded } = admission;
    const scan = { sequenceId, stationId: '1', type, amount, cardNumber, barcodeSpec, managerNeeded };
    return this.ledger.accept(scan, moment).intent.sequenceId;
  }

  burst(frames: readonly string[]): readonly string[] {
    const moment = now();
    const scans = frames.map((frame) => {
      const parsed = parseBarcode(frame);
      if (!parsed.ok) throw new Error(parsed.reason);
      const { type, amount, cardNumber } = parsed.spec;
      const sequenceId = this.#ids(moment.wallMs);
      const barcodeSpec = frame.slice(3);
      return { sequenceId, stationId: '1', type, amount, cardNumber, barcodeSpec, managerNeeded: false };
    });
    return this.ledger.acceptMany(scans, moment).map((committed) => committed.intent.sequenceId);
  }

  /** yyyyMMdd in Korea. */
  today(): string {
    return new Date(Date.now() + 9 * 3_600_000).toISOString().slice(0, 10).replaceAll('-', '');
  }

  /** A whole approved payment, for a ledger that has some. Gives its card number. */
  approve(): string {
    const frame = this.frame();
    const sequenceId = this.accept(frame);
    const actor = { role: 'terminal' } as const;
    const businessDate = this.today();
    const approval = {
      nrNumber: 'KMN000000000000001',
      approvalCode: '000001',
      approvedAt: `${businessDate}120000000`,
      businessDate,
    };
    for (const event of [
      { kind: 'received' },
      { kind: 'send' },
      { kind: 'approved', approval },
      { kind: 'acknowledge' },
    ] as const) {
      this.ledger.record(sequenceId, event, now(), { actor });
    }
    return frame.slice(9, 25);
  }

  /** Ends an accepted scan, outside the clock: a till has a handful of open intents, not thousands. */
  end(sequenceId: string): void {
    const actor = { role: 'cashier', id: 'bench' } as const;
    this.ledger.record(sequenceId, { kind: 'stop' }, now(), { actor });
    this.ledger.record(sequenceId, { kind: 'answer', answer: 'notTaken' }, now(), { actor });
    this.ledger.record(sequenceId, { kind: 'acknowledge' }, now(), { actor });
  }
}
