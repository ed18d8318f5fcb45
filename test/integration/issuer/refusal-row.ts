import type { Bent } from './caller.ts';

/** One refused request to barcode-spec: how it is bent, the code, and the name in the answer where there is one. */
export interface Row {
  readonly name: string;
  readonly bent: Bent;
  readonly code: string;
  readonly field?: string;
}

/** The request that every row bends. */
export const SPEC = '{"cardNo":"9410000000000005","type":"CHARGE","amount":10000}';
