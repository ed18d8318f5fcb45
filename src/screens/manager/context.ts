import type { Theme } from '../shared/preferences.ts';
import type { Language } from '../text/words.ts';
import type { Live } from './calls.ts';
import type { Route } from './route.ts';

/** What every page of the manager gets. */
export interface PageProps {
  readonly language: Language;
  readonly theme: Theme;
  readonly live: Live;
  readonly route: Route;
  /** The session is over. */
  readonly signedOut: () => void;
}
