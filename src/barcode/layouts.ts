/**
 * What the keys of a US keyboard type under other layouts, to recognise a scan that was typed under the wrong one.
 * Four rows of keys without and with Shift, in the same order for every layout.
 */

export const LAYOUT_NAMES = ['US', 'UK', 'DE', 'FR', 'KR'] as const;
export type LayoutName = (typeof LAYOUT_NAMES)[number];

/** Rows number, Q, A, Z of the 47 keys that carry characters, joined. */
export const KEY_ROWS: Readonly<Record<LayoutName, { readonly plain: string; readonly shifted: string }>> = {
  US: {
    plain: `\`1234567890-=qwertyuiop[]\\asdfghjkl;'zxcvbnm,./`,
    shifted: `~!@#$%^&*()_+QWERTYUIOP{}|ASDFGHJKL:"ZXCVBNM<>?`,
  },
  UK: {
    plain: `\`1234567890-=qwertyuiop[]#asdfghjkl;'zxcvbnm,./`,
    shifted: `¬!"£$%^&*()_+QWERTYUIOP{}~ASDFGHJKL:@ZXCVBNM<>?`,
  },
  DE: {
    plain: `^1234567890ß´qwertzuiopü+#asdfghjklöäyxcvbnm,.-`,
    shifted: `°!"§$%&/()=?\`QWERTZUIOPÜ*'ASDFGHJKLÖÄYXCVBNM;:_`,
  },
  FR: {
    plain: `²&é"'(-è_çà)=azertyuiop^$*qsdfghjklmùwxcvbn,;:!`,
    shifted: `~1234567890°+AZERTYUIOP¨£µQSDFGHJKLM%WXCVBN?./§`,
  },
  KR: {
    plain: `\`1234567890-=ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔ[]₩ㅁㄴㅇㄹㅎㅗㅓㅏㅣ;'ㅋㅌㅊㅍㅠㅜㅡ,./`,
    shifted: `~!@#$%^&*()_+ㅃㅉㄸㄲㅆㅛㅕㅑㅒㅖ{}|ㅁㄴㅇㄹㅎㅗㅓㅏㅣ:"ㅋㅌㅊㅍㅠㅜㅡ<>?`,
  },
};

/** The text that `to` would have typed with the same keys under which `from` typed this one. */
export function retype(text: string, from: LayoutName, to: LayoutName): string {
  const source = KEY_ROWS[from];
  const target = KEY_ROWS[to];
  let typed = '';
  for (const character of from === 'KR' ? jamoOf(text) : text) {
    const shifted = source.shifted.indexOf(character);
    const plain = source.plain.indexOf(character);
    // Most Korean keys type the same with and without Shift; a scanner sends these letters with it.
    if (shifted >= 0) typed += target.shifted[shifted] ?? character;
    else if (plain >= 0) typed += target.plain[plain] ?? character;
    else typed += character;
  }
  return typed;
}

const LEADS = 'ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ';
const VOWELS = [
  'ㅏ',
  'ㅐ',
  'ㅑ',
  'ㅒ',
  'ㅓ',
  'ㅔ',
  'ㅕ',
  'ㅖ',
  'ㅗ',
  'ㅗㅏ',
  'ㅗㅐ',
  'ㅗㅣ',
  'ㅛ',
  'ㅜ',
  'ㅜㅓ',
  'ㅜㅔ',
].concat(['ㅜㅣ', 'ㅠ', 'ㅡ', 'ㅡㅣ', 'ㅣ']);
const TAILS = [
  '',
  'ㄱ',
  'ㄲ',
  'ㄱㅅ',
  'ㄴ',
  'ㄴㅈ',
  'ㄴㅎ',
  'ㄷ',
  'ㄹ',
  'ㄹㄱ',
  'ㄹㅁ',
  'ㄹㅂ',
  'ㄹㅅ',
  'ㄹㅌ',
  'ㄹㅍ',
].concat(['ㄹㅎ', 'ㅁ', 'ㅂ', 'ㅂㅅ', 'ㅅ', 'ㅆ', 'ㅇ', 'ㅈ', 'ㅊ', 'ㅋ', 'ㅌ', 'ㅍ', 'ㅎ']);
const SYLLABLES_FIRST = 0xac00;
const SYLLABLES_COUNT = 11_172;

/** Korean syllables taken apart into the keys that made them. */
function jamoOf(text: string): string {
  let jamo = '';
  for (const character of text) {
    const index = (character.codePointAt(0) ?? 0) - SYLLABLES_FIRST;
    if (index < 0 || index >= SYLLABLES_COUNT) {
      jamo += character;
      continue;
    }
    jamo += LEADS[Math.floor(index / 588)] ?? '';
    jamo += VOWELS[Math.floor((index % 588) / 28)] ?? '';
    jamo += TAILS[index % 28] ?? '';
  }
  return jamo;
}
