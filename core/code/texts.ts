import { canonicalSyntax } from "./syntax.ts";
import type { Reach } from "./reach.ts";
import { reachedText } from "./reached-text.ts";

/** The texts of local modules, as far as they are reached, and the versions of packages, by names that no variable can have. */
export function outsideTexts(reach: Reach): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const module of reach.modules.values())
    texts[`file:${reach.nameOf(module.path)}`] = asSyntax(reachedText(module));
  for (const [name, version] of reach.packages) texts[`package:${name}`] = JSON.stringify(version);
  return texts;
}

// Sources are compared as syntax; data files count as they stand, as a text literal.
function asSyntax(text: string): string {
  return canonicalSyntax(text) === undefined ? JSON.stringify(text) : text;
}
