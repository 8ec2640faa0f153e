import { isJsonObject, type JsonObject } from "../config.ts";
import { LightnixError } from "../errors.ts";
import { isDRef, isRRef, type DRef } from "../ref.ts";
import { platformHere } from "../store/record.ts";

/** What of the environment a stage depends on, by name, with its values: null is a variable that is not set. */
export type EnvironmentValues = Readonly<Record<string, string | null>>;

/** The field of a stored config in which they are. */
export const ENVIRONMENT_FIELD = "__environment__";

// What is no variable of the environment, and could be none by the usual spelling of those.
const FACTS: Readonly<Record<string, () => string>> = {
  node: () => nodeMajor(process.versions.node),
  platform: platformHere,
};

/** The major version in a version of Node. */
export function nodeMajor(version: string): string {
  return version.split(".", 1)[0] ?? version;
}

/**
 * Reads what a stage asks for, as it is now.
 *
 * @throws {TypeError} for what is no list of names
 * @throws {LightnixError} `invalid-environment` for a variable with an address of the store in it, which would be a dependency
 */
export function readEnvironment(stage: string, names: readonly string[]): EnvironmentValues {
  if (!Array.isArray(names))
    throw new TypeError(
      `Cannot make the stage "${stage}": its environment is a list of names, such as ["CUDA_VISIBLE_DEVICES", "node"], and not ` +
        String(names),
    );
  return Object.fromEntries(
    [...(names as readonly string[])]
      .sort()
      .map((name) => [checkName(stage, name), checkedValue(stage, name)]),
  );
}

function checkedValue(stage: string, name: string): string | null {
  const value = valueOf(name);
  if (!isDRef(value) && !isRRef(value)) return value;
  throw new LightnixError(
    "invalid-environment",
    `Cannot make the stage "${stage}": the environment variable ${name} is ${value}, an address of the store. What a stage depends ` +
      "on is named in its config",
    { data: { stage, name, value } },
  );
}

function valueOf(name: string): string | null {
  return Object.hasOwn(FACTS, name) ? (FACTS[name]?.() ?? null) : (process.env[name] ?? null);
}

function checkName(stage: string, name: unknown): string {
  if (typeof name === "string" && /^[^=\0]+$/u.test(name)) return name;
  throw new TypeError(
    `Cannot make the stage "${stage}": its environment has ${JSON.stringify(name)}, and what it can name are environment variables, ` +
      '"node" and "platform"',
  );
}

/** What a stored config says of the environment. */
export function environmentOf(config: JsonObject): EnvironmentValues {
  const values = config[ENVIRONMENT_FIELD];
  return isJsonObject(values) ? (values as EnvironmentValues) : {};
}

/**
 * Sees to it that what a derivation says of the environment is so in this process, before it is built here.
 *
 * @throws {LightnixError} `other-environment`
 */
export function checkEnvironment(derivation: {
  readonly dref: DRef;
  readonly name: string;
  readonly config: JsonObject;
}): void {
  const { dref, name, config } = derivation;
  for (const [field, wanted] of Object.entries(environmentOf(config))) {
    const here = valueOf(field);
    if (here === wanted) continue;
    throw new LightnixError(
      "other-environment",
      `Cannot build "${name}": its environment has ${field} ${environmentText(field, wanted)}, and here it is ` +
        `${environmentText(field, here)}. ${adviceOn(field, wanted)}`,
      { data: { dref, field, wanted, here } },
    );
  }
}

function adviceOn(field: string, wanted: string | null): string {
  if (Object.hasOwn(FACTS, field))
    return "Build it where that is so, or define the stage here, which makes another derivation";
  const set = wanted === null ? "Unset the variable" : "Set the variable";
  return `${set}, or define the stage again, which makes another derivation`;
}

/** A value of the environment in words. */
export function environmentText(name: string, value: string | null): string {
  if (value === null) return "unset";
  return Object.hasOwn(FACTS, name) ? value : JSON.stringify(value);
}
