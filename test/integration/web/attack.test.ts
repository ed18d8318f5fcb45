import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebFault } from '../../../src/web/server.ts';
import { call, EventReader, Page, startTill, type Till, until } from '../agent/harness.ts';

let till: Till;
let page: Page;
let pages: string;
let host: string;

beforeAll(async () => {
  pages = mkdtempSync(join(tmpdir(), 'kona-till-pages-'));
  mkdirSync(join(pages, 'assets'));
  writeFileSync(join(pages, 'cashier.html'), '<!doctype html><title>cashier</title>');
  writeFileSync(join(pages, 'manager.html'), '<!doctype html><title>manager</title>');
  writeFileSync(join(pages, 'assets', 'a-123.js'), 'export {};');
  till = await startTill({
    agent: {
      web: {
        host: '127.0.0.1',
        port: 0,
        allowedHosts: ['till.store.example'],
        tls: null,
        pagesDirectory: pages,
        ratePerMinute: 400,
        requestTimeoutMs: 500,
      },
    },
  });
  host = new URL(till.agent.address).host;
  page = await Page.online(till.agent.address);
});

afterAll(async () => {
  page.close();
  await till.close();
  rmSync(pages, { recursive: true, force: true });
});

const PRESS = '/api/v1/stations/1/press';

/** What an attacker wants: a press that counts. */
async function attack(headers: Readonly<Record<string, string>>, raw?: string): Promise<number> {
  const body = { page: page.page, key: 'RECEIVED', sequenceId: null, version: null, face: 'IDLE' };
  const answer = await call(till.agent.address, PRESS, { headers, raw: raw ?? JSON.stringify(body) });
  return answer.status;
}

/** Sends bytes as they are, and gives what came back when the other side closed. */
function rawCall(bytes: string, waitMs: number): Promise<string> {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(till.agent.address);
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    let text = '';
    socket.setTimeout(waitMs, () => socket.destroy());
    socket.on('data', (part) => {
      text += part.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text));
  });
}

describe('an attack on the localhost API', () => {
  it('is refused for a foreign Host, and for a name that only resolves to us (DNS rebinding)', async () => {
    expect(await attack({ host: 'evil.example' })).toBe(403);
    expect(await attack({ host: `evil.example:${new URL(till.agent.address).port}` })).toBe(403);
    expect(await attack({ host: '127.0.0.1' })).toBe(403);
    expect((await call(till.agent.address, '/', { headers: { host: 'rebind.evil.example' } })).status).toBe(
      403,
    );
  });

  it('is refused for a foreign Origin, for the null origin, and for another port of this machine', async () => {
    for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1:1', `https://${host}`]) {
      expect(await attack({ origin }), origin).toBe(403);
    }
    expect(await attack({ origin: `http://${host}` })).toBe(200);
  });

  it('is refused when a browser says that another site asks', async () => {
    for (const site of ['cross-site', 'same-site', 'none']) {
      expect(await attack({ 'sec-fetch-site': site }), site).toBe(403);
    }
    const read = await call(till.agent.address, '/api/v1/stations', {
      headers: { 'sec-fetch-site': 'cross-site' },
    });
    expect(read.status).toBe(403);
    const link = {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
    };
    expect((await call(till.agent.address, '/', { headers: link })).status).toBe(200);
    expect((await call(till.agent.address, '/api/v1/stations', { headers: link })).status).toBe(403);
    // The router reads these as the same address; a link to an event stream would make a foreign window the driver.
    for (const path of ['/%61pi/v1/stations', '/%61pi/v1/stations/1/events?page=foreign-page', '/metrics']) {
      expect((await call(till.agent.address, path, { headers: link })).status, path).toBe(403);
    }
  });

  it('is refused for every body that a foreign form can send without asking', async () => {
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      '',
    ]) {
      expect(await attack({ 'content-type': type }), type).toBe(415);
    }
    expect(await attack({ 'content-type': 'application/json; charset=utf-8' })).toBe(200);
  });

  it('is refused for other methods, oversized bodies, broken JSON, and unknown fields', async () => {
    for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      const answer = await call(till.agent.address, PRESS, { method });
      expect(answer.status, method).toBe(405);
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    }
    expect(await attack({}, `{"page":"${'x'.repeat(20_000)}"}`)).toBe(413);
    expect(await attack({}, '{"page":')).toBe(400);
    expect(await attack({}, '{"page":"aaaaaaaaaa","key":"RECEIVED","__proto__":{"x":1}}')).toBe(400);
    expect(
      await attack(
        {},
        '{"page":"aaaaaaaaaa","key":"RECEIVED","sequenceId":null,"version":null,"face":"IDLE","more":1}',
      ),
    ).toBe(400);
  });

  it('never hears its own words back in an error', async () => {
    const answer = await call(till.agent.address, PRESS, { raw: '{"pin":"739155' });
    expect(answer.status).toBe(400);
    expect(answer.text).not.toContain('739155');
  });

  it('is cut off when it is slow', async () => {
    const begin = Date.now();
    const head = `POST ${PRESS} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{`;
    const text = await rawCall(head, 8_000);
    expect(Date.now() - begin).toBeLessThan(6_000);
    expect(text === '' || text.includes('408')).toBe(true);
  });

  it('gets no file outside the pages', async () => {
    for (const path of [
      '/../package.json',
      '/..%2f..%2fpackage.json',
      '/assets/../../package.json',
      '/.env',
    ]) {
      const text = await rawCall(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`, 3_000);
      expect(text, path).toMatch(/^HTTP\/1\.1 (400|403|404)/);
    }
  });

  it('changed nothing', () => {
    expect(till.agent.ledger.list({ limit: 1 }).intents).toEqual([]);
    expect(page.latest()?.face.id).toBe('IDLE');
  });
});

describe('what is served', () => {
  it('carries a policy without inline script or style, and forbids frames', async () => {
    const answer = await call(till.agent.address, '/manager');
    expect(answer.text).toContain('manager');
    const policy = String(answer.headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain('unsafe');
    expect(policy).toContain("frame-ancestors 'none'");
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    expect(answer.headers['cache-control']).toBe('no-cache');
    const asset = await call(till.agent.address, '/assets/a-123.js');
    expect(String(asset.headers['cache-control'])).toContain('immutable');
    expect((await call(till.agent.address, '/api/v1/stations')).headers['cache-control']).toBe('no-store');
  });

  it('answers under the names that the configuration allows', async () => {
    const port = new URL(till.agent.address).port;
    for (const name of [`localhost:${port}`, `till.store.example:${port}`, 'till.store.example']) {
      expect(
        (await call(till.agent.address, '/api/v1/stations', { headers: { host: name } })).status,
        name,
      ).toBe(200);
    }
  });

  it('bounds the pages of a station and the streams of the agent', async () => {
    const readers = Array.from(
      { length: 12 },
      (_, index) => new EventReader(till.agent.address, `/api/v1/stations/1/events?page=crowd-page-${index}`),
    );
    await until('all answered', () => readers.every(({ status }) => status !== 0));
    const open = readers.filter(({ status }) => status === 200);
    expect(open.length).toBeLessThan(8);
    expect(readers.filter(({ status }) => status === 429)).toHaveLength(12 - open.length);
    for (const reader of readers) reader.close();
  });

  it('keeps streams for the cashier, however many a POS program leaves open', async () => {
    const scans = Array.from(
      { length: 60 },
      () => new EventReader(till.agent.address, '/api/v1/stations/1/scans'),
    );
    await until('all answered', () => scans.every(({ status }) => status !== 0));
    expect(scans.filter(({ status }) => status === 429).length).toBeGreaterThan(0);
    const cashier = new EventReader(till.agent.address, `/api/v1/stations/1/events?page=${page.page}`);
    await until('the page is answered', () => cashier.status !== 0);
    expect(cashier.status).toBe(200);
    for (const reader of [...scans, cashier]) reader.close();
  });

  it('limits the rate', async () => {
    let limited = 0;
    for (let round = 0; round < 450 && limited === 0; round += 1) {
      const answer = await call(till.agent.address, '/api/v1/stations');
      if (answer.status === 429) limited += 1;
    }
    expect(limited).toBe(1);
  });
});

describe('an address that others can reach', () => {
  it('is refused without TLS', async () => {
    const web = { host: '0.0.0.0', port: 0, allowedHosts: [], tls: null, pagesDirectory: null };
    await expect(till.restart({ web })).rejects.toThrow(WebFault);
    await till.restart();
  });
});
