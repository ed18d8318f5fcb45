/** A binary heap by `atMs`, earliest first, and by age among equals. Entries are never taken out early: who put them in knows which are stale. */
export class Heap<Item> {
  readonly #times: number[] = [];
  readonly #ages: number[] = [];
  readonly #items: Item[] = [];

  get size(): number {
    return this.#items.length;
  }

  /** The earliest time, or null when empty. */
  get firstMs(): number | null {
    return this.#times[0] ?? null;
  }

  /** `age` orders what is due at the same time: the smaller one comes first. */
  push(atMs: number, age: number, item: Item): void {
    let place = this.#items.length;
    this.#times.push(atMs);
    this.#ages.push(age);
    this.#items.push(item);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!this.#before(place, parent)) break;
      this.#swap(place, parent);
      place = parent;
    }
  }

  /** Takes the earliest entry out when it is due at `nowMs`. */
  popDue(nowMs: number): Item | null {
    const first = this.#times[0];
    const item = this.#items[0];
    if (first === undefined || item === undefined || first > nowMs) return null;
    this.#swap(0, this.#items.length - 1);
    this.#times.pop();
    this.#ages.pop();
    this.#items.pop();
    this.#sink();
    return item;
  }

  #sink(): void {
    let place = 0;
    for (;;) {
      const left = 2 * place + 1;
      if (left >= this.#items.length) return;
      const right = left + 1;
      const child = right < this.#items.length && this.#before(right, left) ? right : left;
      if (!this.#before(child, place)) return;
      this.#swap(place, child);
      place = child;
    }
  }

  #before(one: number, other: number): boolean {
    const difference = (this.#times[one] ?? 0) - (this.#times[other] ?? 0);
    return difference === 0 ? (this.#ages[one] ?? 0) < (this.#ages[other] ?? 0) : difference < 0;
  }

  #swap(one: number, other: number): void {
    swap(this.#times, one, other);
    swap(this.#ages, one, other);
    swap(this.#items, one, other);
  }
}

function swap<Value>(values: Value[], one: number, other: number): void {
  const value = values[one] as Value;
  values[one] = values[other] as Value;
  values[other] = value;
}
