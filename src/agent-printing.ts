/** The printer of a till, when the configuration names one: opened, and joined to its stations. */
import { openPrinter, type PrinterTarget } from '../drivers/printer.ts';
import type { Clock } from './intent/clock.ts';
import { type Paper, Printing, type PrintingOptions } from './station/printing.ts';
import type { Station } from './station/station.ts';

export interface AgentPrinter {
  readonly target: PrinterTarget;
  /** Characters per line. */
  readonly columns: number;
  readonly language: PrintingOptions['language'];
  /** Papers that print by themselves when their face comes up. */
  readonly automatic: PrintingOptions['automatic'];
}

export interface PrinterLog {
  readonly level: 'info' | 'warn';
  readonly event: 'printerFailed' | 'printerPrints';
  readonly text?: string;
}

export interface OpenPrinting {
  readonly printing: Printing;
  /** Gives up what waits. Idempotent. */
  close(): Promise<void>;
}

export function openPrinting(
  { target, ...how }: AgentPrinter,
  clock: Clock,
  stations: Iterable<Station>,
  compose: (sequenceId: string, wish: Parameters<PrintingOptions['compose']>[1]) => Paper,
  log: (entry: PrinterLog) => void,
): OpenPrinting {
  const driverClock = {
    monoMs: () => clock.now().monoMs,
    after: (ms: number, run: () => void) => clock.after(ms, run),
  };
  const printer = openPrinter(target, driverClock, ({ fault }) => {
    log(
      fault === null
        ? { level: 'info', event: 'printerPrints' }
        : { level: 'warn', event: 'printerFailed', text: fault },
    );
    printing.changed();
  });
  const printing = new Printing({ ...how, printer, clock, compose });
  for (const station of stations) printing.watch(station);
  return { printing, close: () => printer.close() };
}
