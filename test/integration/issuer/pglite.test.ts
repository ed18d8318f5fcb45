import { describe } from 'vitest';
import { paymentsSuite } from './payments-suite.ts';

describe('on PGlite in memory', () => paymentsSuite(async () => ({ memory: true })));
