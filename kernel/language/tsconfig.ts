import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, sep } from "node:path";
import type { CompilerOptions, UserConfig } from "../tsconfig/find.ts";
import { list, record } from "../tsconfig/jsonc.ts";
import { nodePathModules } from "./node-path.ts";

/** What {@link notebookConfig} is made from. */
export interface ConfigOptions {
  /** The absolute path of the notebook's folder. */
  readonly folder: string;
  /** Names of modules and the absolute paths of the declarations that they stand for. */
  readonly paths: Readonly<Record<string, readonly string[]>>;
  /** The documents to check. */
  readonly files: readonly string[];
  /** Whether the types of what a cell declares can be asked for; true by default. */
  readonly writesTypes?: boolean;
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
    paths: { ...nodePathModules(options.folder), ...record(chosen["paths"]), ...options.paths },
    customConditions: [...new Set([...list(chosen["customConditions"]), "node"])],
    // Where elements would be left as they are, there is nobody to read them later.
    jsx: chosen["jsx"] === "react" || chosen["jsx"] === "react-jsxdev" ? chosen["jsx"] : "react-jsx",
    target: "esnext",
    module: "preserve",
    moduleDetection: "auto",
    resolveJsonModule: true,
    allowImportingTsExtensions: true,
    allowArbitraryExtensions: true,
    skipLibCheck: true,
    noEmit: true,
    // The types of what a cell declares are written down by the fixes for what these report.
    declaration: options.writesTypes !== false,
    isolatedDeclarations: options.writesTypes !== false,
  };
  const text = JSON.stringify({ compilerOptions, files: options.files });
  // The compiler's paths have slashes everywhere.
  return sep === "/" ? text : text.replaceAll("\\\\", "/");
}

/** The libraries that describe what this version of Node has built in. */
export function libraries(version: string = process.versions.node): string[] {
  const major = Number.parseInt(version, 10);
  if (major >= 26) return ["esnext"];
  const common = ["esnext.disposable", "esnext.decorators"];
  if (major < 22) return ["es2023", "es2024.string", ...common];
  if (major < 24) return ["es2024", "es2025.iterator", "es2025.collection", "esnext.array", ...common];
  return ["es2025", "esnext.array", "esnext.error", "esnext.sharedmemory", ...common];
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

/** The folders in which packages of types lie, for a notebook's folder. */
export function typeFolders(folder: string): string[] {
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

// What Node itself has differs as well from version to version.
function kernelTypes(): string | undefined {
  const major = Number.parseInt(process.versions.node, 10);
  const known = [26, 24, 22].find((one) => one <= major);
  const name = known === undefined ? "@types/node" : `@node${known}/node`;
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)));
  } catch {
    return undefined;
  }
}
