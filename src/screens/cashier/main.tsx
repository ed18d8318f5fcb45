import { render } from 'preact';
import { applyPreferences, loadPreferences, themeAt } from '../shared/preferences.ts';
import { App } from './app.tsx';
import { firstStation, Link } from './link.ts';
import { pageId } from './page-id.ts';

/** The station named in the address (`?station=1`), else the first one of this agent. */
async function station(): Promise<string> {
  return new URLSearchParams(location.search).get('station') ?? (await firstStation());
}

const { language, theme } = loadPreferences();
applyPreferences(language, themeAt(theme, null, 0));
const root = document.querySelector('#page');
if (root === null) throw new Error('cashier.html has no #page');
const identify = async () => ({ station: await station(), page: await pageId() });
render(<App link={new Link(identify)} />, root);
