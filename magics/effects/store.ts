import { openStore } from "../../core/index.ts";
import { readStore } from "../facts/store.ts";
import { storeView } from "../views/store.ts";
import type { StoreArguments } from "../commands/store.ts";
import type { MagicContext } from "../registry.ts";
import { typedPath } from "../typed-path.ts";

/** What `%store` does. */
export async function storeEffect({ args, host, session }: MagicContext<StoreArguments>): Promise<void> {
  if (args.root !== undefined) session.store = openStore({ root: typedPath(args.root, host.folder) });
  host.display(storeView(readStore(session.store), new Date()));
}
