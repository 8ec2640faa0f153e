import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";
import { DebugError } from "./protocol.ts";
import { murmur2 } from "./murmur2.ts";

/** How the paths of cells are made: clients compute them as well. */
export const cellPaths: Readonly<Record<"hashMethod" | "tmpFilePrefix" | "tmpFileSuffix", string>> & {
  readonly hashSeed: number;
} = {
  hashMethod: "Murmur2",
  hashSeed: 0xc70f6907,
  tmpFilePrefix: join(tmpdir(), `lightnix_${process.pid}`) + sep,
  tmpFileSuffix: ".ts",
};

/** The path that stands for all cells with that code. There is no such file. */
function cellPath(code: string): string {
  const { tmpFilePrefix, hashSeed, tmpFileSuffix } = cellPaths;
  return `${tmpFilePrefix}${murmur2(code, hashSeed)}${tmpFileSuffix}`;
}

/** The texts that breakpoints and frames lie in: the code of cells as it was told or run, files as they are now. */
export class Sources {
  readonly #cells = new Map<string, string>();

  /** Keeps the code of a cell, and gives its path. */
  keep(code: string): string {
    const path = cellPath(code);
    this.#cells.set(path, code);
    return path;
  }

  /** The text at a path, where there is one. */
  find(path: string): string | undefined {
    const cell = this.#cells.get(path);
    if (cell !== undefined || path.startsWith(cellPaths.tmpFilePrefix)) return cell;
    try {
      return readFileSync(path, "utf8");
    } catch {
      return undefined;
    }
  }

  /**
   * The text at a path.
   *
   * @throws DebugError `no-source`
   */
  read(path: string): string {
    const text = this.find(path);
    if (text !== undefined) return text;
    throw new DebugError("no-source", `Cannot read the source "${path}": it is neither a cell's nor a file`);
  }
}
