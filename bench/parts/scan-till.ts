/**
 * The product in `bench/scan.ts`: the whole agent, with a serial scanner and its own pages. Arguments: tty, folder, the
 * platform's credentials as JSON.
 */
import { join } from 'node:path';
import { startAgent } from '../../src/agent.ts';
import { DEFAULT_CODE_TABLE } from '../../src/barcode/parse.ts';
import { DEFAULT_POLICY } from '../../src/intent/policy.ts';
import { createKonaPlateClient } from '../../src/konaplate/client.ts';
import { SystemClock, SystemRandom } from '../../src/ops/clock.ts';
import { lastCommitNs, onEnd, stampCommits, tell } from './scan-child.ts';

stampCommits();
const [tty = '', folder = '', credentials = '{}'] = process.argv.slice(2);
const platform = JSON.parse(credentials) as Omit<Parameters<typeof createKonaPlateClient>[0], 'clock'>;
const clock = new SystemClock();
const agent = await startAgent({
  dataDirectory: folder,
  environment: 'bench',
  merchantId: platform.merchantId,
  terminalId: platform.terminalId,
  version: '0.0.0-bench',
  machineId: '5a'.repeat(32),
  store: 'bench',
  ledger: { file: join(folder, 'ledger', 'ledger.db'), key: Buffer.alloc(32, 7), ballastBytes: 65_536 },
  backend: createKonaPlateClient({ ...platform, clock }),
  policy: DEFAULT_POLICY,
  codeTable: DEFAULT_CODE_TABLE,
  scanners: [{ driver: 'serial', name: 'counter', path: tty, suffix: 'CR' }],
  stations: [{ id: '1', scanners: ['counter'] }],
  web: { host: '127.0.0.1', port: 0, allowedHosts: [], tls: null, pagesDirectory: null },
  settings: { file: null, fileAtMs: null, rows: [] },
  clock,
  random: new SystemRandom(),
  onFault: (fault) => {
    throw fault;
  },
});

let durableNs = 0n;
let sequenceId = '';
agent.ledger.onCommit(({ intent }) => {
  if (intent.host !== 'unsent' || intent.cash !== 'none' || intent.sequenceId === sequenceId) return;
  durableNs = lastCommitNs();
  ({ sequenceId } = intent);
});
/** Ends the payment as a cashier would who stops it, outside of what is measured. */
onEnd(() => {
  const actor = { role: 'cashier', id: 'bench' } as const;
  for (const event of [
    { kind: 'stop' },
    { kind: 'answer', answer: 'notTaken' },
    { kind: 'acknowledge' },
  ] as const) {
    agent.ledger.record(sequenceId, event, clock.now(), { actor });
  }
  return durableNs;
});
tell({ kind: 'ready', url: `${agent.address}/api/v1/stations/1/` });
