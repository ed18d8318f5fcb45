/**
 * A HID report descriptor to the fields of its input reports (Device Class Definition for HID 1.11, section 6.2.2).
 * Total: a malformed descriptor gives the fields understood so far, never an exception.
 */

/** Consecutive values of one usage in an input report. */
export interface InputField {
  /** 0: the device has no report ids, reports begin with data. */
  readonly reportId: number;
  /** From the first data bit, the report id byte not counted. */
  readonly bitOffset: number;
  readonly bitSize: number;
  readonly count: number;
  readonly usagePage: number;
  /** Of a variable; for an array the first of the usages that its values name. */
  readonly usage: number;
  /** True: each value is itself a usage, as the six keys of a boot keyboard. */
  readonly isArray: boolean;
  /** Usage page and usage of the application collection around it. */
  readonly application: { readonly usagePage: number; readonly usage: number };
}

export interface ReportDescriptor {
  readonly fields: readonly InputField[];
  readonly applications: readonly { readonly usagePage: number; readonly usage: number }[];
  /** Input reports carry their id in byte 0. */
  readonly numbered: boolean;
}

const DESCRIPTOR_BYTES_MAX = 4096;
const FIELDS_MAX = 2048;
const STACK_MAX = 16;

interface Globals {
  usagePage: number;
  reportSize: number;
  reportCount: number;
  reportId: number;
}

interface Usage {
  readonly page: number | null;
  readonly id: number;
}

export function parseReportDescriptor(bytes: Uint8Array): ReportDescriptor {
  const reader = new DescriptorReader();
  const end = Math.min(bytes.length, DESCRIPTOR_BYTES_MAX);
  let at = 0;
  while (at < end) {
    const prefix = bytes[at] ?? 0;
    if (prefix === 0xfe) {
      at += 3 + (bytes[at + 1] ?? 0); // a long item: reserved, skipped by its own length
      continue;
    }
    const size = [0, 1, 2, 4][prefix & 3] ?? 0;
    if (at + 1 + size > end) break;
    let value = 0;
    for (let i = 0; i < size; i += 1) value += (bytes[at + 1 + i] ?? 0) * 2 ** (8 * i);
    reader.item(prefix & 0xfc, value, size);
    at += 1 + size;
  }
  return reader.result();
}

class DescriptorReader {
  #globals: Globals = { usagePage: 0, reportSize: 0, reportCount: 0, reportId: 0 };
  readonly #stack: Globals[] = [];
  #usages: Usage[] = [];
  #usageMinimum: Usage | null = null;
  #usageMaximum: Usage | null = null;
  #depth = 0;
  #application = { usagePage: 0, usage: 0 };
  readonly #applications: { usagePage: number; usage: number }[] = [];
  readonly #fields: InputField[] = [];
  readonly #bits = new Map<number, number>();
  #numbered = false;

  item(tag: number, value: number, size: number): void {
    switch (tag) {
      case 0x80:
        this.#input(value);
        this.#clearLocals();
        break;
      case 0x90: // output
      case 0xb0: // feature
        this.#clearLocals();
        break;
      case 0xa0:
        this.#openCollection(value);
        this.#clearLocals();
        break;
      case 0xc0:
        this.#depth = Math.max(0, this.#depth - 1);
        this.#clearLocals();
        break;
      default:
        this.#global(tag, value);
        this.#local(tag, value, size);
    }
  }

  result(): ReportDescriptor {
    return { fields: this.#fields, applications: this.#applications, numbered: this.#numbered };
  }

  #global(tag: number, value: number): void {
    const globals = this.#globals;
    if (tag === 0x04) globals.usagePage = value;
    else if (tag === 0x74) globals.reportSize = Math.min(value, 32);
    else if (tag === 0x94) globals.reportCount = Math.min(value, DESCRIPTOR_BYTES_MAX);
    else if (tag === 0x84) {
      globals.reportId = value & 0xff;
      this.#numbered = true;
    } else if (tag === 0xa4 && this.#stack.length < STACK_MAX) this.#stack.push({ ...globals });
    else if (tag === 0xb4) this.#globals = this.#stack.pop() ?? globals;
  }

  #local(tag: number, value: number, size: number): void {
    // A usage of four bytes carries its page in the upper half.
    const usage: Usage =
      size === 4 ? { page: Math.floor(value / 65_536), id: value % 65_536 } : { page: null, id: value };
    if (tag === 0x08 && this.#usages.length < FIELDS_MAX) this.#usages.push(usage);
    else if (tag === 0x18) this.#usageMinimum = usage;
    else if (tag === 0x28) this.#usageMaximum = usage;
  }

  #openCollection(kind: number): void {
    const usage = this.#usages[0];
    if (kind === 1 && this.#depth === 0) {
      this.#application = { usagePage: usage?.page ?? this.#globals.usagePage, usage: usage?.id ?? 0 };
      this.#applications.push(this.#application);
    }
    this.#depth += 1;
  }

  #input(flags: number): void {
    const { reportId, reportSize, reportCount } = this.#globals;
    const start = this.#bits.get(reportId) ?? 0;
    this.#bits.set(reportId, start + reportSize * reportCount);
    const constant = (flags & 1) === 1;
    if (constant || reportSize === 0 || reportCount === 0) return;
    if ((flags & 2) === 0) this.#add(start, reportCount, this.#firstUsage(), true);
    else this.#variables(start, reportCount);
  }

  #firstUsage(): Usage {
    return this.#usageMinimum ?? this.#usages[0] ?? { page: null, id: 0 };
  }

  /** One usage per value; the last one stands for all values that follow, so it becomes one run. */
  #variables(start: number, count: number): void {
    const { reportSize } = this.#globals;
    const named = this.#namedUsages(count);
    for (let i = 0; i < named.length; i += 1) {
      const usage = named[i];
      if (usage === undefined) return;
      const run = i === named.length - 1 ? count - i : 1;
      this.#add(start + i * reportSize, run, usage, false);
    }
  }

  #namedUsages(count: number): Usage[] {
    const named = this.#usages.slice(0, count);
    const from = this.#usageMinimum;
    const to = this.#usageMaximum;
    if (from !== null && to !== null) {
      for (let id = from.id; id <= to.id && named.length < count && named.length < FIELDS_MAX; id += 1) {
        named.push({ page: from.page, id });
      }
    }
    return named.length === 0 ? [{ page: null, id: 0 }] : named;
  }

  #add(bitOffset: number, count: number, usage: Usage, isArray: boolean): void {
    if (this.#fields.length >= FIELDS_MAX) return;
    this.#fields.push({
      reportId: this.#globals.reportId,
      bitOffset,
      bitSize: this.#globals.reportSize,
      count,
      usagePage: usage.page ?? this.#globals.usagePage,
      usage: usage.id,
      isArray,
      application: this.#application,
    });
  }

  #clearLocals(): void {
    this.#usages = [];
    this.#usageMinimum = null;
    this.#usageMaximum = null;
  }
}

/** An unsigned value of at most 32 bits at a bit position; 0 beyond the end. */
export function bitsAt(data: Uint8Array, bitOffset: number, bitSize: number): number {
  let value = 0;
  for (let i = 0; i < bitSize; i += 1) {
    const bit = bitOffset + i;
    if ((((data[bit >> 3] ?? 0) >> (bit & 7)) & 1) === 1) value += 2 ** i;
  }
  return value;
}
