import { describe, expect, it } from 'vitest';
import { unansweredText } from '../../../src/screens/manager/day-unanswered.ts';
import { DAY_REFUSALS } from '../../../src/screens/text/day.ts';
import { NAV, SYNC } from '../../../src/screens/text/manager.ts';

const NOW = Date.UTC(2026, 10, 22, 13);
const IN_TEN_MINUTES = NOW + 600_000;

function sentences(why: string): { readonly en: string; readonly ko: string } {
  const [en, ko] = (['en', 'ko'] as const).map((language) =>
    unansweredText(why, IN_TEN_MINUTES, NOW, language),
  );
  return { en: en ?? '', ko: ko ?? '' };
}

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
    expect(sentences('RESET').en).toMatch(/no sure answer \(RESET\)/);
    expect(sentences('RESET').ko).toMatch(/확실한 응답이 없습니다 \(RESET\)/);
  });

  it('says that the issuer did answer, with which code, and whom to tell', () => {
    expect(sentences('000_908').en).toMatch(/did not do .* \(code 000_908\).*tell the issuer/);
    expect(sentences('000_908').ko).toMatch(/처리하지 않았습니다 \(코드 000_908\).*발행사에 알리세요/);
  });

  it.each([
    ['LEDGER', /Tell the installer/, /설치 담당자에게 알려/],
    [
      'RECOVERING',
      /press \[Go on with this terminal\] on the page Sync/,
      /전송 화면에서 \[이 단말기로 계속\]/,
    ],
    ['NOT_VERIFIED', /if it stays so, tell the installer/, /설치 담당자에게 알리세요/],
    ['PAYMENTS_UNDER_WAY', /Nothing is to be done/, /할 일은 없습니다/],
    ['LIST_BROKEN', /list contradicts itself.*tell the issuer/, /앞뒤가 맞지 않습니다.*발행사에 알리세요/],
    ['BUSY', /another close.*Nothing is to be done/, /다른 마감.*할 일은 없습니다/],
    ['006_907', /agreed already.*Nothing is to be done/, /이미 확정했습니다.*할 일은 없습니다/],
  ])('blames no issuer that answers for what is here, and says what to do: %s', (why, en, ko) => {
    expect(sentences(why).en).toMatch(en);
    expect(sentences(why).ko).toMatch(ko);
    expect(`${sentences(why).en} ${sentences(why).ko}`).not.toMatch(
      /no sure answer|응답이 없|[A-Z]+_[A-Z]+|LEDGER|BUSY/,
    );
  });

  it('names the page and the key by which a terminal is taken on as they are called there', () => {
    for (const language of ['ko', 'en'] as const) {
      expect(sentences('RECOVERING')[language]).toContain(NAV.sync[language]);
      expect(sentences('RECOVERING')[language]).toContain(`[${SYNC.claim[language]}]`);
      expect(DAY_REFUSALS.RECOVERING?.[language]).toContain(NAV.sync[language]);
    }
  });
});
