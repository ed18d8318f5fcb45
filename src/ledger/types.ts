/**
 * What the ledger promises to the rooms above it. Everything here is synchronous: when a call returns, its commit is on
 * disk (WAL, synchronous=FULL); when it throws LedgerFault, nothing of it is.
 */
import type {
  Account,
  Actor,
  DecisionRecord,
  Intent,
  IntentEvent,
  IntentType,
  Now,
  Posting,
  RefusalCode,
} from '../intent/model.ts';
import type { AdmitFacts } from '../intent/policy.ts';

/** A scan that the policy admitted, on its way to becoming a durable intent. */
export interface AcceptedScan {
  readonly sequenceId: string;
  readonly stationId: string;
  readonly type: IntentType;
  readonly amount: number;
  /** 16 digits; only its BIN, last four and keyed hash are stored. */
  readonly cardNumber: string;
  /** The 31 characters; goes to the vault, never to the journal. */
  readonly barcodeSpec: string;
  readonly managerNeeded: boolean;
  /** Who stood at the scanner, where that is known. Default: the terminal. */
  readonly actor?: Actor;
}

export interface Committed {
  readonly ok: true;
  readonly intent: Intent;
  readonly record: DecisionRecord;
  readonly journalIndex: number;
  readonly journalHash: string;
  /** Sealed days that this step moved something on, or off, and that name the payment from now on (`dayLateBooking`). */
  readonly lateOn: readonly string[];
  /** Only from the commit that wrote `sending`: the barcode to send, now gone from the disk. Keep it in memory only. */
  readonly barcodeSpec?: string;
}
export interface Refused {
  readonly ok: false;
  readonly refusal: RefusalCode;
  /** The present state, to be shown instead. */
  readonly intent: Intent;
}
export type Outcome = Committed | Refused;

/** One event of a group that is committed together. A voucher has a commit of its own. */
export interface Step {
  readonly sequenceId: string;
  readonly event: IntentEvent;
  readonly options: Omit<RecordOptions, 'voucher'>;
}

export interface RecordOptions {
  readonly actor: Actor;
  /** The version that the person saw; another one refuses with STALE. Absent for the terminal's own steps. */
  readonly expectedVersion?: number;
  /** Only with `nothingLeft` on a first attempt: the barcode goes back into the vault in the same transaction. */
  readonly barcodeSpec?: string;
  /** One more deferred charge of this amount is allowed now (`mayDefer` of the policy). Absent: not allowed. */
  readonly canDefer?: boolean;
  /** yyyyMMdd that the issuer says is open; a void needs it, a voucher belongs to it. Absent or null: not known. */
  readonly openBusinessDate?: string | null;
  /** A manager's voucher that belongs to this decision: both are in one commit, so neither can be there twice or alone. */
  readonly voucher?: Voucher;
}

/**
 * A manager's posting that no intent explains (intent-rules 6): the entries must balance and each is integer won. With a
 * case number, and the intent it speaks about where there is one.
 */
export interface Voucher {
  readonly caseNumber: string;
  readonly sequenceId: string | null;
  readonly reason: string;
  readonly entries: Posting;
}

/** Facts about a scan that the policy and the duplicate rule need (intent-rules 5). */
export interface ScanFacts extends AdmitFacts {
  readonly deferredOfCard: number;
}

export interface JournalHead {
  readonly index: number;
  /** 64 hex digits. */
  readonly hash: string;
}

/** What the journal holds about a business day; each entry names its date. Who may write what: src/settlement. */
export const DAY_KINDS = [
  'dayListed', // the issuer's list has payments of the date that this ledger, which lost its end, does not have
  'dayCounted', // a person counted the drawer
  'dayExplained', // and says why it differs
  'dayReconciled', // compared with the issuer's list
  'dayCloseWanted', // a person wants it closed
  'dayCloseSent', // on disk before the first byte of the request leaves
  'dayCloseAnswered',
  'dayCloseUnanswered', // no answer yet, and why, or another why than before; asked again by itself
  'daySealed', // agreed: both accounts of the day go to `store` (closing rule 8)
  'dayVoucher', // a voucher whose cash or debt belongs to it, right behind the voucher's own entry
  'dayMissingItem', // a manager's voucher for an item of the issuer's list that this ledger lost
  'dayItemEnded', // one that the seal named as open
  'dayLateBooking', // the issuer booked on a sealed day
  'daySigned', // a report was made and signed
] as const;
export type DayKind = (typeof DAY_KINDS)[number];

export interface DayEntry {
  readonly kind: DayKind;
  /** yyyyMMdd. */
  readonly businessDate: string;
  readonly detail: Readonly<Record<string, unknown>>;
  /** Booked in the same commit; must balance. */
  readonly posting?: Posting;
}

export interface BusinessDay {
  readonly businessDate: string;
  /** Journal entries about the day itself. */
  readonly entries: number;
  /** Index of the last of them; 0 when there is none. */
  readonly lastIndex: number;
  /** Index of the entry that sealed it. */
  readonly sealedIndex: number | null;
}

export interface NumberedIntent {
  /** Grows with acceptance. */
  readonly number: number;
  readonly intent: Intent;
}

/** What a day's approved payments, its vouchers and its own postings hold together, won, debit positive (closing rules 6 to 8). */
export interface DayPosition {
  readonly issuerPayable: number;
  readonly cashDrawer: number;
}

/** HMAC-SHA-256, hex, under a key derived from the ledger's; `keyId` names that key without telling anything of it. */
export interface Signature {
  readonly keyId: string;
  readonly mac: string;
}

export interface JournalEntry {
  readonly index: number;
  readonly atMs: number;
  readonly kind: string;
  readonly sequenceId: string | null;
  /** The canonical JSON that was hashed. */
  readonly body: string;
  readonly previousHash: string;
  readonly hash: string;
}

export interface ListQuery {
  readonly limit: number;
  /** Keyset: intents older (or newer) than this position, which is the journal index of an intent's acceptance. */
  readonly before?: string;
  readonly after?: string;
  readonly businessDateFrom?: string;
  readonly businessDateTo?: string;
  readonly type?: IntentType;
  readonly group?: 'ended' | 'running' | 'owed' | 'case';
  readonly deferred?: boolean;
  readonly stationId?: string;
  /** Number of a cashier who did something for the payment. */
  readonly cashier?: string;
  readonly amountFrom?: number;
  readonly amountTo?: number;
  /** Reference, sequence id, approval code, issuer number or last four. */
  readonly text?: string;
  /** 16 digits: matched by keyed hash. */
  readonly cardNumber?: string;
  /** Leaves out, and names, rows that cannot be read. Absent: one of them is a fault of its whole page. */
  readonly readableOnly?: boolean;
}
/** Only so much is looked through at a time: a page that names an older one may hold fewer rows than asked for, or none. */
export interface ListPage {
  readonly intents: readonly Intent[];
  readonly older: string | null;
  readonly newer: string | null;
  /** Sequence ids of the rows that `readableOnly` left out; absent: none. */
  readonly unread?: readonly string[];
}

export type Balances = Readonly<Record<Account, number>>;

/** What a verification can find wrong, by kind. */
export const VERIFY_FAULT_CODES = [
  'CHAIN', // an entry is missing or was changed
  'KNOWN_HEAD', // the journal does not hold what is known of it elsewhere
  'POSTING', // an entry does not sum to 0, or books something else than its payment
  'INTENT', // a payment is not what its entries say
  'SEARCH', // a payment is missing in the search index
  'VAULT', // kept barcodes are not those of the payments that may still be sent
  'DAY_TOTALS',
  'BALANCE',
  'CLOSING', // an equation over the whole ledger
  'CLOSING_DAY', // that of a sealed day
  'BUSINESS_DAY',
  'MARK', // of a ledger that recovers
] as const;
export type VerifyFaultCode = (typeof VERIFY_FAULT_CODES)[number];

export interface VerifyReport {
  readonly ok: boolean;
  readonly entries: number;
  readonly intents: number;
  readonly head: JournalHead;
  readonly balances: Balances;
  /** The first wrong thing by kind, in words and with its place. Empty when ok. */
  readonly faults: readonly {
    readonly code: VerifyFaultCode;
    readonly text: string;
    readonly index?: number;
    readonly sequenceId?: string;
  }[];
}

/** Counters for the manager's first page and the health endpoint. */
export interface LedgerSummary {
  readonly open: number;
  readonly cases: number;
  readonly payoutDue: { readonly count: number; readonly sum: number };
  readonly returnDue: { readonly count: number; readonly sum: number };
  readonly deferred: { readonly count: number; readonly sum: number; readonly oldestAtMs: number | null };
  /** Open reversals; without those whose refusal a voucher booked to the store. */
  readonly reversing: { readonly count: number; readonly sum: number; readonly oldestAtMs: number | null };
  readonly byState: Readonly<Record<string, { readonly count: number; readonly sum: number }>>;
}

export interface VerifyOptions {
  /** A head that somebody else knows (the issuer, a receipt, a sealed day): it must stand in this journal. */
  readonly knownHead?: JournalHead;
  /** Chain and folds of entries from this index on only; the start-up check. Default 1: everything. */
  readonly fromIndex?: number;
}

/** What a restore left in the ledger: the terminal must become `recovering` before it moves money again. */
export interface RestoreMark {
  readonly atMs: number;
  /** Head of the backup at the restore. */
  readonly head: JournalHead;
}

/** The terminal may not move money until a manager goes on with it: fenced by the issuer, or restored. */
export interface RecoveringMark {
  readonly atMs: number;
  readonly reason: string;
}

export interface BackupReport {
  readonly file: string;
  readonly bytes: number;
  readonly head: JournalHead;
}

/** What reading commands get beside a running agent: no lock, no key, no write. */
export type LedgerReader = Pick<
  Ledger,
  | 'get'
  | 'asRecorded'
  | 'open'
  | 'attention'
  | 'list'
  | 'timeline'
  | 'changes'
  | 'entries'
  | 'numbered'
  | 'pageOfDay'
  | 'days'
  | 'day'
  | 'dayEntries'
  | 'dayPosition'
  | 'summary'
  | 'balances'
  | 'head'
  | 'verify'
  | 'restored'
  | 'recovering'
  | 'backup'
  | 'close'
>;

/** What the running core of a till uses of its ledger; the simulator stands a disk of its own behind it. */
export type TillLedger = Pick<
  Ledger,
  | 'accept'
  | 'record'
  | 'recordMany'
  | 'note'
  | 'facts'
  | 'deferredOfCard'
  | 'get'
  | 'open'
  | 'attention'
  | 'list'
  | 'timeline'
  | 'entries'
  | 'head'
  | 'isBroken'
  | 'sweep'
  | 'recovering'
  | 'markRecovering'
  | 'recovered'
  | 'onCommit'
>;

export interface Ledger {
  /** Makes the intent durable: `unsent`/`none`, vault row, barcode hash, journal entry, in one commit. */
  accept(scan: AcceptedScan, now: Now): Committed;
  /** The same for a burst, in one commit: all of them are durable or none is. At most 256. */
  acceptMany(scans: readonly AcceptedScan[], now: Now): readonly Committed[];
  /** Decides with the rules of src/intent and commits the result; an own command may be refused, an external event never. */
  record(sequenceId: string, event: IntentEvent, now: Now, options: RecordOptions): Outcome;
  /**
   * The same for several, in their order and in one commit: each is decided on what the one before left. What the rules refuse
   * leaves nothing behind and holds up no other; a fault (thrown) leaves none of them. At most 256.
   */
  recordMany(steps: readonly Step[], now: Now): readonly Outcome[];
  /** A journal entry that belongs to no intent (start, sign-in, refused scan by reason, operator's decision). */
  note(kind: string, detail: Readonly<Record<string, unknown>>, now: Now, actor: Actor): JournalHead;
  /**
   * A manager's voucher: balances move by its entries, in the same commit as its journal entry. What it moves on
   * `cash_drawer` and `issuer_payable` belongs to the open business day (null: by the clock), whose seal sweeps it.
   */
  voucher(voucher: Voucher, now: Now, actor: Actor, openBusinessDate?: string | null): JournalHead;
  /** An entry about a business day, with what it books, in one commit. A day is sealed once. */
  recordDay(entry: DayEntry, now: Now, actor: Actor): JournalHead;
  /** Signs a text with a key derived from the ledger's. Throws KEY_MISSING. */
  sign(text: string): Signature;
  get(sequenceId: string): Intent | null;
  /**
   * The intent as its journal entries say, for people to read where its row cannot be; nothing is decided on it. null: there
   * is none, or its entries are damaged too.
   */
  asRecorded(sequenceId: string): Intent | null;
  /** Intents that have not ended, oldest first. */
  open(): readonly Intent[];
  /** The open ones, those with a case, and ended ones whose sentence no page acknowledged: what a restart must ask about. */
  attention(): readonly Intent[];
  facts(barcodeSpec: string, cardNumber: string, now: Now): ScanFacts;
  /** Open deferred charges of an open intent's card, itself not counted (`later.perCard` of the policy). */
  deferredOfCard(sequenceId: string): number;
  list(query: ListQuery): ListPage;
  timeline(sequenceId: string): readonly JournalEntry[];
  /** Journal entries of intents after an index, oldest first, at most `limit`: the index is a cursor that never moves. */
  changes(index: number, limit: number): readonly JournalEntry[];
  /** Journal entries from an index on, at most `limit` (up to 1,000). */
  entries(fromIndex: number, limit: number): readonly JournalEntry[];
  numbered(sequenceId: string): NumberedIntent | null;
  /** Payments of a business date by number, after one; at most `limit` (up to 1,000). */
  pageOfDay(businessDate: string, afterNumber: number, limit: number): readonly NumberedIntent[];
  /** Dates with payments or entries of their own, newest first, at most `limit`. */
  days(limit: number): readonly BusinessDay[];
  /** null: the date has no entries of its own, whether it has payments or not. */
  day(businessDate: string): BusinessDay | null;
  /** The day's own entries, oldest first. */
  dayEntries(businessDate: string): readonly JournalEntry[];
  dayPosition(businessDate: string): DayPosition;
  /** `byState` counts the intents of that business date (yyyyMMdd), or all of them. Keys: `CHARGE.approved.received`. */
  summary(businessDate?: string): LedgerSummary;
  balances(): Balances;
  head(): JournalHead;
  /**
   * True: a write met an I/O error or damage, and what it left on the disk is not known. Nothing is written any more; the
   * process must end. Faults of readings, of a file locked for a moment or of a copy's own disk do not break it.
   */
  isBroken(): boolean;
  /** Erases barcode hashes whose intent has ended and whose window is over. Bounded work; call it when idle. */
  sweep(now: Now): number;
  verify(options?: VerifyOptions): VerifyReport;
  /** Not null after `ledger restore`, until `recovered` is recorded. */
  restored(): RestoreMark | null;
  /** Not null while the terminal is `recovering`, also after a restart: from `markRecovering` or a restore. */
  recovering(): RecoveringMark | null;
  /** Makes `recovering` durable, with a journal entry; marked already, it changes nothing. */
  markRecovering(reason: string, now: Now, actor: Actor): JournalHead;
  /** The terminal has been through `recovering`: clears both marks, with a journal entry. */
  recovered(now: Now, actor: Actor): JournalHead;
  /** Online copy without the vault: a file of its own, 0600, complete or absent. */
  backup(file: string): Promise<BackupReport>;
  /** Called after every commit, in commit order; listeners never throw into the ledger. */
  onCommit(listener: (committed: Committed) => void): () => void;
  close(): void;
}

/** Why the ledger cannot do it: what the caller may do follows from the code, never from the text. */
export type LedgerFaultCode =
  | 'LOCKED' // another agent holds it; of one call: another program holds its file for a moment
  | 'FULL' // no room: new scans are refused, open ones go on
  | 'READ_ONLY'
  | 'CORRUPT'
  | 'NEWER_SCHEMA'
  | 'OTHER_ENVIRONMENT' // open intents of another environment
  | 'KEY_MISSING'
  | 'IO'; // the process must end; the next start decides
