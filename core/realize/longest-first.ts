import type { DRef } from "../ref.ts";

interface Waiting {
  readonly dref: DRef;
}

interface Entry<T> {
  readonly task: T;
  readonly wayToGo: number;
  readonly turn: number;
}

/** A queue that gives out the task with the longest way to go, of several the one that came first. */
export class LongestFirst<T extends Waiting> {
  readonly #measure: () => ReadonlyMap<DRef, number>;
  #ways: ReadonlyMap<DRef, number> | undefined;
  /** Tasks that came since somebody last had to choose, in their order. */
  #fresh: T[] = [];
  /** A binary heap: each entry comes before those at twice its place and the next, counted from one. */
  readonly #heap: Entry<T>[] = [];
  #turn = 0;

  /** `measure` says for each task how long it is to the end. It is called once, when there is a choice. */
  constructor(measure: () => ReadonlyMap<DRef, number>) {
    this.#measure = measure;
  }

  push(task: T): void {
    this.#fresh.push(task);
  }

  /** Takes one out. Where all that wait may be taken now (`slots`), their order does not matter and is not found out. */
  pop(slots: number): T | undefined {
    if (this.#heap.length === 0 && this.#fresh.length <= slots) return this.#fresh.shift();
    for (const task of this.#fresh) this.#sift({ task, wayToGo: this.wayOf(task.dref), turn: this.#turn++ });
    this.#fresh = [];
    return this.#top();
  }

  /** How long the way is that a task has to go. */
  wayOf(dref: DRef): number {
    this.#ways ??= this.#measure();
    return this.#ways.get(dref) ?? 0;
  }

  #sift(entry: Entry<T>): void {
    const heap = this.#heap;
    let place = heap.push(entry) - 1;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const other = heap[above] as Entry<T>;
      if (!isBefore(entry, other)) break;
      heap[place] = other;
      place = above;
    }
    heap[place] = entry;
  }

  #top(): T | undefined {
    const heap = this.#heap;
    const [top] = heap;
    const last = heap.pop();
    if (top === undefined || last === undefined || heap.length === 0) return top?.task;
    let place = 0;
    for (;;) {
      let below = 2 * place + 1;
      const right = heap[below + 1];
      if (right !== undefined && isBefore(right, heap[below] as Entry<T>)) below++;
      const other = heap[below];
      if (other === undefined || !isBefore(other, last)) break;
      heap[place] = other;
      place = below;
    }
    heap[place] = last;
    return top.task;
  }
}

function isBefore<T>(one: Entry<T>, other: Entry<T>): boolean {
  return one.wayToGo === other.wayToGo ? one.turn < other.turn : one.wayToGo > other.wayToGo;
}

/**
 * How long it is from the beginning of each task to the end of the last one that depends on it. A task of which the time is not
 * known counts as the mean of those of which it is; where none is, all count the same.
 */
export function waysToGo<T extends Waiting>(
  tasks: readonly T[],
  dependents: ReadonlyMap<DRef, readonly T[]>,
  weights: ReadonlyMap<DRef, number>,
): ReadonlyMap<DRef, number> {
  const sum = [...weights.values()].reduce((total, weight) => total + weight, 0);
  const typical = weights.size === 0 ? 1 : sum / weights.size;
  const ways = new Map<DRef, number>();
  // Tasks come after what they depend on.
  for (const { dref } of tasks.toReversed()) {
    const above = dependents.get(dref) ?? [];
    const longest = above.reduce((most, over) => Math.max(most, ways.get(over.dref) ?? 0), 0);
    ways.set(dref, longest + (weights.get(dref) ?? typical));
  }
  return ways;
}
