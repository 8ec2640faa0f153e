import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { nodePath } from "../../core/typescript/file-resolver.ts";
import { parseJsonc, record } from "../tsconfig/jsonc.ts";

/**
 * The modules that NODE_PATH leads to, of which the compiler knows nothing, as `paths` of a tsconfig.json. As for Node, what
 * the notebook's folder has comes first.
 */
export function nodePathModules(
  folder: string,
  folders: readonly string[] = nodePath(),
): Record<string, string[]> {
  const paths: Record<string, string[]> = {};
  for (const place of folders) {
    for (const name of [...namesIn(place), ...typedNamesIn(place)]) {
      if (name in paths || isInstalled(name, folder)) continue;
      Object.assign(paths, pathsOf(name, place));
    }
  }
  return paths;
}

function namesIn(place: string): string[] {
  return entriesOf(place).flatMap((name) => {
    if (name === "@types" || name.startsWith(".")) return [];
    if (name.startsWith("@")) return entriesOf(join(place, name)).map((one) => `${name}/${one}`);
    return [name.replace(/(?:\.d)?\.[cm]?[jt]sx?$/u, "")];
  });
}

function typedNamesIn(place: string): string[] {
  return entriesOf(join(place, "@types")).map((name) => name.replace(/^(.+)__/u, "@$1/"));
}

function isInstalled(name: string, folder: string): boolean {
  if (existsSync(join(folder, "node_modules", name))) return true;
  return folder !== dirname(folder) && isInstalled(name, dirname(folder));
}

function pathsOf(name: string, place: string): Record<string, string[]> {
  const root = join(place, name);
  const typed = join(place, "@types", name.replace(/^@(.+)\//u, "$1__"));
  const { exports } = packageIn(root);
  const subpaths = exportedFrom(exports);
  if (subpaths.length === 0)
    return { [name]: [root, typed], [`${name}/*`]: [join(root, "*"), join(typed, "*")] };
  return Object.fromEntries(
    subpaths.map(([subpath, target]) => [
      `${name}${subpath.slice(1)}`,
      [join(root, target), join(typed, subpath)],
    ]),
  );
}

function exportedFrom(exports: unknown): [subpath: string, target: string][] {
  if (exports === undefined || exports === null) return [];
  const isByPath = typeof exports === "object" && Object.keys(exports).some((key) => key.startsWith("."));
  const all = isByPath ? Object.entries(exports) : [[".", exports] as const];
  return all.flatMap(([subpath, target]): [string, string][] => {
    const chosen = targetOf(target);
    return chosen === undefined ? [] : [[subpath, chosen]];
  });
}

// The first condition that holds for types, in the order of the package.
function targetOf(target: unknown): string | undefined {
  if (typeof target === "string") return target;
  if (Array.isArray(target)) return targetOf(target[0]);
  for (const [condition, inner] of Object.entries(record(target))) {
    if (!conditions.has(condition)) continue;
    const found = targetOf(inner);
    if (found !== undefined) return found;
  }
  return undefined;
}

const conditions: ReadonlySet<string> = new Set([
  "types",
  "import",
  "node",
  "module-sync",
  "require",
  "default",
]);

function packageIn(root: string): Readonly<Record<string, unknown>> {
  try {
    return record(parseJsonc(readFileSync(join(root, "package.json"), "utf8")));
  } catch {
    return {};
  }
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
