import type { StoreGraph } from "../../query/graph.ts";
import type { DRef, RRef } from "../../ref.ts";
import { Breath } from "../breath.ts";
import type { Holder, Source } from "./sources.ts";

/** Why something is kept. */
export interface Reason {
  readonly holder: Holder;
  /** From what the holder itself keeps, through what needs what, to the object in question. */
  readonly chain: readonly (DRef | RRef)[];
}

/** What is reached from the sources, and from which one on which way. Sources added first explain most. */
export class Marks {
  readonly #graph: StoreGraph;
  readonly #sources: Source[] = [];
  /** For each object: the number of its source, from 1 on; 0 for what is not reached. */
  readonly #sourceOf: Uint32Array;
  readonly #parentOf: Int32Array;

  constructor(graph: StoreGraph) {
    this.#graph = graph;
    this.#sourceOf = new Uint32Array(graph.refs.length);
    this.#parentOf = new Int32Array(graph.refs.length).fill(-1);
  }

  /** Marks the objects of a source with everything that they need. */
  async add(source: Source): Promise<void> {
    const number = this.#sources.push(source);
    const breath = new Breath();
    // Nearest first, so that reasons are short.
    const queue = source.indices.filter((index) => this.#mark(index, number, -1));
    for (const at of queue) {
      for (const need of this.#graph.needs(at)) if (this.#mark(need, number, at)) queue.push(need);
      await breath.take();
    }
  }

  /** Whether an object is reached. */
  has(index: number): boolean {
    return this.#sourceOf[index] !== 0;
  }

  /** Why an object is reached. */
  reason(index: number): Reason | undefined {
    const source = this.#sources[(this.#sourceOf[index] ?? 0) - 1];
    if (source === undefined) return undefined;
    const chain: (DRef | RRef)[] = [];
    for (let at = index; at >= 0; at = this.#parentOf[at] ?? -1) {
      const ref = this.#graph.refs[at];
      if (ref !== undefined) chain.unshift(ref);
    }
    return { holder: source.holder, chain };
  }

  #mark(index: number, source: number, parent: number): boolean {
    if (this.#sourceOf[index] !== 0) return false;
    this.#sourceOf[index] = source;
    this.#parentOf[index] = parent;
    return true;
  }
}

/** Marks what is reached from some sources. */
export async function markFrom(graph: StoreGraph, sources: Iterable<Source>): Promise<Marks> {
  const marks = new Marks(graph);
  for (const source of sources) await marks.add(source);
  return marks;
}
