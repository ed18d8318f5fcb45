import { describe, expect, it } from 'vitest';
import { commandDue, requestDue } from '../../../src/intent/due.ts';
import { HOSTS, type Host } from '../../../src/intent/model.ts';
import { DEFAULT_TIMES } from '../../../src/intent/rules.ts';
import { Agenda, LANES } from '../../../src/sync/agenda.ts';
import { everyIntent } from '../intent/make.ts';

/** One of each state that the axes and flags allow, each under an id of its own. */
const INTENTS = everyIntent().map((intent, place) => ({ ...intent, sequenceId: `ID-${place}` }));

function agendaOf(intents: typeof INTENTS): Agenda {
  const agenda = new Agenda(DEFAULT_TIMES);
  for (const intent of intents) agenda.put(intent);
  return agenda;
}

/** What it has ready at a moment: `request id` and `command id`. */
function readyAt(agenda: Agenda, monoMs: number): Set<string> {
  const commands = agenda.advance(monoMs).map(({ command, sequenceId }) => `${command} ${sequenceId}`);
  const requests = LANES.flatMap((lane) => [...agenda.ready(lane).values()]).map(
    ({ request, sequenceId }) => `${request} ${sequenceId}`,
  );
  return new Set([...commands, ...requests]);
}

describe('the agenda', () => {
  it.each([0, 3_000, 15_000, 180_000, 900_000])(
    'has ready after %d ms what `due` says of every state, and nothing else',
    (monoMs) => {
      const expected = new Set<string>();
      for (const intent of INTENTS) {
        const request = requestDue(intent);
        const command = commandDue(intent, DEFAULT_TIMES);
        if (request !== null && request.atMs <= monoMs)
          expected.add(`${request.request} ${intent.sequenceId}`);
        if (command !== null && command.atMs <= monoMs)
          expected.add(`${command.command} ${intent.sequenceId}`);
      }
      expect(expected.size).toBeGreaterThan(100);
      expect(readyAt(agendaOf(INTENTS), monoMs)).toEqual(expected);
    },
  );

  it('counts what needs the issuer by its state there, also what is under way', () => {
    const count = (host: Host): number =>
      INTENTS.filter((intent) => intent.host === host && (host === 'sending' || requestDue(intent) !== null))
        .length;
    const { depthByHost } = agendaOf(INTENTS);
    expect(depthByHost).toEqual(Object.fromEntries(HOSTS.map((host) => [host, count(host)])));
    for (const host of ['unsent', 'sending', 'unknown', 'reversing', 'voiding'] as const)
      expect(depthByHost[host]).toBeGreaterThan(0);
    for (const host of ['approved', 'declined', 'reversed', 'closed'] as const)
      expect(depthByHost[host]).toBe(0);
  });

  it('tells the oldest scan that still needs the issuer, whichever it heard of first', () => {
    const scanned = INTENTS.map((intent, place) => ({ ...intent, scannedAtMs: (place * 7_919) % 100_003 }));
    const waiting = scanned.filter((intent) => requestDue(intent) !== null || intent.host === 'sending');
    const oldestMs = Math.min(...waiting.map(({ scannedAtMs }) => scannedAtMs));
    expect(agendaOf(scanned).oldestAtMs()).toBe(oldestMs);
    expect(agendaOf(scanned.toReversed()).oldestAtMs()).toBe(oldestMs);
    expect(agendaOf(scanned).backlog().oldestAtMs).toBe(oldestMs);
    expect(agendaOf([]).oldestAtMs()).toBeNull();
  });

  it('is the same whatever it held of an intent before, and takes no older state for a newer one that it holds', () => {
    const agenda = new Agenda(DEFAULT_TIMES);
    const all = INTENTS.slice(0, 400);
    for (const [place, intent] of all.entries()) {
      const before = all[(place * 7 + 3) % all.length] ?? intent;
      agenda.put({ ...before, sequenceId: intent.sequenceId, version: 1 });
      agenda.put({ ...intent, version: 3 });
      const isHeld = agenda.get(intent.sequenceId) !== undefined;
      if (isHeld) agenda.put({ ...before, sequenceId: intent.sequenceId, version: 2 });
    }
    const fresh = agendaOf(all);
    expect(agenda.depthByHost).toEqual(fresh.depthByHost);
    expect(agenda.depth).toEqual(fresh.depth);
    expect(readyAt(agenda, 900_000)).toEqual(readyAt(fresh, 900_000));
  });
});
