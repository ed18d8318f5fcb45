/**
 * A call that is answered with a code and has no effect: thrown inside the transaction, so that nothing of it stays.
 * `field` names the parameter; never its value.
 */
export class Refusal extends Error {
  readonly code: string;
  readonly field: string | null;

  constructor(code: string, field: string | null = null) {
    super(field === null ? code : `${code} ${field}`);
    this.name = 'Refusal';
    this.code = code;
    this.field = field;
  }
}
