import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CALLS } from '../../../src/issuer/http/calls.ts';
import { type Issuer, startIssuer } from '../../../src/issuer/issuer.ts';
import { newId, Till } from './till.ts';

let issuer: Issuer;
let till: Till;
let directory: string;
const held: number[] = [];

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'issuer-pages-'));
  writeFileSync(join(directory, 'index.html'), '<title>phone</title>');
  issuer = await startIssuer({
    admin: true,
    pagesDirectory: directory,
    onHold: async (png) => {
      held.push(png.length);
      return 'read';
    },
  });
  till = new Till(issuer);
});
afterAll(async () => {
  await issuer.close();
  rmSync(directory, { recursive: true, force: true });
});

async function phone(method: string, path: string, body?: unknown, type = 'application/json') {
  const response = await fetch(`${issuer.url}/phone/api${path}`, {
    method,
    ...(body === undefined
      ? {}
      : {
          body: body instanceof Uint8Array ? new Blob([Buffer.from(body)]) : JSON.stringify(body),
          headers: { 'Content-Type': type },
        }),
  });
  return { status: response.status, json: JSON.parse(await response.text()) };
}

function statusWithHost(path: string, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(issuer.url + path, { headers: { Host: host } }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.on('error', reject);
    sent.end();
  });
}

describe("the phone page's calls", () => {
  it('list the sample cards without a number', async () => {
    const { status, json } = await phone('GET', '/cards');
    expect(status).toBe(200);
    expect(json.cards).toHaveLength(issuer.credentials.cards.length);
    expect(json).toMatchObject({
      canHold: true,
      canFault: true,
      limits: { CHARGE: { balanceMax: 2_000_000 } },
    });
    const text = JSON.stringify(json);
    for (const { cardNo } of issuer.credentials.cards) expect(text).not.toContain(cardNo);
    expect(json.cards.map((card: { status: string }) => card.status)).toEqual(
      expect.arrayContaining(['active', 'suspended', 'terminated', 'expired', 'notReady']),
    );
  });

  it('make a barcode and follow it from waiting to approved to reversed', async () => {
    const { json } = await phone('GET', '/cards');
    const card = json.cards.find((one: { last4: string }) => one.last4 === till.card(2).slice(12));
    const made = await phone('POST', '/barcodes', { cardRef: card.cardRef, type: 'CHARGE', amount: 5_000 });
    expect(made.json).toMatchObject({ lifeMs: 300_000, amount: 5_000, last4: card.last4 });
    const view = () => phone('GET', `/barcodes/${made.json.barcodeRef}`).then((reply) => reply.json);
    expect(await view()).toMatchObject({ state: 'waiting', balance: null });
    const sequenceId = newId();
    expect((await till.approve(made.json.spec, { sequenceId })).code).toBe('000_000');
    expect(await view()).toMatchObject({ state: 'approved', balance: card.balance + 5_000 });
    await till.netCancel(sequenceId, 'CHARGE', 5_000);
    expect(await view()).toMatchObject({ state: 'reversed', balance: card.balance });
    const history = await phone('GET', `/history?cardRef=${card.cardRef}`);
    expect(history.json.rows[0]).toMatchObject({
      state: 'reversed',
      amount: 5_000,
      barcodeRef: made.json.barcodeRef,
    });
    expect(history.json.rows[0].endedAtMs).toBeGreaterThan(0);
  });

  it('show an older barcode as expired when a newer one replaced it', async () => {
    const { json } = await phone('GET', '/cards');
    const [card] = json.cards;
    const old = await phone('POST', '/barcodes', { cardRef: card.cardRef, type: 'REFUND', amount: 1 });
    await phone('POST', '/barcodes', { cardRef: card.cardRef, type: 'REFUND', amount: 2 });
    expect((await phone('GET', `/barcodes/${old.json.barcodeRef}`)).json).toMatchObject({
      state: 'expired',
      leftMs: 0,
    });
  });

  it('pass a held picture on, and take nothing but a picture of a bounded size', async () => {
    expect((await phone('POST', '/hold', new Uint8Array(100), 'image/png')).json).toEqual({ result: 'read' });
    expect(held).toEqual([100]);
    expect((await phone('POST', '/hold', new Uint8Array(100), 'text/plain')).status).toBe(400);
    expect((await phone('POST', '/hold', new Uint8Array(600_000), 'image/png')).status).toBe(400);
  });

  it('set and take away faults', async () => {
    const set = await phone('PUT', '/faults', { call: 'approve', kind: 'dropAfter', times: 1 });
    expect(set.json).toEqual({ faults: [{ call: 'approve', kind: 'dropAfter', times: 1 }] });
    expect((await phone('PUT', '/faults', { call: 'approve', kind: null, times: null })).json).toEqual({
      faults: [],
    });
  });

  it('refuse wrong bodies with code and field, unknown barcodes with 404, foreign pages by type and by host', async () => {
    expect(await phone('POST', '/barcodes', { cardRef: 'x', type: 'CHARGE', amount: 1 })).toMatchObject({
      status: 400,
      json: { code: '000_002', field: 'cardRef' },
    });
    expect((await phone('GET', '/barcodes/none')).status).toBe(404);
    expect((await phone('POST', '/barcodes', {}, 'text/plain')).status).toBe(400);
    expect(await statusWithHost('/phone/api/cards', 'evil.example')).toBe(421);
    expect(await statusWithHost('/admin/faults', 'evil.example:80')).toBe(421);
    expect(await statusWithHost('/phone/api/cards', 'localhost:1')).toBe(200);
  });

  it('come with the page itself', async () => {
    expect(await (await fetch(`${issuer.url}/phone/`)).text()).toBe('<title>phone</title>');
    expect((await fetch(`${issuer.url}/`)).url).toBe(`${issuer.url}/phone/`);
  });
});

describe('the description', () => {
  it('names every call with its schemas, and every reference in it leads somewhere', async () => {
    const text = await (await fetch(`${issuer.url}/openapi.json`)).text();
    const document = JSON.parse(text);
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths)).toHaveLength(11);
    for (const [, name] of text.matchAll(/"#\/components\/schemas\/([A-Za-z]+)"/g)) {
      expect(document.components.schemas[name ?? '']).toBeDefined();
    }
    expect(document.components.schemas.BarcodeSpecRequest).toMatchObject({
      required: ['cardNo', 'type', 'amount'],
      additionalProperties: false,
      properties: { amount: { minimum: 0, maximum: 999_999 } },
    });
  });

  it('shows a good request of each call: every example fits the schema that judges it', async () => {
    const document = JSON.parse(await (await fetch(`${issuer.url}/openapi.json`)).text());
    for (const { name, request } of CALLS) {
      const component = `${name.charAt(0).toUpperCase()}${name.slice(1)}Request`;
      const [example] = document.components.schemas[component].examples;
      expect({ name, fits: request.safeParse(example).success }).toEqual({ name, fits: true });
    }
    expect(document.info.description).toContain('| 006_905 | The transaction is reversed. | open: ask |');
  });

  it('has a page to read it', async () => {
    const page = await fetch(`${issuer.url}/docs/`);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('swagger-ui');
  });
});
