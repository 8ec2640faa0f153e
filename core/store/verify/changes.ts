import type { TreeFact } from "../../hash.ts";

/** What became of one thing in a tree. */
export interface TreeChange {
  readonly path: string;
  readonly what: "was changed" | "is missing" | "was added";
}

const MOST_SHOWN = 3;

/** How a tree differs from what it was, in the order of the paths: what is other than it was comes before what is new. */
export function changesOf(before: readonly TreeFact[], now: readonly TreeFact[]): TreeChange[] {
  const present = new Map(now.map(([kind, path, value]) => [path, `${kind}\0${value}`]));
  const known = new Set(before.map(([, path]) => path));
  const changed = before.flatMap(([kind, path, value]): TreeChange[] => {
    const found = present.get(path);
    if (found === undefined) return [{ path, what: "is missing" }];
    return found === `${kind}\0${value}` ? [] : [{ path, what: "was changed" }];
  });
  const added = now.filter(([, path]) => !known.has(path));
  return [...changed, ...added.map(([, path]): TreeChange => ({ path, what: "was added" }))];
}

/** Changes as part of a sentence. */
export function shown(changes: readonly TreeChange[]): string {
  const first = changes.slice(0, MOST_SHOWN).map(({ path, what }) => `"${path}" ${what}`);
  const others = changes.length - first.length;
  return first.join(", ") + (others === 0 ? "" : ` and ${others} more`);
}
