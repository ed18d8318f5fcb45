/** What an issuer that is put back to an earlier point holds then, and what it knew otherwise. */
import type { ModelItem } from './issuer-model.ts';

/** State, voids or seal of an item were not these. */
export function isOther(item: ModelItem, before: ModelItem | undefined): boolean {
  return (
    before === undefined ||
    before.state !== item.state ||
    before.sealed !== item.sealed ||
    before.voids.length !== item.voids.length
  );
}

export function replace<Key, Value>(into: Map<Key, Value>, from: ReadonlyMap<Key, Value>): void {
  into.clear();
  for (const [key, value] of from) into.set(key, value);
}
