import { lookup } from "./lookup.ts";
import type { Scripts } from "./scripts.ts";
import type { SessionNames } from "./session-names.ts";

/** What {@link Bindings} works with. */
export interface BindingsParts {
  readonly names: SessionNames;
  readonly scripts: Scripts;
}

/** Names of the session that are bound from outside of cells. */
export class Bindings {
  readonly #parts: BindingsParts;
  /** What cells have from the start. */
  readonly #provided = new Map<string, unknown>();

  constructor(parts: BindingsParts) {
    this.#parts = parts;
  }

  /** Binds a name, as a declaration in a cell would. */
  define(name: string, value: unknown): void {
    this.#parts.scripts.bind({ [name]: value });
    this.#parts.names.set({ name, kind: "other", text: undefined, isConstant: false });
  }

  /** Binds a name that is there from the start, and again when what a cell made of it is forgotten. */
  provide(name: string, value: unknown): void {
    this.#provided.set(name, value);
    if (this.#parts.names.get(name)?.cell === undefined) this.define(name, value);
  }

  /** Forgets the wanted names, else all: not those of the running cell, nor what is as it was provided. Gives those that were forgotten. */
  forget(wanted: readonly string[] | undefined, running: string | undefined): readonly string[] {
    const { names, scripts } = this.#parts;
    const forgotten = names
      .all()
      .filter(({ name, cell }) => !this.isAsProvided(name) && (cell === undefined || cell !== running))
      .map(({ name }) => name)
      .filter((name) => wanted === undefined || wanted.includes(name));
    // What they were is free to go.
    scripts.bind(Object.fromEntries(forgotten.map((name) => [name, undefined])));
    for (const name of forgotten) {
      names.forget(name);
      if (this.#provided.has(name)) this.define(name, this.#provided.get(name));
    }
    return forgotten;
  }

  /** Whether a name still means what was provided by that name. */
  isAsProvided(name: string): boolean {
    return this.#provided.has(name) && lookup(name, this.#parts.names)?.value === this.#provided.get(name);
  }
}
