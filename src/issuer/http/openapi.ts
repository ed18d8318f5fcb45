import { z } from 'zod';
import { BASE_PATH, CODES, HEADER, HEADER_FORM, schemas } from '../../konaplate/wire.ts';
import { CALLS, type Call } from './calls.ts';
import { REQUEST_EXAMPLES } from './openapi-examples.ts';

type Json = Readonly<Record<string, unknown>>;

const SUMMARIES: Readonly<Record<string, string>> = {
  barcodeSpec: 'A barcode for a charge or a withdrawal in a store',
  oneTimeToken: 'A one-time token of a card',
  cardInfo: 'Balance and status of a card',
  cardTransactions: "A card's payments",
  hello: 'First call of a terminal after each start',
  approve: 'Approve the payment of a scanned barcode',
  inquiry: 'What became of an approve',
  netcancel: 'Undo an approve whose answer is missing or unreadable',
  cancel: 'Void an approved charge',
  transactions: "The issuer's list of a business date",
  close: 'Close a business date',
};

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  // A refined text (a real date) has no word in JSON Schema: its form is described, the refinement is checked by the issuer.
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}

function named(call: Call, what: 'Request' | 'Answer'): string {
  return call.name.charAt(0).toUpperCase() + call.name.slice(1) + what;
}

/** `{"encData": "<JWE>"}` whose plaintext is the named schema. */
function envelopeOf(name: string): Json {
  return {
    type: 'object',
    required: ['encData'],
    additionalProperties: false,
    properties: {
      encData: {
        type: 'string',
        description: `Compact JWE (RSA-OAEP-256, A128GCM or A256GCM) of a ${name}`,
        contentMediaType: 'application/json',
        contentSchema: { $ref: `#/components/schemas/${name}` },
      },
    },
  };
}

function header(name: string, form: RegExp, description: string, required = true): Json {
  return { name, in: 'header', required, description, schema: { type: 'string', pattern: form.source } };
}

const REQUEST_HEADERS: readonly Json[] = [
  header(HEADER.aspId, HEADER_FORM.aspId, '15 characters'),
  header(HEADER.correlationId, HEADER_FORM.correlationId, 'New for each request; echoed'),
  header(HEADER.accessKey, HEADER_FORM.accessKey, '40 characters'),
  header(HEADER.cryptoKeyId, HEADER_FORM.cryptoKeyId, 'Names the keys that the message is encrypted with'),
  header(
    HEADER.tranToken,
    HEADER_FORM.tranToken,
    'KMV1:yyyyMMddHHmmssSSS:Base64(HMAC-SHA256(secret key, exact body sent))',
  ),
  header(HEADER.tranTime, HEADER_FORM.tranTime, 'yyyyMMddHHmmss'),
  header(HEADER.timeZone, HEADER_FORM.timeZone, 'Three letters, such as KST'),
];

function operationOf(call: Call): Json {
  const store = call.operation !== null;
  const answerHeaders = {
    [HEADER.correlationId]: { schema: { type: 'string' } },
    ...(store
      ? {
          [HEADER.tranToken]: {
            schema: { type: 'string' },
            description: 'Over the answer, with the same secret key',
          },
        }
      : {}),
  };
  const refusal = store ? 'SettlementRefusal' : 'PublishedRefusal';
  return {
    operationId: call.name,
    summary: SUMMARIES[call.name] ?? call.name,
    tags: [store ? 'store' : 'platform'],
    parameters: REQUEST_HEADERS,
    requestBody: {
      required: true,
      content: { 'application/json': { schema: envelopeOf(named(call, 'Request')) } },
    },
    responses: {
      200: {
        description: '000_000, encrypted',
        headers: { ...answerHeaders, [HEADER.cryptoKeyId]: { schema: { type: 'string' } } },
        content: { 'application/json': { schema: envelopeOf(named(call, 'Answer')) } },
      },
      400: {
        description: 'Every other code; plain unless the issuer is configured to encrypt errors',
        headers: answerHeaders,
        content: { 'application/json': { schema: { $ref: `#/components/schemas/${refusal}` } } },
      },
    },
  };
}

const CLASS_TEXTS = {
  success: 'done',
  declined: 'not done, final',
  notProcessed: 'this copy of the request did nothing',
  refused: 'refused for good',
  ambiguous: 'open: ask',
} as const;

const HOW = `Every call is POST, JSON, encrypted both ways and signed over the exact bytes.

1. Write the body as JSON (the examples below show it as plaintext).
2. Encrypt it to the issuer's public key, compact JWE with RSA-OAEP-256 and A128GCM or A256GCM, and put it in \`{"encData":"..."}\`, at most 16 KiB (a close: 512 KiB).
3. Sign these bytes: \`KMV1:\` + Korean time (17 digits) + \`:\` + Base64 of HMAC-SHA256 with the secret key's text.
4. Send it with the seven headers. Every request is made anew: a signature or a correlation id that came before is refused.
5. 200 is 000_000, encrypted; 400 is every other code, plain by default. Answers of the store's side are signed: check them first.

With curl and openssl, and in Python: docs/integrator.md and docs/examples of kona-till.`;

function codeTable(): string {
  const rows = CODES.map(
    ({ code, message, class: allows, on, published }) =>
      `| ${code} | ${message} | ${CLASS_TEXTS[allows]}${on === 'every' ? '' : ` (${on.join(', ')} only, else open)`} | ${published ? 'platform' : 'this issuer'} |`,
  );
  return ['| code | message | allows | from |', '|---|---|---|---|', ...rows].join('\n');
}

/** The description of every call, made of the schemas that validate it (OpenAPI 3.1). */
export function openApi(): Json {
  const components: Record<string, Json> = {
    SettlementRefusal: jsonSchema(schemas.settlementRefusal, 'output'),
    PublishedRefusal: jsonSchema(schemas.publishedRefusal, 'output'),
  };
  for (const call of CALLS) {
    components[named(call, 'Request')] = {
      ...jsonSchema(call.request, 'input'),
      examples: [REQUEST_EXAMPLES[call.name]],
    };
    components[named(call, 'Answer')] = jsonSchema(call.answer, 'output');
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'KONA PLATE issuer of kona-till',
      version: '1',
      description: `${HOW}\n\n<details><summary>All codes and what they allow</summary>\n\n${codeTable()}\n\n</details>`,
    },
    tags: [
      { name: 'platform', description: 'Published calls' },
      { name: 'store', description: "The store's side: this project's settlement contract" },
    ],
    paths: Object.fromEntries(CALLS.map((call) => [BASE_PATH + call.path, { post: operationOf(call) }])),
    components: { schemas: components },
  };
}
