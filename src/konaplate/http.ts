import { Axios } from 'axios';
import { type Transport, type TransportAnswer, TransportFault } from './transport.ts';

/** What the calls above see of HTTP. Rejects with TransportFault only: no axios error, no config, no body. */
export interface Http {
  post(
    path: string,
    headers: Record<string, string>,
    body: string,
    signal?: AbortSignal,
  ): Promise<TransportAnswer>;
}

/**
 * axios without the defaults of its library: nothing of it can act on its own (no proxy, no redirect, no transformation,
 * no status rule), and none of that is merged into each call. The headers go past it to the transport: it would copy them
 * five times, and compare every name with every other each time. Both together cost ten times what is left of axios here.
 */
export function createHttp(transport: Pick<Transport, 'call'>): Http {
  const instance = new Axios({});
  return { post: (...call) => post(instance, transport, ...call) };
}

async function post(
  instance: Axios,
  transport: Pick<Transport, 'call'>,
  path: string,
  headers: Record<string, string>,
  body: string,
  signal?: AbortSignal,
): Promise<TransportAnswer> {
  // The signal goes to the transport alone: axios would turn an answer that is already here into a cancellation, and
  // with it bytes that left into bytes that did not.
  let result: TransportAnswer | undefined;
  let started = false;
  try {
    await instance.request({
      method: 'POST',
      url: path,
      data: body,
      adapter: async (config) => {
        started = true;
        const sent = { path: config.url ?? '/', headers, body: String(config.data) };
        result = await transport.call(signal === undefined ? sent : { ...sent, signal });
        return { data: result.body, status: result.status, statusText: '', headers: {}, config };
      },
    });
  } catch (fault) {
    if (fault instanceof TransportFault) throw fault;
    if (result === undefined) throw new TransportFault(started ? 'RESET' : 'ABORTED', started ? 1 : 0);
  }
  if (result === undefined) throw new TransportFault('RESET', 1);
  return result;
}
