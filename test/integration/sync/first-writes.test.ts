/** What a start remembers before it writes anything of its own. */
import { describe, expect, it } from 'vitest';
import { DEFAULT_CODE_TABLE } from '../../../src/barcode/parse.ts';
import { LedgerFault } from '../../../src/ledger/fault.ts';
import type { JournalHead, Ledger } from '../../../src/ledger/types.ts';
import { type SyncMemory, volatileMemory } from '../../../src/sync/memory.ts';
import { Till } from '../../../src/till.ts';
import { ledger, openShop } from '../ledger/open-shop.ts';
import { HandClock, MACHINE } from './counter.ts';

openShop();

/** The power fails at the first line that the start itself writes. `instead`: calls that do something else. */
function dying(whole: Ledger, instead: Partial<Ledger> = {}): Ledger {
  return new Proxy(whole, {
    get(target, name) {
      if (Object.hasOwn(instead, name)) return Reflect.get(instead, name);
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

function start(memory: SyncMemory, over: Ledger = dying(ledger)): Till {
  return new Till({
    ledger: over,
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
    const here = started();
    started();
    const memory = volatileMemory();
    memory.write({ ...REMEMBERED, knownIndex: 0, found: { index: here.index, hash: 'f'.repeat(64) } });
    expect(() => start(memory)).toThrow('power cut');
    expect(memory.read()).toMatchObject({ fenced: 'JOURNAL_BEHIND', issuerEpoch: '', found: here });
  });

  it('and with an entry there that cannot be read says nothing of it, and starts', () => {
    const earlier = started();
    started();
    const memory = volatileMemory();
    memory.write({ ...REMEMBERED, knownIndex: 0, found: earlier });
    const entries = (index: number, limit: number) => {
      if (index === earlier.index) throw new LedgerFault('CORRUPT', 'the page is damaged');
      return ledger.entries(index, limit);
    };
    expect(() => start(memory, dying(ledger, { entries }))).toThrow('power cut');
    expect(memory.read()).toMatchObject({ fenced: null, found: earlier });
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
