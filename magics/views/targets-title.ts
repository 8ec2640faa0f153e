import type { DRef } from "../../core/index.ts";
import { nameOf, shortHash } from "../../core/ref.ts";
import { counted } from "./format.ts";
import type { Header } from "./realization.ts";

/** What the first line of a view of derivations calls them: the only one by name and hash, several by their number. */
export function targetsTitle(targets: readonly DRef[]): Pick<Header, "name" | "address" | "hash"> {
  const [target] = targets;
  if (target === undefined || targets.length > 1) return { name: counted(targets.length, "stage") };
  return { name: nameOf(target), address: target, hash: shortHash(target) };
}
