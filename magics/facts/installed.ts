import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The versions of installed packages, by where they lie: `node_modules/d3`. */
export type InstalledVersions = ReadonlyMap<string, string>;

/** A package whose version is another one now. */
export interface ChangedVersion {
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

/** What npm has installed for a folder, as the nearest node_modules with npm's own list of it says; nothing where there is none. */
export function installedVersions(folder: string): InstalledVersions {
  const packages = packagesIn(join(folder, "node_modules", ".package-lock.json"));
  if (packages !== undefined)
    return new Map(Object.entries(packages).flatMap(([at, { version }]) => (version ? [[at, version]] : [])));
  return dirname(folder) === folder ? new Map() : installedVersions(dirname(folder));
}

/** The packages that are there in another version than before. */
export function changedVersions(before: InstalledVersions, after: InstalledVersions): ChangedVersion[] {
  return [...after].flatMap(([at, to]) => {
    const from = before.get(at);
    return from === undefined || from === to
      ? []
      : [{ name: at.replace(/^.*node_modules\//u, ""), from, to }];
  });
}

function packagesIn(file: string): Readonly<Record<string, { version?: string }>> | undefined {
  try {
    return (JSON.parse(readFileSync(file, "utf8")) as { packages: Record<string, { version?: string }> })
      .packages;
  } catch {
    // Not there, or of another package manager.
    return undefined;
  }
}
