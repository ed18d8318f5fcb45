/** `barcode TYPE CARD AMOUNT`: asks the issuer for a barcode, as a customer's phone does, and draws it. */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { barcodeSvg, barcodeTerminal, drawBarcode } from '../barcode/draw.ts';
import { maskCard } from '../barcode/format.ts';
import { barcodePng } from '../barcode/png.ts';
import { createKonaPlateClient } from '../konaplate/client.ts';
import { readConfig } from '../ops/config.ts';
import { CommandError, type CommonOptions, EXIT, type Io, print } from './io.ts';
import { configFile } from './places.ts';
import { credentialOptions, platformOptions } from './platform.ts';
import { won } from './table.ts';

export interface BarcodeOptions extends CommonOptions {
  readonly credentials?: string;
  readonly png?: string;
  readonly svg?: string;
}

const AMOUNT_MAX = 999_999;
const CLOCK_TOLD_MS = 60_000;

function wrongUse(text: string): CommandError {
  return new CommandError(text, EXIT.wrongUse);
}

/** Said when the clocks differ so much that the issuer may take our token for an old one. */
function clockNote(offsetMs: number | null): string {
  if (offsetMs === null || Math.abs(offsetMs) < CLOCK_TOLD_MS) return '';
  const minutes = Math.round(Math.abs(offsetMs) / 60_000);
  return ` (the issuer's clock is ${minutes} min ${offsetMs > 0 ? 'ahead of' : 'behind'} this machine's)`;
}

async function askIssuer(
  io: Io,
  options: BarcodeOptions,
  type: 'CHARGE' | 'REFUND',
  cardNo: string,
  amount: number,
): Promise<string> {
  const client = createKonaPlateClient(
    options.credentials === undefined
      ? platformOptions(readConfig(configFile(io, options)))
      : credentialOptions(resolve(io.cwd, options.credentials)),
  );
  try {
    const answer = await client.barcodeSpec({ cardNo, type, amount });
    if (answer.class === 'answered') return answer.value.barcodeSpec;
    if (answer.class === 'refused') {
      const clock = clockNote(answer.clockOffsetMs);
      throw new CommandError(
        `the issuer refused: ${answer.code} ${answer.description}${clock}`,
        EXIT.foundWrong,
      );
    }
    throw new CommandError(`the issuer gave no usable answer (${answer.why})`);
  } finally {
    await client.dispose();
  }
}

/** Draws in the terminal, or into the files that are named. Only `--json` shows the 31 characters. */
export async function barcode(
  io: Io,
  typeText: string,
  cardText: string,
  amountText: string,
  options: BarcodeOptions,
): Promise<number> {
  const type = typeText.toUpperCase();
  if (type !== 'CHARGE' && type !== 'REFUND') throw wrongUse('TYPE is CHARGE or REFUND');
  const cardNo = cardText.replaceAll(/[ -]/g, '');
  if (!/^\d{16}$/.test(cardNo)) throw wrongUse('CARD has 16 digits');
  const amount = Number(amountText.replaceAll(',', ''));
  if (!Number.isInteger(amount) || amount < 0 || amount > AMOUNT_MAX)
    throw wrongUse(`AMOUNT is 0 to ${AMOUNT_MAX} won`);
  const spec = await askIssuer(io, options, type, cardNo, amount);
  const files: string[] = [];
  const write = (name: string | undefined, content: string | Uint8Array): void => {
    if (name === undefined) return;
    const file = resolve(io.cwd, name);
    writeFileSync(file, content, { mode: 0o600 });
    files.push(file);
  };
  write(options.png, barcodePng(spec));
  write(options.svg, barcodeSvg(spec));
  const { modules } = drawBarcode(spec);
  const head = `${type} ${won(amount)} won, card ${maskCard(cardNo)}; Code 128, ${modules} modules wide`;
  const drawing =
    files.length > 0 ? files.join('\n') : drawn(spec, process.stdout.columns ?? Number.POSITIVE_INFINITY);
  const value = {
    type,
    amount,
    bin: cardNo.slice(0, 6),
    last4: cardNo.slice(12),
    barcodeSpec: spec,
    modules,
    files,
  };
  print(io, options, value, `${head}\n${drawing}`);
  return EXIT.done;
}

function drawn(spec: string, columns: number): string {
  return (
    barcodeTerminal(spec, columns) ??
    `The window is too narrow (${columns} columns, 138 are needed). Use --png FILE or --svg FILE.`
  );
}
