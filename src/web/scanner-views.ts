/** What the manager's page shows of the scanners: those of the configuration, and whatever else is plugged in. */
import type { PluggedDevice } from '../../drivers/list.ts';
import type { Problem } from '../../drivers/scanner.ts';
import type { Clock } from '../intent/clock.ts';
import type { ScannerInfo } from '../station/scanners.ts';
import type { PluggedScanner, ScannerRow, ScannersAnswer, ScannerTrouble } from './api/terminal.ts';
import type { WebOptions } from './options.ts';

/** The page reads again at every change of the terminal; the system is looked through this often at most. */
const LOOK_EVERY_MS = 3_000;

type Look = () => Promise<readonly PluggedDevice[]>;
type ScannerOptions = Pick<WebOptions, 'scanners' | 'posFeed' | 'clock' | 'plugged'>;

/** The answer to one look serves everybody for a while; a system that cannot be looked through shows nothing. */
export function lookNowAndThen(look: Look, clock: Clock): Look {
  let last: { readonly monoMs: number; readonly found: Promise<readonly PluggedDevice[]> } | null = null;
  return () => {
    const { monoMs } = clock.now();
    if (last === null || monoMs - last.monoMs >= LOOK_EVERY_MS) {
      last = { monoMs, found: look().catch(() => []) };
    }
    return last.found;
  };
}

export async function scannersAnswer({
  scanners,
  posFeed,
  clock,
  plugged,
}: ScannerOptions): Promise<ScannersAnswer> {
  const devices = await plugged();
  const list = scanners.list();
  const used = new Set(list.map(({ status }) => status.device));
  return {
    asOfMs: clock.now().wallMs,
    scanners: list.map((info) =>
      rowOf(
        info,
        devices.find(({ path }) => path === info.status.device),
      ),
    ),
    plugged: devices.filter(({ path }) => !used.has(path)).map(pluggedOf),
    posPorts: posFeed.list(),
  };
}

function rowOf(info: ScannerInfo, device: PluggedDevice | undefined): ScannerRow {
  const statistics = info.scanner?.statistics();
  return {
    name: info.status.name,
    stationId: info.stationId,
    // `auto` only says that somebody had to look: what it found is what a person asks for.
    connection: device?.driver ?? info.status.driver,
    usb: device === undefined ? null : usbOf(device),
    state: info.status.state,
    sinceAtMs: info.sinceAtMs,
    device: info.status.device ?? null,
    typesIntoPages: device?.driver === 'hid-keyboard' ? device.leaks : null,
    problem: troubleOf(info.status.problem),
    framesToday: info.framesToday,
    refused: info.results.refused,
    unreadable: info.results.unreadable,
    notOurs: info.results.notOurs,
    reconnects: Math.max(0, (statistics?.connects ?? 0) - 1),
    dropped: statistics?.dropped ?? {},
    lastFrameAtMs: info.lastFrameAtMs,
    lastUnreadable: info.lastUnreadable,
    testUntilMs: info.testUntilMs,
  };
}

function pluggedOf(device: PluggedDevice): PluggedScanner {
  return {
    connection: device.driver,
    device: device.path,
    usb: usbOf(device),
    product: device.usb?.product ?? null,
    likely: device.likely,
    problem: troubleOf(device.problems[0]),
  };
}

function troubleOf(problem: Problem | undefined): ScannerTrouble | null {
  return problem === undefined ? null : { code: problem.code, values: problem.values ?? {} };
}

/** `0c2e:0b81`, as the system's own tools write it. */
function usbOf({ usb }: PluggedDevice): string | null {
  return usb === null ? null : `${usb.vendorId}:${usb.productId}`;
}
