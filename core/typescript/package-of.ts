import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The name and version of an installed package. */
export interface PackageVersion {
  readonly name: string;
  readonly version: string;
}

/** The package that a file belongs to: the nearest package.json that has a name and a version. */
export function packageOf(file: string): PackageVersion | undefined {
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    const found = packageIn(folder);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What the package.json in a folder says; nothing when there is none, or none with a name and a version. */
export function packageIn(folder: string): PackageVersion | undefined {
  try {
    const { name, version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Record<
      string,
      unknown
    >;
    if (typeof name === "string" && typeof version === "string") return { name, version };
  } catch {
    // None here, or none that says anything.
  }
  return undefined;
}
