import type { DeclaredAs, DeclaredKind, ImportedName } from "./analyse.ts";
import { chunkCount, chunkName, documentNames } from "./documents.ts";
import { importsDocument } from "./imports.ts";
import { wordsOf } from "./syntax.ts";

/** What a name means to later cells. */
export interface Binding {
  /** The namespace of the cell that declared it. */
  readonly cell: string;
  /** Its name there. */
  readonly member: string;
  readonly kind: DeclaredKind;
  readonly as?: DeclaredAs | undefined;
  /** What people call the cell, such as `[3]`. */
  readonly title?: string | undefined;
}

/** A cell in the form in which later cells see it. */
export interface CommittedCell {
  /** Its declarations, exported, without what runs. */
  readonly declarations: string;
  /** Earlier names that it may mention, as they were for it. */
  readonly sees: ReadonlyMap<string, Binding>;
  readonly imports: readonly ImportedName[];
  /** Statements that add to the global scope or to other modules. */
  readonly augmentations: readonly string[];
  /** The comments that say what elements are, of a cell that has some. */
  readonly pragmas?: string;
}

interface Kept extends CommittedCell {
  readonly chunk: number;
  readonly text: string;
  /** Namespaces of other cells that its text mentions. */
  readonly uses: readonly string[];
}

const cellsPerChunk = 32;

/** The cells of a session that later cells can still reach, as documents. */
export class Cells {
  readonly #kept = new Map<string, Kept>();
  readonly #names = new Map<string, Binding>();
  readonly #modules = new Map<string, number>();
  readonly #hostModules: ReadonlySet<string>;
  readonly #dirty = new Set<string>([documentNames.imports, documentNames.elements]);
  #elements = "export {};\n";
  #count = 0;
  #revision = 0;
  #sweepAt = 128;

  /** The host's modules have names from the start. */
  constructor(modules: readonly string[] = []) {
    for (const module of modules) this.#addModule(module);
    this.#hostModules = new Set(modules);
  }

  /** What names mean to the next cell. */
  get names(): ReadonlyMap<string, Binding> {
    return this.#names;
  }

  /** Grows with all that changes what a cell means. */
  get revision(): number {
    return this.#revision;
  }

  /** How many cells are kept. */
  get size(): number {
    return this.#kept.size;
  }

  /** How many modules have an alias; the next one gets this number. */
  get moduleCount(): number {
    return this.#modules.size;
  }

  /** Whether the alias of a module is in scope of all cells. */
  hasModule(specifier: string): boolean {
    return this.#modules.has(specifier);
  }

  /** The name of a module of the host. */
  hostName(specifier: string): string | undefined {
    return this.#hostModules.has(specifier) ? `$m${this.#modules.get(specifier)}` : undefined;
  }

  /** Keeps a cell and answers with the name of its namespace. */
  add(cell: CommittedCell): string {
    const id = `$cell${this.#count}`;
    this.#count += 1;
    this.#revision += 1;
    for (const { specifier } of cell.imports) this.#addModule(specifier);
    const text = namespaceText(id, cell);
    const uses = [...new Set(text.match(/\$cell\d+/g))].filter((used) => used !== id);
    const chunk = this.#freeChunk();
    this.#kept.set(id, { ...cell, text, uses, chunk });
    this.#dirty.add(chunkName(chunk));
    if (cell.pragmas !== undefined) this.#setElements(cell.pragmas);
    if (cell.imports.length + cell.augmentations.length > 0) this.#dirty.add(documentNames.imports);
    return id;
  }

  /** Makes a name mean something to later cells. */
  bind(name: string, binding: Binding): void {
    this.#names.set(name, binding);
    this.#revision += 1;
  }

  /** Makes a name mean nothing to later cells. Those that saw it keep it. */
  unbind(name: string): void {
    this.#names.delete(name);
    this.#revision += 1;
  }

  /** Forgets all names and cells. */
  clear(): void {
    this.#names.clear();
    this.#revision += 1;
    this.#kept.clear();
    this.#soilAll();
  }

  /** The documents that have changed since the last call, with their new texts. */
  changes(): [name: string, text: string][] {
    if (this.#kept.size > this.#sweepAt) this.#sweep();
    const changed = [...this.#dirty].map((name): [string, string] => [name, this.#text(name)]);
    this.#dirty.clear();
    return changed;
  }

  // A fragment has the type that all elements have, whoever makes them.
  #setElements(pragmas: string): void {
    const text = `${pragmas}const it = <></>;\ndeclare global { const $element: typeof it; }\nexport {};\n`;
    if (text === this.#elements) return;
    this.#elements = text;
    this.#dirty.add(documentNames.elements);
  }

  #addModule(specifier: string): void {
    if (!this.#modules.has(specifier)) this.#modules.set(specifier, this.#modules.size);
  }

  #text(document: string): string {
    if (document === documentNames.imports) return importsDocument([...this.#modules.keys()], this.#kept);
    if (document === documentNames.elements) return this.#elements;
    const texts = [...this.#kept.values()].filter(({ chunk }) => chunkName(chunk) === document);
    return texts.map(({ text }) => text).join("\n");
  }

  #soilAll(): void {
    this.#dirty.add(documentNames.imports);
    for (let index = 0; index < chunkCount; index += 1) this.#dirty.add(chunkName(index));
  }

  // Small documents are read again quickly, so cells are spread; when all are full, they grow evenly.
  #freeChunk(): number {
    const sizes = Array.from({ length: chunkCount }, () => 0);
    for (const { chunk } of this.#kept.values()) sizes[chunk] = (sizes[chunk] ?? 0) + 1;
    const free = sizes.findIndex((size) => size < cellsPerChunk);
    return free >= 0 ? free : sizes.indexOf(Math.min(...sizes));
  }

  // Drops the cells that no name leads to any more, such as the earlier runs of a cell.
  #sweep(): void {
    const reached = new Set<string>();
    const waiting = [...this.#names.values()].map(({ cell }) => cell);
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      if (reached.has(id)) continue;
      reached.add(id);
      waiting.push(...(this.#kept.get(id)?.uses ?? []));
    }
    for (const id of this.#kept.keys()) {
      if (!reached.has(id)) this.#kept.delete(id);
    }
    this.#sweepAt = Math.max(128, this.#kept.size * 2);
    this.#soilAll();
  }
}

/** The declaration by which a cell sees an earlier name. */
export function aliasText(name: string, { cell, member, kind }: Binding): string {
  // An alias is the thing itself (a type as well, a constant with its exact type), but cannot be assigned to.
  return kind === "variable"
    ? `declare let ${name}: typeof ${cell}.${member};`
    : `import ${name} = ${cell}.${member};`;
}

function namespaceText(id: string, { declarations, sees }: CommittedCell): string {
  const words = wordsOf(declarations);
  const seen = [...sees].filter(([name]) => words.has(name));
  const aliases = seen.map(([name, { cell, member }]) => `import ${name} = ${cell}.${member};`);
  return `namespace ${id} { ${aliases.join(" ")}\n${declarations}\n}`;
}
