/** A binary heap by `atMs`, earliest first. Entries are never taken out early: who put them in knows which are stale. */
export class Heap<Item> {
  readonly #times: number[] = [];
  readonly #items: Item[] = [];

  get size(): number {
    return this.#items.length;
  }

  /** The earliest time, or null when empty. */
  get firstMs(): number | null {
    return this.#times[0] ?? null;
  }

  push(atMs: number, item: Item): void {
    let place = this.#items.length;
    this.#times.push(atMs);
    this.#items.push(item);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if ((this.#times[parent] ?? 0) <= atMs) break;
      this.#swap(place, parent);
      place = parent;
    }
  }

  /** Takes the earliest entry out when it is due at `nowMs`. */
  popDue(nowMs: number): Item | null {
    const first = this.#times[0];
    const item = this.#items[0];
    if (first === undefined || item === undefined || first > nowMs) return null;
    const lastMs = this.#times.pop() ?? 0;
    const last = this.#items.pop();
    if (last !== undefined && this.#items.length > 0) {
      this.#times[0] = lastMs;
      this.#items[0] = last;
      this.#sink();
    }
    return item;
  }

  #sink(): void {
    let place = 0;
    for (;;) {
      const left = 2 * place + 1;
      if (left >= this.#items.length) return;
      const right = left + 1;
      const rightMs = this.#times[right] ?? Number.POSITIVE_INFINITY;
      const child = rightMs < (this.#times[left] ?? 0) ? right : left;
      if ((this.#times[place] ?? 0) <= (this.#times[child] ?? 0)) return;
      this.#swap(place, child);
      place = child;
    }
  }

  #swap(one: number, other: number): void {
    const timeMs = this.#times[one] ?? 0;
    const item = this.#items[one] as Item;
    this.#times[one] = this.#times[other] ?? 0;
    this.#items[one] = this.#items[other] as Item;
    this.#times[other] = timeMs;
    this.#items[other] = item;
  }
}
