/** One line of the table that `npm run bench` prints: what was measured, beside the least that it could cost. */
export interface BenchRow {
  readonly name: string;
  readonly product: string;
  readonly floor: string;
  readonly ratio: number;
  readonly target: string;
}
