/** What a start remembers before it writes anything of its own. */
import { expect, it } from 'vitest';
import { DEFAULT_CODE_TABLE } from '../../../src/barcode/parse.ts';
import type { Ledger } from '../../../src/ledger/types.ts';
import { volatileMemory } from '../../../src/sync/memory.ts';
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

it('a journal that lost its end is remembered as short, also when the power fails again during that start', () => {
  const found = ledger.head();
  const memory = volatileMemory();
  memory.write({
    epoch: 1,
    issuerEpoch: 'first',
    knownIndex: found.index + 2,
    pause: null,
    fenced: null,
    found: null,
  });
  const start = (): Till =>
    new Till({
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
  expect(start).toThrow('power cut');
  expect(memory.read()).toMatchObject({ fenced: 'JOURNAL_BEHIND', knownIndex: found.index + 2, found });
});
