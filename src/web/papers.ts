/** Papers and faces of payments that are not on a station's screen. */
import type { Intent } from '../intent/model.ts';
import { type FaceContext, faceIdOf } from '../station/faces.ts';
import { hasStoreCopy, type PaperInput, paperLines, paperOf } from '../station/receipt.ts';
import type { FaceId } from '../station/snapshot.ts';
import { DEFAULT_STATION_TIMES } from '../station/times.ts';
import { lineUp } from '../station/worker.ts';
import type { Language, ReceiptAnswer } from './api/common.ts';
import { ApiFault } from './fault.ts';
import type { StatusSource, WebOptions } from './options.ts';

type PaperOptions = Pick<WebOptions, 'ledger' | 'worker' | 'store' | 'laterLimitMs' | 'clock' | 'policy'>;

/** The paper of a payment's present state; throws ApiFault when it has none. */
export function paper(
  options: PaperOptions,
  sequenceId: string,
  wish: { readonly language: Language; readonly columns: number; readonly copy: boolean },
): ReceiptAnswer {
  const intent = options.ledger.get(sequenceId);
  const kind = intent === null ? null : paperOf(intent);
  if (intent === null || kind === null) throw new ApiFault(404, 'NOT_FOUND', 'no paper for this payment');
  const entries = options.ledger.timeline(sequenceId);
  const last = entries.at(-1);
  const input: Omit<PaperInput, 'storeCopy'> = {
    kind,
    intent,
    store: options.store,
    journal: { index: last?.index ?? 0, hash: last?.hash ?? '' },
    columns: wish.columns,
    language: wish.language,
    balance: wish.copy ? null : options.worker.balanceOf(sequenceId),
    copy: wish.copy,
    laterLimitMs: options.laterLimitMs,
    reversedAtMs: intent.host === 'reversed' ? (last?.atMs ?? null) : null,
    decisionIndex: entries.findLast((entry) => entry.kind === 'givenBack')?.index ?? null,
  };
  return {
    kind,
    columns: wish.columns,
    lines: paperLines({ ...input, storeCopy: false }),
    storeCopy: hasStoreCopy(kind, intent) ? paperLines({ ...input, storeCopy: true }) : null,
    copy: wish.copy,
  };
}

/** The face that a cashier would see for it, from the rail. */
export function faceForRail(
  options: Pick<WebOptions, 'clock' | 'policy'> & StatusSource,
  intent: Intent,
): FaceId {
  const context: FaceContext = {
    now: options.clock.now(),
    intentTimes: options.policy.times,
    stationTimes: DEFAULT_STATION_TIMES,
    lineUp: lineUp(options.worker.status()),
    paused: false,
    laterAllowed: false,
    choiceEndsMs: null,
    voidAsk: null,
    expired: false,
    limitCause: null,
    balance: null,
    holdLater: false,
    pinGiven: false,
    question: null,
    closesMs: null,
  };
  return faceIdOf(intent, context);
}
