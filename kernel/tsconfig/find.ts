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
  /** What of it could not be read, each a sentence. */
  readonly problems: readonly string[];
}

/** What is gathered while a configuration is read. */
interface Reading {
  readonly files: string[];
  readonly problems: string[];
}

/** The tsconfig.json that is nearest to a folder, in it or above it. What cannot be read counts as empty. */
export function findUserConfig(folder: string): UserConfig | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const path = join(at, "tsconfig.json");
    if (existsSync(path)) {
      const reading: Reading = { files: [], problems: [] };
      return { path, options: withBase(readOptions(path, reading)), ...reading };
    }
    if (at === dirname(at)) return undefined;
  }
}

// A chain of configurations that extend one another is short; one that is longer runs in a circle.
const longestChain = 16;

function readOptions(path: string, reading: Reading): CompilerOptions {
  const { files, problems } = reading;
  files.push(path);
  const config = record(readJsonc(path, problems));
  const folder = dirname(path);
  const inherited = files.length < longestChain ? [...basesOf(config), ...solutionOf(config, folder)] : [];
  const options: Record<string, unknown> = {};
  for (const base of inherited) {
    const found = findBase(folder, base);
    if (found === undefined) problems.push(`Cannot find "${base}", which "${path}" asks for.`);
    else Object.assign(options, readOptions(found, reading));
  }
  const own = record(config["compilerOptions"]);
  return Object.assign(options, withAbsolutePaths(own, { folder, inherited: options["baseUrl"] }));
}

function basesOf(config: Readonly<Record<string, unknown>>): string[] {
  return typeof config["extends"] === "string" ? [config["extends"]] : list(config["extends"]);
}

// A solution has no files of its own and only names its projects. A notebook belongs to none of them; the first is the main one.
function solutionOf(config: Readonly<Record<string, unknown>>, folder: string): string[] {
  const { files, references, compilerOptions } = config;
  const isSolution = Array.isArray(files) && files.length === 0 && compilerOptions === undefined;
  const [first] = isSolution && Array.isArray(references) ? (references as unknown[]) : [];
  const path = record(first)["path"];
  if (typeof path !== "string") return [];
  const project = resolve(folder, path);
  return [project.endsWith(".json") ? project : join(project, "tsconfig.json")];
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

function withAbsolutePaths(
  options: CompilerOptions,
  { folder, inherited }: { readonly folder: string; readonly inherited: unknown },
): CompilerOptions {
  const changed: Record<string, unknown> = { ...options };
  const absolute = (paths: readonly string[], from: string): string[] =>
    paths.map((path) => resolve(from, path));
  for (const name of ["typeRoots", "rootDirs"]) {
    if (name in options) changed[name] = absolute(list(options[name]), folder);
  }
  const { baseUrl } = options;
  if (typeof baseUrl === "string") changed["baseUrl"] = resolve(folder, baseUrl);
  if ("paths" in options) {
    const base = [changed["baseUrl"], inherited, folder].find((one) => typeof one === "string") as string;
    const paths = Object.entries(record(options["paths"]));
    changed["paths"] = Object.fromEntries(
      paths.map(([name, targets]) => [name, absolute(list(targets), base)]),
    );
  }
  return changed;
}

// TypeScript 7 has no `baseUrl` any more: it says the same by a path for all names.
function withBase({ baseUrl, ...options }: CompilerOptions): CompilerOptions {
  if (typeof baseUrl !== "string") return options;
  return { ...options, paths: { "*": [join(baseUrl, "*")], ...record(options["paths"]) } };
}

// Reads JSON with comments and trailing commas; what cannot be read is an empty object.
function readJsonc(path: string, problems: string[]): unknown {
  try {
    return parseJsonc(readFileSync(path, "utf8"));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    problems.push(`Cannot read "${path}": ${why}. Its options do not count.`);
    return {};
  }
}
