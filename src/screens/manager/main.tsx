import { render } from 'preact';
import { applyPreferences, loadPreferences, themeAt } from '../shared/preferences.ts';
import { App } from './app.tsx';

const { language, theme } = loadPreferences();
applyPreferences(language, themeAt(theme, null, 0));
const root = document.querySelector('#page');
if (root === null) throw new Error('manager.html has no #page');
render(<App />, root);
