import { isBuiltin } from "node:module";
import { pathToFileURL } from "node:url";
import { createFileResolver } from "../../core/typescript/file-resolver.ts";
import type { Unresolved } from "../../core/typescript/file-resolver.ts";
import { explainMissing } from "../../core/typescript/missing-module.ts";
import { ImportError } from "./errors.ts";

/** What a specifier stands for. */
export type Target =
  /** A module that the kernel provides. */
  | { readonly kind: "provided"; readonly specifier: string }
  /** One of Node's own. */
  | { readonly kind: "builtin"; readonly url: string }
  /** A file of an installed package: loaded once, by Node. */
  | { readonly kind: "package"; readonly path: string; readonly url: string }
  /** The user's own file: loaded by the engine, and again when it changes. */
  | { readonly kind: "local"; readonly path: string; readonly url: string }
  /** A `data:` address. */
  | { readonly kind: "data"; readonly url: string };

/** Finds what specifiers stand for. */
export interface Resolver {
  /**
   * @param from The file that imports; it need not exist.
   * @throws ImportError `module-not-found`, saying where was looked
   */
  resolve(specifier: string, from: string, use?: "import" | "require"): Target;
  /** Whether a specifier has types and nothing else: an import of it that binds no values is none. */
  isTypesOnly(specifier: string, from: string): boolean;
  /** Forgets what was found: files may have come and gone. */
  forget(): void;
}

/** Makes a resolver, over modules that the kernel provides and files. */
export function createResolver(provided: ReadonlySet<string>): Resolver {
  const files = createFileResolver();
  return {
    resolve: (specifier, from, use = "import") => {
      if (provided.has(specifier)) return { kind: "provided", specifier };
      if (isBuiltin(specifier))
        return { kind: "builtin", url: specifier.startsWith("node:") ? specifier : `node:${specifier}` };
      if (specifier.startsWith("data:")) return { kind: "data", url: specifier };
      const found = files.find(specifier, from, use);
      if ("reason" in found) throw notFound({ specifier, from, ...found });
      const { path, isPackage } = found;
      return { kind: isPackage ? "package" : "local", path, url: pathToFileURL(path).href };
    },
    isTypesOnly: (specifier, from) => files.isTypesOnly(specifier, from),
    forget: () => files.forget(),
  };
}

interface Missing extends Unresolved {
  readonly specifier: string;
  readonly from: string;
}

function notFound({ specifier, from, reason, installed }: Missing): ImportError {
  const { advice, folders, install } = explainMissing(specifier, from);
  const what = installed === undefined ? advice : reason;
  const whole = install === undefined ? what : `${what}. Install it with: ${install}`;
  const isHidden = folders !== undefined && reason.includes("not exported");
  const message = `Cannot import "${specifier}": ${isHidden ? reason : whole}`;
  const data = { specifier, from, ...(folders === undefined || isHidden ? {} : { folders }) };
  return new ImportError("module-not-found", message, { data });
}
