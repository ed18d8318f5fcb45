/** The shape of the configuration file: every key, its bounds and its default. Unknown keys are refused. */
import { z } from 'zod';
import { CODE_LENGTH, DEFAULT_CODE_TABLE } from '../barcode/parse.ts';
import { DEFAULT_DECISIONS, DEFAULT_POLICY, RECENT_MAX } from '../intent/policy.ts';
import { DEFAULT_TIMES } from '../intent/rules.ts';
import { bareHost } from './loopback.ts';

const WON_MAX = 999_999;
const DAY_MS = 24 * 3_600_000;

const text = (max: number) => z.string().trim().min(1).max(max);
const count = (max: number) => z.int().min(0).max(max);
const wait = (min: number, max: number) => z.int().min(min).max(max);
const port = z.int().min(1).max(65_535);
/** A file's path, or `credential:NAME` for a file in systemd's credentials directory. */
const secretFile = text(400);

const won = z.int().min(0).max(WON_MAX);
const dayLimit = z.strictObject({
  count: count(1_000_000).nullable().default(null),
  sum: count(1_000_000_000).nullable().default(null),
});
const amountRule = (rule: (typeof DEFAULT_POLICY.amounts)['CHARGE']) =>
  z
    .strictObject({
      minimum: won.default(rule.minimum),
      maximum: won.default(rule.maximum),
      unit: z.int().min(1).max(WON_MAX).default(rule.unit),
      managerAbove: won.nullable().default(rule.managerAbove),
      cardDay: dayLimit.prefault({}),
      terminalDay: dayLimit.prefault({}),
    })
    .refine((value) => value.minimum <= value.maximum, {
      error: 'minimum is above maximum',
      path: ['minimum'],
    });

const { later, reversals } = DEFAULT_POLICY;
const policy = z.strictObject({
  amounts: z
    .strictObject({
      CHARGE: amountRule(DEFAULT_POLICY.amounts.CHARGE).prefault({}),
      REFUND: amountRule(DEFAULT_POLICY.amounts.REFUND).prefault({}),
    })
    .prefault({}),
  enabled: z
    .strictObject({
      CHARGE: z.boolean().default(DEFAULT_POLICY.enabled.CHARGE),
      REFUND: z.boolean().default(DEFAULT_POLICY.enabled.REFUND),
    })
    .prefault({}),
  cardPrefixes: z
    .array(z.string().regex(/^\d{1,16}$/, { error: 'a card prefix is 1 to 16 digits' }))
    .max(100)
    .default([...DEFAULT_POLICY.cardPrefixes]),
  cardCheck: z.enum(['off', 'warn', 'reject']).default(DEFAULT_POLICY.cardCheck),
  drawerFloat: count(100_000_000).nullable().default(DEFAULT_POLICY.drawerFloat),
  later: z
    .strictObject({
      enabled: z.boolean().default(later.enabled),
      each: won.default(later.each),
      sum: count(100_000_000).default(later.sum),
      count: count(1_000).default(later.count),
      ageMs: wait(60_000, 3 * DAY_MS).default(later.ageMs),
      perCard: count(1_000).nullable().default(null),
      smallOnly: z
        .strictObject({ fromSum: count(100_000_000), each: won })
        .nullable()
        .default(null),
    })
    .prefault({}),
  reversals: z
    .strictObject({
      count: z.int().min(1).max(1_000).default(reversals.count),
      sum: count(100_000_000).default(reversals.sum),
      rate: z.number().min(0).max(1).default(reversals.rate),
      // Above what is kept it would never be reached, and the rate be off without a word.
      rateMinimum: z.int().min(1).max(RECENT_MAX).default(reversals.rateMinimum),
    })
    .prefault({}),
});

const times = z
  .strictObject({
    barcodeLifeMs: wait(10_000, 3_600_000).default(DEFAULT_TIMES.barcodeLifeMs),
    unansweredMs: wait(200, 10_000).default(DEFAULT_TIMES.unansweredMs),
    deadlineMs: wait(3_000, 120_000).default(DEFAULT_TIMES.deadlineMs),
    inquiryMs: wait(500, 60_000).default(DEFAULT_TIMES.inquiryMs),
    choiceMs: wait(5_000, 600_000).default(DEFAULT_TIMES.choiceMs),
    leaveMs: wait(10_000, 3_600_000).default(DEFAULT_TIMES.leaveMs),
    unsentMs: wait(500, 60_000).default(DEFAULT_TIMES.unsentMs),
    voidWindowMs: wait(0, DAY_MS).default(DEFAULT_TIMES.voidWindowMs),
    retryBaseMs: wait(100, 60_000).default(DEFAULT_TIMES.retryBaseMs),
    retryMaxMs: wait(1_000, 3_600_000).default(DEFAULT_TIMES.retryMaxMs),
    quietMs: wait(1_000, 600_000).default(DEFAULT_TIMES.quietMs),
  })
  .refine((value) => value.unansweredMs < value.deadlineMs, {
    error: 'deadlineMs must be longer than unansweredMs',
    path: ['deadlineMs'],
  })
  .refine((value) => value.retryBaseMs <= value.retryMaxMs, {
    error: 'retryMaxMs must not be shorter than retryBaseMs',
    path: ['retryMaxMs'],
  });

const platform = z.strictObject({
  baseUrl: z.url({ protocol: /^https?$/, error: 'an http(s) address such as https://host/open-api' }),
  aspId: z.string().length(15),
  accessKeyFile: secretFile,
  secretKeyFile: secretFile,
  cryptoKeyId: z.string().regex(/^[0-9a-fA-F]{32}$/, { error: '32 hexadecimal digits' }),
  serverPublicKeyFile: secretFile,
  clientPrivateKeyFile: secretFile,
  merchantId: z.string().length(15),
  terminalId: z.string().min(1).max(10),
  tls: z
    .strictObject({
      caFile: text(400).nullable().default(null),
      pins: z
        .array(
          z
            .string()
            .regex(/^[A-Za-z0-9+/]{43}=$/, { error: 'SHA-256 of a public key, in Base64 (44 characters)' }),
        )
        .max(8)
        .default([]),
      clientCertificateFile: text(400).nullable().default(null),
      clientKeyFile: secretFile.nullable().default(null),
    })
    .prefault({}),
});

const scannerName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,30}$/, {
  error: 'a scanner name is up to 31 small letters, digits and hyphens',
});
const framing = {
  suffix: z.enum(['auto', 'CR', 'LF', 'CRLF', 'TAB', 'none']).default('auto'),
  prefix: z.string().max(8).default(''),
  idleMs: wait(5, 2_000).default(100),
  partialMs: wait(50, 10_000).default(1_000),
};
const usb = {
  vendorId: z
    .string()
    .regex(/^[0-9a-f]{4}$/, { error: '4 hexadecimal digits' })
    .nullable()
    .default(null),
  productId: z
    .string()
    .regex(/^[0-9a-f]{4}$/, { error: '4 hexadecimal digits' })
    .nullable()
    .default(null),
  serialNumber: text(100).nullable().default(null),
  portPath: text(100).nullable().default(null),
};

const line = {
  baudRate: z.int().min(300).max(4_000_000).default(9_600),
  dataBits: z.union([z.literal(7), z.literal(8)]).default(8),
  parity: z.enum(['none', 'even', 'odd']).default('none'),
  stopBits: z.union([z.literal(1), z.literal(2)]).default(1),
  rtscts: z.boolean().default(false),
  xonXoff: z.boolean().default(false),
};
const layout = z.enum(['US', 'UK', 'DE', 'FR', 'KR']).default('US');
/** A number such as the 1 of ttyUSB1 is given anew with every plug; a port on the board (ttyS0) keeps its own. */
const devicePath = text(200).refine((path) => !/\/(tty(ACM|USB)|hidraw)\d+$/.test(path), {
  error: 'is a device number, which changes with every plug: use a path under /dev/serial, or vendorId',
});

const scanner = z.discriminatedUnion('driver', [
  z.strictObject({
    name: scannerName,
    driver: z.literal('auto'),
    ...usb,
    layout,
    ...line,
    ...framing,
  }),
  z.strictObject({ name: scannerName, driver: z.literal('hid-pos'), ...usb, prefix: framing.prefix }),
  z.strictObject({ name: scannerName, driver: z.literal('hid-keyboard'), ...usb, layout, ...framing }),
  z.strictObject({
    name: scannerName,
    driver: z.literal('serial'),
    path: devicePath.nullable().default(null),
    ...usb,
    ...line,
    ...framing,
  }),
  z.strictObject({
    name: scannerName,
    driver: z.literal('tcp'),
    mode: z.enum(['connect', 'listen']).default('connect'),
    host: text(253).default('127.0.0.1'),
    port,
    allow: z.array(text(64)).max(20).default([]),
    ...framing,
  }),
]);

/** The virtual serial port of one station; socat makes it and reads the path in a list of options of its own. */
const posPort = z.strictObject({
  path: text(200).regex(/^\/[^,:!\s"'\\]+$/, { error: 'an absolute path without blanks, commas and colons' }),
  suffix: z.enum(['CR', 'LF', 'CRLF', 'TAB', 'none']).default('CR'),
  mode: z
    .string()
    .regex(/^0?6[0-6]{2}$/, { error: 'three octal digits such as 660' })
    .default('660'),
  identifier: z.boolean().default(false),
});

/** The local socket of one station; the system allows 107 bytes for its name. */
const posSocket = z.strictObject({
  path: text(100).regex(/^\/[!-~]+$/, { error: 'an absolute path of ASCII characters without blanks' }),
  format: z.enum(['lines', 'json']).default('lines'),
  suffix: z.enum(['CR', 'LF', 'CRLF', 'TAB']).default('LF'),
  identifier: z.boolean().default(false),
});

const hourOfDay = z.int().min(0).max(23);
const web = z.strictObject({
  host: text(253).transform(bareHost).default('127.0.0.1'),
  port: z.int().min(0).max(65_535).default(8_610),
  allowedHosts: z.array(text(253)).max(20).default([]),
  tls: z
    .strictObject({ certificateFile: text(400), keyFile: secretFile })
    .nullable()
    .default(null),
  cashierSecretFile: secretFile.nullable().default(null),
  darkHours: z
    .strictObject({ from: hourOfDay, until: hourOfDay })
    .refine(({ from, until }) => from !== until, { error: 'from and until are the same hour' })
    .nullable()
    .default(null),
});

const PAPERS = ['charge', 'withdrawal', 'later', 'reversal', 'return'] as const;
const printer = z
  .strictObject({
    kind: z.enum(['off', 'file', 'tcp']).default('off'),
    path: text(200).nullable().default(null),
    host: text(253).nullable().default(null),
    port: z.int().min(1).max(65_535).default(9_100),
    language: z.enum(['ko', 'en']).default('ko'),
    automatic: z
      .array(z.enum(PAPERS))
      .max(PAPERS.length)
      .default([...PAPERS]),
  })
  .refine(({ kind, path }) => kind !== 'file' || path !== null, {
    error: 'a printer of kind "file" needs the path of its device',
    path: ['path'],
  })
  .refine(({ kind, host }) => kind !== 'tcp' || host !== null, {
    error: 'a printer of kind "tcp" needs its address',
    path: ['host'],
  });

const code = z.string().length(CODE_LENGTH);

export const configSchema = z.strictObject({
  environment: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, { error: 'up to 32 small letters, digits and hyphens' }),
  platform,
  ledger: z.strictObject({
    directory: text(400),
    vaultKeyFile: secretFile,
    backup: z
      .strictObject({
        directory: text(400).nullable().default(null),
        everyMs: wait(60_000, 7 * DAY_MS).default(DAY_MS),
        keep: z.int().min(0).max(100).default(3),
      })
      .prefault({}),
  }),
  // Without a word about scanners the one that is plugged in is used.
  scanners: z
    .array(scanner)
    .max(16)
    .prefault([{ name: 'scanner', driver: 'auto' }]),
  stations: z
    .array(
      z.strictObject({
        id: z
          .string()
          .regex(/^[A-Za-z0-9-]{1,16}$/, { error: 'a station id is 1 to 16 letters, digits and hyphens' }),
        scanners: z.array(scannerName).max(8).default([]),
        posPort: posPort.nullable().default(null),
        posSocket: posSocket.nullable().default(null),
      }),
    )
    .min(1)
    .max(8),
  codeTable: z
    .strictObject({
      CHARGE: z
        .array(code)
        .min(1)
        .max(20)
        .default([...DEFAULT_CODE_TABLE.CHARGE]),
      REFUND: z
        .array(code)
        .min(1)
        .max(20)
        .default([...DEFAULT_CODE_TABLE.REFUND]),
    })
    .prefault({}),
  policy: policy.prefault({}),
  times: times.prefault({}),
  web: web.prefault({}),
  store: z.strictObject({ name: text(60), registrationNumber: text(20).nullable().default(null) }),
  businessDay: z.strictObject({ cutOverHour: hourOfDay.default(0) }).prefault({}),
  decisions: z
    .strictObject({
      pinAbove: won.default(DEFAULT_DECISIONS.pinAbove),
      unclaimedAfterMs: wait(DAY_MS, 366 * DAY_MS).default(DEFAULT_DECISIONS.unclaimedAfterMs),
    })
    .prefault({}),
  printer: printer.prefault({}),
  receipt: z.strictObject({ columns: z.int().min(24).max(80).default(42) }).prefault({}),
  log: z
    .strictObject({
      level: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
      file: text(400).nullable().default(null),
      maximumBytes: z.int().min(65_536).max(1_000_000_000).default(10_000_000),
      files: z.int().min(1).max(20).default(4),
    })
    .prefault({}),
});

export type Config = z.infer<typeof configSchema>;
export type ScannerConfig = Config['scanners'][number];
export type StationConfig = Config['stations'][number];
