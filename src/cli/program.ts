/** Declares the commands and their options. A command's own file is loaded when it runs, so that the start stays short. */
import { Command, CommanderError } from 'commander';
import { CommandError, EXIT, type Io, processIo } from './io.ts';

type Run = (io: Io) => Promise<number>;

/**
 * Runs one command line (without the program's name) and answers its exit code. Nothing is thrown: a wrong use is 2,
 * a command that could not run is 3 with a sentence on standard error.
 */
export async function runCommandLine(args: readonly string[], io: Io = processIo()): Promise<number> {
  let run: Run | null = null;
  const program = buildProgram(io, (chosen) => {
    run = chosen;
  });
  try {
    if (args.length === 0) program.outputHelp();
    else await program.parseAsync([...args], { from: 'user' });
    const chosen: Run | null = run;
    return chosen === null ? EXIT.done : await (chosen as Run)(io);
  } catch (error) {
    return explain(error, io);
  }
}

/** Errors whose message is a sentence for the installer already; named, so that their files are not loaded for it. */
const EXPLAINED = new Set(['ConfigError', 'SecretError', 'LedgerFault', 'KonaPlateOptionFault']);

function explain(error: unknown, io: Io): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.wrongUse;
  if (error instanceof CommandError) {
    io.err(`kona-till: ${error.message}`);
    return error.exitCode;
  }
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Error && EXPLAINED.has(error.name)) {
    io.err(`kona-till: ${message}`);
    return EXIT.couldNotRun;
  }
  io.err(`kona-till: it could not run: ${message}`);
  if (io.env.KONA_TILL_TRACE === '1' && error instanceof Error) io.err(error.stack ?? '');
  return EXIT.couldNotRun;
}

/** Every command takes --config and --json. */
function add(parent: Command, nameAndArguments: string, description: string): Command {
  return parent
    .command(nameAndArguments)
    .description(description)
    .option('--config <file>', 'configuration file')
    .option('--json', 'print one JSON document')
    .allowExcessArguments(false);
}

function buildProgram(io: Io, choose: (run: Run) => void): Command {
  const program = new Command('kona-till');
  program
    .description('The till that charges and pays out prepaid cards from a scanned barcode.')
    .showHelpAfterError('(--help shows how it is used)')
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.out(text), writeErr: (text) => io.err(text) });
  addDecode(program, choose);
  addConfig(program, choose);
  addRun(program, choose);
  addIssuer(program, choose);
  addLedger(program, choose);
  addSync(program, choose);
  addDay(program, choose);
  addScanners(program, choose);
  add(program, 'doctor', 'check everything that an installer would ask about').action((options) =>
    choose(async (io) => (await import('./doctor.ts')).doctor(io, options)),
  );
  return program;
}

function addDecode(program: Command, choose: (run: Run) => void): void {
  add(program, 'decode <barcode>', 'parse and explain a scanned barcode; the card is masked').action(
    (barcode, options) => choose(async (io) => (await import('./decode.ts')).decode(io, barcode, options)),
  );
}

function addConfig(program: Command, choose: (run: Run) => void): void {
  const config = program.command('config').description('the configuration file');
  add(config, 'check [file]', 'validate a configuration file').action((file, options) =>
    choose(async (io) => (await import('./config-check.ts')).configCheck(io, file, options)),
  );
}

function addLedger(program: Command, choose: (run: Run) => void): void {
  const ledger = program.command('ledger').description('the ledger of this till');
  add(ledger, 'list', 'the payments, newest first')
    .option('--limit <number>', 'how many (20)')
    .option('--type <type>', 'CHARGE or REFUND')
    .option('--group <group>', 'ended, running, owed or case')
    .option('--date <day>', 'one business day')
    .option('--search <text>', 'reference, sequence id, approval code, issuer number or last four')
    .option('--before <position>', 'older ones, from the position that the last list gave')
    .action((options) => choose(async (io) => (await import('./ledger-list.ts')).ledgerList(io, options)));
  add(
    ledger,
    'show <payment>',
    'one payment with its whole timeline; by sequence id, reference or approval code',
  ).action((payment, options) =>
    choose(async (io) => (await import('./ledger-list.ts')).ledgerShow(io, payment, options)),
  );
  add(ledger, 'verify', 'check the journal, the payments and the balances against each other')
    .option(
      '--head <index:digits>',
      'an entry known from elsewhere, with its hash or the first 12 digits of it, that must stand in this journal',
    )
    .action((options) =>
      choose(async (io) => (await import('./ledger-verify.ts')).ledgerVerify(io, options)),
    );
  add(ledger, 'export <file>', 'write all payments, the cards masked, into a new file')
    .option('--format <format>', 'csv or jsonl')
    .action((file, options) =>
      choose(async (io) => (await import('./ledger-export.ts')).ledgerExport(io, file, options)),
    );
  add(ledger, 'backup <file>', 'copy the ledger, without the vault, into a new file').action(
    (file, options) =>
      choose(async (io) => (await import('./ledger-export.ts')).ledgerBackup(io, file, options)),
  );
  add(ledger, 'restore <file>', 'put a backup in the place of the ledger; the agent must not run')
    .option('--yes', 'it is meant')
    .action((file, options) =>
      choose(async (io) => (await import('./ledger-restore.ts')).ledgerRestore(io, file, options)),
    );
  add(ledger, 'rotate-key', 'give the vault a new key; the agent must not run')
    .option('--lost', 'the key file is gone for good: erase what only it could open')
    .option('--key-file <file>', 'the file behind a systemd credential')
    .option('--yes', 'it is meant')
    .action((options) =>
      choose(async (io) => (await import('./ledger-key.ts')).ledgerRotateKey(io, options)),
    );
  add(ledger, 'quarantine', 'set a damaged ledger aside and begin an empty one; the agent must not run')
    .option('--yes', 'it is meant')
    .action((options) =>
      choose(async (io) => (await import('./ledger-key.ts')).ledgerQuarantine(io, options)),
    );
}

function addScanners(program: Command, choose: (run: Run) => void): void {
  const scanners = add(
    program,
    'scanners',
    'what is plugged in, how it would be opened, and what is wrong',
  ).action((options) => choose(async (io) => (await import('./scanners.ts')).scanners(io, options)));
  add(scanners, 'test [name]', 'judge live reads of the test sheet; opens no payment')
    .option('--seconds <number>', 'how long at most (120)')
    .action((name, options) =>
      choose(async (io) => (await import('./scanner-test.ts')).scannersTest(io, name, options)),
    );
  add(scanners, 'sheet <file>', 'write the test sheet into a new HTML file').action((file, options) =>
    choose(async (io) => (await import('./scanner-files.ts')).scannersSheet(io, file, options)),
  );
  add(
    scanners,
    'recording <file>',
    "write the running agent's last scans and scanner states, masked, into a new file",
  ).action((file, options) =>
    choose(async (io) => (await import('./scanner-files.ts')).scannersRecording(io, file, options)),
  );
}

function addIssuer(program: Command, choose: (run: Run) => void): void {
  add(program, 'issuer', "the platform's side alone, until Ctrl-C")
    .option('--credentials <file>', 'write what a foreign client needs to call it, as JSON')
    .option('--port <number>', 'port to listen on (8620); 0: one that is free')
    .option('--host <address>', 'address to listen on (127.0.0.1)')
    .option('--data <directory>', 'where its data is kept (data/issuer)')
    .option('--memory', 'keep nothing')
    .option('--postgres <url>', 'keep its data in a PostgreSQL server')
    .option('--admin', 'serve the interface for faults and switches')
    .option('--production', 'calls only; needs --keys')
    .option('--keys <file>', 'keys of the clients, as JSON')
    .option('--policy <file>', 'limits, lives and tolerances that differ from the defaults, as JSON')
    .action((options) => choose(async (io) => (await import('./issuer.ts')).issuer(io, options)));
  add(program, 'barcode <type> <card> <amount>', 'ask the issuer for a barcode, as a phone does, and draw it')
    .option('--credentials <file>', 'ask with the credentials of this file')
    .option('--png <file>', 'draw into a PNG file')
    .option('--svg <file>', 'draw into an SVG file')
    .action((type, card, amount, options) =>
      choose(async (io) => (await import('./barcode.ts')).barcode(io, type, card, amount, options)),
    );
}

function addRun(program: Command, choose: (run: Run) => void): void {
  add(program, 'demo', 'issuer, agent, pages and a scanner on this machine, with sample cards')
    .option(
      '--port <number>',
      'port of the pages (8610); the phone page is at the 10th above it, the scanner at the 20th',
    )
    .option('--fresh', 'forget what the demo has kept and begin anew')
    .option('--data <directory>', 'where it keeps its data (data/demo)')
    .action((options) => choose(async (io) => (await import('./demo.ts')).demo(io, options)));
  add(program, 'run', 'the agent, with a configuration file').action((options) =>
    choose(async (io) => (await import('./run.ts')).run(io, options)),
  );
}

function addDay(program: Command, choose: (run: Run) => void): void {
  const day = program.command('day').description('the business day of the running agent');
  const load = (): Promise<typeof import('./day.ts')> => import('./day.ts');
  const one = (name: string, description: string): Command =>
    add(day, name, description).option('--date <day>', 'the business day; the open one by default');
  one('status', 'figures, count, comparison and close of a day; 1 when something is wrong').action(
    (options) => choose(async (io) => (await load()).dayStatus(io, options)),
  );
  one('reconcile', "compare item by item with the issuer's list; 1 when they differ").action((options) =>
    choose(async (io) => (await load()).dayReconcile(io, options)),
  );
  one('voucher', "take over an item of the issuer's list that this ledger lost")
    .requiredOption('--item <item>', 'its reference or sequence id, as the comparison lists it')
    .requiredOption('--to <account>', 'where the other side of it goes: dispute or store')
    .requiredOption('--reason <reason>', 'why')
    .action((options) => choose(async (io) => (await load()).dayVoucher(io, options)));
  one('close', 'close the day with the issuer; 1 unless it is agreed')
    .option('--uncounted <reason>', 'close without a count of the drawer, and why')
    .action((options) => choose(async (io) => (await load()).dayClose(io, options)));
  one('report', 'the signed report; the same bytes whenever it is made again')
    .option('--at <index>', 'as of this journal index')
    .option('--csv', 'as CSV')
    .option('--output <file>', 'into a new file')
    .action((options) => choose(async (io) => (await load()).dayReport(io, options)));
}

function addSync(program: Command, choose: (run: Run) => void): void {
  const sync = program.command('sync').description('the delivery of the running agent');
  const load = (): Promise<typeof import('./sync.ts')> => import('./sync.ts');
  add(sync, 'status', 'what waits, and how the line is').action((options) =>
    choose(async (io) => (await load()).syncStatus(io, options)),
  );
  add(sync, 'now', 'try everything at once').action((options) =>
    choose(async (io) => (await load()).syncNow(io, options)),
  );
  add(sync, 'pause', 'stop approvals; inquiries and net cancels go on')
    .option('--reason <text>', 'why, for the journal')
    .action((options) => choose(async (io) => (await load()).syncPause(io, options)));
  add(sync, 'resume', 'go on').action((options) =>
    choose(async (io) => (await load()).syncResume(io, options)),
  );
}
