import { editDistance, nearest } from "../../core/nearest.ts";
import type { ErrorFacts } from "./error-facts.ts";
import type { SessionNames } from "./session-names.ts";

/** A question behind an error that says that a name is not defined: which one may have been meant, and which cell declares it. */
export function nameHint({ name, message }: ErrorFacts, names: SessionNames): string | undefined {
  const wanted = /^(?<name>\S+) is not defined$/u.exec(message)?.groups?.["name"];
  if (name !== "ReferenceError" || wanted === undefined) return undefined;
  const cell = /^_(?<cell>[1-9]\d*)$/u.exec(wanted)?.groups?.["cell"];
  if (cell !== undefined) return `Cell [${cell}] has no result, or one that nothing holds any more.`;
  // Of two that are as near, the one that somebody has declared.
  const declared = names
    .all()
    .toSorted((a, b) => Number(b.cell !== undefined) - Number(a.cell !== undefined));
  const own = nearest(
    wanted,
    declared.map((one) => one.name),
  );
  const global = nearest(wanted, Object.getOwnPropertyNames(globalThis));
  const isOwn =
    own !== undefined && (global === undefined || distance(wanted, own) <= distance(wanted, global));
  const meant = isOwn ? own : global;
  if (meant === undefined || meant === wanted) return undefined;
  const declaring = isOwn ? names.get(meant)?.cell : undefined;
  return `Did you mean "${meant}"?${declaring === undefined ? "" : ` Cell ${declaring} declares it.`}`;
}

function distance(a: string, b: string): number {
  return editDistance(a.toLowerCase(), b.toLowerCase());
}
