import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

const phone = fileURLToPath(new URL('.', import.meta.url));

/** The page is built from this folder whatever folder the build is started for. */
const rootOfPhone: Plugin = {
  name: 'root-of-phone',
  config: () => ({ root: phone }),
};

/** The customer's phone page into dist/phone: relative addresses, no inline script, no inline style, nothing fetched. */
export default defineConfig({
  root: phone,
  base: './',
  plugins: [rootOfPhone],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: fileURLToPath(new URL('../../../dist/phone', import.meta.url)),
    emptyOutDir: true,
    target: 'chrome120',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
