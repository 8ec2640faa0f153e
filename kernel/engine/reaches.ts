import { createHash } from "node:crypto";
import { relative, sep } from "node:path";
import { walk } from "./ast.ts";
import { codeOf, readModuleFile } from "./module-file.ts";
import type { ModuleFile } from "./module-file.ts";
import { readCode } from "./code.ts";
import type { Code } from "./code.ts";
import { packageOf } from "./resolve.ts";
import type { Resolver, Target } from "./resolve.ts";

/** What a text reaches through its imports, transitively. */
export interface Reached {
  /** Local files: path relative to the folder, with `/`, to the text; of what is no text, its digest. */
  readonly files: Readonly<Record<string, string>>;
  /** Packages that the text or those files import: name to version. */
  readonly packages: Readonly<Record<string, string>>;
}

/** What {@link reaches} starts from. */
export interface ReachOptions {
  readonly resolver: Resolver;
  /** The file whose imports these are; it need not exist. */
  readonly from: string;
  /** The folder that paths are told relative to. */
  readonly folder: string;
}

/**
 * Follows the imports of a text: static ones, and `import()` and `require()` of literals. What does not resolve is left
 * out: whoever runs the text will be told.
 *
 * @throws CodeSyntaxError `syntax` for the text or a file that is no TypeScript
 */
export function reaches(text: string, { resolver, from, folder }: ReachOptions): Reached {
  const files: Record<string, string> = {};
  const packages: Record<string, string> = {};
  const visited = new Set<string>();
  const follow = (code: Code, importer: string): void => {
    for (const specifier of specifiersOf(code)) {
      const target = tryResolve(resolver, specifier, importer);
      if (target?.kind === "package") {
        const found = packageOf(target.path);
        if (found !== undefined) packages[found.name] = found.version;
      } else if (target?.kind === "local" && !visited.has(target.path)) {
        visited.add(target.path);
        const file = readModuleFile(target.path);
        files[relative(folder, target.path).split(sep).join("/")] = contentOf(file);
        if (file.format === "module" || file.format === "commonjs") follow(codeOf(file), target.path);
      }
    }
  };
  follow(readCode(text, { unit: "text", folder }), from);
  return { files: sorted(files), packages: sorted(packages) };
}

function specifiersOf({ program }: Code): Set<string> {
  const found = new Set<string>();
  walk(program, {
    enter: (node) => {
      const isStatic =
        node.type === "ImportDeclaration" ||
        node.type === "ExportNamedDeclaration" ||
        node.type === "ExportAllDeclaration";
      const isRequire =
        node.type === "CallExpression" && node.callee.type === "Identifier" && node.callee.name === "require";
      const source =
        isStatic || node.type === "ImportExpression"
          ? node.source
          : isRequire
            ? node.arguments[0]
            : undefined;
      if (source?.type === "Literal" && typeof source.value === "string") found.add(source.value);
    },
  });
  return found;
}

function tryResolve(resolver: Resolver, specifier: string, from: string): Target | undefined {
  try {
    return resolver.resolve(specifier, from);
  } catch {
    return undefined;
  }
}

function contentOf({ format, bytes, text }: ModuleFile): string {
  return format === "wasm" || format === "addon"
    ? `sha256:${createHash("sha256").update(bytes).digest("hex")}`
    : text;
}

function sorted(record: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
