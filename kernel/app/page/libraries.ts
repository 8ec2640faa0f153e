import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { nodePath, packageFolders } from "../../../core/typescript/file-resolver.ts";
import { isJsonObject } from "../../wire/json.ts";
import type { ChartKind, ChartLibrary } from "./charts.ts";

/** What {@link findLibraries} found. */
export interface FoundLibraries {
  /** In the order in which they are to be loaded. */
  readonly libraries: readonly ChartLibrary[];
  /** What is needed and not there. */
  readonly missing: readonly string[];
}

/** Reads what draws these kinds of charts, as it is installed for a notebook of this folder: in `node_modules` there or above, or on NODE_PATH. */
export async function findLibraries(
  kinds: Iterable<ChartKind>,
  folder: string,
  shared: readonly string[] = nodePath(),
): Promise<FoundLibraries> {
  const all = [...kinds];
  const needed = new Set(all.flatMap(({ packages }) => packages));
  const names = [...new Set(all.flatMap(({ packages, optional }) => [...packages, ...optional]))];
  const folders = packageFolders(resolve(folder), shared);
  const found = await Promise.all(
    names.map(async (name) => ({ name, code: await browserBuild(name, folders) })),
  );
  return {
    libraries: found.flatMap(({ name, code }) => (code === undefined ? [] : [{ name, code }])),
    missing: found.filter(({ name, code }) => code === undefined && needed.has(name)).map(({ name }) => name),
  };
}

/** The file that the package has content networks serve. */
async function browserBuild(name: string, folders: readonly string[]): Promise<string | undefined> {
  for (const folder of folders) {
    const root = join(folder, name);
    try {
      const about: unknown = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
      const fields = isJsonObject(about) ? [about["jsdelivr"], about["unpkg"], about["main"]] : [];
      const file = fields.find((field) => typeof field === "string");
      if (file !== undefined) return await readFile(join(root, file), "utf8");
    } catch {
      // Not here; the next folder may have it.
    }
  }
  return undefined;
}
