/** The status strip: each item a shape and a word, 56 px high; a touch shows its explanation in the rail. */
import type { Snapshot } from '../../station/snapshot.ts';
import type { Preferences, ThemeChoice } from '../shared/preferences.ts';
import { clockTimeSeconds, digits, monthDay, span } from '../text/format.ts';
import { lineReason } from '../text/line.ts';
import { problemWhat } from '../text/scanner-problems.ts';
import { EXPLAIN, STRIP } from '../text/strip.ts';
import { type Language, say } from '../text/words.ts';
import type { PageState } from './link.ts';
import { ageOf } from './sentence.ts';

export type ExplainId = 'station' | 'line' | 'scanner' | 'later' | 'owed' | 'time' | 'cashier' | 'sound';

interface Item {
  readonly id: ExplainId;
  readonly first: string;
  readonly second: string;
  readonly state: 'well' | 'warning' | 'fault';
}

interface StripProps {
  readonly state: PageState;
  readonly preferences: Preferences;
  readonly change: (part: Partial<Preferences>) => void;
  readonly soundBlocked: boolean;
  readonly typesIntoPage: boolean;
  readonly explained: ExplainId | null;
  readonly explain: (id: ExplainId) => void;
  readonly openCashier: () => void;
}

function stationItem(snapshot: Snapshot, language: Language): Item {
  const first = say(STRIP.station, language, { station: snapshot.stationId });
  const word = snapshot.control === 'locked' ? STRIP.locked : STRIP.viewOnly;
  if (snapshot.control === 'here')
    return { id: 'station', first, second: snapshot.terminalId, state: 'well' };
  const shape = snapshot.control === 'locked' ? '■' : '▲';
  return { id: 'station', first, second: `${shape} ${word[language]}`, state: 'warning' };
}

function lineItem(snapshot: Snapshot, wallMs: number, language: Language): Item {
  const { line } = snapshot.strip;
  const reason = lineReason(line.reason, language);
  const id = 'line';
  switch (line.state) {
    case 'online':
      return { id, first: `● ${STRIP.online[language]}`, second: STRIP.line[language], state: 'well' };
    case 'down': {
      const seconds = line.nextTryMs === null ? 0 : Math.ceil((line.nextTryMs - wallMs) / 1_000);
      const next = seconds > 0 ? say(STRIP.nextTry, language, { seconds }) : STRIP.tryingNow[language];
      const since = span(ageOf(line.sinceMs, wallMs));
      return { id, first: `▲ ${say(STRIP.down, language, { since })}`, second: next, state: 'fault' };
    }
    case 'slow':
      return { id, first: `◆ ${STRIP.slow[language]}`, second: STRIP.line[language], state: 'warning' };
    case 'paused':
      if (line.pausedBy === 'alarm') {
        const second = STRIP.laterWaits[language];
        return { id, first: `‖ ${STRIP.alarm[language]}`, second, state: 'warning' };
      }
      return { id, first: `‖ ${STRIP.paused[language]}`, second: reason, state: 'warning' };
  }
}

function scannerItem(snapshot: Snapshot, typesIntoPage: boolean, language: Language): Item {
  const id = 'scanner';
  const second = STRIP.scanner[language];
  if (typesIntoPage) return { id, first: `▲ ${STRIP.typesIntoPage[language]}`, second, state: 'fault' };
  switch (snapshot.strip.scanner.state) {
    case 'ready':
      return { id, first: `● ${STRIP.ready[language]}`, second, state: 'well' };
    case 'checkSetup':
      return { id, first: `▲ ${STRIP.checkSetup[language]}`, second, state: 'warning' };
    case 'notOpen':
      return { id, first: `▲ ${STRIP.checkSetup[language]}`, second, state: 'fault' };
    default:
      return { id, first: `▲ ${STRIP.unplugged[language]}`, second, state: 'fault' };
  }
}

function laterItem(snapshot: Snapshot, wallMs: number, language: Language): Item | null {
  const { count, sum, limit, oldestMs } = snapshot.strip.later;
  if (count === 0) return null;
  const oldest = oldestMs === null ? '-' : span(ageOf(oldestMs, wallMs));
  return {
    id: 'later',
    first: `◷ ${say(STRIP.laterItem, language, { count, sum })}`,
    second: say(STRIP.laterLimit, language, { count, limit: digits(limit), oldest }),
    state: 'warning',
  };
}

function owedItem(snapshot: Snapshot, language: Language): Item | null {
  const { payoutDue, returnDue, cases } = snapshot.strip;
  const returns = returnDue > 0 ? `▲ ${say(STRIP.returnDue, language, { count: returnDue })}` : null;
  const parts = [
    payoutDue > 0 ? `▲ ${say(STRIP.payoutDue, language, { count: payoutDue })}` : null,
    cases > 0 ? `? ${say(STRIP.cases, language, { count: cases })}` : null,
  ].filter((part) => part !== null);
  if (returns === null && parts.length === 0) return null;
  return { id: 'owed', first: returns ?? '', second: parts.join(' '), state: 'warning' };
}

function timeItem(snapshot: Snapshot, wallMs: number, language: Language): Item {
  const first = clockTimeSeconds(wallMs);
  if (!snapshot.strip.clockConfirmed) {
    return { id: 'time', first: `▲ ${first}`, second: STRIP.clockUnsure[language], state: 'warning' };
  }
  const day = monthDay(snapshot.strip.businessDate) ?? '-';
  return { id: 'time', first, second: say(STRIP.businessDay, language, { day }), state: 'well' };
}

/** The explanation of an item as it is now. */
export function explanation(
  id: ExplainId,
  snapshot: Snapshot,
  typesIntoPage: boolean,
  language: Language,
): string {
  const { line, scanner, clockConfirmed } = snapshot.strip;
  const reason = lineReason(line.reason, language) || '-';
  if (id === 'line') {
    const by = {
      online: EXPLAIN.lineWell,
      down: EXPLAIN.lineDown,
      slow: EXPLAIN.lineSlow,
      paused: line.pausedBy === 'alarm' ? EXPLAIN.lineAlarm : EXPLAIN.linePaused,
    };
    return say(by[line.state], language, { reason });
  }
  if (id === 'scanner') {
    const by = {
      ready: EXPLAIN.scannerWell,
      checkSetup: EXPLAIN.scannerCheck,
      notOpen: EXPLAIN.scannerCheck,
      unplugged: EXPLAIN.scannerUnplugged,
      none: EXPLAIN.scannerUnplugged,
    };
    const words = typesIntoPage ? EXPLAIN.scannerTypes : by[scanner.state];
    return say(words, language, {
      name: scanner.name ?? '',
      problem: problemWhat(scanner.problem, language),
    });
  }
  if (id === 'time') return (clockConfirmed ? EXPLAIN.time : EXPLAIN.clockUnsure)[language];
  if (id === 'sound') return EXPLAIN.soundBlocked[language];
  return EXPLAIN[id][language];
}

/** What a touch of the switch chooses next; the store's hours are a choice only where it has some. */
function themeAfter(theme: ThemeChoice, snapshot: Snapshot | null): ThemeChoice {
  if ((snapshot?.times.darkHours ?? null) === null) return theme === 'dark' ? 'light' : 'dark';
  return ({ hours: 'light', light: 'dark', dark: 'hours' } as const)[theme];
}

export function Strip(props: StripProps) {
  const { state, preferences, change } = props;
  const { language, theme, sound } = preferences;
  const { snapshot } = state;
  const wallMs = snapshot === null ? 0 : snapshot.wallMs + state.nowMs - state.receivedMs;
  const items =
    snapshot === null
      ? []
      : [
          stationItem(snapshot, language),
          lineItem(snapshot, wallMs, language),
          scannerItem(snapshot, props.typesIntoPage, language),
          laterItem(snapshot, wallMs, language),
          owedItem(snapshot, language),
          timeItem(snapshot, wallMs, language),
        ].filter((item) => item !== null);
  const nextTheme = themeAfter(theme, snapshot);
  const soundWords = sound && !props.soundBlocked ? STRIP.sound : STRIP.soundOff;
  return (
    <header class="strip">
      {items.flatMap((item) => [
        <button
          type="button"
          key={item.id}
          class="item"
          data-state={item.state}
          data-item={item.id}
          aria-expanded={props.explained === item.id}
          onClick={() => props.explain(item.id)}
        >
          <span class="first">{item.first}</span>
          <span class="second">{item.second}</span>
        </button>,
        <span class="space" key={`${item.id} space`} />,
      ])}
      {snapshot === null ? null : (
        <button type="button" class="item" data-state="well" data-item="cashier" onClick={props.openCashier}>
          <span class="first">{snapshot.strip.cashier ?? '–'}</span>
          <span class="second">{STRIP.cashier[language]}</span>
        </button>
      )}
      <span class="gap" />
      <button
        type="button"
        class="switch"
        lang={language === 'ko' ? 'en' : 'ko'}
        onClick={() => change({ language: language === 'ko' ? 'en' : 'ko' })}
      >
        {STRIP.otherLanguage[language]}
      </button>
      <button type="button" class="switch" onClick={() => change({ theme: nextTheme })}>
        {STRIP[nextTheme][language]}
      </button>
      <button
        type="button"
        class="switch"
        aria-pressed={sound}
        data-off={soundWords === STRIP.soundOff}
        onClick={() => (props.soundBlocked ? props.explain('sound') : change({ sound: !sound }))}
      >
        {soundWords[language]}
      </button>
    </header>
  );
}
