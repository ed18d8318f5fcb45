import axios, { type AxiosInstance, type InternalAxiosRequestConfig } from 'axios';
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

function plainHeaders(config: InternalAxiosRequestConfig): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(config.headers.toJSON())) {
    if (value !== null && value !== undefined) headers[name] = String(value);
  }
  return headers;
}

/** axios with everything that could act on its own turned off: no proxy, no redirect, no transformation, no status rule. */
export function createHttp(transport: Pick<Transport, 'call'>): Http {
  const instance: AxiosInstance = axios.create({
    proxy: false,
    maxRedirects: 0,
    validateStatus: () => true,
    transformRequest: [(data: unknown) => data],
    transformResponse: [(data: unknown) => data],
    responseType: 'arraybuffer',
    timeout: 0,
  });
  return { post: (...call) => post(instance, transport, ...call) };
}

async function post(
  instance: AxiosInstance,
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
    await instance.post(path, body, {
      headers,
      adapter: async (config) => {
        started = true;
        const sent = { path: config.url ?? '/', headers: plainHeaders(config), body: String(config.data) };
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
