import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isWeakPin, Managers, ManagersFault } from '../../../src/web/managers.ts';
import { Sessions } from '../../../src/web/sessions.ts';
import { HandClock } from '../station/desk-lab.ts';

const random = { bytes: (count: number) => randomBytes(count), fraction: () => 0.5 };
let directory: string;
let clock: HandClock;

function open(): Managers {
  return new Managers({ directory, clock, random });
}

function code(): string {
  return readFileSync(join(directory, 'installer-code'), 'utf8').trim();
}

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kona-till-managers-'));
  clock = new HandClock();
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('the first manager', () => {
  it("is made with the installer's code of a 0600 file, which is gone afterwards", async () => {
    const managers = open();
    expect(managers.isEmpty()).toBe(true);
    expect(statSync(join(directory, 'installer-code')).mode & 0o777).toBe(0o600);
    const first = code();
    expect(await managers.makeFirst(`${first}1`, 'Kim', '739155')).toMatchObject({
      ok: false,
      error: 'WRONG_CODE',
    });
    expect(await managers.makeFirst(first, 'Kim', '739155')).toEqual({ ok: true, name: 'Kim' });
    expect(existsSync(join(directory, 'installer-code'))).toBe(false);
    expect(await managers.makeFirst(first, 'Lee', '739155')).toMatchObject({ error: 'ALREADY_SET_UP' });
    expect(await open().check('Kim', '739155')).toEqual({ ok: true, name: 'Kim' });
  });

  it('keeps the same code over restarts until it is used', () => {
    open();
    const first = code();
    open();
    expect(code()).toBe(first);
  });

  it('is locked for ten minutes after five wrong codes', async () => {
    const managers = open();
    for (let tries = 0; tries < 5; tries += 1) await managers.makeFirst('x', 'Kim', '739155');
    expect(await managers.makeFirst(code(), 'Kim', '739155')).toMatchObject({ error: 'LOCKED_OUT' });
    clock.pass(600_000);
    expect(await managers.makeFirst(code(), 'Kim', '739155')).toMatchObject({ ok: true });
  });
});

describe('a PIN', () => {
  it('is four to eight digits that are no run and not all equal', () => {
    for (const weak of ['', '123', '1111', '1234', '87654321', '123456789', '12a4'])
      expect(isWeakPin(weak)).toBe(true);
    for (const good of ['1357', '739155', '90210']) expect(isWeakPin(good)).toBe(false);
  });

  it('locks its name for ten minutes after five wrong tries, also for the right one', async () => {
    const managers = open();
    await managers.makeFirst(code(), 'Kim', '739155');
    for (const triesLeft of [4, 3, 2, 1]) {
      expect(await managers.check('Kim', '000111')).toEqual({ ok: false, error: 'WRONG_PIN', triesLeft });
    }
    expect(await managers.check('Kim', '000111')).toMatchObject({ error: 'LOCKED_OUT', justNow: true });
    expect(await managers.check('Kim', '739155')).toMatchObject({ error: 'LOCKED_OUT', justNow: false });
    clock.pass(600_000);
    expect(await managers.check('Kim', '739155')).toEqual({ ok: true, name: 'Kim' });
  });

  it('cannot be guessed faster by asking at the same time', async () => {
    const managers = open();
    await managers.makeFirst(code(), 'Kim', '739155');
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) => managers.check('Kim', `00${index}0`)),
    );
    const judged = answers.filter((answer) => !answer.ok && answer.error === 'WRONG_PIN');
    expect(judged.length).toBeLessThanOrEqual(4);
    expect(answers.some((answer) => !answer.ok && answer.error === 'TOO_MANY')).toBe(true);
  });

  it('counts tries for names that do not exist, too', async () => {
    const managers = open();
    await managers.makeFirst(code(), 'Kim', '739155');
    for (const name of ['a', 'b', 'c', 'd', 'e']) await managers.check(name, '739155');
    expect(await managers.check('f', '739155')).toMatchObject({ error: 'LOCKED_OUT' });
    expect(await managers.check('Kim', '739155')).toMatchObject({ ok: true });
  });

  it('alone tells whose it is; no two managers share one', async () => {
    const managers = open();
    await managers.makeFirst(code(), 'Kim', '739155');
    expect(await managers.add('Lee', '739155')).toMatchObject({ error: 'WEAK_PIN' });
    expect(await managers.add('Lee', '248160')).toMatchObject({ ok: true });
    expect(await managers.checkAny('248160', '1')).toEqual({ ok: true, name: 'Lee' });
    expect(await managers.checkAny('999000', '1')).toMatchObject({ error: 'WRONG_PIN', triesLeft: 4 });
  });

  it('is not in the file, and a broken file is a fault, not an open door', async () => {
    const managers = open();
    await managers.makeFirst(code(), 'Kim', '739155');
    const file = join(directory, 'managers.json');
    expect(readFileSync(file, 'utf8')).not.toContain('739155');
    writeFileSync(file, '{"managers":[{"name":"Kim"}]}');
    expect(open).toThrow(ManagersFault);
    writeFileSync(file, 'not json');
    expect(open).toThrow(ManagersFault);
  });
});

describe('a session', () => {
  it('ends after ten idle minutes, and by sign-out', () => {
    const sessions = new Sessions(clock, random);
    const token = sessions.begin('Kim');
    clock.pass(599_000);
    expect(sessions.find(token, true)?.name).toBe('Kim');
    clock.pass(599_000);
    expect(sessions.find(token, false)?.idleLeftMs).toBe(1_000);
    clock.pass(1_000);
    expect(sessions.find(token, true)).toBeNull();
    const other = sessions.begin('Kim');
    sessions.end(other);
    expect(sessions.find(other, true)).toBeNull();
  });

  it('is one of at most twenty', () => {
    const sessions = new Sessions(clock, random);
    const first = sessions.begin('Kim');
    const more = Array.from({ length: 20 }, () => sessions.begin('Kim'));
    expect(sessions.find(first, false)).toBeNull();
    expect(more.every((token) => sessions.find(token, false) !== null)).toBe(true);
  });

  it('is not opened by anything that is no token', () => {
    const sessions = new Sessions(clock, random);
    sessions.begin('Kim');
    for (const token of [undefined, '', 'x', '0'.repeat(64), '__proto__'])
      expect(sessions.find(token, true)).toBeNull();
  });
});
