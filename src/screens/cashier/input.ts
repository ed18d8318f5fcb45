/** Touch and keys of the cashier page: the wedge-safe keyboard, and pads that take touch or human typing. */
import { useEffect, useRef } from 'preact/hooks';
import type { KeyId } from '../../station/snapshot.ts';
import { KEY_CAPS } from '../text/keys.ts';
import { KeyGuard } from './keyboard.ts';

const SETTLE_EVERY_MS = 20;

const KEY_OF_CAP: Readonly<Record<string, KeyId | 'CLOSE'>> = Object.fromEntries(
  Object.entries(KEY_CAPS).map(([key, cap]) => [cap, key as KeyId | 'CLOSE']),
);

/** Keys that move the view: no scanner types them, and people without a pointer need them. */
const SCROLLS: ReadonlySet<string> = new Set(['ArrowUp', 'ArrowDown', 'PageUp', 'PageDown', 'Home', 'End']);

type Typed = (key: string) => void;
/** Pads on the screen, newest last; only the newest one hears typed characters. */
const pads: Typed[] = [];

/** Gives the characters typed at human speed to this pad while it is on the screen. */
export function usePad(typed: Typed): void {
  const latest = useRef(typed);
  latest.current = typed;
  useEffect(() => {
    const pad: Typed = (key) => latest.current(key);
    pads.push(pad);
    return () => {
      pads.splice(pads.indexOf(pad), 1);
    };
  }, []);
}

interface Keyboard {
  readonly press: (key: KeyId | 'CLOSE') => void;
  readonly wake: () => void;
  readonly burst: () => void;
}

/** Enter or Space out of silence presses the focused button; any other lone character goes to the newest pad. */
function act(key: string): void {
  const focused = document.activeElement;
  if (key === 'Enter' || key === ' ') {
    if (focused instanceof HTMLButtonElement) focused.click();
    return;
  }
  pads.at(-1)?.(key);
}

function isOurs(event: KeyboardEvent): boolean {
  return !event.ctrlKey && !event.altKey && !event.metaKey && event.key !== 'Shift';
}

/** Listens on the whole document, before anything else does. */
export function useKeyboard(keyboard: Keyboard): void {
  const latest = useRef(keyboard);
  latest.current = keyboard;
  useEffect(() => {
    const guard = new KeyGuard();
    let timer: ReturnType<typeof setInterval> | undefined;
    const settle = (): void => {
      const key = guard.settle(performance.now());
      if (key !== null) act(key);
    };
    const down = (event: KeyboardEvent): void => {
      if (!isOurs(event)) return;
      latest.current.wake();
      const isTab = event.key === 'Tab';
      if (!isTab && !SCROLLS.has(event.key)) event.preventDefault();
      if (event.repeat) return;
      settle();
      const seen = guard.press(event.key, performance.now());
      if (seen.kind === 'function') {
        const key = KEY_OF_CAP[seen.key];
        if (key !== undefined) latest.current.press(key);
      }
      if (seen.kind === 'burst') latest.current.burst();
      if (isTab && seen.kind !== 'held') event.preventDefault();
      // The timer runs only while a key is held, so a page that nobody types into sleeps.
      timer ??= setInterval(() => {
        settle();
        if (guard.holds) return;
        clearInterval(timer);
        timer = undefined;
      }, SETTLE_EVERY_MS);
    };
    const up = (event: KeyboardEvent): void => {
      if (isOurs(event) && event.key !== 'Tab') event.preventDefault();
    };
    const touched = (): void => latest.current.wake();
    document.addEventListener('keydown', down, true);
    document.addEventListener('keyup', up, true);
    document.addEventListener('pointerdown', touched, true);
    return () => {
      clearInterval(timer);
      document.removeEventListener('keydown', down, true);
      document.removeEventListener('keyup', up, true);
      document.removeEventListener('pointerdown', touched, true);
    };
  }, []);
}
