import { boundNames, walk } from "./ast.ts";
import type { Node } from "./ast.ts";
import type { Code } from "./code.ts";
import { Edits } from "./edits.ts";
import { hidden, shorthandMark } from "./hidden.ts";
import { Lines } from "./lines.ts";
import type { Position } from "./lines.ts";
import { exportedName, importedName } from "./rewrite-cell.ts";
import { hasTopLevelAwait, rewriteBodies } from "./rewrite.ts";
import { analyseScopes } from "./scope.ts";
import type { NameUse } from "./scope.ts";

/** A module that another one imports from or re-exports. */
export interface Dependency {
  readonly specifier: string;
  /** Where the specifier stands in the text as typed, line counted within the text. */
  readonly at: Position;
  /** The exported names that the text needs as values, in order to link. */
  readonly needed: readonly string[];
  /** Whether nothing but types can be meant: names are imported, and none of them is used. */
  readonly mayBeTypes: boolean;
}

/** A name bound by an import: `imported` (`*` for the namespace) of the dependency with that index. */
interface ImportBinding {
  readonly local: string;
  readonly dependency: number;
  readonly imported: string;
}

/** A module as a generator: its first step makes the exports, its second one runs the text. */
export interface ModuleCode {
  /**
   * An expression: the generator function. It takes namespaces, a taker of getters, an object for the default export,
   * `import`, `import.meta`, and {@link ModuleCode.parameters}.
   */
  readonly text: string;
  /** How many UTF-16 units of the first line are ours. */
  readonly prefixLength: number;
  readonly parameters: readonly string[];
  readonly dependencies: readonly Dependency[];
  readonly imports: readonly ImportBinding[];
  /** Dependencies of which everything is exported. */
  readonly stars: readonly number[];
  readonly exported: readonly string[];
  readonly isAsync: boolean;
  /** Names that the text uses and does not declare. */
  readonly free: readonly string[];
  /** Where a position of `text` (its prefix taken off) was typed, line counted within the text. */
  readonly toTyped: (position: Position) => Position;
}

/** Rewrites an ECMAScript module. Imports stay live: each use of an imported name looks at the module that it is from. */
export function rewriteModule(
  code: Code,
  parameters: (free: readonly string[]) => readonly string[],
): ModuleCode {
  const edits = new Edits(code.plain);
  const module = new ModuleRewriting(code, edits);
  rewriteBodies(code.program, edits);
  module.rewrite();
  const isAsync = hasTopLevelAwait(code.program);
  const names = parameters(module.free);
  const all = [hidden.namespaces, hidden.exports, hidden.default, hidden.import, hidden.meta, ...names];
  const getters = [...module.exports].map(
    ([name, expression]) => `${JSON.stringify(name)}:()=>${expression}`,
  );
  const begin = `"use strict";${importObject(module.imports)}${hidden.exports}({${getters.join(",")}});yield;`;
  const prefix = `(${isAsync ? "async " : ""}function*(${all.join(",")}){${begin}`;
  const rendered = edits.render();
  const lines = new Lines(rendered.text);
  const plain = new Lines(code.plain);
  return {
    text: `${prefix}${rendered.text}\n})`,
    prefixLength: prefix.length,
    parameters: names,
    dependencies: module.dependencies(),
    imports: module.imports,
    stars: module.stars,
    exported: [...module.exports.keys()],
    isAsync,
    free: module.free,
    toTyped: (position) => code.toTyped(plain.positionAt(rendered.toOriginal(lines.offsetAt(position)))),
  };
}

// Getters with constant names: V8 then makes of an imported function's call what it makes of any other.
function importObject(imports: readonly ImportBinding[]): string {
  if (imports.length === 0) return "";
  const getters = imports.map(({ local, dependency, imported }) => {
    const member = imported === "*" ? "" : `[${JSON.stringify(imported)}]`;
    return `get ${JSON.stringify(local)}(){return ${hidden.namespaces}[${dependency}]${member}}`;
  });
  return `const ${hidden.imports}={${getters.join(",")}};`;
}

class ModuleRewriting {
  readonly imports: ImportBinding[] = [];
  readonly stars: number[] = [];
  /** Exported names and the expressions that give them. */
  readonly exports = new Map<string, string>();
  readonly free: readonly string[];
  readonly #code: Code;
  readonly #edits: Edits;
  readonly #scopes: ReturnType<typeof analyseScopes>;
  readonly #found: { specifier: string; at: Position; reexported: Set<string>; isBare: boolean }[] = [];
  readonly #indexes = new Map<Node, number>();

  constructor(code: Code, edits: Edits) {
    this.#code = code;
    this.#edits = edits;
    this.#scopes = analyseScopes(code.program);
    this.free = [...new Set(this.#scopes.free.filter(({ isTypeof }) => !isTypeof).map(({ name }) => name))];
  }

  rewrite(): void {
    for (const statement of this.#code.program.body) this.#takeDependency(statement);
    for (const statement of this.#code.program.body) this.#rewriteExport(statement);
    this.#rewriteUses();
  }

  dependencies(): Dependency[] {
    return this.#found.map(({ specifier, at, reexported, isBare }, index) => {
      const bindings = this.imports.filter(({ dependency }) => dependency === index);
      const used = bindings.filter(({ local }) => this.#isUsed(local));
      const needed = [...used.map(({ imported }) => imported), ...reexported].filter((name) => name !== "*");
      return {
        specifier,
        at,
        needed,
        mayBeTypes: bindings.length > 0 && !isBare && needed.length === 0 && used.length === 0,
      };
    });
  }

  // In the order of the text: that is the order in which they are evaluated.
  #takeDependency(node: Node): void {
    const isRequest =
      node.type === "ImportDeclaration" ||
      node.type === "ExportAllDeclaration" ||
      node.type === "ExportNamedDeclaration";
    if (!isRequest || node.source === null) return;
    const at = this.#code.toTyped(new Lines(this.#code.plain).positionAt(node.source.start));
    const isBare = node.type === "ImportDeclaration" && node.specifiers.length === 0;
    const dependency =
      this.#found.push({ specifier: node.source.value, at, reexported: new Set(), isBare }) - 1;
    this.#indexes.set(node, dependency);
    if (node.type !== "ImportDeclaration") return;
    this.#edits.blank(node);
    for (const one of node.specifiers) {
      this.imports.push({ local: one.local.name, dependency, imported: importedName(one) });
    }
  }

  #rewriteExport(node: Node): void {
    if (node.type === "ExportAllDeclaration") this.#rewriteExportAll(node);
    else if (node.type === "ExportNamedDeclaration") this.#rewriteNamedExport(node);
    else if (node.type === "ExportDefaultDeclaration") this.#rewriteDefault(node);
  }

  #rewriteExportAll(node: Extract<Node, { type: "ExportAllDeclaration" }>): void {
    this.#edits.blank(node);
    const dependency = this.#indexes.get(node) ?? 0;
    if (node.exported === null) this.stars.push(dependency);
    else this.#reexport(dependency, "*", exportedName(node.exported));
  }

  #rewriteNamedExport(node: Extract<Node, { type: "ExportNamedDeclaration" }>): void {
    if (node.declaration !== null) {
      this.#edits.blank({ start: node.start, end: node.declaration.start });
      for (const name of declaredNames(node.declaration)) this.exports.set(name, name);
      return;
    }
    this.#edits.blank(node);
    const dependency = this.#indexes.get(node);
    for (const { local, exported } of node.specifiers) {
      const name = exportedName(exported);
      if (dependency !== undefined) this.#reexport(dependency, exportedName(local), name);
      // The name of a type is exported without being declared: nothing of it is left.
      else if (this.#scopes.topLevel.has(exportedName(local)))
        this.exports.set(name, this.#read(exportedName(local)));
    }
  }

  #reexport(dependency: number, imported: string, exported: string): void {
    const local = `${exported} of ${dependency}`;
    this.imports.push({ local, dependency, imported });
    this.#found[dependency]?.reexported.add(imported);
    this.exports.set(exported, `${hidden.imports}[${JSON.stringify(local)}]`);
  }

  // A value in an object literal gets the name "default", as the standard has it.
  #rewriteDefault(node: Extract<Node, { type: "ExportDefaultDeclaration" }>): void {
    const { declaration } = node;
    const isNamed =
      (declaration.type === "FunctionDeclaration" || declaration.type === "ClassDeclaration") &&
      declaration.id !== null;
    if (isNamed) {
      this.#edits.blank({ start: node.start, end: declaration.start });
      this.exports.set("default", declaration.id?.name ?? "");
      return;
    }
    const keywords = /^export\s+default/u.exec(this.#code.plain.slice(node.start));
    const end = node.start + (keywords?.[0].length ?? 0);
    this.#edits.blank({ start: node.start, end });
    this.#edits.insert(end, `;${hidden.default}.value={default:`);
    this.#edits.insert(this.#code.plain[node.end - 1] === ";" ? node.end - 1 : node.end, "};");
    this.exports.set("default", `${hidden.default}.value.default`);
  }

  #read(name: string): string {
    return this.imports.some(({ local }) => local === name) ? `${hidden.imports}.${name}` : name;
  }

  #isUsed(local: string): boolean {
    const uses = (this.#scopes.topLevel.get(local) ?? []).length - (this.#code.metadataUses.get(local) ?? 0);
    return uses > 1;
  }

  #rewriteUses(): void {
    const callees = findCallees(this.#code);
    const statements = this.#code.program.body.filter(isGone);
    const isBlank = ({ start, end }: NameUse): boolean =>
      statements.some((one) => one.start <= start && end <= one.end);
    for (const { local } of this.imports) {
      for (const use of this.#scopes.topLevel.get(local) ?? []) {
        if (!isBlank(use)) this.#edits.replace(use, importedUse(use, callees));
      }
    }
  }
}

function importedUse({ name, start, isShorthand }: NameUse, { calls, statements }: Callees): string {
  const value = `${hidden.imports}.${name}`;
  if (isShorthand) return `${name}:${shorthandMark}${value}`;
  // Called as a member, the function would have the module as `this`. At the start of a statement, the bracket must
  // not belong to the line before.
  if (statements.has(start)) return `;(1,${value})`;
  return calls.has(start) ? `(0,${value})` : value;
}

// What is imported or re-exported leaves nothing behind.
function isGone(node: Node): boolean {
  return (
    node.type === "ImportDeclaration" ||
    node.type === "ExportAllDeclaration" ||
    (node.type === "ExportNamedDeclaration" && node.declaration === null)
  );
}

interface Callees {
  /** Where called names begin. */
  readonly calls: ReadonlySet<number>;
  /** Those of them that begin a statement in a list of statements. */
  readonly statements: ReadonlySet<number>;
}

function findCallees({ program }: Code): Callees {
  const calls = new Set<number>();
  const starts = new Set<number>();
  walk(program, {
    enter: (node, parent) => {
      if (node.type === "CallExpression" && node.callee.type === "Identifier") calls.add(node.callee.start);
      if (node.type === "TaggedTemplateExpression" && node.tag.type === "Identifier")
        calls.add(node.tag.start);
      const isListed =
        parent?.type === "Program" || parent?.type === "BlockStatement" || parent?.type === "SwitchCase";
      if (node.type === "ExpressionStatement" && isListed) starts.add(node.start);
    },
  });
  return { calls, statements: new Set([...calls].filter((start) => starts.has(start))) };
}

function declaredNames(node: Node): string[] {
  if (node.type === "VariableDeclaration") return node.declarations.flatMap(({ id }) => boundNames(id));
  const isNamed = node.type === "FunctionDeclaration" || node.type === "ClassDeclaration";
  return isNamed && node.id !== null ? [node.id.name] : [];
}
