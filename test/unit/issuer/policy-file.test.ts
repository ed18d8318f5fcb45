import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS, DEFAULT_POLICY } from '../../../src/issuer/options.ts';
import { PolicyFileError, parsePolicyFile } from '../../../src/issuer/policy-file.ts';

describe("the issuer's policy file", () => {
  it('takes every rule at its default, and comments', () => {
    const { limits: _limits, ...policy } = DEFAULT_POLICY;
    const text = `// as it is anyway\n${JSON.stringify({ ...policy, limits: DEFAULT_LIMITS })}`;
    expect(parsePolicyFile(text)).toEqual({ limits: DEFAULT_LIMITS, policy });
  });

  it('leaves out what it does not say', () => {
    expect(parsePolicyFile('{ "answerEncryption": "A256GCM", "limits": { "dailyCharge": 5 }, }')).toEqual({
      limits: { dailyCharge: 5 },
      policy: { answerEncryption: 'A256GCM' },
    });
  });

  it.each([
    ['{', 'is no JSON'],
    ['[]', 'the file'],
    ['{"tolerance": 1}', 'unknown: tolerance'],
    ['{"toleranceMs": 0}', 'toleranceMs'],
    ['{"answerEncryption": "A192GCM"}', 'answerEncryption'],
    ['{"limits": {"balanceCap": -1}}', 'limits.balanceCap'],
    ['{"codeTable": {"CHARGE": ["100010"], "REFUND": ["100010"]}}', 'codeTable'],
  ])('refuses %s and says where', (text, where) => {
    expect(() => parsePolicyFile(text)).toThrow(PolicyFileError);
    expect(() => parsePolicyFile(text)).toThrow(where);
  });
});
