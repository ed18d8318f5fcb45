/** Language, theme and sound of this browser: switches of the page, kept over a reload, never read from the browser. */
import type { Language } from '../text/words.ts';

export type Theme = 'light' | 'dark';

export interface Preferences {
  readonly language: Language;
  readonly theme: Theme;
  readonly sound: boolean;
}

const KEY = 'kona-till.preferences';
const DEFAULTS: Preferences = { language: 'ko', theme: 'light', sound: true };

/** What was chosen last on this browser; Korean, light and audible when nothing was or storage is closed. */
export function loadPreferences(): Preferences {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    if (typeof stored !== 'object' || stored === null) return DEFAULTS;
    const given = stored as Readonly<Record<string, unknown>>;
    return {
      language: given.language === 'en' ? 'en' : 'ko',
      theme: given.theme === 'dark' ? 'dark' : 'light',
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
