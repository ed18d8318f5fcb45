/**
 * Who may talk to the agent: pages of its own origin, and local programs. A name that does not belong to the agent (DNS
 * rebinding), a foreign page, and a body that a foreign page could send without asking are refused before anything runs.
 */
import type { IncomingHttpHeaders } from 'node:http';

export interface GuardOptions {
  /** `host:port` texts under which this agent may be addressed. */
  readonly hosts: ReadonlySet<string>;
  readonly scheme: 'http' | 'https';
}

export interface GuardRequest {
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

export type GuardRefusal = {
  readonly status: 403 | 405 | 415;
  readonly error: 'FORBIDDEN' | 'NOT_JSON';
  readonly text: string;
};

/** The names of a loopback address with its port. */
export function loopbackHosts(port: number): readonly string[] {
  const names = ['127.0.0.1', 'localhost', '[::1]'];
  return names.flatMap((name) => (port === 80 ? [name, `${name}:80`] : [`${name}:${port}`]));
}

/** null: let it in. */
export function guard(request: GuardRequest, options: GuardOptions): GuardRefusal | null {
  const { method, headers } = request;
  if (method !== 'GET' && method !== 'HEAD' && method !== 'POST') {
    return { status: 405, error: 'FORBIDDEN', text: 'only GET, HEAD and POST' };
  }
  const host = (headers.host ?? '').toLowerCase();
  if (!options.hosts.has(host)) return forbidden('this host name does not belong to the till');
  const origin = headers.origin;
  if (origin !== undefined && !isOwnOrigin(origin, options)) return forbidden('foreign origin');
  const site = headers['sec-fetch-site'];
  if (site !== undefined && !isAllowedSite(request, String(site))) return forbidden('foreign page');
  if (method === 'POST' && !isJson(headers['content-type'])) {
    return { status: 415, error: 'NOT_JSON', text: 'content-type must be application/json' };
  }
  return null;
}

function forbidden(text: string): GuardRefusal {
  return { status: 403, error: 'FORBIDDEN', text };
}

function isOwnOrigin(origin: string, options: GuardOptions): boolean {
  const prefix = `${options.scheme}://`;
  return origin.startsWith(prefix) && options.hosts.has(origin.slice(prefix.length).toLowerCase());
}

/** What a link from elsewhere may open. Everything else may do or tell something, and one address has many spellings. */
const PAGES: ReadonlySet<string> = new Set(['/', '/manager']);

/** Own pages always; a person's own address bar for anything that only reads; a link from elsewhere to a page alone. */
function isAllowedSite(request: GuardRequest, site: string): boolean {
  if (site === 'same-origin') return true;
  if (request.method === 'POST') return false;
  if (site === 'none') return true;
  const isNavigation = request.headers['sec-fetch-mode'] === 'navigate';
  return isNavigation && request.headers['sec-fetch-dest'] === 'document' && PAGES.has(request.path);
}

function isJson(contentType: string | undefined): boolean {
  return /^application\/json(?:\s*;\s*charset=utf-8)?$/i.test(contentType ?? '');
}
