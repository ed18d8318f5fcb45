import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { INTENT_DOCS_PATH, intentDocs } from '../../../scripts/intent-docs.ts';

it('docs/intent-table.md is what scripts/intent-docs.ts writes from the tables', () => {
  expect(readFileSync(INTENT_DOCS_PATH, 'utf8')).toBe(intentDocs());
});

it('the page shows every host in the diagram and all 38 states', () => {
  const page = intentDocs();
  for (const move of ['unsent --> sending', 'unknown --> reversing', 'voided']) expect(page).toContain(move);
  expect(page.match(/^\| (CHARGE|REFUND) \|/gm)).toHaveLength(38);
});
