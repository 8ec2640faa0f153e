import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { list, parseJsonc, record } from "./jsonc.ts";

/** Compiler options as in a tsconfig.json. */
export type CompilerOptions = Readonly<Record<string, unknown>>;

/** The options of a user's own tsconfig.json. */
export interface UserConfig {
  /** The path of the file. */
  readonly path: string;
  /** Its options with those that it extends; paths are absolute. */
  readonly options: CompilerOptions;
  /** All files that were read for it. */
  readonly files: readonly string[];
}

/** The tsconfig.json that is nearest to a folder, in it or above it. Unreadable ones count as empty. */
export function findUserConfig(folder: string): UserConfig | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const path = join(at, "tsconfig.json");
    if (existsSync(path)) {
      const files: string[] = [];
      return { path, options: readOptions(path, files), files };
    }
    if (at === dirname(at)) return undefined;
  }
}

// A chain of configurations that extend one another is short; one that is longer runs in a circle.
const longestChain = 16;

function readOptions(path: string, files: string[]): CompilerOptions {
  files.push(path);
  const config = record(readJsonc(path));
  const folder = dirname(path);
  const bases = typeof config["extends"] === "string" ? [config["extends"]] : list(config["extends"]);
  const inherited = files.length < longestChain ? bases.map((base) => findBase(folder, base)) : [];
  const options: Record<string, unknown> = {};
  for (const base of inherited) if (base !== undefined) Object.assign(options, readOptions(base, files));
  return Object.assign(options, withAbsolutePaths(record(config["compilerOptions"]), folder));
}

function findBase(folder: string, base: string): string | undefined {
  if (base.startsWith(".") || isAbsolute(base)) {
    const path = resolve(folder, base);
    return [path, `${path}.json`].find((candidate) => existsSync(candidate) && candidate.endsWith(".json"));
  }
  const require = createRequire(join(folder, "tsconfig.json"));
  for (const candidate of [base, `${base}.json`, `${base}/tsconfig.json`]) {
    try {
      return require.resolve(candidate);
    } catch {
      // The next form of the name may be the one that exists.
    }
  }
  return undefined;
}

function withAbsolutePaths(options: CompilerOptions, folder: string): CompilerOptions {
  const absolute = (paths: readonly string[]): string[] => paths.map((path) => resolve(folder, path));
  const changed: Record<string, unknown> = { ...options };
  for (const name of ["typeRoots", "rootDirs"]) {
    if (name in options) changed[name] = absolute(list(options[name]));
  }
  if ("paths" in options) {
    const paths = Object.entries(record(options["paths"]));
    changed["paths"] = Object.fromEntries(paths.map(([name, targets]) => [name, absolute(list(targets))]));
  }
  return changed;
}

// Reads JSON with comments and trailing commas; what cannot be read is an empty object.
function readJsonc(path: string): unknown {
  try {
    return parseJsonc(readFileSync(path, "utf8"));
  } catch {
    return {};
  }
}
