import { describe, expect, it } from 'vitest';
import type { PosPort } from '../../../drivers/pos-port.ts';
import { Forwarder } from '../../../src/station/forward.ts';
import { PosFeed, type PosForm } from '../../../src/station/pos-feed.ts';
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
    cut: () => 0,
    close: async () => {
      state = 'closed';
    },
  };
}

describe('scans for the POS program', () => {
  const setUp = (form: PosForm) => {
    const forwarder = new Forwarder(new HandClock());
    const feed = new PosFeed(forwarder);
    const port = openPort();
    feed.add({ stationId: '1', kind: 'serial', path: '/run/pos', form, port });
    return { forwarder, feed, port };
  };

  it('come from its own station only', () => {
    const { forwarder, feed, port } = setUp('text');
    forwarder.forward('1', { source: 'a', text: '8801234567893' });
    forwarder.forward('2', { source: 'b', text: '8801056038861' });
    expect(port.texts).toEqual(['8801234567893']);
    expect(feed.list()).toEqual([
      { stationId: '1', kind: 'serial', path: '/run/pos', state: 'open', sent: 1, dropped: 0, cut: 0 },
    ]);
  });

  it.each([
    ['in the text', { source: 'a', text: ']E08801234567893' }],
    ['beside the text', { source: 'a', text: '8801234567893', symbology: ']E0' }],
  ])('have an identifier that came %s only for a program that expects one', (_name, frame) => {
    for (const [form, expected] of [
      ['text', '8801234567893'],
      ['identified', ']E08801234567893'],
    ] as const) {
      const { forwarder, port } = setUp(form);
      forwarder.forward('1', frame);
      expect(port.texts).toEqual([expected]);
    }
  });

  it('are objects as the event stream gives them, for a program that wants these', () => {
    const { forwarder, port } = setUp('json');
    forwarder.forward('1', { source: 'a', text: '12\r\n34', symbology: ']E0' });
    expect(port.texts.map((text) => JSON.parse(text))).toEqual([
      { stationId: '1', scanner: 'a', text: '12\r\n34', symbology: ']E0', atMs: expect.any(Number) },
    ]);
    expect(port.texts[0]).not.toMatch(/[\r\n]/);
  });

  it('end with the feed', async () => {
    const { forwarder, feed, port } = setUp('text');
    await feed.close();
    forwarder.forward('1', { source: 'a', text: '8801234567893' });
    expect(port.texts).toEqual([]);
    expect(port.state()).toBe('closed');
  });
});
