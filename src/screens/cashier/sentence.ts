/** From a snapshot to the words on the face: pure, so that every face is tested without a browser. */
import type { Face, FaceId, FaceIntent, Snapshot } from '../../station/snapshot.ts';
import { CLOSED_HERE, type FaceText, INTENT_FACES, NOTES, QUESTION_NUMBER } from '../text/faces.ts';
import { readingAid, span, won } from '../text/format.ts';
import { lineReason } from '../text/line.ts';
import type { IconId, Look, SoundId } from '../text/looks.ts';
import { RAIL, WORDS } from '../text/rail.ts';
import { reasonText } from '../text/reasons.ts';
import { CASH_STAYS, refusalText, refusalValues } from '../text/refusals.ts';
import { problemWhat } from '../text/scanner-problems.ts';
import { LINE_OFF, PAUSED_OFF, SCANNER_NOT_OPEN, START_STEPS, SYSTEM_FACES } from '../text/system.ts';
import { type Language, say, type Values, type Words } from '../text/words.ts';

export interface Sentence {
  readonly look: Look;
  readonly icon: IconId;
  readonly clockBadge: boolean;
  readonly sound: SoundId | null;
  /** H, the headline. */
  readonly headline: string;
  /** A, under the headline: reading aid, type, last four; null on faces without a payment. */
  readonly amountLine: string | null;
  /** I, the instruction. */
  readonly instruction: string;
  /** S, "to the customer": the page's language first. */
  readonly customer: readonly { readonly language: Language; readonly text: string }[];
  /** "question 1 of 3". */
  readonly question: string | null;
  /** R: reference, reason code, version. */
  readonly reference: string;
  /** Reference in 48 px, to be written down. */
  readonly bigReference: string | null;
}

/** Time as the page sees it: the snapshot's wall clock moved on, and what is left of the countdown. */
export interface Moment {
  readonly wallMs: number;
  readonly leftMs: number | null;
  /** Since the snapshot was made. */
  readonly elapsedMs: number;
}

/** An age from a moment (UTC ms) or from a length; the two cannot be mistaken for one another. */
export function ageOf(value: number, wallMs: number): number {
  const earliestMomentMs = Date.UTC(2001, 0, 1);
  return value > earliestMomentMs ? Math.max(0, wallMs - value) : value;
}

const OTHER: Readonly<Record<Language, Language>> = { ko: 'en', en: 'ko' };

function isSystem(id: FaceId): id is keyof typeof SYSTEM_FACES {
  return Object.hasOwn(SYSTEM_FACES, id);
}

/** The words of this face; a store's own pause has words of its own where the others speak of the line. */
function wordsOf({ id, values }: Face & { id: Exclude<FaceId, 'REFUSED'> }): FaceText {
  const text = faceText(id);
  return values.paused === 1 ? { ...text, ...text.underPause } : text;
}

function faceText(id: Exclude<FaceId, 'REFUSED'>): FaceText {
  return isSystem(id) ? SYSTEM_FACES[id] : INTENT_FACES[id];
}

/** 1만원 · 충전 · 카드 끝 0005: the aid, or the amount itself where the rule gives no aid. */
export function amountLine(intent: FaceIntent, language: Language): string {
  const aid = readingAid(intent.amount) ?? won(intent.amount, language);
  const type = intent.type === 'CHARGE' ? WORDS.charge : WORDS.refund;
  return [aid, type[language], say(WORDS.cardEnding, language, { last4: intent.last4 })].join(' · ');
}

function systemValues(snapshot: Snapshot, moment: Moment, language: Language): Values {
  const { line, scanner } = snapshot.strip;
  const { values } = snapshot.face;
  const step = typeof values.step === 'number' ? START_STEPS[values.step - 1] : undefined;
  const started =
    typeof values.elapsedMs === 'number' ? values.elapsedMs + moment.elapsedMs : moment.elapsedMs;
  const oldest = typeof values.oldestAtMs === 'number' ? span(ageOf(values.oldestAtMs, moment.wallMs)) : '-';
  const nextMs = line.nextTryMs === null ? 0 : Math.max(0, line.nextTryMs - moment.wallMs);
  return {
    code: '',
    ...values,
    seconds: Math.floor(started / 1_000),
    stepName: step?.[language] ?? '',
    down: span(ageOf(line.sinceMs, moment.wallMs)),
    next: Math.ceil(nextMs / 1_000),
    oldest,
    lineReason: lineReason(line.reason, language),
    problem: problemWhat(scanner.problem, language),
  };
}

/** {reason} and {advice} of the code behind a face, in one language. */
function reasonValues(code: string | null, language: Language): { reason: string; advice: string } | null {
  if (code === null || code === '') return null;
  const text = reasonText(code);
  return text === null
    ? { reason: code, advice: '' }
    : { reason: text.reason[language], advice: text.advice[language] };
}

function instructionWords(face: Face, text: FaceText, hasReason: boolean, values: Values): Words {
  if (face.values.closedHere === 1) return CLOSED_HERE;
  if (face.id === 'LINE') return values.next === 0 ? (text.iWithoutReason ?? text.i) : text.i;
  const isPlain =
    face.id === 'RECOVERING' ? face.values.open === undefined : face.values.cause === 'REVERSAL_RATE';
  if (face.id === 'RECOVERING' || face.id === 'SLOW')
    return isPlain ? (text.iWithoutReason ?? text.i) : text.i;
  return hasReason ? text.i : (text.iWithoutReason ?? text.i);
}

/** What stands before the instruction: nothing was sent, the void is late, or why the issuer did nothing. */
function prefix(face: Face, reason: { reason: string } | null, language: Language): string {
  if (face.values.notSent === 1) return `${NOTES.NOT_SENT[language]}. `;
  if (face.values.late === 1) return `${NOTES.VOID_LATE[language]}. `;
  const names = face.id === 'BACK-REV' || face.id === 'NO-OUT-REV';
  if (names && reason !== null) return `${upperFirst(reason.reason)}. `;
  return '';
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function headlineWords(face: Face, text: FaceText): Words {
  const cause = face.values.cause;
  if (face.id === 'LINE' && typeof cause === 'string' && cause !== '')
    return face.values.paused === 1 ? PAUSED_OFF : LINE_OFF;
  return text.h;
}

function customerLines(
  build: (language: Language) => string | null,
  language: Language,
): Sentence['customer'] {
  const lines = [language, OTHER[language]].map((each) => ({ language: each, text: build(each) }));
  return lines.flatMap((line) => (line.text === null ? [] : [{ language: line.language, text: line.text }]));
}

function referenceLine(face: Face, language: Language): string {
  const { intent } = face;
  const code = face.reason ?? face.refused?.cause ?? null;
  const named = face.values.limitCause;
  const parts = [
    intent === null ? null : intent.reference,
    code ?? (typeof named === 'string' ? named : null),
    intent === null ? null : say(WORDS.version, language, { version: intent.version }),
  ];
  return parts.filter((part) => part !== null && part !== '').join(' · ');
}

function refusedSentence(face: Face, language: Language, moment: Moment): Sentence {
  const refused = face.refused ?? { cause: 'OTHER', values: {}, repeated: false };
  const text = refusalText(refused.cause, refused.values, refused.repeated);
  const values = refusalValues(refused.cause, refused.values, moment.wallMs, language);
  return {
    look: 'refuse',
    icon: 'slashed',
    clockBadge: false,
    sound: 'low',
    headline: say(text.h, language, values),
    amountLine: null,
    instruction: `${say(text.i, language, values)} ${CASH_STAYS[language]}`,
    customer: customerLines((each) => (text.s === null ? null : say(text.s, each, values)), language),
    question: null,
    reference: referenceLine(face, language),
    bigReference: null,
  };
}

/** All words of the snapshot's face. */
export function sentenceOf(snapshot: Snapshot, language: Language, moment: Moment): Sentence {
  const { face } = snapshot;
  if (face.id === 'REFUSED') return refusedSentence(face, language, moment);
  const isNotOpen = face.id === 'SCANNER' && snapshot.strip.scanner.state === 'notOpen';
  const text = isNotOpen ? SCANNER_NOT_OPEN : wordsOf({ ...face, id: face.id });
  const { intent } = face;
  const limit = face.values.limitCause;
  const code = face.id === 'BACK-STOP' && typeof limit === 'string' ? limit : face.reason;
  const reason = reasonValues(code, language);
  const values = (each: Language): Values => ({
    ...systemValues(snapshot, moment, each),
    amount: intent?.amount ?? face.values.amount ?? null,
    scannedAtMs: intent?.scannedAtMs ?? null,
    balance: intent?.balance ?? null,
    left: moment.leftMs === null ? null : Math.ceil(moment.leftMs / 1_000),
    reason: reasonValues(code, each)?.reason ?? '',
    advice: reasonValues(code, each)?.advice ?? '',
  });
  const s = intent?.balance == null ? (text.sWithoutBalance ?? text.s) : text.s;
  const given = values(language);
  const instruction = say(instructionWords(face, text, reason !== null, given), language, given);
  return {
    look: text.look,
    icon: text.icon,
    clockBadge: text.clockBadge === true,
    sound: text.sound,
    headline: say(headlineWords(face, text), language, values(language)),
    amountLine: intent === null ? null : amountLine(intent, language),
    instruction: upperFirst(`${prefix(face, reason, language)}${instruction}`),
    customer: customerLines((each) => (s === null ? null : say(s, each, values(each)).trim()), language),
    question:
      face.question === null
        ? null
        : say(QUESTION_NUMBER, language, {
            number: face.question.number,
            of: face.question.of,
            scannedAtMs: intent?.scannedAtMs ?? null,
          }),
    reference: referenceLine(face, language),
    bigReference: face.id === 'LATER-OK' && intent !== null ? intent.reference : null,
  };
}

/** Two faces with the same key say the same sentence: no dead time, no sound between them. */
export function sentenceKey(face: Face): string {
  const { elapsedMs: _elapsed, step: _step, ...values } = face.values;
  return JSON.stringify([
    face.id,
    face.intent?.sequenceId ?? null,
    face.reason,
    face.refused,
    face.question,
    face.id === 'LINE' || face.id === 'SLOW' || face.id === 'RECOVERING' ? (values.paused ?? null) : values,
  ]);
}

/** One line about a payment in the rail: what its last face said. */
export function railLine(intent: FaceIntent, face: FaceId, language: Language): string {
  const text = face === 'REFUSED' ? INTENT_FACES['END-STOP'] : faceText(face);
  const values: Values = { amount: intent.amount, scannedAtMs: intent.scannedAtMs };
  const headline = say(text.h, language, values);
  return headline.includes(won(intent.amount, language))
    ? headline
    : `${won(intent.amount, language)} ${headline}`;
}

/** A line of news, for its ten seconds. */
export function newsLine(kind: 'LATER-DONE' | 'REVERSED', intent: FaceIntent, language: Language): string {
  const words = kind === 'REVERSED' ? RAIL.reversed : INTENT_FACES['LATER-DONE'].h;
  return `${say(words, language, { amount: intent.amount })} (${intent.reference})`;
}
