/**
 * Ids of intents and of void attempts: 26 characters of Crockford's base 32, ten of time (UTC ms, 48 bits) and sixteen of
 * randomness (80 bits), so that they sort by time and are never a counter (settlement contract, `sequenceId`).
 */
import type { Random } from '../intent/clock.ts';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const TIME_CHARACTERS = 10;
const RANDOM_BYTES = 10;
const TIME_MAX_MS = 2 ** 48 - 1;

/**
 * Makes ids that never sort before one made earlier by the same maker, also when the wall clock was set back: the time
 * part then stays at the latest time seen.
 */
export function createIds(random: Random): (wallMs: number) => string {
  let latestMs = 0;
  return (wallMs) => {
    latestMs = Math.max(latestMs, Math.min(Math.max(Math.trunc(wallMs), 0), TIME_MAX_MS));
    return timePart(latestMs) + randomPart(random.bytes(RANDOM_BYTES));
  };
}

/** `7QK2-9XMD`: the last 8 characters of a sequence id as people read and write them. */
export function writtenReference(sequenceId: string): string {
  const tail = sequenceId.slice(-8);
  return `${tail.slice(0, 4)}-${tail.slice(4)}`;
}

function timePart(ms: number): string {
  let rest = ms;
  let text = '';
  for (let index = 0; index < TIME_CHARACTERS; index += 1) {
    text = ALPHABET.charAt(rest % 32) + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

function randomPart(bytes: Uint8Array): string {
  if (bytes.length !== RANDOM_BYTES) throw new RangeError(`randomness of ${bytes.length} bytes`);
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET.charAt((held >>> bits) & 31);
      held &= (1 << bits) - 1;
    }
  }
  return text;
}
