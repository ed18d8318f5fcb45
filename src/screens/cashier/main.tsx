import { render } from 'preact';
import { applyPreferences, loadPreferences, themeAt } from '../shared/preferences.ts';
import { App } from './app.tsx';
import { firstStation, Link } from './link.ts';
import { pageId } from './page-id.ts';

const ASK_AGAIN_MS = 1_000;

/** The station named in the address (`?station=1`), else the first one of this agent; asked until the agent answers. */
async function station(): Promise<string> {
  const named = new URLSearchParams(location.search).get('station');
  if (named !== null) return named;
  for (;;) {
    try {
      return await firstStation();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
    }
  }
}

const { language, theme } = loadPreferences();
applyPreferences(language, themeAt(theme, null, 0));
const root = document.querySelector('#page');
if (root === null) throw new Error('cashier.html has no #page');
const identify = async () => ({ station: await station(), page: await pageId() });
render(<App link={new Link(identify)} />, root);
