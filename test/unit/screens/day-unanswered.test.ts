import { describe, expect, it } from 'vitest';
import { unansweredText } from '../../../src/screens/manager/day-unanswered.ts';

const NOW = Date.UTC(2026, 10, 22, 13);
const IN_TEN_MINUTES = NOW + 600_000;

describe('a close that the issuer has not confirmed', () => {
  it('says when it is asked again, where the issuer asked for that: it did answer', () => {
    const told = unansweredText('ASKED_TO_WAIT', IN_TEN_MINUTES, NOW, 'en');
    expect(told).toContain('22:10:00');
    expect(told).not.toMatch(/not answer|ASKED_TO_WAIT/);
    const korean = unansweredText('ASKED_TO_WAIT', IN_TEN_MINUTES, NOW, 'ko');
    expect(korean).toContain('22:10:00');
    expect(korean).not.toMatch(/응답이 없습니다|ASKED_TO_WAIT/);
  });

  it.each([null, NOW - 1])('names no time that is over or not known: %s', (nextTryMs) => {
    const told = unansweredText('ASKED_TO_WAIT', nextTryMs, NOW, 'en');
    expect(told).toMatch(/by itself soon/);
    expect(told).not.toMatch(/ at |\{/);
  });

  it('says that there is no answer, and why, where there is none', () => {
    expect(unansweredText('RESET', IN_TEN_MINUTES, NOW, 'en')).toMatch(/does not answer \(RESET\)/);
  });
});
