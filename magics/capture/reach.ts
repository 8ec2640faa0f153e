import { join } from "node:path";
import { Reach } from "../../core/code/reach.ts";
import { outsideTexts } from "../../core/code/texts.ts";
import type { CellHost } from "../host.ts";

/** Where cells are, as far as their imports are concerned. */
export function cellFile({ folder }: Pick<CellHost, "folder">): string {
  return join(folder, "notebook.ts");
}

/** What texts of cells reach outside of the notebook. Data among them reaches nothing. */
export function reachOf(codes: readonly string[], host: Pick<CellHost, "folder">): Reach {
  const reach = new Reach(host.folder);
  for (const code of codes) if (!isData(code)) reach.add(code, cellFile(host));
  return reach;
}

/** The texts of local files and the versions of packages that `codes` reach, by names that no variable can have. */
export function reachedTexts(
  codes: readonly string[],
  host: Pick<CellHost, "folder">,
): Record<string, string> {
  return outsideTexts(reachOf(codes, host));
}

// Data among what a stage uses is JSON, which imports nothing and need not be a program.
function isData(code: string): boolean {
  try {
    JSON.parse(code);
    return true;
  } catch {
    return false;
  }
}
