import type { Units } from "./units.ts";

/**
 * Whether a module is being loaded. Node has each module once: one whose evaluation is terminated is never evaluated again, and whoever
 * imports it later waits for ever, or has half of it.
 */
export function isLoading(sites: readonly NodeJS.CallSite[]): boolean {
  return sites.some((site) => site.getScriptNameOrSourceURL()?.startsWith("node:internal/modules/") === true);
}

/** Whether a script is being evaluated: also at the very end of its synchronous part, where no frame of its own is left. */
export function isInScript(sites: readonly NodeJS.CallSite[]): boolean {
  return sites.some((site) => site.getScriptNameOrSourceURL() === "node:inspector");
}

/** Whether code of the user's runs: a cell, or what is neither Node's nor below `ownRoot`, where the kernel's own scripts lie. */
export function isOfUser(
  sites: readonly NodeJS.CallSite[],
  { units, ownRoot }: { readonly units: Units; readonly ownRoot: string },
): boolean {
  return sites.some((site) => {
    const script = site.getScriptNameOrSourceURL() ?? "";
    if (units.get(script) !== undefined) return true;
    return script !== "" && !script.startsWith("node:") && !script.startsWith(ownRoot);
  });
}
