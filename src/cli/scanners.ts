/** `scanners` and `scanners test`: what is plugged in, how it would be opened, and a live test. */
import { access, constants, realpath } from 'node:fs/promises';
import { connect } from 'node:net';
import { findTty, listTtys } from '../../drivers/devices.ts';
import { openScanner } from '../../drivers/open.ts';
import type { Scanner } from '../../drivers/scanner.ts';
import { diagnose } from '../barcode/diagnose.ts';
import { maskFrame } from '../barcode/mask.ts';
import { parseBarcode } from '../barcode/parse.ts';
import { SystemClock } from '../ops/clock.ts';
import { readConfig } from '../ops/config.ts';
import type { Config, ScannerConfig } from '../ops/config-schema.ts';
import { bad, type Finding, ok, warn } from '../ops/doctor.ts';
import { CommandError, type CommonOptions, EXIT, type Io, print } from './io.ts';
import { configFile } from './places.ts';
import { untilStopped } from './stopping.ts';
import { table } from './table.ts';

const CONNECT_MS = 1_500;

function canConnect(host: string, port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect({ host, port });
    const finish = (answer: boolean): void => {
      socket.destroy();
      done(answer);
    };
    socket.setTimeout(CONNECT_MS, () => finish(false));
    socket.once('connect', () => finish(true));
    socket.on('error', () => finish(false));
  });
}

async function checkSerial(
  scanner: Extract<ScannerConfig, { driver: 'serial' }>,
  name: string,
): Promise<Finding> {
  try {
    const path = scanner.path ?? (await findTty(scanner)).path;
    const device = await realpath(path);
    await access(device, constants.R_OK | constants.W_OK);
    return ok(name, `${device}, ${scanner.baudRate} baud`);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EACCES') {
      return bad(
        name,
        'no right to open the device',
        'run as the user kona-till, or add yourself to the group dialout',
      );
    }
    return bad(
      name,
      code === 'ENOENT' ? `${scanner.path ?? 'the device'} is not there` : message,
      'plug it in; see: kona-till scanners',
    );
  }
}

/** Whether each scanner of the configuration could be opened now. */
export async function checkScanners(config: Config): Promise<Finding[]> {
  const findings = await Promise.all(
    config.scanners.map(async (scanner): Promise<Finding> => {
      const name = `scanner ${scanner.name}`;
      if (scanner.driver === 'serial') return checkSerial(scanner, name);
      const where = `${scanner.host} port ${scanner.port}`;
      if (scanner.mode === 'listen') return ok(name, `will be awaited at ${where}`);
      return (await canConnect(scanner.host, scanner.port))
        ? ok(name, `answers at ${where}`)
        : bad(name, `does not answer at ${where}`, 'switch it on; check its address');
    }),
  );
  return findings.length > 0
    ? findings
    : [warn('scanners', 'none is configured', 'add one under "scanners"; see: kona-till scanners')];
}

interface Plugged {
  readonly device: string;
  readonly vendorId: string | null;
  readonly productId: string | null;
  readonly serialNumber: string | null;
  readonly portPath: string | null;
  readonly product: string | null;
  /** The scanner of the configuration that would open it. */
  readonly scanner: string | null;
}

async function plugged(config: Config | null): Promise<Plugged[]> {
  const owners = new Map<string, string>();
  for (const scanner of config?.scanners ?? []) {
    if (scanner.driver !== 'serial') continue;
    try {
      owners.set(await realpath(scanner.path ?? (await findTty(scanner)).path), scanner.name);
    } catch {
      // Not plugged in: it owns nothing here.
    }
  }
  return (await listTtys()).map(({ path, usb }) => ({
    device: path,
    vendorId: usb?.vendorId ?? null,
    productId: usb?.productId ?? null,
    serialNumber: usb?.serialNumber ?? null,
    portPath: usb?.portPath ?? null,
    product:
      [usb?.manufacturer, usb?.product].filter((text) => text !== null && text !== undefined).join(' ') ||
      null,
    scanner: owners.get(path) ?? null,
  }));
}

function configOrNull(io: Io, options: CommonOptions): Config | null {
  try {
    return readConfig(configFile(io, options));
  } catch (error) {
    if (options.config !== undefined) throw error;
    return null;
  }
}

/** Lists the serial devices and the scanners of the configuration, and how each would be opened. */
export async function scanners(io: Io, options: CommonOptions): Promise<number> {
  const config = configOrNull(io, options);
  const devices = await plugged(config);
  const findings = config === null ? [] : await checkScanners(config);
  const rows = devices.map(({ device, vendorId, productId, serialNumber, portPath, product, scanner }) => [
    device,
    vendorId === null ? 'on the board' : `${vendorId}:${productId ?? ''}`,
    portPath ?? '',
    serialNumber ?? '',
    product ?? '',
    scanner ?? '',
  ]);
  const head = ['device', 'vendor:product', 'port path', 'serial number', 'product', 'scanner'];
  const seen = rows.length === 0 ? 'No serial device is plugged in.' : table(head, rows);
  const known = findings.map(
    ({ name, state, text }) => `${state === 'ok' ? 'ok   ' : 'WRONG'}  ${name}: ${text}`,
  );
  print(io, options, { devices, scanners: findings }, [seen, ...known].join('\n'));
  return findings.some(({ state }) => state === 'bad') ? EXIT.foundWrong : EXIT.done;
}

/** Opens the scanners (all, or one by name) and shows each read, masked, until it is stopped. Opens no payment. */
export async function scannersTest(
  io: Io,
  name: string | undefined,
  options: CommonOptions,
): Promise<number> {
  const config = readConfig(configFile(io, options));
  const chosen = config.scanners.filter((scanner) => name === undefined || scanner.name === name);
  if (chosen.length === 0)
    throw new CommandError(name === undefined ? 'no scanner is configured' : `no scanner is called ${name}`);
  const clock = new SystemClock();
  const open: Scanner[] = chosen.map((scanner) =>
    openScanner(scanner, clock, {
      frame: (frame) => {
        const parsed = parseBarcode(frame.text, config.codeTable, frame.symbology ?? null);
        const shown = maskFrame(frame.text, config.codeTable);
        const { explanation, cure } = diagnose(frame.text, config.codeTable, frame.symbology ?? null);
        const text = parsed.ok ? 'a payment barcode' : `${parsed.reason}: ${explanation} ${cure}`;
        const value = {
          scanner: frame.source,
          ok: parsed.ok,
          length: frame.text.length,
          masked: shown,
          explanation: text,
        };
        io.out(options.json === true ? JSON.stringify(value) : `${frame.source}: ${shown}  ${text}`);
      },
      status: ({ name: source, state, problem }) =>
        io.err(`${source}: ${state}${problem === undefined ? '' : ` (${problem.text})`}`),
    }),
  );
  io.err('Hold a barcode under the scanner. Ctrl-C ends the test. The agent must not run meanwhile.');
  await untilStopped();
  await Promise.all(open.map((scanner) => scanner.close()));
  return EXIT.done;
}
