import { apart } from "./hidden.ts";

/** What kind of declaration made a name. */
export type DeclarationKind = "function" | "class" | "variable" | "import" | "other";

/** A name of the session and the declaration that made it. */
export interface SessionName {
  readonly name: string;
  readonly kind: DeclarationKind;
  /** The declaration as typed; nothing for names that were bound from outside. */
  readonly text: string | undefined;
  /** Of an import: the imports of the same cell that bind no name. */
  readonly beside?: readonly string[];
  /** Whether assigning to it is an error. */
  readonly isConstant: boolean;
  /** What people call the cell that declared it, such as `[3]`; nothing for names that were bound from outside. */
  readonly cell?: string;
  /** Where an import comes from: it is bound anew when that module changes. */
  readonly origin?: ImportOrigin;
}

/** What an imported name stands for. */
interface ImportOrigin {
  readonly specifier: string;
  /** The exported name; `*` for the namespace. */
  readonly imported: string;
}

// A binding of a cell is one of the whole process: the code of every package would see `let performance = 3`. And
// packages probe for some names that a cell has and Node does not, to find out where they run.
const seenByPackages: ReadonlySet<string> = new Set(
  Object.getOwnPropertyNames(globalThis).concat(
    "self window document navigator location require module exports define __filename __dirname".split(" "),
    "Deno Bun importScripts jQuery $".split(" "),
  ),
);

/** The names that cells have declared. */
export class SessionNames {
  readonly #names = new Map<string, SessionName>();
  readonly #apart = new Set<string>();
  /** How often names were forgotten: V8 keeps their bindings, and so each time they get another one. */
  readonly #forgotten = new Map<string, number>();

  /** Records a declaration, in the place of an earlier one. */
  set(one: SessionName): void {
    this.#names.set(one.name, one);
    if (this.isKeptApart(one.name)) this.#apart.add(one.name);
  }

  /** Forgets a declaration: the name means the global again, or nothing. */
  forget(name: string): void {
    this.#names.delete(name);
    if (seenByPackages.has(name)) this.#apart.delete(name);
    else {
      this.#forgotten.set(name, (this.#forgotten.get(name) ?? 0) + 1);
      this.#apart.add(name);
    }
  }

  /** Whether a declaration of a name makes a binding of another name. */
  isKeptApart(name: string): boolean {
    return seenByPackages.has(name) || this.#forgotten.has(name);
  }

  /** The name of the binding that a declaration of a name makes. */
  bindingOf(name: string): string {
    return name + apart.repeat(seenByPackages.has(name) ? 1 : (this.#forgotten.get(name) ?? 0));
  }

  /** The name of what a cell refers to by a name, be it there or not. */
  referenceOf(name: string): string {
    return this.#apart.has(name) ? this.bindingOf(name) : name;
  }

  /** The latest declaration of a name. */
  get(name: string): SessionName | undefined {
    return this.#names.get(name);
  }

  /** All names, in the order of their first declaration. */
  all(): SessionName[] {
    return [...this.#names.values()];
  }

  /** The names that must be renamed where `text` uses them. */
  keptApartIn(text: string): Set<string> {
    return new Set([...this.#apart].filter((name) => text.includes(name)));
  }
}
