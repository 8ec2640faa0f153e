import { existsSync } from "node:fs";
import { derivationRefOfText } from "../../canonical.ts";
import { configDependencies, type JsonObject } from "../../config.ts";
import { parseDRef, type DRef } from "../../ref.ts";
import { parseBundle } from "../bundle-text.ts";
import { BUNDLE_FILE, CONFIG_FILE, isRealizationName } from "../layout.ts";
import type { Store } from "../store.ts";
import { namesIn } from "../if-there.ts";
import { findWritable, readExactly } from "./entries.ts";
import type { Finding } from "./finding.ts";

/** What is wrong with a derivation, its realizations left aside. */
export async function checkDerivation(store: Store, dref: DRef): Promise<Finding[]> {
  const folder = store.path(dref);
  const names = namesIn(folder);
  const own = names.filter((name) => !isRealizationName(name) && isOfStore(name));
  const files = own.map((path) => ({ kind: "file" as const, path }));
  const foreign = names.filter((name) => !isRealizationName(name) && !isOfStore(name));
  return [
    ...checkConfigFile(store, dref),
    ...checkBundle(store, dref),
    ...(await findWritable(dref, folder, files)),
    ...foreign.map((name): Finding => ({
      problem: "foreign",
      ref: undefined,
      path: `${folder}/${name}`,
      message: `"${name}" in the folder of ${dref} was not put there by a store`,
    })),
  ];
}

function checkConfigFile(store: Store, dref: DRef): Finding[] {
  const path = `${store.path(dref)}/${CONFIG_FILE}`;
  const text = readExactly(path);
  if (text === undefined)
    return [{ problem: "config-missing", ref: dref, path, message: `${dref}: ${CONFIG_FILE} is missing` }];
  if (derivationRefOfText(parseDRef(dref).name, text) !== dref) {
    const message = `${dref}: ${CONFIG_FILE} was changed, its hash is another one`;
    return [{ problem: "config-changed", ref: dref, path, message }];
  }
  // By itself a derivation is a plan, and realizing it puts what it depends on into the store again.
  if (!namesIn(store.path(dref)).some(isRealizationName)) return [];
  const missing = configDependencies(JSON.parse(text) as JsonObject).filter(
    (dependency) => !existsSync(`${store.path(dependency)}/${CONFIG_FILE}`),
  );
  if (missing.length === 0) return [];
  const message = `${dref}: the store does not have ${missing.join(", ")}, which it depends on`;
  return [{ problem: "dependency-missing", ref: dref, path, message, missing }];
}

function checkBundle(store: Store, dref: DRef): Finding[] {
  const path = `${store.path(dref)}/${BUNDLE_FILE}`;
  const text = readExactly(path);
  const reason = text === undefined ? undefined : parseBundle(text);
  if (typeof reason !== "string") return [];
  return [{ problem: "bundle-changed", ref: dref, path, message: `${dref}: of ${BUNDLE_FILE}, ${reason}` }];
}

function isOfStore(name: string): boolean {
  return name === CONFIG_FILE || name === BUNDLE_FILE || name.startsWith("__");
}
