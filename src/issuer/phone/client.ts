/** The page's calls to the issuer. An answer that is not the issuer's own is treated as no answer. */
import {
  type BarcodeView,
  type CardsAnswer,
  type FaultSetting,
  type FaultsAnswer,
  type HistoryAnswer,
  type HoldAnswer,
  type MadeBarcode,
  type MakeBarcodeBody,
  PHONE_ROUTES,
  phonePath,
} from './api.ts';

/** `code` null: the issuer was not reached. Otherwise its refusal. */
export class CallFailure extends Error {
  override readonly name = 'CallFailure';
  readonly code: string | null;

  constructor(code: string | null) {
    super(code ?? 'not reached');
    this.code = code;
  }
}

const ANSWER_MS_MAX = 10_000;

async function call<T>(
  route: { readonly method: string; readonly path: string },
  values: Readonly<Record<string, string>> = {},
  body?: Blob | object,
): Promise<T> {
  let answer: Response;
  let parsed: unknown;
  try {
    answer = await fetch(phonePath(route.path, values), {
      method: route.method,
      cache: 'no-store',
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
      ...bodyOf(body),
    });
    parsed = await answer.json();
  } catch {
    throw new CallFailure(null);
  }
  if (answer.ok) return parsed as T;
  const code = (parsed as { code?: unknown } | null)?.code;
  throw new CallFailure(typeof code === 'string' ? code : null);
}

function bodyOf(body: Blob | object | undefined): RequestInit {
  if (body === undefined) return {};
  if (body instanceof Blob) return { body, headers: { 'content-type': 'image/png' } };
  return { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
}

export const issuer = {
  cards: (): Promise<CardsAnswer> => call(PHONE_ROUTES.cards),
  makeSampleCards: (): Promise<CardsAnswer> => call(PHONE_ROUTES.sampleCards, {}, {}),
  makeBarcode: (body: MakeBarcodeBody): Promise<MadeBarcode> => call(PHONE_ROUTES.makeBarcode, {}, body),
  barcode: (barcodeRef: string): Promise<BarcodeView> => call(PHONE_ROUTES.barcode, { barcodeRef }),
  history: (cardRef: string): Promise<HistoryAnswer> =>
    call({ method: 'GET', path: `${PHONE_ROUTES.history.path}?cardRef=${encodeURIComponent(cardRef)}` }),
  hold: (png: Blob): Promise<HoldAnswer> => call(PHONE_ROUTES.hold, {}, png),
  faults: (): Promise<FaultsAnswer> => call(PHONE_ROUTES.faults),
  setFault: (setting: FaultSetting): Promise<FaultsAnswer> => call(PHONE_ROUTES.setFault, {}, setting),
};
