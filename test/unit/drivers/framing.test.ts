import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFramer, FRAME_BYTES_MAX, type FramingOptions, type Suffix } from '../../../drivers/framing.ts';
import { ManualClock } from './manual-clock.ts';

const VALID = 'CHARGE9410000000000005123010000';
const SUFFIX_BYTES: Record<Exclude<Suffix, 'none'>, string> = {
  auto: '\r\n',
  CR: '\r',
  LF: '\n',
  CRLF: '\r\n',
  TAB: '\t',
};

function framerOf(options: FramingOptions) {
  const clock = new ManualClock();
  const frames: string[] = [];
  const dropped: string[] = [];
  const unended: string[] = [];
  const framer = createFramer(options, clock, {
    frame: (text) => frames.push(text),
    dropped: (reason) => dropped.push(reason),
    unended: (text) => unended.push(text),
  });
  const push = (text: string) => framer.push(Buffer.from(text, 'latin1'));
  return { clock, frames, dropped, unended, framer, push };
}

describe('a framer with a suffix', () => {
  for (const suffix of ['auto', 'CR', 'LF', 'CRLF', 'TAB'] as const) {
    it(`${suffix} gives every frame once, however the bytes are cut up`, () => {
      const frame = fc.stringMatching(/^[ -~]{1,40}$/);
      fc.assert(
        fc.property(
          fc.array(frame, { maxLength: 6 }),
          fc.array(fc.integer({ min: 1, max: 50 })),
          (sent, cuts) => {
            const { frames, dropped, push, framer } = framerOf({ suffix });
            const bytes = sent.map((text) => text + SUFFIX_BYTES[suffix]).join('');
            let at = 0;
            for (const cut of cuts) {
              push(bytes.slice(at, at + cut));
              at += cut;
            }
            push(bytes.slice(at));
            framer.end();
            expect(frames).toEqual(sent);
            expect(dropped).toEqual([]);
          },
        ),
      );
    });
  }

  it('takes CRLF for CR and for LF', () => {
    for (const suffix of ['CR', 'LF'] as const) {
      const { frames, dropped, push, framer, clock } = framerOf({ suffix });
      push(`${VALID}\r\n`);
      clock.advance(5000);
      push(`${VALID}\r\n`);
      framer.end();
      expect(frames).toEqual([VALID, VALID]);
      expect(dropped).toEqual([]);
    }
  });

  it('drops a frame of 257 bytes once, with everything up to its end, and keeps one of 256', () => {
    for (const suffix of ['CR', 'CRLF', 'auto'] as const) {
      const { frames, dropped, push } = framerOf({ suffix });
      const end = SUFFIX_BYTES[suffix];
      push(`${'x'.repeat(FRAME_BYTES_MAX)}${end}`);
      push(`${'y'.repeat(FRAME_BYTES_MAX + 1)}${end}`);
      for (let i = 0; i < 40; i += 1) push('z'.repeat(100));
      push(`${end}${VALID}${end}`);
      expect(frames.map((text) => text.length)).toEqual([FRAME_BYTES_MAX, 31]);
      expect(dropped).toEqual(['TOO_LONG', 'TOO_LONG']);
    }
  });

  it('finds the end of a too long frame also when CRLF is cut in the middle', () => {
    const { frames, dropped, push } = framerOf({ suffix: 'CRLF' });
    push('x'.repeat(300));
    push(`${'x'.repeat(299)}\r`);
    push(`\n${VALID}\r\n`);
    expect(frames).toEqual([VALID]);
    expect(dropped).toEqual(['TOO_LONG']);
  });

  it('never delivers half a frame when the connection ends', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 31 }), (length) => {
        const { frames, dropped, push, framer, clock } = framerOf({ suffix: 'CR' });
        push(VALID.slice(0, length));
        framer.end();
        framer.end();
        push('\r');
        expect(frames).toEqual([]);
        expect(dropped).toEqual(['CUT']);
        expect(clock.pending).toBe(0);
      }),
    );
  });

  it('does not glue a piece that never ended to the next scan', () => {
    const { frames, dropped, push, clock } = framerOf({ suffix: 'CR' });
    push(VALID.slice(0, 12));
    clock.advance(999);
    expect(dropped).toEqual([]);
    clock.advance(1);
    push(`${VALID}\r`);
    expect(dropped).toEqual(['CUT']);
    expect(frames).toEqual([VALID]);
    expect(clock.pending).toBe(0);
  });

  it('tells what never got its end, to be explained and not as a frame; what a connection took along is not told', () => {
    for (const [suffix, sent, told] of [
      ['auto', VALID, VALID],
      ['CR', `${VALID}\t`, `${VALID}\t`],
      ['TAB', `>${VALID}\r`, `${VALID}\r`],
    ] as const) {
      const { frames, dropped, unended, push, clock } = framerOf({ suffix, prefix: '>' });
      push(sent);
      clock.advance(1_000);
      expect([frames, dropped, unended]).toEqual([[], ['CUT'], [told]]);
    }
    const { frames, unended, push, framer, clock } = framerOf({ suffix: 'CR' });
    push(VALID);
    framer.end();
    push('x'.repeat(300));
    clock.advance(5_000);
    expect([frames, unended]).toEqual([[], []]);
  });

  it('takes the prefix away where it stands and counts an empty frame', () => {
    const { frames, dropped, push } = framerOf({ suffix: 'CR', prefix: '\u0002>' });
    push(`\u0002>${VALID}\r${VALID}\r\u0002>\r\r`);
    expect(frames).toEqual([VALID, VALID]);
    expect(dropped).toEqual(['EMPTY', 'EMPTY']);
  });

  it('reads UTF-8 where it is, and keeps every byte where it is not', () => {
    const { frames, framer } = framerOf({ suffix: 'CR' });
    framer.push(Buffer.from('우유\r', 'utf8'));
    framer.push(Buffer.from([0xff, 0x41, 0x0d]));
    expect(frames).toEqual(['우유', '\u00ffA']);
  });
});

describe('a framer without suffix', () => {
  it('ends a frame by silence, and not before', () => {
    const { frames, push, clock } = framerOf({ suffix: 'none', idleMs: 50 });
    push(VALID.slice(0, 10));
    clock.advance(49);
    push(VALID.slice(10));
    clock.advance(49);
    expect(frames).toEqual([]);
    clock.advance(1);
    expect(frames).toEqual([VALID]);
    expect(clock.pending).toBe(0);
  });

  it('drops what is too long, and what a lost connection leaves unfinished', () => {
    const { frames, dropped, push, clock, framer } = framerOf({ suffix: 'none', idleMs: 50 });
    push('x'.repeat(200));
    push('x'.repeat(200));
    clock.advance(50);
    push(VALID);
    framer.end();
    clock.advance(1000);
    expect(frames).toEqual([]);
    expect(dropped).toEqual(['TOO_LONG', 'CUT']);
  });
});
