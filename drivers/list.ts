/** What is plugged in, how it would be opened and what is wrong with it: for the `scanners` command and the installer. */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import type { DeviceMatch } from './devices.ts';
import {
  type Candidate,
  type CandidateDriver,
  listCandidates,
  onePerDevice,
  SCORE_MIN,
} from './fingerprint.ts';
import { HID_SURROUNDINGS, type HidSurroundings, LEAK } from './hid-scanner.ts';
import { problemOf } from './lane.ts';
import type { Problem } from './scanner.ts';

export interface PluggedDevice extends Candidate {
  /** `auto` would open this one if it is the only one so marked. */
  readonly likely: boolean;
  /** The entry of the configuration that names this device and no other one that is plugged in. */
  readonly config: { readonly driver: CandidateDriver } & DeviceMatch;
  readonly problems: readonly Problem[];
  /** One sentence about a better way to use it; null when there is none. */
  readonly advice: string | null;
}

/** Every device that could be a scanner, the most likely first. Opens none of them. */
export async function listScanners(
  surroundings: HidSurroundings = HID_SURROUNDINGS,
): Promise<PluggedDevice[]> {
  const candidates = await listCandidates(surroundings.roots);
  const best = new Set(onePerDevice(candidates));
  return Promise.all(
    candidates.map(async (candidate) => ({
      ...candidate,
      likely: candidate.score >= SCORE_MIN && best.has(candidate),
      config: configOf(candidate, candidates),
      problems: await problemsOf(candidate, surroundings),
      advice: adviceOn(candidate, candidates),
    })),
  );
}

/** Vendor and product; the serial number or the place only when they are needed to tell it from its twin. */
function configOf(
  candidate: Candidate,
  all: readonly Candidate[],
): { readonly driver: CandidateDriver } & DeviceMatch {
  const { driver, usb } = candidate;
  if (usb === null) return { driver };
  const base = { driver, vendorId: usb.vendorId, productId: usb.productId };
  const twins = all.filter(
    (other) =>
      other !== candidate &&
      other.driver === driver &&
      other.usb?.portPath !== usb.portPath &&
      other.usb?.vendorId === usb.vendorId &&
      other.usb.productId === usb.productId,
  );
  if (twins.length === 0) return base;
  const serialTells =
    usb.serialNumber !== null && twins.every((t) => t.usb?.serialNumber !== usb.serialNumber);
  return serialTells ? { ...base, serialNumber: usb.serialNumber } : { ...base, portPath: usb.portPath };
}

async function problemsOf(candidate: Candidate, surroundings: HidSurroundings): Promise<Problem[]> {
  const problems: Problem[] = [];
  try {
    await access(candidate.path, constants.R_OK | constants.W_OK);
  } catch (error) {
    const problem = problemOf(error);
    const asked = `${problem.text}: is the udev rule installed, was the device replugged since?`;
    problems.push(problem.code === 'PERMISSION' ? { ...problem, text: asked } : problem);
  }
  if (candidate.driver !== 'serial') {
    try {
      await surroundings.library();
    } catch (error) {
      problems.push(problemOf(error));
    }
  }
  if (candidate.leaks) problems.push(LEAK);
  return problems;
}

function adviceOn(candidate: Candidate, all: readonly Candidate[]): string | null {
  if (candidate.driver !== 'hid-keyboard' || candidate.score < SCORE_MIN) return null;
  const place = candidate.usb?.portPath;
  const better = all.some(({ driver, usb }) => driver === 'hid-pos' && usb?.portPath === place);
  return better
    ? 'the same device also offers HID-POS: use that one'
    : 'set it to HID-POS with the mode barcode of its manual: then nothing is typed anywhere';
}
