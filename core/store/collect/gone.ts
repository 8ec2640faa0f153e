import { lstatSync } from "node:fs";
import { claimantLiveness, ownerLink, type Claimant } from "../claim.ts";
import type { StorePaths } from "../layout.ts";

// A machine that has not been heard of for so long will not come back to what it left half done.
const SILENT_MS = 24 * 60 * 60_000;

/**
 * Whether a process that worked in a store is gone for good: it is dead, or, if it ran on a machine that cannot be looked at from
 * here, has given no sign of life for a day.
 *
 * When it gave one is told by when the link changed, which the file system's clock says, and not by the time in the link, which
 * that machine's own clock says.
 */
export function isGone(paths: StorePaths, claimant: Claimant): boolean {
  const liveness = claimantLiveness(paths, claimant);
  if (liveness !== "unknown") return liveness === "dead";
  const mark = lstatSync(ownerLink(paths, claimant.id), { throwIfNoEntry: false });
  return mark === undefined || Date.now() - mark.ctimeMs > SILENT_MS;
}
