/** One way to call the agent: JSON both ways, a bounded wait, and an error that names what went wrong. */
import type { ApiError, ApiErrorCode } from '../../web/api/error.ts';

const ANSWER_TIMEOUT_MS = 10_000;

/** The agent refused the call; `detail` carries the tries left, the time left or the present state. */
export class CallRefused extends Error {
  readonly code: ApiErrorCode;
  readonly detail: ApiError;

  constructor(detail: ApiError) {
    super(`refused: ${detail.error}`);
    this.code = detail.error;
    this.detail = detail;
  }
}

/** No usable answer: the agent is away, or something else answered. */
export class NoAnswer extends Error {
  constructor() {
    super('no answer');
  }
}

function isApiError(value: unknown): value is ApiError {
  return typeof value === 'object' && value !== null && 'error' in value && typeof value.error === 'string';
}

async function call<Answer>(path: string, init: RequestInit, timeoutMs: number): Promise<Answer> {
  let response: Response;
  let body: unknown;
  try {
    response = await fetch(path, {
      ...init,
      cache: 'no-store',
      credentials: 'same-origin',
      signal: AbortSignal.timeout(timeoutMs),
    });
    body = await response.json();
  } catch {
    throw new NoAnswer();
  }
  if (response.ok) return body as Answer;
  if (isApiError(body)) throw new CallRefused(body);
  throw new NoAnswer();
}

/** Throws `CallRefused` or `NoAnswer`. */
export function get<Answer>(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return call<Answer>(path, { method: 'GET', headers }, ANSWER_TIMEOUT_MS);
}

/** Throws `CallRefused` or `NoAnswer`; after `NoAnswer` it is unknown whether the agent acted. */
export function post<Answer>(path: string, body: unknown, timeoutMs = ANSWER_TIMEOUT_MS): Promise<Answer> {
  return call<Answer>(
    path,
    { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
    timeoutMs,
  );
}
