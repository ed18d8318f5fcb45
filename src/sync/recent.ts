/** Live answers of this run, bounded; the oldest goes. */
export class Recent<Value> {
  readonly #most: number;
  readonly #values = new Map<string, Value>();
  constructor(most: number) {
    this.#most = most;
  }
  get(key: string): Value | undefined {
    return this.#values.get(key);
  }
  set(key: string, value: Value): void {
    this.#values.delete(key);
    this.#values.set(key, value);
    const [oldest] = this.#values.keys();
    if (this.#values.size > this.#most && oldest !== undefined) this.#values.delete(oldest);
  }
  delete(key: string): void {
    this.#values.delete(key);
  }
}
