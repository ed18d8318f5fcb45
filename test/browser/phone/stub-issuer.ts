import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { formatBarcode } from '../../../src/barcode/format.ts';
import type {
  BarcodeView,
  CardsAnswer,
  FaultSetting,
  HistoryRow,
  MadeBarcode,
  MakeBarcodeBody,
} from '../../../src/issuer/phone/api.ts';

/** The phone page's side of an issuer, in memory, behind the strictest content security policy. */
export interface StubIssuer {
  readonly url: string;
  /** What the next answers say; the test moves it. */
  view: Partial<BarcodeView>;
  cards: CardsAnswer['cards'];
  history: HistoryRow[];
  faults: FaultSetting[];
  down: boolean;
  lifeMs: number;
  readonly made: MadeBarcode[];
  hold: (png: Uint8Array) => Promise<'read' | 'unreadable' | 'noTill'>;
  close(): Promise<void>;
}

const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

export async function startStubIssuer(folder: string): Promise<StubIssuer> {
  const server = createServer((request, response) => {
    answer(stub, folder, request, response).catch(() => response.writeHead(500).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('no address');
  const stub: StubIssuer = {
    url: `http://127.0.0.1:${address.port}/phone/`,
    view: {},
    cards: [
      { cardRef: 'one', last4: '0005', status: 'active', balance: 43_000 },
      { cardRef: 'two', last4: '0013', status: 'suspended', balance: 0 },
    ],
    history: [],
    faults: [],
    down: false,
    lifeMs: 300_000,
    made: [],
    hold: async () => 'noTill',
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return stub;
}

async function answer(
  stub: StubIssuer,
  folder: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  if (stub.down) {
    request.socket.destroy();
    return;
  }
  if (!url.pathname.startsWith('/phone/api/')) {
    await sendFile(folder, url.pathname, response);
    return;
  }
  const body = await bodyOf(request);
  const value = await api(
    stub,
    `${request.method} ${url.pathname.slice('/phone/api'.length)}`,
    body,
    request,
  );
  response.writeHead(value === null ? 404 : 200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value ?? { code: '000_002' }));
}

async function api(
  stub: StubIssuer,
  route: string,
  body: Buffer,
  request: IncomingMessage,
): Promise<unknown> {
  const json = (): unknown => {
    if (request.headers['content-type'] !== 'application/json') throw new TypeError('not JSON');
    return JSON.parse(body.toString('utf8'));
  };
  const limits = { min: 1_000, max: 500_000, unit: 1_000 };
  if (route === 'POST /cards/samples') {
    stub.cards = [{ cardRef: 'one', last4: '0005', status: 'active', balance: 43_000 }];
  }
  if (route === 'GET /cards' || route === 'POST /cards/samples') {
    return { cards: stub.cards, limits: { CHARGE: limits, REFUND: limits }, canHold: true, canFault: true };
  }
  if (route === 'POST /barcodes') return make(stub, json() as MakeBarcodeBody);
  if (route === 'GET /history') return { rows: stub.history };
  if (route === 'POST /hold') {
    if (request.headers['content-type'] !== 'image/png') throw new TypeError('not a picture');
    return { result: await stub.hold(body) };
  }
  if (route === 'PUT /faults') {
    const setting = json() as FaultSetting;
    stub.faults = stub.faults.filter(({ call }) => call !== setting.call);
    if (setting.kind !== null) stub.faults.push(setting);
  }
  if (route.endsWith(' /faults')) return { faults: stub.faults };
  const last = stub.made.at(-1);
  if (!route.startsWith('GET /barcodes/') || last === undefined) return null;
  const view: BarcodeView = { ...last, state: 'waiting', balance: null, declineCode: null, ...stub.view };
  return view;
}

function make(stub: StubIssuer, { type, amount }: MakeBarcodeBody): MadeBarcode {
  const made: MadeBarcode = {
    barcodeRef: `b${stub.made.length}`,
    spec: formatBarcode({ type, cardNumber: '9410000000000005', token: '123', amount }),
    last4: '0005',
    type,
    amount,
    lifeMs: stub.lifeMs,
    leftMs: stub.lifeMs,
  };
  stub.made.push(made);
  return made;
}

async function sendFile(folder: string, path: string, response: ServerResponse): Promise<void> {
  const name = normalize(path.replace(/^\/phone\//, '/')).replace(/^\/$/, '/index.html');
  try {
    const bytes = await readFile(join(folder, name));
    const type = TYPES[extname(name)] ?? 'application/octet-stream';
    response.writeHead(200, { 'content-type': type, 'content-security-policy': CSP });
    response.end(bytes);
  } catch {
    response.writeHead(404).end();
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
