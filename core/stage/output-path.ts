import { existsSync, mkdirSync, realpathSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { LightnixError } from "../errors.ts";

/**
 * A path below an output folder, with its parent folders made.
 *
 * @throws {LightnixError} `outside-output` when it would lead out of the folder, also by way of a link
 */
export function outputPath(out: string, segments: readonly string[]): string {
  const path = resolve(out, ...segments);
  if (!isInside(out, path)) throw outside(out, segments, path);
  const parent = path === out ? out : dirname(path);
  // Nothing is on the way that could lead elsewhere.
  if (parent === out) return path;
  // Asked before anything is made, as a link on the way could have folders made elsewhere.
  const real = realpathSync(existingAncestor(parent));
  if (!isInside(realpathSync(out), real)) throw outside(out, segments, real);
  mkdirSync(parent, { recursive: true });
  return path;
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && resolve(folder, way) === path;
}

function existingAncestor(path: string): string {
  let at = path;
  while (!existsSync(at) && dirname(at) !== at) at = dirname(at);
  return at;
}

function outside(out: string, segments: readonly string[], path: string): LightnixError {
  return new LightnixError(
    "outside-output",
    `Cannot make the path "${join(...segments)}": it leads to ${path}, which is not in the output folder ${out}`,
    { data: { out, path } },
  );
}
