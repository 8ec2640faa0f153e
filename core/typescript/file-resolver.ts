import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type * as Oxc from "oxc-resolver";
import { isWantedVersion, registrySpecifier } from "./registry-specifier.ts";

/** How a module is asked for. */
export type ImportUse = "import" | "require";

/** The file that a specifier leads to. */
export interface ResolvedFile {
  readonly path: string;
  /** Whether it is an installed package's, and not the user's own. */
  readonly isPackage: boolean;
}

/** Why a specifier leads to no file. */
export interface Unresolved {
  readonly reason: string;
  /** The version that is there, when another one is asked for. */
  readonly installed?: string;
}

/** Finds files as Node and TypeScript do, NODE_PATH and the `paths` of tsconfig.json included; `npm:` leads to what is installed. */
export interface FileResolver {
  /** The file for a specifier in the file `from`, which need not exist; or why there is none. */
  find(specifier: string, from: string, use: ImportUse): ResolvedFile | Unresolved;
  /** Whether a specifier leads to types and nothing else. */
  isTypesOnly(specifier: string, from: string): boolean;
  /** Forgets what was found: files may have come and gone. */
  forget(): void;
}

const options = {
  extensions: [".ts", ".mts", ".cts", ".tsx", ".js", ".mjs", ".cjs", ".jsx", ".json", ".node", ".wasm"],
  // TypeScript's way: the name of the output stands for the source.
  extensionAlias: {
    ".js": [".ts", ".tsx", ".js"],
    ".jsx": [".tsx", ".jsx"],
    ".mjs": [".mts", ".mjs"],
    ".cjs": [".cts", ".cjs"],
  },
  mainFields: ["main"],
  tsconfig: "auto" as const,
};

/** The folders of NODE_PATH. */
export function nodePath(): string[] {
  return (process.env["NODE_PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
}

/** Where Node looks for the packages of code in `folder`: in `node_modules` there and above, then in the `shared` folders. */
export function packageFolders(folder: string, shared: readonly string[] = nodePath()): string[] {
  const parent = dirname(folder);
  const above = parent === folder ? [...shared] : packageFolders(parent, shared);
  return [join(folder, "node_modules"), ...above];
}

/** Makes a resolver. Its first question loads a native library, which only those are to pay for who follow imports. */
export function createFileResolver(): FileResolver {
  let made: Readonly<Record<ImportUse, Oxc.ResolverFactory>> | undefined;
  const resolvers = (): NonNullable<typeof made> => (made ??= makeResolvers());
  return {
    find: (specifier, from, use) => {
      const asked = registrySpecifier(specifier);
      const wanted = specifier.startsWith("file:") ? fileURLToPath(specifier) : specifier;
      const result = resolvers()[use].resolveFileSync(from, asked?.installed ?? wanted);
      const { path: found, error: reason = "", packageJsonPath } = result;
      if (found === undefined) return { reason };
      const installed = asked?.version === undefined ? undefined : versionIn(packageJsonPath);
      if (
        asked?.version !== undefined &&
        installed !== undefined &&
        !isWantedVersion(installed, asked.version)
      )
        return { reason: `version ${installed} is installed`, installed };
      const path = found.replace(/\?.*$/u, "");
      return { path, isPackage: isInPackage(path) };
    },
    isTypesOnly: (specifier, from) => {
      const found = resolvers().import.resolveDtsSync(from, specifier).path;
      return found !== undefined && /\.d\.[cm]?ts$/u.test(found);
    },
    forget: () => {
      made?.import.clearCache();
      made?.require.clearCache();
    },
  };
}

function makeResolvers(): Readonly<Record<ImportUse, Oxc.ResolverFactory>> {
  const { ResolverFactory } = createRequire(import.meta.url)("oxc-resolver") as typeof Oxc;
  const resolverFor = (use: ImportUse): Oxc.ResolverFactory =>
    new ResolverFactory({ ...options, conditionNames: ["node", use, "module-sync", "node-addons"] });
  return { import: resolverFor("import"), require: resolverFor("require") };
}

function versionIn(packageJson: string | undefined): string | undefined {
  if (packageJson === undefined) return undefined;
  const { version } = JSON.parse(readFileSync(packageJson, "utf8")) as Readonly<Record<string, unknown>>;
  return typeof version === "string" ? version : undefined;
}

function isInPackage(path: string): boolean {
  return (
    path.includes(`${sep}node_modules${sep}`) || nodePath().some((folder) => path.startsWith(folder + sep))
  );
}
