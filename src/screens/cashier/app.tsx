/** The cashier page: strip, face, dock and rail of one snapshot. It renders; the agent decides. */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { KeyId, Snapshot } from '../../station/snapshot.ts';
import {
  applyPreferences,
  loadPreferences,
  type Preferences,
  savePreferences,
  themeAt,
} from '../shared/preferences.ts';
import { Cover } from './cover.tsx';
import { Dock } from './dock.tsx';
import { FaceView } from './face.tsx';
import { FREE_FACES } from './free-faces.ts';
import { useKeyboard } from './input.ts';
import type { Link, PageState } from './link.ts';
import { momentOf } from './moment.ts';
import { Panel } from './panel.tsx';
import type { OpenPanel } from './panels.ts';
import { noticeOf, Rail } from './rail.tsx';
import { type Sentence, sentenceKey, sentenceOf } from './sentence.ts';
import { Speaker } from './sound.ts';
import { type ExplainId, Strip } from './strip.tsx';

const REPEAT_OUT_MS = 15_000;
const REPEAT_ALARM_MS = 5_000;
const COVER_ALARM_AFTER_MS = 2_000;

function usePreferences(attended: boolean, state: PageState) {
  const [preferences, setPreferences] = useState<Preferences>(loadPreferences);
  const { snapshot } = state;
  const wallMs = snapshot === null ? 0 : momentOf(state, snapshot).wallMs;
  const wanted = themeAt(preferences.theme, snapshot?.times.darkHours ?? null, wallMs);
  const [theme, setTheme] = useState(wanted);
  // The theme never changes while a customer's payment is on the screen (screens rule 12).
  if (!attended && theme !== wanted) setTheme(wanted);
  useLayoutEffect(() => applyPreferences(preferences.language, theme), [preferences.language, theme]);
  const change = (part: Partial<Preferences>): void => {
    const next = { ...preferences, ...part };
    setPreferences(next);
    savePreferences(next);
  };
  return { preferences, change };
}

/** One sound when the sentence changes, again while cash is owed, and the alarm of a page without its agent. */
function useSounds(speaker: Speaker, on: boolean, state: PageState, sentence: Sentence | null): void {
  const played = useRef({ key: '', atMs: 0 });
  useEffect(() => {
    const { snapshot, cover, nowMs } = state;
    if (cover !== null) {
      if (nowMs - cover.sinceMs < COVER_ALARM_AFTER_MS && snapshot === null) return;
      const isNew = played.current.key !== 'cover';
      const again = cover.heldAmount !== null && nowMs - played.current.atMs > REPEAT_ALARM_MS;
      if (!isNew && !again) return;
      played.current = { key: 'cover', atMs: nowMs };
      if (on) speaker.play('alarm');
      return;
    }
    if (snapshot === null || sentence === null) return;
    const key = sentenceKey(snapshot.face);
    const repeatMs = repeatOf(snapshot, sentence);
    const isNew = played.current.key !== key;
    if (!isNew && (repeatMs === null || nowMs - played.current.atMs < repeatMs)) return;
    played.current = { key, atMs: nowMs };
    if (on && sentence.sound !== null) speaker.play(sentence.sound);
  }, [state, sentence, on, speaker]);
}

function repeatOf(snapshot: Snapshot, sentence: Sentence): number | null {
  if (snapshot.face.id.startsWith('NOT-RECORDED')) return REPEAT_ALARM_MS;
  return sentence.sound === 'out' ? REPEAT_OUT_MS : null;
}

/** The agent hears that a face was shown only after the browser painted it: two frames later. */
function useAcknowledgement(link: Link, state: PageState): void {
  useEffect(() => {
    const { snapshot, cover } = state;
    if (snapshot === null || cover !== null || !snapshot.face.acknowledge) return;
    let second = 0;
    const first = requestAnimationFrame(() => {
      second = requestAnimationFrame(() => link.painted(snapshot));
    });
    return () => {
      cancelAnimationFrame(first);
      cancelAnimationFrame(second);
    };
  }, [link, state]);
}

export function App(props: { link: Link }) {
  const { link } = props;
  const [state, setState] = useState(link.state);
  const [speaker] = useState(() => new Speaker());
  const [panel, setPanel] = useState<OpenPanel | null>(null);
  const [explained, setExplained] = useState<ExplainId | null>(null);
  const [typedAtMs, setTypedAtMs] = useState<number | null>(null);
  useEffect(() => link.start(setState), [link]);

  const { snapshot } = state;
  const isFree = snapshot === null || FREE_FACES.has(snapshot.face.id);
  const { preferences, change } = usePreferences(!isFree, state);
  const { language } = preferences;
  const moment = snapshot === null ? null : momentOf(state, snapshot);
  const sentence = snapshot === null || moment === null ? null : sentenceOf(snapshot, language, moment);
  useSounds(speaker, preferences.sound, state, sentence);
  useAcknowledgement(link, state);

  const key = snapshot === null ? '' : sentenceKey(snapshot.face);
  const [panelKey, setPanelKey] = useState(key);
  if (panelKey !== key) {
    // A new sentence always wins over a list or a paper that happened to be open.
    setPanelKey(key);
    if (panel !== null) setPanel(null);
  }
  const closePanel = (): void => setPanel(null);
  const press = (id: KeyId | 'CLOSE'): void => {
    if (id === 'CLOSE' && panel !== null) closePanel();
    else if (isLive(snapshot, id) && panel === null) void link.press(id);
  };
  useKeyboard({ press, wake: () => speaker.wake(), burst: () => setTypedAtMs(performance.now()) });

  return (
    <div
      class="till"
      data-look={sentence?.look ?? 'stop'}
      data-face={snapshot?.face.id ?? 'NOT-READY'}
      data-sequence={snapshot?.sequence}
    >
      <Strip
        state={state}
        preferences={preferences}
        change={change}
        soundBlocked={preferences.sound && speaker.blocked}
        typesIntoPage={typedAtMs !== null}
        explained={explained}
        explain={(id) => setExplained(explained === id ? null : id)}
        openCashier={() => isFree && setPanel({ kind: 'cashier' })}
      />
      <main class="desk">
        {panel !== null && snapshot !== null ? (
          <Panel
            open={panel}
            link={link}
            snapshot={snapshot}
            language={language}
            close={closePanel}
            show={setPanel}
          />
        ) : (
          <FaceView link={link} state={state} sentence={sentence} language={language} press={press} />
        )}
        <Dock state={state} language={language} press={press} link={link} hidden={panel !== null} />
        <Rail
          snapshot={snapshot}
          language={language}
          moment={moment}
          free={isFree}
          explained={explained}
          typesIntoPage={typedAtMs !== null}
          closeExplained={() => setExplained(null)}
          show={setPanel}
          voidLast={(target) => void link.press('VOID', target)}
          lock={() => {
            setExplained(null);
            void link.control('lock');
          }}
          notice={noticeOf(state)}
        />
        {state.cover === null ? null : <Cover state={state} cover={state.cover} language={language} />}
      </main>
    </div>
  );
}

function isLive(snapshot: Snapshot | null, id: KeyId | 'CLOSE'): boolean {
  if (snapshot === null) return false;
  return id === 'CLOSE' ? snapshot.face.closable : snapshot.face.keys.includes(id);
}
