/**
 * The sheet with which an installer commissions a scanner: test barcodes of several kinds to scan, and where to mend
 * what they show. No test barcode is a payment, so scanning the sheet on a working till moves nothing. Barcodes that
 * reconfigure a scanner are not on it: makers print them in their manuals, and none is invented here.
 */
import { createHash } from 'node:crypto';
import { code128, drawingSVG, ean13, gs1_128, qrcode } from 'bwip-js/generic';

export type TestSymbology = 'CODE128' | 'GS1-128' | 'EAN13' | 'QR';

export interface TestCode {
  readonly id: string;
  readonly symbology: TestSymbology;
  /** What a well set scanner sends, without prefix, suffix and identifier. */
  readonly text: string;
  /** AIM identifier that it sends, if it sends one. */
  readonly identifier: string;
  readonly title: { readonly ko: string; readonly en: string };
}

/** Same length and width as a payment barcode, and no transaction code. */
const LIKE_A_PAYMENT = 'TESTOK0123456789012345678901234';

export const TEST_CODES: readonly TestCode[] = [
  {
    id: 'length',
    symbology: 'CODE128',
    text: LIKE_A_PAYMENT,
    identifier: ']C0',
    title: { ko: '결제 바코드와 같은 길이 (31자)', en: 'As long as a payment barcode (31 characters)' },
  },
  {
    id: 'letters',
    symbology: 'CODE128',
    text: 'AZQWMYabcdefghijklmnopqrstuvwxyz',
    identifier: ']C0',
    title: { ko: '대문자와 소문자', en: 'Capital and small letters' },
  },
  {
    id: 'signs',
    symbology: 'CODE128',
    text: `!"#$%&'()*+,-./:;<=>?@[\\]^_{|}~`,
    identifier: ']C0',
    title: { ko: '기호: 자판 배열', en: 'Signs: keyboard layout' },
  },
  {
    id: 'gs1',
    symbology: 'GS1-128',
    text: '0108801234567893',
    identifier: ']C1',
    title: { ko: 'GS1-128: 식별자 확인', en: 'GS1-128: checks the identifier' },
  },
  {
    id: 'product',
    symbology: 'EAN13',
    text: '8801234567893',
    identifier: ']E0',
    title: { ko: '상품 바코드 (POS로 전달)', en: 'A product (goes to the POS program)' },
  },
  {
    id: 'qr',
    symbology: 'QR',
    text: LIKE_A_PAYMENT,
    identifier: ']Q1',
    title: { ko: 'QR 코드: 2차원 스캐너만', en: 'QR code: two-dimensional scanners only' },
  },
];

/** The drawing of a test code, black on white, quiet zones included. */
export function testCodeSvg(code: TestCode): string {
  const options = {
    bcid: '',
    text: code.text,
    scale: 2,
    height: 15,
    paddingwidth: 12,
    backgroundcolor: 'FFFFFF',
  };
  switch (code.symbology) {
    case 'CODE128':
      return code128<string>(options, drawingSVG());
    case 'GS1-128':
      return gs1_128<string>({ ...options, text: `(01)${code.text.slice(2)}` }, drawingSVG());
    case 'EAN13':
      return ean13<string>(options, drawingSVG());
    case 'QR':
      return qrcode<string>(
        { bcid: '', text: code.text, scale: 3, padding: 6, backgroundcolor: 'FFFFFF' },
        drawingSVG(),
      );
  }
}

const PAGES: readonly { readonly title: string; readonly lines: readonly string[] }[] = [
  {
    title: '2. 자판 배열 · Keyboard layout',
    lines: [
      '스캐너의 국가(자판)를 단말기 설정의 layout 과 같게 하세요. 또는 HID-POS나 직렬 방식으로 바꾸세요.',
      "Set the scanner's keyboard country to the layout in the till's configuration, or better: change it to HID-POS or serial.",
      '대소문자가 바뀌면 스캐너의 Caps Lock 기능을 끄세요. · If letter case is swapped, switch its Caps Lock option off.',
    ],
  },
  {
    title: '3. 앞뒤 글자 · Prefix and suffix',
    lines: [
      '뒤에 CR 하나만 붙이는 것이 좋습니다. 앞에는 아무것도 붙이지 마세요. · Best: one CR after each read, nothing before.',
      '두 번 읽은 것이 붙으면 CR이 없는 것입니다. · If two reads run together, the suffix is missing.',
      '같은 바코드를 다시 읽는 간격은 1초 이상으로 하세요. · Set the time before the same code is read again to 1 s or more.',
    ],
  },
  {
    title: '4. 바코드 종류와 연결 방식 · Symbologies and interface',
    lines: [
      'Code 128을 켜고, AIM 식별자를 보내게 하면 더 안전합니다. · Switch Code 128 on; sending the AIM identifier makes it safer.',
      "HID-POS 설정 바코드는 제조사 설명서에 있습니다. · The barcode that selects HID-POS is in the maker's manual",
      '(Honeywell: Terminal ID 131 HID POS, 130 USB Serial, 124 PC Keyboard).',
    ],
  },
];

/** Codes whose letters have a symbol each, no pair of digits in one: nearly 400 modules. */
const WIDE: ReadonlySet<string> = new Set(['letters', 'signs']);

const STYLE =
  'body{font:16px/1.45 sans-serif;color:#000;background:#fff;margin:24px}' +
  // The codes fit on one printed page: two beside each other, but those of most modules alone, or a bar would be under 0.25 mm.
  '@page{size:A4;margin:12mm}@media print{body{margin:0}}section+section{break-before:page}' +
  '.codes{display:grid;grid-template-columns:1fr 1fr;grid-auto-flow:dense;gap:0 32px}.wide{grid-column:1/-1}' +
  'figure{margin:16px 0;break-inside:avoid}svg{display:block;max-width:100%;max-height:160px}' +
  'figcaption{margin-bottom:8px}code{font-size:12px}';

/** For a content security policy: the sheet's only style element. */
export const TEST_SHEET_STYLE_HASH = `sha256-${createHash('sha256').update(STYLE).digest('base64')}`;

/** The whole sheet as one HTML document: nothing is fetched, nothing runs. Four pages when printed. */
export function testSheetHtml(): string {
  const codes = TEST_CODES.map(
    (code) =>
      `<figure${WIDE.has(code.id) ? ' class="wide"' : ''}><figcaption>${escaped(`${code.title.ko} · ${code.title.en}`)}<br><code>${escaped(code.text)}</code>` +
      `</figcaption>${testCodeSvg(code)}</figure>`,
  ).join('');
  const pages = PAGES.map(
    ({ title, lines }) =>
      `<section><h2>${escaped(title)}</h2>${lines.map((line) => `<p>${escaped(line)}</p>`).join('')}</section>`,
  ).join('');
  return (
    '<!doctype html><html lang="ko"><head><meta charset="utf-8"><title>스캐너 설정 시트 · Scanner setup sheet</title>' +
    `<style>${STYLE}</style></head><body><section><h1>스캐너 설정 시트 · Scanner setup sheet</h1>` +
    '<h2>1. 시험 바코드 · Test barcodes</h2>' +
    `<p>kona-till scanners test</p><div class="codes">${codes}</div></section>${pages}</body></html>\n`
  );
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
