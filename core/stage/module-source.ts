import { hash } from "node:crypto";
import { basename, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { Node } from "oxc-parser";
import { canonicalJson } from "../canonical.ts";
import type { JsonObject } from "../config.ts";
import { readCodeFile } from "../code/code-file.ts";
import { functionSite, type FunctionSite } from "../code/function-site.ts";
import { Reach } from "../code/reach.ts";
import { realizerText } from "../code/realizer-text.ts";
import { outsideTexts } from "../code/texts.ts";
import { importOf, initialiserOf, type ModuleUnits, type Unit } from "../code/units.ts";
import { errorCode, LightnixError } from "../errors.ts";
import type { Bundler, RealizerCode } from "./bundle.ts";
import { refuseProblems } from "./refuse-problems.ts";
import { checkFunctions, type MatcherText } from "./matcher-text.ts";
import { functionText, sourceIdentity, type Source } from "./source.ts";

/** A stage that a module defines. */
export interface ModuleStage {
  readonly name: string;
  readonly realize: (...args: never[]) => unknown;
  /** The module, as its `import.meta.url` says. */
  readonly module: string;
}

/** What there is to say of the code of a stage that a module defines. */
export interface ModuleSource {
  readonly source: Source;
  readonly bundler: Bundler;
}

/**
 * The realizer of a stage with all that it reaches by name: what its module declares at the top level, local modules, the
 * versions of packages. Nothing else of the module counts.
 *
 * @throws {LightnixError} `unbundlable` when it uses what no other process has, or cannot be found in the module
 */
export function moduleSource(stage: ModuleStage): ModuleSource {
  try {
    return readModule(stage);
  } catch (error) {
    if (errorCode(error) !== "unbundlable" || !(error instanceof LightnixError)) throw error;
    throw new LightnixError(
      "unbundlable",
      `Cannot close the stage "${stage.name}": ${error.message}. Without \`module\`, the stage is open: it can be realized in this process only`,
      { cause: error, data: { ...error.data, stage: stage.name } },
    );
  }
}

function readModule({ name, realize, module: url }: ModuleStage): ModuleSource {
  const path = pathOf(url);
  const file = readCodeFile(path);
  if (file.kind !== "module") throw unbundlable(`${url} is not an ECMAScript module`);
  const site = functionSite(file.units, functionText(realize, name), name);
  if (site === undefined)
    throw unbundlable(
      `its realizer is not found in ${url}. It may be written elsewhere (give the \`module\` in which it is), or several stages there have this name`,
    );
  refuseAround(site);
  const parts = new ModuleParts(path, file.units, site);
  // As it is written: what loaders make of it is their business.
  const code = file.units.plain.code.slice(site.node.start, site.node.end);
  const source = { code, uses: parts.uses() };
  return {
    source,
    bundler: { digest: digestOf(source, name), code: (matcher) => parts.code(matcher) },
  };
}

function refuseAround({ around }: FunctionSite): void {
  const [first] = around;
  if (first === undefined) return;
  const [name, kind] = first;
  throw unbundlable(
    `its realizer uses "${name}", which is ${kind}. What to do: put it into config and read build.config.${name}, or declare it at the top level of the module`,
    { name, kind },
  );
}

/** What of a module belongs to a realizer. */
class ModuleParts {
  readonly #path: string;
  readonly #module: ModuleUnits;
  readonly #site: FunctionSite;

  constructor(path: string, module: ModuleUnits, site: FunctionSite) {
    this.#path = path;
    this.#module = module;
    this.#site = site;
  }

  /** The texts of what the realizer reaches, by name. */
  uses(): Record<string, string> {
    const { units, imported } = this.#reached(this.#site.names);
    const uses: Record<string, string> = {};
    const effects: string[] = [];
    for (const unit of units) {
      if (unit.kind === "effect") effects.push(unit.text);
      for (const name of unit.declares) uses[name] = declarationText(unit, name, this.#module);
    }
    for (const [name, node] of imported) uses[name] = importOf(name, node) ?? "";
    if (effects.length > 0) uses["effects:"] = effects.join("\n");
    const reach = this.#reach({ units, imported });
    refuseProblems(reach.problems);
    return { ...uses, ...outsideTexts(reach) };
  }

  /** The module with nothing in it but what belongs to the realizer and the matcher. */
  code(matcher: MatcherText): RealizerCode {
    checkFunctions(matcher, this.#module);
    const { units, imported } = this.#reached(new Set([...this.#site.names, ...matcher.free]));
    const text = realizerText({
      module: this.#module,
      units,
      imported: new Set(imported.keys()),
      realizer: this.#site,
      matcher,
    });
    return {
      folder: dirname(this.#path),
      entry: { title: basename(this.#path), text, from: this.#path },
    };
  }

  #reached(names: ReadonlySet<string>): Parts {
    const units = new Set<Unit>();
    const imported: Parts["imported"] = new Map();
    const wanted = new Set(names);
    const { node } = this.#site;
    if (node.type === "FunctionDeclaration" && node.id !== null) wanted.add(node.id.name);
    for (const name of wanted) {
      for (const unit of this.#module.units) {
        if (unit.declares.includes(name) && unit.node.type === "ImportDeclaration")
          imported.set(name, unit.node);
        else if (unit.declares.includes(name) || changes(unit, name)) {
          units.add(unit);
          for (const used of unit.uses) wanted.add(used);
        }
      }
    }
    for (const unit of units) refuseStage(unit, imported);
    for (const unit of this.#module.units) if (!units.has(unit)) refuseWriter(unit, units);
    return { units, imported };
  }

  #reach({ units, imported }: Parts): Reach {
    const reach = new Reach(dirname(this.#path));
    for (const unit of this.#module.units) {
      if (unit.node.type === "ImportDeclaration" && unit.kind !== "effect")
        reach.addUnit(
          unit,
          this.#module,
          this.#path,
          unit.declares.filter((name) => imported.has(name)),
        );
      else if (units.has(unit)) reach.addUnit(unit, this.#module, this.#path);
    }
    reach.addNode(this.#site.node, this.#module, this.#path);
    return reach;
  }
}

interface Parts {
  readonly units: Set<Unit>;
  readonly imported: Map<string, Parameters<typeof importOf>[1]>;
}

/** Whether a statement is there to change what a name stands for: `table = load();`, `Model.prototype.size = 3;`. */
function changes({ kind, node }: Unit, name: string): boolean {
  if (kind !== "effect" || node.type !== "ExpressionStatement") return false;
  const { expression } = node;
  return expression.type === "AssignmentExpression" && rootOf(expression.left) === name;
}

function rootOf(node: Node): string | undefined {
  if (node.type === "Identifier") return node.name;
  return node.type === "MemberExpression" ? rootOf(node.object) : undefined;
}

const STAGE_MAKERS: ReadonlySet<string> = new Set(
  "command fetchLocal fetchUrl file node realized redefine stage sweep unpack".split(" "),
);

// A dependency that is not in the config is none.
function refuseStage(unit: Unit, imported: Parts["imported"]): void {
  for (const name of unit.declares) {
    const init = initialiserOf(unit, name);
    const call = init?.type === "AwaitExpression" ? init.argument : init;
    if (call?.type !== "CallExpression" || call.callee.type !== "Identifier") continue;
    const maker = call.callee.name;
    if (imported.get(maker)?.source.value !== "lightnix" || !STAGE_MAKERS.has(maker)) continue;
    throw unbundlable(
      `its realizer uses "${name}", which is a stage. What to do: put it into config and read build.lens.${name}`,
      { name, kind: "a stage" },
    );
  }
}

// What others assign to depends on what has run before.
function refuseWriter(unit: Unit, units: ReadonlySet<Unit>): void {
  const declared = new Set([...units].flatMap(({ declares }) => declares));
  const name = [...unit.writes].find((one) => declared.has(one));
  if (name === undefined) return;
  const by = unit.declares[0] === undefined ? "another statement of the module" : `"${unit.declares[0]}"`;
  throw unbundlable(
    `its realizer uses "${name}", which is a variable that ${by} assigns to. What to do: make it a const, or put it into config`,
    { name },
  );
}

/** As a notebook would say it: plain data by its value. */
function declarationText(unit: Unit, name: string, { plain }: ModuleUnits): string {
  const init = initialiserOf(unit, name);
  if (init === undefined || unit.declares.length !== 1 || !isPlainData(init)) return unit.text;
  return plain.code.slice(init.start, init.end);
}

function isPlainData(node: Node): boolean {
  if (node.type === "Literal") return !("regex" in node) && !("bigint" in node);
  if (node.type === "UnaryExpression")
    return (
      node.operator === "-" && node.argument.type === "Literal" && typeof node.argument.value === "number"
    );
  if (node.type === "ArrayExpression") return node.elements.every((one) => one !== null && isPlainData(one));
  return node.type === "ObjectExpression" && node.properties.every(isPlainField);
}

function isPlainField(node: Node): boolean {
  if (node.type !== "Property" || node.computed || node.method || node.shorthand) return false;
  return node.kind === "init" && isPlainData(node.value);
}

function pathOf(url: string): string {
  try {
    return fileURLToPath(url);
  } catch (cause) {
    throw new LightnixError(
      "invalid-module",
      `Cannot read the module ${JSON.stringify(url)}: it is not the address of a file. Give import.meta.url`,
      { cause, data: { module: url } },
    );
  }
}

function digestOf(source: Source, name: string): string {
  return hash("sha256", canonicalJson(sourceIdentity(source, name) satisfies JsonObject), "hex").slice(0, 32);
}

function unbundlable(message: string, data: Readonly<Record<string, unknown>> = {}): LightnixError {
  return new LightnixError("unbundlable", message, { data });
}
