import { type KonaPlateOptions, prepare } from './client-options.ts';
import { Exchange, type Judged, type PublishedAnswer } from './exchange.ts';
import { createHttp } from './http.ts';
import { kstMillis, parseKst } from './kst.ts';
import { callPublished, type PublishedValue } from './published.ts';
import type {
  Answered,
  ApproveAnswer,
  ApproveRequest,
  BackendCapabilities,
  CancelAnswer,
  CancelRequest,
  CloseAnswer,
  HelloAnswer,
  HelloRequest,
  InquiryAnswer,
  InquiryRequest,
  NetCancelAnswer,
  SettlementBackend,
  SettlementItem,
  TransactionsAnswer,
} from './settlement.ts';
import { Transport } from './transport.ts';

export { KonaPlateOptionFault, type KonaPlateOptions } from './client-options.ts';
export type { PublishedAnswer } from './exchange.ts';

/** The published calls around the store's side, for the phone page and the command line. */
export interface KonaPlateCalls {
  barcodeSpec(
    request: { readonly cardNo: string; readonly type: 'CHARGE' | 'REFUND'; readonly amount: number },
    signal?: AbortSignal,
  ): Promise<PublishedAnswer<PublishedValue<'barcodeSpec'>>>;
  oneTimeToken(
    request: { readonly cardNo: string; readonly type?: 'ATM' | 'CREDIT' },
    signal?: AbortSignal,
  ): Promise<PublishedAnswer<PublishedValue<'oneTimeToken'>>>;
  cardInfo(
    request: { readonly cardNo: string },
    signal?: AbortSignal,
  ): Promise<PublishedAnswer<PublishedValue<'cardInfo'>>>;
  cardTransactions(
    request: { readonly par: string; readonly startDate: string; readonly endDate: string },
    signal?: AbortSignal,
  ): Promise<PublishedAnswer<PublishedValue<'cardTransactions'>>>;
}

export type KonaPlateClient = SettlementBackend & KonaPlateCalls;

const CAPABILITIES: BackendCapabilities = { tombstones: true, voids: true, lists: true };

/** Passes a judged answer on, its body turned into the interface's words; `turn` gives null for a wrong echo. */
function turned<Body, Value>(judged: Judged<Body>, turn: (body: Body) => Value | null): Answered<Value> {
  if (judged.class !== 'answered') return judged;
  const value = turn(judged.body);
  if (value !== null) return { class: 'answered', value, meta: judged.meta };
  return {
    class: 'ambiguous',
    why: 'WRONG_ECHO',
    code: null,
    bytesWritten: judged.meta.bytesWritten,
  };
}

interface Item {
  readonly type?: 'CHARGE' | 'REFUND' | undefined;
  readonly amount?: number | undefined;
  readonly bin?: string | undefined;
  readonly last4?: string | undefined;
}

/** Every part of the item that the answer names is ours. */
function sameItem(answer: Item, ours: Required<Item>): boolean {
  return (
    (answer.type === undefined || answer.type === ours.type) &&
    (answer.amount === undefined || answer.amount === ours.amount) &&
    (answer.bin === undefined || answer.bin === ours.bin) &&
    (answer.last4 === undefined || answer.last4 === ours.last4)
  );
}

async function hello(
  exchange: Exchange,
  ...[request, context, signal]: Parameters<SettlementBackend['hello']>
): Promise<Answered<HelloAnswer>> {
  const { backlogOldestAtMs, ...rest }: HelloRequest = request;
  const fields = {
    ...rest,
    ...(backlogOldestAtMs === null ? {} : { backlogOldestAt: kstMillis(backlogOldestAtMs) }),
  };
  return turned(await exchange.call('hello', fields, context, signal), (body) => {
    const serverTimeMs = parseKst(body.serverTime);
    if (serverTimeMs === null) return null;
    return {
      serverTimeMs,
      cutOverHour: body.cutOverHour,
      openBusinessDate: body.openBusinessDate,
      limits: body.limits,
      enabled: body.enabled,
      drainPerMinute: body.drainPerMinute,
      epoch: body.epoch,
      holder: body.holder,
      knownJournalIndex: body.knownJournalIndex,
    };
  });
}

async function approve(
  exchange: Exchange,
  ...[request, context, signal]: Parameters<SettlementBackend['approve']>
): Promise<Answered<ApproveAnswer>> {
  const { bin: _bin, last4: _last4, scannedAtMs, ...rest }: ApproveRequest = request;
  const fields = { ...rest, scannedAt: kstMillis(scannedAtMs) };
  return turned(await exchange.call('approve', fields, context, signal), (body) => {
    if (!sameItem(body, request)) return null;
    const { nrNumber, approvalCode, approvedAt, balance } = body;
    return { nrNumber, approvalCode, approvedAt, balance: balance ?? null };
  });
}

async function inquiry(
  exchange: Exchange,
  ...[request, context, signal]: Parameters<SettlementBackend['inquiry']>
): Promise<Answered<InquiryAnswer>> {
  const ours: InquiryRequest = request;
  const judged = await exchange.call('inquiry', { sequenceId: ours.sequenceId }, context, signal);
  return turned(judged, (body) => {
    if (!sameItem(body, ours)) return null;
    const { type, amount, bin, last4, nrNumber, approvalCode, approvedAt } = body;
    const approval =
      nrNumber === undefined || approvalCode === undefined || approvedAt === undefined
        ? undefined
        : { nrNumber, approvalCode, approvedAt };
    const whole = [type, amount, bin, last4, approval].every((part) => part !== undefined);
    // "Completed" moves money: it counts only with the whole item and its numbers.
    if (body.result === 'COMPLETED' && !whole) return null;
    return {
      result: body.result,
      ...(approval === undefined ? {} : { approval }),
      ...(body.declineCode === undefined ? {} : { declineCode: body.declineCode }),
      voids: (body.voids ?? []).map(({ cancelId, done, code }) =>
        code === undefined ? { cancelId, done } : { cancelId, done, code },
      ),
    };
  });
}

async function netCancel(
  exchange: Exchange,
  ...[request, context, signal]: Parameters<SettlementBackend['netCancel']>
): Promise<Answered<NetCancelAnswer>> {
  const { sequenceId, type, amount, reason } = request;
  const fields = { sequenceId, type, amount, reason };
  return turned(await exchange.call('netcancel', fields, context, signal), (body) => ({
    result: body.result,
    reversedAt: body.reversedAt ?? null,
  }));
}

async function cancel(
  exchange: Exchange,
  ...[request, context, signal]: Parameters<SettlementBackend['cancel']>
): Promise<Answered<CancelAnswer>> {
  const { proof, ...item }: CancelRequest = request;
  const fields = {
    ...item,
    ...('barcodeSpec' in proof ? { cardProof: proof.barcodeSpec } : { managerId: proof.managerId }),
  };
  return turned(await exchange.call('cancel', fields, context, signal), ({ cancelNrNumber, canceledAt }) => ({
    cancelNrNumber,
    canceledAt,
  }));
}

async function transactions(
  exchange: Exchange,
  terminalId: string,
  ...[request, context, signal]: Parameters<SettlementBackend['transactions']>
): Promise<Answered<TransactionsAnswer>> {
  const { terminalId: wanted, ...rest } = request;
  // The body's own terminalId is the asking terminal's; without a wish the list is the merchant's.
  const fields = wanted === terminalId ? rest : { ...rest, allTerminals: true };
  return turned(await exchange.call('transactions', fields, context, signal), (body) => ({
    asOf: body.asOf,
    final: body.final,
    totals: body.totals,
    items: body.items
      .filter((item) => wanted === undefined || item.terminalId === wanted)
      .map(({ endedAt, ...item }): SettlementItem => (endedAt === undefined ? item : { ...item, endedAt })),
    ...(body.nextCursor === undefined ? {} : { nextCursor: body.nextCursor }),
  }));
}

async function close(
  exchange: Exchange,
  ...[request, context, signal]: Parameters<SettlementBackend['close']>
): Promise<Answered<CloseAnswer>> {
  const judged = await exchange.call('close', { ...request }, context, signal);
  return turned(judged, ({ result, totals }) => ({ result, totals }));
}

/**
 * The client of a KONA PLATE backend: one call, one request, one typed answer; never a retry of its own. Throws
 * KonaPlateOptionFault for options that cannot work; its calls never throw for what network or issuer did.
 */
export function createKonaPlateClient(options: KonaPlateOptions): KonaPlateClient {
  const prepared = prepare(options);
  const transport = new Transport(prepared.transport);
  const exchange = new Exchange(prepared, createHttp(transport));
  return {
    capabilities: CAPABILITIES,
    hello: (...call) => hello(exchange, ...call),
    approve: (...call) => approve(exchange, ...call),
    inquiry: (...call) => inquiry(exchange, ...call),
    netCancel: (...call) => netCancel(exchange, ...call),
    cancel: (...call) => cancel(exchange, ...call),
    transactions: (...call) => transactions(exchange, prepared.terminalId, ...call),
    close: (...call) => close(exchange, ...call),
    dispose: () => transport.dispose(),
    barcodeSpec: (request, signal) => callPublished(exchange, 'barcodeSpec', request, signal),
    oneTimeToken: (request, signal) => callPublished(exchange, 'oneTimeToken', request, signal),
    cardInfo: (request, signal) => callPublished(exchange, 'cardInfo', request, signal),
    cardTransactions: (request, signal) => callPublished(exchange, 'cardTransactions', request, signal),
  };
}
