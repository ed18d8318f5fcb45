/** `decode BARCODE`: what a scanned text says, or why it is none of ours. Never shows the token or the whole card. */
import { readFileSync } from 'node:fs';
import { diagnose } from '../barcode/diagnose.ts';
import { maskCard } from '../barcode/format.ts';
import { maskFrame } from '../barcode/mask.ts';
import { type CodeTable, DEFAULT_CODE_TABLE, parseBarcode } from '../barcode/parse.ts';
import { ConfigError, readConfig } from '../ops/config.ts';
import { type CommonOptions, EXIT, type Io, print } from './io.ts';
import { configFile } from './places.ts';

const STANDARD_INPUT = 0;

/**
 * The code table of the configuration, as every command finds it. One that was named must be right; without one, or where
 * nobody named the wrong one, a barcode is still explained, by the default table, and it is said.
 */
function codeTableOf(io: Io, options: CommonOptions, file: string): CodeTable {
  const isNamed = options.config !== undefined || io.env.KONA_TILL_CONFIG !== undefined;
  try {
    return readConfig(file).codeTable;
  } catch (error) {
    if (isNamed || !(error instanceof ConfigError)) throw error;
    io.err(`kona-till: the default code table is used, not that of a till: ${error.message}`);
    return DEFAULT_CODE_TABLE;
  }
}

/** Answers 0 for a payment barcode and 1 for anything else. `-` reads the text from standard input. */
export async function decode(
  io: Io,
  barcode: string,
  options: CommonOptions,
  file: string = configFile(io, options),
): Promise<number> {
  const codeTable = codeTableOf(io, options, file);
  const raw = barcode === '-' ? readFileSync(STANDARD_INPUT, 'utf8').replace(/\r?\n$/, '') : barcode;
  const parsed = parseBarcode(raw, codeTable);
  if (parsed.ok) {
    const { type, amount, cardNumber } = parsed.spec;
    const value = { ok: true, type, amount, bin: cardNumber.slice(0, 6), last4: cardNumber.slice(12) };
    const purpose = type === 'CHARGE' ? 'top-up (cash in)' : 'withdrawal (cash out)';
    print(io, options, value, `${type}: ${purpose}, ${won(amount)}, card ${maskCard(cardNumber)}`);
    return EXIT.done;
  }
  const { explanation, cure } = diagnose(raw, codeTable);
  const { reason, looksLikeOurs } = parsed;
  const kind = looksLikeOurs ? 'a damaged payment barcode' : 'not a payment barcode';
  const text = `${reason}: ${kind}\n  read:  ${maskFrame(raw, codeTable)}\n  why:   ${explanation}\n  to do: ${cure}`;
  print(io, options, { ok: false, reason, looksLikeOurs, hint: `${explanation} ${cure}` }, text);
  return EXIT.foundWrong;
}

function won(amount: number): string {
  return `${amount.toLocaleString('en-US')} won`;
}
