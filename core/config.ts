import { types } from "node:util";
import { LightnixError } from "./errors.ts";
import {
  hasLoneSurrogate,
  isRefPath,
  isSelfPath,
  pathProblem,
  startsLikeSelfPath,
  type SelfPath,
} from "./path.ts";
import { isDRef, isRRef, type DRef } from "./ref.ts";

/** What JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  readonly [field: string]: Json;
}

/** As much of a stage as a config needs to know, so that stages may be nested in configs. */
export interface StageLike<C = unknown> {
  readonly kind: "stage";
  readonly name: string;
  readonly config: C;
  /** What makes an outcome. Being a function, it also tells a stage from plain data that happens to have a `kind`. */
  readonly realize: (...args: never[]) => unknown;
}

/** A path inside the realization of a stage that is nested in a config. In the store it becomes a ref path. */
export interface StagePath<C = unknown> {
  readonly kind: "stage-path";
  readonly stage: StageLike<C>;
  readonly segments: readonly [string, ...string[]];
}

/** How `checkConfig` is to read a config. */
export interface CheckConfigOptions {
  /**
   * Gives the JSON of a stage or stage path met in the config: a `DRef`, or a ref path. `where` is the path of the field,
   * such as `config.layers[2]`. Without it, stages are refused.
   */
  readonly stage?: (stage: StageLike | StagePath, where: string) => Json;
  /** Whether top-level fields such as `__source__` are let through: they are for core itself, not for users. */
  readonly reserved?: boolean;
  /** What error messages call the config; `config` unless given. */
  readonly title?: string;
}

// Deep enough for any config that a person or a program would write, and far from where recursion ends.
const MAX_DEPTH = 500;

/**
 * Checks that a config is JSON, through and through, and returns it as a copy that nobody else holds, with every stage in it
 * replaced by its address.
 *
 * Refused, with the path of the field, is everything that JSON would drop or change without a word: undefined, functions,
 * symbols, bigint, NaN, the infinities, -0, lone surrogates, sparse arrays, class instances (Date, Map, Buffer...), cycles,
 * hidden fields; and what a config must not hold: `RRef`s, reserved field names, self and ref paths that lead out of
 * their folder.
 *
 * @throws {LightnixError} `invalid-config`, with `data.path`
 */
export function checkConfig(config: unknown, options: CheckConfigOptions = {}): JsonObject {
  const title = options.title ?? "config";
  const json =
    isStage(config) || isStagePath(config) ? undefined : checkValue(config, title, new Walk(title, options));
  if (isJsonObject(json)) return json;
  throw invalidConfig(
    title,
    title,
    "is not an object with fields",
    "a config is an object such as { lr: 0.1 }",
  );
}

/** Whether a value is a stage, by its shape. */
export function isStage(value: unknown): value is StageLike {
  return hasKind(value, "stage") && "realize" in value && typeof value.realize === "function";
}

/** Whether a value is a path inside a stage, by its shape. */
export function isStagePath(value: unknown): value is StagePath {
  return hasKind(value, "stage-path") && "stage" in value && isStage(value.stage);
}

/** Whether a value is an object with fields: no array, not null. */
export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** All derivations that a stored config names: its direct dependencies, sorted, each once. */
export function configDependencies(config: Json): DRef[] {
  const found = new Set<DRef>();
  visitTexts(config, (text) => {
    if (isDRef(text)) found.add(text);
  });
  return [...found].sort();
}

/** All self paths in a config, in the order of its fields. */
export function configSelfPaths(config: Json): SelfPath[] {
  if (isSelfPath(config)) return [config];
  if (typeof config !== "object" || config === null) return [];
  return Object.values(config).flatMap((value: Json) => configSelfPaths(value));
}

function visitTexts(json: Json, visit: (text: string) => void): void {
  if (typeof json === "string") visit(json);
  else if (typeof json === "object" && json !== null)
    for (const value of Object.values(json)) visitTexts(value, visit);
}

/** One walk through one config: what it was told, and the objects that it is inside of. */
class Walk {
  readonly title: string;
  readonly options: CheckConfigOptions;
  readonly inside: Set<object> = new Set<object>();

  constructor(title: string, options: CheckConfigOptions) {
    this.title = title;
    this.options = options;
  }

  refuse(where: string, what: string, advice?: string): never {
    throw invalidConfig(this.title, where, what, advice);
  }
}

function checkValue(value: unknown, where: string, walk: Walk): Json {
  switch (typeof value) {
    case "boolean":
      return value;
    case "string":
      return checkText(value, where, walk);
    case "number":
      return checkNumber(value, where, walk);
    case "object":
      return value === null ? null : checkObject(value, where, walk);
    case "undefined":
      return walk.refuse(where, "is undefined", "leave the field out, or say null");
    case "bigint":
      return walk.refuse(where, `is the bigint ${value}n`, "give it as a number or a text");
    case "function":
      return walk.refuse(where, "is a function", "what a stage does belongs into its realizer");
    case "symbol":
      return walk.refuse(where, "is a symbol");
    default:
      return walk.refuse(where, `is of type ${typeof value}`);
  }
}

function checkText(value: string, where: string, walk: Walk): string {
  if (hasLoneSurrogate(value))
    walk.refuse(where, "has half of a surrogate pair in it, which UTF-8 cannot hold");
  if (isRRef(value)) {
    walk.refuse(
      where,
      `is the realization ${value}`,
      "a config names what it depends on by stage or derivation, and a matcher such as exact() picks the realization",
    );
  }
  return value;
}

function checkNumber(value: number, where: string, walk: Walk): number {
  if (!Number.isFinite(value)) walk.refuse(where, `is ${value}`, "JSON has no such number");
  if (Object.is(value, -0)) walk.refuse(where, "is -0, which JSON turns into 0", "say 0");
  return value;
}

function checkObject(value: object, where: string, walk: Walk): Json {
  if (walk.inside.has(value)) walk.refuse(where, "contains itself");
  if (walk.inside.size >= MAX_DEPTH) walk.refuse(where, `is nested more than ${MAX_DEPTH} levels deep`);
  if (isStage(value) || isStagePath(value)) return checkStage(value, where, walk);
  walk.inside.add(value);
  const json = Array.isArray(value) ? checkArray(value, where, walk) : checkFields(value, where, walk);
  walk.inside.delete(value);
  return json;
}

function checkStage(value: StageLike | StagePath, where: string, walk: Walk): Json {
  if (walk.options.stage === undefined)
    return walk.refuse(where, "is a stage", "name it by its derivation here");
  return checkPath(walk.options.stage(value, where), where, walk);
}

function checkArray(value: readonly unknown[], where: string, walk: Walk): Json {
  if (!isPlain(value))
    walk.refuse(where, `is an instance of ${className(value)}`, "JSON keeps plain arrays only");
  const items: Json[] = [];
  for (let index = 0; index < value.length; index++) {
    if (!Object.hasOwn(value, index)) walk.refuse(`${where}[${index}]`, "is missing: the array has holes");
    items.push(checkValue(value[index], `${where}[${index}]`, walk));
  }
  // Indexes and `length` aside, an array has no properties that JSON would keep.
  const extra = Reflect.ownKeys(value)[value.length + 1];
  if (extra !== undefined)
    walk.refuse(fieldPath(where, extra), "is a property of an array, which JSON drops");
  return checkPath(items, where, walk);
}

/** Arrays that start with `__self__` or a `DRef` are paths, and must not lead out of their folder. */
function checkPath(value: Json, where: string, walk: Walk): Json {
  if (!Array.isArray(value)) return value;
  const own = startsLikeSelfPath(value);
  if (own && !isSelfPath(value))
    walk.refuse(where, "is not a self path, although it starts like one", `use self("...")`);
  if (!own && !isRefPath(value)) return value;
  const problem = pathProblem(value.slice(1) as string[], { own });
  if (problem !== undefined) walk.refuse(where, `is a path of which ${problem}`);
  return value;
}

function checkFields(value: object, where: string, walk: Walk): Json {
  if (!isPlain(value)) {
    walk.refuse(where, `is an instance of ${className(value)}`, asPlain(value));
  }
  const fields: [string, Json][] = [];
  for (const field of Reflect.ownKeys(value)) {
    const path = fieldPath(where, field);
    if (typeof field === "symbol") return walk.refuse(path, "is a field named by a symbol, which JSON drops");
    checkFieldName(field, path, walk);
    if (!Object.prototype.propertyIsEnumerable.call(value, field))
      walk.refuse(path, "is a hidden field, which JSON drops");
    fields.push([field, checkValue((value as Record<string, unknown>)[field], path, walk)]);
  }
  // Object.fromEntries defines fields, where an assignment to `__proto__` would set the prototype.
  return Object.fromEntries(fields);
}

function asPlain(value: object): string {
  if (types.isPromise(value)) return "await it first";
  if (types.isDate(value)) return "JSON has no dates: say date.toISOString()";
  if (types.isMap(value)) return "JSON keeps plain objects only: say Object.fromEntries(map)";
  if (types.isSet(value)) return "JSON keeps plain arrays only: say [...set]";
  if (types.isTypedArray(value))
    return "JSON keeps plain arrays only: say Array.from(numbers) for a few, and make a stage of many";
  return "JSON keeps plain objects only: give its parts as fields";
}

function checkFieldName(field: string, path: string, walk: Walk): void {
  if (hasLoneSurrogate(field)) walk.refuse(path, "has half of a surrogate pair in its name");
  if (!field.startsWith("__")) return;
  const top = walk.inside.size === 1;
  if (walk.options.reserved && top && field !== "__proto__") return;
  walk.refuse(path, "has a reserved name: fields that start with __ belong to Lightnix", "rename the field");
}

/**
 * Whether an object or array is plain. Prototypes are told by where they stand and not by identity, so that objects from
 * another realm count as what they are.
 */
function isPlain(value: object): boolean {
  let prototype: unknown = Object.getPrototypeOf(value);
  if (Array.isArray(value)) prototype = Object.getPrototypeOf(prototype ?? Object.prototype);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function hasKind(value: unknown, kind: string): value is { kind: string } {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === kind;
}

function className(value: object): string {
  const { constructor } = value;
  return typeof constructor === "function" && constructor.name !== "" ? constructor.name : "a class";
}

function fieldPath(where: string, field: string | symbol): string {
  if (typeof field === "symbol") return `${where}[${String(field)}]`;
  return /^[A-Za-z_$][\w$]*$/.test(field) ? `${where}.${field}` : `${where}[${JSON.stringify(field)}]`;
}

function invalidConfig(title: string, path: string, what: string, advice?: string): LightnixError {
  const subject = title === "config" ? "Cannot use this config" : `Cannot use "${title}" as a config`;
  const message = `${subject}: ${path} ${what}${advice === undefined ? "" : `; ${advice}`}`;
  return new LightnixError("invalid-config", message, { data: { path } });
}
