/** `scanners`: what is plugged in, how it would be opened, what is wrong with it and what to do about it. */
import { realpath } from 'node:fs/promises';
import { HID_SURROUNDINGS, type HidSurroundings } from '../../drivers/hid-scanner.ts';
import { listScanners, type PluggedDevice } from '../../drivers/list.ts';
import { keepApart } from '../../drivers/open.ts';
import { readConfig } from '../ops/config.ts';
import type { Config } from '../ops/config-schema.ts';
import type { Finding } from '../ops/doctor.ts';
import { type CommonOptions, EXIT, type Io, print } from './io.ts';
import { configFile } from './places.ts';
import { CURES, checkScanners, deviceOf } from './scanner-findings.ts';
import { table } from './table.ts';

/** The configuration; null when there is none and none was named. */
export function configOrNull(io: Io, options: CommonOptions): Config | null {
  try {
    return readConfig(configFile(io, options));
  } catch (error) {
    if (options.config !== undefined || io.env.KONA_TILL_CONFIG !== undefined) throw error;
    return null;
  }
}

/** Names of the configuration's scanners by the device node that each would open now. */
async function ownersOf(
  config: Config | null,
  devices: readonly PluggedDevice[],
): Promise<Map<string, string>> {
  const owners = new Map<string, string>();
  for (const scanner of keepApart(config?.scanners ?? [])) {
    if (scanner.driver === 'tcp') continue;
    if (scanner.driver === 'serial' && scanner.path !== null) {
      const device = await realpath(scanner.path).catch(() => null);
      if (device !== null) owners.set(device, scanner.name);
      continue;
    }
    const found = deviceOf(scanner, devices);
    if ('device' in found) owners.set(found.device.path, scanner.name);
  }
  return owners;
}

function rowOf(device: PluggedDevice, owner: string | null): string[] {
  const { path, usb, driver, likely } = device;
  return [
    path,
    driver,
    usb === null ? 'on the board' : `${usb.vendorId}:${usb.productId}`,
    usb?.portPath ?? '',
    usb?.serialNumber ?? '',
    [usb?.manufacturer, usb?.product].filter(Boolean).join(' '),
    owner ?? (likely ? '(likely a scanner)' : ''),
  ];
}

/** What is wrong or could be better with one device, and the entry that would name it. */
function remarksOn(device: PluggedDevice, owner: string | null): string[] {
  const { path, problems, advice, config, likely, usb } = device;
  const lines = problems.map(({ code, text }) => `WRONG  ${path}: ${text}\n         -> ${CURES[code]}`);
  if (advice !== null) lines.push(`note   ${path}: ${advice}`);
  if (likely && owner === null && usb !== null)
    lines.push(`entry  ${path}: ${JSON.stringify({ name: 'counter', ...config })}`);
  return lines;
}

function textOf(devices: readonly (PluggedDevice & { readonly scanner: string | null })[]): string[] {
  if (devices.length === 0) return ['No scanner is plugged in.'];
  const head = ['device', 'driver', 'vendor:product', 'port path', 'serial number', 'product', 'scanner'];
  const isMeant = ({ likely, scanner }: { likely: boolean; scanner: string | null }): boolean =>
    likely || scanner !== null;
  return [
    table(
      head,
      devices.map((device) => rowOf(device, device.scanner)),
    ),
    ...devices.filter(isMeant).flatMap((device) => remarksOn(device, device.scanner)),
  ];
}

/**
 * Lists every device that could be a scanner and judges those of the configuration; opens none. Answers 1 when a
 * configured scanner could not be opened, or a likely one has a fault.
 */
export async function scanners(
  io: Io,
  options: CommonOptions,
  surroundings: HidSurroundings = HID_SURROUNDINGS,
): Promise<number> {
  const config = configOrNull(io, options);
  const devices = await listScanners(surroundings);
  const owners = await ownersOf(config, devices);
  const findings = config === null ? [] : await checkScanners(config, devices);
  const seen = devices.map((device) => ({ ...device, scanner: owners.get(device.path) ?? null }));
  const known = findings.map(lineOf);
  const wrong =
    findings.some(({ state }) => state === 'bad') ||
    seen.some(({ likely, problems }) => likely && problems.length > 0);
  const value = {
    ok: !wrong,
    devices: seen.map((device) => ({
      ...device,
      problems: device.problems.map((problem) => ({ ...problem, cure: CURES[problem.code] })),
    })),
    scanners: findings,
  };
  print(io, options, value, [...textOf(seen), ...known].join('\n'));
  return wrong ? EXIT.foundWrong : EXIT.done;
}

function lineOf({ name, state, text, mend }: Finding): string {
  const mark = { ok: 'ok   ', warn: 'note ', bad: 'WRONG' }[state];
  return `${mark}  ${name}: ${text}${mend === null ? '' : `\n         -> ${mend}`}`;
}
