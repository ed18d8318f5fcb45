import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { fill, type Language, TEXTS, type TextId } from './texts.ts';

export const LanguageContext = createContext<Language>('ko');

export interface Words {
  readonly language: Language;
  say(id: TextId, values?: Readonly<Record<string, string>>): string;
}

/** The texts in the language of the page. */
export function useWords(): Words {
  const language = useContext(LanguageContext);
  return { language, say: (id, values) => fill(TEXTS[id][language], values) };
}

const STORED = 'kona-phone-language';

/** The customer's own choice, else the phone's language, else English. */
export function firstLanguage(): Language {
  try {
    const stored = localStorage.getItem(STORED);
    if (stored === 'ko' || stored === 'en') return stored;
  } catch {
    // Storage may be switched off; the phone's language then decides each time.
  }
  return navigator.language.toLowerCase().startsWith('ko') ? 'ko' : 'en';
}

export function keepLanguage(language: Language): void {
  document.documentElement.lang = language;
  try {
    localStorage.setItem(STORED, language);
  } catch {
    // See firstLanguage.
  }
}
