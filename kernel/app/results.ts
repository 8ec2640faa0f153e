import { inspect } from "node:util";
import { AppError } from "./errors.ts";

// The newest results are kept, as IPython's `_`, `__` and `___` are.
const mostHeld = 3;
// Of how many cells there is anything.
const mostCells = 1000;

const mentioned = /(?<![\p{ID_Continue}$])(?:_{1,3}|_\d+|Out|In)(?![\p{ID_Continue}$])/gu;

/** The names by which code may mean what cells resulted in, or what they were: `_`, `__`, `___`, `_5`, `Out` and `In`. */
export function resultNamesIn(code: string): ReadonlySet<string> {
  return new Set(code.match(mentioned));
}

/**
 * What cells were, and what they resulted in. The newest three results are held, of earlier ones what is not an object: what is
 * one is there as long as something else holds it, or a notebook that shows a large array in each cell would fill memory.
 */
export class Results {
  readonly #newest: unknown[] = [];
  readonly #values = new Map<number, Held>();
  readonly #inputs = new Map<number, string>();

  /** Keeps what a cell is. */
  addInput(cell: number, code: string): void {
    this.#inputs.set(cell, code);
    limit(this.#inputs);
  }

  /** Keeps what a cell resulted in. */
  add(cell: number, value: unknown): void {
    this.#newest.unshift(value);
    this.#newest.length = Math.min(this.#newest.length, mostHeld);
    this.#values.set(cell, isWeak(value) ? { ref: new WeakRef(value) } : { value });
    limit(this.#values);
  }

  /** What a name of {@link resultNamesIn} stands for; nothing for that of a cell without result, or whose result is gone. */
  named(name: string): { readonly value: unknown } | undefined {
    if (name === "Out") return { value: this.#out() };
    if (name === "In") return { value: this.#in() };
    if (/^_+$/u.test(name)) return { value: this.#newest[name.length - 1] };
    const cell = Number(name.slice(1));
    return this.#values.has(cell) && !this.#isGone(cell) ? { value: this.#valueOf(cell) } : undefined;
  }

  /** What cells were, by their number. */
  inputs(): ReadonlyMap<number, string> {
    return this.#inputs;
  }

  /** Forgets the results. */
  clear(): void {
    this.#newest.length = 0;
    this.#values.clear();
  }

  #valueOf(cell: number): unknown {
    const held = this.#values.get(cell);
    if (held === undefined || !("ref" in held)) return held?.value;
    const value = held.ref.deref();
    if (value !== undefined) return value;
    throw new AppError(
      "result-gone",
      `Cannot give Out[${cell}]: nothing has held it, and it is no longer in memory. The last three results are kept; give to others a name`,
    );
  }

  // Looking at all of them must not hold them.
  #out(): object {
    const out = {};
    const shown = (): object =>
      Object.fromEntries(
        [...this.#values.keys()].map((cell) => [cell, this.#isGone(cell) ? gone : this.#valueOf(cell)]),
      );
    for (const cell of this.#values.keys())
      Object.defineProperty(out, cell, { enumerable: true, get: () => this.#valueOf(cell) });
    return Object.defineProperty(out, inspect.custom, { value: shown });
  }

  #isGone(cell: number): boolean {
    const held = this.#values.get(cell);
    return held !== undefined && "ref" in held && held.ref.deref() === undefined;
  }

  #in(): readonly string[] {
    const list: string[] = [];
    for (const [cell, code] of this.#inputs) list[cell] = code;
    return list;
  }
}

type Held = { readonly value: unknown } | { readonly ref: WeakRef<WeakKey> };

const gone = { [inspect.custom]: (): string => "(no longer in memory)" };

function isWeak(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

function limit(map: Map<number, unknown>): void {
  const [oldest] = map.keys();
  if (map.size > mostCells && oldest !== undefined) map.delete(oldest);
}
