/**
 * Stands at the pages' address while the ledger, or its key file, keeps the agent from starting: a page that says in both languages that
 * nothing is taken, why, and what the manager can do. It reads no ledger and takes nothing.
 */
import { createServer as createHttp, type RequestListener } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { LedgerFaultCode } from '../ledger/types.ts';

export interface StandInOptions {
  readonly host: string;
  readonly port: number;
  readonly tls: { readonly cert: Buffer | string; readonly key: Buffer | string } | null;
}

/** Why the till does not start: a fault of the ledger, or its key file cannot be used. */
export type StandInCode = LedgerFaultCode | 'KEY_TOO_OPEN' | 'KEY_UNREADABLE';

interface Sentence {
  readonly ko: string;
  readonly en: string;
}

/** What the manager can do, by the ledger's fault. LOCKED: another agent holds the ledger and this address. */
const SENTENCES: Readonly<Record<Exclude<StandInCode, 'LOCKED'>, Sentence>> = {
  FULL: {
    ko: '저장 공간이 없습니다. 자리를 비우면 스스로 다시 시작합니다.',
    en: 'The disk is full. Make room: it starts again by itself.',
  },
  READ_ONLY: {
    ko: '장부를 쓸 수 없습니다(읽기 전용 디스크 또는 권한). 디스크를 확인하세요.',
    en: 'The ledger cannot be written (a read-only disk, or rights). Look at the disk.',
  },
  CORRUPT: {
    ko: '장부 파일이 손상되었습니다. 마지막 백업으로 되돌리세요: kona-till ledger restore FILE --yes',
    en: 'The ledger file is damaged. Put the last backup in its place: kona-till ledger restore FILE --yes',
  },
  NEWER_SCHEMA: {
    ko: '더 새로운 프로그램이 쓴 장부입니다. 그 버전을 다시 설치하세요.',
    en: 'A newer program wrote the ledger. Install that version again.',
  },
  OTHER_ENVIRONMENT: {
    ko: '다른 환경, 가맹점 또는 단말기의 열린 거래가 있습니다. 이전 설정으로 먼저 끝내세요.',
    en: 'Open payments belong to another environment, merchant or terminal. End them with the old configuration first.',
  },
  KEY_MISSING: {
    ko: '금고 키가 없거나 다른 키입니다. 키를 바꾸다 전원이 꺼졌다면: kona-till ledger rotate-key 를 다시(서비스 자격 증명이면 --key-file FILE). 아니면 키 파일을 되돌려 놓으세요. 잃어버렸다면: kona-till ledger rotate-key --lost',
    en: 'The key of the vault is missing or another one. After a power cut within a change of the key: kona-till ledger rotate-key again (--key-file FILE where it is a credential). Otherwise put the key file back. If it is gone for good: kona-till ledger rotate-key --lost',
  },
  KEY_TOO_OPEN: {
    ko: '다른 사용자가 금고 키 파일을 읽을 수 있습니다. 막으세요: chmod 600 FILE (파일 이름: kona-till doctor)',
    en: 'Others can read the key file of the vault. Close it to them: chmod 600 FILE (its name: kona-till doctor)',
  },
  KEY_UNREADABLE: {
    ko: '금고 키 파일을 읽을 수 없거나 비어 있습니다. 이유와 할 일: kona-till doctor',
    en: 'The key file of the vault cannot be read, or is empty. Why, and what to do: kona-till doctor',
  },
  IO: {
    ko: '디스크를 읽거나 쓸 수 없습니다. 디스크를 확인하세요.',
    en: 'Reading or writing the disk failed. Look at the disk.',
  },
};

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
} as const;
/** Seconds until the page looks again by itself. */
const AGAIN_S = 5;

function page(code: keyof typeof SENTENCES): string {
  const { ko, en } = SENTENCES[code];
  return `<!doctype html><html lang="ko"><head><meta charset="utf-8"><meta http-equiv="refresh" content="${AGAIN_S}"><title>kona-till</title></head>
<body><h1>장부 오류: 거래 중지 · 현금을 받지 마세요</h1><p>${ko}</p>
<h1 lang="en">Ledger fault: off · take no cash</h1><p lang="en">${en}</p><p>${code}</p></body></html>
`;
}

/**
 * Answers every request with that page (503; `/healthz` in its own form) until `until` resolves. A port that cannot be had
 * is no second fault: then nobody is told by a page.
 */
export async function standIn(
  options: StandInOptions,
  code: StandInCode,
  until: Promise<unknown>,
  onListening: (port: number) => void = () => undefined,
): Promise<void> {
  if (code === 'LOCKED') return;
  const answer: RequestListener = (request, response) => {
    const isHealth = request.url === '/healthz';
    const headers = isHealth ? { ...HEADERS, 'content-type': 'application/json' } : HEADERS;
    response.writeHead(503, { ...headers, connection: 'close' });
    response.end(isHealth ? JSON.stringify({ ok: false, reasons: ['LEDGER'] }) : page(code));
  };
  const server = options.tls === null ? createHttp(answer) : createHttps(options.tls, answer);
  const isListening = await new Promise<boolean>((done) => {
    server.once('error', () => done(false));
    server.listen(options.port, options.host, () => done(true));
  });
  if (!isListening) return;
  const address = server.address();
  if (address !== null && typeof address === 'object') onListening(address.port);
  await until;
  await new Promise<void>((done) => {
    server.close(() => done());
    server.closeAllConnections();
  });
}
