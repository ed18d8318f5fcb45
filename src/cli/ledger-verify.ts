/** `ledger verify`: does every line of the journal still say what was written, and do the sums follow from it? */
import type { JournalHead, LedgerReader } from '../ledger/types.ts';
import { type CommonOptions, EXIT, type Io, print } from './io.ts';
import { withLedger } from './ledger-access.ts';
import { won } from './table.ts';

export interface VerifyCommandOptions extends CommonOptions {
  readonly head?: string;
}

/** A receipt shows so many of its entry's digits; fewer could be met by chance. */
const DIGITS_MIN = 12;
const DIGITS = 64;

/** What somebody else knows of an entry: a receipt, the issuer, a report. */
interface KnownHead {
  readonly index: number;
  /** The first digits of its hash, or all 64. */
  readonly digits: string;
}

/** `INDEX:DIGITS`. Entry 0 is the same in every journal: to compare with it shows nothing. */
function knownHead(text: string): KnownHead | null {
  const [, index = '', digits = ''] = /^([1-9]\d{0,14}):([0-9a-f]+)$/i.exec(text) ?? [];
  if (digits.length < DIGITS_MIN || digits.length > DIGITS) return null;
  return { index: Number(index), digits: digits.toLowerCase() };
}

/** The whole hash of the entry that begins as it is known; else what is known, which `verify` then finds wrong. */
function wholeHead(ledger: LedgerReader, { index, digits }: KnownHead): JournalHead {
  if (digits.length === DIGITS) return { index, hash: digits };
  const [entry] = ledger.entries(index, 1);
  return { index, hash: entry?.index === index && entry.hash.startsWith(digits) ? entry.hash : digits };
}

function headLine({ index, digits }: KnownHead): string {
  const stands = `known head ${index}:${digits} stands in this journal: ${digits.length} of ${DIGITS} digits compared`;
  if (digits.length === DIGITS) return stands;
  return `${stands}, so an old copy or a cut end would show; a journal forged to fit them would not`;
}

/** Answers 0 when nothing is wrong, 1 with what is. Works beside a running agent. */
export async function ledgerVerify(io: Io, options: VerifyCommandOptions): Promise<number> {
  const head = options.head === undefined ? null : knownHead(options.head);
  if (options.head !== undefined && head === null) {
    io.err(
      `kona-till: --head is INDEX:DIGITS, at least ${DIGITS_MIN} digits of the entry's hash, as a receipt shows them`,
    );
    return EXIT.wrongUse;
  }
  return withLedger(io, options, (ledger) => {
    const report = ledger.verify(head === null ? {} : { knownHead: wholeHead(ledger, head) });
    const stands = !report.faults.some(({ code }) => code === 'KNOWN_HEAD');
    const balances = Object.entries(report.balances).filter(([, amount]) => amount !== 0);
    const lines = report.ok
      ? [
          `The ledger is right: ${report.entries} journal entries, ${report.intents} payments.`,
          `head ${report.head.index}:${report.head.hash}`,
          ...(head === null ? [] : [headLine(head)]),
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
    const known =
      head === null ? {} : { knownHead: { index: head.index, digits: head.digits.length, stands } };
    print(io, options, { ...report, ...known }, lines.join('\n'));
    return report.ok ? EXIT.done : EXIT.foundWrong;
  });
}
