import { existsSync } from "node:fs";
import { createRequire, isBuiltin } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type * as Oxc from "oxc-resolver";
import { LightnixError } from "../errors.ts";
import type { BundleParts } from "../store/bundle-text.ts";
import { nodePath, packageFolders } from "../typescript/file-resolver.ts";
import { packageIn, type PackageVersion } from "../typescript/package-of.ts";
import { installedSpecifier } from "../typescript/registry-specifier.ts";

/** The package that a specifier names: `@scope/name` of `@scope/name/sub` and of `npm:@scope/name@1/sub`. */
export function packageName(specifier: string): string {
  return /^(?:@[^/]+\/)?[^/]+/u.exec(installedSpecifier(specifier))?.[0] ?? specifier;
}

/** Who looks for packages, and where. */
export interface PackageSearch {
  /** The stage, for messages. */
  readonly name: string;
  /** Where the search begins, in this order. */
  readonly folders: readonly string[];
}

/**
 * Finds the files that a bundle's imports of packages stand for, each in the version that the bundle was made with.
 *
 * @throws {LightnixError} `missing-package`
 */
export async function locatePackages(
  { facts, code }: BundleParts,
  search: PackageSearch,
): Promise<ReadonlyMap<string, string>> {
  const specifiers = facts.imports.map(([start, end]) => JSON.parse(code.slice(start, end)) as string);
  const found = new Map<string, string>();
  for (const specifier of new Set(specifiers)) {
    if (isOwn(specifier)) continue;
    const name = packageName(specifier);
    found.set(
      specifier,
      locate(specifier, { ...search, wanted: { name, version: facts.packages[name] ?? "" } }),
    );
  }
  const imported = new Set([...found.keys()].map(packageName));
  // What is required, and not imported, is looked for by Node when it is.
  for (const [name, version] of Object.entries(facts.packages))
    if (!imported.has(name)) checkInstalled(name, { ...search, wanted: { name, version } });
  return found;
}

function isOwn(specifier: string): boolean {
  return isBuiltin(specifier) || specifier === "lightnix" || specifier.startsWith("lightnix:");
}

interface Wanted extends PackageSearch {
  readonly wanted: PackageVersion;
}

function locate(specifier: string, wanted: Wanted): string {
  const folder = checkInstalled(specifier, wanted);
  const { path, error } = importResolver().sync(folder, specifier);
  if (path !== undefined) return pathToFileURL(path).href;
  throw missing(specifier, wanted, `is there, but without "${specifier}": ${error ?? "no such file"}`);
}

/** The first folder from which the right version is found. */
function checkInstalled(specifier: string, { name, folders, wanted }: Wanted): string {
  const others = new Set<string>();
  for (const folder of folders) {
    const version = installedVersion(folder, wanted.name);
    if (version === undefined) continue;
    if (version === wanted.version) return folder;
    others.add(version);
  }
  const there = [...others].map((version) => `version ${version}`).join(" and ");
  throw missing(
    specifier,
    { name, folders, wanted },
    there === "" ? "is not installed" : `is wanted, and ${there} is installed`,
  );
}

function missing(specifier: string, { name, folders, wanted }: Wanted, what: string): LightnixError {
  const exact = `${wanted.name}@${wanted.version}`;
  return new LightnixError(
    "missing-package",
    `Cannot load the code of "${name}": the package ${exact} ${what}. Looked from ${folders.join(", ")}. Install it with: npm install ${exact}`,
    { data: { stage: name, specifier, package: wanted.name, version: wanted.version, folders } },
  );
}

function installedVersion(from: string, name: string): string | undefined {
  for (const place of packageFolders(from)) {
    if (existsSync(join(place, name))) return packageIn(join(place, name))?.version ?? "unknown";
  }
  return undefined;
}

let resolver: Oxc.ResolverFactory | undefined;

// A native library: 10 ms that only those pay who load code that imports packages.
function importResolver(): Oxc.ResolverFactory {
  if (resolver === undefined) {
    const { ResolverFactory } = createRequire(import.meta.url)("oxc-resolver") as typeof Oxc;
    resolver = new ResolverFactory({
      conditionNames: ["node", "import", "module-sync", "node-addons"],
      mainFields: ["main"],
      modules: ["node_modules", ...nodePath()],
    });
  }
  return resolver;
}
