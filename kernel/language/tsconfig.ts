import { existsSync, readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, isAbsolute, join, resolve, sep } from "node:path";

/** Compiler options as in a tsconfig.json. */
type CompilerOptions = Readonly<Record<string, unknown>>;

/** The options of a user's own tsconfig.json. */
export interface UserConfig {
  /** The path of the file. */
  readonly path: string;
  /** Its options with those that it extends; paths are absolute. */
  readonly options: CompilerOptions;
}

/** What {@link notebookConfig} is made from. */
export interface ConfigOptions {
  /** The absolute path of the notebook's folder. */
  readonly folder: string;
  /** Names of modules and the absolute paths of the declarations that they stand for. */
  readonly paths: Readonly<Record<string, readonly string[]>>;
  /** The documents to check. */
  readonly files: readonly string[];
}

/**
 * What a notebook honours of its tsconfig.json: how strict the compiler is, which libraries and modules there are, and
 * how decorators and JSX are read. The rest says how files are turned into files, which is not what happens to cells.
 */
const honoured: ReadonlySet<string> = new Set(
  `strict noImplicitAny noImplicitThis strictNullChecks strictFunctionTypes strictBindCallApply
  strictPropertyInitialization strictBuiltinIteratorReturn useUnknownInCatchVariables alwaysStrict
  exactOptionalPropertyTypes noImplicitOverride noUncheckedIndexedAccess noPropertyAccessFromIndexSignature
  noImplicitReturns noFallthroughCasesInSwitch noUncheckedSideEffectImports allowUmdGlobalAccess
  lib types typeRoots paths rootDirs customConditions moduleSuffixes allowJs checkJs
  jsx jsxFactory jsxFragmentFactory jsxImportSource reactNamespace
  experimentalDecorators emitDecoratorMetadata useDefineForClassFields`.split(/\s+/),
);

/** The tsconfig.json that is nearest to a folder, in it or above it. Unreadable ones count as empty. */
export function findUserConfig(folder: string): UserConfig | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const path = join(at, "tsconfig.json");
    if (existsSync(path)) return { path, options: readOptions(path, 0) };
    if (at === dirname(at)) return undefined;
  }
}

/** The text of the tsconfig.json that a notebook's cells are checked by. */
export function notebookConfig(user: UserConfig | undefined, options: ConfigOptions): string {
  const own = Object.entries(user?.options ?? {}).filter(([name]) => honoured.has(name));
  const chosen: CompilerOptions = Object.fromEntries(own);
  const compilerOptions = {
    strict: true,
    allowJs: true,
    lib: libraries(),
    ...chosen,
    ...typesOf(options.folder, chosen),
    paths: { ...record(chosen["paths"]), ...options.paths },
    customConditions: [...new Set([...list(chosen["customConditions"]), "node"])],
    target: "esnext",
    module: "preserve",
    moduleDetection: "auto",
    resolveJsonModule: true,
    allowImportingTsExtensions: true,
    allowArbitraryExtensions: true,
    skipLibCheck: true,
    noEmit: true,
    // The types of what a cell declares are written down by the fixes for what this option reports.
    declaration: true,
    isolatedDeclarations: true,
  };
  const text = JSON.stringify({ compilerOptions, files: options.files });
  // The compiler's paths have slashes everywhere.
  return sep === "/" ? text : text.replaceAll("\\\\", "/");
}

/** The libraries that describe what this version of Node has built in. */
export function libraries(version: string = process.versions.node): string[] {
  const major = Number.parseInt(version, 10);
  if (major >= 24) return ["esnext"];
  const common = ["esnext.disposable", "esnext.decorators", "es2024.string"];
  if (major < 22) return ["es2023", ...common];
  return ["es2024", "es2025.iterator", "es2025.collection", "es2025.promise", "esnext.array", ...common];
}

// The user's choice of type packages, else all that are found from the folder; and always those of Node, the kernel's
// own where the folder has none.
function typesOf(folder: string, chosen: CompilerOptions): CompilerOptions {
  const above = "typeRoots" in chosen ? list(chosen["typeRoots"]) : typeFolders(folder);
  const kernels = kernelTypes();
  const types = "types" in chosen ? list(chosen["types"]) : above.flatMap(packagesIn);
  return {
    typeRoots: [...above, ...(kernels === undefined ? [] : [kernels])],
    types: [...new Set(["node", ...types])],
  };
}

function typeFolders(folder: string): string[] {
  const found: string[] = [];
  for (let at = folder; ; at = dirname(at)) {
    const types = join(at, "node_modules", "@types");
    if (existsSync(types)) found.push(types);
    if (at === dirname(at)) return found;
  }
}

function packagesIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => existsSync(join(folder, name, "package.json")));
}

function kernelTypes(): string | undefined {
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve("@types/node/package.json")));
  } catch {
    return undefined;
  }
}

// A chain of configurations that extend one another is short; one that is longer runs in a circle.
const longestChain = 16;

function readOptions(path: string, depth: number): CompilerOptions {
  const config = record(readJsonc(path));
  const folder = dirname(path);
  const bases = typeof config["extends"] === "string" ? [config["extends"]] : list(config["extends"]);
  const inherited = depth < longestChain ? bases.map((base) => findBase(folder, base)) : [];
  const options: Record<string, unknown> = {};
  for (const base of inherited) if (base !== undefined) Object.assign(options, readOptions(base, depth + 1));
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

/** Parses JSON with comments and trailing commas. */
export function parseJsonc(text: string): unknown {
  const bare = text
    .replace(/^\uFEFF/, "")
    .replaceAll(
      /("(?:\\.|[^"\\])*")|\/\/[^\n\r]*|\/\*[\s\S]*?\*\//g,
      (_all, kept: string | undefined) => kept ?? " ",
    )
    .replaceAll(/("(?:\\.|[^"\\])*")|,(?=\s*[}\]])/g, (_all, kept: string | undefined) => kept ?? "");
  return JSON.parse(bare);
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function list(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
