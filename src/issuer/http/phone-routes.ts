import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import {
  type CardsAnswer,
  FAULT_CALLS,
  FAULT_KINDS,
  type FaultsAnswer,
  HOLD_PNG_BYTES_MAX,
  type HoldAnswer,
  PHONE_API_BASE,
  PHONE_ROUTES,
} from '../phone/api.ts';
import type { FaultPlan } from './faults.ts';
import { answerJson, jsonOf, parsed, requireType } from './json-routes.ts';
import type { PhoneBook } from './phone-book.ts';
import { bodyOf } from './serve.ts';

/** Decodes a picture held under the demo's scanner and sends what it reads to the till. */
export type OnHold = (png: Uint8Array) => Promise<HoldAnswer['result']>;

export interface PhoneRoutesOptions {
  readonly book: PhoneBook;
  readonly faults: FaultPlan | null;
  readonly onHold: OnHold | null;
}

const BODY_MAX = 4_096;
const makeBody = z.strictObject({
  cardRef: z.string().regex(/^[0-9a-f]{32}$/),
  type: z.enum(['CHARGE', 'REFUND']),
  amount: z.int().min(0).max(999_999),
});
const faultBody = z.strictObject({
  call: z.enum(FAULT_CALLS),
  kind: z.enum(FAULT_KINDS).nullable(),
  times: z.int().min(1).max(1_000).nullable(),
});
const refParams = z.object({ barcodeRef: z.string().regex(/^[0-9A-Za-z_-]{1,40}$/) });
const historyQuery = z.object({ cardRef: z.string().regex(/^[0-9a-f]{32}$/) });

/**
 * The calls of the customer's phone page. There is no sign-in: whoever reaches this address holds the phone, so it exists
 * in demo mode only. A foreign page cannot call it: the types that it asks for make every write a preflighted request, and
 * none is allowed.
 */
export function servePhone(app: FastifyInstance, options: PhoneRoutesOptions): void {
  const { book, faults, onHold } = options;
  const at = (route: keyof typeof PHONE_ROUTES): string => PHONE_API_BASE + PHONE_ROUTES[route].path;
  const cards = async (): Promise<CardsAnswer> => ({
    ...(await book.cards()),
    canHold: onHold !== null,
    canFault: faults !== null,
  });
  const post = (path: string, run: (body: unknown) => Promise<unknown>, method: 'POST' | 'PUT' = 'POST') =>
    app.route({
      method,
      url: path,
      bodyLimit: BODY_MAX,
      handler: (request, reply) => answerJson(reply, async () => run(jsonOf(request))),
    });

  app.get(at('cards'), (_request, reply) => answerJson(reply, cards));
  post(at('sampleCards'), async () => {
    await book.makeSamples();
    return cards();
  });
  post(at('makeBarcode'), (body) => book.makeBarcode(parsed(makeBody, body)));
  app.get(at('barcode'), (request, reply) =>
    answerJson(reply, () => book.barcode(parsed(refParams, request.params).barcodeRef)),
  );
  app.get(at('history'), (request, reply) =>
    answerJson(reply, () => book.history(parsed(historyQuery, request.query).cardRef)),
  );
  if (onHold !== null) {
    app.post(at('hold'), { bodyLimit: HOLD_PNG_BYTES_MAX }, (request, reply) =>
      answerJson(reply, async (): Promise<HoldAnswer> => {
        requireType(request, 'image/png');
        return { result: await onHold(bodyOf(request)) };
      }),
    );
  }
  if (faults === null) return;
  app.get(at('faults'), (_request, reply) => answerJson(reply, async () => shown(faults)));
  post(
    at('setFault'),
    async (body) => {
      const { call, kind, times } = parsed(faultBody, body);
      faults.clear(call);
      if (kind !== null) faults.set({ call, kind, times });
      return shown(faults);
    },
    'PUT',
  );
}

function shown(faults: FaultPlan): FaultsAnswer {
  return {
    faults: faults.list().flatMap(({ call, kind, times }) => {
      const known = FAULT_CALLS.find((name) => name === call);
      return known === undefined ? [] : [{ call: known, kind, times }];
    }),
  };
}
