/** `npm start` as a process: it says where everything is, everything answers, and Ctrl-C leaves nothing behind. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outcomeOf } from '../../unit/ops/child.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const READY_MS = 50_000;
let folder = '';

interface Addresses {
  readonly cashier: string;
  readonly manager: string;
  readonly phone: string;
  readonly config: string;
  readonly installerCode: string | null;
}

/** The start of package.json's "start", in a process group of its own as a terminal gives one. */
function start(...args: string[]): ChildProcess {
  return spawn(
    process.execPath,
    ['scripts/bootstrap.mjs', 'src/main.ts', 'demo', '--data', folder, ...args],
    {
      cwd: ROOT,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
}

/** The first JSON document that the child prints. */
function addresses(child: ChildProcess): Promise<Addresses> {
  return new Promise((done, fail) => {
    let text = '';
    child.stdout?.on('data', (chunk) => {
      text += String(chunk);
      if (text.trimEnd().endsWith('}')) done(JSON.parse(text) as Addresses);
    });
    child.once('close', () => fail(new Error(`it ended: ${text}`)));
  });
}

/** Processes of a group that are alive (state other than Z). */
function alive(group: number): string[] {
  return readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const [state, , groupText] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return Number(groupText) === group && state !== 'Z';
    } catch {
      return false;
    }
  });
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kona-till-demo-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('npm start', () => {
  it(
    'serves the phone, cashier and manager pages, and ends by Ctrl-C with nothing left behind',
    async () => {
      const child = start('--port', '0', '--json');
      const group = child.pid ?? 0;
      const ended = outcomeOf(child);
      const { cashier, manager, phone, config, installerCode } = await addresses(child);
      expect(installerCode).toMatch(/^\d{8}$/);
      for (const url of [cashier, manager, phone]) {
        const response = await fetch(url);
        expect(response.status, url).toBe(200);
        expect(await response.text(), url).toContain('<script');
      }
      const verify = spawn(
        process.execPath,
        ['src/main.ts', 'ledger', 'verify', '--json', '--config', config],
        { cwd: ROOT },
      );
      const { code, out } = await outcomeOf(verify);
      expect(code).toBe(0);
      expect(JSON.parse(out)).toMatchObject({ ok: true });
      // A terminal sends SIGINT to the whole foreground group.
      process.kill(-group, 'SIGINT');
      expect(await ended).toMatchObject({ code: 0, err: '' });
      expect(alive(group)).toEqual([]);
      await expect(fetch(cashier)).rejects.toThrow();
    },
    READY_MS,
  );

  it(
    'keeps what it had at the next start, and a second one on the same folder is told so',
    async () => {
      const child = start('--port', '0', '--json');
      const ended = outcomeOf(child);
      const { installerCode } = await addresses(child);
      expect(installerCode).toMatch(/^\d{8}$/);
      const second = await outcomeOf(start('--port', '0'));
      expect(second.code).toBe(3);
      expect(second.err).toContain('is running already');
      child.kill('SIGTERM');
      expect(await ended).toMatchObject({ code: 0 });
    },
    READY_MS,
  );

  it('says in a sentence that a port is taken', async () => {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as { port: number };
    const web = port > 65_000 ? port - 20 : port;
    const { code, err } = await outcomeOf(start('--port', String(web)));
    await new Promise((done) => server.close(done));
    expect(code).toBe(3);
    expect(err).toContain(`port ${port} is taken`);
    expect(err).not.toMatch(/\n\s+at /);
  });
});

describe('npm run till -- issuer', () => {
  it.each(['SIGTERM', 'SIGKILL'] as const)(
    'whoever ends npm alone by %s ends all that it has started',
    async (signal) => {
      const npm = spawn('npm', ['run', '-s', 'till', '--', 'issuer', '--memory', '--port', '0'], {
        cwd: ROOT,
        detached: true,
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      const group = npm.pid ?? 0;
      try {
        await once(npm.stdout, 'data');
        expect(alive(group).length).toBeGreaterThan(2);
        npm.kill(signal);
        await expect.poll(() => alive(group), { timeout: 15_000, interval: 100 }).toEqual([]);
      } finally {
        if (alive(group).length > 0) process.kill(-group, 'SIGKILL');
      }
    },
    READY_MS,
  );
});
