import type { z } from 'zod';
import {
  CLOSE_BYTES_MAX,
  type Operation,
  PUBLISHED_CALLS,
  REQUEST_BYTES_MAX,
  SETTLEMENT_CALLS,
  schemas,
} from '../../konaplate/wire.ts';
import type { Outcome } from '../domain/context.ts';
import type { Service } from '../service.ts';

/** One call of the API: what its body is, and what it does. */
export interface Call {
  readonly name: string;
  /** Null: a published call. */
  readonly operation: Operation | null;
  readonly path: string;
  readonly bytesMax: number;
  readonly request: z.ZodType;
  readonly answer: z.ZodType;
  /** Validates a body; what it gives runs with the typed one. */
  readonly prepare: (body: unknown) => Prepared;
}

export type Run = (service: Service, merchantId: string) => Promise<Outcome>;
export type Prepared =
  | { readonly ok: true; readonly run: Run }
  | { readonly ok: false; readonly error: z.ZodError };

function preparer<Schema extends z.ZodType>(
  request: Schema,
  run: (service: Service, merchantId: string, body: z.infer<Schema>) => Promise<Outcome>,
): (body: unknown) => Prepared {
  return (body) => {
    const parsed = request.safeParse(body);
    if (!parsed.success) return { ok: false, error: parsed.error };
    return { ok: true, run: (service, merchantId) => run(service, merchantId, parsed.data) };
  };
}

function settlement<Schema extends z.ZodType>(
  operation: Operation,
  request: Schema,
  run: (service: Service, body: z.infer<Schema>) => Promise<Outcome>,
): Call {
  const { path, answer } = SETTLEMENT_CALLS[operation];
  return {
    name: operation,
    operation,
    path,
    answer,
    request,
    bytesMax: operation === 'close' ? CLOSE_BYTES_MAX : REQUEST_BYTES_MAX,
    prepare: preparer(request, (service, _merchantId, body) => run(service, body)),
  };
}

function published<Schema extends z.ZodType>(
  name: keyof typeof PUBLISHED_CALLS,
  request: Schema,
  run: (service: Service, merchantId: string, body: z.infer<Schema>) => Promise<Record<string, unknown>>,
): Call {
  const { path, answer } = PUBLISHED_CALLS[name];
  return {
    name,
    operation: null,
    path,
    answer,
    request,
    bytesMax: REQUEST_BYTES_MAX,
    prepare: preparer(request, async (service, merchantId, body) => ({
      code: '000_000',
      businessDate: '',
      body: await run(service, merchantId, body),
    })),
  };
}

export const CALLS: readonly Call[] = [
  published('barcodeSpec', schemas.barcodeSpecRequest, async (service, merchantId, body) => ({
    barcodeSpec: (await service.issueBarcode(merchantId, body)).spec,
  })),
  published('oneTimeToken', schemas.oneTimeTokenRequest, async (service, merchantId, body) => {
    const issued = await service.issueOneTimeToken(merchantId, body);
    return { oneTimeToken: issued.oneTimeToken, dcvv: issued.dcvv, expiryTime: issued.expiryMs };
  }),
  published('cardInfo', schemas.cardInfoRequest, (service, merchantId, body) =>
    service.cardInfo(merchantId, body.cardNo),
  ),
  published('cardTransactions', schemas.cardTransactionsRequest, (service, merchantId, body) =>
    service.cardTransactions(merchantId, body),
  ),
  settlement('hello', schemas.helloRequest, (service, body) => service.hello(body)),
  settlement('approve', schemas.approveRequest, (service, body) => service.approve(body)),
  settlement('inquiry', schemas.inquiryRequest, (service, body) => service.inquiry(body)),
  settlement('netcancel', schemas.netCancelRequest, (service, body) => service.netCancel(body)),
  settlement('cancel', schemas.cancelRequest, (service, body) => service.cancel(body)),
  settlement('transactions', schemas.transactionsRequest, (service, body) => service.transactions(body)),
  settlement('close', schemas.closeRequest, (service, body) => service.close(body)),
];
