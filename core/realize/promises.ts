import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { configSelfPaths } from "../config.ts";
import { pathSegments } from "../path.ts";
import type { Derivation } from "../stage/closure.ts";

/** The artifacts that the config of a derivation promises and that are not in its output folders. */
export async function missingArtifacts(
  { config }: Pick<Derivation, "config">,
  outs: readonly string[],
): Promise<string[]> {
  const promised = configSelfPaths(config).map((path) => pathSegments(path));
  const missing: string[] = [];
  for (const [index, out] of outs.entries()) {
    for (const segments of promised) {
      const where = outs.length === 1 ? "" : ` (in output ${index})`;
      if (!(await exists(join(out, ...segments)))) missing.push(segments.join("/") + where);
    }
  }
  return missing;
}

async function exists(path: string): Promise<boolean> {
  // The link itself counts, wherever it leads.
  return await lstat(path).then(
    () => true,
    () => false,
  );
}
