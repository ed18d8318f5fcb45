/** The log: what a line looks like, what never stands in one, and that it cannot fill the disk. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLog } from '../../../src/ops/log.ts';
import { scrub, scrubText } from '../../../src/ops/scrub.ts';

const CARD = '9410000000000005';
const BARCODE = `CHARGE${CARD}123010000`;
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kona-till-log-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Writes with the real log into a real file and reads the lines back. */
function written(write: (log: ReturnType<typeof openLog>['log']) => void): Record<string, unknown>[] {
  const file = join(folder, 'till.log');
  const { log, close } = openLog({ level: 'debug', file, maximumBytes: 1_000_000, files: 2 });
  write(log);
  close();
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('a line of the log', () => {
  it('is one JSON object with time, level, sentence and facts', () => {
    const [line] = written((log) => log.child({ station: '1' }).warn({ attempts: 3 }, 'the line is down'));
    expect(line).toMatchObject({ level: 'warn', station: '1', attempts: 3, sentence: 'the line is down' });
    expect(String(line?.time)).toMatch(/^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/);
  });

  it('keeps times, amounts, sequence ids and issuer numbers', () => {
    const facts = {
      atMs: 1_763_812_345_678,
      approvedAt: '20251122115014123',
      amount: 999_999,
      sequenceId: '01JDQZ5K3M8X7Y2W4V6T9R1N',
      nrNumber: 'KMN251122000000123',
      last4: '0005',
      bin: '941000',
    };
    expect(written((log) => log.info(facts, 'approved'))[0]).toMatchObject(facts);
  });

  it('says name, code and message of an error, never its request or configuration', () => {
    const error = Object.assign(new Error(`request with ${BARCODE} failed`), {
      code: 'ECONNRESET',
      config: { data: BARCODE },
      request: { headers: { 'x-km-access-key': 'abc' } },
    });
    const text = JSON.stringify(written((log) => log.error({ error }, 'no answer')));
    expect(text).toContain('ECONNRESET');
    expect(text).not.toMatch(/config|access-key|abc|9410000/);
  });
});

describe('card data never stands in a line', () => {
  it.each([
    ['a card number', CARD],
    ['a card number as a number', Number(CARD)],
    ['a card number in groups', '9410 0000 0000 0005'],
    ['a card number with hyphens', '9410-0000-0000-0005'],
    ['a card number in a sentence', `card ${CARD}, please`],
    ['a card number in an address', `https://host/cards/${CARD}?x=1`],
    ['a barcode', BARCODE],
    ['a barcode with identifier and suffix', `]C0${BARCODE}\r`],
    ['a barcode of a digits-only code table', `100010${CARD}123010000`],
    ['a damaged barcode', BARCODE.slice(0, 29)],
    ['two barcodes glued together', `${BARCODE}${BARCODE}`],
    ['a card number of 19 digits', '9410000000000000005'],
  ])('%s', (_name, value) => {
    const lines = written((log) => {
      log.info({ value }, 'as a fact');
      log.info({ list: [{ deep: { value } }] }, 'inside a fact');
      log.info({}, `in the sentence ${String(value)}`);
      log.info({ [String(value)]: 1 }, 'as a name');
      log.child({ value }).info({}, 'of a child');
      log.error({ error: new Error(String(value)) }, 'of an error');
    });
    expect(lines).toHaveLength(6);
    const text = JSON.stringify(lines);
    expect(text).not.toContain('9410');
    expect(text.match(/masked/g)?.length).toBeGreaterThanOrEqual(6);
  });

  it.each([
    'cardNo',
    'barcodeSpec',
    'token',
    'X-KM-Access-Key',
    'secretKey',
    'pin',
    'authorization',
    'encData',
  ])('nor the value of %s, whatever it is', (name) => {
    expect(JSON.stringify(written((log) => log.info({ inside: { [name]: 'abc' } }, 'x')))).not.toContain(
      'abc',
    );
  });

  it('wherever the digits stand in a text', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.stringMatching(/^[3-69]\d{15}$/), (before, after, card) => {
        fc.pre(!/[\dA-Za-z]$/.test(before) && !/^[\dA-Za-z]/.test(after));
        expect(scrubText(`${before}${card}${after}`)).not.toContain(card);
      }),
    );
  });

  it('and what was scrubbed once stays as it is', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(scrubText(scrubText(text))).toBe(scrubText(text));
      }),
    );
  });
});

describe('a value of any shape', () => {
  it('is cut to a bounded size: deep, long, circular, binary', () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    const result = JSON.stringify(
      scrub({
        circle,
        bytes: Buffer.from(CARD),
        long: 'x'.repeat(10_000),
        many: Array.from({ length: 1_000 }, () => 1),
      }),
    );
    expect(result).toContain('[deep]');
    expect(result).toContain('[16 bytes]');
    expect(result.length).toBeLessThan(6_000);
  });
});

describe('the log file', () => {
  it('is closed at its limit, and only so many closed ones are kept, all readable by their owner only', () => {
    const file = join(folder, 'small.log');
    const { log, close } = openLog({ level: 'info', file, maximumBytes: 1_000, files: 2 });
    for (let index = 0; index < 100; index += 1) log.info({ index }, 'a sentence to fill the file with');
    close();
    expect(readdirSync(folder).sort()).toEqual(['small.log', 'small.log.1', 'small.log.2']);
    for (const name of readdirSync(folder)) {
      const { size, mode } = statSync(join(folder, name));
      expect(size).toBeLessThanOrEqual(1_000);
      expect(mode & 0o077).toBe(0);
    }
    const last = readFileSync(file, 'utf8').trim().split('\n').at(-1) ?? '';
    expect(JSON.parse(last)).toMatchObject({ index: 99 });
  });

  it('goes on after a restart where it was', () => {
    const options = {
      level: 'info',
      file: join(folder, 'again.log'),
      maximumBytes: 10_000,
      files: 1,
    } as const;
    for (const run of [1, 2]) {
      const { log, close } = openLog(options);
      log.info({ run }, 'started');
      close();
    }
    expect(readFileSync(options.file, 'utf8').trim().split('\n')).toHaveLength(2);
  });
});
