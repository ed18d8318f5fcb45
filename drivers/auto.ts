/** The `auto` driver: finds the scanner that is plugged in, by scored fingerprints, afresh at every attempt. */
import { type DeviceMatch, matches } from './devices.ts';
import { type Candidate, listCandidates, onePerDevice, SCORE_MIN } from './fingerprint.ts';
import {
  HID_SURROUNDINGS,
  type HidKeyboardOptions,
  type HidSurroundings,
  openKeyboardLink,
  openPosLink,
} from './hid-scanner.ts';
import { type Link, type LinkEvents, OpenFailure, openLane } from './lane.ts';
import type { DriverClock, Scanner, ScannerListener } from './scanner.ts';
import { openPort, type SerialOptions } from './serial.ts';

/** Line settings and layout count for whichever kind of device is found. */
export type AutoOptions = Omit<SerialOptions, 'path'> & Pick<HidKeyboardOptions, 'layout'>;

/** Opens it now and for ever. Two equally likely scanners are not guessed between: the status says AMBIGUOUS. */
export function openAuto(
  options: AutoOptions,
  clock: DriverClock,
  listener: ScannerListener,
  surroundings: HidSurroundings = HID_SURROUNDINGS,
): Scanner {
  const open = async (events: LinkEvents): Promise<Link> => {
    const chosen = choose(await listCandidates(surroundings.roots), options);
    if (chosen.driver === 'serial') return openPort({ ...options, path: chosen.path }, clock, events);
    const place = { ...options, portPath: chosen.usb?.portPath ?? null };
    return chosen.driver === 'hid-pos'
      ? openPosLink(place, clock, events, surroundings)
      : openKeyboardLink(place, clock, events, surroundings);
  };
  return openLane({ name: options.name, driver: 'auto', open }, clock, listener);
}

/** The most likely scanner. Throws `OpenFailure` when there is none, or two of the same score. */
export function choose(candidates: readonly Candidate[], match: DeviceMatch): Candidate {
  const [first, second] = onePerDevice(candidates)
    .filter(({ score, usb }) => score >= SCORE_MIN && usb !== null && matches(usb, match))
    .sort((a, b) => b.score - a.score);
  if (first === undefined) throw new OpenFailure('NOT_FOUND', 'no scanner is plugged in');
  if (second !== undefined && second.score === first.score) {
    const places = [first, second].map(({ usb }) => usb?.portPath ?? '-').join(', ');
    throw new OpenFailure(
      'AMBIGUOUS',
      `several scanners: name each by its portPath (${places}) or serialNumber`,
      { places },
    );
  }
  return first;
}
