/**
 * Input reports of HID-POS barcode scanners (usage page 0x8C) to frames. Where each thing stands is read from the
 * device's own report descriptor; devices that describe their report as opaque bytes get the common layout.
 */
import { decodeText, FRAME_BYTES_MAX } from '../framing.ts';
import type { DriverClock, DropReason } from '../scanner.ts';
import { bitsAt, type InputField, type ReportDescriptor } from './descriptor.ts';

export const POS_USAGE_PAGE = 0x8c;
export const POS_SCANNER_USAGE = 0x02;
const USAGE_IDENTIFIER_FIRST = 0xfb;
const USAGE_IDENTIFIER_LAST = 0xfd;
const USAGE_DATA = 0xfe;
const USAGE_CONTINUED = 0xff;
const PAGE_GENERIC_DESKTOP = 0x01;
const USAGE_BYTE_COUNT = 0x3b;

/** Where one scanned-data report keeps what; offsets in bytes of the data, the report id not counted. */
export interface PosLayout {
  /** 0: reports have no id. */
  readonly reportId: number;
  readonly lengthAt: number | null;
  readonly identifierAt: number | null;
  readonly dataAt: number;
  readonly dataBytes: number;
  /** Bit position of "continued in the next report". */
  readonly continuedBit: number | null;
}

/**
 * The layout that Honeywell, Youjie, Zebra and Datalogic share when the descriptor does not say more: length, three
 * identifier bytes, 56 data bytes, the maker's symbology, a reserved byte, flags.
 */
export const COMMON_LAYOUT: PosLayout = {
  reportId: 2,
  lengthAt: 0,
  identifierAt: 1,
  dataAt: 4,
  dataBytes: 56,
  continuedBit: 62 * 8,
};

/** The layout of the scanned-data report; null when the device is no barcode scanner at all. */
export function posLayoutOf(descriptor: ReportDescriptor): PosLayout | null {
  const isScanner = descriptor.applications.some(
    ({ usagePage, usage }) => usagePage === POS_USAGE_PAGE && usage === POS_SCANNER_USAGE,
  );
  if (!isScanner) return null;
  const data = descriptor.fields.find(
    (field) => field.usagePage === POS_USAGE_PAGE && field.usage === USAGE_DATA && wholeBytes(field),
  );
  if (data === undefined) return descriptor.numbered ? COMMON_LAYOUT : { ...COMMON_LAYOUT, reportId: 0 };
  const beside = descriptor.fields.filter(({ reportId }) => reportId === data.reportId);
  const length = beside.find(
    (field) =>
      field.usagePage === PAGE_GENERIC_DESKTOP && field.usage === USAGE_BYTE_COUNT && wholeBytes(field),
  );
  const continued = beside.find(
    ({ usagePage, usage }) => usagePage === POS_USAGE_PAGE && usage === USAGE_CONTINUED,
  );
  return {
    reportId: data.reportId,
    lengthAt: length === undefined ? null : length.bitOffset / 8,
    identifierAt: identifierPlace(beside),
    dataAt: data.bitOffset / 8,
    dataBytes: data.count,
    continuedBit: continued?.bitOffset ?? null,
  };
}

function wholeBytes({ bitOffset, bitSize }: InputField): boolean {
  return bitSize === 8 && bitOffset % 8 === 0;
}

/** The three identifier usages stand one after the other, or are one field of three bytes. */
function identifierPlace(fields: readonly InputField[]): number | null {
  const parts = fields.filter(
    (field) =>
      field.usagePage === POS_USAGE_PAGE &&
      field.usage >= USAGE_IDENTIFIER_FIRST &&
      field.usage <= USAGE_IDENTIFIER_LAST &&
      wholeBytes(field),
  );
  const bytes = parts.reduce((sum, { count }) => sum + count, 0);
  const first = parts[0];
  return first !== undefined && bytes >= 3 ? first.bitOffset / 8 : null;
}

export interface PosSink {
  /** `symbology` is the AIM identifier when the device reports one. */
  frame(text: string, symbology?: string): void;
  dropped(reason: DropReason): void;
}

/** A piece whose rest does not come within this is dropped. */
const PARTIAL_MS = 1000;

/** Joins continued reports. One decoder per connection: what is unfinished dies with it. */
export class PosDecoder {
  readonly #layout: PosLayout;
  readonly #prefix: string;
  readonly #clock: DriverClock;
  readonly #sink: PosSink;
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  #tooLong = false;
  #identifier: string | null = null;
  #partial: { cancel(): void } | null = null;
  #ended = false;

  constructor(layout: PosLayout, prefix: string, clock: DriverClock, sink: PosSink) {
    this.#layout = layout;
    this.#prefix = prefix;
    this.#clock = clock;
    this.#sink = sink;
  }

  /**
   * One report as the kernel delivers it, with its id in byte 0 when reports are numbered. Other ids are ignored. The
   * report's buffer is wiped when its read is complete.
   */
  push(report: Uint8Array): void {
    if (this.#ended) return;
    const { reportId, lengthAt, dataAt, dataBytes, continuedBit } = this.#layout;
    if (reportId !== 0 && report[0] !== reportId) return;
    const data = reportId === 0 ? report : report.subarray(1);
    const room = Math.min(dataBytes, data.length - dataAt);
    const length = lengthAt === null ? trimmedLength(data, dataAt, room) : (data[lengthAt] ?? 0);
    if (room <= 0 || length > room) {
      this.#clear();
      this.#sink.dropped('UNDECODABLE');
      return;
    }
    this.#identifier ??= this.#identifierIn(data);
    this.#append(data.subarray(dataAt, dataAt + length));
    if (continuedBit !== null && bitsAt(data, continuedBit, 1) === 1) this.#awaitRest();
    else this.#finish();
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#bytes > 0 || this.#tooLong) this.#sink.dropped('CUT');
    this.#clear();
  }

  #identifierIn(data: Uint8Array): string | null {
    const at = this.#layout.identifierAt;
    if (at === null) return null;
    const text = String.fromCharCode(...data.subarray(at, at + 3));
    return /^\][A-Za-z][0-9A-Za-z]$/.test(text) ? text : null;
  }

  #append(piece: Uint8Array): void {
    if (this.#bytes + piece.length > FRAME_BYTES_MAX) this.#tooLong = true;
    if (this.#tooLong) return;
    this.#pieces.push(piece);
    this.#bytes += piece.length;
  }

  #awaitRest(): void {
    this.#partial?.cancel();
    this.#partial = this.#clock.after(PARTIAL_MS, () => {
      this.#clear();
      this.#sink.dropped('CUT');
    });
  }

  #finish(): void {
    const tooLong = this.#tooLong;
    const identifier = this.#identifier;
    const text = decodeText(Buffer.concat(this.#pieces)).replace(/[\r\n\t]+$/, '');
    this.#clear();
    const bare =
      this.#prefix !== '' && text.startsWith(this.#prefix) ? text.slice(this.#prefix.length) : text;
    if (tooLong) this.#sink.dropped('TOO_LONG');
    else if (bare === '') this.#sink.dropped('EMPTY');
    else if (identifier === null) this.#sink.frame(bare);
    else this.#sink.frame(bare, identifier);
  }

  #clear(): void {
    this.#partial?.cancel();
    this.#partial = null;
    for (const piece of this.#pieces) piece.fill(0);
    this.#pieces = [];
    this.#bytes = 0;
    this.#tooLong = false;
    this.#identifier = null;
  }
}

/** Without a length field the data ends where only zeros follow. */
function trimmedLength(data: Uint8Array, from: number, room: number): number {
  let length = Math.max(0, room);
  while (length > 0 && (data[from + length - 1] ?? 0) === 0) length -= 1;
  return length;
}
