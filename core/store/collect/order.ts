/** What is to be put in order. */
export interface Removable {
  readonly indices: Iterable<number>;
  readonly needs: (index: number) => readonly number[];
  /** When an object came to be; the least goes first. */
  readonly time: (index: number) => number;
}

/**
 * An order in which objects can be removed so that nothing is ever left without what it needs: each one after all of them that need
 * it; of those that could go next, the oldest.
 */
export function removalOrder({ indices, needs, time }: Removable): number[] {
  const all = new Set(indices);
  const waitingFor = new Map<number, number>();
  for (const index of all) {
    for (const need of needs(index)) if (all.has(need)) waitingFor.set(need, (waitingFor.get(need) ?? 0) + 1);
  }
  const ready = new Heap(time);
  for (const index of all) if (!waitingFor.has(index)) ready.push(index);
  const order: number[] = [];
  for (let at = ready.pop(); at !== undefined; at = ready.pop()) {
    order.push(at);
    for (const need of needs(at)) {
      const left = (waitingFor.get(need) ?? 0) - 1;
      waitingFor.set(need, left);
      if (left === 0) ready.push(need);
    }
  }
  return order;
}

/** A binary heap with the least on top; of equals, the one with the lower number. */
class Heap {
  readonly #items: number[] = [];
  readonly #key: (item: number) => number;

  constructor(key: (item: number) => number) {
    this.#key = key;
  }

  push(item: number): void {
    const items = this.#items;
    let at = items.push(item) - 1;
    for (let up = (at - 1) >> 1; at > 0 && this.#isLess(at, up); up = (at - 1) >> 1) {
      this.#swap(at, up);
      at = up;
    }
  }

  pop(): number | undefined {
    const items = this.#items;
    const [top] = items;
    const last = items.pop();
    if (items.length === 0 || last === undefined) return top;
    items[0] = last;
    for (let at = 0; ;) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      const least = right < items.length && this.#isLess(right, left) ? right : left;
      if (least >= items.length || !this.#isLess(least, at)) return top;
      this.#swap(at, least);
      at = least;
    }
  }

  #isLess(a: number, b: number): boolean {
    const [one = 0, other = 0] = [this.#items[a], this.#items[b]];
    return this.#key(one) - this.#key(other) < 0 || (this.#key(one) === this.#key(other) && one < other);
  }

  #swap(a: number, b: number): void {
    const [one = 0, other = 0] = [this.#items[a], this.#items[b]];
    this.#items[a] = other;
    this.#items[b] = one;
  }
}
