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

function explain(error: unknown, io: Io): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.wrongUse;
  if (error instanceof CommandError) {
    io.err(`kona-till: ${error.message}`);
    return error.exitCode;
  }
  const message = error instanceof Error ? error.message : String(error);
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
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.out(text), writeErr: (text) => io.err(text) });
  addDecode(program, choose);
  addConfig(program, choose);
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
