import { relative, sep } from "node:path";
import type { ExportNamedDeclaration, ImportDeclaration, Node } from "oxc-parser";
import { readCodeFile, type CodeFile } from "./code-file.ts";
import { requestsOf, type Requests } from "./requests.ts";
import { forgetResolved, resolveImport, type ImportTarget } from "./resolve.ts";
import { moduleUnits, type ModuleUnits, type Unit } from "./units.ts";

/** Why code cannot be taken to another process. */
export interface ReachProblem {
  /** What is in the way, as it is written: a name, a specifier, an expression. */
  readonly name: string;
  /** What it is, in words that follow "is". */
  readonly kind: string;
  /** What somebody can do about it. */
  readonly advice: string;
  /** The file that it is in, relative to the folder; nothing for the text that it all began with. */
  readonly file: string | undefined;
}

/** A module on the way, with what is reached of it. */
export interface ReachedModule {
  readonly path: string;
  readonly file: CodeFile;
  /** Of a module: the statements that are reached, imports apart. */
  readonly units: Set<Unit>;
  /** The names that it imports and that are reached. */
  readonly imported: Set<string>;
  /** Names that are exported to others that are reached, and what they are here; `*` for a whole module. */
  readonly exported: Map<string, ReachedExport>;
  /** What its imports stand for, those that are reached. */
  readonly targets: Map<string, ImportTarget>;
}

/** What is behind an exported name: a name of the module, or one (`*`: all) of what `from` says. */
export type ReachedExport =
  | { readonly local: string; readonly from?: undefined }
  | { readonly imported: string; readonly from: string };

/**
 * Follows code through the local modules that it imports: what exactly is reached of each, as whole top-level statements, and
 * which packages in which versions. Statements of a module that are there for their effect count as soon as anything of it is
 * reached; declarations that nobody reaches do not.
 */
export class Reach {
  /** Local modules by path. */
  readonly modules: Map<string, ReachedModule> = new Map();
  /** What the texts themselves import. */
  readonly targets: Map<string, ImportTarget> = new Map();
  /** Packages by what they call themselves, with their versions. */
  readonly packages: Map<string, string> = new Map();
  readonly problems: ReachProblem[] = [];
  /** The folder that paths are told relative to. */
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
    forgetResolved();
  }

  /**
   * Adds all that the text of a module imports. `from` is the file that it is in the place of; it need not exist.
   *
   * @throws {LightnixError} `syntax-error`, also of a file that is reached
   */
  add(text: string, from: string): void {
    const module = moduleUnits(text);
    for (const unit of module.units) this.addUnit(unit, module, from);
  }

  /** Adds what a statement of a module asks for. @throws {LightnixError} `syntax-error` of a file that is reached */
  addUnit(unit: Unit, module: ModuleUnits, from: string, names: readonly string[] = unit.declares): void {
    const place = { path: from, targets: this.targets };
    if (unit.node.type === "ImportDeclaration")
      for (const name of names) this.#import(unit.node, name, place);
    if (unit.node.type === "ImportDeclaration" && unit.kind === "effect")
      this.#request(unit.node.source.value, "import", place);
    if (unit.kind === "exports") for (const { source } of sourcesOf(unit)) this.#wholeOf(source, place);
    this.#requests(requestsOf(unit.node, module.plain.code), place);
  }

  /** Adds what a part of a statement asks for while it runs. */
  addNode(node: Node, module: ModuleUnits, from: string): void {
    this.#requests(requestsOf(node, module.plain.code), { path: from, targets: this.targets });
  }

  /** The path of a file as it is told. */
  nameOf(path: string): string {
    return relative(this.folder, path).split(sep).join("/");
  }

  #problem(path: string, problem: Omit<ReachProblem, "file">): void {
    const file = this.modules.has(path) ? this.nameOf(path) : undefined;
    this.problems.push({ ...problem, file });
  }

  #import(node: ImportDeclaration, name: string, place: Place): void {
    const target = this.#request(node.source.value, "import", place);
    const specifier = node.specifiers.find(({ local }) => local.name === name);
    if (target?.kind !== "local" || specifier === undefined) return;
    if (specifier.type === "ImportNamespaceSpecifier") this.#export(target.path, "*");
    else if (specifier.type === "ImportDefaultSpecifier") this.#export(target.path, "default");
    else this.#export(target.path, nameOf(specifier.imported));
  }

  #wholeOf(specifier: string, place: Place, use: "import" | "require" = "import"): void {
    const target = this.#request(specifier, use, place);
    if (target?.kind === "local") this.#export(target.path, "*");
  }

  #requests({ specifiers, unknown, asksWhere }: Requests, place: Place): void {
    for (const { specifier, use } of specifiers) this.#wholeOf(specifier, place, use);
    for (const name of unknown)
      this.#problem(place.path, {
        name,
        kind: "an import of what only the run will know",
        advice: "write what is imported as a literal, once for each module that may be meant",
      });
    if (asksWhere)
      this.#problem(place.path, {
        name: "import.meta",
        kind: "about the file that it stands in, and that is not there when the code is run elsewhere",
        advice: "put what is beside the file into a stage (fetchLocal), and that stage into config",
      });
  }

  /** Finds what a specifier stands for, and enters it when it is a local module. */
  #request(specifier: string, use: "import" | "require", { path, targets }: Place): ImportTarget | undefined {
    const known = targets.get(specifier);
    const target = known ?? resolveImport(specifier, path, use);
    targets.set(specifier, target);
    if (known !== undefined) return target;
    if (target.kind === "package") this.packages.set(target.title, target.version);
    if (target.kind === "missing")
      this.#problem(path, {
        name: specifier,
        kind: "a module that cannot be found",
        advice: "install it, or correct the path",
      });
    if (target.kind === "host")
      this.#problem(path, {
        name: specifier,
        kind: "a module that only a notebook has",
        advice: "leave what shows things to the cells that show results",
      });
    if (target.kind === "local") this.#enter(target.path);
    return target;
  }

  #enter(path: string): void {
    if (this.modules.has(path)) return;
    const file = readCodeFile(path);
    const module: ReachedModule = {
      path,
      file,
      units: new Set(),
      imported: new Set(),
      exported: new Map(),
      targets: new Map(),
    };
    this.modules.set(path, module);
    if (file.kind === "addon")
      this.#problem(path, {
        name: this.nameOf(path),
        kind: "a native addon, which cannot become a part of other code",
        advice: "make a package of it, and install that",
      });
    if (file.kind === "commonjs")
      this.#requests(requestsOf(moduleUnits(file.text).plain.program, file.text), module);
    if (file.kind === "wasm")
      for (const { module: specifier } of wasmImports(file.bytes)) this.#wholeOf(specifier, module);
    if (file.kind !== "module") return;
    for (const unit of file.units.units) if (unit.kind === "effect") this.#take(module, unit);
  }

  #export(path: string, name: string): void {
    const module = this.modules.get(path);
    if (module === undefined || module.exported.has(name)) return;
    if (module.file.kind !== "module") {
      module.exported.set(name, { local: name });
      return;
    }
    const { units, exports } = module.file.units;
    if (name === "*") {
      module.exported.set("*", { local: "*" });
      for (const exported of exports.keys()) this.#export(path, exported);
      for (const unit of units) if (isStar(unit)) this.#star(module, unit, "*");
      for (const unit of units) for (const [exported] of reexportsOf(unit)) this.#export(path, exported);
      return;
    }
    const unit = units.find(
      (one) => one.kind === "exports" && reexportsOf(one).some(([exported]) => exported === name),
    );
    if (unit !== undefined) return this.#reexport(module, unit, name);
    const local = exports.get(name);
    if (local === undefined) {
      for (const star of units.filter(isStar)) if (name !== "default") this.#star(module, star, name);
      return;
    }
    module.exported.set(name, { local });
    if (local === "default") for (const one of units) if (one.kind === "default") this.#take(module, one);
    if (local !== "default") this.#name(module, local);
  }

  #reexport(module: ReachedModule, unit: Unit, name: string): void {
    const { source } = unit.node as ExportNamedDeclaration;
    const imported = reexportsOf(unit).find(([exported]) => exported === name)?.[1] ?? name;
    module.exported.set(name, { imported, from: source?.value ?? "" });
    const target = this.#request(source?.value ?? "", "import", module);
    if (target?.kind === "local") this.#export(target.path, imported);
  }

  // `export * from` gives what the other module has by that name, if it does.
  #star(module: ReachedModule, unit: Unit, name: string): void {
    module.units.add(unit);
    for (const { source } of sourcesOf(unit)) {
      const target = this.#request(source, "import", module);
      if (target?.kind === "local") this.#export(target.path, name);
    }
  }

  #name(module: ReachedModule, name: string): void {
    if (module.file.kind !== "module") return;
    const { units } = module.file.units;
    for (const unit of units) {
      if (!unit.declares.includes(name)) continue;
      if (unit.node.type !== "ImportDeclaration") this.#take(module, unit);
      else if (!module.imported.has(name)) {
        module.imported.add(name);
        this.#import(unit.node, name, module);
      }
    }
  }

  #take(module: ReachedModule, unit: Unit): void {
    if (module.units.has(unit) || module.file.kind !== "module") return;
    module.units.add(unit);
    const { plain, free } = module.file.units;
    if (unit.node.type === "ImportDeclaration") this.#request(unit.node.source.value, "import", module);
    this.#requests(requestsOf(unit.node, plain.code), module);
    for (const name of unit.uses) {
      if (!free.has(name)) this.#name(module, name);
      else if (name === "__dirname" || name === "__filename")
        this.#requests({ specifiers: [], unknown: [], asksWhere: true }, module);
    }
  }
}

type Place = Pick<ReachedModule, "path" | "targets">;

/** The names by which an `export { ... } from` exports, each with the name in the other module. */
function reexportsOf({ node }: Unit): [exported: string, imported: string][] {
  if (node.type === "ExportAllDeclaration" && node.exported !== null) return [[nameOf(node.exported), "*"]];
  if (node.type !== "ExportNamedDeclaration" || node.source === null) return [];
  return node.specifiers.map(({ local, exported }) => [nameOf(exported), nameOf(local)]);
}

/** Whether a statement is `export * from "..."`. */
function isStar({ node }: Unit): boolean {
  return node.type === "ExportAllDeclaration" && node.exported === null;
}

function sourcesOf({ node }: Unit): { readonly source: string }[] {
  const isRequest = node.type === "ExportAllDeclaration" || node.type === "ExportNamedDeclaration";
  return isRequest && node.source !== null ? [{ source: node.source.value }] : [];
}

function nameOf(node: { readonly type: string }): string {
  const { name, value } = node as unknown as { readonly name?: string; readonly value?: string };
  return name ?? value ?? "";
}

// Node's types know WebAssembly by way of the DOM's only.
interface WebAssemblyModules {
  readonly Module: {
    new (bytes: Uint8Array): object;
    imports(module: object): readonly { readonly module: string }[];
    exports(module: object): readonly { readonly name: string }[];
  };
}

const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: WebAssemblyModules };

/** What a WebAssembly module imports. */
export function wasmImports(bytes: Uint8Array): readonly { readonly module: string }[] {
  return WebAssembly.Module.imports(new WebAssembly.Module(bytes));
}

/** What a WebAssembly module exports. */
export function wasmExports(bytes: Uint8Array): readonly { readonly name: string }[] {
  return WebAssembly.Module.exports(new WebAssembly.Module(bytes));
}
