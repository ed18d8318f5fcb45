/** The dock: six fixed places. A key that does nothing here is absent, its place stays empty. */
import { useRef } from 'preact/hooks';
import type { KeyId } from '../../station/snapshot.ts';
import { KEY_CAPS, keyConsequence, keyVerb } from '../text/keys.ts';
import { TAKE_OVER } from '../text/system.ts';
import type { Language } from '../text/words.ts';
import type { Link, PageState } from './link.ts';
import { sentenceKey } from './sentence.ts';

const PLACES: readonly KeyId[] = ['STOP', 'LEAVE', 'LATER', 'RECEIVED', 'REQUEST', 'HANDED'];

/**
 * A press acts on release inside the target, and only when the finger came down on the same sentence: a key that was
 * held while the face changed does nothing.
 */
export function usePressOn(identity: string, act: () => void) {
  const down = useRef<string | null>(null);
  return {
    onPointerDown: () => {
      down.current = identity;
    },
    onPointerCancel: () => {
      down.current = null;
    },
    onClick: (event: MouseEvent) => {
      // detail 0: pressed by the keyboard, which has its own rule.
      const isSame = event.detail === 0 || down.current === identity;
      down.current = null;
      if (isSame) act();
    },
  };
}

interface DockProps {
  readonly state: PageState;
  readonly language: Language;
  readonly press: (key: KeyId) => void;
  readonly link: Link;
  readonly hidden: boolean;
}

export function Dock(props: DockProps) {
  const { state, language } = props;
  const { snapshot } = state;
  if (props.hidden) return null;
  if (snapshot === null) return <div class="dock" />;
  if (snapshot.face.id === 'VIEW-ONLY') {
    return (
      <div class="dock">
        <button type="button" class="key wide" onClick={() => void props.link.control('take-over')}>
          <span class="verb">{TAKE_OVER[language]}</span>
        </button>
      </div>
    );
  }
  return (
    <div class="dock">
      {PLACES.map((key) => (
        <div class="place" key={key}>
          {snapshot.face.keys.includes(key) ? <DockKey {...props} id={key} /> : null}
        </div>
      ))}
    </div>
  );
}

function DockKey(props: DockProps & { id: KeyId }) {
  const { state, language, id } = props;
  const face = state.snapshot?.face;
  const handlers = usePressOn(face === undefined ? '' : sentenceKey(face), () => props.press(id));
  if (face === undefined) return null;
  const dead = state.nowMs < state.deadUntilMs;
  const waiting = state.pending !== null;
  const first = id === 'RECEIVED' || id === 'HANDED' || id === 'REQUEST';
  return (
    <button
      type="button"
      class={`key ${first ? 'first' : ''} ${dead ? 'dead' : ''}`}
      data-key={id}
      disabled={waiting || state.cover !== null}
      aria-disabled={dead}
      aria-keyshortcuts={KEY_CAPS[id]}
      {...handlers}
    >
      <span class="cap" aria-hidden="true">
        {KEY_CAPS[id]}
      </span>
      <span class="verb">{keyVerb(id, face.id, face.intent?.type ?? null)[language]}</span>
      <span class="consequence">{keyConsequence(id, face.id, face.values.paused === 1)[language]}</span>
      {dead ? <DeadTime key={state.deadUntilMs} /> : null}
    </button>
  );
}

/** The outline that fills while the key is dead. */
function DeadTime() {
  return (
    <svg class="dead-time" aria-hidden="true" focusable="false">
      <rect x="2" y="2" width="calc(100% - 4px)" height="calc(100% - 4px)" rx="10" pathLength="1" />
    </svg>
  );
}
