import { createRequire } from "node:module";
import type * as EslintScope from "eslint-scope";
import type { Reference, Scope } from "eslint-scope";
import type { Expression, ImportDeclaration, Statement } from "oxc-parser";
import { errorCode } from "../errors.ts";
import { declaredBy, typeofOperands } from "./declared.ts";
import { plainCode } from "./plain.ts";
import type { PlainCode } from "./plain.ts";

/** A top-level statement of a module. */
export interface Unit {
  /** What part it plays. `effect` is a statement that declares nothing; `exports` is `export { ... }`. */
  readonly kind: "import" | "declaration" | "default" | "exports" | "effect";
  /** The statement as JavaScript. */
  readonly text: string;
  /** Names of the module that it declares. */
  readonly declares: readonly string[];
  /** Names that it uses and does not declare inside itself: the module's own, and free ones. */
  readonly uses: ReadonlySet<string>;
  /** Those of them that it assigns to. */
  readonly writes: ReadonlySet<string>;
  readonly node: Statement;
}

/** A module in pieces. */
export interface ModuleUnits {
  readonly plain: PlainCode;
  readonly units: readonly Unit[];
  /** Exported name to the name of the module that it stands for; `default` of an expression stands for itself. */
  readonly exports: ReadonlyMap<string, string>;
  /** Names that are used somewhere and declared nowhere in the module, `typeof name` alone not counted. */
  readonly free: ReadonlySet<string>;
  /** Whether it says of itself that it is a module: by `import` or `export`. */
  readonly hasModuleSyntax: boolean;
}

/**
 * Takes a module's text apart into its top-level statements and what each uses.
 *
 * @throws {LightnixError} `syntax-error`
 */
export function moduleUnits(typescript: string): ModuleUnits {
  const plain = plainCode(typescript);
  const references = topLevelReferences(plain);
  const body = plain.program.body as readonly Statement[];
  const units = body.flatMap(withOneDeclarator).map((node) => unitOf(plain, node, references));
  const declared = new Set(units.flatMap((unit) => unit.declares));
  const free = new Set(references.map(({ name }) => name).filter((name) => !declared.has(name)));
  const hasModuleSyntax = units.some(({ node: { type } }) => /^(?:Import|Export)/u.test(type));
  return { plain, units, exports: exportsOf(body), free, hasModuleSyntax };
}

/** As {@link moduleUnits}, but nothing when the text is not TypeScript. */
export function tryUnits(typescript: string): ModuleUnits | undefined {
  try {
    return moduleUnits(typescript);
  } catch (error) {
    if (errorCode(error) === "syntax-error") return undefined;
    throw error;
  }
}

/** The units that `roots` reach by name, in the order of the module, and the free names that they use. */
export function reached(
  module: ModuleUnits,
  roots: readonly Unit[],
): { readonly units: readonly Unit[]; readonly names: ReadonlySet<string> } {
  const found = new Set<Unit>(roots);
  const names = new Set<string>();
  for (const unit of found) {
    for (const name of unit.uses) names.add(name);
    for (const other of module.units) {
      if (other.declares.some((name) => unit.uses.has(name))) found.add(other);
    }
  }
  return {
    units: module.units.filter((unit) => found.has(unit)),
    names: new Set([...names].filter((name) => module.free.has(name))),
  };
}

/** The import statement that binds just `name`, as the module's import statements bind it. */
export function importOf(name: string, node: ImportDeclaration): string | undefined {
  const source = JSON.stringify(node.source.value);
  const attributes = node.attributes.map(({ key, value }) => {
    const field = key.type === "Identifier" ? key.name : JSON.stringify(key.value);
    return `${field}: ${JSON.stringify(value.value)}`;
  });
  const tail = `${source}${attributes.length === 0 ? "" : ` with { ${attributes.join(", ")} }`};`;
  for (const specifier of node.specifiers) {
    if (specifier.local.name !== name) continue;
    if (specifier.type === "ImportNamespaceSpecifier") return `import * as ${name} from ${tail}`;
    if (specifier.type === "ImportDefaultSpecifier") return `import ${name} from ${tail}`;
    const { imported } = specifier;
    const exported = imported.type === "Identifier" ? imported.name : JSON.stringify(imported.value);
    return `import { ${exported === name ? name : `${exported} as ${name}`} } from ${tail}`;
  }
  return undefined;
}

/** The initialiser of `const name = ...` in a unit; nothing when it is bound by a pattern or another statement. */
export function initialiserOf(unit: Unit, name: string): Expression | undefined {
  const node = unit.node.type === "ExportNamedDeclaration" ? unit.node.declaration : unit.node;
  if (node?.type !== "VariableDeclaration") return undefined;
  const declarator = node.declarations.find(({ id }) => id.type === "Identifier" && id.name === name);
  return declarator?.init ?? undefined;
}

let scopeAnalysis: typeof EslintScope | undefined;

/** The scopes of a module's code, as ESLint sees them. */
export function scopesOf({ program }: PlainCode): EslintScope.ScopeManager {
  scopeAnalysis ??= createRequire(import.meta.url)("eslint-scope") as typeof EslintScope;
  const tree = program as Parameters<typeof EslintScope.analyze>[0];
  return scopeAnalysis.analyze(tree, { ecmaVersion: 2024, sourceType: "module" });
}

interface TopLevelReference {
  readonly name: string;
  readonly start: number;
  readonly isWrite: boolean;
}

// References to names of the module and to free names, wherever in the module they stand.
function topLevelReferences(plain: PlainCode): TopLevelReference[] {
  const manager = scopesOf(plain);
  const module = manager.globalScope?.childScopes[0];
  const guards = typeofOperands(plain.program);
  return manager.scopes
    .flatMap((scope: Scope) => scope.references)
    .filter(({ resolved }: Reference) => resolved === null || resolved.scope === module)
    .map((reference: Reference) => {
      const { name, start } = reference.identifier as unknown as {
        readonly name: string;
        readonly start: number;
      };
      return { name, start, isWrite: reference.isWrite() };
    })
    .filter(({ name, start }) => name !== "arguments" && !guards.has(start));
}

function unitOf(plain: PlainCode, node: Statement, references: readonly TopLevelReference[]): Unit {
  const declares = declaredBy(node);
  const inside = references
    .filter(({ start }) => start >= node.start && start < node.end)
    .filter(({ name }) => !declares.includes(name));
  const uses = new Set(inside.map(({ name }) => name));
  const writes = new Set(inside.flatMap(({ name, isWrite }) => (isWrite ? [name] : [])));
  return { kind: kindOf(node), text: textOf(plain, node), declares, uses, writes, node };
}

// `const a = 1, b = 2` as two statements, so that who uses one does not reach the other.
function withOneDeclarator(node: Statement): Statement[] {
  const inner = node.type === "ExportNamedDeclaration" ? node.declaration : node;
  if (inner?.type !== "VariableDeclaration" || inner.declarations.length < 2) return [node];
  return inner.declarations.map((one) => ({ ...inner, declarations: [one], start: one.start, end: one.end }));
}

// Without `export`, which says nothing about what the statement does.
function textOf({ code }: PlainCode, node: Statement): string {
  const inner = node.type === "ExportNamedDeclaration" && node.declaration !== null ? node.declaration : node;
  const text = code.slice(inner.start, inner.end);
  const [declarator] = inner.type === "VariableDeclaration" ? inner.declarations : [];
  return declarator?.start === inner.start && inner.type === "VariableDeclaration"
    ? `${inner.kind} ${text};`
    : text;
}

const kinds: Readonly<Record<string, Unit["kind"]>> = {
  ExportDefaultDeclaration: "default",
  ExportAllDeclaration: "exports",
  FunctionDeclaration: "declaration",
  ClassDeclaration: "declaration",
  VariableDeclaration: "declaration",
};

function kindOf(node: Statement): Unit["kind"] {
  if (node.type === "ImportDeclaration") return node.specifiers.length === 0 ? "effect" : "import";
  if (node.type === "ExportNamedDeclaration") return node.declaration === null ? "exports" : "declaration";
  return kinds[node.type] ?? "effect";
}

function exportsOf(body: readonly Statement[]): Map<string, string> {
  const exports = new Map<string, string>();
  for (const node of body) {
    if (node.type === "ExportDefaultDeclaration") exports.set("default", declaredBy(node)[0] ?? "default");
    if (node.type !== "ExportNamedDeclaration") continue;
    for (const name of declaredBy(node)) exports.set(name, name);
    for (const { local, exported } of node.specifiers) {
      if (local.type === "Identifier" && exported.type === "Identifier")
        exports.set(exported.name, local.name);
    }
  }
  return exports;
}
