import { describe } from 'vitest';
import { paymentsSuite } from './payments-suite.ts';
import { storeSuite } from './store-suite.ts';

describe('on PGlite in memory', () => paymentsSuite(async () => ({ memory: true })));
describe("the store's side on PGlite in memory", () => storeSuite(async () => ({ memory: true })));
