/** What must hold when a copy of the disk ran in another machine: what it did is accounted for by name. */
import { expect } from 'vitest';
import type { Shop } from './children.ts';
import type { Copy } from './round-kinds.ts';
import type { Books } from './rounds-books.ts';
import { told } from './waits.ts';

/**
 * What the till does not know the copy has; what the copy was told is approved the issuer has booked; a copy that nobody
 * took on has moved nothing. That the till names each payment which the copy alone got booked is part of its promise. Gives
 * how many these are.
 */
export function mustAccountForCopy(shop: Shop, { intents, items }: Books, copy: Copy, where: string): number {
  const verified = shop.ledger((ledger) => ledger.verify(), true);
  expect(verified.faults, `${where}: its ledger`).toEqual([]);
  const known = new Set(intents.map(({ sequenceId }) => sequenceId));
  const own = shop.intents(true).filter(({ sequenceId }) => !known.has(sequenceId));
  const states = new Map(items.map(({ sequenceId, state }) => [sequenceId, state]));
  const unbooked = own.filter(({ sequenceId, host }) => host === 'approved' && !states.has(sequenceId));
  expect(unbooked.map(told), `${where}: approved there and unknown at the issuer`).toEqual([]);
  const ofCopy = new Set(own.map(({ sequenceId }) => sequenceId));
  const stray = items.filter(({ sequenceId }) => !known.has(sequenceId) && !ofCopy.has(sequenceId));
  expect(stray, `${where}: at the issuer and on neither disk`).toEqual([]);
  const booked = own.filter(({ sequenceId }) => states.has(sequenceId));
  if (copy === 'unmanaged') expect(booked.map(told), `${where}: nobody took it on`).toEqual([]);
  return booked.filter(({ sequenceId }) => states.get(sequenceId) === 'APPROVED').length;
}
