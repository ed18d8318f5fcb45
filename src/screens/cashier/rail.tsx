/** The rail: the last result of this station on the left, open matters as chips on the right. */
import type { FaceIntent, Snapshot } from '../../station/snapshot.ts';
import { clockTime } from '../text/format.ts';
import { noticeWords, RAIL, WORDS } from '../text/rail.ts';
import { type Language, say, type Words } from '../text/words.ts';
import type { PageState } from './link.ts';
import type { OpenPanel, RailList } from './panels.ts';
import { type Moment, newsLine, railLine } from './sentence.ts';
import { type ExplainId, explanation } from './strip.tsx';

interface RailProps {
  readonly snapshot: Snapshot | null;
  readonly language: Language;
  readonly moment: Moment | null;
  readonly free: boolean;
  readonly explained: ExplainId | null;
  readonly typesIntoPage: boolean;
  readonly closeExplained: () => void;
  readonly show: (panel: OpenPanel) => void;
  readonly voidLast: (target: FaceIntent) => void;
  readonly lock: () => void;
  /** Why the last press did nothing; null when that was long ago. */
  readonly notice: string | null;
}

const NOTICE_MS = 4_000;

/** The refusal that is still to be said. */
export function noticeOf({ notice, nowMs }: PageState): string | null {
  return notice === null || nowMs - notice.atMs > NOTICE_MS ? null : notice.refusal;
}

const CHIPS: readonly { readonly list: RailList; readonly shape: string; readonly words: Words }[] = [
  { list: 'payoutDue', shape: '▲', words: RAIL.payoutDue },
  { list: 'returnDue', shape: '▲', words: RAIL.returnDue },
  { list: 'later', shape: '◷', words: RAIL.later },
  { list: 'cases', shape: '?', words: RAIL.cases },
];

export function Rail(props: RailProps) {
  const { snapshot, language } = props;
  if (snapshot === null) return <div class="rail" />;
  return (
    <div class="rail">
      {props.explained === null ? (
        <LastResult {...props} snapshot={snapshot} />
      ) : (
        <div class="explained" role="status">
          <p>{explanation(props.explained, snapshot, props.typesIntoPage, language)}</p>
          {props.explained === 'station' && snapshot.control === 'here' ? (
            <button type="button" class="chip" onClick={props.lock}>
              {RAIL.lock[language]}
            </button>
          ) : null}
          <button type="button" class="chip" onClick={props.closeExplained}>
            {RAIL.close[language]}
          </button>
        </div>
      )}
      <div class="chips">
        {CHIPS.map(({ list, shape, words }) => {
          const count = countOf(snapshot.rail, list);
          return count === 0 ? null : (
            <button
              type="button"
              class="chip count"
              key={list}
              data-chip={list}
              disabled={!props.free}
              onClick={() => props.show({ kind: 'list', list })}
            >
              <b>
                {shape} {count}
              </b>
              <span>{words[language]}</span>
            </button>
          );
        })}
        <button
          type="button"
          class="chip"
          disabled={!props.free}
          onClick={() => props.show({ kind: 'find' })}
        >
          {RAIL.find[language]}
        </button>
      </div>
    </div>
  );
}

/** What cannot be read in the ledger is the manager's, as a case is, and stands among them. */
function countOf(rail: Snapshot['rail'], list: RailList): number {
  return rail[list].length + (list === 'cases' ? rail.aside.length : 0);
}

function LastResult(props: RailProps & { snapshot: Snapshot }) {
  const { language, snapshot } = props;
  const { last, news } = snapshot.rail;
  if (props.notice !== null) {
    return (
      <div class="last">
        <p class="notice" role="status">
          {noticeWords(props.notice)[language]}
        </p>
      </div>
    );
  }
  if (news !== null) {
    return (
      <div class="last">
        <p class="news" role="status">
          {newsLine(news.kind, news.intent, language)}
        </p>
      </div>
    );
  }
  if (last === null) return <div class="last muted">{RAIL.none[language]}</div>;
  return (
    <div class="last">
      <p>
        <span class="part">{railLine(last, last.face, language)}</span>
        <span class="part muted">
          {clockTime(last.atMs)} · {say(WORDS.cardEnding, language, { last4: last.last4 })}
        </span>
      </p>
      {last.receipt ? (
        <button
          type="button"
          class="chip"
          disabled={!props.free}
          onClick={() =>
            props.show({ kind: 'paper', sequenceId: last.sequenceId, slip: last.face === 'LATER-OK' })
          }
        >
          {RAIL.receipt[language]}
          {snapshot.rail.printer === 'failed' ? (
            <span class="printer-fault">{RAIL.noPrinter[language]}</span>
          ) : null}
        </button>
      ) : null}
      {last.voidable ? (
        <button type="button" class="chip" disabled={!props.free} onClick={() => props.voidLast(last)}>
          {RAIL.void[language]}
        </button>
      ) : null}
    </div>
  );
}
