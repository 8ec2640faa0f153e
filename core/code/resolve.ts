import { isBuiltin } from "node:module";
import { createFileResolver, type FileResolver, type ImportUse } from "../typescript/file-resolver.ts";
import { packageOf } from "../typescript/package-of.ts";
import { packageName } from "./packages.ts";

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

// Made when it is first needed.
let resolver: FileResolver | undefined;

/** Finds what an import in the file `from` (which need not exist) stands for. */
export function resolveImport(specifier: string, from: string, use: ImportUse = "import"): ImportTarget {
  if (specifier === "lightnix" || specifier.startsWith("lightnix:")) return { kind: "lightnix" };
  if (specifier === "tslab" || specifier.startsWith("lightnix/")) return { kind: "host" };
  if (isBuiltin(specifier)) return { kind: "builtin" };
  if (specifier.startsWith("data:")) return { kind: "data" };
  resolver ??= createFileResolver();
  const found = resolver.find(specifier, from, use);
  if ("reason" in found) return { kind: "missing" };
  if (!found.isPackage) return { kind: "local", path: found.path };
  const name = packageName(specifier);
  const known = packageOf(found.path);
  return { kind: "package", name, title: known?.name ?? name, version: known?.version ?? "unknown" };
}

/** Forgets what was found: files may have come and gone. */
export function forgetResolved(): void {
  resolver?.forget();
}
