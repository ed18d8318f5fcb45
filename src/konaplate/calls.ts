import * as schema from './schemas.ts';

/** The path in front of every call's path. */
export const BASE_PATH = '/open-api';
/** Larger request bodies are refused with 000_911. */
export const REQUEST_BYTES_MAX = 16_384;
/** A close names its open items, up to 10,000; everything else fits the platform's limit. */
export const CLOSE_BYTES_MAX = 524_288;
/** How far the time of a Tran-Token may be from the reader's clock. */
export const TOKEN_TOLERANCE_MS = 300_000;

/** The calls of the store's side, by their `operation`. All are encrypted both ways and their answers signed. */
export const SETTLEMENT_CALLS = {
  hello: { path: '/api/v1/terminal/hello', request: schema.helloRequest, answer: schema.helloAnswer },
  approve: {
    path: '/api/v1/payment/barcode/approve',
    request: schema.approveRequest,
    answer: schema.approveAnswer,
  },
  inquiry: {
    path: '/api/v1/payment/barcode/result/inquiry',
    request: schema.inquiryRequest,
    answer: schema.inquiryAnswer,
  },
  netcancel: {
    path: '/api/v1/payment/barcode/netcancel',
    request: schema.netCancelRequest,
    answer: schema.netCancelAnswer,
  },
  cancel: {
    path: '/api/v1/payment/barcode/cancel',
    request: schema.cancelRequest,
    answer: schema.cancelAnswer,
  },
  transactions: {
    path: '/api/v1/settlement/transactions',
    request: schema.transactionsRequest,
    answer: schema.transactionsAnswer,
  },
  close: { path: '/api/v1/settlement/close', request: schema.closeRequest, answer: schema.closeAnswer },
} as const;

/** The published calls around it: encrypted both ways, answers carry the published headers only. */
export const PUBLISHED_CALLS = {
  barcodeSpec: {
    path: '/api/v1/payment/generate/barcode-spec',
    request: schema.barcodeSpecRequest,
    answer: schema.barcodeSpecAnswer,
  },
  oneTimeToken: {
    path: '/api/v2/payment/generate/onetimetoken',
    request: schema.oneTimeTokenRequest,
    answer: schema.oneTimeTokenAnswer,
  },
  cardInfo: {
    path: '/api/v1/user/card/info',
    request: schema.cardInfoRequest,
    answer: schema.cardInfoAnswer,
  },
  cardTransactions: {
    path: '/api/v1/transaction/card',
    request: schema.cardTransactionsRequest,
    answer: schema.cardTransactionsAnswer,
  },
} as const;
