/**
 * What was worked out of a value, kept while one entry point is judged. Values live no longer than that, so the table
 * may hold on to them: one that may not costs the garbage collector more than the answers are worth.
 */
export class Memo<Key extends object, Known> {
  static readonly #all: Memo<object, unknown>[] = [];
  #known = new Map<Key, Known>();

  constructor() {
    Memo.#all.push(this);
  }

  get(key: Key): Known | undefined {
    return this.#known.get(key);
  }

  set(key: Key, known: Known): void {
    this.#known.set(key, known);
  }

  delete(key: Key): void {
    this.#known.delete(key);
  }

  clear(): void {
    if (this.#known.size > 0) this.#known = new Map();
  }

  /** The next entry point begins. */
  static forgetAll(): void {
    for (const one of Memo.#all) one.clear();
  }
}
