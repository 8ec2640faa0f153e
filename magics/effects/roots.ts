import { dropRoot } from "../../core/index.ts";
import type { RootsArguments } from "../commands/roots.ts";
import { readRoots } from "../facts/roots.ts";
import type { MagicContext } from "../registry.ts";
import { rootsView } from "../views/roots.ts";

/** What `%roots` does. */
export async function rootsEffect({
  args,
  host,
  session: { store },
}: MagicContext<RootsArguments>): Promise<void> {
  if (args.drop !== undefined) await dropRoot(store, args.drop);
  host.display(rootsView({ roots: readRoots(store), root: store.root }, new Date()));
}
