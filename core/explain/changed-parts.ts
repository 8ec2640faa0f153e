import { canonicalSyntax } from "../code/syntax.ts";
import { tryUnits } from "../code/units.ts";

/** The names of what is declared differently in two texts of a module, or in one of them alone, sorted. Imports do not count. */
export function changedParts(before: string, after: string): string[] {
  const [old, now] = [declarations(before), declarations(after)];
  const names = new Set([...old.keys(), ...now.keys()]);
  return [...names].filter((name) => old.get(name) !== now.get(name)).sort();
}

function declarations(text: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const unit of tryUnits(text)?.units ?? []) {
    if (unit.kind !== "declaration" && unit.kind !== "default") continue;
    const names = unit.declares.length === 0 ? ["default"] : unit.declares;
    for (const name of names) found.set(name, canonicalSyntax(unit.text) ?? unit.text);
  }
  return found;
}
