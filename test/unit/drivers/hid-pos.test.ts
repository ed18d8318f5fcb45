import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bitsAt, parseReportDescriptor } from '../../../drivers/hid/descriptor.ts';
import { COMMON_LAYOUT, PosDecoder, type PosLayout, posLayoutOf } from '../../../drivers/hid/pos-decoder.ts';
import { KEYBOARD_DESCRIPTOR, POS_DESCRIPTOR, posReports } from './hid-reports.ts';
import { ManualClock } from './manual-clock.ts';

const VALID = 'CHARGE9410000000000005123010000';

function decoderOf(layout: PosLayout, prefix = '') {
  const clock = new ManualClock();
  const frames: { text: string; symbology: string | undefined }[] = [];
  const dropped: string[] = [];
  const decoder = new PosDecoder(layout, prefix, clock, {
    frame: (text, symbology) => frames.push({ text, symbology }),
    dropped: (reason) => dropped.push(reason),
  });
  return { clock, frames, dropped, decoder };
}

const layout = posLayoutOf(parseReportDescriptor(POS_DESCRIPTOR)) ?? COMMON_LAYOUT;

describe('a report descriptor', () => {
  it('tells where a HID-POS scanner keeps length, identifier, data and the continued bit', () => {
    expect(posLayoutOf(parseReportDescriptor(POS_DESCRIPTOR))).toEqual(COMMON_LAYOUT);
  });

  it('tells another order of the fields apart', () => {
    // report id 5; data of 20 bytes, then length, then a three-byte identifier field; no continued bit
    const other = Buffer.from(
      '058c0902a10185050912a102150026ff007508951409fe82020105010 93b9501810205 8c950309fb8102c0c0'.replaceAll(
        ' ',
        '',
      ),
      'hex',
    );
    expect(posLayoutOf(parseReportDescriptor(other))).toEqual({
      reportId: 5,
      lengthAt: 20,
      identifierAt: 21,
      dataAt: 0,
      dataBytes: 20,
      continuedBit: null,
    });
  });

  it('gives the common layout to a scanner that describes only opaque bytes, with or without report id', () => {
    const opaque = (id: string) =>
      Buffer.from(`058c0902a101${id}7508953f0912810 2c0`.replaceAll(' ', ''), 'hex');
    expect(posLayoutOf(parseReportDescriptor(opaque('8502')))).toEqual(COMMON_LAYOUT);
    expect(posLayoutOf(parseReportDescriptor(opaque('')))).toEqual({ ...COMMON_LAYOUT, reportId: 0 });
  });

  it('of a keyboard is no scanner', () => {
    expect(posLayoutOf(parseReportDescriptor(KEYBOARD_DESCRIPTOR))).toBeNull();
  });

  it('understands pages in four-byte usages, push and pop, and skips long items', () => {
    const bytes = Buffer.from(
      'fe0200aabb 0b02008c00 a101 a4 7508 9501 b4 7501 9508 0b ff008c00 8102 c0'.replaceAll(' ', ''),
      'hex',
    );
    const { applications, fields } = parseReportDescriptor(bytes);
    expect(applications).toEqual([{ usagePage: 0x8c, usage: 2 }]);
    expect(fields).toMatchObject([{ bitSize: 1, count: 8, usagePage: 0x8c, usage: 0xff }]);
  });

  it('never throws and stays bounded, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat({ max: 100 }), (noise, at) => {
        for (const bytes of [noise, Buffer.concat([POS_DESCRIPTOR.subarray(0, at), noise])]) {
          const { fields } = parseReportDescriptor(bytes);
          expect(fields.length).toBeLessThanOrEqual(2048);
          posLayoutOf(parseReportDescriptor(bytes));
        }
      }),
    );
  });

  it('reads bits beyond the end of a report as zero', () => {
    expect(bitsAt(Buffer.from([0b1010]), 1, 3)).toBe(0b101);
    expect(bitsAt(Buffer.from([0xff]), 8, 32)).toBe(0);
  });
});

describe('the HID-POS decoder', () => {
  it('gives text and AIM identifier of a read in one report', () => {
    const { decoder, frames } = decoderOf(layout);
    for (const report of posReports(VALID)) decoder.push(report);
    expect(frames).toEqual([{ text: VALID, symbology: ']C0' }]);
  });

  it('joins continued reports, for every length, and nothing sticks to the next read', () => {
    const texts = fc.array(fc.stringMatching(/^[!-~]{1,200}$/), { maxLength: 4 });
    fc.assert(
      fc.property(texts, (sent) => {
        const { decoder, frames, clock } = decoderOf(layout);
        for (const text of sent) for (const report of posReports(text)) decoder.push(report);
        expect(frames.map(({ text }) => text)).toEqual(sent);
        expect(clock.pending).toBe(0);
      }),
    );
  });

  it('drops a piece whose rest never comes, or dies with its connection', () => {
    const [first] = posReports('x'.repeat(100));
    const { decoder, frames, dropped, clock } = decoderOf(layout);
    decoder.push(first ?? Buffer.alloc(0));
    clock.advance(1000);
    for (const report of posReports(VALID)) decoder.push(report);
    decoder.push(first ?? Buffer.alloc(0));
    decoder.end();
    decoder.end();
    decoder.push(posReports(VALID)[0] ?? Buffer.alloc(0));
    expect(frames).toEqual([{ text: VALID, symbology: ']C0' }]);
    expect(dropped).toEqual(['CUT', 'CUT']);
    expect(clock.pending).toBe(0);
  });

  it('drops what is longer than a frame may be, once, and reads the next', () => {
    const { decoder, frames, dropped } = decoderOf(layout);
    for (const report of posReports('x'.repeat(400))) decoder.push(report);
    for (const report of posReports(VALID)) decoder.push(report);
    expect(dropped).toEqual(['TOO_LONG']);
    expect(frames).toHaveLength(1);
  });

  it('drops a report whose length cannot be, ignores other reports, takes suffix and prefix away', () => {
    const { decoder, frames, dropped } = decoderOf(layout, '*');
    const wrong = Buffer.from(posReports(VALID)[0] ?? []);
    wrong[1] = 57;
    decoder.push(wrong);
    decoder.push(Buffer.from([4, 1, 2, 3]));
    for (const report of posReports(`*${VALID}\r\n`)) decoder.push(report);
    for (const report of posReports('\r')) decoder.push(report);
    expect(frames.map(({ text }) => text)).toEqual([VALID]);
    expect(dropped).toEqual(['UNDECODABLE', 'EMPTY']);
  });

  it('says nothing about the symbology when the device says nothing', () => {
    const { decoder, frames } = decoderOf(layout);
    for (const report of posReports(VALID, '\0\0\0')) decoder.push(report);
    expect(frames).toEqual([{ text: VALID, symbology: undefined }]);
  });

  it('ends the data at the zeros where there is no length', () => {
    const { decoder, frames } = decoderOf({ ...COMMON_LAYOUT, lengthAt: null, continuedBit: null });
    for (const report of posReports(VALID)) decoder.push(report);
    expect(frames[0]?.text).toBe(VALID);
  });

  it('never throws, whatever arrives', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 70 }), { maxLength: 10 }),
        fc.boolean(),
        (reports, numbered) => {
          const { decoder, frames } = decoderOf(numbered ? layout : { ...layout, reportId: 0 });
          for (const report of reports) decoder.push(report);
          decoder.end();
          for (const { text } of frames) expect(text.length).toBeGreaterThan(0);
        },
      ),
    );
  });
});
