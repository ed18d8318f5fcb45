/** The test sheet of scanners as a page to print: it fetches nothing, runs nothing, and holds nothing of this till. */
import type { FastifyInstance } from 'fastify';
import { described } from './schema.ts';

export function scannerSheetRoute(server: FastifyInstance): void {
  server.get(
    '/scanner-sheet',
    described('Test barcodes for commissioning scanners, as a page to print', 'operations'),
    async (_request, reply) => {
      // The drawing library is loaded by whoever asks for the sheet, which is seldom.
      const { TEST_SHEET_STYLE_HASH, testSheetHtml } = await import('../barcode/test-sheet.ts');
      return reply
        .header(
          'content-security-policy',
          `default-src 'none';style-src '${TEST_SHEET_STYLE_HASH}';base-uri 'none';form-action 'none';frame-ancestors 'none'`,
        )
        .header('cache-control', 'no-cache')
        .type('text/html; charset=utf-8')
        .send(testSheetHtml());
    },
  );
}
