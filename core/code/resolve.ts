import { createRequire, isBuiltin } from "node:module";
import { sep } from "node:path";
import { fileURLToPath } from "node:url";
import type * as Oxc from "oxc-resolver";
import { nodePath, packageName, packageOf } from "./packages.ts";

/** What an import stands for. */
export type ImportTarget =
  /** One of Node's own modules. */
  | { readonly kind: "builtin" }
  /** Lightnix itself, and what its loader gives to bundles. */
  | { readonly kind: "lightnix" }
  /** What only a notebook has. */
  | { readonly kind: "host" }
  /** A `data:` address: the content is in the text. */
  | { readonly kind: "data" }
  /** An installed package. `name` is what the import calls it, `title` what it calls itself. */
  | { readonly kind: "package"; readonly name: string; readonly title: string; readonly version: string }
  /** The user's own file. */
  | { readonly kind: "local"; readonly path: string }
  | { readonly kind: "missing" };

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

let resolvers: Readonly<Record<"import" | "require", Oxc.ResolverFactory>> | undefined;

/** Finds what an import in the file `from` (which need not exist) stands for. */
export function resolveImport(
  specifier: string,
  from: string,
  use: "import" | "require" = "import",
): ImportTarget {
  if (specifier === "lightnix" || specifier.startsWith("lightnix:")) return { kind: "lightnix" };
  if (specifier === "tslab" || specifier.startsWith("lightnix/")) return { kind: "host" };
  if (isBuiltin(specifier)) return { kind: "builtin" };
  if (specifier.startsWith("data:")) return { kind: "data" };
  const { path } = loadResolvers()[use].resolveFileSync(from, withoutUrl(specifier));
  if (path === undefined) return { kind: "missing" };
  const file = path.replace(/\?.*$/u, "");
  const isPackage =
    file.includes(`${sep}node_modules${sep}`) || nodePath().some((folder) => file.startsWith(folder + sep));
  if (!isPackage) return { kind: "local", path: file };
  const name = packageName(specifier);
  const found = packageOf(file);
  return { kind: "package", name, title: found?.name ?? name, version: found?.version ?? "unknown" };
}

/** Forgets what was found: files may have come and gone. */
export function forgetResolved(): void {
  resolvers?.import.clearCache();
  resolvers?.require.clearCache();
}

// A native library, which only those pay for who make stages of code.
function loadResolvers(): NonNullable<typeof resolvers> {
  if (resolvers === undefined) {
    const { ResolverFactory } = createRequire(import.meta.url)("oxc-resolver") as typeof Oxc;
    const conditions = ["node", "module-sync", "node-addons"];
    resolvers = {
      import: new ResolverFactory({ ...options, conditionNames: [...conditions, "import"] }),
      require: new ResolverFactory({ ...options, conditionNames: [...conditions, "require"] }),
    };
  }
  return resolvers;
}

function withoutUrl(specifier: string): string {
  return specifier.startsWith("file:") ? fileURLToPath(specifier) : specifier;
}
