import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

const screens = fileURLToPath(new URL('./src/screens', import.meta.url));

/** The pages are built from src/screens whatever folder the build is started for. */
const rootOfPages: Plugin = {
  name: 'root-of-pages',
  config: () => ({ root: screens }),
};

/**
 * The cashier's and the manager's page into dist/screens: relative addresses, hashed assets, no inline script and no
 * inline style, so that the agent's content security policy needs no exception.
 */
export default defineConfig({
  root: screens,
  base: './',
  plugins: [rootOfPages],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: fileURLToPath(new URL('./dist/screens', import.meta.url)),
    emptyOutDir: true,
    target: 'chrome120',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: {
        cashier: `${screens}/cashier.html`,
        manager: `${screens}/manager.html`,
      },
    },
  },
});
