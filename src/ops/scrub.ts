/** The last net under the log: takes card data out of whatever is about to be written. Callers must not rely on it. */

const MASK = '[masked]';
const DEPTH_MAX = 8;
const ITEMS_MAX = 200;
const TEXT_MAX = 4_000;

/** Names whose values are never written, whatever they hold. Compared in lower case without separators. */
const SECRET_NAMES = new Set([
  'cardnumber',
  'cardno',
  'pan',
  'barcode',
  'barcodespec',
  'token',
  'dcvv',
  'onetimetoken',
  'trantoken',
  'xkmtrantoken',
  'accesskey',
  'xkmaccesskey',
  'secretkey',
  'clientprivatekey',
  'privatekey',
  'vaultkey',
  'key',
  'pin',
  'password',
  'authorization',
  'cookie',
  'setcookie',
  'cardproof',
  'encdata',
]);

/** A 31-character barcode: six printable characters and 25 digits. */
const BARCODE = /[\x21-\x7e]{6}\d{25}/g;
/** Digits as on a card, together or in groups, standing alone. */
const NUMBER = /(?<![0-9A-Za-z])\d(?:[ -]?\d){12,}(?![0-9A-Za-z])/g;
/** Digits glued to letters, as in a damaged barcode; an issuer's number (KMN and 15 digits) is shorter. */
const GLUED = /\d{16,}/g;
/** Quick test: is there anything to look at? */
const SUSPECT = /\d(?:[ -]?\d){12}/;

const EPOCH_MS_FROM = 1_577_836_800_000; // 2020
const EPOCH_MS_TO = 2_208_988_800_000; // 2040
const KST_TIME = /^20\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])([01]\d|2[0-3])[0-5]\d[0-5]\d\d{3}$/;

/** Milliseconds since 1970 and the platform's 17-digit times look like cards by their length only. */
function isTime(digits: string): boolean {
  if (digits.length === 13) {
    const value = Number(digits);
    return value >= EPOCH_MS_FROM && value < EPOCH_MS_TO;
  }
  return KST_TIME.test(digits);
}

/** A text without 31-character barcodes and without runs of 13 digits or more; times are left. */
export function scrubText(text: string): string {
  const cut = text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}...` : text;
  if (!SUSPECT.test(cut)) return cut;
  return cut
    .replace(BARCODE, MASK)
    .replace(NUMBER, (digits) => (isTime(digits) ? digits : MASK))
    .replace(GLUED, (digits) => (isTime(digits) ? digits : MASK));
}

function isSecretName(name: string): boolean {
  return SECRET_NAMES.has(name.toLowerCase().replaceAll(/[-_ ]/g, ''));
}

/** What an error may say of itself: never its request, configuration or other fields, where a card may be. */
function scrubError(error: Error, depth: number): Record<string, unknown> {
  const { code } = error as { code?: unknown };
  return {
    name: error.name,
    message: scrubText(error.message),
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(error.stack === undefined ? {} : { stack: scrubText(error.stack) }),
    ...(error.cause instanceof Error && depth < DEPTH_MAX
      ? { cause: scrubError(error.cause, depth + 1) }
      : {}),
  };
}

/** A copy of a value that may be written: secrets by name and card data by shape are masked, size and depth bounded. */
export function scrub(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return scrubText(value);
  if (typeof value === 'number' || typeof value === 'bigint') {
    const text = String(value);
    return scrubText(text) === text ? (typeof value === 'bigint' ? text : value) : MASK;
  }
  if (value === null || typeof value !== 'object') return typeof value === 'function' ? undefined : value;
  if (value instanceof Error) return scrubError(value, depth);
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
  if (depth >= DEPTH_MAX) return '[deep]';
  if (Array.isArray(value)) return value.slice(0, ITEMS_MAX).map((item) => scrub(item, depth + 1));
  const copy: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(value).slice(0, ITEMS_MAX)) {
    copy[scrubText(name)] = isSecretName(name) ? MASK : scrub(inner, depth + 1);
  }
  return copy;
}
