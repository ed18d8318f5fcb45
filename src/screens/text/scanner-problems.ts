/** What keeps a scanner from reading (`ScannerTrouble`): what it is, and what a person does about it. */
import type { ScannerTrouble } from '../../web/api/terminal.ts';
import { CONNECTIONS } from './manager.ts';
import { type Language, say, type Words } from './words.ts';

interface ProblemText {
  /** Without values: the cashier's strip says it too. */
  readonly what: Words;
  /** In its place where its values are known. */
  readonly named?: Words;
  readonly cure: Words;
}

const MODE_OR_DRIVER: Words = {
  ko: '설명서의 모드 바코드를 찍거나 설정 파일의 driver를 바꾸세요.',
  en: 'Scan the mode barcode in its manual, or change "driver" in the configuration.',
};

export const SCANNER_PROBLEM_TEXTS: Readonly<Record<ScannerTrouble['code'], ProblemText>> = {
  NOT_FOUND: {
    what: { ko: '스캐너가 보이지 않습니다.', en: 'The scanner is not there.' },
    cure: {
      ko: '꽂고 켜세요. 네트워크 스캐너는 주소도 확인하세요.',
      en: 'Plug it in and switch it on; check the address of a network scanner.',
    },
  },
  AMBIGUOUS: {
    what: { ko: '맞는 스캐너가 여럿입니다.', en: 'Several scanners fit.' },
    named: { ko: '맞는 스캐너가 여럿입니다({places}).', en: 'Several scanners fit ({places}).' },
    cure: {
      ko: '설정 파일에 portPath나 serialNumber로 하나를 적으세요.',
      en: 'Name one in the configuration by "portPath" or "serialNumber".',
    },
  },
  PERMISSION: {
    what: { ko: '장치를 열 권한이 없습니다.', en: 'The system does not let us open the device.' },
    cure: {
      ko: '설치 스크립트로 udev 규칙을 넣고 스캐너를 다시 꽂으세요.',
      en: 'Run the install script for the udev rules, then plug the scanner in again.',
    },
  },
  BUSY: {
    what: { ko: '다른 프로그램이 스캐너를 쓰고 있습니다.', en: 'Another program has the scanner open.' },
    cure: { ko: '그 프로그램을 끝내세요.', en: 'End that program.' },
  },
  LIBRARY_MISSING: {
    what: {
      ko: '시스템 라이브러리 libusb-1.0이 없습니다.',
      en: 'The system library libusb-1.0 is missing.',
    },
    cure: {
      ko: 'apt-get install libusb-1.0-0 뒤에 단말 프로그램을 다시 시작하세요.',
      en: 'apt-get install libusb-1.0-0, then start the till again.',
    },
  },
  WRONG_INTERFACE: {
    what: { ko: '스캐너가 다른 방식으로 설정되어 있습니다.', en: 'The scanner is set to another mode.' },
    named: {
      ko: '스캐너({usb})가 {wanted} 방식이 아니라 {is} 방식입니다.',
      en: 'The scanner ({usb}) is set to {is}, not to {wanted}.',
    },
    cure: MODE_OR_DRIVER,
  },
  KEYSTROKES_LEAK: {
    what: {
      ko: '찍은 것이 화면에도 글자로 입력됩니다.',
      en: 'What it scans is also typed into the page.',
    },
    cure: {
      ko: '설치 스크립트로 udev 규칙을 넣고 다시 꽂거나, 스캐너를 HID-POS로 바꾸세요.',
      en: 'Run the install script for the udev rules and plug it in again, or set it to HID-POS.',
    },
  },
  REFUSED: {
    what: { ko: '스캐너가 연결을 받지 않습니다.', en: 'The scanner refuses the connection.' },
    cure: { ko: '켜고, 주소와 포트를 확인하세요.', en: 'Switch it on; check its address and port.' },
  },
  IO: {
    what: { ko: '장치 오류입니다.', en: 'The device fails.' },
    named: { ko: '장치 오류입니다({system}).', en: 'The device fails ({system}).' },
    cure: {
      ko: '다시 꽂으세요. 계속되면 다른 선이나 단자에 꽂으세요.',
      en: 'Plug it in again; if that does not help, try another cable or port.',
    },
  },
};

/** The problem in one sentence without its values; '' for none. */
export function problemWhat(code: ScannerTrouble['code'] | null, language: Language): string {
  return code === null ? '' : SCANNER_PROBLEM_TEXTS[code].what[language];
}

/** What it is and the cure, for the person who installs. */
export function problemText({ code, values }: ScannerTrouble, language: Language): string {
  const { what, named, cure } = SCANNER_PROBLEM_TEXTS[code];
  const isNamed = named !== undefined && Object.keys(values).length > 0;
  const told = Object.entries(values).map(([name, value]) => [name, CONNECTIONS[value]?.[language] ?? value]);
  return `${say(isNamed ? named : what, language, Object.fromEntries(told))} ${cure[language]}`;
}
