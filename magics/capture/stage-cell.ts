import type { Reach } from "../../core/code/reach.ts";
import { outsideTexts } from "../../core/code/texts.ts";
import { importOf, moduleUnits, reached } from "../../core/code/units.ts";
import type { ModuleUnits, Unit } from "../../core/code/units.ts";
import type { Json } from "../../core/config.ts";
import { errorCode } from "../../core/errors.ts";
import { nearest } from "../../core/nearest.ts";
import { MagicError } from "../errors.ts";
import type { CellHost } from "../host.ts";
import { captureModule, captureNames, isSessionName } from "./capture.ts";
import type { Captured } from "./capture.ts";
import type { CellRealizer } from "./cell-code.ts";
import { reachOf } from "./reach.ts";

/** A stage cell, taken apart: what tells it from others, and what it needs to be evaluated. */
export interface StageCell {
  readonly module: ModuleUnits;
  /** The realizer with all that it reaches in the cell, and the named texts that it reaches outside. */
  readonly source: { readonly code: string; readonly uses: Readonly<Record<string, string>> };
  /** Data of earlier cells that the realizer uses, as it was when the stage was defined. */
  readonly captured: Readonly<Record<string, Json>>;
  /** What the realizer reaches outside of the notebook. */
  readonly reach: Reach;
  /** What its code can be made from. */
  readonly code: CellRealizer;
}

/** What a stage cell is compiled with. */
export interface StageCellOptions {
  readonly name: string;
  readonly host: CellHost;
  /** Core's names, as cells see them. */
  readonly scope: Readonly<Record<string, unknown>>;
}

/** What a stage cell exports, evaluated. */
export interface StageCellExports {
  readonly config: unknown;
  readonly matcher: unknown;
  readonly environment: unknown;
  readonly realize: unknown;
}

/**
 * Compiles and evaluates the module of a stage cell. The realizer sees names of earlier cells as they were captured
 * here: later changes of them change nothing about the stage.
 *
 * @throws MagicError `syntax-error`, `no-realizer`, `no-config`, `cannot-capture`; and what the module itself throws.
 */
export async function evaluateStageCell(
  body: string,
  options: StageCellOptions,
): Promise<StageCell & StageCellExports> {
  const { name, host, scope } = options;
  const module = cellUnits(body);
  checkExports(module, name);
  const needed = neededByRealizer(module);
  const provided = new Set(Object.keys(scope));
  const captured = captureNames(needed.names, { host, stage: name, provided });
  const data = dataOf(captured);
  const rebuilt = await rebuild(captured, { ...pick(scope, provided), ...data }, options);
  const free = { ...freeValues(module, options), ...data, ...rebuilt };
  // The bundle's source map calls the cell so.
  const exports = await host.module(body, { free, alias: `stage:${name}` });
  const texts = sourceTexts(needed.units, captured);
  const reach = reachOf([texts.code, ...Object.values(texts.uses)], host);
  return {
    module,
    source: { code: texts.code, uses: { ...texts.uses, ...outsideTexts(reach) } },
    captured: data,
    reach,
    code: { name, host, provided, module, captured, ...realizerOf(module, needed.units) },
    config: exports["config"],
    matcher: exports["matcher"],
    environment: exports["environment"],
    realize: exports["default"],
  };
}

function cellUnits(body: string): ModuleUnits {
  try {
    return moduleUnits(body);
  } catch (error) {
    if (errorCode(error) !== "syntax-error" || !(error instanceof Error)) throw error;
    const message = error.message.replace("Cannot read the code", "Cannot read the cell");
    throw new MagicError("syntax-error", message, {}, { cause: error });
  }
}

function checkExports({ exports }: ModuleUnits, name: string): void {
  if (!exports.has("default")) {
    throw new MagicError(
      "no-realizer",
      `Cannot define stage "${name}": the cell has no default export. The realizer is what it exports by default: export default async (build) => { ... };`,
      { stage: name },
    );
  }
  const misspelt = misspeltExport("config", exports);
  if (!exports.has("config")) {
    throw new MagicError(
      "no-config",
      `Cannot define stage "${name}": the cell exports no config. ${misspelt === undefined ? "Add a line such as: export const config = {};" : `It exports "${misspelt}", which was to be "config"?`}`,
      { stage: name },
    );
  }
  const matchers = misspeltExport("matcher", exports);
  if (matchers !== undefined) {
    throw new MagicError(
      "unknown-export",
      `Cannot define stage "${name}": the cell exports "${matchers}" and no matcher. Did you mean "matcher"? If not, leave out its "export"`,
      { stage: name, export: matchers },
    );
  }
}

// An export of another name is nobody's business, unless it was to be one that is not there.
function misspeltExport(wanted: string, exports: ModuleUnits["exports"]): string | undefined {
  if (exports.has(wanted)) return undefined;
  return [...exports.keys()].find((name) => nearest(name, ["config", "matcher"]) === wanted);
}

// The realizer, what it reaches, and statements for their effect unless those are about config, matcher or environment.
function neededByRealizer(module: ModuleUnits): ReturnType<typeof reached> {
  const unitOf = (exported: string): Unit | undefined => {
    const local = module.exports.get(exported);
    return module.units.find(({ kind, declares }) =>
      local === "default" ? kind === "default" : local !== undefined && declares.includes(local),
    );
  };
  const realizer = unitOf("default");
  const definition = new Set(["config", "matcher", "environment"].map(unitOf));
  const effects = module.units.filter(
    (unit) => unit.kind === "effect" && !reached(module, [unit]).units.some((other) => definition.has(other)),
  );
  return reached(module, realizer === undefined ? effects : [...effects, realizer]);
}

function dataOf(captured: ReadonlyMap<string, Captured>): Record<string, Json> {
  const data: Record<string, Json> = {};
  for (const [name, one] of captured) if (one.kind === "json") data[name] = deepFreeze(one.value);
  return data;
}

// A realizer that changed captured data would see its own changes in the next run.
function deepFreeze(value: Json): Json {
  if (typeof value === "object" && value !== null) {
    for (const inner of Object.values(value)) deepFreeze(inner);
    Object.freeze(value);
  }
  return value;
}

async function rebuild(
  captured: ReadonlyMap<string, Captured>,
  free: Readonly<Record<string, unknown>>,
  { name, host }: StageCellOptions,
): Promise<Record<string, unknown>> {
  const declares = [...captured.values()].some(({ kind }) => kind !== "json");
  return declares ? await host.module(captureModule(captured), { title: `captured by ${name}`, free }) : {};
}

// Live values, for what only config, matcher and other statements of the cell use: they are evaluated now.
function freeValues(module: ModuleUnits, { host, scope }: StageCellOptions): Record<string, unknown> {
  const provided = new Set(Object.keys(scope));
  const values: Record<string, unknown> = {};
  for (const name of module.free) {
    const live = isSessionName(name, { host, provided }) ? host.lookup(name) : undefined;
    if (live !== undefined) values[name] = live.value;
    else if (provided.has(name)) values[name] = scope[name];
  }
  return values;
}

function pick(scope: Readonly<Record<string, unknown>>, names: ReadonlySet<string>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(scope).filter(([name]) => names.has(name)));
}

function sourceTexts(units: readonly Unit[], captured: ReadonlyMap<string, Captured>): StageCell["source"] {
  const used = new Set(units.flatMap((unit) => [...unit.uses]));
  const code = units.flatMap((unit) => unitTexts(unit, used)).join("\n");
  const uses: Record<string, string> = {};
  for (const [name, one] of captured) if (one.kind !== "json") uses[name] = one.text;
  return { code, uses };
}

/** The realizer as an expression, and what it reaches beside itself. */
function realizerOf(module: ModuleUnits, needed: readonly Unit[]): Pick<CellRealizer, "realizer" | "units"> {
  const { code } = module.plain;
  const unit = needed.find(({ kind }) => kind === "default");
  const node = unit?.node.type === "ExportDefaultDeclaration" ? unit.node.declaration : undefined;
  if (unit === undefined || node === undefined) {
    const local = module.exports.get("default") ?? "";
    const declared = needed.find(({ declares }) => declares.includes(local)) ?? needed[0];
    return {
      realizer: { node: declared?.node as Unit["node"], expression: local, uses: new Set([local]) },
      units: needed,
    };
  }
  const text = code.slice(node.start, node.end);
  const others = needed.filter((one) => one !== unit);
  const [name] = unit.declares;
  if (name === undefined) return { realizer: { node, expression: text, uses: unit.uses }, units: others };
  // By its name, others may use it.
  const named: Unit = { ...unit, kind: "declaration", text };
  return { realizer: { node, expression: name, uses: unit.uses }, units: [...others, named] };
}

function unitTexts(unit: Unit, used: ReadonlySet<string>): string[] {
  const { node } = unit;
  if (node.type !== "ImportDeclaration" || unit.kind === "effect") return [unit.text];
  return unit.declares.filter((name) => used.has(name)).flatMap((name) => importOf(name, node) ?? []);
}
