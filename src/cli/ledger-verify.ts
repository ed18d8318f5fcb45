/** `ledger verify`: does every line of the journal still say what was written, and do the sums follow from it? */
import { type CommonOptions, EXIT, type Io, print } from './io.ts';
import { withLedger } from './ledger-access.ts';
import { won } from './table.ts';

export interface VerifyCommandOptions extends CommonOptions {
  readonly head?: string;
}

/** `INDEX:HASH` of a head that somebody else knows: a receipt, the issuer, a report. */
function knownHead(text: string | undefined): { index: number; hash: string } | null {
  const parts = /^(\d+):([0-9a-f]{64})$/.exec(text ?? '');
  return parts === null ? null : { index: Number(parts[1]), hash: parts[2] ?? '' };
}

/** Answers 0 when nothing is wrong, 1 with what is. Works beside a running agent. */
export async function ledgerVerify(io: Io, options: VerifyCommandOptions): Promise<number> {
  const head = knownHead(options.head);
  if (options.head !== undefined && head === null) {
    io.err('kona-till: --head is INDEX:HASH, such as a receipt shows it');
    return EXIT.wrongUse;
  }
  return withLedger(io, options, (ledger) => {
    const report = ledger.verify(head === null ? {} : { knownHead: head });
    const balances = Object.entries(report.balances).filter(([, amount]) => amount !== 0);
    const lines = report.ok
      ? [
          `The ledger is right: ${report.entries} journal entries, ${report.intents} payments.`,
          `head ${report.head.index}:${report.head.hash}`,
          ...balances.map(([account, amount]) => `  ${account.padEnd(16)} ${won(amount).padStart(12)}`),
        ]
      : [
          `The ledger is WRONG: ${report.faults.length} found.`,
          ...report.faults.map(({ code, text, index, sequenceId }) => {
            const place = [
              ...(index === undefined ? [] : [`entry ${index}`]),
              ...(sequenceId === undefined ? [] : [sequenceId]),
            ];
            return `  ${code}${place.length === 0 ? '' : ` (${place.join(', ')})`}: ${text}`;
          }),
        ];
    print(io, options, report, lines.join('\n'));
    return report.ok ? EXIT.done : EXIT.foundWrong;
  });
}
