import { readFileSync, statSync } from "node:fs";
import { dirname, extname, resolve } from "node:path";
import { parseSync } from "oxc-parser";

/** What became of a file. */
export type FileChange = "created" | "changed" | "deleted";

interface Known {
  /** Size and time of the last change; nothing for a file that does not exist. */
  readonly stamp: string | undefined;
}

const extensions = [".ts", ".tsx", ".mts", ".cts", ".d.ts", ".js", ".jsx", ".mjs", ".cjs", ".json"];

/**
 * The files on disk that cells import by path, and what these import in turn. Their times are looked at before each
 * check, which for the few files of a notebook is quicker and surer than watching folders.
 */
export class LocalFiles {
  readonly #folder: string;
  readonly #known = new Map<string, Known>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Follows what a cell imports. */
  follow(specifiers: Iterable<string>): void {
    for (const specifier of specifiers) this.#followOne(specifier, this.#folder);
  }

  /** What has changed since the last call. */
  changes(): [path: string, change: FileChange][] {
    const changes: [string, FileChange][] = [];
    for (const [path, { stamp }] of this.#known) {
      const now = stampOf(path);
      if (now === stamp) continue;
      this.#known.set(path, { stamp: now });
      if (now !== undefined) this.#followImports(path);
      changes.push([path, stamp === undefined ? "created" : now === undefined ? "deleted" : "changed"]);
    }
    return changes;
  }

  #followOne(specifier: string, folder: string): void {
    if (!/^\.{0,2}\//.test(specifier)) return;
    const path = resolve(folder, specifier);
    const found = candidates(path).find((one) => stampOf(one) !== undefined);
    if (found === undefined || this.#known.has(found)) return;
    this.#known.set(found, { stamp: stampOf(found) });
    this.#followImports(found);
  }

  #followImports(path: string): void {
    if (path.endsWith(".json")) return;
    try {
      const { module } = parseSync(path, readFileSync(path, "utf8"));
      const requests = [...module.staticImports, ...module.staticExports.flatMap(({ entries }) => entries)];
      for (const { moduleRequest } of requests) {
        if (moduleRequest !== null) this.#followOne(moduleRequest.value, dirname(path));
      }
    } catch {
      // A file that cannot be read has no imports to follow; the check says what is wrong with it.
    }
  }
}

function candidates(path: string): string[] {
  const bare = /\.[cm]?jsx?$/.test(path) ? path.slice(0, -extname(path).length) : path;
  return [path, ...extensions.flatMap((extension) => [`${bare}${extension}`, `${path}/index${extension}`])];
}

function stampOf(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats?.isFile() === true ? `${stats.size} ${stats.mtimeMs}` : undefined;
}
