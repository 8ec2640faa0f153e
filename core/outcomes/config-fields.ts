import { hash } from "node:crypto";
import { canonicalJson } from "../canonical.ts";
import { isJsonObject, type Json, type JsonObject } from "../config.ts";
import { isSelfPath } from "../path.ts";

/** Leaves of a config by their names, nested ones joined by dots. */
export type ConfigFields = Readonly<Record<string, Json>>;

/**
 * The leaves of a stored config: of what Lightnix adds to it, what a person can tell apart. Promises of artifacts are left out.
 */
function configFields(config: JsonObject): ConfigFields {
  const { __captured__: captured, __source__: source, __version__: version, ...rest } = config;
  const { __environment__: environment, ...own } = rest;
  const fields: Record<string, Json> = {};
  const add = (name: string, value: Json): void => {
    if (isSelfPath(value)) return;
    if (!isJsonObject(value)) fields[name] = value;
    else for (const [inner, leaf] of Object.entries(value)) add(`${name}.${inner}`, leaf);
  };
  for (const [name, value] of Object.entries(own)) add(name, value);
  if (isJsonObject(captured))
    for (const [name, value] of Object.entries(captured)) fields[`${name} (captured)`] = value;
  if (isJsonObject(environment))
    for (const [name, value] of Object.entries(environment)) fields[`${name} (environment)`] = value;
  if (version !== undefined) fields["version"] = version;
  if (source !== undefined) fields["code"] = codeOf(source);
  return fields;
}

/** What configs do not have in common: the names of the fields that differ, and the fields of each. */
export function varyingFields(configs: readonly JsonObject[]): {
  readonly fields: readonly string[];
  readonly rows: readonly ConfigFields[];
} {
  const rows = configs.map(configFields);
  const texts = new Map<string, Set<string>>();
  const counts = new Map<string, number>();
  for (const row of rows) {
    for (const [name, value] of Object.entries(row)) {
      const seen = texts.get(name);
      if (seen === undefined) texts.set(name, new Set([canonicalJson(value)]));
      else seen.add(canonicalJson(value));
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  const isVarying = (name: string): boolean =>
    (texts.get(name)?.size ?? 0) > 1 || counts.get(name) !== rows.length;
  return { fields: [...texts.keys()].filter(isVarying), rows };
}

/** Eight digits that stand for a realizer's code and what it uses. */
function codeOf(source: Json): string {
  const { code, uses } = isJsonObject(source) ? source : {};
  if (typeof code === "string" && uses === undefined) return code.slice(0, 8);
  return hash("sha256", canonicalJson(source), "hex").slice(0, 8);
}
