/** Parts that several manager pages share. */
import type { ComponentChildren } from 'preact';
import type { LineStrip } from '../../station/snapshot.ts';
import { clockTimeSeconds } from '../text/format.ts';
import { lineReason } from '../text/line.ts';
import { HEAD, SYNC } from '../text/manager.ts';
import { STRIP } from '../text/strip.ts';
import { type Language, say } from '../text/words.ts';
import { errorText, type Loaded } from './calls.ts';

/** What failed, since when, what still works, [Try again]; the old figures stay below it, dated. */
export function LoadState(props: { of: Loaded<unknown>; what: string; language: Language }) {
  const { of, language } = props;
  if (of.error === null || of.failedSinceMs === null) return null;
  const since = clockTimeSeconds(of.failedSinceMs);
  return (
    <div class="load-fault" role="alert">
      <p>
        ▲ {say(HEAD.failed, language, { what: props.what, since })} {errorText(of.error, language)}{' '}
        {of.atMs === null ? null : say(HEAD.oldFigures, language, { time: clockTimeSeconds(of.atMs) })}
      </p>
      <button type="button" onClick={of.reload}>
        {HEAD.again[language]}
      </button>
    </div>
  );
}

export function lineText(line: Pick<LineStrip, 'state' | 'reason' | 'pausedBy'>, language: Language): string {
  const shapes = { online: '●', down: '▲', slow: '◆', paused: '‖' } as const;
  const words = {
    online: STRIP.online,
    down: { ko: '끊김', en: 'down' },
    slow: STRIP.slow,
    paused: line.pausedBy === 'alarm' ? SYNC.alarmed : STRIP.paused,
  } as const;
  const reason = lineReason(line.reason, language);
  return `${shapes[line.state]} ${words[line.state][language]}${line.state === 'online' || reason === '' ? '' : ` · ${reason}`}`;
}

/** Names with what holds of each. */
export function FactList(props: { rows: readonly (readonly [name: string, value: string])[] }) {
  return (
    <dl class="facts">
      {props.rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A table that may be wider than its place: it scrolls by itself and can be reached by the keyboard for that. */
export function ScrollingTable(props: { label: string; children: ComponentChildren }) {
  const reachable = (element: HTMLElement | null): void => {
    if (element !== null) element.tabIndex = 0;
  };
  return (
    <section class="table" aria-label={props.label} ref={reachable}>
      {props.children}
    </section>
  );
}
