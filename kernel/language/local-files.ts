import { existsSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join, sep } from "node:path";
import { parseSync } from "oxc-parser";
import type * as Oxc from "oxc-resolver";
import { registrySpecifier } from "../../core/typescript/registry-specifier.ts";

/** What became of a file. */
export type FileChange = "created" | "changed" | "deleted";

interface Known {
  /** Size and time of the last change; nothing for a file that does not exist. */
  readonly stamp: string | undefined;
}

/**
 * The user's own files that cells import, by path, alias or from a linked workspace, and what these import in turn. Their times are looked at before each
 * check, which for the few files of a notebook is quicker and surer than watching folders.
 */
export class LocalFiles {
  readonly #from: string;
  /** There from the first import on. */
  #resolver: Oxc.ResolverFactory | undefined;
  readonly #known = new Map<string, Known>();
  readonly #registry = new Map<string, string>();

  constructor(folder: string) {
    this.#from = join(folder, "notebook.ts");
  }

  /** Follows what a cell imports; says whether there is a file among it that was not known. */
  follow(specifiers: Iterable<string>): boolean {
    const before = this.#known.size;
    for (const specifier of specifiers) this.#followOne(specifier, this.#from);
    return this.#known.size > before;
  }

  /** Specifiers such as `npm:lodash@4` in these files, of which the compiler knows nothing, and the declarations that they lead to. */
  get registry(): ReadonlyMap<string, string> {
    return this.#registry;
  }

  /** The files that have types to be wrong about. */
  sources(): string[] {
    return [...this.#known]
      .filter(([path, { stamp }]) => stamp !== undefined && /(?<!\.d)\.[cm]?tsx?$/.test(path))
      .map(([path]) => path);
  }

  /** What has changed since the last call. */
  changes(): [path: string, change: FileChange][] {
    const changes: [string, FileChange][] = [];
    this.#resolver?.clearCache();
    for (const [path, { stamp }] of this.#known) {
      const now = stampOf(path);
      if (now === stamp) continue;
      this.#known.set(path, { stamp: now });
      if (now !== undefined) this.#followImports(path);
      changes.push([path, stamp === undefined ? "created" : now === undefined ? "deleted" : "changed"]);
    }
    return changes;
  }

  #followOne(specifier: string, from: string): void {
    this.#resolver ??= makeResolver();
    const { path } = this.#resolver.resolveFileSync(from, specifier);
    if (path === undefined || this.#known.has(path) || path.includes(`${sep}node_modules${sep}`)) return;
    this.#known.set(path, { stamp: stampOf(path) });
    this.#followImports(path);
  }

  #followRequest(specifier: string, from: string): void {
    const asked = registrySpecifier(specifier);
    if (asked === undefined) return this.#followOne(specifier, from);
    const { path } = (this.#resolver ??= makeResolver()).resolveDtsSync(from, asked.installed);
    if (path !== undefined) this.#registry.set(specifier, path);
  }

  #followImports(path: string): void {
    if (path.endsWith(".json")) return;
    try {
      const { module } = parseSync(path, readFileSync(path, "utf8"));
      const requests = [...module.staticImports, ...module.staticExports.flatMap(({ entries }) => entries)];
      for (const { moduleRequest } of requests) {
        if (moduleRequest !== null) this.#followRequest(moduleRequest.value, path);
      }
    } catch {
      // A file that cannot be read has no imports to follow; the check says what is wrong with it.
    }
  }
}

function makeResolver(): Oxc.ResolverFactory {
  const { ResolverFactory } = createRequire(import.meta.url)("oxc-resolver") as typeof Oxc;
  return new ResolverFactory({
    extensions: [".ts", ".tsx", ".mts", ".cts", ".d.ts", ".js", ".jsx", ".mjs", ".cjs", ".json"],
    extensionAlias: {
      ".js": [".ts", ".tsx", ".d.ts", ".js"],
      ".jsx": [".tsx", ".jsx"],
      ".mjs": [".mts", ".d.mts", ".mjs"],
      ".cjs": [".cts", ".d.cts", ".cjs"],
    },
    conditionNames: ["types", "import", "node"],
    tsconfig: "auto",
  });
}

function stampOf(path: string): string | undefined {
  // Of what is below a file, Node 20 throws, and later ones do not.
  const stats = existsSync(path) ? statSync(path, { throwIfNoEntry: false }) : undefined;
  return stats?.isFile() === true ? `${stats.size} ${stats.mtimeMs}` : undefined;
}
