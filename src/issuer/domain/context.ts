import type { z } from 'zod';
import type { schemas } from '../../konaplate/wire.ts';
import type { IssuerClock } from '../clock.ts';
import type { IssuerPolicy } from '../options.ts';
import type { Database } from '../storage/database.ts';
import type { Hashes } from './hashes.ts';

/** What every part of the domain stands on. */
export interface Domain {
  readonly db: Database;
  readonly clock: IssuerClock;
  readonly policy: IssuerPolicy;
  readonly hashes: Hashes;
}

export type HelloRequest = z.infer<typeof schemas.helloRequest>;
export type ApproveRequest = z.infer<typeof schemas.approveRequest>;
export type InquiryRequest = z.infer<typeof schemas.inquiryRequest>;
export type NetCancelRequest = z.infer<typeof schemas.netCancelRequest>;
export type CancelRequest = z.infer<typeof schemas.cancelRequest>;
export type TransactionsRequest = z.infer<typeof schemas.transactionsRequest>;
export type CloseRequest = z.infer<typeof schemas.closeRequest>;

/** What names a terminal and its place in its journal: part of every request of the store's side. */
export interface TerminalStamp {
  readonly merchantId: string;
  readonly terminalId: string;
  readonly epoch: number;
  readonly journalIndex: number;
  readonly journalHead: string;
}

/** Members of an answer besides the envelope and the echo. A declined call is an answer with a code that is committed. */
export interface Outcome {
  readonly code: string;
  readonly businessDate: string;
  readonly body: Readonly<Record<string, unknown>>;
}
