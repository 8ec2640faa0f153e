import { existsSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { isStage } from "../../../core/config.ts";
import type { DRef, Stage, Store } from "../../../core/index.ts";
import { didYouMean } from "../../../core/nearest.ts";
import { isSweep } from "../../../core/sweep/swept.ts";
import { drefOf, isRRef, nameOf } from "../../../core/ref.ts";
import { formatAgo } from "../../../magics/views/format.ts";
import { messageOf } from "../../wire/json.ts";
import { AppError } from "../errors.ts";
import { toldApart } from "../../../magics/told-apart.ts";

/** What a command is to work on. */
export type CommandTarget =
  /** A derivation of the store. */
  | { readonly kind: "derivation"; readonly dref: DRef }
  /** Stages that a module exports, by the names of the exports, in the order of the module. */
  | { readonly kind: "stages"; readonly file: string; readonly stages: Readonly<Record<string, Stage>> };

/** How a target is typed, for the help of commands. */
export const targetUsage = "<dref | name | file.ts[:export]>";

const moduleFile = /^(.*\.[cm]?[jt]sx?)(?::([^:/\\]*))?$/su;
const fewestDigits = 4;
const mostListed = 8;

/**
 * Reads a target: a derivation by its address, by the first digits of it or by its name; a stage that a module exports, as
 * `file.ts:name`; or all stages that it exports, as `file.ts`. A sweep stands for the stages of its points.
 *
 * @throws {AppError} `no-such-file`, `no-such-export`, `not-a-stage`, `broken-module`, `no-such-derivation`, `ambiguous-target`
 */
export async function readTarget(text: string, store: Store): Promise<CommandTarget> {
  const [, file, name] = moduleFile.exec(text) ?? [];
  // A stage may be called `words.js`; a file of that name is what is meant, if there is one.
  if (file !== undefined && (existsSync(file) || !store.derivations().some((dref) => nameOf(dref) === text)))
    return await exportedStages(resolve(file), name);
  if (isRRef(text)) return { kind: "derivation", dref: drefOf(text) };
  return { kind: "derivation", dref: findDerivation(text, store) };
}

function findDerivation(text: string, store: Store): DRef {
  const drefs = store.derivations();
  const rest = text.replace(/^dref:/u, "");
  const named = text === rest ? drefs.filter((dref) => nameOf(dref) === text) : [];
  const fits =
    named.length > 0 || !isAddressStart(rest) ? named : drefs.filter((one) => one.slice(5).startsWith(rest));
  const [first] = fits;
  if (first !== undefined && fits.length === 1) return first;
  const data = { target: text, root: store.root };
  if (first === undefined) {
    const names = [...new Set(drefs.map(nameOf))];
    const near = isAddressStart(rest) ? "" : didYouMean(text, names);
    throw new AppError(
      "no-such-derivation",
      `Cannot find the derivation "${text}": the store "${store.root}" has none of that address or name.${near}`,
      data,
    );
  }
  const listed = namesakes(fits, store);
  const more = fits.length > mostListed ? [`  and ${fits.length - mostListed} more`] : [];
  throw new AppError(
    "ambiguous-target",
    [
      `Cannot tell which derivation "${text}" is: the store has ${fits.length}. Name one by the start of its address:`,
      ...listed,
      ...more,
    ].join("\n"),
    { ...data, drefs: fits },
  );
}

/** Derivations that a target may mean: the last that was built comes first, and each is followed by what is different in it. */
function namesakes(drefs: readonly DRef[], store: Store): string[] {
  const differences = toldApart(
    drefs.map((dref) => ({ dref, name: nameOf(dref), config: store.config(dref) })),
  );
  const builtMs = new Map(drefs.map((dref) => [dref, lastBuiltMs(dref, store)]));
  const newest = [...drefs].sort((a, b) => (builtMs.get(b) ?? 0) - (builtMs.get(a) ?? 0));
  return newest.slice(0, mostListed).map((dref) => {
    const ms = builtMs.get(dref) ?? 0;
    const when = ms === 0 ? "never built" : `built ${formatAgo(new Date(ms), new Date())}`;
    return [`  ${dref}  ${when}`, differences.get(dref) ?? ""].filter((text) => text !== "").join("  ");
  });
}

function lastBuiltMs(dref: DRef, store: Store): number {
  const times = store.realizations(dref).map((rref) => Date.parse(store.buildRecord(rref).stopped));
  return Math.max(0, ...times);
}

function isAddressStart(rest: string): boolean {
  const [, digits = "", name] = /^([0-9a-f]+)(-.*)?$/u.exec(rest) ?? [];
  return digits.length >= fewestDigits && digits.length <= 32 && (name === undefined || digits.length === 32);
}

async function exportedStages(file: string, name: string | undefined): Promise<CommandTarget> {
  if (!existsSync(file) || !statSync(file).isFile())
    throw new AppError("no-such-file", `Cannot load "${file}": there is no such file`, { file });
  const exports = Object.entries(await loadModule(file));
  const stages = exports.flatMap(([one, value]) => stagesIn(one, value));
  if (name === undefined) {
    if (stages.length > 0) return { kind: "stages", file, stages: Object.fromEntries(stages) };
    const names = exports.map(([one]) => one);
    const listed = names.length === 0 ? "nothing" : `${names.join(", ")}, none of which is a stage`;
    throw new AppError("not-a-stage", `Cannot find a stage in "${file}": it exports ${listed}`, {
      file,
      names,
    });
  }
  const found = exports.find(([one]) => one === name);
  if (found === undefined) {
    const names = (stages.length > 0 ? exports.filter((one) => stagesIn(...one).length > 0) : exports).map(
      ([one]) => one,
    );
    const has = names.length === 0 ? "it exports nothing" : `it exports ${names.join(", ")}`;
    const text = `Cannot find "${name}" in "${file}": ${has}.${didYouMean(name, names)}`;
    throw new AppError("no-such-export", text, { file, name, names });
  }
  const named = stagesIn(name, found[1]);
  if (named.length === 0)
    throw new AppError("not-a-stage", `Cannot use "${name}" of "${file}": it is no stage`, { file, name });
  return { kind: "stages", file, stages: Object.fromEntries(named) };
}

/** The stages that an export stands for: itself, or those of the points of a sweep. */
function stagesIn(name: string, value: unknown): [string, Stage][] {
  if (isStage(value)) return [[name, value as Stage]];
  return isSweep(value) ? value.stages.map((stage, index) => [`${name}[${index}]`, stage]) : [];
}

/** Loads a module as cells do, so that its stages are those that a notebook would import, on every version of Node. */
async function loadModule(file: string): Promise<Readonly<Record<string, unknown>>> {
  // What loads modules is itself much to load, and a derivation of the store does without.
  const [{ hidden }, { Loader }, { createResolver }, { Units }] = await Promise.all([
    import("../../engine/hidden.ts"),
    import("../../engine/loader.ts"),
    import("../../engine/resolve.ts"),
    import("../../engine/units.ts"),
  ]);
  // Loops of modules ask whether their cell was interrupted. Here are no cells.
  Object.defineProperty(globalThis, hidden.check, { value: () => undefined, configurable: true });
  const provided = { lightnix: () => import("../../../core/index.ts") };
  const loader = new Loader({
    resolver: createResolver(new Set(Object.keys(provided))),
    provided,
    units: new Units(),
  });
  try {
    return await loader.import(file, join(dirname(file), "lightnix.ts"));
  } catch (cause) {
    throw new AppError("broken-module", `Cannot load "${file}": ${messageOf(cause)}`, { file }, { cause });
  }
}
