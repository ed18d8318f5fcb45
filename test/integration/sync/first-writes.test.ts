/** What a start remembers before it writes anything of its own. */
import { describe, expect, it } from 'vitest';
import { DEFAULT_CODE_TABLE } from '../../../src/barcode/parse.ts';
import type { JournalHead, Ledger } from '../../../src/ledger/types.ts';
import { type SyncMemory, volatileMemory } from '../../../src/sync/memory.ts';
import { Till } from '../../../src/till.ts';
import { ledger, openShop } from '../ledger/open-shop.ts';
import { HandClock, MACHINE } from './counter.ts';

openShop();

/** The power fails at the first line that the start itself writes. */
function dying(whole: Ledger): Ledger {
  return new Proxy(whole, {
    get(target, name) {
      if (name === 'note')
        return () => {
          throw new Error('power cut');
        };
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** What is remembered, of a terminal in its second epoch, but for where its journal ended. */
const REMEMBERED = { epoch: 1, issuerEpoch: 'first', pause: null, fenced: null } as const;

function start(memory: SyncMemory): Till {
  return new Till({
    ledger: dying(ledger),
    // No call is made before the first line is written.
    backend: { capabilities: {} } as never,
    clock: new HandClock(),
    random: { fraction: () => 0.5 } as never,
    policy: { times: {} } as never,
    codeTable: DEFAULT_CODE_TABLE,
    terminalId: 'T0000001',
    day: null,
    stationIds: [],
    run: 'run',
    version: '0.0.0',
    machineId: MACHINE,
    memory,
    newId: () => 'id',
    forward: () => undefined,
    onFault: () => undefined,
  });
}

it('a journal that lost its end is remembered as short, also when the power fails again during that start', () => {
  const found = ledger.head();
  const memory = volatileMemory();
  memory.write({ ...REMEMBERED, knownIndex: found.index + 2, found: null });
  expect(() => start(memory)).toThrow('power cut');
  expect(memory.read()).toMatchObject({ fenced: 'JOURNAL_BEHIND', knownIndex: found.index + 2, found });
});

describe('a journal as long as the end that an earlier start found', () => {
  const started = (): JournalHead => {
    ledger.note('agentStarted', { version: '0.0.0', run: 'earlier' }, new HandClock().now(), {
      role: 'terminal',
    });
    return ledger.head();
  };

  it('and without that end has lost it, whatever starts wrote since that could not remember it', () => {
    const now = started();
    const memory = volatileMemory();
    memory.write({ ...REMEMBERED, knownIndex: 0, found: { index: now.index, hash: 'f'.repeat(64) } });
    expect(() => start(memory)).toThrow('power cut');
    expect(memory.read()).toMatchObject({ fenced: 'JOURNAL_BEHIND', issuerEpoch: '', found: now });
  });

  it('and with it has lost nothing, and shows that end to the issuer still', () => {
    const earlier = started();
    started();
    const memory = volatileMemory();
    memory.write({ ...REMEMBERED, knownIndex: 0, found: earlier });
    expect(() => start(memory)).toThrow('power cut');
    expect(memory.read()).toMatchObject({ fenced: null, issuerEpoch: 'first', found: earlier });
  });
});
