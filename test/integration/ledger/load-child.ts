/**
 * The agent's part in the crash and disk tests: a process of its own that puts load on a ledger and says on its standard
 * output what was acknowledged, one line per commit, before it goes on.
 */
import { writeSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { DEFAULT_TIMES } from '../../../src/intent/rules.ts';
import { LedgerFault, openLedger } from '../../../src/ledger/ledger.ts';
import type { Ledger } from '../../../src/ledger/types.ts';
import { createChance, loadStep } from './load.ts';
import { RANDOM, TERMINAL } from './shop.ts';

export interface LoadOrder {
  readonly file: string;
  readonly key: string;
  readonly seed: number;
  readonly steps: number;
  readonly ballastBytes: number;
}

const BASE_MS = Date.UTC(2026, 6, 23, 5, 0, 0);

function now(): { wallMs: number; monoMs: number } {
  const monoMs = performance.now();
  return { wallMs: BASE_MS + Math.trunc(monoMs), monoMs };
}

function say(line: string): void {
  writeSync(1, `${line}\n`);
}

/** True: the process must end. */
function report(error: unknown): boolean {
  if (!(error instanceof LedgerFault)) throw error;
  say(`fault ${error.code}`);
  return error.code !== 'FULL';
}

function load(ledger: Ledger, order: LoadOrder): void {
  const chance = createChance(order.seed);
  for (let step = 0; step < order.steps; step += 1) {
    try {
      const committed = loadStep(ledger, chance, now());
      if (committed !== null) {
        const { journalIndex, journalHash, intent } = committed;
        say(`ok ${journalIndex} ${journalHash} ${intent.sequenceId} ${intent.version}`);
      }
      if (chance() < 0.05) ledger.sweep(now());
    } catch (error) {
      if (report(error)) return;
    }
  }
}

function main(order: LoadOrder): void {
  let ledger: Ledger;
  try {
    ledger = openLedger({
      file: order.file,
      key: order.key,
      environment: 'test',
      merchantId: 'M00000000000001',
      terminalId: 'T0000001',
      times: DEFAULT_TIMES,
      policyHash: 'a'.repeat(64),
      random: RANDOM,
      now: now(),
      ballastBytes: order.ballastBytes,
    });
  } catch (error) {
    report(error);
    return;
  }
  try {
    // Every run but the first is a restart: the open intents ask where the cash is.
    for (const intent of ledger.attention()) {
      ledger.record(intent.sequenceId, { kind: 'restart' }, now(), { actor: TERMINAL });
    }
    say('ready');
    load(ledger, order);
  } catch (error) {
    report(error);
  }
  say('end');
}

main(JSON.parse(process.argv[2] ?? '{}') as LoadOrder);
