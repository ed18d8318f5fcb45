import { describe, expect, it } from 'vitest';
import type { PosPort } from '../../../drivers/pos-port.ts';
import { Forwarder } from '../../../src/station/forward.ts';
import { PosFeed } from '../../../src/station/pos-feed.ts';
import { HandClock } from './desk-lab.ts';

/** A port that the POS program has open. */
function openPort(): PosPort & { readonly texts: string[] } {
  const texts: string[] = [];
  let state: 'open' | 'closed' = 'open';
  return {
    texts,
    state: () => state,
    send: (text) => texts.push(text) > 0,
    sent: () => texts.length,
    dropped: () => 0,
    close: async () => {
      state = 'closed';
    },
  };
}

describe('scans for the POS program', () => {
  const setUp = (identifier: boolean) => {
    const forwarder = new Forwarder(new HandClock());
    const feed = new PosFeed(forwarder);
    const port = openPort();
    feed.add({ stationId: '1', path: '/run/pos', identifier, port });
    return { forwarder, feed, port };
  };

  it('come from its own station only', () => {
    const { forwarder, feed, port } = setUp(false);
    forwarder.forward('1', { source: 'a', text: '8801234567893' });
    forwarder.forward('2', { source: 'b', text: '8801056038861' });
    expect(port.texts).toEqual(['8801234567893']);
    expect(feed.list()).toEqual([{ stationId: '1', path: '/run/pos', state: 'open', sent: 1, dropped: 0 }]);
  });

  it.each([
    ['in the text', { source: 'a', text: ']E08801234567893' }],
    ['beside the text', { source: 'a', text: '8801234567893', symbology: ']E0' }],
  ])('have an identifier that came %s only for a program that expects one', (_name, frame) => {
    for (const [identifier, expected] of [
      [false, '8801234567893'],
      [true, ']E08801234567893'],
    ] as const) {
      const { forwarder, port } = setUp(identifier);
      forwarder.forward('1', frame);
      expect(port.texts).toEqual([expected]);
    }
  });

  it('end with the feed', async () => {
    const { forwarder, feed, port } = setUp(false);
    await feed.close();
    forwarder.forward('1', { source: 'a', text: '8801234567893' });
    expect(port.texts).toEqual([]);
    expect(port.state()).toBe('closed');
  });
});
