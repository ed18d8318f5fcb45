import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRecorder } from '../../drivers/recorder.ts';
import { maskFrame } from '../../src/barcode/mask.ts';
import { VOUCHER_KINDS, type VoucherKind } from '../../src/intent/model.ts';
import { LEGAL_TUPLES } from '../../src/intent/positions.ts';
import { CODES } from '../../src/konaplate/codes.ts';
import { BOOKKEEPER_FROM } from './bookkeeper.ts';
import { findPlant } from './find-plant.ts';
import { MOODS } from './issuer-moods.ts';
import { MOMENT_FAULTS } from './moment-plants.ts';
import { CALLS, DEEDS, MOMENTS_FROM } from './moments.ts';
import { PLANTS } from './plants.ts';
import { RAIL_FROM } from './rail.ts';
import { RULES_FROM } from './rules.ts';
import { replay } from './run.ts';
import { shrink } from './shrink.ts';
import { simulate, tolerateCrashes } from './stories.ts';
import { DISTURBANCES } from './weather.ts';
import { Story } from './world.ts';

/** Of the stories that seeds were found with; the others are told in a busy hour. */
const CUSTOMERS = 30;
/** Of the drawer, not of a payment. */
const COUNTS: readonly VoucherKind[] = ['countOver', 'countShort'];
/** Bounded by count; the time is only a net for a machine that is busy with something else. */
const BUDGET_MS = 240_000;
/** Cells of the table of intent-rules 3 (host, and what comes) that a few hundred stories always meet. */
const CELLS: Readonly<Record<string, readonly string[]>> = {
  unsent: ['inquiryNotFound', 'restart'],
  sending: ['ambiguous', 'approved', 'declined', 'inquiryNotFound', 'notProcessed', 'nothingLeft', 'restart'],
  unknown: [
    'ambiguous',
    'inquiryCompleted',
    'inquiryFailed',
    'inquiryNotFound',
    'inquiryPending',
    'inquiryReversed',
    'restart',
  ],
  approved: ['ambiguous', 'inquiryCompleted', 'inquiryNotFound', 'restart'],
  declined: ['ambiguous', 'inquiryFailed', 'inquiryNotFound', 'restart'],
  reversing: [
    'inquiryCompleted',
    'inquiryNotFound',
    'inquiryReversed',
    'netCancelAcknowledged',
    'netCancelUnanswered',
    'restart',
  ],
  reversed: ['netCancelAcknowledged', 'netCancelUnanswered', 'restart'],
  voiding: ['ambiguous', 'inquiryCompleted', 'inquiryVoided', 'restart', 'voidDone', 'voidUnanswered'],
  voided: ['inquiryNotFound', 'inquiryVoided', 'restart'],
  closed: ['inquiryCompleted', 'inquiryFailed', 'inquiryNotFound', 'inquiryReversed', 'restart'],
};

/** Of the published calls beside the store's, and of a recharge that the contract has not. */
const NEVER_ANSWERED = ['001_006', '007_007'];

async function transcript(
  seed: number,
  folder: string | null,
  without: ReadonlySet<string>,
): Promise<string[]> {
  const lines: string[] = [];
  const tell = (line: string): void => void lines.push(line);
  await new Story({ seed, folder, customers: 12, without, tell }).run();
  return lines;
}

describe('the whole terminal under one seed', () => {
  let stopTolerating: () => void = () => {};
  const folder = mkdtempSync(join(tmpdir(), 'kona-till-stories-'));
  beforeAll(() => {
    stopTolerating = tolerateCrashes();
  });
  afterAll(() => {
    stopTolerating();
    rmSync(folder, { recursive: true, force: true });
  });

  it('keeps the promise for every won through bad lines, dying tills, failing disks and people acting in the dark', async () => {
    const totals = await simulate({ from: 1, seeds: 60, customers: null, budgetMs: BUDGET_MS });
    expect(totals.failed).toEqual([]);
    expect(totals.intents).toBeGreaterThanOrEqual(60 * 20);
    expect(totals.crashes).toBeGreaterThan(20);
    // What is judged is really there, and what is refused and swallowed is the lesser part.
    const { dayClosed = 0, dayAgreed = 0, BOOKS = 0, DAY_FIGURES = 0, LEFT_OVER = 0 } = totals.tallies;
    const { PACE = 0, SWITCHED_OFF = 0, RETRY_AFTER = 0 } = totals.tallies;
    expect(Math.min(PACE, SWITCHED_OFF, RETRY_AFTER)).toBeGreaterThan(10);
    expect(dayClosed).toBeGreaterThan(60 / 2);
    expect(dayAgreed).toBeGreaterThan(dayClosed / 2);
    expect(DAY_FIGURES).toBeGreaterThan(60 / 3);
    expect(BOOKS).toBeGreaterThan(totals.intents / 2);
    expect(LEFT_OVER).toBeGreaterThan(60 / 6);
    for (const fault of [
      'requestLost',
      'answerLost',
      'late',
      'duplicated',
      'reset',
      'nothingLeft',
      'garbled',
      'diskFull',
      'diskError',
      'powerCut',
      'upgrade',
      'oldImage',
      'restore',
      'moved',
      'issuerRestored',
      'clockShift',
      'cutOver',
      'twoTills',
      'dayClosed',
      'keyOver',
      'lineDown',
      'oneWay',
      'pending',
      'pendingForEver',
      'systemError',
      'slowAnswer',
      'switchedOff',
      'paceChanged',
      'cardBarred',
      'balanceCap',
      'mistaken',
      'shownAgain',
      'askedToWait',
    ]) {
      expect(totals.faults[fault], fault).toBeGreaterThan(0);
    }
  });

  it('keeps the promise through faults that last, and through those that come just while a request is under way', async () => {
    const from = MOMENTS_FROM + 100;
    const totals = await simulate({ from, seeds: 100, customers: null, budgetMs: BUDGET_MS });
    expect(totals.failed).toEqual([]);
    for (const fault of [
      'diskFills',
      'diskStaysFull',
      'diskBreaks',
      'diskStaysBroken',
      'memoryFails',
      'memoryLost',
      'killLoop',
      'killed',
      'twoMachines',
      'atOldMachine',
    ])
      expect(totals.faults[fault], fault).toBeGreaterThan(0);
    for (const judged of ['OLD_MACHINE', 'deadline after kills'])
      expect(totals.tallies[judged], judged).toBeGreaterThan(0);
    const met = Object.keys(totals.faults).map((fault) => fault.split(' at '));
    const moments = met.filter((words) => words.length === 2);
    expect(new Set(moments.map(([deed]) => deed))).toEqual(new Set(DEEDS));
    expect(new Set(moments.map(([, call]) => call))).toEqual(new Set(CALLS));
  });

  it('visits every legal tuple, hears every code, and meets of the table of external events what a few hundred stories always meet', async () => {
    const totals = await simulate({ from: 20_001, seeds: 450, customers: null, budgetMs: BUDGET_MS });
    expect(totals.failed).toEqual([]);
    const tuples = LEGAL_TUPLES.map(
      ({ type, host, cash, deferred }) => `${type} ${host}/${cash}${deferred ? ' deferred' : ''}`,
    );
    expect([...totals.states].sort()).toEqual(tuples.sort());
    const cells = Object.entries(CELLS).flatMap(([host, columns]) =>
      columns.map((column) => `${host} ${column}`),
    );
    expect(cells.filter((cell) => !totals.cells.has(cell))).toEqual([]);
    // What an issuer says of a void of a payment that it lost, mostly managers hear.
    const managed = { from: MOMENTS_FROM + 300, seeds: 60, customers: null, budgetMs: BUDGET_MS };
    const more = await simulate(managed);
    expect(more.failed).toEqual([]);
    const tallies = [...Object.keys(totals.tallies), ...Object.keys(more.tallies)];
    const answered = new Set(tallies.map((name) => /^code (\S+)/.exec(name)?.[1]));
    expect(CODES.filter(({ code }) => !answered.has(code)).map(({ code }) => code)).toEqual(NEVER_ANSWERED);
  });

  it('makes no case but of what people left, gets no fence and agrees every day that is closed, where nothing goes wrong', async () => {
    const range = { from: 1, seeds: 60, customers: null, budgetMs: BUDGET_MS };
    const totals = await simulate({ ...range, without: DISTURBANCES });
    expect(totals.failed).toEqual([]);
    expect(totals.crashes).toBe(0);
    const { dayClosed = 0, dayAgreed = 0, ...others } = totals.tallies;
    expect(dayAgreed).toBe(dayClosed);
    expect(dayClosed).toBeGreaterThan(20);
    const isUnusual = (kind: string): boolean =>
      /^case|^fenced/.test(kind) && kind !== 'case LEFT_AT_COUNTER';
    expect(Object.keys(others).filter(isUnusual)).toEqual([]);
  });

  // Told as they were found, before the issuer had moods of its own.
  it.each([
    [300_699, 'a till whose start failed on its disk must not go on writing beside the next one'],
    [304_854, 'a backup without the void for which the cash was handed back already'],
    [522_650, 'a restored issuer that refuses the void of an approval that it lost'],
    [305_334, 'an old image without a payment back that nobody outside had heard of'],
    [
      303_789,
      'a wanted close that a failing disk kept all the same, under a manager who was told that it failed',
    ],
    [1_300_886, 'a barcode that was gone, to be sent on a disk that fails'],
    [307_930, 'a close agreed by an issuer that was put back to before a payment'],
    [
      8_502_119,
      'a barcode that was issued again in the same words while the issuer still worked on the first',
    ],
    [600_456, 'an answer that asks for a wait in the moment in which another one lets a close go on'],
    [500_110, 'a till that ended before it made a close anew that a payment came between'],
    [640_082, 'what is missing here of a taken number, taken over at once'],
  ])('keeps the promise under a seed that once failed: %d, %s', async (seed) => {
    const totals = await simulate({
      from: seed,
      seeds: 1,
      customers: CUSTOMERS,
      budgetMs: BUDGET_MS,
      without: MOODS,
    });
    expect(totals.failed).toEqual([]);
  });

  it.each([
    [736_917, 'a restored issuer that has sealed the day of a reversal it lost'],
    [900_348, 'a disk that failed under a manager, and a scan in the moment before the till ends'],
    [900_636, 'a copy of a request that was booked when the till had gone on without it'],
    [908_159, 'a comparison that a hello of the new business day came into'],
    [1_006_410, 'a full disk under the cases of a till that lost its end'],
    [1_022_178, 'a full disk under every question of a payment, until its deadline'],
    [2_021_825, 'hellos one after the other, and a payment between them that is to be asked about'],
    [1_222_968, 'a disk that failed under the sending of a barcode that a restored backup lacks'],
    [
      3_084_838,
      'a void sent on a disk whose old image knows nothing of it, done there when nobody could tell any more',
    ],
    [3_203_951, 'a charge that a restored issuer denied, until a late copy of its request was booked there'],
    [84, 'a withdrawal that ended under a terminal that was recovering: its sentence had its time unseen'],
    [4_030_009, 'a void offered on a day that is sealed, while the issuer has not said the next one'],
    [210, 'a void offered, on a full disk, before anybody had been told of the charge'],
    [4_203_267, 'a manager who took the terminal back twice, and a crash before the second answer'],
    [4_461_286, 'a net cancel that went with an old image, of a charge whose delivery was refused for good'],
    [
      5_006_890,
      'a void that was done, and that a restored issuer denies, left to a manager who proves it anew',
    ],
    [4_052_904, 'two old images, the second without the memory that knew of the first'],
    [4_230_500, 'lists read before a claim, behind it and for its comparison'],
    [5_107_452, 'a clock that was set while a customer was asked about credit later after a restart'],
    [5_108_815, 'a void of a charge that a restored issuer has lost'],
    [5_119_536, 'a claim that arrives once more after the disk that made it was put back'],
    [5_123_821, 'a payment that went with an old image while it waited'],
    [
      5_218_753,
      'a charge that the lost end of the journal had paid back, asked about before it was sent again',
    ],
    [6_001_243, 'a call of a longer journal, under an epoch that an issuer that was put back gave again'],
    [6_010_856, 'a customer who has long gone, whose void was refused when a manager proved it anew'],
    [7_050_835, 'a copy of a request booked after the last comparison, of a disk that was put back'],
    [273, 'a close that a payment came between, with no list to be had to show it'],
    [3_019_509, 'a payment closed on an old image, whose copy was booked when nobody could tell any more'],
    [9_308_858, 'a copy of a disk whose first start asks where the cash of a payment under way is'],
    [
      9_306_372,
      'an old machine that was believed last, of which the till had not heard when it was switched off',
    ],
    [9_307_969, 'a hello of the machine that a till had been in, late, when a copy of its disk ran there'],
    [9_601_005, 'a net cancel refused on a sealed day by an issuer that was put back before the answer came'],
    [
      9_602_661,
      'a case of a restored issuer that went with an old image, of a day that was sealed a week before',
    ],
    [4_442_721, 'a void on a fresh barcode of the card, which was gone with the process that held it'],
    [4_443_092, 'a claim that came to the issuer when the disk of the till that made it was put back'],
    [
      9_220_187,
      'a copy of a disk that was switched off before its second net cancel, and a day that was sealed over it',
    ],
    [4_443_074, 'a close that a bad line answered three times in a row with "not understood"'],
  ])('keeps the promise under a busy seed that once failed: %d, %s', async (seed) => {
    const totals = await simulate({
      from: seed,
      seeds: 1,
      customers: null,
      budgetMs: BUDGET_MS,
      without: MOODS,
    });
    expect(totals.failed).toEqual([]);
  });

  it.each([
    [
      20_216,
      'a payment that was pending when a terminal that lost its end was believed again, and was approved then',
    ],
    [9_110_438, 'a void that can only be asked about, at an issuer that asked to be left alone'],
    [
      12_003_300,
      'a void that was done, denied by a restored issuer, whose barcode is gone: its customer waits for nothing',
    ],
    [9_120_062, 'a void whose barcode went with its process, answered for only when the rest was well again'],
    [9_306_833, 'a void that an issuer cannot answer which was put back to before the charge'],
    [9_308_689, 'a void of what the issuer denies, whose case a manager had closed by mistake'],
    [9_120_436, 'a payment that no issuer had dated, by the clock of a till a week behind the business date'],
    [9_220_123, 'a void asked for at the counter, which a manager asked for meanwhile'],
    [10_001_245, 'a charge of two machines, whose cash went back at the other one'],
    [
      10_002_543,
      'a close that an issuer agreed to after it was put back to before what the till has undone since',
    ],
    [
      10_005_507,
      'a day that a copy of the disk closed, found sealed by the till, at an issuer that lost the seal',
    ],
    [10_006_951, 'a restart that a full disk took a minute late'],
    [10_007_072, 'a process killed again and again that cannot keep beside its ledger that it was greeted'],
    [10_022_139, 'a seal that a full disk did not take until all was well again, and for minutes after'],
    [
      10_014_932,
      'a day that was agreed longer than a week ago, and of which an old image of the disk knows nothing',
    ],
    [30_001_577, 'a budget of attempts that ends with a void of what a restored issuer has lost'],
    [11_008_862, 'a payment that a full disk let nobody ask about until past its deadline'],
    [11_010_358, 'an old image whose till had lost also what it had kept beside the disk'],
    [12_002_307, 'a charge whose cash went back in the dark, and whose void went with the end of the disk'],
    [8_014_653, 'a charge booked when the list of a close made anew had been read'],
    [8_040_303, 'a drawer counted again before its close was made anew, by a manager whose till died then'],
    [
      8_022_735,
      'a net cancel that the store bears, at a till that a manager has greet: it goes out when the terminal is taken back',
    ],
    [8_600_654, 'a charge at the old machine of two, between the list that the other imported and its claim'],
    [
      12_000_335,
      'a withdrawal declined and paid in the dark at the old machine of two, which was never switched on again to ask',
    ],
    [8_079_040, 'a reversal that the store bears, at a till that lost the last entry of its journal'],
    [8_040_473, 'a reversal that the store bears, at an issuer that was put back to before the payment'],
    [
      8_062_694,
      'a reversal that the store bears, at an old machine that has the journal and no memory beside it',
    ],
    [
      8_032_160,
      'sales of a copy of the disk, on a day that the till knew only by a payment whose net cancel was answered on the next',
    ],
    [8_043_452, 'a restored disk whose only payment of a day was undone on another one'],
    [
      8_099_567,
      'a disk put back by one entry, at a till whose next starts could not remember where they found it and wrote on',
    ],
    [8_096_082, 'an issuer put back to before a payment whose day was sealed eight days ago'],
    [8_086_410, 'sales of a copy of the disk, on a day that only its comparison names since'],
  ])('keeps the promise under a seed that once failed with the moods of its issuer: %d, %s', async (seed) => {
    const totals = await simulate({ from: seed, seeds: 1, customers: null, budgetMs: BUDGET_MS });
    expect(totals.failed).toEqual([]);
  });

  it('books balance and nothing is taken over twice where a manager books what a disk that was put back has lost', async () => {
    const from = BOOKKEEPER_FROM + 11;
    const totals = await simulate({ from, seeds: 25, customers: CUSTOMERS, budgetMs: BUDGET_MS });
    expect(totals.failed).toEqual([]);
    expect(totals.faults.takenOver).toBeGreaterThan(0);
    expect(totals.tallies.TAKEN_FIGURE).toBeGreaterThan(25 / 3);
  });

  it('keeps the promise, to each account and once, where a manager books what drawer and issuer say against the machine', async () => {
    // Stories in which a net cancel met a sealed day, notes went back that the machine kept, or somebody came late for a
    // return: many, for they shift.
    const sealed = [600_330, 600_552, 602_149, 700_891, 701_212, 701_551];
    const returned = [600_604, 600_831, 601_062, 700_016, 700_077, 700_140];
    const claimed = [600_117, 600_123, 600_124, 600_127, 600_134];
    const rare = [...sealed, ...returned, ...claimed].map((seed) => [seed, 1] as const);
    const booked: Record<string, number> = {};
    for (const [from, seeds] of [[BOOKKEEPER_FROM + 11, 60] as const, ...rare]) {
      const totals = await simulate({ from, seeds, customers: CUSTOMERS, budgetMs: BUDGET_MS });
      expect(totals.failed).toEqual([]);
      for (const [kind, count] of Object.entries(totals.faults)) booked[kind] = (booked[kind] ?? 0) + count;
    }
    for (const kind of VOUCHER_KINDS.filter((each) => !COUNTS.includes(each)))
      expect(booked[kind], kind).toBeGreaterThan(0);
  });

  it('keeps the promise where people open the rail, and a manager answers, voids, is mistaken and puts it right', async () => {
    const totals = await simulate({ from: RAIL_FROM, seeds: 80, customers: null, budgetMs: BUDGET_MS });
    expect(totals.failed).toEqual([]);
    for (const what of ['openedFromRail', 'voidedByManager'])
      expect(totals.faults[what], what).toBeGreaterThan(0);
    expect(Object.keys(totals.faults).filter((what) => what.startsWith('mistaken '))).not.toEqual([]);
  });

  it('keeps to its limits where they are small, the line is down for long, and requests of one kind are answered by nobody', async () => {
    const from = RULES_FROM + 300;
    const totals = await simulate({ from, seeds: 60, customers: null, budgetMs: BUDGET_MS });
    expect(totals.failed).toEqual([]);
    for (const what of ['outage', 'muted', 'lull', 'backlog', 'ungreeted'])
      expect(totals.faults[what], what).toBeGreaterThan(0);
    for (const what of ['EXPOSURE', 'CAPS', 'BUDGET', 'ONLINE', 'URGENT'])
      expect(totals.tallies[what], what).toBeGreaterThan(10);
  });

  it('tells the same story again from the same seed', async () => {
    expect(await transcript(7, null, new Set())).toEqual(await transcript(7, null, new Set()));
  });

  it('tells the same story, word for word, on the real ledger and on the disk of the simulator', async () => {
    // What only the simulator's disk can suffer is left out on both.
    const without = new Set(['oldImage', 'restore', 'moved', 'diskError', 'diskStaysBroken']);
    const kept = [3, 28, 40, 47, 60].map((after) => BOOKKEEPER_FROM + after);
    const seeds = [1, 2, 3, 4, 5, 6, 7, 8, ...kept, MOMENTS_FROM + 1, MOMENTS_FROM + 2];
    const told: string[] = [];
    for (const seed of seeds) {
      const words = await transcript(seed, null, without);
      expect(await transcript(seed, folder, without), `seed ${seed}`).toEqual(words);
      told.push(...words);
    }
    expect(told.join('\n')).toMatch(/a manager decides .* (notesPaid|issuerDenies|returnUnclaimed)/);
  });

  it('shrinks a failing seed to the few customers that it needs, and tells them in plain words', async () => {
    const plant = PLANTS.find(({ name }) => name === 'pay out while the approval is unknown');
    if (plant === undefined) throw new Error('the plant is gone');
    const range = { from: 1, seeds: 60, customers: null, budgetMs: BUDGET_MS };
    const until = (code: string): boolean => plant.finds.includes(code);
    const { failed } = await simulate({ ...range, plant, until });
    const found = failed[0];
    if (found === undefined) throw new Error('the planted bug was not found');
    const code = found.violations[0]?.code ?? '';
    const shrunk = await shrink({ seed: found.seed, customers: null, plant }, code);
    expect(shrunk?.chapters.size).toBeLessThanOrEqual(3);
    expect(shrunk?.story.join('\n')).toContain(`VIOLATION ${code}`);
    expect(shrunk?.story.join('\n')).toContain('is scanned');
  });

  it.each(PLANTS)('finds a planted bug: $name', async (plant) => {
    const found = await findPlant(plant, { seeds: 200, customers: CUSTOMERS, budgetMs: BUDGET_MS });
    expect(found.seed, `${plant.finds.join(' or ')} within ${found.seeds} seeds`).not.toBeNull();
    expect(found.honest, `seed ${found.seed} without the bug`).toEqual([]);
    expect(found.without, `found also without ${plant.needs?.join(' ')}`).toBeNull();
  });

  it('has a bug that is found by nothing but each of the faults that last or come at a moment', () => {
    const needed = new Set(PLANTS.flatMap(({ needs = [] }) => needs));
    expect([...needed].sort()).toEqual([...MOMENT_FAULTS].sort());
  });

  it("lives through what the recorder of a shop kept: the same outcomes, nobody's cards, every won accounted for", async () => {
    const recorder = createRecorder((raw) => maskFrame(raw));
    const { frame } = recorder.before({ frame: () => undefined, status: () => undefined });
    const scans: readonly (readonly [string, string?])[] = [
      ['CHARGE9410000000000005123010000', ']C0'],
      ['8801234567893', ']E0'],
      ['CHARGE9410000000000005123010000', ']C0'],
      ['REFUND9491330000000009456020000'],
      ['REFUND9491330000000009457030000'.slice(0, 27)],
      ['CHARGE9491330000000009458030000', ']C1'],
      ['CHARGE9491330000000009459050000'],
    ];
    for (const [at, [text, symbology]] of scans.entries()) {
      const read = { source: 'counter', text, monoMs: at * 30_000 };
      frame(symbology === undefined ? read : { ...read, symbology });
    }
    const { outcomes, violations, intents } = await replay(recorder.entries());
    expect(violations).toEqual([]);
    expect(outcomes.map(({ result }) => result)).toEqual([
      'accepted',
      'notOurs',
      'refused',
      'accepted',
      'unreadable',
      'unreadable',
      'accepted',
    ]);
    expect(intents).toBe(3);
  });
});
