import { type PGlite, protocol, types } from '@electric-sql/pglite';
import type { Param } from './database.ts';

type Message = Parameters<Parameters<InstanceType<typeof protocol.Parser>['parse']>[1]>[0];
type Parse = (text: string) => unknown;

interface Prepared {
  readonly name: string;
  readonly fields: readonly { readonly name: string; readonly parse: Parse }[];
}

const { INT2, INT4, INT8, NUMERIC, FLOAT4, FLOAT8, BOOL, JSON: JSON_TYPE, JSONB } = types;
/** `text[]`, which PGlite does not name. */
const TEXT_ARRAY = 1009;
const PARSERS = new Map<number, Parse>([
  ...[INT2, INT4, INT8, NUMERIC, FLOAT4, FLOAT8].map((oid): [number, Parse] => [oid, Number]),
  [BOOL, (text) => text === 't'],
  [JSON_TYPE, (text) => JSON.parse(text)],
  [JSONB, (text) => JSON.parse(text)],
  [TEXT_ARRAY, (text) => types.arrayParser(text, (item) => item, TEXT_ARRAY)],
]);
/** Statements are few and constant; whoever makes them up must not fill the memory with them. */
const PREPARED_MAX = 500;

/**
 * PGlite's one connection, spoken to in PostgreSQL's protocol: each statement is parsed and planned once and then only
 * bound and run, in one call into the engine. PGlite's own `query` parses, describes and plans every time, which costs
 * seven times as much. Synchronous: whoever calls it sees to it that no foreign statement comes into a transaction.
 */
export class PgliteSession {
  readonly #db: PGlite;
  readonly #prepared = new Map<string, Prepared>();
  #named = 0;

  constructor(db: PGlite) {
    this.#db = db;
  }

  /** Rows of one statement. Throws the database's error, with its SQLSTATE in `code`. */
  query<Row>(text: string, params: readonly Param[]): Row[] {
    const { name, fields } = this.#prepared.get(text) ?? this.#prepare(text);
    const { bind, execute, sync } = protocol.serialize;
    const messages = this.#send(bind({ statement: name, values: params.map(textOf) }), execute({}), sync());
    const rows: Row[] = [];
    for (const message of messages) {
      if (!(message instanceof protocol.messages.DataRowMessage)) continue;
      const entries = message.fields.map((value, at) => {
        const field = fields[at];
        return [field?.name, value === null ? null : field?.parse(value)];
      });
      rows.push(Object.fromEntries(entries) as Row);
    }
    return rows;
  }

  #prepare(text: string): Prepared {
    if (this.#prepared.size >= PREPARED_MAX) {
      this.#prepared.clear();
      this.#send(protocol.serialize.query('DEALLOCATE ALL'));
    }
    const name = `s${this.#named++}`;
    const { parse, describe, sync } = protocol.serialize;
    const messages = this.#send(parse({ name, text }), describe({ type: 'S', name }), sync());
    const row = messages.find((message) => message instanceof protocol.messages.RowDescriptionMessage);
    const prepared = {
      name,
      fields: (row?.fields ?? []).map((field) => ({
        name: field.name,
        parse: PARSERS.get(field.dataTypeID) ?? ((value: string) => value),
      })),
    };
    this.#prepared.set(text, prepared);
    return prepared;
  }

  #send(...parts: readonly Uint8Array[]): Message[] {
    const answer = this.#db.execProtocolRawSync(Buffer.concat(parts));
    const messages: Message[] = [];
    new protocol.Parser().parse(answer, (message) => messages.push(message));
    const failure = messages.find((message) => message instanceof protocol.messages.DatabaseError);
    if (failure !== undefined) throw failure;
    return messages;
  }
}

function textOf(param: Param): string | null {
  if (param === null) return null;
  if (typeof param === 'boolean') return param ? 't' : 'f';
  if (typeof param === 'object') return arrayText(param);
  return String(param);
}

/** A text array as PostgreSQL writes it. */
function arrayText(items: readonly string[]): string {
  return `{${items.map((item) => `"${item.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`).join(',')}}`;
}
