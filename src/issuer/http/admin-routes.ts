import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Refusal } from '../domain/refusal.ts';
import { FAULT_KINDS } from '../phone/api.ts';
import type { Service } from '../service.ts';
import { sqlState } from '../storage/database.ts';
import { CALLS } from './calls.ts';
import { DELAY_MS_MAX, type FaultPlan } from './faults.ts';
import { answerJson, jsonOf, parsed, requireType } from './json-routes.ts';

export interface AdminRoutesOptions {
  readonly service: Service;
  readonly merchantId: string;
  readonly faults: FaultPlan;
  readonly restored: () => Promise<string>;
}

const BODY_MAX = 4_096;
const SKEW_MS_MAX = 10 * 365 * 86_400_000;
const cardNo = z.string().regex(/^[0-9]{16}$/);
const faultBody = z.strictObject({
  call: z.enum(['*', ...CALLS.map((call) => call.name)]),
  kind: z.enum(FAULT_KINDS),
  times: z.int().min(1).max(1_000_000).nullable().optional(),
  probability: z.number().min(0).max(1).optional(),
  ms: z.int().min(-SKEW_MS_MAX).max(SKEW_MS_MAX).optional(),
});
const switchesBody = z.strictObject({
  chargeEnabled: z.boolean().optional(),
  refundEnabled: z.boolean().optional(),
  maintenance: z.boolean().optional(),
});
const spendBody = z.strictObject({ cardNo, amount: z.int().min(1).max(999_999_999) });
const statusBody = z.strictObject({
  cardNo,
  status: z.enum(['active', 'notReady', 'suspended', 'terminated', 'expired']),
});

/** A check of the database refused the amount. */
const CHECK_VIOLATION = '23514';

/**
 * The trainer's and the tester's interface: faults on demand, switches, a card that is spent or changes its state. Exists
 * only when asked for, in demo mode, on a loopback address.
 */
export function serveAdmin(app: FastifyInstance, options: AdminRoutesOptions): void {
  const { service, merchantId, faults } = options;
  const listed = async () => ({ faults: faults.list() });
  const route = (
    method: 'GET' | 'PUT' | 'POST' | 'DELETE',
    url: string,
    run: (request: FastifyRequest) => Promise<unknown>,
  ) =>
    app.route({
      method,
      url: `/admin${url}`,
      bodyLimit: BODY_MAX,
      handler: (request, reply) => answerJson(reply, () => run(request)),
    });

  route('GET', '/faults', listed);
  route('PUT', '/faults', async (request) => {
    setFault(faults, parsed(faultBody, jsonOf(request)));
    return listed();
  });
  route('DELETE', '/faults', async () => {
    faults.clear();
    return listed();
  });
  route('PUT', '/switches', async (request) => {
    const { chargeEnabled, refundEnabled, maintenance } = parsed(switchesBody, jsonOf(request));
    await service.setSwitches(merchantId, {
      ...(chargeEnabled === undefined ? {} : { chargeEnabled }),
      ...(refundEnabled === undefined ? {} : { refundEnabled }),
      ...(maintenance === undefined ? {} : { maintenance }),
    });
    return {};
  });
  route('POST', '/spend', async (request) => {
    const body = parsed(spendBody, jsonOf(request));
    return { balance: await spent(service, merchantId, body) };
  });
  route('PUT', '/card-status', async (request) => {
    const body = parsed(statusBody, jsonOf(request));
    await service.setCardStatus(merchantId, body.cardNo, body.status);
    return {};
  });
  route('POST', '/restored', async (request) => {
    requireType(request, 'application/json');
    return { issuerEpoch: await options.restored() };
  });
  route('GET', '/trial-balance', async () => {
    const { accounts, wrongCards } = await service.trialBalance(merchantId);
    return { wrongCards, accounts: Object.fromEntries(accounts) };
  });
}

function setFault(faults: FaultPlan, fault: z.infer<typeof faultBody>): void {
  const { call, kind, times, probability, ms } = fault;
  if (ms !== undefined && kind !== 'clockSkew' && (ms < 0 || ms > DELAY_MS_MAX)) {
    throw new Refusal('000_002', 'ms');
  }
  faults.set({
    call,
    kind,
    ...(times === undefined ? {} : { times }),
    ...(probability === undefined ? {} : { probability }),
    ...(ms === undefined ? {} : { ms }),
  });
}

async function spent(
  service: Service,
  merchantId: string,
  body: { cardNo: string; amount: number },
): Promise<number> {
  try {
    return await service.spend(merchantId, body.cardNo, body.amount);
  } catch (error) {
    throw sqlState(error) === CHECK_VIOLATION ? new Refusal('006_007', 'amount') : error;
  }
}
