import fc from 'fast-check';

/** Any UTF-16 text, lone surrogates too. (fast-check's own `binary` unit takes seconds to set itself up.) */
export function anyText(maxLength: number): fc.Arbitrary<string> {
  const unit = fc.nat({ max: 0xffff }).map((code) => String.fromCharCode(code));
  return fc.oneof(fc.string({ unit: 'binary-ascii', maxLength }), fc.string({ unit, maxLength }));
}
