/** Language, theme and sound of this browser: switches of the page, kept over a reload, never read from the browser. */
import { clockTime } from '../text/format.ts';
import type { Language } from '../text/words.ts';

export type Theme = 'light' | 'dark';
/** What a person chose: one of the two, or whatever the store's hours say. */
export type ThemeChoice = Theme | 'hours';

export interface Preferences {
  readonly language: Language;
  readonly theme: ThemeChoice;
  readonly sound: boolean;
}

const KEY = 'kona-till.preferences';
const DEFAULTS: Preferences = { language: 'ko', theme: 'hours', sound: true };

/**
 * The theme of this moment (UTC ms): as chosen, else by the store's dark hours, Korean time. Light where the store has none.
 */
export function themeAt(
  choice: ThemeChoice,
  darkHours: { readonly from: number; readonly until: number } | null,
  wallMs: number,
): Theme {
  if (choice !== 'hours') return choice;
  if (darkHours === null) return 'light';
  const { from, until } = darkHours;
  const hour = Number(clockTime(wallMs).slice(0, 2));
  const isDark = from <= until ? hour >= from && hour < until : hour >= from || hour < until;
  return isDark ? 'dark' : 'light';
}

/** What was chosen last on this browser; Korean, by the store's hours and audible when nothing was or storage is closed. */
export function loadPreferences(): Preferences {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    if (typeof stored !== 'object' || stored === null) return DEFAULTS;
    const given = stored as Readonly<Record<string, unknown>>;
    return {
      language: given.language === 'en' ? 'en' : 'ko',
      theme: given.theme === 'dark' || given.theme === 'light' ? given.theme : 'hours',
      sound: given.sound !== false,
    };
  } catch {
    return DEFAULTS;
  }
}

/** Keeps the choice; a closed storage only means that a reload forgets it. */
export function savePreferences(preferences: Preferences): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(preferences));
  } catch {
    // Private mode or full storage: the switches still work until the reload.
  }
}

/** Puts language and theme on the document, where the style sheet and screen readers read them. */
export function applyPreferences(language: Language, theme: Theme): void {
  document.documentElement.lang = language;
  document.documentElement.dataset.theme = theme;
}
