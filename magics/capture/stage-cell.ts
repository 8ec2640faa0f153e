import type { Json } from "../../core/config.ts";
import { errorCode } from "../../core/errors.ts";
import { nearest } from "../../core/nearest.ts";
import { canonicalSyntax } from "../../core/stage/syntax.ts";
import { MagicError } from "../errors.ts";
import type { CellHost } from "../host.ts";
import { captureModule, captureNames, isSessionName } from "./capture.ts";
import type { Captured } from "./capture.ts";
import { importOf, moduleUnits, reached } from "../../core/code/units.ts";
import type { ModuleUnits, Unit } from "../../core/code/units.ts";

/** A stage cell, taken apart: what tells it from others, and what it needs to be evaluated. */
export interface StageCell {
  readonly module: ModuleUnits;
  /** The realizer with all that it reaches in the cell, and the named texts that it reaches outside. */
  readonly source: { readonly code: string; readonly uses: Readonly<Record<string, string>> };
  /** Data of earlier cells that the realizer uses, as it was when the stage was defined. */
  readonly captured: Readonly<Record<string, Json>>;
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
  const exports = await host.module(body, { free });
  return {
    module,
    source: sourceOf(needed.units, captured, host),
    captured: data,
    config: exports["config"],
    matcher: exports["matcher"],
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

// The realizer, what it reaches, and statements for their effect unless those are about config or matcher.
function neededByRealizer(module: ModuleUnits): ReturnType<typeof reached> {
  const unitOf = (exported: string): Unit | undefined => {
    const local = module.exports.get(exported);
    return module.units.find(({ kind, declares }) =>
      local === "default" ? kind === "default" : local !== undefined && declares.includes(local),
    );
  };
  const realizer = unitOf("default");
  const definition = new Set([unitOf("config"), unitOf("matcher")]);
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

function sourceOf(
  units: readonly Unit[],
  captured: ReadonlyMap<string, Captured>,
  host: CellHost,
): StageCell["source"] {
  const used = new Set(units.flatMap((unit) => [...unit.uses]));
  const code = units.flatMap((unit) => unitTexts(unit, used)).join("\n");
  const uses: Record<string, string> = {};
  for (const [name, one] of captured) if (one.kind !== "json") uses[name] = one.text;
  return { code, uses: { ...uses, ...reachedTexts([code, ...Object.values(uses)], host) } };
}

function unitTexts(unit: Unit, used: ReadonlySet<string>): string[] {
  const { node } = unit;
  if (node.type !== "ImportDeclaration" || unit.kind === "effect") return [unit.text];
  return unit.declares.filter((name) => used.has(name)).flatMap((name) => importOf(name, node) ?? []);
}

/** The texts of local files and the versions of packages that `codes` import, by names that no variable can have. */
export function reachedTexts(codes: readonly string[], host: CellHost): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const code of codes) {
    if (isData(code)) continue;
    const { files, packages } = host.reaches(code);
    for (const [path, text] of Object.entries(files)) texts[`file:${path}`] = asSyntax(text);
    for (const [name, version] of Object.entries(packages))
      texts[`package:${name}`] = JSON.stringify(version);
  }
  delete texts["package:lightnix"];
  return texts;
}

// Data among what a stage uses is JSON, which imports nothing and need not be a program.
function isData(code: string): boolean {
  try {
    JSON.parse(code);
    return true;
  } catch {
    return false;
  }
}

// Sources are compared as syntax; data files count as they stand, as a text literal.
function asSyntax(text: string): string {
  return canonicalSyntax(text) === undefined ? JSON.stringify(text) : text;
}
