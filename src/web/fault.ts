import type { ApiError, ApiErrorCode } from './api/error.ts';

/** A call that is refused: its status and its body. Thrown by routes, answered by the server. */
export class ApiFault extends Error {
  override readonly name = 'ApiFault';
  readonly status: number;
  readonly body: ApiError;

  constructor(
    status: number,
    error: ApiErrorCode,
    text: string,
    more: Omit<ApiError, 'error' | 'text'> = {},
  ) {
    super(text);
    this.status = status;
    this.body = { error, text, ...more };
  }
}
