/** How many barcodes are asked for until one comes that was not shown: one in a thousand repeats another. */
const TRIES = 20;

/**
 * The barcodes of a test's customers, none of which comes twice: three digits repeat, and the same characters of the same card
 * and amount are rightly taken for the same content, or for a second scan.
 */
export class NewBarcodes {
  readonly #shown = new Set<string>();

  /** One that was not shown before. `ask` makes the issuer issue one. */
  async next(ask: () => Promise<string>): Promise<string> {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const barcode = await ask();
      if (this.#shown.has(barcode)) continue;
      this.#shown.add(barcode);
      return barcode;
    }
    throw new Error('no barcode that was not shown before');
  }
}
