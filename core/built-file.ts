import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { LightnixError } from "./errors.ts";

/**
 * The path of a module in `dist` that is run by its path, as the main module of a Worker or of a child process: `core/index.js`.
 * Sources and chunks alike ask here, for nothing can be found relative to the chunk that a source goes into.
 *
 * @throws {LightnixError} `not-built` if it is not there: the list `entries` in build.mjs says which modules are
 */
export function builtFile(entry: string): string {
  // By its own name a package finds its package.json from sources and from the compiled files alike.
  const manifest = createRequire(import.meta.url).resolve("lightnix/package.json");
  const file = join(dirname(manifest), "dist", entry);
  if (existsSync(file)) return file;
  throw new LightnixError(
    "not-built",
    `Cannot run "${entry}": there is no "${file}". "npm run build" makes it, if it is an entry of build.mjs`,
    { data: { entry, file } },
  );
}
