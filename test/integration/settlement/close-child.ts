/** A process that closes a business day and dies by SIGKILL at a given point of it. */

import { DEFAULT_TIMES } from '../../../src/intent/rules.ts';
import { createKonaPlateClient, type KonaPlateOptions } from '../../../src/konaplate/client.ts';
import { openLedger } from '../../../src/ledger/ledger.ts';
import { SystemClock, SystemRandom } from '../../../src/ops/clock.ts';
import { Settlement } from '../../../src/settlement/settlement.ts';

export const POINTS = ['beforeSending', 'afterTheAnswer', 'beforeTheSeal'] as const;
export type Point = (typeof POINTS)[number];

export interface CloseJob {
  readonly file: string;
  readonly credentials: Omit<KonaPlateOptions, 'clock'>;
  readonly date: string;
  readonly point: Point;
}

function die(): void {
  process.kill(process.pid, 'SIGKILL');
}

async function run({ file, credentials, date, point }: CloseJob): Promise<void> {
  const clock = new SystemClock();
  const { merchantId, terminalId } = credentials;
  const ledger = openLedger({
    file,
    environment: 'test',
    merchantId,
    terminalId,
    key: Buffer.alloc(32, 7),
    times: DEFAULT_TIMES,
    policyHash: 'a'.repeat(64),
    random: new SystemRandom(),
    now: clock.now(),
    ballastBytes: 65_536,
  });
  const dying = {
    ...ledger,
    recordDay: (...call: Parameters<typeof ledger.recordDay>) => {
      const head = ledger.recordDay(...call);
      if (point === 'beforeTheSeal' && call[0].kind === 'dayCloseAnswered') die();
      return head;
    },
  };
  const client = createKonaPlateClient({ ...credentials, clock });
  const context = () => {
    const { index, hash } = ledger.head();
    return { epoch: 0, journalIndex: index, journalHead: hash };
  };
  const settlement = new Settlement({
    ledger: dying,
    clock,
    version: '0',
    store: '가나편의점',
    merchantId,
    terminalId,
    verify: async () => ledger.verify(),
    onFault: (fault) => {
      throw fault;
    },
    issuer: {
      transactions: (request) => client.transactions(request, context()),
      close: async (request) => {
        if (point === 'beforeSending') die();
        const answer = await client.close(request, context());
        if (point === 'afterTheAnswer') die();
        return answer;
      },
      businessDate: () => date,
      cutOverHour: () => 0,
      onChange: () => () => undefined,
    },
  });
  await settlement.close(date, { role: 'manager', id: 'Kim' }, 'a test').settled;
}

const job = process.argv[2];
if (job !== undefined && process.argv[1] === import.meta.filename) await run(JSON.parse(job) as CloseJob);
